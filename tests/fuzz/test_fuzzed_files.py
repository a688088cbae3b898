"""A few thousand mutilated files before every reader, and the inputs that are made to hurt."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.fuzz import inputs, reading
from tests.fuzz.__main__ import main
from tests.fuzz.inputs import Chunk, content_of, run
from tests.fuzz.reading import CONFIGURATION, finding, limited
from tests.fuzz.samples import CONFIGURATION as RIGHT_CONFIGURATION
from tests.fuzz.samples import formats, samples

from lawful.conformance.errors import LawfulError
from lawful.conformance.history import formats as history_formats
from lawful.conformance.history.formats import load

TEXT_FORMATS = [name for name in formats() if name != "parquet"]


@pytest.mark.parametrize("name", formats())
def test_the_samples_themselves_are_right(name: str, tmp_path: Path) -> None:
    for sample in samples(name):
        (tmp_path / "history").write_bytes(sample)
        assert len(load(tmp_path / "history")) > 0
        assert finding(sample, name, tmp_path / "input", thoroughly=True) == (True, None)


def test_the_configuration_itself_is_right(tmp_path: Path) -> None:
    assert finding(RIGHT_CONFIGURATION, CONFIGURATION, tmp_path / "input") == (True, None)


@pytest.mark.parametrize("target", inputs.targets())
def test_a_mutilated_file_is_read_or_refused(target: str, tmp_path: Path) -> None:
    accepted = 0
    for number in range(300):
        is_right, problem = finding(content_of(target, number), target, tmp_path / "input", thoroughly=number % 5 == 0)
        assert problem is None, number
        accepted += is_right
    assert 0 < accepted < 300, "all of them are mutilated too little, or too much"


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("target", inputs.targets())
def test_many_mutilated_files_are_read_or_refused(target: str) -> None:
    assert run(Chunk(target, 1_000_000, 10_000)).findings == []


def test_any_bytes_are_read_or_refused(tmp_path: Path) -> None:
    random = Random(1)
    for _ in range(100):
        content = random.randbytes(random.randrange(200))
        for target in inputs.targets():
            assert finding(content, target, tmp_path / "input", thoroughly=True)[1] is None


@pytest.mark.parametrize("target", [*TEXT_FORMATS, CONFIGURATION])
@pytest.mark.parametrize("piece", [b"[", b"{", b"(", b'{"a":', b"[[1],", b"#a ", b"#_", b"#{", b'{"record":', b"a = ["])
def test_a_deep_nest_is_read_or_refused(target: str, piece: bytes, tmp_path: Path) -> None:
    assert finding(piece * 100_000, target, tmp_path / "input", thoroughly=True)[1] is None


@pytest.mark.parametrize("target", [*TEXT_FORMATS, CONFIGURATION])
@pytest.mark.parametrize("digits", [b"9" * 100_000, b"-" + b"9" * 5_000, b"1e" + b"9" * 5_000, b"0." + b"1" * 100_000])
def test_a_huge_number_is_read_or_refused(target: str, digits: bytes, tmp_path: Path) -> None:
    sample = RIGHT_CONFIGURATION if target == CONFIGURATION else samples(target)[0]
    for place in (b" 1", b":1", b" 30", b"\t4"):
        assert finding(sample.replace(place, place[:1] + digits), target, tmp_path / "input")[1] is None


@pytest.mark.slow
@pytest.mark.parametrize("target", [*TEXT_FORMATS, CONFIGURATION])
@pytest.mark.parametrize("byte", [b" ", b"a", b'"', b"0", b"[", b"\x00", b":", b"#", b";", b"-"])
def test_a_line_of_a_hundred_megabytes_is_read_or_refused(target: str, byte: bytes, tmp_path: Path) -> None:
    path = tmp_path / "input"
    start = b'{"record":"header","format":1}\n' if target == "lawful" else samples("intervals")[0][:8]
    path.write_bytes((b"" if target == CONFIGURATION else start) + byte * 100_000_000)
    with limited(20.0), suppress(LawfulError):
        load(path, None if target == CONFIGURATION else target)


def parquet_of(columns: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pyarrow: Any = pytest.importorskip("pyarrow")
    importlib.import_module("pyarrow.parquet").write_table(pyarrow.table(columns), stream, compression="ZSTD")
    return stream.getvalue()


def test_a_table_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    pyarrow: Any = pytest.importorskip("pyarrow")
    rows = 20_000
    long_text = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows), ['"' + "a" * 1_000_000 + '"'])
    integers = list(range(rows))
    columns = {"process": integers, "call_ns": integers, "return_ns": integers, "result": long_text}
    content = parquet_of(columns | {name: ["x"] * rows for name in ("object", "function", "arguments", "outcome")})
    assert len(content) < 5_000_000
    (tmp_path / "bomb").write_bytes(content)
    with limited(), pytest.raises(LawfulError, match="too large"):
        load(tmp_path / "bomb")


@pytest.mark.parametrize(
    "read", [lambda path, reading: 1 // 0, lambda path, reading: [None for _ in iter(int, 1)]], ids=["crash", "hang"]
)
def test_a_reader_that_crashes_or_hangs_is_found(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = history_formats.FORMATS["intervals"]
    monkeypatch.setattr(reading, "LONGEST_S", 0.2)
    monkeypatch.setitem(history_formats.FORMATS, "intervals", replace(broken, read=read))
    is_right, problem = finding(b"# stack\n", "intervals", tmp_path / "input")
    assert not is_right
    assert problem is not None and ("ZeroDivisionError" in problem or "more than" in problem)


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--inputs", "40", "--processes", "1", "--targets", "intervals,configuration"]) == 0
    printed = capsys.readouterr().out
    assert "intervals                20" in printed
    assert "40 inputs in" in printed
