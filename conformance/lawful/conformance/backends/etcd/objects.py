"""Simple objects in etcd: a register, an element of a set, a queue and a lock are one document each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lawful.conformance.backends.etcd.documents import Documents
from lawful.models.values import Json, canonical


class CasRegister:
    """Null where there is no document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self, key: str) -> Json:
        return _value(self._documents.read(f"register/{key}"))

    def write(self, key: str, value: Json) -> None:
        self._documents.put(f"register/{key}", canonical(value))

    def cas(self, key: str, old: Json, new: Json) -> bool:
        def decide(text: str | None) -> tuple[bool, str | None]:
            holds = canonical(_value(text)) == canonical(old)
            return holds, canonical(new) if holds else None

        return self._documents.change(f"register/{key}", decide)


class ValueSet:
    """A document for each value that was ever in the set."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def insert(self, key: str, value: Json) -> bool:
        return _turned(self._documents, _element(key, value), "in")

    def remove(self, key: str, value: Json) -> bool:
        return _turned(self._documents, _element(key, value), "out")

    def contains(self, key: str, value: Json) -> bool:
        return self._documents.read(_element(key, value)) == "in"


class FifoQueue:
    """A list of values, the first one in front."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def enqueue(self, key: str, value: Json) -> None:
        def decide(text: str | None) -> tuple[None, str | None]:
            return None, canonical([*_values(text), value])

        self._documents.change(f"queue/{key}", decide)

    def dequeue(self, key: str) -> Json:
        def decide(text: str | None) -> tuple[Json, str | None]:
            values = _values(text)
            return (values[0], canonical(values[1:])) if values else (None, None)

        return self._documents.change(f"queue/{key}", decide)


class Semaphore:
    """A lock without owners."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def acquire(self, key: str) -> bool:
        return _turned(self._documents, f"lock/{key}", "in")

    def release(self, key: str) -> bool:
        return _turned(self._documents, f"lock/{key}", "out")


OBJECT_CLASSES: Mapping[str, Callable[[Documents], Any]] = {
    "cas-register": CasRegister,
    "set": ValueSet,
    "fifo-queue": FifoQueue,
    "semaphore": Semaphore,
}
"""By the name of the model."""


def _turned(documents: Documents, name: str, wanted: str) -> bool:
    """Whether a document that is `in` or `out` (as it is at first) was the other."""

    def decide(text: str | None) -> tuple[bool, str | None]:
        changes = (text or "out") != wanted
        return changes, wanted if changes else None

    return documents.change(name, decide)


def _element(key: str, value: Json) -> str:
    return f"set/{key}/{canonical(value)}"


def _value(text: str | None) -> Json:
    value: Json = None if text is None else json.loads(text)
    return value


def _values(text: str | None) -> list[Json]:
    values: list[Json] = [] if text is None else json.loads(text)
    return values
