"""The log of a key-value store as in the MIT 6.824 laboratory and Porcupine's test data: one EDN map to a line.

    {:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
    {:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}

Functions are get, put and append of strings; each key is an object of its own, and holds the empty string at first.
"""

from __future__ import annotations

from pathlib import Path

from lawful.conformance.errors import UsageError
from lawful.conformance.history.readers.events import Reading
from lawful.conformance.history.readers.knossos import read_edn_history
from lawful.models.history import History


def read_key_value_log(path: Path, reading: Reading) -> History:
    """The history in the log at `path`. Raises `UsageError`, also for EDN histories of other objects."""
    history = read_edn_history(path, reading)
    if history.header.model != "key-value":
        functions = sorted({operation.function for operation in history})
        raise UsageError(
            f"{path} is not the log of a key-value store: its functions are {', '.join(functions)}",
            hint="each event has :f :get, :put or :append, and a :key; read other events as edn",
        )
    return history
