"""What `--faults` can say, which links a partition takes away, and whom an aim strikes."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from itertools import combinations

import pytest

from lawful.conformance.adapter import Workspace
from lawful.conformance.backends.raft import RaftBackend
from lawful.conformance.backends.redis_sentinel import SentinelBackend
from lawful.conformance.clusters import Cluster, Member
from lawful.conformance.errors import UsageError
from lawful.conformance.network import Link
from lawful.conformance.processes import ProcessGroup
from lawful.conformance.run import scene
from lawful.conformance.run.fault_language import STRIKES, Aim, FaultChoice, LinkFault, parse_faults
from lawful.conformance.run.partitions import bisected, bridged, isolated, majority_of, ringed, sent_by
from lawful.conformance.run.scene import Scene, refuse_impossible
from lawful.conformance.run.target import Blow, Target

PLACES = ("a", "b", "c", "d", "e")


def reached(places: Collection[str], taken: Collection[Link]) -> dict[str, set[str]]:
    """For each place those that it hears of, itself included."""
    return {one: {other for other in places if Link(other, one) not in taken} for one in places}


def test_every_fault_is_called_what_it_is_printed_as() -> None:
    for name, strike in STRIKES.items():
        (choice,) = parse_faults(name)
        assert choice == FaultChoice((strike,))
        assert parse_faults(str(choice)) == (choice,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("partition-primry", "partition-primary"),
        ("delay-ring", "delay-"),
        ("kill+", "unknown fault"),
        ("reset,reset-one", "twice"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_near(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse_faults(text)


def test_a_group_cut_off_reaches_itself_and_nobody_else() -> None:
    heard = reached(PLACES, isolated(("a", "d"), PLACES))
    assert heard == {"a": {"a", "d"}, "d": {"a", "d"}} | {one: {"b", "c", "e"} for one in ("b", "c", "e")}


def test_one_way_the_others_do_not_hear_of_a_group_that_hears_of_them() -> None:
    heard = reached(PLACES, sent_by(("a",), PLACES))
    assert heard["a"] == set(PLACES)
    assert all(heard[one] == set(PLACES) - {"a"} for one in PLACES[1:])


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_halves_do_not_reach_each_other_and_the_larger_is_a_majority_of_odd_counts(count: int) -> None:
    groups = {frozenset(group) for group in reached(PLACES[:count], bisected(PLACES[:count])).values()}
    assert sorted(map(len, groups)) == [count // 2, count - count // 2]


def test_a_bridge_reaches_both_halves_and_nobody_else_does() -> None:
    heard = reached(PLACES, bridged(PLACES))
    assert heard["a"] == set(PLACES)
    assert {frozenset(heard[one]) for one in PLACES[1:]} == {frozenset("abc"), frozenset("ade")}


@pytest.mark.parametrize("count", [3, 4, 5])
def test_in_a_ring_each_place_hears_of_a_majority_and_no_two_of_the_same(count: int) -> None:
    places = PLACES[:count]
    heard = reached(places, ringed(places))
    assert all(one in heard[one] and len(heard[one]) == majority_of(count) for one in places)
    assert all(heard[one] != heard[other] for one, other in combinations(places, 2))


class Stub(Member):
    """A server that is never started."""

    def answers(self) -> str | None:
        return None


class StubCluster(Cluster):
    """Five servers, of which `b` is the primary and `d` its only replica; each at a place of its own."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.leading = ["b"]
        for name in PLACES:
            self.members[name] = Stub(name, f"at {name}", ["true"], workspace, self.network)

    def start(self) -> None:
        """Nothing runs."""

    def unsettled(self) -> str | None:
        return None

    def primaries(self) -> list[str]:
        return self.leading

    def replicas_of(self, primary: str) -> list[str]:
        return ["d"]


@pytest.fixture
def cluster() -> Iterator[StubCluster]:
    with ProcessGroup() as group:
        cluster = StubCluster(group.workspace())
        yield cluster
        cluster.stop()


def scene_with(cluster: Cluster, done: list[str]) -> Scene:
    def target(name: str) -> Target:
        return Target(
            name,
            kill=lambda: done.append(f"kill {name}"),
            restart=lambda: done.append(f"restart {name}"),
            pause=lambda: done.append(f"pause {name}"),
            resume=lambda: done.append(f"resume {name}"),
        )

    return Scene([[target(name) for name in cluster.members]], cluster)


def blow(cluster: Cluster, fault: str, seed: int = 1) -> Blow | None:
    ((strike,),) = (choice.strikes for choice in parse_faults(fault))
    return scene_with(cluster, []).blow(strike, random.Random(seed))


@pytest.mark.parametrize(
    ("fault", "count"),
    [("kill-one", 1), ("kill-minority", 2), ("pause-majority", 3), ("pause-all", 5), ("kill-pair", 2)],
)
def test_an_aim_strikes_as_many_servers_as_it_says_and_all_come_back(
    cluster: StubCluster, fault: str, count: int
) -> None:
    struck = blow(cluster, fault)
    assert struck is not None
    targets = [step.target for step in struck.strikes]
    assert len(set(targets)) == count
    assert [step.target for step in struck.heals] == targets


def test_the_seed_chooses(cluster: StubCluster) -> None:
    def target(seed: int) -> str:
        struck = blow(cluster, "kill-one", seed)
        assert struck is not None
        return struck.strikes[0].target

    assert target(1) == target(1)
    assert {target(seed) for seed in range(40)} == set(PLACES)


def test_a_primary_is_cut_off_with_its_place_and_the_record_says_so(cluster: StubCluster) -> None:
    struck = blow(cluster, "partition-primary")
    assert struck is not None
    (step,) = struck.strikes
    assert (step.name, step.target) == ("partition", "at b")
    assert step.details["aim"] == "primary"
    links = step.details["links"]
    assert isinstance(links, list)
    assert {tuple(link) for link in links} == set(isolated(["at b"], cluster.places))
    assert step.details["waiting"] in ("lost", "delivered")
    assert [heal.name for heal in struck.heals] == ["heal"]


def test_a_pair_is_a_primary_and_its_replica(cluster: StubCluster) -> None:
    struck = blow(cluster, "partition-pair")
    assert struck is not None
    assert struck.strikes[0].target == "at b, at d"


def test_nobody_is_struck_during_an_election(cluster: StubCluster) -> None:
    cluster.leading = []
    assert blow(cluster, "partition-primary") is None
    assert blow(cluster, "kill-primary") is None


@pytest.mark.parametrize("fault", [fault for fault in LinkFault if fault is not LinkFault.RESET])
def test_every_fault_on_links_can_be_healed_and_a_reset_needs_no_healing(
    cluster: StubCluster, fault: LinkFault
) -> None:
    struck = blow(cluster, fault.value)
    assert struck is not None
    for step in (*struck.strikes, *struck.heals):
        step.do()
    assert [step.name for step in struck.heals] == ["heal"]
    reset = blow(cluster, "reset")
    assert reset is not None
    reset.strikes[0].do()
    assert not reset.heals


def test_only_a_cluster_suffers_faults_on_links_and_primaries() -> None:
    refuse_impossible(parse_faults("kill,pause-majority"), RaftBackend(), "raft")
    refuse_impossible(parse_faults("partition-primary,kill"), SentinelBackend(), "redis-sentinel")
    with pytest.raises(UsageError, match="cannot suffer partition-one"):
        refuse_impossible(parse_faults("kill,partition"), RaftBackend(), "raft")


def test_a_machine_that_cannot_cut_links_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "can_tell", lambda: False)
    with pytest.raises(UsageError, match="this machine cannot inject delay-one"):
        refuse_impossible(parse_faults("kill,delay"), SentinelBackend(), "redis-sentinel")


def test_aims_of_links_and_of_processes_are_known_by_name() -> None:
    assert {strike.aim for strike in STRIKES.values() if strike.aim is not None} == set(Aim)
