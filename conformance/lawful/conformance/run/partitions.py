"""Which links a partition takes away. The shapes are those of Jepsen's partitions (its library calls them grudges).

Places are in the order in which the seed has put them, so that every shape is one of many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lawful.conformance.network import Link


def between(some: Iterable[str], others: Iterable[str]) -> frozenset[Link]:
    """Every link between two groups, in both directions.

    >>> sorted(between("a", "bc"))[0]
    Link(source='a', destination='b')
    """
    pairs = [(one, other) for one in some for other in others]
    return frozenset(link for one, other in pairs for link in (Link(one, other), Link(other, one)))


def isolated(group: Sequence[str], places: Sequence[str]) -> frozenset[Link]:
    """The links between a group and everybody else."""
    return between(group, [place for place in places if place not in group])


def sent_by(group: Sequence[str], places: Sequence[str]) -> frozenset[Link]:
    """The links from a group to everybody else."""
    return frozenset(Link(one, other) for one in group for other in places if other not in group)


def halves(places: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The smaller half and the larger one.

    >>> halves("abc")
    ('a', 'bc')
    """
    middle = len(places) // 2
    return places[:middle], places[middle:]


def bisected(places: Sequence[str]) -> frozenset[Link]:
    """The links between two halves."""
    return between(*halves(places))


def bridged(places: Sequence[str]) -> frozenset[Link]:
    """The links between two halves of all places but the first, which reaches everybody."""
    return between(*halves(places[1:]))


def ringed(places: Sequence[str]) -> frozenset[Link]:
    """Links taken away so that each place hears of a majority, itself included, and no two of the same one.

    The places stand in a ring, and each hears of its nearest neighbours. Of three, each hears of the next one only.

    >>> sorted(ringed("abc"))
    [Link(source='a', destination='b'), Link(source='b', destination='c'), Link(source='c', destination='a')]
    """
    count = len(places)
    majority = count // 2 + 1
    first = -((majority - 1) // 2)
    heard = {
        (places[(position + offset) % count], place)
        for position, place in enumerate(places)
        for offset in range(first, first + majority)
    }
    return frozenset(
        Link(one, other) for one in places for other in places if one != other and (one, other) not in heard
    )


def majority_of(count: int) -> int:
    """The fewest of `count` that are more than half."""
    return count // 2 + 1
