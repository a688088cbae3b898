"""Parquet files that are right as Parquet and wrong as histories: other types, columns missing or too many, nulls.

Bytes changed in a Parquet file are mostly found out by Parquet. What comes through must not hurt either.
"""

from __future__ import annotations

import importlib
import io
import json
from random import Random
from typing import Any

from tests.fuzz.mutation import VALUES

_NAMES = "index process object key function arguments outcome result error server call_ns return_ns".split()
_TEXTS = (
    "{}",
    "null",
    "1",
    '{"value":1}',
    "[",
    "",
    "NaN",
    "[" * 2000,
    '{"a":1,"a":2}',
    "ok",
    "read",
    "unknown",
    "fail",
)
_MEMBERS = ("initial", "seed", "clock", "options", "versions", "clock_error_ns")
_TYPES = ("int64", "int32", "uint64", "float64", "string", "large_string", "binary", "bool_", "date32", "null")


def odd_table(random: Random) -> bytes:
    """A Parquet file of a few rows."""
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")

    rows = random.choice((0, 1, 3, 3))
    columns: dict[str, Any] = {}
    for name in _NAMES:
        if random.random() < 0.93:
            columns[name] = _usual(name, rows) if random.random() < 0.8 else _odd(random, pa, rows)
    if random.random() < 0.1:
        columns["more"] = _odd(random, pa, rows)
    table = pa.table(columns)
    if random.random() < 0.7:
        table = table.replace_schema_metadata({b"lawful": _metadata(random)})
    stream = io.BytesIO()
    pq.write_table(table, stream, compression=random.choice(("NONE", "SNAPPY", "GZIP")))
    content: bytes = stream.getvalue()
    return content


def _usual(name: str, rows: int) -> list[Any]:
    values: dict[str, Any] = {"object": "o", "function": "read", "arguments": "{}", "outcome": "ok", "result": "1"}
    if name in ("index", "process", "call_ns", "return_ns"):
        return list(range(rows))
    return [values.get(name)] * rows


def _odd(random: Random, pa: Any, rows: int) -> Any:
    match random.randrange(5):
        case 0:
            return pa.array([random.choice((None, 0, -1, 2**63 - 1, -(2**63))) for _ in range(rows)], pa.int64())
        case 1:
            return pa.array([random.choice((None, *_TEXTS)) for _ in range(rows)], pa.string())
        case 2:
            return pa.array([random.choice((None, [], [1], [None])) for _ in range(rows)], pa.list_(pa.int64()))
        case 3:
            return pa.array([random.choice(_TEXTS) for _ in range(rows)]).dictionary_encode()
    return pa.nulls(rows, getattr(pa, random.choice(_TYPES))())


def _metadata(random: Random) -> bytes:
    told: dict[str, Any] = {"header": {"record": "header", "format": 1}, "faults": [], "truncated": False}
    if random.random() < 0.6:
        told[random.choice(("header", "faults", "truncated", "x"))] = random.choice(VALUES)
    if random.random() < 0.3:
        told["header"] = {"record": "header", "format": 1, random.choice(_MEMBERS): random.choice(VALUES)}
    return random.choice((json.dumps(told).encode(), json.dumps(told).encode(), b"\xff", b"", b"[" * 5000))
