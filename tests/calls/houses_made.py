"""A subscriber for recovery: a number for each phase that a call can be in when its controller dies."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import yaml

SLUG = "secours"
NUMBERS = {
    "say": "+33987000001",
    "menu": "+33987000002",
    "collect": "+33987000003",
    "ringing": "+33987000004",
    "bridged": "+33987000005",
    "music": "+33987000006",
    "http": "+33987000007",
    "safe http": "+33987000008",
}
PHONES = {"201": "rings-phone-201", "202": "talks-phone-202"}
LONG = "Ceci est une annonce assez longue pour que le contrôleur ait le temps de mourir pendant qu'elle est lue. "


def make(folder: Path, shop: str) -> Path:
    """Write the subscriber into a folder and return it; `shop` is the address that its http nodes ask."""
    house = folder / SLUG
    (house / "flows").mkdir(parents=True)
    plain: dict[str, Any] = {"time_zone": "Europe/Paris", "country": "FR", "emergency": ["15"], "language": "fr"}
    _write(house / "subscriber.yaml", {"name": "Recovery", "slug": SLUG} | plain)
    _write(
        house / "users.yaml",
        [
            {"login": f"{extension}@secours.example", "name": extension, "role": "agent"}
            | {"extension": extension, "sip_password": password}
            for extension, password in PHONES.items()
        ],
    )
    _write(house / "numbers.yaml", [{"number": number, "flow": _name(phase)} for phase, number in NUMBERS.items()])
    _write(house / "extensions.yaml", [{"extension": "3000", "flow": "menu"}])
    _write(house / "prompts.yaml", [{"name": "music", "file": "music.wav"}])
    music(house / "music.wav", 120.0)
    for phase in NUMBERS:
        _write(house / "flows" / f"{_name(phase)}.yaml", {"name": _name(phase)} | _flow(phase, shop))
    return house


def music(file: Path, seconds: float) -> None:
    """A rectangle of 440 Hz: hold music that lasts longer than any test."""
    half = b"\x00\x18" * 9 + b"\x00\xe8" * 9
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(half * int(seconds * 8000 / 18))


def _name(phase: str) -> str:
    return phase.replace(" ", "_")


def _say(text: str, onto: str = "end") -> dict[str, Any]:
    return {"kind": "say", "text": {"fr": text}, "exits": {"next": onto}}


def _flow(phase: str, shop: str) -> dict[str, Any]:
    end = {"end": {"kind": "hang_up"}}
    if phase == "say":
        return {"start": "read", "nodes": {"read": _say(LONG), **end}}
    if phase == "music":
        music = {"kind": "say", "prompt": "music", "exits": {"next": "end"}}
        return {"start": "wait", "nodes": {"wait": music, **end}}
    if phase == "menu":
        choose = {"kind": "menu", "prompt": {"text": {"fr": "Tapez 1 ou 2."}}, "choices": {"1": "one", "2": "two"}}
        choose |= {"first_digit_timeout": 60.0, "exits": {"1": "one", "2": "two", "too_many": "end"}}
        return {"start": "choose", "nodes": {"choose": choose, "one": _say("Un."), "two": _say("Deux."), **end}}
    if phase == "collect":
        return {"start": "enter", "nodes": {**_code(), **end}}
    if phase in ("ringing", "bridged"):
        to = "201" if phase == "ringing" else "202"
        exits = {"answered": "after", "busy": "sorry", "no_answer": "sorry", "failed": "sorry"}
        ring = {"kind": "dial", "to": [to], "ring": 30, "exits": exits}
        return {"start": "ring", "nodes": {"ring": ring, "after": _say("Au revoir."), "sorry": _say("Désolé."), **end}}
    ask = {"kind": "http", "url": shop, "method": "POST", "timeout": 8.0, "safe_to_repeat": phase == "safe http"}
    ask |= {"exits": {"ok": "tell", "failed": "sorry", "unknown": "unsure"}}
    texts = {"tell": _say("C'est fait."), "sorry": _say("Désolé."), "unsure": _say("Nous vérifions.")}
    return {"start": "ask", "nodes": {"ask": ask, **texts, **end}}


def _code() -> dict[str, Any]:
    enter = {"kind": "collect", "prompt": {"text": {"fr": "Votre code, s'il vous plaît."}}, "save": "code"}
    enter |= {"min_digits": 4, "max_digits": 4, "first_digit_timeout": 60.0, "tries": 2}
    enter |= {"exits": {"ok": "check", "no_input": "wrong", "invalid": "wrong"}}
    check = {"kind": "when", "conditions": [{"variable": "code", "test": "is", "value": "1234"}]}
    check |= {"exits": {"yes": "right", "no": "wrong"}}
    return {"enter": enter, "check": check, "right": _say("Juste."), "wrong": _say("Faux.")}


def _write(file: Path, document: Any) -> None:
    file.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
