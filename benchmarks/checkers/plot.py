"""A picture of the series of lengths: seconds against operations, one panel for each data type. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.checkers.comparison import Answer, Row

_SIDES: tuple[tuple[str, str, str, Callable[[Row], Answer]], ...] = (
    ("lawful", "#0072b2", "o", lambda row: row.ours),
    ("Porcupine", "#e69f00", "s", lambda row: row.porcupine),
)
_LINES = (("lawful history", "lawful", "-"), ("one stale answer", "violation", ":"))
_PANELS_ABREAST = 4


def draw(rows: Sequence[Row], path: Path, limit_s: float) -> str | None:
    """Write the picture to `path`, as SVG, PNG or PDF by its suffix; where that cannot be done, the reason."""
    try:
        matplotlib, pyplot = import_module("matplotlib"), import_module("matplotlib.pyplot")
    except ModuleNotFoundError:
        return "matplotlib is not installed"
    matplotlib.use("agg")
    # The same results give the same file.
    matplotlib.rcParams["svg.hashsalt"] = "lawful"
    panels: dict[str, list[Row]] = {}
    for row in rows:
        if row.series == "length":
            panels.setdefault(_panel(row.name), []).append(row)
    if not panels:
        return "no series of lengths was measured"
    down = -(-len(panels) // _PANELS_ABREAST)
    figure, grid = pyplot.subplots(
        down,
        _PANELS_ABREAST,
        figsize=(12, 0.6 + 2.5 * down),
        sharex=True,
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    every = list(grid.flat)
    for place, (axes, (title, members)) in enumerate(zip(every, panels.items(), strict=False)):
        _panel_of(axes, title, members, limit_s)
        if place % _PANELS_ABREAST == 0:
            axes.set_ylabel("seconds of CPU time")
        if place + _PANELS_ABREAST >= len(panels):
            axes.set_xlabel("operations")
            axes.tick_params(labelbottom=True)
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    handles, labels = every[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
    return None


def _panel_of(axes: Any, title: str, members: Sequence[Row], limit_s: float) -> None:
    axes.set_title(title, fontsize=10)
    axes.set(xscale="log", yscale="log")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.axhline(limit_s, color="gray", linewidth=0.8)
    for name, colour, marker, side in _SIDES:
        for meaning, expected, style in _LINES:
            mine = [row for row in members if row.expected == (expected,)]
            decided = [row for row in mine if side(row).decided]
            xs, ys = [row.operations for row in decided], [side(row).cpu_seconds for row in decided]
            label = f"{name}, {meaning}"
            axes.plot(xs, ys, marker=marker, markersize=4, color=colour, linestyle=style, label=label)
            given_up = [row.operations for row in mine if side(row).gave_up]
            if given_up:
                axes.plot(given_up, [limit_s] * len(given_up), marker="x", color=colour, linestyle="")
    axes.plot([], [], marker="x", color="black", linestyle="", label="gave up")


def _panel(name: str) -> str:
    """The model and whether its values repeat: what stands before the number of operations."""
    return ", ".join(part for part in name.split(", ")[:2] if not part[0].isdigit())
