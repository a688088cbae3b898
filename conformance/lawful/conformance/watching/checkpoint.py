"""Checkpoints: all that it takes to go on watching a file later, as one JSON document.

A checkpoint belongs to one file, one model and one set of options, and says so; with any other it is refused, because
configurations of one model mean nothing to another. It is written beside its name and moved into place, so whoever
kills the watch finds the last one whole.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lawful.checkers.linearizability.online.saved import restore, saved
from lawful.checkers.linearizability.online.states import UnknownState
from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import NotJson, decode
from lawful.conformance.history.records import WrongRecord
from lawful.conformance.history.text_file import atomically
from lawful.conformance.watching.watch import Settings, Watch
from lawful.models.history import ObjectKey
from lawful.models.values import Json, canonical

FORMAT_VERSION = 1
_PLAIN = ("next", "faults", "latest_ns", "latest_call_ns", "released_ns", "footer", "unnumbered")
_BY_NUMBER = ("open", "early", "busy", "free_from_ns")


def write_checkpoint(watch: Watch, path: Path) -> None:
    """Save `watch` at `path`, which then holds all of it or what it held before. Raises `UsageError`."""
    try:
        text = json.dumps(_document(watch), separators=(",", ":"), ensure_ascii=True)
        with atomically(path) as stream:
            stream.write(text.encode("ascii") + b"\n")
    except UnknownState as error:
        raise UsageError(f"cannot write the checkpoint {path}", cause=str(error)) from error
    except OSError as error:
        raise UsageError(f"cannot write the checkpoint {path}", cause=error.strerror or str(error)) from error


def resume(path: Path, settings: Settings, checkpoint: Path) -> Watch:
    """The watch on `path` that was saved at `checkpoint`. Raises `UsageError` where it belongs to something else."""
    document = _read(checkpoint)
    try:
        _require_same_options(document["options"], _options(settings), checkpoint)
        with ExitStack() as closed_on_error:
            watch = closed_on_error.enter_context(Watch(path, settings, document["offset"], document["lines"]))
            _require_same_file(watch, document["head"], checkpoint)
            _restore(watch, document)
            closed_on_error.pop_all()
    except (UnknownState, WrongRecord, LookupError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"the checkpoint {checkpoint} cannot be used",
            cause=f"{type(error).__name__}: {error}",
            hint="remove it; the file is then read from its beginning",
        ) from error
    return watch


def _document(watch: Watch) -> dict[str, Json]:
    sequencer = watch.sequencer
    return {
        "checkpoint": FORMAT_VERSION,
        "head": watch.follower.head,
        "options": _options(watch.settings),
        "offset": watch.follower.offset,
        "lines": watch.follower.number,
        "header": watch.header_record,
        "sequencer": {name: getattr(sequencer, name) for name in _PLAIN}
        | {name: [[number, value] for number, value in getattr(sequencer, name).items()] for name in _BY_NUMBER}
        | {"returns": [list(one) for one in sequencer.returns]},
        "objects": [[key.object, key.key, saved(one)] for key, one in watch.objects.objects.items()],
    }


def _restore(watch: Watch, document: dict[str, Any]) -> None:
    sequencer, state = watch.sequencer, document["sequencer"]
    if document["header"] is not None:
        watch.take_header(document["header"])
    for name in _PLAIN:
        setattr(sequencer, name, state[name])
    for name in _BY_NUMBER:
        setattr(sequencer, name, dict(state[name]))
    sequencer.early = {index: (call, came_back) for index, (call, came_back) in sequencer.early.items()}
    sequencer.returns = [(one[0], one[1], one[2], one[3]) for one in state["returns"]]
    for name, key, one in document["objects"]:
        restore(watch.objects.add(ObjectKey(name, key)), one)


def _read(checkpoint: Path) -> dict[str, Any]:
    try:
        document = decode(checkpoint.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise UsageError(f"cannot read the checkpoint {checkpoint}", cause=error.strerror or str(error)) from error
    except (NotJson, UnicodeDecodeError) as error:
        raise _not_a_checkpoint(checkpoint, str(error)) from error
    if not isinstance(document, dict) or document.get("checkpoint") != FORMAT_VERSION:
        raise _not_a_checkpoint(checkpoint, f"it is no JSON object with the member checkpoint = {FORMAT_VERSION}")
    return document


def _options(settings: Settings) -> dict[str, Json]:
    """What the configurations depend on. Budgets may differ from one time to the next."""
    return {"model": settings.model, "initial": settings.initial, "clock_error_ns": settings.clock_error_ns}


def _require_same_file(watch: Watch, head: str, checkpoint: Path) -> None:
    if not watch.follower.starts_as(head):
        raise UsageError(
            f"the checkpoint {checkpoint} is not of the file {watch.path}",
            cause="the file begins differently",
            hint="remove the checkpoint, or name the file that it was made of",
        )


def _require_same_options(saved_as: Any, now: dict[str, Json], checkpoint: Path) -> None:
    for name, value in now.items():
        if canonical(saved_as[name]) != canonical(value):
            raise UsageError(
                f"the checkpoint {checkpoint} was made with other options",
                cause=f"{name} was {canonical(saved_as[name])} and is {canonical(value)} now",
                hint="name the same model and settings, or remove the checkpoint",
            )


def _not_a_checkpoint(checkpoint: Path, cause: str) -> UsageError:
    return UsageError(
        f"{checkpoint} is not a checkpoint", cause=cause, hint="it is not overwritten: name another file, or remove it"
    )
