"""How much of a promise a configuration gives up: the number in the weaker form of a clause.

A store that synchronises its log once a second does not promise that what it acknowledged stays. It promises that at
most a second of it is lost. That is no exception to a clause, but a clause of its own, to be kept and to be broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(?P<number>\d+(?:\.\d+)?) (?P<unit>s|writes?)", re.ASCII)
_ANY = "any"
_LONGEST_S = 10**6


@dataclass(frozen=True, slots=True)
class Bound:
    """How much may be lost at a crash: what was acknowledged in the last seconds, or the last writes.

    Neither: any amount, as long as what is left is a prefix of what took effect.

    >>> [str(Bound.parse(text)) for text in ("1 s", "0.50 s", "20 writes", "any")]
    ['1 s', '0.5 s', '20 writes', 'any']
    """

    seconds: float | None = None
    writes: int | None = None

    @classmethod
    def parse(cls, text: str) -> Bound:
        """The bound that `str` gives as `text`. Raises `ValueError`, which says what would be right."""
        if text == _ANY:
            return cls()
        form = _FORM.fullmatch(text)
        if form is None or float(form["number"]) > _LONGEST_S:
            raise ValueError(f"{text!r} is no bound; write it as '1 s', '20 writes' or 'any'")
        if form["unit"] == "s":
            return cls(seconds=float(form["number"]))
        if not form["number"].isdigit():
            raise ValueError(f"{text!r} is no bound; a number of writes is whole")
        return cls(writes=int(form["number"]))

    def __str__(self) -> str:
        if self.seconds is not None:
            return f"{self.seconds:g} s"
        return _ANY if self.writes is None else _counted(self.writes)

    @property
    def lost(self) -> str:
        """What may be lost, in words."""
        if self.seconds is not None:
            return f"what was acknowledged in the last {self.seconds:g} s"
        return "any number of writes" if self.writes is None else f"the last {_counted(self.writes)}"


def _counted(writes: int) -> str:
    return "1 write" if writes == 1 else f"{writes} writes"
