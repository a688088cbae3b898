"""The reports of etcd's robustness tests: `operations.json`, one JSON object per operation, or the folder of a report
with one such file per client (`client-1/operations.json`, …).

Requests that read, put or delete one key without a condition become reads and writes of a register per key, null
where the key does not exist. Everything else (ranges over keys, transactions with conditions, leases, compaction,
reads of an old revision) keeps its type and its request, and there is no model for it here. Revisions, with which
etcd's own model checks more, are left out of reads and writes.

An operation that answered with an error may have taken effect, and so may one that was only found in the write-ahead
log (`Persisted`): their outcome is unknown. The returns that etcd's own tooling gives to them are not used.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from lawful.conformance.errors import UsageError
from lawful.conformance.history.json_text import encode
from lawful.conformance.history.lines import read_text
from lawful.conformance.history.readers.events import Reading, WrongEvent
from lawful.conformance.history.readers.jepsen_json import Element, elements
from lawful.conformance.history.records import INT64
from lawful.conformance.history.well_formed import NotWellFormed, require_well_formed
from lawful.models.history import Header, History, Operation, Outcome
from lawful.models.values import Json

OBJECT = "etcd"


def read_etcd_robustness(path: Path, reading: Reading) -> History:
    """The history in the file or folder at `path`. Raises `UsageError`."""
    operations: list[Operation] = []
    for file in operation_files(path):
        try:
            operations += [_operation(element) for element in elements(read_text(file))]
        except WrongEvent as error:
            raise UsageError(f"{file}, line {error.line}: {error.problem}", hint=error.hint) from error
    operations.sort(key=lambda operation: operation.call_ns)
    numbered = tuple(replace(operation, index=index) for index, operation in enumerate(operations))
    try:
        require_well_formed(numbered)
    except NotWellFormed as error:
        raise UsageError(f"{path}: {error.problem}", hint=error.hint) from error
    simple = all(operation.key is not None for operation in numbered)
    return History(
        numbered, header=Header(backend="etcd", model="register" if simple else None, initial=reading.initial)
    )


def operation_files(path: Path) -> list[Path]:
    """`path` itself, or the files of the clients in it where it is a folder. Raises `UsageError`."""
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("client-*/operations.json"))
    if not files:
        raise UsageError(
            f"{path} is a folder without client-*/operations.json",
            hint="name a history file, or the folder of a report of etcd's robustness tests",
        )
    return files


def _operation(element: Element) -> Operation:
    line, members = element
    if not isinstance(members, dict):
        raise WrongEvent(line, "an operation is not an object")
    request, output = _object(members, "Input", line), _object(members, "Output", line)
    call_ns, return_ns = _integer(members, "Call", line), _integer(members, "Return", line)
    key, function, arguments = _call(request, line)
    error = _error(output)
    if error is not None:
        outcome, result = Outcome.UNKNOWN, None
    else:
        outcome, result = Outcome.OK, _result(function, output, line) if key is not None else _present(output)
    return Operation(
        index=0,
        process=_integer(members, "ClientId", line),
        object=OBJECT,
        function=function,
        arguments=arguments,
        outcome=outcome,
        call_ns=call_ns,
        return_ns=return_ns if outcome is Outcome.OK else None,
        key=key,
        result=result,
        error=error,
    )


def _error(output: dict[str, Any]) -> str | None:
    """Why the outcome is unknown; None where the client saw an answer."""
    for name in ("Error", "ClientError"):
        error = output.get(name)
        if error:
            return error if isinstance(error, str) else encode(error).decode()
    if output.get("Persisted") or output.get("PartialResponse"):
        return "no answer was seen; it is known from elsewhere that the operation took effect"
    return None


def _call(request: dict[str, Any], line: int) -> tuple[str | None, str, dict[str, Json]]:
    """Key, function and arguments; the key is None for what is no read or write of one key."""
    request_type = request.get("Type")
    if not isinstance(request_type, str):
        raise WrongEvent(line, "the request has no 'Type'")
    asked = request.get("Range")
    if request_type == "range" and isinstance(asked, dict) and not any(map(asked.get, ("End", "Revision"))):
        return _text(asked, "Start", line), "read", {}
    change = _only_change(request.get("Txn")) if request_type == "txn" else None
    if change is not None and change.get("Type") == "put-operation":
        put = _object(change, "Put", line)
        if not put.get("LeaseID"):
            return _text(put, "Key", line), "write", {"value": _value(put.get("Value"))}
    if change is not None and change.get("Type") == "delete-operation":
        return _text(_object(change, "Delete", line), "Key", line), "write", {"value": None}
    return None, request_type, _present({name: value for name, value in request.items() if name != "Type"})


def _only_change(transaction: object) -> dict[str, Any] | None:
    """The operation of a transaction that has one operation and no condition."""
    if not isinstance(transaction, dict) or transaction.get("Conditions"):
        return None
    changes = transaction.get("OperationsOnSuccess")
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        return None
    only: dict[str, Any] = changes[0]
    return only


def _result(function: str, output: dict[str, Any], line: int) -> Json:
    if function == "write":
        return None
    found = _object(output, "Range", line).get("KVs")
    if not found:
        return None
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict):
        return _value(found[0].get("Value"))
    raise WrongEvent(line, "a read of one key answered several")


def _value(value: Json) -> Json:
    """A value, or the hash that stands for a long one: equal in the request and the answers that show it."""
    if isinstance(value, dict):
        return {"hash": value["Hash"]} if value.get("Hash") else value.get("Value", "")
    return "" if value is None else value


def _present(members: dict[str, Any]) -> dict[str, Json]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", 0, False)}


def _object(members: dict[str, Any], name: str, line: int) -> dict[str, Any]:
    value = members.get(name)
    if isinstance(value, dict):
        return value
    raise WrongEvent(line, f"{name!r} is not an object")


def _text(members: dict[str, Any], name: str, line: int) -> str:
    value = members.get(name)
    if isinstance(value, str):
        return value
    raise WrongEvent(line, f"{name!r} is not a string")


def _integer(members: dict[str, Any], name: str, line: int) -> int:
    value = members.get(name)
    if type(value) is int and -INT64 <= value < INT64:
        return value
    raise WrongEvent(line, f"{name!r} is not an integer of 64 bits")
