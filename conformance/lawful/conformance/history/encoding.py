"""Between the vocabulary of histories and the records of a file.

Reading assumes records that `check_form` found right. Writing leaves out what is null or has its default value.
"""

from __future__ import annotations

from typing import Any

from lawful.conformance.history.records import FORMAT_VERSION
from lawful.models.history import FaultEvent, Header, Operation, Outcome
from lawful.models.values import Json

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DEFAULT_HEADER = Header()


def called(index: int, call: dict[str, Any], came_back: dict[str, Any] | None) -> Operation:
    """The operation of a record `invoke` and its record `return`; None where there is none."""
    if came_back is None:
        outcome, return_ns, came_back = Outcome.UNKNOWN, None, {}
    else:
        outcome, return_ns = _OUTCOMES[came_back["outcome"]], came_back["time_ns"]
    return Operation(
        index=index,
        process=call["process"],
        object=call["object"],
        function=call["function"],
        arguments=call.get("arguments", {}),
        outcome=outcome,
        call_ns=call["time_ns"],
        return_ns=return_ns,
        key=call.get("key"),
        result=came_back.get("result"),
        error=came_back.get("error"),
        server=came_back.get("server"),
    )


def whole_operation(index: int, record: dict[str, Any]) -> Operation:
    """The operation of a record `operation`."""
    return Operation(
        index=index,
        process=record["process"],
        object=record["object"],
        function=record["function"],
        arguments=record.get("arguments", {}),
        outcome=_OUTCOMES[record["outcome"]],
        call_ns=record["call_ns"],
        return_ns=record.get("return_ns"),
        key=record.get("key"),
        result=record.get("result"),
        error=record.get("error"),
        server=record.get("server"),
    )


def fault_event(record: dict[str, Any]) -> FaultEvent:
    """The fault of a record `fault`."""
    return FaultEvent(
        fault=record["fault"],
        target=record["target"],
        call_ns=record["call_ns"],
        return_ns=record.get("return_ns"),
        error=record.get("error"),
        details=record.get("details", {}),
    )


def header_of(record: dict[str, Any]) -> Header:
    """The header of a record `header`."""
    members = {name: value for name, value in record.items() if name not in ("record", "format")}
    return Header(**members)


def header_record(header: Header) -> dict[str, Json]:
    """The first line of a file."""
    record: dict[str, Json] = {"record": "header", "format": FORMAT_VERSION}
    for name in Header.__dataclass_fields__:
        value = getattr(header, name)
        if value != getattr(_DEFAULT_HEADER, name):
            record[name] = value
    return record


def call_members(process: int, object_: str, key: str | None, function: str, arguments: Json) -> dict[str, Json]:
    """What a record says of a call; nulls are left out."""
    members: dict[str, Json] = {"process": process, "object": object_}
    if key is not None:
        members["key"] = key
    return members | {"function": function, "arguments": arguments}


def outcome_members(outcome: Outcome, result: Json, error: str | None, server: str | None) -> dict[str, Json]:
    """What a record says of an outcome; nulls are left out."""
    members: dict[str, Json] = {"outcome": outcome.value, "result": result, "error": error, "server": server}
    return {name: value for name, value in members.items() if value is not None}


def operation_record(operation: Operation) -> dict[str, Json]:
    """A complete operation on one line."""
    record: dict[str, Json] = {"record": "operation", "index": operation.index}
    record |= call_members(operation.process, operation.object, operation.key, operation.function, operation.arguments)
    record |= outcome_members(operation.outcome, operation.result, operation.error, operation.server)
    record["call_ns"] = operation.call_ns
    if operation.return_ns is not None:
        record["return_ns"] = operation.return_ns
    return record


def fault_record(fault: FaultEvent) -> dict[str, Json]:
    """One action of the fault injector."""
    record: dict[str, Json] = {"record": "fault", "fault": fault.fault, "target": fault.target}
    record["call_ns"] = fault.call_ns
    if fault.return_ns is not None:
        record["return_ns"] = fault.return_ns
    if fault.error is not None:
        record["error"] = fault.error
    if fault.details:
        record["details"] = fault.details
    return record


def footer_record(operations: int, faults: int) -> dict[str, Json]:
    """The last line of a file."""
    return {"record": "footer", "operations": operations, "faults": faults}
