"""What simulated clients do: the scripts of a workload, with the times, repetitions and mishaps of a stage.

The scripts are those of real runs (see `workloads`). Added here is what a real run leaves to the machine: how long each
step takes, when a client rests so long that claims and leases end, that a client sends a call again as one does that
is not sure of it, and what goes wrong under faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lawful.conformance.run.stages import Stage
from lawful.conformance.twins.simulation import Act, Mishap, Restart
from lawful.conformance.workloads.drawing import LONG_MS, own_name
from lawful.conformance.workloads.script import Intent, Script, Workload, generator_of
from lawful.models.history import NS_PER_MS, Outcome
from lawful.models.values import Json

CLIENTS = 3
_OPERATIONS = {Stage.SEQUENTIAL: 45, Stage.CONCURRENT: 18, Stage.FAULTS: 18}
"""Of each lane."""
_MOST_FINAL = {Stage.SEQUENTIAL: 40, Stage.CONCURRENT: 40, Stage.FAULTS: 120}
"""Under faults the end is where it shows what was lost."""
_FINALS = {Stage.SEQUENTIAL: 1, Stage.CONCURRENT: 1, Stage.FAULTS: 2}
_LONG_RESTS_MS = (80, 200, 500, 1500)
_REST_BEFORE_FINAL_MS = 100_000
_REST_BEFORE_LAST_MS = 2 * LONG_MS
"""What was claimed last is held for so long; what is held for ever shows the second time."""
_RESENT = 0.12
_COPIED = 0.25
"""Where clients work at once, how often one wants what another is asking for."""
_PAUSED = 0.06
_PAUSES_MS = (100, 800)
"""How often a client stops between two steps, and for how long."""
_MISHAPS = ((0.04, Mishap.ANSWER_LOST), (0.05, Mishap.CLIENT_DIES), (0.06, Mishap.REFUSED))


@dataclass(slots=True)
class _Resend:
    """The last call of a client that may change something."""

    intent: Intent | None = None


class ScriptedClients:
    """Clients that follow the scripts of a workload; in the end one more looks at what is left."""

    def __init__(self, workload: Workload, stage: Stage, seed: int) -> None:
        self._stage = stage
        self._seed = seed
        self._workload = workload
        self._random = generator_of(seed, f"clients/{workload.table}/{stage.name}")
        self._scripts: list[Script] = [workload.script(client, seed) for client in range(CLIENTS)]
        self._last: list[_Resend] = [_Resend() for _ in range(CLIENTS + 1)]
        self._resent = False
        self.lanes = 1 if stage is Stage.SEQUENTIAL else CLIENTS
        self._left = [_OPERATIONS[stage]] * self.lanes
        self._ended = 0
        self._final_left = 0
        self._finals: list[Script] = []

    def restarts(self) -> Sequence[Restart]:
        """When the store is restarted."""
        if self._stage is not Stage.FAULTS:
            return ()
        drawn = generator_of(self._seed, f"restarts/{self._workload.table}")
        return [Restart(int(drawn.uniform(20, 3000) * NS_PER_MS)) for _ in range(3)]

    def next(self, lane: int, now_ns: int) -> Act | None:
        if self._final_left:
            return self._final(now_ns)
        if self._left[lane] <= 0:
            return None if not self._lane_ends() else self._final(now_ns + _REST_BEFORE_FINAL_MS * NS_PER_MS)
        self._left[lane] -= 1
        client = self._random.randrange(CLIENTS) if self._stage is Stage.SEQUENTIAL else lane
        intent = self._intent(client)
        if intent is None:
            self._left[lane] = 0
            return self.next(lane, now_ns)
        return Act(client, intent, now_ns + self._rest_ns(), self._delays_ns(), self._mishap())

    def saw(self, lane: int, act: Act, outcome: Outcome, result: Json) -> None:
        self._scripts[act.client].saw(act.intent, outcome, result)

    def _intent(self, client: int) -> Intent | None:
        last = self._last[client]
        if self.lanes > 1 and self._random.random() < _COPIED:
            copied = self._last[self._random.randrange(CLIENTS)].intent
            if copied is not None:
                return _as_own(copied, client)
        if last.intent is not None and self._random.random() < _RESENT:
            intent, last.intent = last.intent, None
            return intent
        last.intent = self._scripts[client].next()
        return last.intent

    def _lane_ends(self) -> bool:
        """Whether this was the last lane to end; then the final client begins."""
        self._ended += 1
        if self._ended < self.lanes:
            return False
        self._finals = [self._workload.final_script(self._seed) for _ in range(_FINALS[self._stage])]
        self._scripts.append(self._finals.pop())
        self._final_left = _MOST_FINAL[self._stage]
        return True

    def _final(self, now_ns: int) -> Act | None:
        self._final_left -= 1
        intent = self._scripts[-1].next() if self._final_left else None
        rest_ns = NS_PER_MS
        if intent is None and self._finals:
            self._scripts[-1] = self._finals.pop()
            self._final_left = _MOST_FINAL[self._stage]
            intent, rest_ns = self._scripts[-1].next(), _REST_BEFORE_LAST_MS * NS_PER_MS
        if intent is None:
            return None
        return Act(CLIENTS, intent, now_ns + rest_ns, (NS_PER_MS // 4,))

    def _rest_ns(self) -> int:
        """Clients are at work nearly all the time when they collide."""
        if self._random.random() < 0.08:
            return int(self._random.choice(_LONG_RESTS_MS) * NS_PER_MS)
        return 1 + int(self._random.uniform(0, 2) * NS_PER_MS)

    def _delays_ns(self) -> tuple[int, ...]:
        delays_ns = [1 + int(self._random.uniform(0, 3) * NS_PER_MS) for _ in range(4)]
        if self.lanes > 1 and self._random.random() < _PAUSED:
            delays_ns[1] += int(self._random.uniform(*_PAUSES_MS) * NS_PER_MS)
        return tuple(delays_ns)

    def _mishap(self) -> Mishap:
        if self._stage is not Stage.FAULTS:
            return Mishap.NONE
        drawn = self._random.random()
        for probability, mishap in _MISHAPS:
            if drawn < probability:
                return mishap
            drawn -= probability
        return Mishap.NONE


def _as_own(intent: Intent, client: int) -> Intent:
    """What another client asks for, asked for in this one's name."""
    arguments = {
        name: own_name(name, client) if value in [own_name(name, other) for other in range(CLIENTS)] else value
        for name, value in intent.arguments.items()
    }
    return intent._replace(arguments=arguments)
