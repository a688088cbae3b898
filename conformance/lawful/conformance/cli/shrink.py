"""`lawful shrink`: what is left of a violation when everything that does not matter is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lawful.checkers.linearizability.core import Core, core_from_start, minimal_core
from lawful.checkers.verdict import Budget, HistoryVerdict, ObjectVerdict, Verdict
from lawful.conformance.cli.check_file import chosen, limit
from lawful.conformance.cli.options import setting_options
from lawful.conformance.cli.terminal import say
from lawful.conformance.configuration import Configuration, effective
from lawful.conformance.errors import ExitCode, InternalError, LawfulError, UsageError, unknown_name
from lawful.conformance.history.file import write_history
from lawful.conformance.history.formats import load
from lawful.conformance.history.text_file import write_lines
from lawful.conformance.judging import EXIT_CODES, check_object, check_objects
from lawful.conformance.model_choice import ModelOf, models_for, require_model
from lawful.conformance.regression import Origin, core_history, regression_test
from lawful.models.history import NS_PER_MS, History, ObjectKey, Operation
from lawful.models.model import AnyModel
from lawful.models.wording import counted, value_text

_FORMS = ("jsonl", "pytest")


class NoViolation(LawfulError):
    """There is nothing to shrink; the exit code is that of the verdict, or 2 where the history is lawful."""

    def __init__(self, path: Path, verdict: HistoryVerdict) -> None:
        super().__init__(f"{path} holds no violation to shrink", cause=f"the verdict is: {verdict.verdict.value}")
        self.code = ExitCode.USAGE if verdict.verdict is Verdict.LAWFUL else EXIT_CODES[verdict.verdict]


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@setting_options("model", "initial", "input_format", "budget_s", "memory_mb", "failed_cas", "clock_error_ms")
@click.option("--only", metavar="OBJECT", help="Look at this object alone (jobs, leader_lease/a).")
@click.option("--as", "form", metavar=f"[{'|'.join(_FORMS)}]", default="jsonl", help="What to write.  [default: jsonl]")
@click.option(
    "--output", "-o", metavar="OUT", type=click.Path(path_type=Path), help="Where to; else a name made from FILE's."
)
def shrink(file: Path, only: str | None, form: str, output: Path | None, **options: str | None) -> None:
    """Reduce a violation to the operations that contradict each other.

    Written is a history of these alone, which is checked like any other, or a pytest file that asserts the
    contradiction and needs nothing else. Of several objects in violation, the first one is taken.
    """
    if form not in _FORMS:
        raise unknown_name("form", form, _FORMS)
    configuration = effective(options).configuration
    if configuration.model is not None:
        require_model(configuration.model)
    target = output or _named_after(file, form)
    if target.exists() and file.exists() and target.resolve() == file.resolve():
        raise UsageError(f"{target} would replace the history that it is made from", hint="name another file with -o")
    history = load(file, configuration.input_format, initial=configuration.initial, failed_cas=configuration.failed_cas)
    core, others = _core(file, history, configuration, only)
    shrunk = core_history(core, _origin(file, history, configuration, core.part.key))
    if form == "pytest":
        write_lines(target, regression_test(shrunk).splitlines())
    else:
        write_history(shrunk, target)
    _tell(core, history, target, form, others)


def _named_after(file: Path, form: str) -> Path:
    stem = file.name.split(".")[0] or "history"
    if form == "jsonl":
        return Path(f"{stem}-core.jsonl")
    return Path("test_" + "".join(letter if letter.isalnum() else "_" for letter in stem) + "_core.py")


def _error_ns(history: History, configuration: Configuration) -> int:
    error_ms = configuration.clock_error_ms
    return history.header.clock_error_ns if error_ms is None else round(error_ms * NS_PER_MS)


def _core(
    path: Path, history: History, configuration: Configuration, only: str | None
) -> tuple[Core, Sequence[ObjectVerdict]]:
    """The core of the first object in violation, and the verdicts on others in violation."""
    model_of = models_for(history.header, name=configuration.model, clock_error_ns=_error_ns(history, configuration))
    budget = Budget(limit(configuration.budget_s), limit(configuration.memory_mb))
    parts = chosen(history, [] if only is None else [only])
    verdict = check_objects(parts, model_of, budget)
    violations = [part for part in verdict.objects if part.verdict is Verdict.VIOLATION]
    if not violations:
        raise NoViolation(path, verdict)
    first, *others = violations
    core = _smallest(parts[first.key], model_of(first.key), budget, first)
    if core is None:
        raise UsageError(
            f"{first.key} is in violation, but not again within the budget", hint="raise --budget-s or --memory-mb"
        )
    _require_violation(core, model_of, budget)
    return core, others


def _smallest(
    operations: Sequence[Operation], model: AnyModel[Any], budget: Budget, part: ObjectVerdict
) -> Core | None:
    """Of a core that is short to read and one that begins at the start, whichever takes fewer operations to replay."""
    core = minimal_core(operations, model, budget=budget, part=part)
    if core is None or not core.before:
        return core
    from_start = core_from_start(operations, model, budget=budget, part=part)
    return core if from_start is None or len(core.history) <= len(from_start.history) else from_start


def _require_violation(core: Core, model_of: ModelOf, budget: Budget) -> None:
    """What is written has to be a proof by itself."""
    again = check_object(core.history, model_of(core.part.key), budget)
    if again.verdict is not Verdict.VIOLATION:
        raise InternalError(f"this is a bug in lawful: the core of {core.part.key} is {again.verdict.value}")


def _origin(path: Path, history: History, configuration: Configuration, key: ObjectKey) -> Origin:
    """The header is made to say what was given by options, so that the core is judged as its history was."""
    header = replace(history.header, clock_error_ns=_error_ns(history, configuration))
    return Origin(path.name, header, configuration.model or history.header.model or key.object)


def _tell(core: Core, history: History, target: Path, form: str, others: Sequence[ObjectVerdict]) -> None:
    total = sum(operation.object_key == core.part.key for operation in history)
    optional = f", whether or not {counted(len(core.optional), 'other')} took effect" if core.optional else ""
    contradicting = f"{len(core.constrained)} of {counted(total, 'operation')} of {core.part.key}"
    say(f"wrote {target}: {contradicting} contradict each other{optional}")
    if core.before:
        say(f"with the {counted(len(core.before), 'operation')} before, as they were recorded")
    if core.row is not None:
        say(f"reduced to the row {value_text(core.row)}: answers are shown as far as they are about it")
    if not core.is_minimal:
        say("not all was tried within the budget: raise --budget-s for a smaller one")
    if others:
        say(f"also in violation, see --only: {', '.join(str(part.key) for part in others)}")
    say(f"next: {'lawful check' if form == 'jsonl' else 'pytest'} {target}")
