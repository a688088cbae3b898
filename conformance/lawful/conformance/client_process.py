"""One client of a run with a Python adapter: `python -m lawful.conformance.client_process module:Class`.

Started by the runner, it speaks the protocol of `wire` for the adapter. Standard input and output carry the protocol,
so whatever the adapter prints is sent to standard error. The process ends when its input does: a runner that dies
takes its clients with it.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from typing import Any

from lawful.conformance.adapter import (
    AdapterDefect,
    Answer,
    Backend,
    Client,
    OperationFailed,
    OutcomeUnknown,
    Unsupported,
)
from lawful.conformance.wire.messages import PROTOCOL, Reply, Request, parse_request
from lawful.models.history import Outcome


def main() -> None:
    """Serve requests until the input ends."""
    requests = sys.stdin.buffer
    # A print in an adapter would be taken for a reply: keep the pipe, and point descriptor 1 at standard error.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    server = _Server(sys.argv[1])
    while line := requests.readline():
        request = parse_request(line)
        reply = server.reply(request)
        try:
            reply_line = reply.line()
        except (TypeError, ValueError) as error:
            defect = f"answered what is not a JSON value: {error}"
            reply_line = Reply(request["id"], Outcome.UNKNOWN, error=defect, defect=defect).line()
        replies.write(reply_line)
        replies.flush()
    server.close()


class _Server:
    """Answers the messages of the protocol for one client."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._client: Client | None = None

    def reply(self, request: Mapping[str, Any]) -> Reply:
        number = request["id"]
        match request["do"]:
            case "hello":
                return Reply(number, Outcome.OK, {"protocol": PROTOCOL, "name": self._path, "tables": {}})
            case "open":
                return self._open(number, request)
            case "call" if self._client is not None:
                operation = (request["table"], request["key"], request["function"], request["arguments"])
                return carry_out(self._client, Request(number, *operation))
            case "close":
                self.close()
                return Reply(number, Outcome.OK)
        return Reply(number, Outcome.FAIL, error=f"a client process does not know {request['do']!r} now")

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self, number: int, request: Mapping[str, Any]) -> Reply:
        try:
            self._client = _backend(self._path).connect(request["connection"], request["timeout_ms"] / 1000)
        except Exception as error:
            return Reply(number, Outcome.FAIL, error=f"{type(error).__name__}: {error}")
        return Reply(number, Outcome.OK)


def carry_out(client: Client, request: Request) -> Reply:
    """One operation, and what is known about its effect."""
    try:
        answer = client.invoke(request.table, request.key, request.function, request.arguments)
    except OperationFailed as failure:
        return Reply(request.number, Outcome.FAIL, error=str(failure))
    except OutcomeUnknown as unknown:
        return Reply(request.number, Outcome.UNKNOWN, error=str(unknown))
    except Unsupported as unsupported:
        return Reply(request.number, Outcome.FAIL, error=str(unsupported), unsupported=True)
    except AdapterDefect as defect:
        return Reply(request.number, Outcome.UNKNOWN, error=str(defect), defect=str(defect))
    except Exception as error:
        # The effect may have happened before the adapter stumbled.
        raised = f"{type(error).__name__}: {error}"
        return Reply(request.number, Outcome.UNKNOWN, error=raised, defect=f"raised {raised}")
    if not isinstance(answer, Answer):
        defect_text = f"returned {type(answer).__name__} instead of Answer"
        return Reply(request.number, Outcome.UNKNOWN, error=defect_text, defect=defect_text)
    return Reply(request.number, Outcome.OK, answer.result, server=answer.server)


def _backend(path: str) -> type[Backend]:
    module, _, name = path.partition(":")
    backend: type[Backend] = getattr(importlib.import_module(module), name)
    return backend


if __name__ == "__main__":
    main()
