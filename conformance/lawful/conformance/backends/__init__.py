"""Adapters to real stores; each module is one backend, each table one class."""
