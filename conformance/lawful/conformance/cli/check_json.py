"""What `lawful check --format json` prints; `lawful schema report` describes it."""

from __future__ import annotations

from collections.abc import Sequence

from lawful.checkers.certificate.certify import Certificate
from lawful.checkers.verdict import ObjectVerdict, Placed, Refused, overall
from lawful.conformance.cli.check_file import Checked
from lawful.conformance.errors import LawfulError, gravest
from lawful.conformance.evidence import Evidence
from lawful.conformance.version import version
from lawful.models.history import History, Outcome
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(checked: Sequence[Checked]) -> dict[str, Json]:
    """The whole report."""
    verdicts = [one.verdict for one in checked if one.verdict is not None]
    return {
        "format": FORMAT_VERSION,
        "lawful": version(),
        "verdict": overall(verdicts).value if verdicts else None,
        "exit_code": int(gravest(one.code for one in checked)),
        "files": [_file(one) for one in checked],
    }


def _file(checked: Checked) -> dict[str, Json]:
    certificates = {certificate.key: certificate for certificate in checked.certificates}
    evidence = {one.part.key: one for one in checked.evidence}
    return {
        "path": str(checked.path),
        "verdict": None if checked.verdict is None else checked.verdict.value,
        "exit_code": int(checked.code),
        "error": None if checked.error is None else _error(checked.error),
        "history": None if checked.history is None else _history(checked.history),
        "objects": [_object(part, evidence.get(part.key), certificates.get(part.key)) for part in checked.objects],
        "seconds": round(checked.seconds, 6),
    }


def _error(error: LawfulError) -> dict[str, Json]:
    return {"problem": error.problem, "cause": error.cause, "hint": error.hint}


def _history(history: History) -> dict[str, Json]:
    outcomes = history.outcomes()
    return {
        "backend": history.header.backend,
        "workload": history.header.workload,
        "model": history.header.model,
        "seed": history.header.seed,
        "truncated": history.truncated,
        "operations": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "faults": len(history.faults),
    }


def _object(part: ObjectVerdict, evidence: Evidence | None, certificate: Certificate | None) -> dict[str, Json]:
    return {
        "object": part.key.object,
        "key": part.key.key,
        "verdict": part.verdict.value,
        "method": part.method,
        "operations": part.operations,
        "unknown": part.unknown,
        "linearization": None if part.linearization is None else [_placed(one) for one in part.linearization],
        "blocked_at": part.blocked_at,
        "refusals": [_refused(one) for one in part.refusals],
        "progress": part.progress,
        "evidence": None if evidence is None else _evidence(evidence),
        "certificate": None if certificate is None else _certificate(certificate),
        "seconds": round(part.seconds, 6),
    }


def _evidence(evidence: Evidence) -> dict[str, Json]:
    core = evidence.core
    return {
        "constrained": [operation.index for operation in core.constrained],
        "optional": [operation.index for operation in core.optional],
        "minimal": core.is_minimal,
        "row": core.row,
        "before": [operation.index for operation in core.before],
        "states": list(evidence.states),
        "sentences": [{"text": one.text, "operations": list(one.operations)} for one in evidence.sentences],
        "sentences_minimal": evidence.argument is not None and evidence.argument.is_minimal,
    }


def _certificate(certificate: Certificate) -> dict[str, Json]:
    return {
        "by": list(certificate.by),
        "core": list(certificate.core),
        "unsat_core": list(certificate.unsat_core),
        "open": list(certificate.open),
    }


def _placed(placed: Placed) -> dict[str, Json]:
    return {"index": placed.index, "because": placed.because, "clause": placed.clause}


def _refused(refused: Refused) -> dict[str, Json]:
    return {
        "linearization": [_placed(one) for one in refused.linearization],
        "state": refused.state,
        "answered": refused.answered,
        "allowed": list(refused.allowed),
        "because": refused.because,
        "clause": refused.clause,
    }
