"""A node that only listens, and a subscriber whose numbers lead to it: for tests of how a call hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import yaml

from controller.flow import ask
from controller.flow.commands import Listen, Prompt, Utterance
from controller.flow.node import Call, Exit, Node, Steps, registry
from tests.calls.houses_made import music

WAYS = ("speech", "keys", "silence", "deaf")
HEARD: list[Utterance] = []
LONG, SHORT = 30.0, 0.5  # seconds of the prompts `long` and `short`


class Hears(Node):
    """Listen once, and leave by how that ended."""

    kind: ClassVar[str] = "hears_in_a_call"
    title: ClassVar[str] = "Hears"
    help: ClassVar[str] = ""
    ways_out: ClassVar[tuple[Exit, ...]] = tuple(Exit(name) for name in WAYS)

    prompt: str = "long"
    language: str = "en"
    phrases: list[str] = []
    barge_in: bool = True
    silence: float = 5.0
    pause: float = 0.8
    longest: float = 20.0
    keys: int = 1
    terminators: str = "#"
    digit_timeout: float = 1.0

    def run(self, call: Call) -> Steps:
        heard = yield from ask.listening(
            Listen(
                (Prompt(self.prompt, "en"),) if self.prompt else (),
                self.language,
                tuple(self.phrases),
                self.barge_in,
                self.silence,
                self.pause,
                self.longest,
                self.keys,
                self.terminators,
                self.digit_timeout,
            )
        )
        HEARD.append(heard)
        return heard.ended


KIND = registry.pop(Hears.kind)  # other tests look at every kind there is


@contextmanager
def known() -> Iterator[None]:
    """The node can be used in flows."""
    registry[Hears.kind] = KIND
    HEARD.clear()
    yield
    registry.pop(Hears.kind)


def make(folder: Path, numbers: dict[str, dict[str, Any]]) -> Path:
    """Write a subscriber; each number has a node with these fields."""
    house = folder / "oreille"
    (house / "flows").mkdir(parents=True)
    plain: dict[str, Any] = {"time_zone": "Europe/Paris", "country": "FR", "emergency": ["15"], "language": "en"}
    _write(house / "subscriber.yaml", {"name": "Hearing", "slug": "oreille"} | plain)
    _write(house / "numbers.yaml", [{"number": number, "flow": f"f{number[1:]}"} for number in numbers])
    _write(house / "extensions.yaml", [{"extension": "3000", "flow": "bye"}])
    _write(house / "flows" / "bye.yaml", {"name": "bye", "start": "bye", "nodes": {"bye": {"kind": "hang_up"}}})
    _write(house / "prompts.yaml", [{"name": name, "file": f"{name}.wav"} for name in ("long", "short")])
    for name, seconds in (("long", LONG), ("short", SHORT)):
        music(house / f"{name}.wav", seconds)
    for number, fields in numbers.items():
        nodes: dict[str, Any] = {way: {"kind": "hang_up"} for way in WAYS}
        nodes["hear"] = {"kind": Hears.kind, "exits": {way: way for way in WAYS}} | fields
        _write(house / "flows" / f"f{number[1:]}.yaml", {"name": f"f{number[1:]}", "start": "hear", "nodes": nodes})
    return house


def menu(folder: Path, number: str, prompt: str) -> Path:
    """Write a subscriber with a menu that is spoken to."""
    house = make(folder, {})
    choose = {
        "kind": "menu",
        "prompt": {"prompt": prompt},
        "keypad": {"prompt": "long"},
        "choices": {"1": "Sales", "2": "Accounts"},
        "spoken": {"1": ["sales", "the sales team"], "2": ["accounts"]},
        "first_digit_timeout": 10.0,
        "exits": {"1": "sales", "2": "accounts", "too_many": "gone"},
    }
    nodes = {"choose": choose} | {name: {"kind": "hang_up"} for name in ("sales", "accounts", "gone")}
    _write(house / "numbers.yaml", [{"number": number, "flow": "spoken"}])
    _write(house / "flows" / "spoken.yaml", {"name": "spoken", "start": "choose", "nodes": nodes})
    return house


def _write(file: Path, document: Any) -> None:
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
