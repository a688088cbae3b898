"""The verdict on all of a file that was known at one return, for a watch that has too many orders to follow.

The file is read from its beginning, so this takes memory that grows with it. It is asked only where none of the orders
that the watch followed goes on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lawful.checkers.linearizability.check import check_object
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.file import read_history
from lawful.models.history import Operation
from lawful.models.model import AnyModel


def verdict_at(path: Path, operation: Operation, model: AnyModel[Any], budget: Budget) -> Verdict:
    """The verdict on the object of `operation`, by what was known when it returned. Raises `UsageError`."""
    until_ns = operation.return_ns
    assert until_ns is not None, "a watch looks at operations that have returned"
    every = read_history(path).by_object()[operation.object_key]
    known = [
        one.weakened() if one.return_ns is None or one.return_ns > until_ns else one
        for one in every
        if one.call_ns <= until_ns
    ]
    return check_object(known, model, budget).verdict
