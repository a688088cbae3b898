"""How small the proof of a violation gets, and how long it takes to find: `python -m benchmarks.minimal_cores FOLDER`.

For each history in FOLDER (default: the etcd logs recorded by Jepsen, in a folder beside the repository), the core of
every object in violation is found by weakening. Printed are the sizes and the time of the processor; reading the
histories and the verdicts on them are not in it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from lawful.checkers.linearizability import search
from lawful.checkers.linearizability.core import Core, minimal_core
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.history.formats import load
from lawful.conformance.model_choice import models_for

DEFAULT = Path(__file__).resolve().parents[1].parent / "shared" / "histories" / "etcd" / "bad"
BUDGET = Budget(seconds=10.0)


def cores_of(path: Path) -> list[tuple[int, Core, float]]:
    """Per object in violation: how many operations it has, its core, and the seconds of processor time for it."""
    history = load(path)
    model_of = models_for(history.header)
    found = []
    for key, operations in history.by_object().items():
        verdict = search.check_object(operations, model_of(key), BUDGET)
        if verdict.verdict is Verdict.VIOLATION:
            started_s = time.process_time()
            core = minimal_core(operations, model_of(key), budget=BUDGET, part=verdict)
            assert core is not None, "a violation has a core"
            found.append((verdict.operations, core, time.process_time() - started_s))
    return found


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    found = [one for path in sorted(folder.iterdir()) for one in cores_of(path)]
    if not found:
        sys.exit(f"no violation in {folder}")
    sizes = [len(core.constrained) for _, core, _ in found]
    optional = [len(core.optional) for _, core, _ in found]
    seconds = [spent_s for _, _, spent_s in found]
    print(f"{len(found)} objects in violation, {sum(core.is_minimal for _, core, _ in found)} cores minimal")
    print(f"operations with an answer     median {median(total for total, _, _ in found):g}")
    print(f"of these in the core          median {median(sizes):g}, most {max(sizes)}")
    print(f"optional ones in the core     median {median(optional):g}, most {max(optional)}")
    print(f"processor time                {sum(seconds):.2f} s for all, {max(seconds):.3f} s for the slowest")


if __name__ == "__main__":
    main()
