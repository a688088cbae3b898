"""`lawful convert`: the same history in another format, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lawful.conformance.history.formats import FORMATS, WRITABLE, detect, load

from .conftest import Run

COMMANDS = {
    "convert-help": "lawful convert --help",
    "convert-edn": "lawful convert stale-read.jsonl out.edn",
    "convert-unknown-format": "lawful convert stale-read.jsonl out --to parket",
    "convert-read-only-format": "lawful convert stale-read.jsonl out --to intervals",
    "convert-unknown-ending": "lawful convert stale-read.jsonl out.txt",
    "convert-missing-file": "lawful convert nowhere.jsonl out.edn",
    "convert-rubbish": "lawful convert rubbish.bin out.edn",
    "convert-missing-folder": "lawful convert stale-read.jsonl nowhere/out.edn",
    "convert-onto-itself": "lawful convert stale-read.jsonl ./stale-read.jsonl",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_conversion_prints_what_it_printed_before(
    name: str, lawful: Callable[[str], Run], snapshot: Callable[[str, Run], None]
) -> None:
    snapshot(name, lawful(COMMANDS[name]))


def test_no_snapshot_of_a_conversion_is_left_over() -> None:
    assert {path.stem for path in (Path(__file__).parent / "snapshots").glob("convert-*.txt")} == COMMANDS.keys()


@pytest.mark.parametrize("format_", WRITABLE)
def test_the_operations_survive_the_way_there_and_back(
    format_: str, folder: Path, lawful: Callable[[str], Run]
) -> None:
    assert lawful(f"lawful convert lease-granted-twice.jsonl there --to {format_}").code == 0
    assert detect(folder / "there") is FORMATS[format_]
    assert lawful("lawful convert there back.jsonl").code == 0
    assert load(folder / "back.jsonl").operations == load(folder / "lease-granted-twice.jsonl").operations


def test_a_history_that_cannot_be_read_leaves_the_output_as_it_was(folder: Path, lawful: Callable[[str], Run]) -> None:
    (folder / "out.edn").write_text("mine", encoding="utf-8")
    assert lawful("lawful convert misspelt.jsonl out.edn").code == 2
    assert (folder / "out.edn").read_text(encoding="utf-8") == "mine"
