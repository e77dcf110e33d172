"""What reads a stranger's file may use little memory and little time, and has no network."""

from __future__ import annotations

import os
import resource
import sys

from fax.convert.offline import go_offline

_LARGEST_FILE = 400_000_000  # bytes


def confine(memory: int, cpu: float) -> bool:
    """Limit this process and its children; whether the network is out of reach as well.

    Where the system lets nobody take the network away, the limits alone hold.
    """
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 2))  # told first (SIGXCPU), then killed
    return go_offline()


def main() -> None:
    """`python -m fax.convert.confine MEMORY CPU PROGRAM ...`: become a confined program."""
    memory, cpu, *program = sys.argv[1:]
    confine(int(memory), float(cpu))
    os.execvp(program[0], program)  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main()
