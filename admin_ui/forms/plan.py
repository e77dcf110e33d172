"""The plan of short numbers: what stands behind each, which are free, and what is against giving one. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from conf.problems import N_, Problem

BLOCK = 100  # numbers of one length that are shown together


@dataclass(frozen=True)
class Block:
    """A hundred numbers (or the ninety of two digits) of which some are used: `cells` are (number, kind) in order.

    `kind` is "" for a free number, `reserved` for an emergency number.
    """

    first: str
    last: str
    used: int
    free: int
    next_free: str
    cells: tuple[tuple[str, str], ...] = field(repr=False)


def blocks(kinds: Mapping[str, str], reserved: Collection[str]) -> list[Block]:
    """The blocks in which numbers are used. `kinds` has what stands behind each number."""
    starts = sorted({(len(number), number[:-2]) for number in kinds})
    return [_block(length, start, kinds, reserved) for length, start in starts]


def _block(length: int, start: str, kinds: Mapping[str, str], reserved: Collection[str]) -> Block:
    numbers = [f"{start}{value:02}" for value in range(10 if length == 2 else 0, BLOCK)]
    if any(number.startswith("0") for number in kinds) and length == 2:
        numbers = [f"{value:02}" for value in range(BLOCK)]
    cells = tuple((number, kinds.get(number) or ("reserved" if number in reserved else "")) for number in numbers)
    free = [number for number, kind in cells if not kind]
    used = sum(kind not in ("", "reserved") for _, kind in cells)
    first_used = next((number for number, kind in cells if kind not in ("", "reserved")), "")
    after = [number for number in free if number > first_used] or free
    return Block(numbers[0], numbers[-1], used, len(free), after[0] if after else "", cells)


def against(number: str, own: str, given: Mapping[str, str], reserved: Collection[str]) -> Problem | None:
    """What is against giving a number; None when nothing is. `own` is the one that the document has now.

    `given` has whom each number is given to, as people say it. A warning does not stop anybody.
    """
    fields = {"number": number}
    if not re.fullmatch(r"[0-9]{2,8}", number):
        return Problem("not_an_extension", N_("a short number has 2 to 8 digits"))
    if number in reserved:
        return Problem("emergency", N_("{number} is an emergency number"), fields)
    if number != own and number in given:
        return Problem("taken", N_("{number} is given already: {name}"), {**fields, "name": given[number]})
    others = sorted(other for other in given if other not in (own, number) and _begins(other, number))
    if others:
        message = N_("{number} and {other} begin alike: who dials digit by digit waits a moment")
        return Problem("begins_alike", message, {**fields, "other": others[0]}, severity="warning")
    return None


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
