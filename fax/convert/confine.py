"""What reads a stranger's file may use little memory and little time, and has no network."""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_NEWNET, _NEWUSER = 0x40000000, 0x10000000
_LARGEST_FILE = 400_000_000  # bytes


def confine(memory: int, cpu: float) -> bool:
    """Limit this process and its children; whether the network is out of reach as well.

    A network namespace of its own has no way out. Where the system gives none, the limits alone hold.
    """
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 2))  # told first (SIGXCPU), then killed
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_NEWNET, _NEWUSER | _NEWNET))


def main() -> None:
    """`python -m fax.convert.confine MEMORY CPU PROGRAM ...`: become a confined program."""
    memory, cpu, *program = sys.argv[1:]
    confine(int(memory), float(cpu))
    os.execvp(program[0], program)  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main()
