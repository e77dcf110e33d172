"""A subscriber with flows that are spoken to, and what callers say to them in a human voice."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.calls.listening_node import _write
from tests.calls.live import SAMPLES
from tests.speech.process import human, silence

MENU, DIGITS, ROBOT = "+442079460001", "+442079460002", "+442079460003"
PASSWORDS = {"101": "grace-phone-101"}
SLUG = "harbour"
# Long enough that nobody hears its end in a test.
CHOICES = " ".join(["For the sales department, say goodbye. For anything else, say hello."] * 8)


def make(folder: Path) -> Path:
    """Write the sample restaurant with three numbers: a menu, digits and its robot."""
    house = folder / SLUG
    shutil.copytree(SAMPLES / SLUG, house)
    users = yaml.safe_load((house / "users.yaml").read_text())
    _write(house / "users.yaml", [user | {"sip_password": PASSWORDS[user["extension"]]} for user in users])
    flows = {MENU: "menu", DIGITS: "digits", ROBOT: "tables"}
    _write(house / "numbers.yaml", [{"number": number, "flow": flow} for number, flow in flows.items()])
    ends = {name: {"kind": "hang_up"} for name in ("first", "second", "none")}
    menu = {
        "kind": "menu",
        "prompt": {"text": {"en": CHOICES}},
        "choices": {"1": "Sales", "2": "Others"},
        "spoken": {"1": ["goodbye"], "2": ["hello"]},
        "exits": {"1": "first", "2": "second", "too_many": "none"},
    }
    digits = {
        "kind": "collect",
        "prompt": {"text": {"en": "Your number?"}},
        "save": "code",
        "min_digits": 4,
        "max_digits": 4,
        "spoken": True,
        "exits": {"ok": "first", "no_input": "none", "invalid": "none"},
    }
    _flow(house, "menu", menu, ends)
    understood = {
        "kind": "when",
        "conditions": [{"variable": "code", "test": "is", "value": "4702"}],
        "exits": {"yes": "second", "no": "none"},
    }
    _flow(house, "digits", digits, ends | {"first": understood})
    return house


def said(file: Path, parts: Sequence[str], pause: float = 0.1) -> str:
    """Write a sound of several prompts, one after the other."""
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"".join(human(part) + silence(pause) for part in parts))
    return str(file)


def _flow(house: Path, name: str, node: dict[str, Any], ends: dict[str, Any]) -> None:
    _write(house / "flows" / f"{name}.yaml", {"name": name, "start": name, "nodes": {name: node, **ends}})
