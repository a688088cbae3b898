"""`lawful refine raft`: what is shown, and the exit codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Run

COMMANDS = {
    "refine-raft-help": "lawful refine raft --help",
    "refine-raft-safe": "lawful refine raft --steps 2000",
    "refine-raft-with": "lawful refine raft --with read-index,pre-vote --steps 2000 --seed 2",
    "refine-raft-mistake": "lawful refine raft --mistake vote-twice",
    "refine-raft-mistake-of-messages": "lawful refine raft --mistake old-term-by-counting",
    "refine-raft-not-covered": "lawful refine raft --with pre-vote,fsync",
    "refine-raft-unknown-mistake": "lawful refine raft --mistake vote-thrice",
    "refine-raft-scene-not-within": "lawful refine raft --mistake old-term-by-counting --terms 2",
    "refine-raft-all": "lawful refine raft --all --log 1",
    "refine-raft-all-mistake": "lawful refine raft --all --mistake quorum-of-half",
    "refine-raft-all-of-walks": "lawful refine raft --all --seed 3",
    "refine-raft-inconclusive": "lawful refine raft --budget-s 1e-9",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_printed_stays_as_it_is(
    name: str, lawful: Callable[[str], Run], snapshot: Callable[[str, Run], None]
) -> None:
    snapshot(name, lawful(COMMANDS[name]))
