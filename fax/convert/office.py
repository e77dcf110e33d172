"""Office files by way of LibreOffice, where it is installed: a profile of its own each time, no macros, no links."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from fax.convert.documents import Options, Refused
from fax.convert.processes import environment, run

_MEMORY = 4_000_000_000  # bytes of address space: most of it is never touched
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def to_pdf(path: Path, folder: Path, options: Options) -> Path:
    """Make a PDF of an Office file in an empty folder.

    Raises:
        Refused: LibreOffice is not installed, does not understand it, or takes too long.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise Refused("no_office")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_SETTINGS)
    source = folder / "document"  # names mean nothing here: what it is, is in it
    shutil.copyfile(path, source)
    command = [sys.executable, "-m", "fax.convert.confine", str(_MEMORY), str(options.cpu), program]
    command += [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck"]
    command += ["--convert-to", "pdf", "--outdir", str(folder / "made"), str(source)]
    with (folder / "log").open("wb") as log:
        code = run(command, options.patience, environment(folder), stdout=log, stderr=subprocess.STDOUT)
    if code is None:
        raise Refused("too_slow", seconds=round(options.patience))
    made = folder / "made" / "document.pdf"
    if not made.exists():
        raise Refused("office_failed")
    return made
