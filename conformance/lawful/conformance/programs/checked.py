"""A store to call from Python by the names of the contract, which raises at the first answer that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lawful.conformance.adapter import Unsupported
from lawful.conformance.programs.calls_by_name import CallsByName
from lawful.conformance.programs.opened import Builds, opened
from lawful.conformance.programs.side_by_side import SideBySide
from lawful.models.values import Json


class WrongAnswer(AssertionError):
    """An answer that the model does not allow, or none at all while nothing was wrong."""

    def __init__(self, text: str, clause: str | None = None) -> None:
        super().__init__(text if clause is None else f"{clause}: {text}")
        self.clause = clause


class CheckedStore(CallsByName[Json]):
    """`store.jobs.claim(worker="w", ttl_ms=1000)`: the answer, if it is one that the model allows."""

    def __init__(self, pair: SideBySide) -> None:
        super().__init__(self._checked)
        self._pair = pair

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self._pair.wait(ms)

    def _checked(self, table: str, key: str | None, function: str, arguments: Mapping[str, Json]) -> Json:
        heard = self._pair.call(table, key, function, arguments)
        if not heard.offered:
            raise Unsupported(f"the adapter does not offer {table}.{function}")
        if heard.wrong is not None:
            raise WrongAnswer(f"{table}.{function} {heard.wrong}", heard.clause)
        return heard.result


@contextmanager
def checked(backend: str | Builds) -> Iterator[CheckedStore]:
    """A store on no data, gone after the `with` block. `backend` is what `--backend` takes, or a class."""
    with opened(backend) as client:
        yield CheckedStore(SideBySide(client))
