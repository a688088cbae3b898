"""The formats of histories: which there are, how to tell them apart, how to read and write them.

A format is told by what is in the file, not by the file's name: Jepsen's text logs, EDN and Porcupine's key-value logs
all come as `.log` or `.txt`. To add a format, write a reader and add an entry to `FORMATS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from lawful.conformance.errors import UsageError, unknown_name
from lawful.conformance.history.columnar.large import read_large
from lawful.conformance.history.file import read_history, write_history
from lawful.conformance.history.garbage import without_garbage_collection
from lawful.conformance.history.lines import BYTE_ORDER_MARK, unreadable
from lawful.conformance.history.readers import intervals, jepsen_log, parquet
from lawful.conformance.history.readers.etcd_robustness import read_etcd_robustness
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.readers.intervals import read_intervals
from lawful.conformance.history.readers.jepsen_json import read_jepsen_json
from lawful.conformance.history.readers.jepsen_log import read_jepsen_log
from lawful.conformance.history.readers.key_value_log import read_key_value_log
from lawful.conformance.history.readers.knossos import read_edn_history
from lawful.conformance.history.readers.parquet import read_parquet
from lawful.conformance.history.writers.edn import write_edn
from lawful.conformance.history.writers.jepsen_json import write_jepsen_json
from lawful.models.history import History
from lawful.models.values import Json

_HEAD_BYTES = 64 * 2**10
"""How much of a file is looked at to tell its format."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to store a history."""

    name: str
    meaning: str
    looks_like: Callable[[str], bool]
    """Whether the beginning of a file may be of this format; the formats are asked in the order of `FORMATS`."""
    read: Callable[[Path, Reading], History]
    write: Callable[[History, Path], None] | None = None
    """None: the format can only be read."""


def _read_lawful(path: Path, reading: Reading) -> History:
    return read_history(path)


def _contains(*patterns: str, starts_with: str = "") -> Callable[[str], bool]:
    """A test for a beginning that holds each of the patterns, and whose first character is one of `starts_with`."""
    compiled = [re.compile(pattern) for pattern in patterns]

    def test(head: str) -> bool:
        first = head.lstrip()[:1]
        return (not starts_with or (first != "" and first in starts_with)) and all(
            pattern.search(head) for pattern in compiled
        )

    return test


def _has_line(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def test(head: str) -> bool:
        return any(pattern.fullmatch(line.rstrip()) for line in head.splitlines())

    return test


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "parquet",
            "a table of operations, as lawful writes it; needs pyarrow",
            lambda head: head.startswith(parquet.MAGIC.decode()),
            read_parquet,
            parquet.write_parquet,
        ),
        Format(
            "lawful",
            "JSON Lines with header, records and footer",
            _contains(r'"record"\s*:\s*"', starts_with="{"),
            _read_lawful,
            write_history,
        ),
        Format(
            "etcd-robustness",
            "operations.json of etcd's robustness tests, or the folder of a report",
            _contains(r'"ClientId"\s*:', r'"Input"\s*:', starts_with="{["),
            read_etcd_robustness,
        ),
        Format(
            "jepsen-json",
            "Jepsen's events as JSON, as elle-cli takes them",
            _contains(r'"process"\s*:', r'"f"\s*:', starts_with="{["),
            read_jepsen_json,
            write_jepsen_json,
        ),
        Format(
            "key-value-log",
            "get, put and append on keys, one EDN map to a line (Porcupine's kv data)",
            _contains(r":process\b", r":f\s+:(get|put|append)\b", r":key\b", starts_with="{"),
            read_key_value_log,
        ),
        Format(
            "edn",
            "Jepsen's events in EDN, as Knossos and Elle take them",
            _contains(r":process\b", r":type\b", starts_with="{[(#;"),
            read_edn_history,
            write_edn,
        ),
        Format(
            "jepsen-log",
            "the text log of a Jepsen run",
            _has_line(jepsen_log.EVENT),
            read_jepsen_log,
        ),
        Format(
            "intervals",
            "one complete operation per line, as Fastlin and Fptlin take them",
            _has_line(intervals.HEADER),
            read_intervals,
        ),
    )
}
"""By name, in the order in which they are tried."""

WRITABLE = tuple(name for name, one in FORMATS.items() if one.write is not None)


def load(
    path: Path | str,
    format: str | None = None,
    *,
    initial: Json = None,
    failed_cas: Literal["observed", "dropped"] | None = None,
    nil_read: Literal["observed", "unrecorded"] | None = None,
    in_columns: bool = False,
) -> History:
    """The history at `path`; without a `format`, its content decides.

    `in_columns`: a large one comes as columns, and makes its operations when they are asked for.

    `initial` replaces the initial value of the header where it is not None. `failed_cas` and `nil_read` say how to
    read what Jepsen's formats leave open (see `readers.events`). Raises `UsageError`.
    """
    path = Path(path)
    chosen = _named(format, FORMATS) if format is not None else detect(path)
    with without_garbage_collection():
        reading = Reading(initial, failed_cas, nil_read)
        large = read_large(path, chosen.name, reading) if in_columns else None
        history = chosen.read(path, reading) if large is None else large
    if initial is None or history.header.initial == initial:
        return history
    return replace(history, header=replace(history.header, initial=initial))


def dump(history: History, path: Path | str, format: str = "lawful") -> None:
    """Write `history` to `path`. Formats other than `lawful` and `parquet` leave things out (see `writers.events`).

    Raises `UsageError`.
    """
    write = _named(format, WRITABLE).write
    assert write is not None
    write(history, Path(path))


def _named(name: str, known: Iterable[str]) -> Format:
    known = tuple(known)
    if name not in known:
        if name in FORMATS:
            raise UsageError(f"the format '{name}' is read, but not written", hint=f"known: {', '.join(sorted(known))}")
        raise unknown_name("format", name, known)
    return FORMATS[name]


def detect(path: Path) -> Format:
    """The format of the file at `path`, by what is in it. Raises `UsageError` where it is none of ours."""
    if path.is_dir():
        return FORMATS["etcd-robustness"]
    head = _head(path)
    if not head.strip():
        raise UsageError(f"{path} is empty", hint="nothing was recorded, or the recorder died before it began")
    for candidate in FORMATS.values():
        if candidate.looks_like(head):
            return candidate
    raise UsageError(
        f"cannot tell the format of {path}",
        cause=f"it looks like none of {', '.join(FORMATS)}",
        hint="name the format, or convert the history to JSON Lines: lawful schema history describes them",
    )


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES).removeprefix(BYTE_ORDER_MARK).decode(errors="replace")
    except OSError as error:
        raise unreadable(path, error) from error
