"""What remembers the states: by fingerprint, by the states themselves, and with files; the same is found with each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lawful.checkers.exploration import explorer, level, numbered, reached
from lawful.checkers.exploration.explorer import explore
from lawful.checkers.exploration.fingerprints import FingerprintSet, scrambled
from lawful.checkers.exploration.level import Level
from lawful.checkers.exploration.reached import Origin, Reached
from lawful.checkers.exploration.result import Exploration
from lawful.checkers.exploration.runs import ByRuns, most_marks
from lawful.checkers.exploration.store import Spill
from lawful.checkers.verdict import Budget, Verdict
from lawful.conformance.put_away import InFiles
from lawful.models.raft.features import Feature
from lawful.models.raft.mistakes import MISTAKES
from lawful.models.raft.properties import PROPERTIES, properties_of
from lawful.models.raft.raft import Bounds, Raft

from .drawn_models import Drawn

UNLIMITED = Budget(None, None)
MODEL = Raft(Bounds(servers=2, terms=3))


@pytest.fixture
def spill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spill:
    """So little memory that a small search puts everything away several times."""
    monkeypatch.setattr(explorer, "PIECE", 256)
    monkeypatch.setattr(level, "LOT", 768)
    monkeypatch.setattr(reached, "_MANY", 500)
    return Spill(InFiles(tmp_path), memory_bytes=40_000)


@pytest.fixture
def weak_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 13 bits, so that many states share one."""

    def weak(numbers: Any) -> Any:
        return (scrambled(numbers) >> np.uint64(51)) * np.uint64(0x9E3779B97F4A7C15)

    monkeypatch.setattr(numbered, "scrambled", weak)


def outcome(found: Exploration) -> Exploration:
    """All but what was measured."""
    return replace(found, cpu_seconds=0.0, seconds=0.0, bytes_per_state=0.0, overlooked=0.0)


@pytest.mark.parametrize("symmetric", [False, True])
def test_states_themselves_are_counted_as_their_fingerprints_are(symmetric: bool) -> None:
    by_mark, by_state = (explore(MODEL, PROPERTIES, symmetric=symmetric, exact=exact) for exact in (False, True))
    assert outcome(by_state) == outcome(by_mark)
    assert by_mark.overlooked > by_state.overlooked == 0.0


@pytest.mark.usefixtures("weak_fingerprints")
@pytest.mark.parametrize("workers", [1, 2])
def test_exact_search_overlooks_nothing_where_fingerprints_are_bad(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "PIECE", 512)
    assert explore(MODEL, PROPERTIES).distinct < 18_575, "the fingerprints are so bad that it matters"
    found = explore(MODEL, PROPERTIES, exact=True, workers=workers)
    assert (found.distinct, found.generated, found.depth) == (18_575, 147_375, 41)


@pytest.mark.usefixtures("weak_fingerprints")
@pytest.mark.parametrize("features", [frozenset[Feature](), frozenset({Feature.READ_INDEX})])
def test_exact_search_overlooks_no_orbit(features: frozenset[Feature]) -> None:
    """Up to renaming, states are the same whose smallest images are."""
    model = Raft(Bounds(servers=2, terms=2), features=features)
    whole = explore(model, properties_of(features), exact=True)
    folded = explore(model, properties_of(features), exact=True, symmetric=True)
    assert whole.distinct / 2 <= folded.distinct < 0.6 * whole.distinct
    assert explore(model, properties_of(features), symmetric=True).distinct < folded.distinct


def test_drawn_models_have_the_same_states_either_way() -> None:
    for seed in range(30):
        by_mark, by_state = (explore(Drawn(seed), [], may_end=True, exact=exact) for exact in (False, True))
        assert outcome(by_state) == outcome(by_mark), seed


@pytest.mark.parametrize(("workers", "symmetric"), [(1, False), (1, True), (2, False)])
def test_what_is_put_away_is_remembered(symmetric: bool, workers: int, spill: Spill) -> None:
    here = explore(MODEL, PROPERTIES, symmetric=symmetric)
    away = explore(MODEL, PROPERTIES, symmetric=symmetric, workers=workers, spill=spill)
    assert outcome(away) == outcome(here)
    assert isinstance(spill.store, InFiles)
    assert spill.store.bytes > 8 * here.distinct


def test_a_behaviour_is_put_together_from_what_was_put_away(spill: Spill) -> None:
    mistake = MISTAKES["quorum-of-half"]
    found = [explore(mistake.model(), PROPERTIES, UNLIMITED, spill=where) for where in (None, spill)]
    assert found[0].violation is not None
    assert outcome(found[1]) == outcome(found[0])


def test_no_file_is_left_over(spill: Spill, tmp_path: Path) -> None:
    assert explore(MODEL, PROPERTIES, spill=spill).verdict is Verdict.LAWFUL
    assert list(tmp_path.iterdir()) == []


def test_a_set_with_runs_answers_as_a_set(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    drawn = chance.integers(0, 3_000, 20_000, np.uint64)
    runs, plain = ByRuns(Spill(InFiles(tmp_path), 2_000), shared=False), FingerprintSet()
    for begin in range(0, len(drawn), 50):
        marks = drawn[begin : begin + 50]
        new = runs.new(marks, marks.__getitem__)
        missing = plain.missing(marks)
        assert new.tolist() == sorted({int(marks[place]): int(place) for place in missing[::-1]}.values())
        for each in (runs, plain):
            each.add(marks[new], marks.__getitem__) if isinstance(each, ByRuns) else each.add(marks[new])
    assert len(plain) > 2_900


def test_memory_for_fingerprints_is_not_exceeded_while_the_set_grows() -> None:
    for memory in (10_000, 1_000_000, 5_000_000):
        marks, peak = FingerprintSet(), 0
        numbers = scrambled(np.arange(most_marks(memory), dtype=np.uint64))
        for begin in range(0, len(numbers), 1000):
            before = marks.bytes
            marks.add(numbers[begin : begin + 1000])
            peak = max(peak, marks.bytes + (before if marks.bytes > before else 0))
        assert peak <= max(memory, 8 * 3 * 4096)


def test_a_level_gives_its_rows_in_order_and_in_whole_lots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level, "LOT", 8)
    rows = np.arange(100, dtype=np.int32).reshape(50, 2)
    kept = Level(InFiles(tmp_path))
    for begin, end in ((0, 3), (3, 3), (3, 20), (20, 50)):
        kept.append(rows[begin:end])
    assert len(kept) == 50
    lots = list(kept.lots())
    assert np.array_equal(np.concatenate(lots), rows)
    assert [len(lot) for lot in lots] == [8] * 6 + [2]


def test_what_was_reached_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reached, "_MANY", 7)
    kept = Reached(InFiles(tmp_path))
    for begin in range(0, 40, 3):
        kept.append(np.arange(begin - 1, begin + 2), np.arange(begin, begin + 3) * 10)
    assert [kept.origin(number) for number in range(42)] == [Origin(number - 1, number * 10) for number in range(42)]
    assert kept.way(3) == [10, 20, 30]


def test_states_themselves_are_not_put_away(spill: Spill) -> None:
    with pytest.raises(ValueError, match="only fingerprints are put away"):
        explore(MODEL, PROPERTIES, exact=True, spill=spill)


@pytest.mark.slow
@pytest.mark.parametrize("symmetric", [False, True])
def test_exact_search_counts_the_states_of_the_specification_in_tla(symmetric: bool) -> None:
    found = explore(Raft(Bounds()), PROPERTIES, UNLIMITED, exact=True, symmetric=symmetric)
    assert (found.distinct, found.depth) == (322_580 if symmetric else 1_931_973, 53)


@pytest.mark.slow
def test_memory_stays_within_the_budget_where_states_are_put_away(tmp_path: Path) -> None:
    """Without, this search takes 56 bytes a state, which are 108 MB."""
    spill = Spill(InFiles(tmp_path), memory_bytes=8_000_000)
    found = explore(Raft(Bounds()), PROPERTIES, Budget(None, memory_mb=90.0), spill=spill)
    assert (found.distinct, found.generated, found.depth) == (1_931_973, 22_844_275, 53)
