"""Nothing outlives a run: neither a process, running or paused, nor a folder, however the runner ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

RUNNER = """
import json, subprocess, sys, time
from lawful.conformance.processes import ProcessGroup

sleep = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
with ProcessGroup() as group:
    workspace = group.workspace()
    (workspace.folder / "data").write_text("x")
    pids = [group.spawn("running", sleep), group.spawn("paused", sleep)]
    client = subprocess.Popen(sleep)
    group.adopt(client.pid)
    pids.append(client.pid)
    for pid in pids[1:]:
        group.pause(pid)
    folders = [str(workspace.folder), str(group.log_of("running").parent)]
    print(json.dumps({"guardian": group._guardian.pid, "pids": pids, "folders": folders}), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda ending: ending.name)
def test_neither_process_nor_folder_survives_the_runner(ending: signal.Signals) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert runner.stdout is not None
        run: dict[str, Any] = json.loads(runner.stdout.readline())
        processes = [psutil.Process(pid) for pid in (run["guardian"], *run["pids"])]
        assert all(map(alive, processes))
        os.killpg(runner.pid, ending)  # to the whole group, as a terminal does on Ctrl-C
        runner.wait(10)
        assert survivors(processes, run["folders"]) == []
    finally:
        runner.kill()
        runner.wait()
        assert runner.stdout is not None
        runner.stdout.close()


def test_the_guardian_outlives_an_interrupt_that_the_runner_handles() -> None:
    """Ctrl-C must end the run in the runner's order, with the servers up for a last look."""
    script = """
import os, signal, sys
from lawful.conformance.processes import ProcessGroup
with ProcessGroup() as group:
    pid = group.spawn("server", [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])
    try:
        os.killpg(os.getpgrp(), signal.SIGINT)
        signal.pause()
    except KeyboardInterrupt:
        print(group.is_running(pid))
"""
    runner = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, start_new_session=True, check=False
    )
    assert runner.stdout == "True\n", runner.stderr


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def survivors(processes: list[psutil.Process], folders: list[str]) -> list[object]:
    """What is still there after a few seconds of grace."""
    deadline = time.monotonic() + 5
    while True:
        left: list[object] = [process for process in processes if alive(process)]
        left += [folder for folder in folders if Path(folder).exists()]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)
