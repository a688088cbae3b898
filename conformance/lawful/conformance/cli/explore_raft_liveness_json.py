"""What `lawful explore raft --liveness --format json` prints; `lawful schema liveness` describes it."""

from __future__ import annotations

from dataclasses import asdict

from lawful.checkers.exploration.liveness.result import Judged
from lawful.checkers.verdict import Verdict
from lawful.conformance.behaviour_file import sorted_names, step_json
from lawful.conformance.cli.explore_raft_liveness_text import PROMISES, WORDS, JudgedRaft
from lawful.conformance.errors import ExitCode
from lawful.models.values import Json

FORMAT_VERSION = 1
_OUTCOMES = {Verdict.LAWFUL: "held", Verdict.VIOLATION: "violated", Verdict.NOTHING_CHECKED: "vacuous"}


def report(judged: JudgedRaft, code: ExitCode) -> Json:
    """All properties."""
    model, mistake, found = judged
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "model": "raft",
        "bounds": asdict(model.bounds),
        "with": sorted_names(model.features),
        "mistake": mistake,
        "verdict": WORDS[found.verdict],
        "progress": found.progress,
        "states": found.states,
        "steps": found.steps,
        "overlooked_probability": found.overlooked,
        "seconds": round(found.seconds, 6),
        "steps_by_action": dict(found.taken),
        "properties": [_property(one) for one in found.judged],
    }


def _property(one: Judged) -> Json:
    promise = PROMISES[one.property.id]
    return {
        "id": promise.id,
        "name": promise.name,
        "sentence": promise.sentence,
        "source": promise.source,
        "outcome": _OUTCOMES[one.verdict],
        "speaks_of": one.speaks_of,
        "fair_states": one.stays,
        "cut_off": one.cut_off,
        "waits_for": list(one.waits_for),
        "fairness": [
            {"name": fair.name, "strength": fair.strength.value, "sentence": fair.sentence}
            for fair in one.property.fairness
        ],
        "lasso": None
        if one.lasso is None
        else {
            "prefix": [step_json(move) for move in one.lasso.prefix],
            "loop": [step_json(move) for move in one.lasso.loop],
            "met": [{"name": met.fairness.name, "taken": met.taken, "waived": met.waived} for met in one.met],
        },
    }
