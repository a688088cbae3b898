"""What users read about the steps of a deployment of Redis."""

from __future__ import annotations

from collections.abc import Iterator

from lawful.models.redis.deployment import Deployment, Hazard
from lawful.models.redis.state import (
    Answer,
    Client,
    Died,
    Message,
    Offset,
    Primary,
    Refusal,
    Replicate,
    Sentinel,
    Server,
    State,
    Write,
)
from lawful.models.wording import counted


def process_names(deployment: Deployment) -> dict[int, str]:
    """The names of all processes, by number: the client first, as it is the one who is told things."""
    names = {deployment.client: "client"}
    names |= {server: server_name(server) for server in range(deployment.replicas + 1)}
    return names | ({deployment.sentinel: "sentinel"} if deployment.replicas else {})


def server_name(server: int) -> str:
    return f"redis-{server + 1}"


def deployment_text(deployment: Deployment) -> str:
    """`everysec, 2 replicas, WAIT 1, under power-loss`."""
    parts = [deployment.persistence.value, counted(deployment.replicas, "replica")]
    if deployment.wait:
        parts.append(f"WAIT {deployment.wait}")
    if deployment.min_replicas:
        parts.append(f"min-replicas-to-write {deployment.min_replicas}")
    hazards = [one.value for one in Hazard if one in deployment.hazards]
    return f"{', '.join(parts)}, under {' and '.join(hazards) or 'no hazard'}"


def message_text(message: Message) -> str:
    """A message without its addresses."""
    match message:
        case Write():
            return f"write {message.write}"
        case Answer():
            return f"write {message.write} is done"
        case Refusal():
            return f"write {message.write} is refused"
        case Replicate():
            return f"the data is {data_text(message.data)}"
        case Offset():
            return f"has {counted(message.offset, 'write')}"
        case Died():
            return "does not answer"
        case Primary():
            return f"{server_name(message.primary)} is the primary of epoch {message.epoch}"


def data_text(data: tuple[int, ...]) -> str:
    return f"[{' '.join(map(str, data))}]"


def change_text(before: State, after: State) -> str:
    """What a step changed, and nothing else."""
    return ", ".join(_changes(before, after))


def _changes(before: State, after: State) -> Iterator[str]:
    match before, after:
        case Server(), Server():
            yield from _changes_of_server(before, after)
        case Client(), Client():
            done = sorted(one.write for one in after.acknowledged - before.acknowledged)
            if done:
                yield f"write {done[0]} is acknowledged"
            if after.primary != before.primary:
                yield f"writes to {server_name(after.primary)}"
        case Sentinel(), Sentinel():
            if after.epoch != before.epoch:
                yield f"{server_name(after.primary)} is to be the primary of epoch {after.epoch}"


def _changes_of_server(before: Server, after: Server) -> Iterator[str]:
    if after.role is not before.role:
        yield f"is a {after.role.value}"
    if after.data != before.data:
        yield f"data {data_text(before.data)} → {data_text(after.data)}"
    if after.is_up and before.is_up:
        for label, old, new in (("written", before.written, after.written), ("synced", before.synced, after.synced)):
            if new != old:
                yield f"{label} {old} → {new}"
