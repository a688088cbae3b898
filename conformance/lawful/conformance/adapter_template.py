"""Starter templates for adapters: one file each, shipped beside this module, complete with a small store."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from lawful.conformance.errors import UsageError

LANGUAGES = ("python",)
_FILES = {"python": "adapter.py"}
_EXECUTABLE = 0o755


def write_template(folder: Path, language: str) -> Path:
    """Write the template for `language` into `folder`; the path of the file.

    Raises `UsageError` where a file of that name is there, or where it cannot be written.
    """
    name = _FILES[language]
    path = folder / name
    if path.exists():
        raise UsageError(f"{path} exists", hint="a template overwrites nothing; name another folder")
    text = resources.files("lawful.conformance").joinpath("templates", f"{language}-{name}.txt").read_text("utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(_EXECUTABLE)
    except OSError as error:
        raise UsageError(f"cannot write {path}", cause=error.strerror or str(error)) from error
    return path
