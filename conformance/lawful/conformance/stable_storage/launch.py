"""Starts a program whose calls to sync files are decided by another process.

    python -I -S launch.py SOCKET AUDIT_ARCH NUMBER_OF_SECCOMP NUMBER,NUMBER... -- COMMAND...

Run as a script, with the standard library alone. It installs a filter on itself, hands the descriptor on which the
kernel will notify of the calls to whoever listens on the Unix socket, and becomes the command. Descendants of the
command inherit the filter. Needs no privilege: a program that cannot gain any (PR_SET_NO_NEW_PRIVS) may filter its own
calls.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER = 1
_NEW_LISTENER, _WAIT_KILLABLE = 1 << 3, 1 << 5
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
"""Where `struct seccomp_data` holds them."""


def program(audit: int, calls: list[int]) -> bytes:
    """The filter, as instructions of the classic Berkeley packet filter: notify of `calls`, allow all others."""
    instructions = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_JUMP_IF_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _ALLOW)]
    instructions.append((_LOAD, 0, 0, _NUMBER_AT))
    instructions += [(_JUMP_IF_EQUAL, len(calls) - rank, 0, call) for rank, call in enumerate(calls)]
    instructions += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOTIFY)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def installed(audit: int, seccomp: int, calls: list[int]) -> int:
    """Install the filter on this process; the descriptor of its listener. Raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = program(audit, calls)
    instructions = ctypes.create_string_buffer(code, len(code))

    class FilterProgram(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    given = FilterProgram(len(code) // 8, ctypes.cast(instructions, ctypes.c_void_p))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl refused")
    # Without the second flag, a signal to a waiting thread makes it ask again; kernels before 5.19 do not know it.
    for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER):
        listener = libc.syscall(seccomp, _SET_MODE_FILTER, flags, ctypes.byref(given))
        if listener >= 0:
            return int(listener)
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    path, audit, seccomp, calls, _, *command = sys.argv[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.connect(path)
        listener = installed(int(audit), int(seccomp), [int(call) for call in calls.split(",")])
        socket.send_fds(listening, [b"!"], [listener])
        if not listening.recv(1):
            sys.exit("the disk that this program was to be started on is gone")
    os.close(listener)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
