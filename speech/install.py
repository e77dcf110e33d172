"""Where models come from: the site of Vosk's authors, then a wheel of the package registry that carries one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speech.models import Model, installed, is_model

SITE = "https://alphacephei.com/vosk/models/"
_PATIENCE = 10.0  # seconds the site may be silent
_FIRST = {"en": "en-us"}  # where a language has models of several countries


class NotInstalled(Exception):
    """Why a model could not be had, in one plain sentence."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that carries a stock model among its files: the model is taken out, the package is not installed."""

    requirement: str
    sha256: str
    inside: str
    model: str


WHEELS = {
    "en": Wheel(
        "videogrep==2.3.0",
        "471edd50cb1d0c1eb6a525e2729d4d4a0751eb729c8cb73b794ab2dbd2f10a59",
        "videogrep/model/",
        "vosk-model-small-en-us-0.15",
    )
}


def install(language: str, models_dir: Path, site: str = SITE, wheels: dict[str, Wheel] | None = None) -> Model:
    """Return the model of a language, fetched where none is here. Raises NotInstalled with each source's reason."""
    if here := installed(models_dir).get(language):
        return here
    known = WHEELS if wheels is None else wheels
    sources: list[Callable[[Path], Path]] = [lambda aside: _from_site(language, aside, site)]
    if wheel := known.get(language):
        sources.append(lambda aside: _from_wheel(wheel, aside))
    reasons = []
    for source in sources:
        try:
            _fetch(source, models_dir)
        except NotInstalled as reason:
            reasons.append(str(reason))
            continue
        if here := installed(models_dir).get(language):
            return here
        reasons.append("what was fetched is no model")
    raise NotInstalled("; ".join(reasons))


def _fetch(source: Callable[[Path], Path], models_dir: Path) -> None:
    """Unpack aside, then rename: a model is there whole or not at all."""
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=models_dir) as aside:
            folder = source(Path(aside))
            if not is_model(folder):
                raise NotInstalled(f"{folder.name} lacks files that a model needs")
            folder.rename(models_dir / folder.name)
    except OSError as error:
        raise NotInstalled(f"{models_dir}: {error.strerror or error}") from None


def _from_site(language: str, aside: Path, site: str) -> Path:
    chosen = _choose(language, _catalogue(site))
    if chosen is None:
        raise NotInstalled(f"{site} has no small model of {language!r}")
    name, archive = str(chosen["name"]), aside / "model.zip"
    try:
        with urllib.request.urlopen(f"{site}{name}.zip", timeout=_PATIENCE) as answer, archive.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(answer, file)
    except OSError as error:
        raise NotInstalled(f"{site}{name}.zip: {_plain(error)}") from None
    if _digest(archive, "md5") != chosen["md5"]:
        raise NotInstalled(f"{site}{name}.zip is not what its list says (checksum)")
    _unpack(archive, f"{name}/", aside / name)
    return aside / name


def _catalogue(site: str) -> list[dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{site}model-list.json", timeout=_PATIENCE) as answer:  # noqa: S310 - ours
            listed = json.load(answer)
    except (OSError, ValueError) as error:
        raise NotInstalled(f"{site} cannot be reached ({_plain(error)})") from None
    if not isinstance(listed, list):
        raise NotInstalled(f"{site} has no list of models")
    return [one for one in listed if isinstance(one, dict) and {"name", "lang", "md5"} <= one.keys()]


def _choose(language: str, listed: list[dict[str, Any]]) -> dict[str, Any] | None:
    wanted = [one for one in listed if one.get("type") == "small" and one.get("obsolete") in ("false", False)]
    for code in (_FIRST.get(language, language), language):
        same = [one for one in wanted if one["lang"] == code]
        if same:
            return max(same, key=lambda one: str(one.get("version", "")))
    return None


def _from_wheel(wheel: Wheel, aside: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(aside)]
    done = subprocess.run([*pip, wheel.requirement], capture_output=True, text=True, check=False)  # noqa: S603
    files = sorted(aside.glob("*.whl"))
    if done.returncode or not files:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise NotInstalled(f"{wheel.requirement} could not be downloaded ({last})")
    if _digest(files[0], "sha256") != wheel.sha256:
        raise NotInstalled(f"{wheel.requirement} is not the file that was checked (sha256)")
    _unpack(files[0], wheel.inside, aside / wheel.model)
    return aside / wheel.model


def _unpack(archive: Path, inside: str, folder: Path) -> None:
    """Take the files below `inside` out of an archive; a name that leads elsewhere is an error."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                if not name.startswith(inside) or name.endswith("/"):
                    continue
                to = (folder / name.removeprefix(inside)).resolve()
                if not to.is_relative_to(folder.resolve()):
                    raise NotInstalled(f"{archive.name} has a file that leads elsewhere: {name}")
                to.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, to.open("wb") as target:
                    shutil.copyfileobj(source, target)
    except zipfile.BadZipFile:
        raise NotInstalled(f"{archive.name} is not an archive") from None


def _digest(file: Path, kind: str) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def _plain(error: Exception) -> str:
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)
