"""Options of backends that are numbers."""

from __future__ import annotations

from lawful.conformance.errors import UsageError


def whole_number(name: str, value: str | int, least: int, most: int) -> int:
    """An option that counts something. Raises `UsageError`."""
    try:
        number = int(value)
    except ValueError:
        raise UsageError(f"{name} is a number, not {value!r}") from None
    if not least <= number <= most:
        raise UsageError(f"{name} is from {least} to {most}, not {number}")
    return number
