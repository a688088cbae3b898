"""The task store in etcd: a document for each table, changed by compare and set."""

from lawful.conformance.backends.etcd.backend import EtcdBackend

__all__ = ["EtcdBackend"]
