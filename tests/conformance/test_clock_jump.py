"""Clocks of servers that are set, and set right again."""

from __future__ import annotations

import random
from functools import partial

import pytest

from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.redis import RedisBackend
from lawful.conformance.errors import BackendError, UsageError
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run.fault_language import STRIKES, parse_faults
from lawful.conformance.run.scene import Scene, refuse_impossible
from lawful.conformance.run.target import Target
from lawful.models.values import Json

HOUR_MS = 3_600_000


def nothing() -> None:
    pass


class Clocks:
    """Servers whose clocks can be set."""

    def __init__(self, count: int) -> None:
        self.offsets_s = {f"server-{number}": 0.0 for number in range(count)}
        targets = [
            Target(name, nothing, nothing, nothing, nothing, set_clock=partial(self.offsets_s.__setitem__, name))
            for name in self.offsets_s
        ]
        self.scene = Scene([targets])


@pytest.mark.parametrize(("fault", "struck"), [("clock-jump", 1), ("clock-jump-majority", 2), ("clock-jump-all", 3)])
def test_clocks_are_set_and_set_right_again(fault: str, struck: int) -> None:
    clocks = Clocks(3)
    blow = clocks.scene.blow(STRIKES[fault], random.Random(1))
    assert blow is not None
    for step in blow.strikes:
        step.do()
    wrong = {name: round(offset_s * 1000) for name, offset_s in clocks.offsets_s.items() if offset_s}
    assert len(wrong) == struck
    assert wrong == {step.target: step.details["offset_ms"] for step in blow.strikes}
    for step in blow.heals:
        step.do()
    assert set(clocks.offsets_s.values()) == {0.0}


def test_clocks_are_set_forward_and_back() -> None:
    clocks = Clocks(1)
    offsets = []
    for seed in range(20):
        blow = clocks.scene.blow(STRIKES["clock-jump"], random.Random(seed))
        assert blow is not None
        offset_ms = blow.strikes[0].details["offset_ms"]
        assert isinstance(offset_ms, int)
        offsets.append(offset_ms)
    assert min(offsets) < 0 < max(offsets)
    assert all(100 <= abs(offset_ms) <= 100_000 for offset_ms in offsets)


def test_servers_that_read_the_clock_of_the_machine_are_refused() -> None:
    choices = parse_faults("clock-jump")
    refuse_impossible(choices, RaftBackend(), "raft")
    with pytest.raises(UsageError, match="cannot suffer clock-jump-one"):
        refuse_impossible(choices, RedisBackend(), "redis")


def test_a_lease_of_the_raft_group_expires_by_the_clock_that_was_set() -> None:
    backend = RaftBackend(nodes="1")
    with ProcessGroup() as processes:
        try:
            backend.start(processes.workspace())
            (node,) = backend.servers()
            client = backend.connect(backend.connection(), 10.0)
            lease: dict[str, Json] = {"holder": "one", "ttl_ms": HOUR_MS}
            assert client.invoke("leader_lease", "s", "acquire", lease).result is not None
            other: dict[str, Json] = {"holder": "other", "ttl_ms": HOUR_MS}
            assert client.invoke("leader_lease", "s", "acquire", other).result is None
            backend.set_clock(node, 2 * HOUR_MS / 1000)
            assert client.invoke("leader_lease", "s", "acquire", other).result is not None
            client.close()
            backend.kill(node)
            with pytest.raises(BackendError, match="cannot be set"):
                backend.set_clock(node, 0.0)
        finally:
            backend.stop()
