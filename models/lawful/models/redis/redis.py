"""A deployment of Redis as a model of local steps: servers, one client and Sentinel, each a process.

Sources: Redis documentation ("Redis persistence", "Redis replication", "High availability with Redis Sentinel", WAIT).
Assumptions: a connection delivers in order or breaks; the stream to a replica is told by how far it got, so a
message that comes late says less than the replica knows, and is dropped. Sentinels agree on who failed (their votes are
not modelled) and notice the death of a server at some time; with `Hazard.PARTITION` they may be wrong. A replica is
chosen whatever it has. A server that dies starts again at some time, with its own files, as what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lawful.models.local_steps import LOSE, LocalStep
from lawful.models.redis.deployment import Deployment, Hazard
from lawful.models.redis.persistence import KILL, POWER_LOSS, RESTART, SAVE, SYNC, die, persist, stored
from lawful.models.redis.state import (
    Acknowledged,
    Answer,
    Client,
    Died,
    Message,
    Offset,
    Primary,
    Refusal,
    Replicate,
    Role,
    Sentinel,
    Server,
    State,
    Write,
)

Step = LocalStep[State, Message]

WRITE = "write"
TIME_OUT = "time out"
HEAR_ANSWER = "hear answer"
TAKE_WRITE = "take write"
REFUSE_WRITE = "refuse write"
ACKNOWLEDGE = "acknowledge"
REPLICATE = "replicate"
RECEIVE_DATA = "receive data"
NOTE_OFFSET = "note offset"
LAG = "replica lags"
FAIL_OVER = "fail over"
TELL = "tell of primary"
LEARN = "learn of primary"
NOTICE = "notice death"
IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Redis:
    """The deployment, to be explored."""

    deployment: Deployment

    network = (LOSE,)

    @property
    def servers(self) -> int:
        """Processes of all kinds."""
        return self.deployment.processes

    @property
    def in_flight(self) -> int:
        return self.deployment.messages

    @property
    def actions(self) -> tuple[str, ...]:
        with_replicas = (REPLICATE, RECEIVE_DATA, NOTE_OFFSET, LAG, FAIL_OVER, TELL, LEARN, NOTICE)
        always = (WRITE, TIME_OUT, HEAR_ANSWER, TAKE_WRITE, REFUSE_WRITE, ACKNOWLEDGE, SYNC, SAVE)
        return (*always, KILL, POWER_LOSS, RESTART, IGNORE, *(with_replicas if self.deployment.replicas else ()))

    def initial(self, server: int) -> State:
        if server == self.deployment.client:
            return Client(primary=0)
        if server == self.deployment.sentinel:
            return Sentinel(primary=0)
        return self._led(Server(Role.REPLICA)) if server == 0 else Server(Role.REPLICA)

    def steps(self, server: int, state: State) -> Iterator[Step]:
        match state:
            case Client():
                yield from self._ask(server, state)
            case Sentinel():
                yield from self._watch(server, state)
            case Server():
                yield from self._serve(server, state)

    def receive(self, server: int, state: State, message: Message) -> Iterator[Step]:
        match state, message:
            case Client(), Answer() | Refusal():
                yield self._heard(state, message)
            case Client(), Primary() if message.primary != state.primary:
                # What it waits for will never be answered on the connection that it gives up.
                yield LocalStep(LEARN, replace(state, primary=message.primary, waiting=False))
            case Sentinel(), Died():
                yield from self._failed_over(state, message)
            case Server(is_up=True), _:
                yield from self._handled(server, state, message)
            case _:
                yield LocalStep(IGNORE, state)

    def _ask(self, server: int, client: Client) -> Iterator[Step]:
        if client.waiting:
            yield LocalStep(TIME_OUT, replace(client, waiting=False))
        elif client.tried < self.deployment.writes:
            write = client.tried + 1
            request = Write(server, client.primary, write)
            yield LocalStep(WRITE, replace(client, tried=write, waiting=True), (request,))

    def _heard(self, client: Client, message: Answer | Refusal) -> Step:
        if not client.waiting or message.write != client.tried:
            return LocalStep(IGNORE, client)
        if isinstance(message, Refusal):
            return LocalStep(HEAR_ANSWER, replace(client, waiting=False))
        done = client.acknowledged | {Acknowledged(message.write, message.epoch)}
        return LocalStep(HEAR_ANSWER, replace(client, waiting=False, acknowledged=done))

    def _watch(self, server: int, sentinel: Sentinel) -> Iterator[Step]:
        for process in sorted(sentinel.tells):
            told = replace(sentinel, tells=sentinel.tells - {process})
            yield LocalStep(TELL, told, (Primary(server, process, sentinel.primary, sentinel.epoch),))
        if Hazard.PARTITION in self.deployment.hazards:
            yield from self._chosen(sentinel)

    def _failed_over(self, sentinel: Sentinel, message: Died) -> Iterator[Step]:
        yield LocalStep(NOTICE, sentinel)
        if message.source == sentinel.primary:
            yield from self._chosen(sentinel)

    def _chosen(self, sentinel: Sentinel) -> Iterator[Step]:
        """Another primary is chosen, and everybody is to be told of it."""
        if sentinel.epoch >= self.deployment.failovers:
            return
        for server in range(self.deployment.replicas + 1):
            if server != sentinel.primary:
                everybody = frozenset(range(self.deployment.client + 1))
                yield LocalStep(FAIL_OVER, Sentinel(server, sentinel.epoch + 1, everybody))

    def _serve(self, number: int, server: Server) -> Iterator[Step]:
        if not server.is_up:
            is_primary = server.role is Role.PRIMARY
            started = replace(server, is_up=True, run=server.run + is_primary)
            yield LocalStep(RESTART, self._led(started) if is_primary else started)
            return
        for action, after in die(server, self.deployment):
            was_primary = server.role is Role.PRIMARY and self.deployment.replicas > 0
            yield LocalStep(action, after, (Died(number, self.deployment.sentinel),) if was_primary else ())
        for action, after in persist(server, self.deployment):
            yield LocalStep(action, after)
        if server.role is Role.PRIMARY:
            yield from self._lead(number, server)

    def _lead(self, number: int, server: Server) -> Iterator[Step]:
        for replica in self._others(number):
            if server.offsets[replica] < len(server.data) or replica not in server.heard:
                stream = Replicate(number, replica, server.epoch, server.run, server.data)
                yield LocalStep(REPLICATE, server, (stream,))
            if replica in server.heard and self.deployment.min_replicas:
                yield LocalStep(LAG, replace(server, heard=server.heard - {replica}))
        if server.answered < len(server.data):
            have = sum(server.offsets[replica] > server.answered for replica in self._others(number))
            if have >= self.deployment.wait:
                answer = Answer(number, self.deployment.client, server.data[server.answered], server.epoch)
                yield LocalStep(ACKNOWLEDGE, replace(server, answered=server.answered + 1), (answer,))

    def _handled(self, number: int, server: Server, message: Message) -> Iterator[Step]:
        match message:
            case Write():
                yield from self._taken(number, server, message)
            case Replicate():
                yield from self._received(number, server, message)
            case Offset() if self._is_of(server, message):
                offsets = tuple(
                    max(offset, message.offset) if other == message.source else offset
                    for other, offset in enumerate(server.offsets)
                )
                heard = server.heard | {message.source}
                yield LocalStep(NOTE_OFFSET, replace(server, offsets=offsets, heard=heard))
            case Primary() if message.epoch > server.epoch:
                yield LocalStep(LEARN, self._told(number, server, message))
            case _:
                yield LocalStep(IGNORE, server)

    def _taken(self, number: int, server: Server, message: Write) -> Iterator[Step]:
        refused = server.role is Role.REPLICA or len(server.heard) < self.deployment.min_replicas
        if refused:
            yield LocalStep(REFUSE_WRITE, server, (Refusal(number, message.source, message.write),))
            return
        for after in stored(replace(server, data=(*server.data, message.write)), self.deployment):
            yield LocalStep(TAKE_WRITE, after)

    def _received(self, number: int, server: Server, message: Replicate) -> Iterator[Step]:
        """Another primary, or another run of it: its data takes the place of all that was there."""
        ours, theirs = (server.epoch, server.run), (message.epoch, message.run)
        is_more = theirs > ours or (theirs == ours and len(message.data) > len(server.data))
        if server.role is Role.PRIMARY or theirs < ours:
            yield LocalStep(IGNORE, server)
            return
        offset = Offset(number, message.source, message.epoch, message.run, max(len(message.data), len(server.data)))
        if not is_more:
            yield LocalStep(RECEIVE_DATA, server, (offset,))
            return
        kept = 0 if theirs > ours else len(server.data)
        after = replace(
            server,
            data=message.data,
            epoch=message.epoch,
            run=message.run,
            written=min(server.written, kept),
            synced=min(server.synced, kept),
        )
        told = replace(offset, offset=len(message.data))
        for one in stored(after, self.deployment):
            yield LocalStep(RECEIVE_DATA, one, (told,))

    def _told(self, number: int, server: Server, message: Primary) -> Server:
        if message.primary == number:
            return self._led(replace(server, epoch=message.epoch, run=0))
        # The data goes when the new primary's comes.
        return replace(
            server,
            role=Role.REPLICA,
            epoch=message.epoch,
            run=-1,
            offsets=(),
            heard=frozenset(),
            answered=0,
        )

    def _led(self, server: Server) -> Server:
        """As a primary begins: it knows nothing of its replicas, and answers only for what is new."""
        nobody = (0,) * (self.deployment.replicas + 1)
        return replace(server, role=Role.PRIMARY, offsets=nobody, heard=frozenset(), answered=len(server.data))

    def _others(self, number: int) -> Iterator[int]:
        return (server for server in range(self.deployment.replicas + 1) if server != number)

    def _is_of(self, server: Server, message: Offset) -> bool:
        return server.role is Role.PRIMARY and (server.epoch, server.run) == (message.epoch, message.run)

    def source(self, message: Message) -> int:
        return message.source

    def destination(self, message: Message) -> int:
        return message.destination

    def is_within(self, state: State) -> bool:
        """Writes, crashes and failovers are counted where they happen; so nothing lies beyond the bounds."""
        return True

    def renamed_state(self, state: State, new: Sequence[int]) -> State:
        """Processes differ in kind, so they have no other names."""
        return state

    def renamed_message(self, message: Message, new: Sequence[int]) -> Message:
        """See `renamed_state`."""
        return message
