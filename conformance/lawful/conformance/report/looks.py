"""The glyph of each clause status: it says without colour what the colour says."""

from __future__ import annotations

from lawful.checkers.clause_verdicts import ClauseStatus

CLAUSE_GLYPHS = {
    ClauseStatus.LAWFUL: "✓",
    ClauseStatus.VIOLATION: "✗",
    ClauseStatus.INCONCLUSIVE: "?",
    ClauseStatus.BLOCKED: "…",
    ClauseStatus.NOT_EXERCISED: "○",
}

KNOWN_FAILURE = "⊘"
"""Of a clause that is broken and was known to be."""

LEVEL = "≤"
"""Of a clause that is claimed in its weaker form only."""

CLAUSE_STYLES = {
    ClauseStatus.LAWFUL: "color(33)",
    ClauseStatus.VIOLATION: "color(205)",
    ClauseStatus.INCONCLUSIVE: "color(208)",
    ClauseStatus.BLOCKED: "color(245)",
    ClauseStatus.NOT_EXERCISED: "color(245)",
}
"""In the notation of rich: blue, pink, orange and grey, as in `cli.terminal`."""
