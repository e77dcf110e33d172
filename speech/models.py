"""The recogniser's models: which are here, and each with our own configuration beside it.

A model is a folder as Vosk's authors publish it (`vosk-model-small-fr-0.22`) in the folder `models_dir`, and nothing is
written into it. Vosk reads a model and its configuration from one folder, so it is given another one,
`.configured/NAME`: links to the model's parts, and a `conf` of ours.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("en", "fr", "de")  # what the product speaks; a model of any other language is used as well
CONFIGURED = ".configured"
_NAME = re.compile(r"vosk-model(?P<small>-small)?-(?P<language>[a-z]{2,3})(?:-[a-z]{2,4})?-(?P<version>[0-9.]+)")
_PARTS = ("am", "graph", "ivector", "rescore", "rnnlm")
_NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph")

# Telephone sound is 8 kHz: inside the recogniser it is upsampled better than outside.
_SOUND = {"--allow-upsample": "true", "--allow-downsample": "true"}
# Seconds of silence that end an utterance: a quarter of a second sooner than as shipped, with the same word errors.
_ENDPOINTS = {
    "--endpoint.rule2.min-trailing-silence": "0.4",
    "--endpoint.rule3.min-trailing-silence": "0.5",
    "--endpoint.rule4.min-trailing-silence": "0.7",
}


@dataclass(frozen=True)
class Model:
    """A model that is here. `grammars`: it can be held to a list of phrases (those of a static graph cannot)."""

    language: str
    name: str
    folder: Path

    @property
    def grammars(self) -> bool:
        """Whether it can be held to phrases."""
        return (self.folder / "graph" / "HCLr.fst").exists()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


def installed(models_dir: Path) -> dict[str, Model]:
    """The model of each language: of several the large one, then the newest."""
    found: dict[str, tuple[tuple[object, ...], Model]] = {}
    for folder in sorted(models_dir.glob("vosk-model-*")):
        match = _NAME.fullmatch(folder.name)
        if match is None or not is_model(folder):
            continue
        rank = (not match["small"], [int(part) for part in re.findall(r"\d+", match["version"])])
        language = match["language"]
        if language not in found or found[language][0] < rank:
            found[language] = rank, Model(language, folder.name, folder)
    return {language: model for language, (_, model) in sorted(found.items())}


def is_model(folder: Path) -> bool:
    """Whether a folder holds what Vosk needs; it ends the process on one that does not."""
    return all((folder / part).exists() for part in _NEEDED)


def configured(model: Model) -> Path:
    """The folder to load a model from. It is made beside the model, or in a temporary place where that is read-only."""
    wanted = _configuration(model.folder)
    folder = model.folder.parent / CONFIGURED / model.name
    if _is_made(folder, model, wanted):
        return folder
    try:
        return _make(folder, model, wanted)
    except OSError:
        return _make(Path(tempfile.gettempdir()) / f"souffleur-models-{os.getuid()}" / model.name, model, wanted)


def _configuration(folder: Path) -> dict[str, str]:
    return {
        "mfcc.conf": _with(folder / "conf" / "mfcc.conf", _SOUND),
        "model.conf": _with(folder / "conf" / "model.conf", _ENDPOINTS),
    }


def _with(file: Path, options: dict[str, str]) -> str:
    lines = [line for line in file.read_text().splitlines() if line.partition("=")[0].strip() not in options]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in options.items())]) + "\n"


def _is_made(folder: Path, model: Model, wanted: dict[str, str]) -> bool:
    files = {name: folder / "conf" / name for name in wanted}
    if not all(file.is_file() and file.read_text() == wanted[name] for name, file in files.items()):
        return False
    return all((folder / part).resolve() == (model.folder / part).resolve() for part in _parts(model))


def _parts(model: Model) -> list[str]:
    return [part for part in _PARTS if (model.folder / part).exists()]


def _make(folder: Path, model: Model, wanted: dict[str, str]) -> Path:
    """Made aside and renamed: several workers may do it at once, and each finds it whole."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{model.name}.", dir=folder.parent))
    (aside / "conf").mkdir()
    for name, text in wanted.items():
        (aside / "conf" / name).write_text(text)
    for part in _parts(model):
        (aside / part).symlink_to((model.folder / part).resolve(), target_is_directory=True)
    try:
        if folder.exists():
            folder.rename(aside / "before")
        aside.rename(folder)
    except OSError:  # another worker was quicker
        shutil.rmtree(aside)
        if not _is_made(folder, model, wanted):
            raise
    shutil.rmtree(folder / "before", ignore_errors=True)
    return folder
