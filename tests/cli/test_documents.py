"""The documents say what is true: commands in them print what stands below them, files and commands exist.

After a change of the output that is meant: `pytest tests/cli --update-snapshots` writes the documents as well.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from lawful.conformance.cli import main
from lawful.conformance.cli.registry import COMMANDS
from lawful.conformance.errors import exit_code_table

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    {*REPOSITORY.glob("*.md"), *REPOSITORY.glob("[a-z]*/README.md"), *(REPOSITORY / "docs").glob("*.md")}
)
_CONSOLE = re.compile(r"^```console\n\$ (?P<command>lawful [^\n]*)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"\b\d+\.\d\d s\b")
_LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]+)")
_COMMAND = re.compile(r"`lawful (?P<name>[a-z]+)\b")
_PATH = re.compile(r"`(?P<path>(?:specs|models|checkers|conformance|tests|docs|requirements|benchmarks)/[\w./-]*)`")


def console_blocks() -> list[tuple[Path, str]]:
    return [
        (path, found["command"]) for path in DOCUMENTS for found in _CONSOLE.finditer(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("document", "command"), console_blocks(), ids=lambda value: value.name if isinstance(value, Path) else None
)
def test_a_command_in_a_document_prints_what_stands_below_it(
    document: Path,
    command: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    main(shlex.split(command)[1:])
    captured = capsys.readouterr()
    printed = "".join(f"{line.rstrip()}\n" for line in (captured.out + captured.err).splitlines())
    text = document.read_text(encoding="utf-8")
    (found,) = [one for one in _CONSOLE.finditer(text) if one["command"] == command]
    if request.config.getoption("--update-snapshots", default=False):
        document.write_text(text[: found.start("output")] + printed + text[found.end("output") :], encoding="utf-8")
    else:
        assert _TIME.sub("N s", found["output"]) == _TIME.sub("N s", printed)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_document_names_only_what_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [found["path"] for found in _LINK.finditer(text)]
    assert [link for link in links if not (document.parent / link).exists()] == []
    paths = [found["path"] for found in _PATH.finditer(text)]
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
    assert {found["name"] for found in _COMMAND.finditer(text)} <= COMMANDS.keys()


def test_the_readme_has_the_table_of_exit_codes() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [row for row in exit_code_table() if f"| {row[0]} | {row[1]} |" not in text] == []


def test_the_readme_has_each_command_once() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = "".join(line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `lawful "))
    assert sorted(found["name"] for found in _COMMAND.finditer(table)) == sorted(COMMANDS)


def test_the_list_of_documents_has_each_page_once() -> None:
    folder = REPOSITORY / "docs"
    listed = [found["path"] for found in _LINK.finditer((folder / "README.md").read_text(encoding="utf-8"))]
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("language", ["json", "python"])
def test_the_examples_of_the_history_format_are_lawful(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / "docs" / "history-format.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if language == "python":
        exec(compile(block, "history-format.md", "exec"), {})
    else:
        Path("history.jsonl").write_text(block, encoding="utf-8")
    assert main(["check", "history.jsonl"]) == 0
    assert "2 operations" in capsys.readouterr().out


def test_a_path_and_a_command_that_do_not_exist_are_found() -> None:
    text = "see `models/nowhere.py` and `lawful frobnicate FILE` and [this](nowhere.md)"
    assert [found["path"] for found in _PATH.finditer(text)] == ["models/nowhere.py"]
    assert [found["path"] for found in _LINK.finditer(text)] == ["nowhere.md"]
    assert [found["name"] for found in _COMMAND.finditer("`lawful frobnicate FILE`")] == ["frobnicate"]
