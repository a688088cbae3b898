"""Processes that cannot outlive the run: a guardian that starts and ends them, and free ports for them to listen on."""

from lawful.conformance.processes.group import ProcessGroup
from lawful.conformance.processes.log import log_tail
from lawful.conformance.processes.ports import free_ports

__all__ = ["ProcessGroup", "free_ports", "log_tail"]
