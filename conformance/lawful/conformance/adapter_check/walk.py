"""The steps of `lawful adapter check`, from the hello to the crash hooks; the first failure ends the walk.

All steps work on one store and record one history, so what an earlier step wrote is still known to the model in a
later one. After each step the history so far is judged, and while only one client was at work, a violation names the
very exchange of lines that it is about.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from lawful.checkers.clause_verdicts import ClauseStatus
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.adapter import Backend, Fault
from lawful.conformance.adapter_check.overheard import Exchange, Overheard
from lawful.conformance.adapter_check.scripts import Functions, Watched
from lawful.conformance.backends.registry import BackendChoice
from lawful.conformance.errors import BackendError
from lawful.conformance.history.file import read_history
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.known_failures import KnownFailure
from lawful.conformance.levels import levels_of
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.programs.opened import offered
from lawful.conformance.programs.recorded import smallest_recorded
from lawful.conformance.programs.round_trips import RoundTrips
from lawful.conformance.report.evidence_text import evidence_lines
from lawful.conformance.run.judgement import judge_history
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.session import Session
from lawful.conformance.run.stages import Limited
from lawful.conformance.run.tally import Tally
from lawful.conformance.run.target import SERVER
from lawful.conformance.wire.client import Opening, OpensClients, RunClient, python_client
from lawful.conformance.workloads import WORKLOADS
from lawful.conformance.workloads.script import Script
from lawful.models.history import Header, History, Outcome
from lawful.models.wording import SMALLEST_PROGRAM, counted, operation_text
from lawful.specs.task_store import CLAUSES, TABLES

_GRACE_S = 3.0
_CLOCK_ERROR_NS = 20_000_000
_MOST_CALLS = 400
_SEQUENTIAL = 120
_AFTER_A_CRASH = 30
_STRIKES_S = 0.005
_PACE_S = 2.0
_TICK_S = 0.02
_BUDGET = Budget(20.0)
_STEP_LIMIT_S = 120.0
_REDUCTION_S = 8.0


@dataclass(frozen=True, slots=True)
class Done:
    """A step that went well."""

    title: str
    detail: str


class Stumble(Exception):
    """The first failure."""

    def __init__(
        self,
        title: str,
        problem: str,
        *,
        cause: str | None = None,
        hint: str | None = None,
        exchange: Exchange | None = None,
        lines: Sequence[str] = (),
        violation: bool = False,
    ) -> None:
        super().__init__(problem)
        self.title = title
        self.problem = problem
        self.cause = cause
        self.hint = hint
        self.exchange = exchange
        self.lines = tuple(lines)
        self.violation = violation
        """The store broke a clause; else the adapter broke the protocol."""


class Walk:
    """One walk. `tables`: only these, of those that the adapter offers; empty: all."""

    def __init__(
        self,
        choice: BackendChoice,
        folder: Path,
        tables: Sequence[str],
        seed: int,
        timeout_s: float,
        known: Mapping[str, KnownFailure],
    ) -> None:
        self.known_met: dict[str, KnownFailure] = {}
        """The known failures that were seen; the tables that have them are left out of later steps."""
        self.undecided: dict[str, str] = {}
        """How far the check of an object got that was not decided in its time, at the last step that judged it."""
        self._known = known
        self._kept: set[str] = set()
        self._left_out: set[str] = set()
        self._choice = choice
        self._path = folder / "history.jsonl"
        self._wanted = frozenset(tables)
        self._seed = seed
        self._timeout_s = timeout_s
        self._tally = Tally()
        self._overheard: list[Exchange] = []
        self._backend: Backend
        self._processes: ProcessGroup
        self._recorder: Recorder
        self._client: Overheard
        self._offered: dict[str, frozenset[str]] = {}

    def steps(self) -> Iterator[Done]:
        """Each step that went well; raises `Stumble` at the first that did not."""
        with ExitStack() as stack:
            self._processes = stack.enter_context(ProcessGroup())
            yield self._step("starts, and says hello", self._hello)
            stack.callback(self._backend.stop)
            yield self._step("starts its store, and opens a client", self._open)
            stack.callback(self._client.discard)
            self._recorder = stack.enter_context(Recorder(self._path, self._header()))
            yield self._step("answers each function", self._functions)
            # Before the step that fills the tables: a mistake is found sooner, and shown shorter, among few rows.
            yield self._step("keeps the clauses with one client at a time", self._clauses)
            yield self._step("gives values back as they were written", self._values)
            yield self._step("keeps them with two clients at once", self._two_clients)
            yield self._step("keeps them when something crashes", self._crashes)
            if self._known:
                yield self._step("breaks what it is known to break", self._known_failures)

    @property
    def unsupported(self) -> list[str]:
        """The functions, or whole tables, that the adapter does not offer."""
        missing: list[str] = []
        for table in TABLES.values():
            offered = self._offered.get(table.name, frozenset())
            functions = [f"{table.name}.{one.name}" for one in table.functions if one.name not in offered]
            missing += functions if offered else [f"the table {table.name}"]
        return missing + sorted(self._tally.unsupported)

    def _step(self, title: str, action: Callable[[], str]) -> Done:
        if self._left_out and not self._tables and action != self._known_failures:
            return Done(title, "not tried, as every table breaks a clause as it is known to")
        try:
            return Done(title, action())
        except BackendError as error:
            # It is about the adapter, its store or a hook: what the client asked last has nothing to do with it.
            raise Stumble(title, error.problem, cause=error.cause, hint=error.hint) from error
        except Stumble as stumble:
            stumble.title = title
            raise

    def _hello(self) -> str:
        self._backend = self._choice.build()
        versions = self._backend.versions()
        self._offered = offered(self._backend)
        chosen = self._tables
        if not chosen:
            raise BackendError(
                "the adapter offers no function of a table that is to be checked",
                hint=f"name the functions in its hello; the tables are {', '.join(TABLES)}",
            )
        told = ", ".join(f"{len(self._offered[table])} functions of {table}" for table in chosen)
        return f"{versions.get('adapter', self._choice.name)}: {told}"

    def _open(self) -> str:
        self._backend.start(self._processes.workspace())
        self._client = self._new_client("client-0")
        self._client.start()
        self._client.wait_until_ready()
        servers = self._backend.servers()
        return f"{counted(len(servers), 'server')}" if servers else "no servers of its own"

    def _functions(self) -> str:
        called = 0
        missed: list[str] = []
        for table in self._tables:
            script = Functions(WORKLOADS[table].script(0, self._seed), self._offered[table], _MOST_CALLS)
            self._follow(script)
            called += len(self._offered[table]) - len(script.missing)
            missed += [f"{table}.{name}" for name in sorted(script.missing)]
        self._require_lawful()
        return f"{called} functions" + (f"; not reached: {', '.join(missed)}" if missed else "")

    def _values(self) -> str:
        written = places = 0
        for table in self._tables:
            trips = RoundTrips(TABLES[table], self._offered[table])
            self._follow(trips)
            self._require_lawful()
            written, places = written + len(trips.written), places + len(trips.places)
        return f"{written} of {places} awkward values in fields were written and read back"

    def _clauses(self) -> str:
        for table in self._tables:
            self._follow(Limited(WORKLOADS[table].script(2, self._seed), _SEQUENTIAL))
            self._require_lawful()
        return counted(sum(self._tally.outcomes.values()), "operation") + " so far"

    def _two_clients(self) -> str:
        with ExitStack() as stack:
            clients: list[RunClient] = [self._client]
            second = self._new_client("client-1")
            second.start()
            stack.callback(second.discard)
            second.wait_until_ready()
            clients.append(second)
            start_s = time.monotonic()
            pace = Pace(start_s, start_s + _PACE_S, _TICK_S)
            sessions = [self._session(client, number + 3) for number, client in enumerate(clients)]
            for session in sessions:
                session.follow(pace)
            for session in sessions:
                session.join()
            failures = [session.failure for session in sessions if session.failure is not None]
            if failures:
                raise failures[0]
        self._require_lawful(alone=False)
        return f"{_PACE_S:g} s"

    def _crashes(self) -> str:
        told: list[str] = []
        if Fault.KILL in self._client.faults:
            self._while_killing(self._client.kill)
            told.append("a client was killed")
        for server in self._backend.servers():
            if Fault.KILL in getattr(self._backend, "server_faults", frozenset(Fault)):
                self._kill(server)
                self._backend.restart(server)
                told.append(f"{server} was killed and restarted")
        self._sequentially(self._limited(7, _AFTER_A_CRASH))
        self._require_lawful(alone=False)
        return ", ".join(told) or "nothing of it can be killed from here"

    def _known_failures(self) -> str:
        passes = sorted(self._kept & self._known.keys() - self.known_met.keys())
        if passes:
            told = ", ".join(passes)
            raise Stumble("", f"unexpected pass of {told}", hint="take it out of the known failures", violation=True)
        return f"{len(self.known_met)} of {counted(len(self._known), 'known failure')} met"

    def _while_killing(self, kill: Callable[[], None]) -> None:
        """Operations of which one is struck by the end of its client; what became of that one is unknown."""
        timer = threading.Timer(_STRIKES_S, kill)
        timer.start()
        self._sequentially(self._limited(6, _AFTER_A_CRASH))
        timer.join()

    def _kill(self, server: str) -> None:
        called_ns = time.monotonic_ns()
        self._backend.kill(server)
        self._recorder.fault("kill", server, called_ns, time.monotonic_ns(), details={"role": SERVER})

    def _header(self) -> Header:
        return Header(clock_error_ns=_CLOCK_ERROR_NS, levels=levels_of(self._backend))

    def _limited(self, client: int, most: int) -> list[Script]:
        return [Limited(WORKLOADS[table].script(client, self._seed), most) for table in self._tables]

    def _follow(self, script: Script) -> None:
        """Have the one client follow a script; an operation that fails or misbehaves ends the walk."""
        watched = Watched(script, self._tally)
        self._sequentially([watched])
        self._require_no_defect()
        if watched.trouble is not None:
            intent, outcome = watched.trouble
            became = "failed" if outcome is Outcome.FAIL else "had an unknown outcome"
            raise Stumble(
                "",
                f"{intent.table}.{intent.function} {became}, while nothing was wrong",
                cause=next(reversed(self._tally.errors), None),
                hint="with one client and no fault, every operation can be carried out",
                exchange=self._last_exchange(),
            )

    def _sequentially(self, scripts: Sequence[Script]) -> None:
        process = self._tally.next_process()
        session = Session(process, self._client, scripts, self._recorder, self._tally, self._limit_s)
        session.run_to_end(_STEP_LIMIT_S)

    def _session(self, client: RunClient, number: int) -> Session:
        scripts = [WORKLOADS[table].script(number, self._seed) for table in self._tables]
        return Session(self._tally.next_process(), client, scripts, self._recorder, self._tally, self._limit_s)

    def _require_no_defect(self) -> None:
        if self._tally.defects:
            told = [text for text, _ in self._tally.defects.most_common()]
            hints = (self._tally.hints[text] for text in told if text in self._tally.hints)
            raise Stumble(
                "",
                "\n".join(f"the adapter: {text}" for text in told),
                hint=next(hints, "docs/adapters.md says what a reply has to look like"),
                exchange=self._last_exchange(),
            )

    def _require_lawful(self, *, alone: bool = True) -> None:
        """The history so far keeps every clause. `alone`: no two operations of it overlap."""
        self._require_no_defect()
        recorded = read_history(self._path)
        operations = tuple(one for one in recorded.operations if one.object not in self._left_out)
        judgement = judge_history(replace(recorded, operations=operations), self._path, _BUDGET, known=self._known)
        self._kept |= {one.clause.id for one in judgement.clauses if one.status is ClauseStatus.LAWFUL}
        self.undecided = {
            str(part.key): part.progress or ""
            for part in judgement.verdict.objects
            if part.verdict is Verdict.INCONCLUSIVE
        }
        if judgement.verdict.verdict is not Verdict.VIOLATION or not judgement.evidence:
            return
        if judgement.compared.excuses:
            self.known_met |= judgement.compared.known
            self._left_out |= {evidence.part.key.object for evidence in judgement.evidence}
            return
        evidence = judgement.evidence[0]
        index = evidence.part.blocked_at
        lines = [*evidence_lines(evidence, judgement.history)]
        if alone and index is not None:
            lines += self._smallest_program(recorded, index)
        refused = evidence.part.refusals[0] if evidence.part.refusals else None
        clause = CLAUSES.get(refused.clause) if refused is not None and refused.clause is not None else None
        raise Stumble(
            "",
            "an answer is wrong" if index is None else f"the answer is wrong: {_told(recorded, index)}",
            cause=None if refused is None else refused.because,
            hint=None if clause is None else f"{clause.id}: {clause.sentence}",
            exchange=self._exchange_of(index) if alone else None,
            lines=lines,
            violation=True,
        )

    def _smallest_program(self, recorded: History, index: int) -> list[str]:
        """The smallest program that shows the answer to operation `index` to be wrong, and a line that says so."""
        wrong = recorded.operations[index]
        before = [one for one in recorded.operations if one.object == wrong.object and one.index <= index]
        try:
            failure = smallest_recorded(before, self._choice.text, _REDUCTION_S)
        except BackendError:  # such as a server whose password the text does not have
            failure = None
        return [] if failure is None else ["", SMALLEST_PROGRAM, "", *failure.text.splitlines()]

    def _exchange_of(self, index: int | None) -> Exchange | None:
        heard = self._client.exchanges
        return heard[index] if index is not None and index < len(heard) else None

    def _last_exchange(self) -> Exchange | None:
        heard = getattr(self, "_client", None)
        return heard.exchanges[-1] if heard is not None and heard.exchanges else None

    def _new_client(self, name: str) -> Overheard:
        if isinstance(self._backend, OpensClients):
            return Overheard(self._backend.run_client(name, self._timeout_s))
        path = self._choice.path
        opening = Opening(path, self._backend.connection(), self._timeout_s)
        return Overheard(python_client(name, path, opening, self._processes))

    @property
    def _tables(self) -> list[str]:
        wanted = self._wanted or self._offered.keys()
        chosen = [table for table in TABLES if table in self._offered and table in wanted and table in WORKLOADS]
        return [table for table in chosen if table not in self._left_out]

    @property
    def _limit_s(self) -> float:
        return self._timeout_s + _GRACE_S


def _told(history: History, index: int) -> str:
    return operation_text(history.operations[index])
