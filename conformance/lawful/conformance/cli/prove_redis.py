"""`lawful prove redis`: whether one server keeps what it acknowledged, for any number of writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from lawful.checkers.proof.finding import SECONDS
from lawful.checkers.verdict import Verdict, overall
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import LOOKS, coloured, say
from lawful.conformance.configuration import effective
from lawful.conformance.errors import ExitCode, UsageError, unknown_name
from lawful.conformance.judging import EXIT_CODES
from lawful.models.redis.deployment import Hazard, Persistence
from lawful.models.values import Json
from lawful.models.wording import counted
from lawful.specs.redis import DURABILITY

if TYPE_CHECKING:
    from lawful.checkers.redis_proof.counts import Counts, Setting
    from lawful.checkers.redis_proof.prover import Proof

FORMAT_VERSION = 1
_HAZARDS = (Hazard.KILL, Hazard.POWER_LOSS, Hazard.SLOW_SYNC)
_TOGETHER = (
    (Hazard.KILL,),
    (Hazard.KILL, Hazard.SLOW_SYNC),
    (Hazard.POWER_LOSS,),
    (Hazard.KILL, Hazard.POWER_LOSS),
)
_WORDS = {Verdict.LAWFUL: "proved", Verdict.VIOLATION: "lost", Verdict.INCONCLUSIVE: "unknown"}


@click.command("redis")
@click.option("--appendfsync", metavar="HOW", help=f"{', '.join(Persistence)}; else always.")
@click.option("--hazards", metavar="NAMES", help=f"What may go wrong, with commas: {','.join(_HAZARDS)}; else kill.")
@click.option(
    "--limit-s",
    metavar="SECONDS",
    type=click.FloatRange(min=0.001),
    default=SECONDS,
    help=f"How long one question may take.  [default: {SECONDS:g}]",
)
@setting_options("format")
def redis(appendfsync: str | None, hazards: str | None, limit_s: float, **options: str | None) -> ExitCode:
    """Prove that one Redis server has all that it acknowledged, for any number of writes, answers and crashes.

    With options: one setting, and the shortest way to a loss where there is one. Without: a table of all settings;
    its exit code is 0 wherever each was decided.
    """
    from lawful.conformance.cli.prove import require_solver

    configuration = effective(options).configuration
    chosen = _chosen(appendfsync, hazards)
    require_solver()
    from lawful.checkers.redis_proof.counts import Setting
    from lawful.checkers.redis_proof.prover import prove

    is_table = len(chosen) > 1
    proofs = [prove(Setting(persistence, frozenset(together)), limit_s) for persistence, together in chosen]
    code = _code_of_table(proofs) if is_table else EXIT_CODES[proofs[0].verdict]
    if configuration.format == "json":
        click.echo(json.dumps(_report(proofs, code), indent=2, ensure_ascii=False))
        return code
    for line in _table_lines(proofs) if is_table else _detailed_lines(proofs[0]):
        say(line)
    return code


def _chosen(appendfsync: str | None, hazards: str | None) -> Sequence[tuple[Persistence, tuple[Hazard, ...]]]:
    """Raises `UsageError` for names that are not known, and for what is about several servers."""
    if appendfsync is None and hazards is None:
        return [(persistence, together) for persistence in Persistence for together in _TOGETHER]
    how, names = appendfsync or Persistence.ALWAYS.value, (hazards or Hazard.KILL.value).split(",")
    if how not in tuple(Persistence):
        raise unknown_name("value of --appendfsync", how, [one.value for one in Persistence])
    if Hazard.PARTITION.value in names:
        raise UsageError("a partition takes more than one server", hint="lawful explore redis searches with replicas")
    for name in names:
        if name not in _HAZARDS:
            raise unknown_name("hazard", name, [one.value for one in _HAZARDS])
    return [(Persistence(how), tuple(Hazard(name) for name in names))]


def _code_of_table(proofs: Sequence[Proof]) -> ExitCode:
    """That a setting loses is what the table is for."""
    is_decided = all(one.verdict is not Verdict.INCONCLUSIVE for one in proofs)
    return ExitCode.LAWFUL if is_decided else ExitCode.INCONCLUSIVE


def _setting_text(setting: Setting) -> str:
    return f"{setting.persistence}, under {' and '.join(one for one in _HAZARDS if one in setting.hazards)}"


def _table_lines(proofs: Sequence[Proof]) -> Iterator[str]:
    width = max(len(_setting_text(one.setting)) for one in proofs)
    for proof in proofs:
        yield f"{_setting_text(proof.setting).ljust(width)}  {_result(proof)}"
    yield ""
    proved = sum(one.verdict is Verdict.LAWFUL for one in proofs)
    yield f"{counted(len(proofs), 'setting')}: {proved} proved for any number of writes and crashes"


def _result(proof: Proof) -> str:
    look = LOOKS[proof.verdict]
    word = coloured(f"{look.glyph} {_WORDS[proof.verdict]}", look.colour)
    if proof.behaviour:
        return f"{word} in {counted(len(proof.behaviour), 'step')}: {', '.join(name for name, _ in proof.behaviour)}"
    return f"{word}, {counted(len(proof.obligations), 'obligation')}"


def _detailed_lines(proof: Proof) -> Iterator[str]:
    yield _setting_text(proof.setting)
    yield f"{_result(proof)}"
    yield f"    {DURABILITY.id} {DURABILITY.name}: {DURABILITY.sentence}"
    if proof.behaviour:
        yield from _behaviour_lines(proof)
        return
    for lemma in dict.fromkeys(one.lemma for one in proof.obligations):
        of_it = [one for one in proof.obligations if one.lemma == lemma]
        worst = LOOKS[overall(one.verdict for one in of_it)]
        after = [one.step for one in of_it if one.step is not None]
        how = f"at first, and after each of {', '.join(after)}" if after else "follows"
        yield f"    {worst.glyph} {lemma}: {how}"
    for step in proof.idle:
        yield f"    ? {step}: possible in no state, so nothing is said of it"


def _behaviour_lines(proof: Proof) -> Iterator[str]:
    from lawful.checkers.redis_proof.counts import INITIAL, Counts

    width = max(len("(at first)"), *(len(name) for name, _ in proof.behaviour))
    heads = [field for field in Counts._fields if field != "is_up"]
    yield ""
    yield f"    {'step'.ljust(width)}  {'  '.join(heads)}"
    for name, counts in (("(at first)", INITIAL), *proof.behaviour):
        cells = [str(getattr(counts, head)).rjust(len(head)) for head in heads]
        yield f"    {name.ljust(width)}  {'  '.join(cells)}"


def _report(proofs: Sequence[Proof], code: ExitCode) -> dict[str, Json]:
    return {"format": FORMAT_VERSION, "exit_code": int(code), "settings": [_proof_json(one) for one in proofs]}


def _proof_json(proof: Proof) -> dict[str, Json]:
    return {
        "persistence": proof.setting.persistence.value,
        "hazards": sorted(proof.setting.hazards),
        "result": _WORDS[proof.verdict],
        "seconds": round(proof.seconds, 6),
        "obligations": [
            {"lemma": one.lemma, "step": one.step, "holds": _holds(one.verdict)} for one in proof.obligations
        ],
        "idle": list(proof.idle),
        "behaviour": [{"step": name, **_counts_json(counts)} for name, counts in proof.behaviour],
    }


def _holds(verdict: Verdict) -> bool | None:
    return None if verdict is Verdict.INCONCLUSIVE else verdict is Verdict.LAWFUL


def _counts_json(counts: Counts) -> dict[str, Json]:
    return dict(counts._asdict())
