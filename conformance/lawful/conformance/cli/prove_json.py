"""What `lawful prove --format json` prints; `lawful schema proof` describes it."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.checkers.proof.counterexample import Counterexample
from lawful.checkers.proof.finding import Finding
from lawful.conformance.cli.proof_table import WORDS
from lawful.conformance.errors import ExitCode
from lawful.models.task_store.expiry import Expiry
from lawful.models.task_store.state import AtLeast, Row, TableState, as_json
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(findings: Sequence[Finding], code: ExitCode) -> Json:
    """All obligations, with what came out."""
    return {"format": FORMAT_VERSION, "exit_code": int(code), "obligations": [_obligation(one) for one in findings]}


def _obligation(finding: Finding) -> Json:
    found = finding.counterexample
    return {
        "table": finding.table,
        "goal": finding.goal.value,
        "clause": finding.clause,
        "sentence": finding.sentence,
        "function": finding.function,
        "result": WORDS[finding.verdict],
        "seconds": round(finding.seconds, 6),
        "reason": finding.reason,
        "counterexample": None if found is None else _counterexample(found),
    }


def _counterexample(found: Counterexample) -> Json:
    call: Json = None
    if found.call is not None:
        call = {"function": found.call.function, "arguments": dict(found.call.arguments), "answer": found.answer}
    return {
        "now_ns": found.now_ns,
        "clock_error_ns": found.clock_error_ns,
        "row": found.key,
        "before": _state(found.before),
        "call": call,
        "because": found.because,
        "after": None if found.after is None else _state(found.after),
        "believers": [{"believer": one.believer, "until_ns": one.until_ns} for one in found.beliefs],
        "replayed": found.replayed,
    }


def _state(state: TableState) -> Json:
    return {"beside": _row(state.beside), "rows": {key: _row(row) for key, row in state.rows.items()}}


def _row(row: Row) -> Json:
    fields: dict[str, Json] = {}
    for name, value in zip(row.names, row.values, strict=True):
        if isinstance(value, Expiry):
            fields[name] = {"earliest_ns": value.earliest_ns, "latest_ns": value.latest_ns}
        else:
            fields[name] = {"at_least": value.bound} if isinstance(value, AtLeast) else as_json(value)
    return fields
