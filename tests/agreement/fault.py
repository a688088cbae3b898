"""Mistakes put into the checkers on purpose: the source of one module with a piece of text replaced.

While a fault is seeded, all modules of the checkers are imported anew, with the changed one among them, so that
whoever imports a checker then gets the one with the mistake. Afterwards everything is as it was.

A fault is anchored in the text that it replaces. Where the source has moved on, seeding it fails: the anchor has to be
set anew, or the fault to go.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

CHECKERS = "lawful.checkers"
_ANEW = tuple(f"{CHECKERS}.{name}" for name in ("linearizability", "certificate", "columns"))


class Fault(NamedTuple):
    """A mistake in a checker: what it is, and the change of the source that makes it."""

    title: str
    module: str
    """Below `lawful.checkers`."""
    old: str
    new: str
    model: str = "register"
    """The model on whose histories it shows."""
    asked: str = "search"
    """Who goes wrong (see `opinions`)."""


@contextmanager
def seeded(module: str, old: str, new: str) -> Iterator[None]:
    """`lawful.checkers.<module>` with `new` in place of `old`, which must be in it once."""
    name = f"{CHECKERS}.{module}"
    source = _source_of(name)
    assert source.count(old) == 1, f"{old!r} is in {module} {source.count(old)} times: set the anchor anew"
    finder = _Finder(name, source.replace(old, new))
    parent = importlib.import_module(CHECKERS)
    attributes = dict(vars(parent))
    mine = _taken_out()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        _taken_out()
        sys.modules.update(mine)
        for attribute, value in attributes.items():
            setattr(parent, attribute, value)


def _source_of(name: str) -> str:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None, f"there is no module {name}"
    return Path(spec.origin).read_text(encoding="utf-8")


def _taken_out() -> dict[str, ModuleType]:
    """The modules that have to be imported anew, no longer known to Python."""
    names = [name for name in sys.modules if any(name == one or name.startswith(f"{one}.") for one in _ANEW)]
    return {name: sys.modules.pop(name) for name in names}


class _Finder(MetaPathFinder):
    """Finds one module, with another source than its file has."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None and spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._source)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._changed = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._changed, f"{self.path} with a fault", "exec")
