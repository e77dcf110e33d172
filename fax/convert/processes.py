"""Programs that read strangers' files: nothing of our environment, a group of their own, ended as a group."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]


def environment(folder: Path) -> dict[str, str]:
    """No secret of ours, a home that is thrown away, one thread for sums."""
    path = os.environ.get("PATH", os.defpath)
    home = str(folder)
    return {"PATH": path, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}


def run(
    command: Sequence[str],
    patience: float,
    environment: Mapping[str, str],
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
    stderr: IO[bytes] | int = subprocess.DEVNULL,
) -> int | None:
    """Run a program to its end: its code (negative for a signal), None when it took too long and was killed."""
    process = subprocess.Popen(  # noqa: S603  no shell, and a command of ours
        command, cwd=ROOT, env=dict(environment), stdin=stdin, stdout=stdout, stderr=stderr,
        start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
