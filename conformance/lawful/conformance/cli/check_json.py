"""What `lawful check --format json` prints; `lawful schema report` describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawful.checkers.certificate.certify import Certificate
from lawful.checkers.verdict import ObjectVerdict, Verdict, overall
from lawful.checkers.verdict_json import encoded
from lawful.conformance.cli.check_file import Checked
from lawful.conformance.cli.durability_json import durability_json
from lawful.conformance.errors import ExitCode, LawfulError, gravest
from lawful.conformance.evidence import Evidence
from lawful.conformance.version import version
from lawful.models.history import History, Outcome
from lawful.models.values import Json

FORMAT_VERSION = 1


def report(files: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The whole report, from those on the files."""
    verdicts = [Verdict(str(one["verdict"])) for one in files if one["verdict"] is not None]
    return {
        "format": FORMAT_VERSION,
        "lawful": version(),
        "verdict": overall(verdicts).value if verdicts else None,
        "exit_code": int(gravest(ExitCode(int(str(one["exit_code"]))) for one in files)),
        "files": list(files),
    }


def file_report(checked: Checked) -> dict[str, Json]:
    """What is reported of one file."""
    certificates = {certificate.key: certificate for certificate in checked.certificates}
    evidence = {one.part.key: one for one in checked.evidence}
    return {
        "path": str(checked.path),
        "verdict": None if checked.verdict is None else checked.verdict.value,
        "exit_code": int(checked.code),
        "error": None if checked.error is None else _error(checked.error),
        "history": None if checked.history is None else _history(checked.history),
        "objects": [_object(part, evidence.get(part.key), certificates.get(part.key)) for part in checked.objects],
        "durability": None if checked.durability is None else durability_json(checked.durability),
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
        **encoded(part),
        "evidence": None if evidence is None else _evidence(evidence),
        "certificate": None if certificate is None else _certificate(certificate),
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
        "times": [
            {"by": means, "seconds": round(seconds, 6)}
            for means, seconds in zip(certificate.by, certificate.seconds, strict=True)
        ],
    }
