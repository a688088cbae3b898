"""Finding backends: installed ones by entry point, local ones as `module:Class`, both with options.

`redis,appendfsync=everysec` is the entry point `redis` of the group `lawful.backends`, built with
`appendfsync="everysec"`; `mypackage.adapters:Store,nodes=3` is a class that need not be installed. Adapters in other
languages are `exec:./adapter` and `tcp://host:port`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from lawful.conformance.adapter import Backend
from lawful.conformance.errors import UsageError, unknown_name
from lawful.models.values import Json

GROUP = "lawful.backends"

EXTERNAL = {
    "exec:": "lawful.conformance.backends.external:ExecBackend",
    "tcp://": "lawful.conformance.backends.external:TcpBackend",
}
"""How the name of an adapter in another language begins, and the class that speaks to it."""


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """A backend as a user named it, ready to be built in this process and in client processes."""

    text: str
    """As given, without passwords."""
    name: str
    path: str
    """`module:Class`."""
    options: dict[str, Json]

    @property
    def label(self) -> str:
        """The name for a folder: of `module:Class` the class, of a program its name."""
        last = re.split(r"[:/]", self.name.split()[0].rstrip("/"))[-1] if self.name.strip() else ""
        return re.sub(r"[^\w.-]", "_", last) or "adapter"

    def build(self) -> Backend:
        """The backend, not started; raises `UsageError` for options that it does not have."""
        backend = load_class(self.path)
        try:
            return backend(**self.options)
        except TypeError as error:
            accepted = [name for name in inspect.signature(backend).parameters if name != "self"]
            hint = f"options of {self.name}: {', '.join(accepted)}" if accepted else f"{self.name} has no options"
            raise UsageError(f"backend {self.name!r} cannot be built as asked", cause=str(error), hint=hint) from error
        except ValueError as error:
            raise UsageError(f"backend {self.name!r} refuses an option", cause=str(error)) from error


def installed() -> dict[str, str]:
    """The installed backends: name to `module:Class`. Nothing of them is imported."""
    return {point.name: point.value for point in importlib.metadata.entry_points(group=GROUP)}


def choose(text: str) -> BackendChoice:
    """What `--backend` names; raises `UsageError` where there is no such backend."""
    name, *assignments = text.split(",")
    options: dict[str, Json] = {}
    for assignment in assignments:
        option, separator, value = assignment.partition("=")
        if not separator or not option:
            raise UsageError(
                f"{assignment!r} is no backend option",
                hint=f"write options as {name},option=value,other=value",
            )
        options[option] = _scalar(value)
    path = name
    for prefix, external in EXTERNAL.items():
        if name.startswith(prefix):
            settings: dict[str, Json] = {"target": name.removeprefix(prefix), "settings": options}
            return BackendChoice(without_passwords(text), name, external, settings)
    if ":" not in name:
        known = installed()
        if name not in known:
            raise unknown_name("backend", name, known)
        path = known[name]
    return BackendChoice(without_passwords(text), name, path, options)


def load_class(path: str) -> type[Backend]:
    """The class at `module:Class`; local modules are looked up from the current folder as well."""
    module_name, _, attribute = path.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        hint = "write --backend module:Class, with the module importable from the current folder"
        raise UsageError(f"cannot import backend module {module_name!r}", cause=str(error), hint=hint) from error
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
        raise UsageError(f"backend module {module_name!r} fails while it is imported", cause=cause) from error
    found = getattr(module, attribute, None)
    if found is None:
        raise unknown_name(f"class in {module_name}", attribute, [n for n in vars(module) if not n.startswith("_")])
    if not isinstance(found, type):
        raise UsageError(
            f"{path} is not a class", hint="--backend module:Class names a class with the methods of Backend"
        )
    missing = [member for member in _members() if not hasattr(found, member)]
    if missing:
        raise UsageError(
            f"{path} is not a backend",
            cause=f"it lacks {', '.join(missing)}",
            hint="the protocol is lawful.conformance.adapter.Backend",
        )
    return found


def without_passwords(text: str) -> str:
    """`text` with the passwords of URLs in it blotted out.

    >>> without_passwords("redis,url=redis://user:secret@localhost/0")
    'redis,url=redis://user:…@localhost/0'
    """
    return re.sub(r"(://[^/@:,\s]*):[^@,\s]*@", r"\1:…@", text)


def _members() -> list[str]:
    return ["tables", *sorted(name for name in vars(Backend) if not name.startswith("_"))]


def _scalar(text: str) -> Json:
    """`3` and `true` as JSON has them, anything else as the text that it is."""
    try:
        value: Json = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
