"""The fault injector does what its seed says, heals what it did, and records every action, also one that fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.conformance.adapter import Fault
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.history.file import read_history
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.run import faults
from lawful.conformance.run.fault_language import FaultChoice, Strike, parse_faults
from lawful.conformance.run.faults import FaultInjector
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.scene import Scene
from lawful.conformance.run.target import Target
from lawful.models.history import FaultEvent, Header


class Server:
    """Counts what is done to it."""

    def __init__(self, name: str, restart_fails: bool = False) -> None:
        self.done: list[str] = []
        self.target = Target(
            name,
            kill=self._do("kill"),
            restart=self._do("restart", fails=restart_fails),
            pause=self._do("pause"),
            resume=self._do("resume"),
        )

    def _do(self, action: str, fails: bool = False) -> Callable[[], None]:
        def act() -> None:
            self.done.append(action)
            if fails:
                raise BackendError(f"cannot {action}")

        return act


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_CALM_S", (0.0, 0.01))
    monkeypatch.setattr(faults, "_HOLD_S", {Fault.KILL: (0.0, 0.01), Fault.PAUSE: (0.0, 0.01)})
    monkeypatch.setattr(faults, "_AIMED_HOLD_S", (0.0, 0.01))
    monkeypatch.setattr(faults, "_INTO_TICK_S", (0.0, 0.001))


def inject(
    path: Path, servers: list[Server], kinds: tuple[Fault, ...], seed: int = 1, count: int = 12
) -> tuple[FaultInjector, tuple[FaultEvent, ...]]:
    """Let an injector act for `count` faults, or until it gives up; the events that it recorded."""
    now_s = time.monotonic()
    with Recorder(path, Header()) as recorder:
        choices = [FaultChoice((Strike(kind),)) for kind in kinds]
        scene = Scene([[server.target for server in servers]])
        injector = FaultInjector(choices, scene, recorder, seed, Pace(now_s, now_s + 10, 0.005))
        injector.start()
        while injector.injected < count and injector.is_alive() and time.monotonic() < now_s + 10:
            time.sleep(0.002)
        injector.stop()
    return injector, read_history(path).faults


def test_every_fault_is_healed_and_recorded(tmp_path: Path) -> None:
    servers = [Server("a"), Server("b")]
    injector, events = inject(tmp_path / "history.jsonl", servers, (Fault.KILL, Fault.PAUSE))
    assert injector.failure is None
    assert [event.fault for event in events if event.target == "a"] == servers[0].done
    healed = {"kill": "restart", "pause": "resume"}
    for server in servers:
        assert server.done
        assert [healed[fault] for fault in server.done[::2]] == server.done[1::2]


def test_one_target_at_a_time_is_down(tmp_path: Path) -> None:
    _, events = inject(tmp_path / "history.jsonl", [Server("a"), Server("b"), Server("c")], (Fault.KILL,))
    for event, heal in zip(events[::2], events[1::2], strict=True):
        assert (event.fault, heal.fault, event.target) == ("kill", "restart", heal.target)


def test_the_seed_decides_targets_and_faults(tmp_path: Path) -> None:
    def events(name: str, seed: int) -> list[tuple[str, str]]:
        servers = [Server("a"), Server("b")]
        _, recorded = inject(tmp_path / name, servers, (Fault.KILL, Fault.PAUSE), seed)
        return [(event.fault, event.target) for event in recorded][:20]

    assert events("one", 1) == events("same", 1)
    assert events("again", 1) != events("other", 2)


def test_a_server_that_cannot_be_healed_is_recorded_and_ends_the_injector(tmp_path: Path) -> None:
    injector, events = inject(tmp_path / "history.jsonl", [Server("a", restart_fails=True)], (Fault.KILL,))
    assert isinstance(injector.failure, BackendError)
    assert [(event.fault, event.error) for event in events] == [("kill", None), ("restart", "cannot restart")]


def test_faults_at_once_are_undone_in_reverse(tmp_path: Path) -> None:
    servers = [Server("a"), Server("b")]
    now_s = time.monotonic()
    with Recorder(tmp_path / "history.jsonl", Header()) as recorder:
        scene = Scene([[server.target for server in servers]])
        choices = parse_faults("pause-one+kill-one")
        injector = FaultInjector(choices, scene, recorder, 1, Pace(now_s, now_s + 10, 0.005))
        injector.start()
        while not injector.injected and time.monotonic() < now_s + 10:
            time.sleep(0.002)
        injector.stop()
    assert [event.fault for event in read_history(tmp_path / "history.jsonl").faults][:4] == [
        "pause",
        "kill",
        "restart",
        "resume",
    ]


def test_no_faults_means_none(tmp_path: Path) -> None:
    server = Server("a")
    inject(tmp_path / "history.jsonl", [server], ())
    assert server.done == []


def test_faults_are_parsed() -> None:
    assert parse_faults("pause,kill") == (FaultChoice((Strike(Fault.PAUSE),)), FaultChoice((Strike(Fault.KILL),)))
    assert parse_faults("none") == ()
    with pytest.raises(UsageError, match="did you mean 'pause'"):
        parse_faults("pauze")
    with pytest.raises(UsageError, match="twice"):
        parse_faults("kill,kill")
