"""The task store in one SQLite file, as deployed with a single pod."""

from lawful.conformance.backends.sqlite.backend import SqliteBackend

__all__ = ["SqliteBackend"]
