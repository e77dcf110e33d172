"""The plan of short numbers as it is drawn, and what is against giving one. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from conf.editing.short_numbers import Range
from conf.problems import N_, Problem


def cells(block: Range, emergency: Collection[str]) -> list[tuple[str, str, str]]:
    """Every number of a range, as (number, what, title): what is user, flow, external, reserved, alike or ""."""
    used = {short.number: short for short in block.used}
    found = []
    for value in range(int(block.first), int(block.last) + 1):
        number = f"{value:0{len(block.first)}}"
        if number in used:
            found.append((number, used[number].kind, used[number].title))
        elif number in emergency:
            found.append((number, "reserved", ""))
        else:
            found.append((number, "alike" if number in block.alike else "", block.alike.get(number, "")))
    return found


def against(number: str, own: str, given: Mapping[str, str], emergency: Collection[str]) -> Problem | None:
    """What is against giving a number; None when nothing is. `own` is the one that the document has now.

    `given` has whom each number is given to, as people say it. A warning does not stop anybody.
    """
    fields = {"number": number}
    if not re.fullmatch(r"[0-9]{2,8}", number):
        return Problem("not_an_extension", N_("a short number has 2 to 8 digits"))
    if number in emergency:
        return Problem("emergency", N_("{number} is an emergency number"), fields)
    if number != own and number in given:
        return Problem("taken", N_("{number} is given already: {name}"), {**fields, "name": given[number]})
    others = sorted(other for other in {*given, *emergency} - {own, number} if _begin_alike(other, number))
    if others:
        message = N_("{number} and {other} begin alike: who dials digit by digit waits a moment")
        return Problem("begins_alike", message, {**fields, "other": others[0]}, severity="warning")
    return None


def _begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
