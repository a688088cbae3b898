"""The calls and returns of a large history, block by block, until they are put together.

What is collected here is what the lines say, whatever their order. Whether it makes a history is for `assembly`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawful.checkers.columns import NEVER_NS
from lawful.checkers.recording import NOTHING, Shape, recorded_value
from lawful.checkers.value_tables import InternedValues
from lawful.conformance.history.columnar.scanning import Scanned, texts_of
from lawful.conformance.history.columnar.templates import INTEGER_COLUMNS, TEXT_COLUMNS, TEXT_HOLES, Template
from lawful.conformance.history.records import OUTCOMES
from lawful.models.history import ObjectKey

CALL, RETURN, WHOLE = 0, 1, 2
"""What a line holds: an invocation, what became of one, or both."""
_KINDS = {"invoke": CALL, "return": RETURN, "operation": WHOLE}

UNNUMBERED = -1
"""The index of an operation that has none."""

TYPES = {
    "kind": np.uint8,
    "index": np.int64,
    "process": np.int64,
    "object": np.int32,
    "shape": np.int32,
    "first": np.int64,
    "second": np.int64,
    "outcome": np.uint8,
    "result": np.int64,
    "error": np.int32,
    "server": np.int32,
    "call_ns": np.int64,
    "return_ns": np.int64,
}


class Events:
    """What the lines said so far, in their order."""

    def __init__(self) -> None:
        self.objects: dict[ObjectKey, int] = {}
        self.shapes: dict[Shape, int] = {}
        self.values = InternedValues()
        self.texts: dict[str | None, int] = {None: 0}
        self._known: dict[bytes, int] = {}
        """Strings among the values."""
        self._parts: dict[str, list[NDArray[Any]]] = {name: [] for name in TYPES}
        self._single: list[tuple[int, ...]] = []
        """Lines that were read one by one, and belong behind the parts."""
        self._constants: list[dict[str, int]] = []
        """By template, what is in no hole."""

    def take(self, record: dict[str, Any]) -> None:
        """One invocation, return or operation."""
        described = self._described(record)
        self._single.append(tuple(described[name] for name in TYPES))

    def _described(self, record: dict[str, Any]) -> dict[str, int]:
        index, kind = record.get("index"), _KINDS[record["record"]]
        outcome, return_ns = record.get("outcome", "unknown"), record.get("return_ns")
        if kind == RETURN:
            return_ns = record["time_ns"]
        key = ObjectKey(record["object"], record.get("key")) if kind != RETURN else None
        shape, first, second = self._call(record) if kind != RETURN else (0, NOTHING, NOTHING)
        return {
            "kind": kind,
            "index": UNNUMBERED if index is None else index,
            "process": record.get("process", 0),
            "object": 0 if key is None else self.object(key),
            "shape": shape,
            "first": first,
            "second": second,
            "outcome": OUTCOMES.index(outcome),
            "result": recorded_value(record.get("result"), self.values),
            "error": self.text(record.get("error")),
            "server": self.text(record.get("server")),
            "call_ns": record.get("time_ns" if kind == CALL else "call_ns", 0),
            "return_ns": NEVER_NS if return_ns is None else return_ns,
        }

    def _call(self, record: dict[str, Any]) -> tuple[int, int, int]:
        """Shape and arguments."""
        names, first, second = self.given(record.get("arguments", {}))
        return self.shape(record["function"], names), first, second

    def given(self, arguments: dict[str, Any]) -> tuple[tuple[str, ...] | None, int, int]:
        """The names of arguments, and what stands for them."""
        if len(arguments) > 2:
            return None, recorded_value(arguments, self.values), NOTHING
        entries = [recorded_value(value, self.values) for value in arguments.values()]
        first, second = (*entries, NOTHING, NOTHING)[:2]
        return tuple(arguments), first, second

    def shape(self, function: str, names: tuple[str, ...] | None) -> int:
        """The number of a way to call a function."""
        return self.shapes.setdefault(Shape(function, names), len(self.shapes))

    def object(self, key: ObjectKey) -> int:
        """The number of an object."""
        return self.objects.setdefault(key, len(self.objects))

    def text(self, text: str | None) -> int:
        """The number of an error or a server."""
        return self.texts.setdefault(text, len(self.texts))

    def learn(self, template: Template) -> None:
        """Take note of what all lines of a template have in common."""
        self._constants.append(self._described(template.record))

    def take_scanned(self, scanned: Scanned, templates: list[Template], block: memoryview) -> None:
        """The lines that agree with templates."""
        if len(scanned.template) == 0:
            return
        columns: dict[str, NDArray[Any]] = {}
        for name, of_type in TYPES.items():
            constants = np.array([one[name] for one in self._constants], of_type)
            columns[name] = constants[scanned.template]
        for number, template in enumerate(templates):
            lines = np.flatnonzero(scanned.template == number) if len(templates) > 1 else slice(None)
            for hole in template.holes:
                if hole < TEXT_HOLES:
                    name = INTEGER_COLUMNS[hole]
                    columns[name][lines] = scanned.integers[hole][lines]
                else:
                    self._take_texts(hole - TEXT_HOLES, template, lines, columns, scanned, block)
        self.take_columns(columns)

    def take_columns(self, columns: dict[str, NDArray[Any]]) -> None:
        """Many lines at once: all columns of `TYPES`."""
        self._end_single()
        for name, of_type in TYPES.items():
            self._parts[name].append(columns[name].astype(of_type, copy=False))

    def _take_texts(
        self,
        hole: int,
        template: Template,
        lines: NDArray[np.int64] | slice,
        columns: dict[str, NDArray[Any]],
        scanned: Scanned,
        block: memoryview,
    ) -> None:
        name = TEXT_COLUMNS[hole]
        texts = texts_of(block, scanned.begins[hole][lines], scanned.ends[hole][lines])
        if name == "key":
            object_ = template.record["object"]
            columns["object"][lines] = _mapped(texts, lambda key: self.object(ObjectKey(object_, key)))
        elif name in ("error", "server"):
            columns[name][lines] = _mapped(texts, self.text)
        else:
            known = self._known
            for text in texts:
                if text not in known:
                    known[text] = recorded_value(text.decode(), self.values)
            columns[name][lines] = [known[text] for text in texts]

    def _end_single(self) -> None:
        """Put the single lines where they belong."""
        if self._single:
            for (name, of_type), entries in zip(TYPES.items(), zip(*self._single, strict=True), strict=True):
                self._parts[name].append(np.array(entries, of_type))
            self._single = []

    def column(self, name: str) -> NDArray[Any]:
        """All of a column, which is given away."""
        self._end_single()
        parts = self._parts.pop(name)
        return np.concatenate(parts) if parts else np.zeros(0, TYPES[name])


def _mapped(texts: Any, number_of: Callable[[str], int]) -> list[int]:
    numbers = {text: number_of(text.decode()) for text in set(texts)}
    return [numbers[text] for text in texts]
