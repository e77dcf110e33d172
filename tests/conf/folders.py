"""Folders of files to apply, made by tests."""

from __future__ import annotations

import wave
from pathlib import Path
from textwrap import dedent

SUBSCRIBER = """\
    name: Boulangerie Martin
    slug: martin
    language: fr
    time_zone: Europe/Paris
    country: FR
    emergency: ["15", "112"]
    """
FLOW = """\
    name: {name}
    start: end
    nodes:
      end: {{kind: hang_up}}
    """


def folder(root: Path, **files: str) -> Path:
    """Write files: `users="..."` is users.yaml, `flows__reception="..."` is flows/reception.yaml."""
    for name, text in {"subscriber": SUBSCRIBER, **files}.items():
        path = root / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return root


def sound(path: Path, seconds: float = 0.01, rate: int = 8000) -> None:
    """Write a short WAV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x01\x00" * int(seconds * rate))
