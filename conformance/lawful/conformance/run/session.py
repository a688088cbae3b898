"""One client of a run: carries out its script tick by tick, and records what it saw.

All sessions act on the same ticks. Operations of one tick overlap, which is where defects show, and between ticks the
store mostly comes to rest, which keeps the history cheap to check.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from lawful.conformance.errors import BackendError
from lawful.conformance.history.json_text import NotJson
from lawful.conformance.history.recorder import Recorder
from lawful.conformance.run.pace import Pace
from lawful.conformance.run.tally import Tally
from lawful.conformance.wire.client import RunClient
from lawful.conformance.wire.messages import NonsenseLine, Reply, Request
from lawful.conformance.wire.peer import PeerGone, PeerSilent
from lawful.conformance.workloads.script import Intent, Script
from lawful.models.history import Outcome
from lawful.models.values import Json
from lawful.specs.task_store import TABLES

_START_ATTEMPTS = 20
_TICKS_PER_SCRIPT = 4
"""After which all sessions go on to the next table. After one, a claim would be over by its holder's next turn."""


class Session(threading.Thread):
    """A client process and the script that it follows."""

    def __init__(
        self,
        number: int,
        client: RunClient,
        scripts: Sequence[Script],
        recorder: Recorder,
        tally: Tally,
        answer_limit_s: float,
    ) -> None:
        super().__init__(name=client.name, daemon=True)
        self.client = client
        self.failure: BaseException | None = None
        """What ended the session before its time."""
        self._scripts = scripts
        self._recorder = recorder
        self._tally = tally
        self._answer_limit_s = answer_limit_s
        self._process = number
        self._requests = 0
        self._pace = Pace(0.0, 0.0, 0.0)
        self._stopped = threading.Event()

    def follow(self, pace: Pace) -> None:
        """Act on the ticks of `pace` in a thread of its own."""
        self._pace = pace
        self.start()

    def stop(self) -> None:
        """Begin no further operation."""
        self._stopped.set()

    def run(self) -> None:
        try:
            tick = 0
            while not self._stopped.is_set():
                due_s = self._pace.due_s(tick)
                now_s = time.monotonic()
                if max(due_s, now_s) >= self._pace.end_s:
                    return
                if now_s > due_s + self._pace.tick_s:
                    # A slow answer made it miss ticks: rejoin the others instead of catching up alone.
                    tick = self._pace.next_tick(now_s)
                    continue
                self._stopped.wait(max(0.0, due_s - now_s))
                self._act(self._scripts[tick // _TICKS_PER_SCRIPT % len(self._scripts)])
                tick += 1
        except Exception as error:
            self.failure = error

    def run_to_end(self, limit_s: float) -> None:
        """Follow each script to its end, in the calling thread, for `limit_s` at the most."""
        end_s = time.monotonic() + limit_s
        for script in self._scripts:
            while time.monotonic() < end_s and self._act(script):
                pass

    def _act(self, script: Script) -> bool:
        """Carry out the next operation of `script`; False where there is none."""
        intent = script.next()
        if intent is None:
            return False
        reply = self._carry_out(intent)
        script.saw(intent, reply.outcome, reply.result)
        if reply.outcome is Outcome.UNKNOWN:
            # The operation may still be under way: from here on this is another process (see Operation.process).
            self._process = self._tally.next_process()
        return True

    def _carry_out(self, intent: Intent) -> Reply:
        index = self._recorder.invoke(self._process, intent.table, intent.key, intent.function, intent.arguments)
        reply = self._record(index, self._sensible(intent, self._ask(intent)))
        self._tally.count(reply.outcome, reply.error)
        if reply.defect is not None:
            self._tally.defect(f"{intent.table}.{intent.function}: {reply.defect}", reply.hint)
        if reply.unsupported:
            self._tally.unsupported.add(f"{intent.table}.{intent.function}")
        return reply

    def _record(self, index: int, reply: Reply) -> Reply:
        result = reply.result if reply.outcome is Outcome.OK else None
        try:
            self._recorder.complete(index, reply.outcome, result=result, error=reply.error, server=reply.server)
        except NotJson as error:
            defect = f"answered what no JSON file can hold: {error}"
            reply = Reply(reply.number, Outcome.UNKNOWN, error=defect, server=reply.server, defect=defect)
            self._recorder.complete(index, reply.outcome, error=reply.error, server=reply.server)
        return reply

    def _ask(self, intent: Intent) -> Reply:
        self._requests += 1
        request = Request(self._requests, intent.table, intent.key, intent.function, intent.arguments)
        spoilt = True
        try:
            reply = self.client.ask(request, self._answer_limit_s)
            spoilt = False
        except PeerGone as gone:
            text = str(gone)
            defect = None if gone.killed else text
            reply = Reply(self._requests, Outcome.UNKNOWN, error=text, defect=defect, hint=gone.hint)
        except PeerSilent as silent:
            # Where it shares its process with others, its late answer is dropped by its number.
            spoilt = bool(self.client.faults)
            error = f"gave {silent}, although its own time-out is shorter"
            reply = Reply(self._requests, Outcome.UNKNOWN, error=error, defect=error, hint=silent.hint)
        except NonsenseLine as nonsense:
            error = f"sent a line that is no reply: {nonsense}"
            reply = Reply(self._requests, Outcome.UNKNOWN, error=error, defect=error, hint=nonsense.hint)
        for note in self.client.take_notes():  # they are gone once the client is replaced
            self._tally.defect(f"{intent.table}.{intent.function}: {note}")
        if spoilt:
            self._replace_client()
        return reply

    def _replace_client(self) -> None:
        called_ns = time.monotonic_ns()
        for attempt in range(1, _START_ATTEMPTS + 1):
            self.client.discard()
            self.client.start()
            try:
                self.client.wait_until_ready()
                break
            except BackendError:
                # The next fault, or what another client asks of a shared process, may strike while this one starts.
                if attempt == _START_ATTEMPTS:
                    raise
        self._recorder.fault("restart", self.client.name, called_ns, time.monotonic_ns())

    def _sensible(self, intent: Intent, reply: Reply) -> Reply:
        """`reply`, or an unknown outcome where the answer is of a type that the function never answers."""
        table = TABLES.get(intent.table)
        function = table.function(intent.function) if table is not None else None
        if reply.outcome is not Outcome.OK or function is None or "any" in function.answer:
            return reply
        if type_of(reply.result) in function.answer:
            return reply
        defect = f"answered a JSON {type_of(reply.result)} where the contract has {' or '.join(function.answer)}"
        hint = f"lawful adapter functions {intent.table} lists what each function answers"
        return Reply(reply.number, Outcome.UNKNOWN, error=defect, server=reply.server, defect=defect, hint=hint)


def type_of(value: Json) -> str:
    """The JSON type of a value, with `integer` for numbers without a fraction.

    >>> [type_of(value) for value in (None, True, 1, 1.5, "", [], {})]
    ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']
    """
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
    return "array"


def raise_failures(sessions: Sequence[Session]) -> None:
    """Raise what ended the first of the sessions that ended before its time."""
    for session in sessions:
        if session.failure is not None:
            if isinstance(session.failure, BackendError):
                raise session.failure
            raise RuntimeError(f"the session of {session.client.name} failed") from session.failure
