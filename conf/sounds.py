"""Sound files of prompts: looked at, and kept under a name made from their content: none changes under a call."""

from __future__ import annotations

import hashlib
import os
import tempfile
import wave
from pathlib import Path

from conf.problems import N_, Wrong

LARGEST = 50_000_000  # bytes: about half an hour at 16 kHz


def found(root: Path, name: str) -> Path:
    """The sound that a folder names. Raises Wrong when it is missing, outside the folder, too large or no sound."""
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise Wrong("outside", N_("leaves the folder"))
    if not path.is_file():
        raise Wrong("no_sound", N_("there is no such file in the folder"))
    if path.stat().st_size > LARGEST:
        raise Wrong("too_large", N_("the file is larger than {limit} bytes"), limit=LARGEST)
    try:
        with wave.open(str(path)) as sound:
            shape = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
    except (wave.Error, EOFError) as error:
        raise Wrong("not_a_sound", N_("is not a WAV file: {reason}"), reason=str(error)) from None
    if shape[0] > 2 or shape[1] != 2 or shape[2] not in (8000, 16000, 32000, 48000):
        raise Wrong("not_playable", N_("must be 16-bit PCM at 8, 16, 32 or 48 kHz"))
    return path


def place(content: bytes, subscriber_id: int) -> str:
    """Where a sound is kept, under the prompts folder: `1/0f343b09....wav`."""
    return f"{subscriber_id}/{hashlib.sha256(content).hexdigest()}.wav"


def keep(content: bytes, target: Path) -> None:
    """Write a sound to its place, whole or not at all."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(aside, 0o644)  # FreeSWITCH plays it, often as another user
        os.replace(aside, target)
    except BaseException:
        os.unlink(aside)
        raise
