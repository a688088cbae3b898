"""PySyncObj, imported without what it does to everybody else in the process.

Up to 0.3.17 its module `win_inet_pton` replaces `socket.inet_ntop` on every system by a function that works on Windows
only; from then on whoever asks, say, psutil for connections gets a TypeError. See TRACK_RECORD.md.
"""

from __future__ import annotations

import socket

_inet_ntop = socket.inet_ntop
try:
    from pysyncobj import FAIL_REASON, SyncObj, SyncObjConf, SyncObjConsumer, replicated
    from pysyncobj.journal import FileJournal
    from pysyncobj.node import TCPNode
    from pysyncobj.transport import TCPTransport
    from pysyncobj.version import VERSION
finally:
    socket.inet_ntop = _inet_ntop

__all__ = [
    "FAIL_REASON",
    "VERSION",
    "FileJournal",
    "SyncObj",
    "SyncObjConf",
    "SyncObjConsumer",
    "TCPNode",
    "TCPTransport",
    "replicated",
]
