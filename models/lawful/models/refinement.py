"""What it takes to show that a model that runs refines a system that is proved.

Beside the states of servers and the messages in flight, a state of the proved system is carried along: it remembers
what servers forget, such as for whom they voted in earlier terms. Each step of the model has to be some steps of the
system one after the other, or none (it stutters); and then the two have to agree again. Whatever is proved of all
states of the system so holds of all states of the model that were looked at (Lamport, "Specifying Systems", section
10.8; Abadi and Lamport, "The existence of refinement mappings", 1991: what is carried along are history variables).
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from lawful.models.first_order.expression import Sort
from lawful.models.first_order.facts import Facts, Fixed
from lawful.models.first_order.system import System
from lawful.models.local_steps import AnyModel, AnyStep


class ProofStep(NamedTuple):
    """An action of the proved system, and what its parameters stand for."""

    action: str
    values: tuple[int | None, ...]
    """None: anything for which the action can be taken."""
    is_optional: bool = False
    """It is left out where it cannot be taken: whether it is needed depends on what the proof remembers."""


class Refinement(Protocol):
    """A model, a system, and how they agree."""

    @property
    def model(self) -> AnyModel: ...

    @property
    def system(self) -> System[Any]: ...

    @property
    def fixed(self) -> Fixed:
        """What the symbols of the system that never change mean of all things, also of those still to come up."""

    def beginning(self) -> Facts:
        """The first state of the system."""

    def name(self, sort: Sort, thing: int) -> str:
        """What a thing is called."""

    def steps(self, server: int, before: Any, step: AnyStep, received: Any | None) -> tuple[ProofStep, ...]:
        """The steps of the system that a step of the model is, where it is not none."""

    def server_view(self, server: int, state: Any) -> Any:
        """What has to be known of a server's state to say whether the system agrees; worked out once for each."""

    def server_differs(self, server: int, view: Any, facts: Facts) -> str | None:
        """What the system says otherwise of a server; None where they agree."""

    def message_view(self, message: Any) -> Any:
        """The same of a message."""

    def message_differs(self, view: Any, facts: Facts) -> str | None:
        """What a message promises and the system does not know of; None where they agree."""
