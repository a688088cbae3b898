"""The recorded programs, and what is expected of each."""

from __future__ import annotations

import json
from pathlib import Path

from lawful.conformance.twins.program import Rejected
from lawful.conformance.twins.twin import BrokenStore

_FILE = Path(__file__).with_name("programs.json")

RECORDED: dict[str, str] = {
    name: "\n".join(lines)
    for name, lines in (json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}).items()
}
"""Programs as `lawful mutants --show` prints them, by the name of their twin."""


def rejected_by(text: str) -> tuple[str, ...]:
    """The clauses that reject what the program does, pasted and run as it is."""
    try:
        exec(compile(text, "<program>", "exec"), {})
    except Rejected as rejected:
        return rejected.clauses
    return ()


def on_a_right_store(twin: BrokenStore, text: str) -> str:
    """The same program for the store without the mistake."""
    return text.replace(f'simulated("{twin.name}")', f'simulated("{twin.table}")')


def without_last_call(text: str) -> str:
    """The program without its last line, which has to be what brings the mistake to light."""
    *lines, last = text.splitlines()
    assert last.startswith("    run.at("), last
    return "\n".join([*lines, "    pass"])


def fits(twin: BrokenStore, text: str) -> bool:
    """Whether the clause of the twin alone rejects the program, all of it is needed, and a right store passes."""
    try:
        return (
            rejected_by(text) == (twin.clause,)
            and not rejected_by(without_last_call(text))
            and not rejected_by(on_a_right_store(twin, text))
        )
    except ValueError:  # a call that the table does not have any more
        return False


def record(programs: dict[str, str]) -> None:
    """Write the file."""
    lines = {name: text.splitlines() for name, text in programs.items()}
    _FILE.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
