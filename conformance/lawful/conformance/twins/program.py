"""What was done to a store in simulated time, to be done again: as data, and as Python that can be pasted.

    from lawful.conformance.twins.program import simulated

    with simulated("claim-by-read-decide-write") as run:
        run.at(ms=0, client=0).jobs.enqueue(id="a", type="", params=None)
        run.at(ms=2, client=1, steps_ms=(1, 2)).jobs.claim(worker="v", ttl_ms=60000)
        run.at(ms=2, client=2, steps_ms=(1, 2)).jobs.claim(worker="w", ttl_ms=60000)

At the end of the `with` block all of it is carried out, and `Rejected` is raised where a clause rejects the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lawful.conformance.errors import unknown_name
from lawful.conformance.programs.calls_by_name import CallsByName
from lawful.conformance.programs.program import python_text
from lawful.conformance.report.columns import columns
from lawful.conformance.twins.simulation import (
    USUAL_DELAYS_NS,
    Act,
    Mishap,
    Repeated,
    Restart,
    Simulation,
)
from lawful.conformance.twins.store import DeclaredStore
from lawful.conformance.workloads.script import Intent
from lawful.models.history import NS_PER_MS, History
from lawful.models.values import Json
from lawful.specs.task_store import TABLES


@dataclass(frozen=True, slots=True)
class Program:
    """Calls and restarts, each at its time."""

    acts: tuple[Act, ...]
    restarts: tuple[Restart, ...] = ()

    def run(self, store: DeclaredStore) -> History:
        """Carry it out."""
        return Simulation(store, Repeated(self.acts), self.restarts).run()


class Rejected(AssertionError):
    """The answers of a simulated store broke a clause."""

    def __init__(self, clauses: Sequence[str], history: History) -> None:
        picture = columns(history.operations, history.faults)
        super().__init__(f"rejected by {', '.join(clauses)}\n\n{picture}")
        self.clauses = tuple(clauses)
        self.history = history


def program_text(store: str, program: Program) -> str:
    """The program as Python, for the twin (or the table) called `store`."""
    first_ns = min((act.call_ns for act in program.acts), default=0)
    lines = [(act.call_ns, _act_line(act, first_ns)) for act in program.acts]
    lines += [(restart.at_ns, f"run.restart(ms={_ms(restart.at_ns - first_ns)})") for restart in program.restarts]
    return "\n".join(
        [
            "from lawful.conformance.twins.program import simulated",
            "",
            f"with simulated({python_text(store)}) as run:",
            *(f"    {line}" for _, line in sorted(lines, key=lambda line: line[0])),
        ]
    )


def _act_line(act: Act, first_ns: int) -> str:
    intent = act.intent
    values = [] if intent.key is None else [f"{TABLES[intent.table].key}={python_text(intent.key)}"]
    values += [f"{name}={python_text(value)}" for name, value in intent.arguments.items()]
    when = f"ms={_ms(act.call_ns - first_ns)}, client={act.client}"
    if act.delays_ns != USUAL_DELAYS_NS:
        when += f", steps_ms=({', '.join(map(_ms, act.delays_ns))},)"
    if act.mishap is not Mishap.NONE:
        when += f", mishap={act.mishap.value!r}"
    return f"run.at({when}).{intent.table}.{intent.function}({', '.join(values)})"


def _ms(ns: int) -> str:
    return f"{ns / NS_PER_MS:.6f}".rstrip("0").rstrip(".")


@contextmanager
def simulated(store: str) -> Iterator[SimulatedRun]:
    """A run of a twin by its name, or of the untouched declaration by the name of its table.

    Raises `Rejected` at the end of the block where a clause rejects what the store answered.
    """
    # Judging imports this module.
    from lawful.conformance.twins.catalogue import twins
    from lawful.conformance.twins.hunt import broken_clauses

    known = twins()
    if store not in known and store not in TABLES:
        raise unknown_name("twin", store, (*known, *TABLES))
    run = SimulatedRun()
    yield run
    made = known[store].make() if store in known else DeclaredStore(TABLES[store])
    history = run.program.run(made)
    _, clauses = broken_clauses(history)
    if clauses:
        raise Rejected(clauses, history)


class SimulatedRun:
    """Collects what is to be done."""

    def __init__(self) -> None:
        self._acts: list[Act] = []
        self._restarts: list[Restart] = []

    @property
    def program(self) -> Program:
        return Program(tuple(self._acts), tuple(self._restarts))

    def at(
        self, ms: float, client: int, steps_ms: Sequence[float] | None = None, mishap: str = "none"
    ) -> CallsByName[None]:
        """When a client calls, how long each step and the way back of the answer take, and what goes wrong."""
        delays_ns = USUAL_DELAYS_NS if steps_ms is None else tuple(round(step * NS_PER_MS) for step in steps_ms)

        def collect(table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> None:
            intent = Intent(table, key, function, arguments)
            self._acts.append(Act(client, intent, round(ms * NS_PER_MS), delays_ns, Mishap(mishap)))

        return CallsByName(collect)

    def restart(self, ms: float) -> None:
        """Kill the store, and start it again."""
        self._restarts.append(Restart(round(ms * NS_PER_MS)))
