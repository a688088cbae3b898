"""The language of `--faults`: what is done, and to whom.

    faults  =  fault, fault, …  |  none        one of them at a time, as the seed has it
    fault   =  action[-aim] + action[-aim] …   begun one after the other, undone in reverse
    action  =  kill | pause                    of processes
               partition | one-way | delay | reset   of links
               power-loss | slow-sync | failing-sync | lying-sync | full-disk   of the disk
               truncate-log | flip-bit   of the files of servers
               clock-jump   of the clocks of servers

`kill` and `pause` alone strike one server or one client. A fault on links strikes places: the servers there, and the
clients beside them. A fault of files or clocks strikes one server, where it names no
other aim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lawful.conformance.adapter import Fault
from lawful.conformance.errors import UsageError, unknown_name


class Aim(StrEnum):
    """Whom a fault strikes."""

    ONE = "one"
    """Any server, or any place."""
    MINORITY = "minority"
    """As many as there may be with a majority left."""
    MAJORITY = "majority"
    """The fewest that are a majority."""
    PRIMARY = "primary"
    PAIR = "pair"
    """A primary and one of its replicas."""
    ALL = "all"
    BISECT = "bisect"
    """Two halves, that do not reach each other."""
    BRIDGE = "bridge"
    """Two halves, and one place that reaches both."""
    RING = "ring"
    """Each place hears of a majority, and no two of the same one."""


class LinkFault(StrEnum):
    """What can be done to links."""

    PARTITION = "partition"
    """Nothing passes in either direction. What waits is delivered at the end, or lost, as the seed has it."""
    ONE_WAY = "one-way"
    """What those sent at whom it is aimed does not pass; what is sent to them does."""
    DELAY = "delay"
    """What those send at whom it is aimed, and what is sent to them, arrives late."""
    RESET = "reset"
    """Their connections are reset, and can be made anew at once."""


class DiskFault(StrEnum):
    """What can be done to the disk of the machine that everything runs on."""

    POWER_LOSS = "power-loss"
    """Everything dies, and what was not synced is lost, or some of it."""
    SLOW_SYNC = "slow-sync"
    """Each sync takes up to some seconds."""
    FAILING_SYNC = "failing-sync"
    """Each sync fails (EIO) and nothing is written, until the servers are started anew."""
    LYING_SYNC = "lying-sync"
    """Each sync says that it is done, and nothing is written, until the power fails."""
    FULL_DISK = "full-disk"
    """No file gets longer (ENOSPC), until there is room again and the servers are started anew."""


class DataFault(StrEnum):
    """What can be done to the files of a server, which is killed for it and started again."""

    TRUNCATE_LOG = "truncate-log"
    """The end of one of its logs is cut off."""
    FLIP_BIT = "flip-bit"
    """One bit of one of its files is another one."""


class ClockFault(StrEnum):
    """What can be done to the clock of a server."""

    JUMP = "clock-jump"
    """It is set forward or back, and right again at the end."""


Action = Fault | LinkFault | DiskFault | DataFault | ClockFault
"""Whatever can be done."""

_OF_GROUPS = (Aim.ONE, Aim.MINORITY, Aim.MAJORITY, Aim.PRIMARY, Aim.PAIR)
AIMS: dict[Fault | LinkFault | DataFault | ClockFault, tuple[Aim, ...]] = {
    Fault.KILL: (*_OF_GROUPS, Aim.ALL),
    Fault.PAUSE: (*_OF_GROUPS, Aim.ALL),
    LinkFault.PARTITION: (*_OF_GROUPS, Aim.BISECT, Aim.BRIDGE, Aim.RING),
    LinkFault.ONE_WAY: _OF_GROUPS,
    LinkFault.DELAY: (*_OF_GROUPS, Aim.ALL),
    LinkFault.RESET: (*_OF_GROUPS, Aim.ALL),
    DataFault.TRUNCATE_LOG: (*_OF_GROUPS, Aim.ALL),
    DataFault.FLIP_BIT: (*_OF_GROUPS, Aim.ALL),
    ClockFault.JUMP: (*_OF_GROUPS, Aim.ALL),
}
"""What each fault can be aimed at; the first is meant where a fault on links, of files or of clocks names none."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One thing that is done."""

    action: Action
    aim: Aim | None = None
    """None: of a process, one server or one client."""

    @property
    def needs_cluster(self) -> bool:
        """Whether only a cluster of our own can be struck so: it has links, and knows its primary."""
        return isinstance(self.action, LinkFault) or self.aim in (Aim.PRIMARY, Aim.PAIR)

    def __str__(self) -> str:
        return self.action if self.aim is None else f"{self.action}-{self.aim}"


@dataclass(frozen=True, slots=True)
class FaultChoice:
    """One of the faults of a run: what is done at once."""

    strikes: tuple[Strike, ...]

    def __str__(self) -> str:
        return "+".join(map(str, self.strikes))


def _strikes() -> dict[str, Strike]:
    known: dict[str, Strike] = {fault.value: Strike(fault) for fault in Fault}
    aimed = (*LinkFault, *DataFault, *ClockFault)
    known |= {fault.value: Strike(fault, AIMS[fault][0]) for fault in aimed}
    known |= {fault.value: Strike(fault) for fault in DiskFault}
    return known | {f"{action}-{aim}": Strike(action, aim) for action, aims in AIMS.items() for aim in aims}


STRIKES = _strikes()
"""Everything that can be done, by name."""


def parse_faults(text: str) -> tuple[FaultChoice, ...]:
    """`kill,partition-primary` as given on the command line; `none` for no faults. Raises `UsageError`.

    >>> [str(choice) for choice in parse_faults("pause,partition,one-way-primary+kill-one")]
    ['pause', 'partition-one', 'one-way-primary+kill-one']
    """
    if text == "none":
        return ()
    choices = [FaultChoice(tuple(map(_strike, name.split("+")))) for name in text.split(",")]
    if len(set(choices)) < len(choices):
        raise UsageError(f"{text!r} names a fault twice")
    return tuple(choices)


def _strike(name: str) -> Strike:
    if name not in STRIKES:
        raise unknown_name("fault", name, [*STRIKES, "none"])
    return STRIKES[name]
