"""What a history tells of durability, as lines: each crash with its losses, stale reads, and a time line of faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from lawful.checkers.recovery.staleness import Staleness
from lawful.checkers.recovery.store import CrashLoss
from lawful.conformance.durability import Durability
from lawful.models.history import FaultEvent, History
from lawful.models.wording import counted, printable

_WIDTH = 60
_MOST_NAMED = 8
"""Operations that are named of those lost on one object."""
_HEALS = frozenset({"restart", "resume", "heal"})


def durability_lines(durability: Durability, history: History) -> Iterator[str]:
    """The lines, without indentation and without any character that a terminal would obey."""
    yield f"durability: {durability.level}"
    for number, crash in enumerate(durability.loss.crashes, 1):
        yield from _crash_lines(number, crash, history, undecided=bool(durability.loss.undecided))
    for key in durability.loss.no_prefix:
        yield printable(f"{key}: no loss of what came last explains it")
    for key, why in (durability.loss.undecided or {}).items():
        yield printable(f"{key}: not found out: {why}")
    for stale in durability.stale:
        yield printable(_stale_line(stale))
    yield from time_line(history)


def _crash_lines(number: int, loss: CrashLoss, history: History, *, undecided: bool) -> Iterator[str]:
    crash = loss.crash
    at_s = (crash.call_ns - _begin_ns(history)) / 10**9
    what = f"crash {number}, {crash.fault} of {crash.target} after {at_s:.2f} s"
    if not loss.seconds and not loss.count:
        known = " is known to have been lost" if undecided else " was lost"
        yield printable(f"{what}: nothing of {counted(loss.acknowledged, 'acknowledged write')}{known}")
        return
    bound = f"the smallest bound is {counted(loss.writes, 'write')} or {loss.seconds:.3g} s"
    whole = "a suffix, all objects fell back to one instant" if loss.at_one_instant else "no suffix of what was done"
    yield printable(
        f"{what}: {loss.count} of {counted(loss.acknowledged, 'acknowledged write')} were lost, {whole}; {bound}"
    )
    by_index = {one.index: one for one in history} if loss.lost else {}
    for key, indexes in loss.lost.items():
        functions = Counter(by_index[index].function for index in indexes)
        kinds = ", ".join(f"{count} {function}" for function, count in functions.most_common())
        named = " ".join(f"#{index}" for index in indexes[:_MOST_NAMED])
        more = " …" if len(indexes) > _MOST_NAMED else ""
        yield printable(f"  {key} lost {kinds}: {named}{more}")


def _stale_line(stale: Staleness) -> str:
    versions = max((one.versions for one in stale.stale), default=0)
    seconds = max((one.seconds for one in stale.stale), default=0.0)
    first = " ".join(f"#{one.index}" for one in stale.stale[:_MOST_NAMED])
    return (
        f"{stale.key}: {len(stale.stale)} of {counted(stale.reads, 'read')} were stale, by up to "
        f"{counted(versions, 'version')} and {seconds:.3g} s ({first})"
    )


def time_line(history: History, width: int = _WIDTH) -> list[str]:
    """One row for each target of a fault: `x` where it was struck, `=` until it was healed, `·` where all was well."""
    if not history.faults:
        return []
    begin_ns = _begin_ns(history)
    end_ns = max([one.return_ns or one.call_ns for one in history] + [one.call_ns for one in history.faults])
    span_ns = max(1, end_ns - begin_ns)

    def column(instant_ns: int) -> int:
        return max(0, min(width - 1, (instant_ns - begin_ns) * width // span_ns))

    targets = list(dict.fromkeys(fault.target for fault in history.faults))
    named = max(len(target) for target in targets)
    title = f"0 s {'─' * max(0, width - 10)} {span_ns / 10**9:.1f} s"
    lines = [f"{'':{named}}  {title}"]
    for target in targets:
        row = _row([one for one in history.faults if target in (one.target, _heals_too(one))], column, width)
        lines.append(printable(f"{target:{named}}  {row}"))
    return lines


def _heals_too(fault: FaultEvent) -> str | None:
    """What else is well again: after a power loss the machine is, once a server has started."""
    return "machine" if fault.fault == "restart" and fault.on_server else None


def _row(faults: Sequence[FaultEvent], column: Callable[[int], int], width: int) -> str:
    cells = ["·"] * width
    struck: int | None = None
    for fault in sorted(faults, key=lambda one: one.call_ns):
        at = column(fault.call_ns)
        if fault.fault in _HEALS:
            begin = at if struck is None else struck + 1
            cells[begin:at] = ["="] * (at - begin)
            struck = None
        else:
            cells[at] = "x"
            struck = at
    if struck is not None:
        cells[struck + 1 :] = ["="] * (width - struck - 1)
    return "".join(cells)


def _begin_ns(history: History) -> int:
    return min([one.call_ns for one in history] + [one.call_ns for one in history.faults])
