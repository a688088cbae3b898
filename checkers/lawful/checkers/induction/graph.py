"""The proof as a graph: which lemma is kept because of which others, and by which actions.

An edge goes from a lemma that a step needs to the lemma that the step keeps. So the goals stand at the end of all
paths, and a lemma from which none leads to a goal is of no use. A lemma that an action breaks is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from lawful.checkers.induction.finding import Finding
from lawful.checkers.proof.finding import Goal
from lawful.checkers.verdict import Verdict
from lawful.models.first_order.system import State, System

if TYPE_CHECKING:
    import networkx  # type: ignore[import-untyped]

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN = 230, 30, 290, 62, 20
"""Of a box, and from one box to the next, in pixels."""
_COLOURS = {Verdict.LAWFUL: "#0087ff", Verdict.VIOLATION: "#ff5faf", Verdict.INCONCLUSIVE: "#ff8700"}


def proof_graph(system: System[State], findings: Iterable[Finding]) -> networkx.DiGraph:
    """Nodes are lemmas and theorems, with the gravest verdict on their obligations; edges carry who needs them."""
    import networkx

    graph = networkx.DiGraph()
    for lemma in (*system.lemmas, *system.theorems):
        graph.add_node(lemma.name, verdict=Verdict.LAWFUL, sentence=lemma.sentence, failing=[])
    for one in findings:
        if one.goal not in (Goal.INITIAL, Goal.STEP, Goal.FOLLOWS) or one.lemma is None:
            continue
        if one.verdict is not Verdict.LAWFUL:
            node = graph.nodes[one.lemma]
            node["failing"].append(one.action or ("follows" if one.goal is Goal.FOLLOWS else "at first"))
            node["verdict"] = min(node["verdict"], one.verdict, key=list(Verdict).index)
        for needed in one.hypotheses:
            if needed != one.lemma and needed in graph:
                actions = graph.get_edge_data(needed, one.lemma, {"actions": []})["actions"]
                graph.add_edge(needed, one.lemma, actions=[*actions, one.action or one.goal.value])
    return graph


def unused(system: System[State], graph: networkx.DiGraph) -> list[str]:
    """The lemmas and theorems from which no path leads to a goal."""
    import networkx

    used = set(system.goals).union(*(networkx.ancestors(graph, goal) for goal in system.goals))
    return [one.name for one in (*system.lemmas, *system.theorems) if one.name not in used]


def picture(system: System[State], findings: Iterable[Finding], kind: str) -> str:
    """The graph as text: `.dot` for Graphviz, `.svg` for a browser."""
    graph = proof_graph(system, findings)
    return as_dot(system, graph) if kind == ".dot" else as_svg(system, graph)


def as_dot(system: System[State], graph: networkx.DiGraph) -> str:
    """The graph in the language of Graphviz."""
    lines = ["digraph proof {", "  rankdir=BT;", "  node [shape=box, fontname=sans];"]
    for name, node in graph.nodes.items():
        shape = ", penwidth=3" if name in system.goals else ""
        label = "\\n".join([name, *node["failing"]])
        lines.append(f'  "{name}" [label="{label}", color="{_COLOURS[node["verdict"]]}"{shape}];')
    for (needed, kept), edge in graph.edges.items():
        lines.append(f'  "{needed}" -> "{kept}" [label="{", ".join(edge["actions"])}"];')
    return "\n".join([*lines, "}", ""])


def as_svg(system: System[State], graph: networkx.DiGraph) -> str:
    """The graph with the goals on top, and below each lemma what it needs."""
    places = _places(_layers(system, graph))
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">',
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L6 3 L0 6 z" fill="#8a8a8a"/></marker></defs>',
    ]
    for (needed, kept), edge in graph.edges.items():
        lines.append(_arrow(places[needed], places[kept], f"{needed} → {kept}: {', '.join(edge['actions'])}"))
    for name, (x, y) in places.items():
        node = graph.nodes[name]
        told = "; fails: " + ", ".join(node["failing"]) if node["failing"] else ""
        lines.append(_box(x, y, name, node["sentence"] + told, _COLOURS[node["verdict"]], name in system.goals))
    return "\n".join([*lines, "</svg>", ""])


def _layers(system: System[State], graph: networkx.DiGraph) -> Sequence[Sequence[str]]:
    """The goals, then what they need, then what that needs; at last what no goal needs."""
    layers, seen = [list(system.goals)], set(system.goals)
    while layers[-1]:
        needed = [one for kept in layers[-1] for one in graph.predecessors(kept)]
        layers.append([one for one in dict.fromkeys(needed) if one not in seen])
        seen.update(layers[-1])
    return [*layers[:-1], [one for one in graph if one not in seen]]


def _places(layers: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Where each box stands, by its upper left corner."""
    return {
        name: (_MARGIN + across * _ACROSS + (down % 2) * _ACROSS // 2, _MARGIN + down * _DOWN)
        for down, names in enumerate(_short(layers))
        for across, name in enumerate(names)
    }


def _short(layers: Sequence[Sequence[str]], longest: int = 5) -> Iterable[Sequence[str]]:
    for names in layers:
        yield from (names[start : start + longest] for start in range(0, len(names), longest))


def _arrow(start: tuple[int, int], end: tuple[int, int], told: str) -> str:
    upward = end[1] < start[1]
    x1, y1 = start[0] + _WIDTH // 2, start[1] + (0 if upward else _HEIGHT)
    x2, y2 = end[0] + _WIDTH // 2, end[1] + (_HEIGHT if upward else 0)
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#8a8a8a" stroke-width="1" marker-end="url(#tip)">'
        f"<title>{escape(told)}</title></line>"
    )


def _box(x: int, y: int, name: str, told: str, colour: str, goal: bool) -> str:
    return (
        f'<g><title>{escape(told)}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" '
        f'fill="white" stroke="{colour}" stroke-width="{3 if goal else 1}"/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + 20}" text-anchor="middle" font-size="13">{escape(name)}</text></g>'
    )
