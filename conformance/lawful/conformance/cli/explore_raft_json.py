"""What `lawful explore raft --format json` prints; `lawful schema state-exploration` describes it."""

from __future__ import annotations

from dataclasses import asdict

from lawful.checkers.exploration.result import Exploration, Violation
from lawful.conformance.behaviour_file import sorted_names, step_json
from lawful.conformance.cli.explore_raft_text import WORDS, Searched
from lawful.conformance.errors import ExitCode
from lawful.models.values import Json
from lawful.specs.raft.invariants import ALL_PROPERTIES

FORMAT_VERSION = 1


def report(searched: Searched, code: ExitCode) -> Json:
    """One search."""
    found = searched.found
    return {
        "format": FORMAT_VERSION,
        "exit_code": int(code),
        "model": "raft",
        "bounds": asdict(searched.model.bounds),
        "with": sorted_names(searched.model.features),
        "state_machine": None if searched.model.machine is None else searched.model.machine.name,
        "mistake": searched.mistake,
        "scene_steps": searched.scene,
        "reduction": searched.reduced,
        "exact": searched.exact,
        "verdict": WORDS[found.verdict],
        "progress": found.progress,
        "distinct": found.distinct,
        "generated": found.generated,
        "depth": found.depth,
        "represented": found.represented,
        "local_states": found.local_states,
        "messages": found.messages,
        "overlooked_probability": found.overlooked,
        "bytes_per_state": round(found.bytes_per_state, 1),
        "cpu_seconds": round(found.cpu_seconds, 6),
        "seconds": round(found.seconds, 6),
        "steps_by_action": dict(found.taken),
        "properties": [
            {
                "id": one.id,
                "name": one.name,
                "sentence": one.sentence,
                "source": one.source,
                "outcome": _outcome(found, one.id),
                "applied": found.applied[one.id],
            }
            for one in ALL_PROPERTIES
            if one.id in found.applied
        ],
        "violation": None if found.violation is None else _violation(found.violation),
        **({"further": [_violation(one) for one in searched.further]} if searched.further else {}),
    }


def _violation(violation: Violation) -> Json:
    return {"property": violation.property, "steps": [step_json(move) for move in violation.behaviour]}


def _outcome(found: Exploration, name: str) -> str:
    if found.violation is not None and found.violation.property == name:
        return "violated"
    if not found.applied[name]:
        return "vacuous"
    return "held" if found.violation is None and found.progress is None else "not violated so far"
