"""A disk that forgets what was not synced, fails, lies, is full or slow: under any program, without root.

The kernel tells this process of every call by which a program has a file written to the disk, and waits for what it
says (`seccomp_unotify(2)`, Linux 5.5). So what is certainly on the disk is known, for programs in any language, and at
a power loss everything else can be taken away.
"""

from lawful.conformance.stable_storage.disk import Behaviour, SimulatedDisk

__all__ = ["Behaviour", "SimulatedDisk"]
