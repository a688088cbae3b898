"""A store of its own for each program: started on no data, asked by one client, and gone afterwards."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache

from lawful.conformance.adapter import Backend, Client
from lawful.conformance.backends.external import ExternalBackend
from lawful.conformance.backends.registry import choose
from lawful.conformance.processes import ProcessGroup
from lawful.specs.task_store import TABLES

Builds = Callable[[], Backend]
"""Gives a new store, not started; a class without options does."""

TIMEOUT_S = 5.0


def builder(backend: str | Builds) -> Builds:
    """What builds the store that `--backend` names; raises `UsageError` where there is none."""
    return choose(backend).build if isinstance(backend, str) else backend


def name_of(backend: str | Builds) -> str:
    """What `--backend` takes for it; of a class `module:Class`."""
    if isinstance(backend, str):
        return backend
    return f"{backend.__module__}:{getattr(backend, '__qualname__', type(backend).__qualname__)}"


@contextmanager
def opened(backend: str | Builds) -> Iterator[Client]:
    """A client of a store that lasts as long as the `with` block. Raises `BackendError`."""
    workspace = _processes().workspace()
    store = builder(backend)()
    try:
        store.start(workspace)
        with closing(store.connect(store.connection(), TIMEOUT_S)) as client:
            yield client
    finally:
        store.stop()
        shutil.rmtree(workspace.folder, ignore_errors=True)


@cache
def _processes() -> ProcessGroup:
    """One for all programs: to start one takes longer than most programs do."""
    group = ProcessGroup()
    atexit.register(group.close)
    return group


def offered(backend: Backend) -> dict[str, frozenset[str]]:
    """The functions that an adapter offers, by table; one in another language says so in its hello."""
    if isinstance(backend, ExternalBackend):
        return dict(backend.hello.tables)
    return {
        name: frozenset(function.name for function in table.functions)
        for name, table in TABLES.items()
        if name in backend.tables
    }
