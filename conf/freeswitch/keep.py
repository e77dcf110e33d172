"""Keeping a rendered configuration in step with the trunks of the database, with the values it was made with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from conf.freeswitch import certificates
from conf.freeswitch.render import render, render_only
from conf.freeswitch.switch import Switch
from conf.freeswitch.trunk import Trunk
from conf.problems import ConfigurationError
from conf.secret_files import newest

VALUES = "souffleur.json"  # beside the files: everything but secrets and trunks, which have places of their own
SECRET_FILES = ("autoload_configs/event_socket.conf.xml", "autoload_configs/xml_curl.conf.xml")
ELSEWHERE = ("esl_password", "directory_secret", "trunks")


def write(switch: Switch, folder: str | os.PathLike[str]) -> list[Path]:
    """Render a configuration and remember its values. Returns the files that changed.

    Raises:
        ConfigurationError: as `render`, and when the certificate cannot be used.
    """
    found = certificates.problems(Path(switch.certificate_dir)) if switch.certificate_dir else ()
    if wrong := [problem for problem in found if problem.severity == "error"]:
        raise ConfigurationError(wrong)
    changed = render(switch, folder)
    values = {name: value for name, value in asdict(switch).items() if name not in ELSEWHERE}
    (Path(folder) / VALUES).write_text(json.dumps(values, indent=1), "utf-8")
    return changed


def is_ours(folder: str | os.PathLike[str]) -> bool:
    """Whether `write` made this folder."""
    return (Path(folder) / VALUES).is_file()


def renew_trunks(
    folder: str | os.PathLike[str], trunks: Iterable[Trunk], *, esl_password: str, directory_secret: str
) -> list[Path]:
    """Write the configuration anew with other trunks; returns the files that changed, those that are gone as well.

    The secrets are taken as they are now, whatever they were when this process started.
    """
    return render(replace(_remembered(folder, esl_password, directory_secret), trunks=tuple(trunks)), folder)


def renew_secrets(folder: str | os.PathLike[str], *, esl_password: str, directory_secret: str) -> list[Path]:
    """Write the files that hold our own secrets anew; returns those that changed."""
    return render_only(_remembered(folder, esl_password, directory_secret), folder, SECRET_FILES)


def _remembered(folder: str | os.PathLike[str], esl_password: str, directory_secret: str) -> Switch:
    values: dict[str, Any] = json.loads((Path(folder) / VALUES).read_text("utf-8"))
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    secrets = {"esl_password": newest(esl_password), "directory_secret": newest(directory_secret)}
    return Switch(**{**values, **lists, **secrets})
