"""Monitors: decision procedures for single data types, near-linear where the general search is exponential.

    >>> from lawful.models.register import Register
    >>> monitor_for(Register()).name
    'register zones'

A monitor is imported when it is asked for, since it needs numpy, which takes longer to import than a search takes on a
hundred operations. A caller asks `check_object` of the monitor first and, where that is inconclusive, searches; the
`progress` of such a verdict says why the monitor could not decide.

Start with `monitor` and `zones`, then `register`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lawful.models.model import AnyModel

if TYPE_CHECKING:
    from lawful.checkers.linearizability.monitors.monitor import Monitor


def monitor_for(model: AnyModel[Any]) -> Monitor | None:
    """The monitor for a model, by its name; None where there is none, or numpy is not installed."""
    try:
        return _imported(model.name)
    except ModuleNotFoundError as missing:
        if missing.name != "numpy":
            raise
        return None


def _imported(name: str) -> Monitor | None:
    match name:
        case "register":
            from lawful.checkers.linearizability.monitors.register import REGISTER

            return REGISTER
        case "cas-register":
            from lawful.checkers.linearizability.monitors.register import CAS_REGISTER

            return CAS_REGISTER
        case "append-list":
            from lawful.checkers.linearizability.monitors.append_list import APPEND_LIST

            return APPEND_LIST
        case "counter":
            from lawful.checkers.linearizability.monitors.counter import COUNTER

            return COUNTER
        case "key-value":
            from lawful.checkers.linearizability.monitors.key_value import KEY_VALUE

            return KEY_VALUE
        case "fifo-queue":
            from lawful.checkers.linearizability.monitors.fifo_queue import FIFO_QUEUE

            return FIFO_QUEUE
        case "priority-queue":
            from lawful.checkers.linearizability.monitors.priority_queue import PRIORITY_QUEUE

            return PRIORITY_QUEUE
        case "semaphore":
            from lawful.checkers.linearizability.monitors.semaphore import SEMAPHORE

            return SEMAPHORE
        case "set":
            from lawful.checkers.linearizability.monitors.value_set import VALUE_SET

            return VALUE_SET
        case "stack":
            from lawful.checkers.linearizability.monitors.stack import STACK

            return STACK
    return None
