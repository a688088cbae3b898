"""Nothing under version control names a folder of somebody's machine or the host of a package registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Put together here, so that this file does not name them either.
_FOLDERS = "|".join(["work", "root", "home", "Users", "mnt", "private", "tmp", "opt"])
_HOSTS = [
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "crates" + r"\.io",
    "npmjs" + r"\.(?:org|com)",
    "proxy" + r"\.golang",
]
FORBIDDEN = re.compile(rf"(?<![\w.$}}/~-])/(?:{_FOLDERS})/\w|{'|'.join(_HOSTS)}|deb\.debian\.org")

TEXT = frozenset(
    {"", ".py", ".md", ".toml", ".txt", ".json", ".jsonl", ".yml", ".yaml", ".cfg", ".sh", ".html", ".css"}
)


def offending_lines(text: str) -> list[str]:
    return [f"{number}: {line}" for number, line in enumerate(text.splitlines(), 1) if FORBIDDEN.search(line)]


def test_no_tracked_file_names_a_machine(repository: Path, tracked_files: list[Path]) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in tracked_files if path.suffix in TEXT}
    found = {
        str(path.relative_to(repository)): lines for path, text in texts.items() if (lines := offending_lines(text))
    }
    assert found == {}
    assert texts


@pytest.mark.parametrize(
    "line",
    ["cd /" + "work/main", "PYTHON=/" + "root/bin/python", "open('/" + "tmp/x')", "https://pypi" + ".org/simple"],
)
def test_a_machine_path_is_found(line: str) -> None:
    assert offending_lines(line) == [f"1: {line}"]


@pytest.mark.parametrize("line", ["the network/work/s", "./tmp/x", "/proc/self/statm", "tests/root/x", "a://b/work/c"])
def test_other_paths_are_left_alone(line: str) -> None:
    assert offending_lines(line) == []
