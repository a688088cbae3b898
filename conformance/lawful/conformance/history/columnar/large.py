"""Which files are worth reading into columns, and how; small ones are read before numpy is imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lawful.conformance.history.readers.events import Reading
from lawful.models.history import History

LARGE_BYTES = {"lawful": 4 * 2**20, "intervals": 2**20, "parquet": 2**18}
"""By format, the size from which on a file is read into columns: some 25,000 operations."""


def read_large(path: Path, format: str, reading: Reading) -> History | None:
    """The history in a large file; None where it is not large, or the usual reader has to say what is wrong with it."""
    least = LARGE_BYTES.get(format)
    if least is None or find_spec("numpy") is None:
        return None
    try:
        if path.stat().st_size < least:
            return None
        return _read(path, format, reading)
    except OSError:
        return None


def _read(path: Path, format: str, reading: Reading) -> History | None:
    match format:
        case "lawful":
            from lawful.conformance.history.columnar.json_lines import read_json_lines

            return read_json_lines(path)
        case "intervals":
            from lawful.conformance.history.columnar.interval_lines import read_interval_lines

            return read_interval_lines(path, reading)
    from lawful.conformance.history.columnar.parquet_columns import read_parquet_columns

    return read_parquet_columns(path, reading)
