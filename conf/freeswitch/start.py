"""Finds a FreeSWITCH on this machine, and the command line that starts it with a configuration of ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "SOUFFLEUR_FREESWITCH"
USUAL = ("/usr/bin/freeswitch", "/usr/local/bin/freeswitch", "/usr/local/freeswitch/bin/freeswitch")


def find_binary(environ: Mapping[str, str] | None = None) -> str:
    """The program that SOUFFLEUR_FREESWITCH names, else the one in PATH or a usual folder; "" when there is none."""
    environ = os.environ if environ is None else environ
    if given := environ.get(VARIABLE):
        return given if os.access(given, os.X_OK) else ""
    found = shutil.which("freeswitch", path=environ.get("PATH"))
    return found or next((path for path in USUAL if os.access(path, os.X_OK)), "")


def command_line(binary: str, conf_dir: str | os.PathLike[str], state_dir: str | os.PathLike[str]) -> list[str]:
    """The words that start FreeSWITCH in the foreground, with everything it writes below `state_dir` (made here).

    Modules and sounds stay where its package put them.
    """
    state = Path(state_dir).absolute()
    folders = {name: state / name for name in ("log", "db", "run", "storage", "cache", "certs", "scripts", "temp")}
    for folder in folders.values():
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    words = [binary, "-nc", "-nf", "-nonat", "-conf", str(Path(conf_dir).absolute())]
    for name, folder in folders.items():
        words += [f"-{name}", str(folder)]
    return words
