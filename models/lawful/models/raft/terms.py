"""How Raft counts its terms: only their order matters, so that they can rise for ever within finitely many states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from lawful.models.raft.state import Server

_TERMS = frozenset({"term", "last_term", "previous_term"})
"""The fields that hold terms, wherever they are in a state or a message."""


class Terms:
    """Raft as `models.liveness.Counting` asks for it."""

    def at(self, value: Any) -> int:
        """The term of a server or a message. What is not synced may be gone, and then the server is in the term of its
        disk."""
        term: int = value.term
        return min(term, value.disk.term) if isinstance(value, Server) and value.disk is not None else term

    def mentioned(self, value: Any) -> frozenset[int]:
        if isinstance(value, tuple):
            return frozenset().union(*map(self.mentioned, value))
        if not is_dataclass(value):
            return frozenset()
        members = {one.name: getattr(value, one.name) for one in fields(value)}
        own = {number for name, number in members.items() if name in _TERMS}
        return frozenset(own).union(*map(self.mentioned, members.values()))

    def renumbered(self, value: Any, new: Callable[[int], int]) -> Any:
        if isinstance(value, tuple):
            return tuple(self.renumbered(one, new) for one in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        members = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(
            value,
            **{name: new(one) if name in _TERMS else self.renumbered(one, new) for name, one in members.items()},
        )


TERMS = Terms()
