"""Mistakes that checkers have had, each as a change of one place in the source, with who notices it."""

from __future__ import annotations

from tests.agreement.fault import Fault

SCHEDULE = (
    Fault(
        "a call at the instant of a return comes after it",
        "linearizability.schedule",
        "completed[by_call[calls]].call_ns <= deadline_ns",
        "completed[by_call[calls]].call_ns < deadline_ns",
    ),
    Fault(
        "an unknown call at the instant of a return comes after it",
        "linearizability.schedule",
        "self._unknown[self._called].call_ns <= deadline_ns",
        "self._unknown[self._called].call_ns < deadline_ns",
    ),
    Fault(
        "an unknown operation takes effect before it is called",
        "linearizability.schedule",
        "self._unknown[self._called].call_ns <= deadline_ns",
        "True",
    ),
    Fault(
        "an unknown operation did not happen",
        "linearizability.schedule",
        "if operation.outcome is Outcome.UNKNOWN]",
        "if False]",
    ),
    Fault(
        "a failed operation happened",
        "linearizability.schedule",
        "if operation.outcome is Outcome.UNKNOWN]",
        "if operation.outcome is not Outcome.OK]",
    ),
    Fault(
        "an answer does not tell operations apart",
        "linearizability.kinds",
        "key = (call, _key(operation.result) if known else ())",
        "key = (call, ())",
    ),
    Fault(
        "an answer of true is one of 1",
        "linearizability.kinds",
        "return (value, type(value)) if",
        "return (value,) if",
        "counter",
    ),
    Fault(
        "an argument of true is one of 1",
        "linearizability.kinds",
        "return (*arguments.items(), types)",
        "return tuple(arguments.items())",
    ),
)

TABLE = (
    Fault(
        "an answer need not be right",
        "linearizability.table",
        "state_after(transition, known.result) if known.known else transition.state",
        "transition.state",
    ),
    Fault(
        "a kind that changes a state is believed to change none",
        "linearizability.table",
        "if entry and self.preserves(kind):",
        "if False:",
        "stack",
    ),
    Fault(
        "a call has one way to take effect",
        "linearizability.table",
        "if number not in entry:",
        "if not entry:",
        "jobs",
        "front door",
    ),
    Fault(
        "a call with time has one way to take effect",
        "linearizability.timed_table",
        "if number not in found:",
        "if not found:",
        "jobs",
    ),
    Fault(
        "an answer of a model with time need not be right",
        "linearizability.timed_table",
        "state_after(transition, known.result) if known.known else transition.state",
        "transition.state",
        "leader_lease",
    ),
    Fault(
        "what a call does is the same until any instant",
        "linearizability.timed_table",
        "key = (state, kind, earliest_ns, latest_ns)",
        "key = (state, kind, earliest_ns, 0)",
        "jobs",
    ),
)

STEPS = (
    Fault(
        "who only looks need not see the right answer",
        "linearizability.moves",
        "if preserves(kind) and row[kind] is preserved:",
        "if preserves(kind):",
    ),
    Fault(
        "of those with an unknown outcome, all have been called",
        "linearizability.moves",
        "Optional(copies.mask & called,",
        "Optional(copies.mask,",
        "semaphore",
    ),
    Fault(
        "an operation with an unknown outcome takes effect twice",
        "linearizability.steps",
        "used | first, (trail",
        "used, (trail",
        "set",
    ),
    Fault(
        "one operation with an unknown outcome is enough",
        "linearizability.steps",
        "later.append((ahead_then, after, used_then, step))",
        "pass",
        "fifo-queue",
    ),
    Fault(
        "who used more is as good as who used less",
        "linearizability.steps",
        "if not other & ~burden:",
        "if not burden & ~other:",
        "fifo-queue",
    ),
    Fault(
        "who looked is as good as who still has to",
        "linearizability.steps",
        "burden = used << self._width | lookers & ~ahead",
        "burden = used << self._width",
        "stack",
    ),
    Fault(
        "it does not matter in which state one arrives",
        "linearizability.steps",
        "key = (ahead & ~lookers, state)\n        burden = used",
        "key = (ahead & ~lookers, 0)\n        burden = used",
        "fifo-queue",
    ),
    Fault(
        "it does not matter what was placed ahead",
        "linearizability.steps",
        "key = (ahead & ~lookers, state)\n        burden = used",
        "key = (0, state)\n        burden = used",
        "register",
    ),
    Fault("a bit is kept when its operation has returned", "linearizability.steps", "ahead ^= bit", "pass"),
    Fault(
        "who is called later is not looked for",
        "linearizability.steps",
        "                if called:",
        "                if False:",
    ),
)

TIMED_STEPS = (
    Fault(
        "an effect does not hold back later ones",
        "linearizability.timed_steps",
        "key = (ahead_then, after, earliest_ns)",
        "key = (ahead_then, after, call_ns)",
        "jobs",
    ),
    Fault(
        "with time, who used more is as good as who used less",
        "linearizability.timed_steps",
        "call_ns <= latest_call_ns and not other & ~burden for",
        "call_ns <= latest_call_ns and not burden & ~other for",
        "leader_lease",
    ),
    Fault(
        "with time, who looked is as good as who still has to",
        "linearizability.timed_steps",
        "(used << self._width | lookers & ~ahead, latest_call_ns)",
        "(used << self._width, latest_call_ns)",
        "jobs",
    ),
    Fault(
        "who only looks looks before it is called",
        "linearizability.timed_steps",
        "if call_ns > bound_ns:",
        "if False:",
        "jobs",
    ),
    Fault(
        "with time, it does not matter in which state one arrives",
        "linearizability.timed_steps",
        "return (ahead & ~lookers, state), (used",
        "return (ahead & ~lookers, 0), (used",
        "jobs",
    ),
)

SHORT_CUTS = (
    Fault(
        "a proof begins in the initial state only",
        "linearizability.frontier",
        "return {state: set(choices) for state in self._reachable()}",
        "return {self._table.initial: set(choices)}",
        "register",
        "impatient search",
    ),
    Fault(
        "in a proof nothing is placed ahead",
        "linearizability.frontier",
        "choices |= {ahead | opened.bit for ahead in choices if ahead & earlier == earlier}",
        "pass",
        "register",
        "impatient search",
    ),
    Fault(
        "in a proof operations with an unknown outcome do nothing",
        "linearizability.ways",
        "for _, after, looked in local.optional:",
        "for _, after, looked in ():",
        "register",
        "impatient search",
    ),
)

NATIVE = (
    Fault(
        "natively, who covers less is as good",
        "linearizability.native.layers",
        "& ~covered == 0",
        "& covered == 0",
        "set",
        "native search",
    ),
    Fault(
        "natively, whatever looks is right",
        "linearizability.native.layers",
        "if t.after[following] == state:\n                        covered |= bit",
        "covered |= bit",
        "set",
        "native search",
    ),
    Fault(
        "natively, an operation takes effect twice",
        "linearizability.native.layers",
        "if used & bit or out_of_order(",
        "if out_of_order(",
        "semaphore",
        "native search",
    ),
    Fault(
        "natively, arrivals are not taken over",
        "linearizability.native.layers",
        "if t.there_alive[there]:\n            state",
        "if False:\n            state",
        "register",
        "native search",
    ),
)

ONLINE = (
    Fault(
        "online, who used more is as good as who used less",
        "linearizability.online.crossing",
        "all(count <= counts.get(number, 0)",
        "all(count >= counts.get(number, 0)",
        "fifo-queue",
        "online",
    ),
    Fault(
        "online, who looked is as good as who still has to",
        "linearizability.online.crossing",
        "if not looked & ~other_looked and as_good(other_used, used):",
        "if as_good(other_used, used):",
        "register",
        "online",
    ),
    Fault(
        "online, whoever looks is right",
        "linearizability.online.crossing",
        "if not ahead & looker.bit and state in looker.answered(self._model, state):",
        "if not ahead & looker.bit:",
        "register",
        "online",
    ),
    Fault(
        "online, a call at the instant of a return comes after it",
        "linearizability.online.object_watch",
        "by_call[-1].call_ns <= until_ns:",
        "by_call[-1].call_ns < until_ns:",
        "register",
        "online",
    ),
    Fault(
        "online, all of the past is settled at once",
        "linearizability.online.object_watch",
        "        if oldest is not None:\n            count",
        "        if False:\n            count",
        "register",
        "online",
    ),
    Fault(
        "online, an unknown operation is not there before its time-out",
        "linearizability.online.crossing",
        "if taken < called:\n                first",
        "if taken < called - 1:\n                first",
        "register",
        "online",
    ),
)

OTHERS = (
    Fault(
        "what is called as the prefix ends is left out",
        "linearizability.prefix",
        "if operation.call_ns <= end_ns",
        "if operation.call_ns < end_ns",
        "register",
        "prefix",
    ),
    Fault(
        "the prefix ends where the search is stuck",
        "linearizability.prefix",
        "one.call_ns <= until_ns)",
        "one.call_ns < 0)",
        "set",
        "prefix",
    ),
    Fault(
        "a core forgets by deleting",
        "linearizability.core",
        "    return operation.weakened()",
        "    return None",
        "register",
        "core",
    ),
    Fault(
        "one question is enough for a core",
        "linearizability.core",
        "self._forget(late, known_needed=False)",
        "self.needed.update(late)",
        "register",
        "core",
    ),
    Fault(
        "for Z3 an outcome does not say that the operation took effect",
        "certificate.encoding",
        "yield guard, _by(place, self.slots[-1])",
        "pass",
        "register",
        "z3",
    ),
    Fault(
        "Z3 does not ask for the answers",
        "certificate.encoding",
        "yield before, bounds, answers.get((before, bounds), [])",
        "yield before, bounds, [before]",
        "register",
        "z3",
    ),
    Fault(
        "for Z3 an operation takes effect before the slot that it is in",
        "certificate.encoding",
        "yield _not(_by(place, slot)), _by(place, slot - 1), placed(place, slot)",
        "yield _not(_by(place, slot)), _by(place, slot - 1), placed(place, slot), _nothing(slot)",
        "register",
        "z3",
    ),
    Fault(
        "in the table of a register a refused swap is an applied one",
        "certificate.tables",
        "return operation.result is (text ==",
        "return operation.result is not (text ==",
        "cas-register",
        "z3",
    ),
    Fault(
        "in the table of a string all other strings are one that somebody got",
        "certificate.tables",
        "numbers.setdefault(value, len(numbers) + 1)",
        "numbers.setdefault(value, len(numbers))",
        "key-value",
        "z3",
    ),
    Fault(
        "a value that is written as it is read comes from nowhere",
        "linearizability.provenance",
        "writer.call_ns > return_ns",
        "writer.call_ns >= return_ns",
        "register",
        "front door",
    ),
    Fault(
        "a value that a failed write left may be read",
        "linearizability.provenance",
        "if operation.outcome is not Outcome.OK or operation.return_ns is None:",
        "if operation.outcome is Outcome.OK or operation.return_ns is None:",
        "register",
        "front door",
    ),
    Fault(
        "a replay lets an operation take effect after its return",
        "certificate.replay",
        "if earliest_ns > latest_ns:",
        "if earliest_ns >= latest_ns:",
    ),
)

FAULTS = (*SCHEDULE, *TABLE, *STEPS, *TIMED_STEPS, *SHORT_CUTS, *NATIVE, *ONLINE, *OTHERS)
