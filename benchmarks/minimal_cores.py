"""How small the proof of a violation gets, and how long it takes to find: `python -m benchmarks.minimal_cores PATH…`.

For each history (default: the etcd logs recorded by Jepsen, in a folder beside the repository), the core of
every object in violation is found by weakening, and then the fewest facts that contradict each other. Printed are the
sizes and the time of the processor; reading the histories and the verdicts on them are not in it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from lawful.checkers.linearizability.argument import Argument, argument
from lawful.checkers.linearizability.core import Core, check_weakened, minimal_core
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.formats import load
from lawful.conformance.model_choice import models_for

DEFAULT = Path(__file__).resolve().parents[1].parent / "shared" / "histories" / "etcd" / "bad"
BUDGET = Budget(seconds=10.0)
ARGUMENT_BUDGET = Budget(seconds=2.0)


def cores_of(path: Path) -> list[tuple[int, Core, float]]:
    """Per object in violation: how many operations it has, its core, and the seconds of processor time for it."""
    history = load(path)
    model_of = models_for(history.header)
    found = []
    for key, operations in history.by_object().items():
        verdict = check_weakened(operations, model_of(key), BUDGET)
        if verdict.verdict is Verdict.VIOLATION:
            started_s = time.process_time()
            core = minimal_core(operations, model_of(key), budget=BUDGET, part=verdict)
            assert core is not None, "a violation has a core"
            found.append((verdict.operations, core, time.process_time() - started_s))
    return found


def argued(path: Path) -> list[tuple[int, Core, float, Argument | None, float]]:
    """As `cores_of`, with the argument of each core, if it was found, and the seconds of processor time for that."""
    model_of = models_for(load(path).header)
    found = []
    for operations, core, core_s in cores_of(path):
        started_s = time.process_time()
        facts = argument(core, model_of(core.part.key), ARGUMENT_BUDGET)
        found.append((operations, core, core_s, facts, time.process_time() - started_s))
    return found


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or [DEFAULT]
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    found = [one for path in files for one in argued(path)]
    if not found:
        sys.exit(f"no violation in {', '.join(map(str, paths))}")
    cores = [core for _, core, _, _, _ in found]
    arguments = [facts for _, _, _, facts, _ in found if facts is not None]
    sizes = [len(core.constrained) for core in cores]
    optional = [len(core.optional) for core in cores]
    print(f"{len(found)} objects in violation, {sum(core.is_minimal for core in cores)} cores minimal")
    print(f"of these since a rest         {sum(bool(core.before) for core in cores)}")
    print(f"operations with an answer     median {median(one[0] for one in found):g}")
    print(f"of these in the core          median {median(sizes):g}, most {max(sizes)}")
    print(f"optional ones in the core     median {median(optional):g}, most {max(optional)}")
    print(_times("for the cores", [core_s for _, _, core_s, _, _ in found]))
    if arguments:
        facts = [len(one.facts) for one in arguments]
        print(f"facts beside the answers      median {median(facts):g}, most {max(facts)}, of {len(arguments)} cores")
        print(_times("for the facts", [facts_s for _, _, _, _, facts_s in found]))


def _times(what: str, seconds: Sequence[float]) -> str:
    return f"{what:30}{sum(seconds):.2f} s of the processor for all, {max(seconds):.3f} s for the slowest"


if __name__ == "__main__":
    main()
