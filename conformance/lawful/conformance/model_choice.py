"""Which model each object of a history is checked against.

The one that the user names, else the one that the history's header names, else the one with the object's own name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lawful.conformance.errors import UsageError, unknown_name
from lawful.models.catalogue import MODELS
from lawful.models.history import Header, ObjectKey
from lawful.models.model import AnyModel, is_timed
from lawful.models.values import Json

ModelOf = Callable[[ObjectKey], AnyModel[Any]]


def require_model(name: str) -> str:
    """`name` where there is a model of that name; raises `UsageError` with the nearest one."""
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    return name


def models_for(
    header: Header, *, name: str | None = None, initial: Json = None, clock_error_ns: int | None = None
) -> ModelOf:
    """From an object to its model. What is None is taken from `header`.

    Raises `UsageError` for a name that is not known; the function that it gives does so for an object that has no
    model, and for a model that depends on time where the history has only an order.
    """
    named = name or header.model
    if named is not None:
        require_model(named)
    initial = header.initial if initial is None else initial
    error_ns = header.clock_error_ns if clock_error_ns is None else clock_error_ns

    def model_of(key: ObjectKey) -> AnyModel[Any]:
        chosen = key.object if named is None else named
        if chosen not in MODELS:
            raise UsageError(
                f"no model for the object {key}",
                cause="the history names no model, and there is none of the object's name",
                hint="choose one with --model; lawful models lists them",
            )
        return _built(chosen, initial, error_ns, header)

    return model_of


def _built(name: str, initial: Json, clock_error_ns: int, header: Header) -> AnyModel[Any]:
    try:
        model = MODELS[name](initial, clock_error_ns)
    except ValueError as error:
        raise UsageError(f"the model {name} cannot be built", cause=str(error), hint="see --initial") from error
    if is_timed(model) and header.clock != "monotonic":
        raise UsageError(
            f"the model {name} depends on time, and this history has none",
            cause=f"its clock is {header.clock!r}: only the order of its events is meaningful",
            hint="record with nanoseconds of one monotonic clock",
        )
    return model
