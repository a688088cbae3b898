"""The shipped tests, against the store that `--lawful-backend` or the fixture `backend` gives."""

from __future__ import annotations

from lawful.conformance.suite.task_store import TaskStoreConformance


class TestTaskStore(TaskStoreConformance):
    """Collected by `pytest --pyargs lawful.conformance`."""
