"""Records the smallest program found for each twin: `python -m tests.twins [TWIN …]`, all of them without an argument.

To be run after a change of a declaration that makes a recorded program lawful, or invalid. A program that is recorded
and still does what it should is kept, so that the file changes only where it must.
"""

from __future__ import annotations

import sys

from tests.twins.recorded import RECORDED, fits, record

from lawful.conformance.twins.catalogue import twin_named, twins
from lawful.conformance.twins.matrix import hunt_twin
from lawful.conformance.twins.program import program_text
from lawful.conformance.twins.smallest import made_plain
from lawful.conformance.twins.twin import BrokenStore

_SEEDS = range(0, 1000, 100)


def main(names: list[str]) -> None:
    """Record what is asked for, or what is missing."""
    programs = {name: text for name, text in RECORDED.items() if name in twins() and name not in names}
    for twin in [twin_named(name) for name in names] or twins().values():
        text = programs.get(twin.name)
        if text is not None and fits(twin, text):
            continue
        found = _recorded(twin)
        sys.stdout.write(f"{twin.name}: {'not caught' if found is None else 'recorded'}\n")
        sys.stdout.flush()
        if found is not None:
            programs[twin.name] = found
    record({name: programs[name] for name in twins() if name in programs})


def _recorded(twin: BrokenStore) -> str | None:
    """The program as text; None where none was found that does what it should."""
    for seed in _SEEDS:
        row = hunt_twin(twin, seed)
        if row.program is not None:
            text = program_text(twin.name, made_plain(twin.make, row.program, twin.clause))
            if fits(twin, text):
                return text
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
