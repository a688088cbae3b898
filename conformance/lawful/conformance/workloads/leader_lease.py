"""Candidates that compete for two leases, renew them, let them lapse, and write under fencing tokens old and new.

The collisions: leases are shorter than many faults last; a holder that lost its lease goes on with its old token and
must be refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from lawful.conformance.workloads.script import Intent, generator_of
from lawful.models.history import Outcome
from lawful.models.values import Json

TABLE = "leader_lease"
_SCOPES = ("scope-a", "scope:ß")
_TTLS_MS = (60, 150, 400)


class LeaderLeaseWorkload:
    """Workload `leader_lease`."""

    table = TABLE

    def script(self, client: int, seed: int) -> _Candidate:
        return _Candidate(client, seed)

    def final_script(self, seed: int) -> _FinalRound:
        return _FinalRound()


class _Candidate:
    def __init__(self, client: int, seed: int) -> None:
        self._random = generator_of(seed, f"leader_lease/{client}")
        self._holder = f"candidate-{client}"
        self._tokens: dict[str, int] = {}
        self._steps = 0
        self._in_doubt: str | None = None

    def next(self) -> Intent:
        self._steps += 1
        if self._in_doubt is not None:
            # Did the acquire without an answer succeed? It tells the checker early, too.
            scope, self._in_doubt = self._in_doubt, None
            return _intent(scope, "get")
        scope = self._random.choice(_SCOPES)
        choice = self._random.random()
        if scope in self._tokens and choice < 0.45:
            return self._as_holder(scope)
        if choice < 0.80:
            return _intent(scope, "acquire", holder=self._holder, ttl_ms=self._random.choice(_TTLS_MS))
        if choice < 0.85:
            return _intent(scope, "release", holder=self._holder)
        if choice < 0.90:
            return _intent(scope, "renew", holder=self._holder, ttl_ms=self._random.choice(_TTLS_MS))
        return _intent(scope, self._random.choice(("get", "guarded_read")))

    def _as_holder(self, scope: str) -> Intent:
        function = self._random.choice(("renew", "release", "guarded_write", "guarded_write"))
        if function == "guarded_write":
            value: Json = {"writer": self._holder, "step": self._steps}
            return _intent(scope, function, token=self._tokens[scope], value=value)
        if function == "release":
            return _intent(scope, function, holder=self._holder)
        return _intent(scope, function, holder=self._holder, ttl_ms=self._random.choice(_TTLS_MS))

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        if outcome is Outcome.UNKNOWN:
            self._in_doubt = intent.key
        if outcome is not Outcome.OK or intent.key is None:
            return
        if intent.function == "acquire" and isinstance(result, int):
            self._tokens[intent.key] = result
        elif intent.function == "get" and isinstance(result, Mapping) and isinstance(result.get("token"), int):
            # A client that leads by hearsay: the token of a lease that is somebody else's.
            self._tokens.setdefault(intent.key, int(str(result["token"])))


class _FinalRound:
    """Every lease has expired by now: it must be free, its token must grow, and the guarded value must be there."""

    def __init__(self) -> None:
        self._ahead: list[Intent] = []
        for scope in _SCOPES:
            self._ahead += [
                _intent(scope, "get"),
                _intent(scope, "guarded_read"),
                _intent(scope, "acquire", holder="final", ttl_ms=3_600_000),
                _intent(scope, "acquire", holder="too late", ttl_ms=3_600_000),
                _intent(scope, "get"),
            ]

    def next(self) -> Intent | None:
        return self._ahead.pop(0) if self._ahead else None

    def saw(self, intent: Intent, outcome: Outcome, result: Json) -> None:
        """Nothing depends on the answers."""


def _intent(scope: str, function: str, **arguments: Json) -> Intent:
    return Intent(TABLE, scope, function, arguments)
