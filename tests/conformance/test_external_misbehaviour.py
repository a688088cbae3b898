"""Adapters that misbehave: each is named by what it did, costs one operation, and leaves the next one working."""

from __future__ import annotations

import re
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lawful.checkers.verdict import Budget
from lawful.conformance.adapter import AdapterDefect, Backend, Client
from lawful.conformance.backends.external import ExternalBackend
from lawful.conformance.backends.external import client as external_client
from lawful.conformance.backends.registry import choose
from lawful.conformance.errors import BackendError, ExitCode
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.execute import execute
from lawful.conformance.run.plan import RunPlan
from lawful.conformance.run.session import Session
from lawful.conformance.run.tally import Tally
from lawful.conformance.wire import client as wire_client
from lawful.conformance.wire.messages import NonsenseLine, Request
from lawful.conformance.wire.peer import PeerGone, PeerSilent
from lawful.conformance.workloads import WORKLOADS
from lawful.conformance.workloads.script import Intent
from lawful.models.history import Header, Outcome
from lawful.models.values import Json

ADAPTER = Path(__file__).parent / "adapters" / "misbehaving.py"
TIMEOUT_S = 0.3


def named(options: str = "", arguments: str = "") -> str:
    """The tiny adapter as the text of `--backend`."""
    program = f"exec:{shlex.quote(sys.executable)} {shlex.quote(str(ADAPTER))} {arguments}".rstrip()
    return f"{program},{options}" if options else program


@pytest.fixture
def started() -> Iterator[Callable[[str], Backend]]:
    """Builds and starts the tiny adapter with the given options."""
    with ExitStack() as stack:

        def start(options: str) -> Backend:
            backend = choose(named(options)).build()
            processes = stack.enter_context(ProcessGroup())
            stack.callback(backend.stop)
            backend.start(processes.workspace())
            return backend

        yield start


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_client, "_GRACE_S", 0.7)


def connected(backend: Backend) -> Client:
    return backend.connect(backend.connection(), TIMEOUT_S)


def depth(client: Client) -> object:
    return client.invoke("jobs", None, "queue_depth", {}).result


def enqueue(client: Client, job_id: str) -> object:
    return client.invoke("jobs", None, "enqueue", {"id": job_id, "type": "", "params": None}).result


def test_the_tiny_adapter_is_right_when_it_is_not_told_otherwise(started: Callable[[str], Backend]) -> None:
    with closing(connected(started(""))) as client:
        assert [enqueue(client, "a"), enqueue(client, "a"), enqueue(client, "b"), depth(client)] == [
            True,
            False,
            True,
            2,
        ]


@pytest.mark.parametrize(
    ("mode", "defect"),
    [
        ("crash", "its process ended by itself with exit code 3"),
        ("hang", r"no answer within 1\.0 s"),
        ("long_line", "it is longer than 16000000 bytes"),
        ("rubbish", "not JSON: .*DEBUG: connecting to the store"),
        ("rubbish_first", "not JSON: .*DEBUG: connecting to the store"),
        ("not_utf8", "it is not UTF-8"),
        ("wrong_id", "it answers request 1002, which was never sent"),
        ("text_id", "it has no id that is an integer"),
        ("two_outcomes", "it has ok and failed of ok, failed, unknown, unsupported, defect, where exactly one belongs"),
        ("closes_stdout", "it closed its output and went on running"),
        ("crash_midway", "ended by itself with exit code 3, in the middle of a line"),
        ("empty_line", "it is empty"),
        ("no_line_end", r"no answer within 1\.0 s, but a line without an end: .*ok"),
    ],
)
def test_a_defect_is_named_and_the_next_operation_goes_on(
    started: Callable[[str], Backend], mode: str, defect: str
) -> None:
    with closing(connected(started(f"mode={mode}"))) as client:
        with pytest.raises(AdapterDefect, match=defect):
            depth(client)
        assert enqueue(client, "a") is True
        assert enqueue(client, "a") is False


@pytest.mark.parametrize(
    ("mode", "hint"),
    [
        ("crash", "its standard error ends in:\nthe disk is full"),
        ("rubbish", "what is meant for people belongs on standard error"),
        ("two_outcomes", 'a reply is one line such as {"id":3,"ok":true}'),
        ("no_line_end", "flush its output after each line"),
    ],
)
def test_each_defect_has_a_hint_that_fits(started: Callable[[str], Backend], mode: str, hint: str) -> None:
    backend = started(f"mode={mode}")
    assert isinstance(backend, ExternalBackend)
    client = backend.run_client("client", TIMEOUT_S)
    client.start()
    client.wait_until_ready()
    with pytest.raises((PeerGone, PeerSilent, NonsenseLine)) as caught:
        client.ask(Request(1, "jobs", None, "queue_depth", {}), 0.5)
    assert isinstance(caught.value, PeerGone | PeerSilent | NonsenseLine)
    assert hint in str(caught.value.hint)


def test_what_came_instead_of_an_answer_is_told_before_the_client_is_replaced(
    started: Callable[[str], Backend], tmp_path: Path
) -> None:
    backend = started("mode=earlier_id")
    assert isinstance(backend, ExternalBackend)
    client = backend.run_client("client", TIMEOUT_S)
    client.start()
    client.wait_until_ready()
    tally = Tally()
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        Session(0, client, [Once()], recorder, tally, 0.5).run_to_end(5.0)
    assert {text.partition(",")[0] for text in tally.defects} == {
        "jobs.queue_depth: answered a request twice",
        "jobs.queue_depth: gave no answer within 0.5 s",
    }
    assert tally.outcomes == {Outcome.UNKNOWN: 1}


def test_a_shared_process_that_ends_again_and_again_is_started_again_for_every_client(
    started: Callable[[str], Backend],
) -> None:
    backend = started("mode=crash,clients=many")
    assert isinstance(backend, ExternalBackend)
    first, second, idle = (backend.run_client(name, TIMEOUT_S) for name in ("first", "second", "idle"))
    for client in (first, second, idle):
        client.wait_until_ready()
    for client in (first, second):
        with pytest.raises(PeerGone):
            client.ask(Request(1, "jobs", None, "queue_depth", {}), 1.0)
    first.wait_until_ready()
    with pytest.raises(PeerGone):
        first.ask(Request(2, "jobs", None, "queue_depth", {}), 1.0)
    with pytest.raises(BackendError):  # started by the first client, and ended by it once more
        second.wait_until_ready()
    second.wait_until_ready()
    for number, client in enumerate((second, idle)):
        reply = client.ask(Request(3, "jobs", None, "enqueue", {"id": f"{number}"}), 1.0)
        assert (reply.outcome, reply.result) == (Outcome.OK, True), reply


class Once:
    """A script of one call."""

    def __init__(self) -> None:
        self._left = [Intent("jobs", None, "queue_depth", {})]

    def next(self) -> Intent | None:
        return self._left.pop() if self._left else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """Nothing follows from it."""


def test_a_wrong_answer_to_start_names_the_member(started: Callable[[str], Backend]) -> None:
    with pytest.raises(BackendError) as caught:
        started("mode=wrong_start")
    assert caught.value.cause == "the answer has the unknown member 'connect'"


def test_an_answer_that_comes_twice_is_named_with_the_next_one(started: Callable[[str], Backend]) -> None:
    with closing(connected(started("mode=twice"))) as client:
        assert depth(client) == 0
        with pytest.raises(AdapterDefect, match="answered a request twice"):
            enqueue(client, "a")


def test_a_late_answer_is_dropped_by_its_number(started: Callable[[str], Backend]) -> None:
    backend = started("mode=late,after=1.2,clients=many")
    assert isinstance(backend, ExternalBackend)
    client = backend.run_client("patient", TIMEOUT_S)
    client.start()
    client.wait_until_ready()
    with pytest.raises(PeerSilent):
        client.ask(Request(1, "jobs", None, "queue_depth", {}), 0.2)
    for number in range(40):  # while the late answer arrives, others get theirs
        reply = client.ask(Request(2, "jobs", None, "enqueue", {"id": f"{number}"}), 1.0)
        assert reply.outcome is Outcome.OK
        assert reply.result is True
        threading.Event().wait(0.04)
    assert backend.late_answers() == 1
    assert client.take_notes() == []


@pytest.mark.parametrize("declared", [False, True])
def test_answers_out_of_order_need_to_be_declared(started: Callable[[str], Backend], declared: bool) -> None:
    backend = started(f"mode=swapped,clients=many,any_order={str(declared).lower()}")
    answers: list[object] = []

    def ask(client: Client) -> None:
        try:
            answers.append(depth(client))
        except AdapterDefect as defect:
            answers.append(str(defect))

    clients = [connected(backend) for _ in range(2)]
    threads = [threading.Thread(target=ask, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    complaints = [answer for answer in answers if answer != 0]
    assert len(complaints) == (0 if declared else 1)
    assert all("does not declare any_order" in str(one) for one in complaints)


@pytest.mark.parametrize(
    ("options", "arguments", "cause"),
    [
        ("mode=wrong_version", "", "it speaks version 7 of the protocol, and this is version 1"),
        (
            "mode=unknown_function",
            "",
            "unknown name among the functions of jobs 'queue_dept'; did you mean 'queue_depth'",
        ),
        ("mode=protocol_is_text", "", "the protocol '1', which has to be the number 1"),
        ("mode=misspelt_member", "", "unknown member 'table'; did you mean 'tables'"),
        ("mode=hello_is_text", "", "its hello is no object"),
        ("mode=crash_at_hello", "", "(?s)ended by itself with exit code 1.*the store's driver is missing"),
        ("", "never_reads", r"no answer within 1\.0 s, and has not read its input \(\d+ bytes wait there\)"),
    ],
)
def test_a_wrong_hello_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, options: str, arguments: str, cause: str
) -> None:
    if arguments:
        monkeypatch.setattr(wire_client, "START_TIMEOUT_S", 1.0)
    with pytest.raises(BackendError) as caught:
        choose(named(options, arguments)).build().versions()
    assert caught.value.cause is not None
    assert re.search(cause, caught.value.cause), caught.value.cause


def test_a_program_that_is_not_there_is_named_with_a_hint() -> None:
    with pytest.raises(BackendError, match="cannot start adapter") as caught:
        choose("exec:adapter").build().versions()
    assert caught.value.hint is not None
    assert "exec:./adapter" in caught.value.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "defect"),
    [
        ("mode=crash", "ended by itself with exit code 3"),
        ("mode=crash,clients=many", "ended by itself with exit code 3"),
        ("mode=hang", "although its own time-out is shorter"),
        ("mode=late,after=3.5,clients=many", "although its own time-out is shorter"),
        ("mode=wrong_type", "answered a JSON string where the contract has integer"),
        ("mode=long_line", "longer than 16000000 bytes"),
        ("mode=long_line,clients=many", "longer than 16000000 bytes"),
        ("mode=rubbish", "sent a line that is no reply"),
        ("mode=rubbish_first,clients=many", "sent a line that is no reply"),
        ("mode=wrong_id,clients=many", "which was never sent"),
        ("mode=twice,clients=many", "answered a request twice"),
        ("mode=closes_stdout", "closed its output and went on running"),
    ],
)
def test_a_run_survives_and_names_the_adapter(tmp_path: Path, options: str, defect: str) -> None:
    plan = RunPlan(
        choose(named(options)), (WORKLOADS["jobs"],), 3, clients=2, seconds=1, operations_per_s=60, timeout_s=TIMEOUT_S
    )
    result = execute(plan, tmp_path, Budget(10), lambda _: None)
    assert any(defect in text for text in result.judgement.defects), result.judgement.defects
    assert result.exit_code is ExitCode.BACKEND_FAILED, result.judgement.verdict
    history = result.judgement.history
    assert not history.truncated
    assert any(one.outcome is Outcome.OK for one in history)
    innocent = options.startswith(("mode=twice", "mode=rubbish_first"))
    spoilt = {one.outcome for one in history if one.function == "queue_depth"}
    assert spoilt == ({Outcome.OK} if innocent else {Outcome.UNKNOWN})
