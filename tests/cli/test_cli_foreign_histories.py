"""Recorded histories of other projects, judged through the command line; their folder is their verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from lawful.conformance.cli import main

HISTORIES = Path(__file__).resolve().parents[2].parent / "shared" / "histories"

pytestmark = pytest.mark.skipif(not HISTORIES.is_dir(), reason="the recorded histories are not beside the repository")

FOLDERS = ("cas-register/ok", "cas-register/bad", "etcd/ok", "etcd/bad", "kv/ok", "kv/bad")


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_exit_code_is_the_verdict_of_the_folder(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(map(str, (HISTORIES / folder).iterdir()))
    assert len(paths) >= 2
    code = main(["check", "--quiet", *paths])
    printed = capsys.readouterr().out
    if folder.endswith("/ok"):
        assert (code, printed) == (0, "")
    else:
        assert code == 1
        assert printed.count("✗ violation") == len(paths)


@pytest.mark.parametrize("folder", ["etcd/ok", "etcd/bad"])
def test_a_failed_compare_and_set_read_the_other_way_gives_the_same_verdict(folder: str) -> None:
    paths = sorted(map(str, (HISTORIES / folder).iterdir()))
    assert main(["check", "--quiet", "--failed-cas", "dropped", *paths]) == (0 if folder.endswith("/ok") else 1)
