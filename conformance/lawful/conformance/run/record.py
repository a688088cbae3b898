"""Recording a run: start the backend and the clients, let them work under faults, heal, read everything once more.

The history is written while it happens and is complete before anybody judges it: checking is a function of the file.
"""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from lawful.conformance.adapter import Backend, Workspace, objects_of
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.levels import levels_of
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.fault_language import FaultChoice
from lawful.conformance.run.faults import FaultInjector
from lawful.conformance.run.machine import Machine, OnDisk, may_be_full, needs_disk
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.scene import cluster_of, refuse_impossible, scene_of
from lawful.conformance.run.session import Session, raise_failures
from lawful.conformance.run.stages import Broken, Stage, broken_tables, limited, remaining
from lawful.conformance.run.tally import Tally
from lawful.conformance.stable_storage import SimulatedDisk
from lawful.conformance.wire.client import Opening, OpensClients, RunClient, python_client
from lawful.models.history import Header

_SEQUENTIAL_OPERATIONS = 40
_SEQUENTIAL_LIMIT_S = 10.0
"""Of each table, in the first stage."""
_CONCURRENT_SHARE, _CONCURRENT_MOST_S = 0.2, 2.0
"""How long clients work at once before the faults begin: a share of the time under faults, and the most of it."""
_STARTING_S = 0.05
"""Between the moment that all clients are ready and the first tick."""
_SETTLE_S = 1.4
"""After healing: longer than any claim or lease of the workloads, so that final reads see what has expired."""
_RECOVERY_LIMIT_S = 45.0
"""For a cluster to be whole again: it takes Sentinels a quarter of a minute to make a replica of a deposed primary."""
_FINAL_LIMIT_S = 20.0
_LONGEST_PAUSE_S = 3.0
"""How much longer than the client's own time-out an answer may take, because its process may be paused."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run is doing."""

    phase: str
    elapsed_s: float
    tally: Tally
    faults: int


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished recording."""

    path: Path
    tally: Tally
    interrupted: bool
    broken: tuple[Broken, ...] = ()
    """The tables that were left out of later stages."""


def record_run(plan: RunPlan, path: Path, tally: Tally, listener: Listener) -> Recording:
    """Carry out `plan` and write its history to `path`; counts in `tally`, which outlives a recording that breaks off.

    Raises `UsageError` for a plan that makes no sense and `BackendError` where a server or the adapter does not do
    its part. What was recorded until then is in the file.
    """
    backend = plan.backend.build()
    _refuse_missing_tables(plan, backend)
    refuse_impossible(plan.faults, backend, plan.backend.name)
    header = _header(plan, backend)
    with ExitStack() as stack:
        # The recorder closes before the servers stop: a footer says that the recording is whole, not the clean-up.
        processes = stack.enter_context(ProcessGroup())
        listener(Progress("starting servers", 0.0, tally, 0))
        workspace = processes.workspace()
        machine = None
        if needs_disk(plan.faults):
            own_folder, fills = processes.workspace().folder, may_be_full(plan.faults)
            disk = stack.enter_context(SimulatedDisk(workspace.folder, own_folder, may_be_full=fills))
            machine = Machine(disk)
            workspace = replace(workspace, processes=OnDisk(processes, disk))
        stack.enter_context(_started(backend, workspace))
        if machine is not None:
            machine.disk.keep()
        return _Run(plan, backend, processes, machine, workspace.folder, path, header, tally, listener).record()


class _Run:
    def __init__(
        self,
        plan: RunPlan,
        backend: Backend,
        processes: ProcessGroup,
        machine: Machine | None,
        folder: Path,
        path: Path,
        header: Header,
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._plan = plan
        self._backend = backend
        self._processes = processes
        self._machine = machine
        self._folder = folder
        self._path = path
        self._header = header
        self._listener = listener
        self._workloads = plan.workloads
        self._broken: list[Broken] = []
        self._tally = tally
        self._started_s = time.monotonic()

    def record(self) -> Recording:
        with ExitStack() as stack:
            clients = [stack.enter_context(self._client(f"client-{i}")) for i in range(self._plan.clients)]
            for client in clients:
                client.wait_until_ready()
            recorder = stack.enter_context(Recorder(self._path, self._header))
            interrupted = self._stages(recorder, clients)
            if not interrupted and self._workloads:
                self._read_all(recorder)
        return Recording(self._path, self._tally, interrupted, tuple(self._broken))

    def _stages(self, recorder: Recorder, clients: Sequence[RunClient]) -> bool:
        """One client, then all at once, then under faults; whether it was interrupted."""
        try:
            self._one_client(recorder, clients[0])
            self._leave_out_broken(Stage.SEQUENTIAL)
        except KeyboardInterrupt:
            return True
        faults, seconds = self._plan.faults, self._plan.seconds
        if not faults:
            return bool(self._workloads) and self._work(recorder, clients, seconds, ())
        concurrent_s = min(_CONCURRENT_MOST_S, seconds * _CONCURRENT_SHARE)
        if self._workloads and self._work(recorder, clients, concurrent_s, ()):
            return True
        self._leave_out_broken(Stage.CONCURRENT)
        return bool(self._workloads) and self._work(recorder, clients, seconds, faults)

    def _one_client(self, recorder: Recorder, client: RunClient) -> None:
        """The stage with nobody else at work."""
        self._report("one client", 0)
        number = self._plan.clients  # a client of the script's that is none of the others
        for workload in self._workloads:
            scripts = limited([workload.script(number, self._plan.seed)], _SEQUENTIAL_OPERATIONS)
            process = self._tally.next_process()
            session = Session(process, client, scripts, recorder, self._tally, self._answer_limit_s)
            session.run_to_end(_SEQUENTIAL_LIMIT_S)

    def _leave_out_broken(self, stage: Stage) -> None:
        self._report("checking", 0)
        known = {one.table for one in self._broken}
        self._broken += [Broken(table, stage) for table in broken_tables(self._path) if table not in known]
        self._workloads = remaining(self._workloads, self._broken)

    def _work(
        self, recorder: Recorder, clients: Sequence[RunClient], seconds: float, faults: Sequence[FaultChoice]
    ) -> bool:
        """All clients at once; whether it was interrupted."""
        sessions = [self._session(number, client, recorder) for number, client in enumerate(clients)]
        start_s = time.monotonic() + _STARTING_S
        pace = Pace(start_s, start_s + seconds, self._plan.tick_s)
        scene = scene_of(self._backend, clients, self._machine, self._folder)
        injector = FaultInjector(faults, scene, recorder, self._plan.seed, pace)
        interrupted = False
        for session in sessions:
            session.follow(pace)
        injector.start()
        try:
            while time.monotonic() < pace.end_s and not self._failed(sessions, injector):
                time.sleep(0.1)
                self._report("recording", injector.injected)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            # Heal first: a session may be waiting for an answer of a paused server.
            injector.stop()
            for session in sessions:
                session.stop()
            for session in sessions:
                session.join(self._answer_limit_s + _LONGEST_PAUSE_S)
        if injector.failure is not None:
            raise injector.failure
        raise_failures(sessions)
        return interrupted

    def _read_all(self, recorder: Recorder) -> None:
        """Final reads by one fresh client, after everything healed and expired."""
        self._report("settling", 0)
        self._await_recovery(recorder)
        time.sleep(_SETTLE_S)
        self._report("final reads", 0)
        with self._client("client-final") as client:
            client.wait_until_ready()
            scripts = [workload.final_script(self._plan.seed) for workload in self._workloads]
            session = Session(self._tally.next_process(), client, scripts, recorder, self._tally, self._answer_limit_s)
            session.run_to_end(_FINAL_LIMIT_S)

    def _await_recovery(self, recorder: Recorder) -> None:
        """A cluster is whole again before the final reads; how long that took is in the history."""
        cluster = cluster_of(self._backend)
        if cluster is None or not self._plan.faults:
            return
        called_ns = time.monotonic_ns()
        missing = cluster.await_recovery(_RECOVERY_LIMIT_S)
        details = {"role": "cluster"}
        recorder.fault("recover", "the cluster", called_ns, time.monotonic_ns(), error=missing, details=details)

    def _session(self, number: int, client: RunClient, recorder: Recorder) -> Session:
        scripts = [workload.script(number, self._plan.seed) for workload in self._workloads]
        return Session(self._tally.next_process(), client, scripts, recorder, self._tally, self._answer_limit_s)

    @contextmanager
    def _client(self, name: str) -> Iterator[RunClient]:
        client = self._new_client(name)
        client.start()
        try:
            yield client
        finally:
            with suppress(ProcessLookupError):
                client.discard()

    def _new_client(self, name: str) -> RunClient:
        backend, path = self._backend, self._plan.backend.path
        if isinstance(backend, OpensClients):
            return backend.run_client(name, self._plan.timeout_s)
        opening = Opening(path, backend.connection(), self._plan.timeout_s)
        # Of a store without servers, the clients are who writes to the disk.
        is_on_disk = self._machine is not None and not backend.servers()
        launched = self._machine.disk.launched if self._machine is not None and is_on_disk else None
        return python_client(name, path, opening, self._processes, launched)

    @property
    def _answer_limit_s(self) -> float:
        return self._plan.timeout_s + _LONGEST_PAUSE_S

    def _failed(self, sessions: Sequence[Session], injector: FaultInjector) -> bool:
        return injector.failure is not None or any(session.failure is not None for session in sessions)

    def _report(self, phase: str, faults: int) -> None:
        self._listener(Progress(phase, time.monotonic() - self._started_s, self._tally, faults))


@contextmanager
def _started(backend: Backend, workspace: Workspace) -> Iterator[None]:
    try:
        try:
            backend.start(workspace)
        except BackendError:
            raise
        except Exception as error:
            raise BackendError("the backend did not start", cause=f"{type(error).__name__}: {error}") from error
        yield
    finally:
        backend.stop()


def _refuse_missing_tables(plan: RunPlan, backend: Backend) -> None:
    offered = backend.tables | objects_of(backend)
    missing = [workload.table for workload in plan.workloads if workload.table not in offered]
    if missing:
        raise UsageError(
            f"backend {plan.backend.name!r} does not implement {', '.join(missing)}",
            hint=f"it implements {', '.join(sorted(offered)) or 'no table'}",
        )


def _header(plan: RunPlan, backend: Backend) -> Header:
    versions = {
        "lawful": importlib.metadata.version("lawful"),
        "python": platform.python_version(),
        **backend.versions(),
    }
    return Header(
        backend=plan.backend.text,
        workload=plan.workload_name,
        seed=plan.seed,
        clock_error_ns=plan.clock_error_ms * 1_000_000,
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        versions=versions,
        options=plan.options(),
        levels=levels_of(backend),
    )
