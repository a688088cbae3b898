"""A file is followed while it grows; what no recorder does to it is an error that says what happened."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lawful.conformance.errors import UsageError
from lawful.conformance.history import follow
from lawful.conformance.history.follow import Follower, wait_for
from lawful.conformance.history.lines import MAX_LINE_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"one\ntwo\n")
    return path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(data)


def texts(follower: Follower) -> list[bytes]:
    return [line.data for line in follower.lines()]


def test_lines_come_once_and_as_they_are_complete(path: Path) -> None:
    with Follower(path) as follower:
        assert texts(follower) == [b"one", b"two"]
        assert texts(follower) == []
        append(path, b"thr")
        assert texts(follower) == []
        append(path, b"ee\nfour\nfi")
        assert texts(follower) == [b"three", b"four"]
        assert (follower.number, follower.offset) == (4, len(b"one\ntwo\nthree\nfour\n"))
        append(path, b"ve\n")
        assert [(line.number, line.data, line.ended) for line in follower.lines()] == [(5, b"five", True)]


def test_every_cut_of_a_line_gives_the_same_lines(tmp_path: Path) -> None:
    data = b'{"a":1}\n\n{"b":"\xc3\xa9"}\n'
    for cut in range(len(data) + 1):
        path = tmp_path / f"{cut}.jsonl"
        path.write_bytes(data[:cut])
        with Follower(path) as follower:
            found = texts(follower)
            append(path, data[cut:])
            assert found + texts(follower) == data.split(b"\n")[:-1]


def test_a_follower_goes_on_where_another_one_was(path: Path) -> None:
    with Follower(path) as follower:
        next(follower.lines())
        offset, number = follower.offset, follower.number
    with Follower(path, offset, number) as follower:
        assert [(line.number, line.data) for line in follower.lines()] == [(2, b"two")]


def test_the_head_of_a_longer_file_is_still_known(path: Path) -> None:
    with Follower(path) as follower:
        head = follower.head
    append(path, b"x" * 2 * follow.HEAD_BYTES)
    with Follower(path) as follower:
        assert follower.starts_as(head)
    other = path.with_name("other.jsonl")
    other.write_bytes(b"uno\ndos\n" + b"x" * 100)
    with Follower(other) as follower:
        assert not follower.starts_as(head)
        assert not follower.starts_as("rubbish")


def test_a_closed_object_without_a_line_end_is_complete(path: Path) -> None:
    with Follower(path) as follower:
        append(path, b'{"record":{"x":1}')
        assert texts(follower) == [b"one", b"two"]
        assert follower.unended() is None
        append(path, b"}")
        assert texts(follower) == []
        line = follower.unended()
        assert line is not None
        assert (line.number, line.data, line.ended) == (3, b'{"record":{"x":1}}', False)
        assert follower.unended() is None
        append(path, b"\nfour\n")
        assert texts(follower) == [b"", b"four"]


def changed(follower: Follower) -> str:
    with pytest.raises(UsageError, match="no longer the file that was followed") as caught:
        texts(follower)
    assert caught.value.cause is not None
    return caught.value.cause


def test_a_file_that_became_shorter_is_an_error(path: Path) -> None:
    with Follower(path) as follower:
        texts(follower)
        path.write_bytes(b"one\n")
        assert changed(follower) == "it is 4 bytes long, and 8 bytes were read"


def test_a_file_that_another_one_replaced_is_an_error_once_its_own_lines_are_out(path: Path) -> None:
    with Follower(path) as follower:
        assert texts(follower) == [b"one", b"two"]
        append(path, b"three\n")
        path.rename(path.with_suffix(".1"))
        path.write_bytes(b"new\n" * 10)
        lines = follower.lines()
        assert next(lines).data == b"three"
        with pytest.raises(UsageError) as caught:
            next(lines)
        assert caught.value.cause == "another file has taken its place"


def test_a_file_that_was_removed_is_an_error(path: Path) -> None:
    with Follower(path) as follower:
        texts(follower)
        path.unlink()
        assert changed(follower) == "it was removed or renamed"


def test_a_file_that_was_written_anew_in_place_is_an_error(path: Path) -> None:
    with Follower(path) as follower:
        texts(follower)
        path.write_bytes(b"uno\ndos\ntres\n")
        assert changed(follower) == "its beginning was written anew"


def test_a_file_that_is_shorter_than_what_was_read_of_it_cannot_be_resumed(path: Path) -> None:
    with pytest.raises(UsageError, match="no longer the file"):
        Follower(path, offset=100, number=3)


def test_a_line_that_no_history_has_is_refused_before_it_fills_the_memory(path: Path) -> None:
    append(path, b"x" * (MAX_LINE_BYTES + 1))
    with Follower(path) as follower, pytest.raises(UsageError, match="line 3: longer than"):
        texts(follower)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the history"):
        Follower(tmp_path / "nowhere.jsonl")


def test_whoever_waits_for_a_file_gets_it_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "later.jsonl"
    with pytest.raises(UsageError, match=r"there is no file .*later\.jsonl\n") as caught:
        wait_for(path, 0)
    assert caught.value.hint is not None
    with pytest.raises(UsageError, match=r"after 0\.05 s"):
        wait_for(path, 0.05)
    writer = threading.Timer(0.1, path.write_bytes, (b"one\n",))
    writer.start()
    wait_for(path, 20)
    writer.join()
    assert path.exists()
