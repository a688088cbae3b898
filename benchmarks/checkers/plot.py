"""A picture of the length series: seconds against operations, one panel for each data type. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.checkers.comparison import Answer, Row

_SIDES: tuple[tuple[str, str, str, Callable[[Row], Answer]], ...] = (
    ("lawful", "#0072b2", "o", lambda row: row.ours),
    ("Porcupine", "#e69f00", "s", lambda row: row.porcupine),
)
_PANELS_ABREAST = 4


def draw(rows: Sequence[Row], path: Path, limit_s: float) -> str | None:
    """Write the picture to `path`, as SVG, PNG or PDF by its suffix; where that cannot be done, the reason."""
    try:
        matplotlib, pyplot = import_module("matplotlib"), import_module("matplotlib.pyplot")
    except ModuleNotFoundError:
        return "matplotlib is not installed"
    matplotlib.use("agg")
    panels: dict[str, list[Row]] = {}
    for row in rows:
        if row.series == "length" and "violation" not in row.expected:
            panels.setdefault(_panel(row.name), []).append(row)
    if not panels:
        return "no series of lengths was measured"
    down = -(-len(panels) // _PANELS_ABREAST)
    figure, grid = pyplot.subplots(down, _PANELS_ABREAST, figsize=(12, 2.8 * down), sharex=True, sharey=True)
    every = list(grid.flat)
    for axes, (title, members) in zip(every, panels.items(), strict=False):
        axes.set(title=title, xscale="log", yscale="log", xlabel="operations", ylabel="seconds")
        axes.axhline(limit_s, color="gray", linewidth=0.8, linestyle=":")
        for name, colour, marker, side in _SIDES:
            decided = [row for row in members if side(row).decided]
            xs, ys = [row.operations for row in decided], [side(row).seconds for row in decided]
            axes.plot(xs, ys, marker=marker, color=colour, label=name)
            given_up = [row.operations for row in members if side(row).gave_up]
            axes.plot(given_up, [limit_s] * len(given_up), marker="x", color=colour, linestyle="")
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    every[0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
    return None


def _panel(name: str) -> str:
    """The model and whether its values repeat: what stands before the number of operations."""
    return ", ".join(part for part in name.split(", ")[:2] if not part[0].isdigit())
