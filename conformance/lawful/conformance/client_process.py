"""One client of a run: `python -m lawful.conformance.client_process`, started by the runner.

Standard input and output carry the protocol, so whatever the adapter prints is sent to standard error. The process
ends when its input does: a runner that dies takes its clients with it.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import BinaryIO

from lawful.conformance.adapter import Answer, Backend, Client, OperationFailed, OutcomeUnknown, Unsupported
from lawful.conformance.client_protocol import READY, Reply, Request, parse_request, parse_setup
from lawful.models.history import Outcome


def main() -> None:
    """Serve requests until the input ends."""
    requests = sys.stdin.buffer
    # A print in an adapter would be taken for a reply: keep the pipe, and point descriptor 1 at standard error.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    setup_line = requests.readline()
    if not setup_line:
        return
    setup = parse_setup(setup_line)
    try:
        client = _backend(setup.backend).connect(setup.connection, setup.timeout_s)
    except Exception as error:
        _send(replies, Reply(READY, Outcome.FAIL, error=f"{type(error).__name__}: {error}"))
        return
    _send(replies, Reply(READY, Outcome.OK))
    while line := requests.readline():
        request = parse_request(line)
        reply = carry_out(client, request)
        try:
            _send(replies, reply)
        except (TypeError, ValueError) as error:
            defect = f"answered what is not a JSON value: {error}"
            _send(replies, Reply(request.number, Outcome.UNKNOWN, error=defect, defect=defect))
    client.close()


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
    except Exception as error:
        # The effect may have happened before the adapter stumbled.
        defect = f"{type(error).__name__}: {error}"
        return Reply(request.number, Outcome.UNKNOWN, error=defect, defect=f"raised {defect}")
    if not isinstance(answer, Answer):
        defect = f"returned {type(answer).__name__} instead of Answer"
        return Reply(request.number, Outcome.UNKNOWN, error=defect, defect=defect)
    return Reply(request.number, Outcome.OK, answer.result, server=answer.server)


def _backend(path: str) -> type[Backend]:
    module, _, name = path.partition(":")
    backend: type[Backend] = getattr(importlib.import_module(module), name)
    return backend


def _send(replies: BinaryIO, reply: Reply) -> None:
    replies.write(reply.line())
    replies.flush()


if __name__ == "__main__":
    main()
