"""All wording about operations, answers and faults that a user sees: in reports, on the terminal, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.models.history import NS_PER_MS, FaultEvent, Operation, Outcome
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import AtLeast, Row, Value, as_json
from lawful.models.values import Json, canonical

_LONGEST_VALUE = 60
_LONGEST_COMPARED = 600
_MOST_ALLOWED = 4

SMALLEST_PROGRAM = "The smallest program found that shows it; run it with Python:"

MARKS_TEXT = (
    "(saved and crash were called by no client: what took effect between the two is lost; saved lies as early as the "
    "level claimed allows, or later)"
)
"""Of the operations that stand for a crash (see `models.crashes`)."""


def value_text(value: Json) -> str:
    """A JSON value, cut in the middle where it is long: both ends are often what tells two values apart.

    >>> value_text({"id": "t-1"}), value_text("x" * 80)[26:36]
    ('{"id":"t-1"}', 'xxxx…xxxxx')
    """
    return _cut(printable(canonical(value)), _LONGEST_VALUE)


def compared_text(text: str) -> str:
    """The JSON text of an answer that stands above another: whole where it is not very long, to show the difference."""
    return _cut(printable(text), _LONGEST_COMPARED)


def _cut(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half + 1 :]}"


def name_text(value: Json) -> str:
    """A value as part of a sentence: a text without quotes, where it can be seen and told from the words round it.

    >>> name_text("worker-1"), name_text(""), name_text(" a"), name_text(None)
    ('worker-1', '""', '" a"', 'null')
    """
    if (
        isinstance(value, str)
        and value
        and value.isprintable()
        and value == value.strip()
        and len(value) <= _LONGEST_VALUE
    ):
        return value
    return value_text(value)


def stray_rows_text(name: str, wrong: Sequence[str], more: int) -> str:
    """Why a list is refused that shows a row which is not there, or has other values; `more` of them.

    >>> stray_rows_text("a", [], 0), stray_rows_text("a", ["state", "type"], 1)
    ('there is no row a', 'the row a is other than last written in state and type, and 1 further row is wrong as well')
    """
    told = f"the row {name} is other than last written in {enumerated(wrong)}" if wrong else f"there is no row {name}"
    return (
        told if not more else f"{told}, and {counted(more, 'further row')} {'is' if more == 1 else 'are'} wrong as well"
    )


def counted(count: int, noun: str) -> str:
    """`1 operation`, `2 operations`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def printable(text: str) -> str:
    """`text` with what a terminal would obey, hide or turn round spelt out: a value cannot garble the report."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def call_text(operation: Operation) -> str:
    """What was asked for: `cas(old=1, new=2)`."""
    return asked_text(operation.function, operation.arguments)


def asked_text(function: str, arguments: Mapping[str, Json]) -> str:
    """A call that nobody made yet: `cas(old=1, new=2)`."""
    given = ", ".join(f"{name}={value_text(value)}" for name, value in arguments.items())
    return f"{function}({given})"


def answer_text(operation: Operation) -> str:
    """What came back: `→ true`, `✗ connection refused`, `? timed out`."""
    match operation.outcome:
        case Outcome.OK:
            return f"→ {value_text(operation.result)}"
        case Outcome.FAIL:
            return f"✗ {printable(operation.error or 'failed')}"
        case Outcome.UNKNOWN:
            return f"? {printable(operation.error or 'no answer')}"


def operation_text(operation: Operation) -> str:
    """One operation on one line: `#12 client 3: jobs claim(worker="w1", ttl_ms=500) → null`."""
    return (
        f"#{operation.index} client {operation.process}: "
        f"{operation.object_key} {call_text(operation)} {answer_text(operation)}"
    )


def refused_text(answered: Json, allowed: Sequence[str], because: str, sentence: str | None) -> str:
    """A wrong answer in a sentence: what was answered, what may be, why, and the clause that it breaks."""
    few = [printable(one) for one in allowed[:_MOST_ALLOWED]]
    more = len(allowed) - len(few)
    may_be = " or ".join(few) + (f" or {more} more" if more > 0 else "")
    clause = "" if sentence is None else f" ({sentence})"
    return f"answered {value_text(answered)}, allowed: {may_be}, because {printable(because)}{clause}"


def trouble_text(outcome: Outcome, error: str | None) -> str:
    """What is told of an operation without an answer, while nothing was wrong."""
    became = "failed" if outcome is Outcome.FAIL else "had an unknown outcome"
    return f"{became}, while nothing was wrong: {printable(error or 'no reason was given')}"


def fault_text(fault: FaultEvent) -> str:
    """One fault on one line: `kill redis-1`."""
    text = f"{fault.fault} {fault.target}"
    return printable(f"{text} (failed: {fault.error})" if fault.error else text)


def answered_text(operation: Operation) -> str:
    """What the outcome of an operation says: `#4 read() answered 1`."""
    return f"#{operation.index} {call_text(operation)} answered {value_text(operation.result)}"


def order_text(first: Operation, then: Sequence[Operation]) -> str:
    """What was called after an operation had returned; the call is named where no answer names it."""
    named = [
        f"#{one.index}" if one.outcome is Outcome.OK else f"#{one.index} {call_text(one)} (whatever became of it)"
        for one in then
    ]
    return f"#{first.index} had returned before {enumerated(named)} {'was' if len(named) == 1 else 'were'} called"


def timing_text(operation: Operation, started_ns: int) -> str:
    """When an operation ran, counted from `started_ns`: `#1 ran between 5 and 6.2 ms after the first call`."""
    since = f"{(operation.call_ns - started_ns) / NS_PER_MS:.4g}"
    if operation.outcome is not Outcome.OK or operation.return_ns is None:
        return f"#{operation.index} {call_text(operation)} was called {since} ms after the first call"
    until = f"{(operation.return_ns - started_ns) / NS_PER_MS:.4g}"
    return f"#{operation.index} took effect {since} to {until} ms after the first call"


def loss_text(lost: tuple[float, float | None] | None) -> str:
    """How much of what was acknowledged was lost at a crash.

    >>> loss_text((0.2, 0.5)), loss_text((100, None)), loss_text((0, 0.01))
    ('the last 0.2 to 0.5 s were lost', 'more than the last 100 s were lost', 'the last 0.01 s or less were lost')
    """
    if lost is None:
        return "some of what came last was lost, and how much was not found out in time"
    more_than_s, at_most_s = lost
    if at_most_s is None:
        return f"more than the last {more_than_s:g} s were lost"
    if not more_than_s:
        return f"the last {at_most_s:g} s or less were lost"
    return f"the last {more_than_s:g} to {at_most_s:g} s were lost"


def loss_at_crash_text(lost: str) -> str:
    """`lost`, as `loss_text` gives it, in a sentence."""
    return f"when a server was killed, {lost}"


def instant_text(instant_ns: int, now_ns: int) -> str:
    """When something ends, seen from an instant.

    >>> instant_text(7_000_000_000, 5_000_000_000), instant_text(1_500_000, 2_000_000), instant_text(3, 3)
    ('in 2 s', '0.0005 s ago', 'now')
    """
    if instant_ns == now_ns:
        return "now"
    seconds = f"{abs(instant_ns - now_ns) / (1000 * NS_PER_MS):.12g} s"
    return f"in {seconds}" if instant_ns > now_ns else f"{seconds} ago"


def row_text(row: Row | None, now_ns: int) -> str:
    """A row with everything that clients do not see, as of an instant: `{holder: "h", expires_at: in 2 s}`."""
    if row is None:
        return "there is no such row"
    fields = zip(row.names, row.values, strict=True)
    return "{" + ", ".join(f"{name}: {_held_text(value, now_ns)}" for name, value in fields) + "}"


def _held_text(value: Value, now_ns: int) -> str:
    if isinstance(value, Expiry):
        ends = instant_text(value.earliest_ns, now_ns)
        return ends if value.earliest_ns == value.latest_ns else f"{ends} to {instant_text(value.latest_ns, now_ns)}"
    return part_text(value)


def part_text(value: Value) -> str:
    """A value that a state holds, other than an instant."""
    assert not isinstance(value, Expiry), value
    return str(value) if isinstance(value, AtLeast) else compared_text(canonical(as_json(value)))


def belief_text(believer: str, until_ns: int, now_ns: int) -> str:
    """Who believes in a right: `worker-1 believes that it is theirs, which ends in 2 s`."""
    return f"{printable(believer)} was told that it is theirs, which ends {instant_text(until_ns, now_ns)}"


def clock_text(clock_error_ns: int) -> str:
    """How right a clock is."""
    if not clock_error_ns:
        return "the clock of the store is right"
    return f"the clock of the store may err by {clock_error_ns / NS_PER_MS:.12g} ms over a grant"


def enumerated(names: Sequence[str]) -> str:
    """A list as a sentence has it.

    >>> enumerated(["#1"]), enumerated(["#1", "#2", "#3"])
    ('#1', '#1, #2 and #3')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def nobody_wrote_text(shown: str) -> str:
    """Why an answer is refused that shows what no operation may have written."""
    return f"the answer shows {shown}, and nobody wrote that"


def written_later_text(shown: str, writer: Operation) -> str:
    """Why an answer is refused that shows what was written only afterwards."""
    return f"the answer shows {shown}, and #{writer.index}, the first that may have written that, was called afterwards"


def not_independent_text(operation: Operation, others: Sequence[str], *, all_rows: bool, model: str) -> str:
    """Why the keys of an object are not independent of each other."""
    touched = "every row" if all_rows else f"the row {value_text(others[0])}"
    return (
        f"the model {model} touches {touched} at #{operation.index} {call_text(operation)} of {operation.object_key}, "
        f"and {operation.object}/{others[0]} is declared to be an object of its own"
    )
