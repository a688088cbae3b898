"""The tests that ship: `pytest --pyargs lawful.conformance --lawful-backend NAME` puts a store to them.

They are also a class to subclass, for who prefers the tests in a file of their own:

    from lawful.conformance.suite import TaskStoreConformance

    class TestMyStore(TaskStoreConformance):
        @pytest.fixture
        def backend(self):
            return MyBackend()
"""

from lawful.conformance.suite.task_store import TaskStoreConformance

__all__ = ["TaskStoreConformance"]
