"""The plan of a subscriber's short numbers: ranges in use, what is free in them, and what cannot be dialled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from conf.editing import stored
from conf.models import Document

SHORTEST, LONGEST = 2, 8  # digits
MOST_FREE = 1000  # free numbers that are listed of a range


@dataclass(frozen=True)
class Short:
    """A short number in use. `kind` is user, flow or external, `target` a login, a flow's name or a number."""

    number: str
    kind: str
    target: str
    title: str


@dataclass(frozen=True)
class Range:
    """A hundred of one length (100-199; ten when there are two digits), with what is used and free of it.

    `alike` has the numbers that are neither: each with the short or emergency number that it begins like, either way.
    """

    first: str
    last: str
    used: tuple[Short, ...]
    free: int
    next_free: str
    alike: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """A number that is no good: `emergency` is the service that it is or begins with, `other` another short number.

    A number that is the beginning of another one is dialled only after a pause.
    """

    number: str
    emergency: str = ""
    other: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything about a subscriber's short numbers."""

    ranges: tuple[Range, ...]
    conflicts: tuple[Conflict, ...]
    emergency: tuple[str, ...]


def plan(session: Session, subscriber_id: int) -> Plan:
    """The short numbers of a subscriber, by range."""
    shorts, emergency = _known(session, subscriber_id)
    used = _Used(short.number for short in shorts)
    hundreds = dict.fromkeys(_hundred(short.number) for short in shorts)
    ranges = tuple(_range(first, last, shorts, used, emergency) for first, last in hundreds)
    return Plan(ranges, tuple(_conflicts([short.number for short in shorts], emergency)), emergency)


def propose(session: Session, subscriber_id: int, near: str = "101") -> str:
    """A free short number: the next one after `near`, in its range or those after it, of the same length.

    One that is an emergency number, or the beginning of a number in use, is left out; "" when nothing is free.
    """
    shorts, emergency = _known(session, subscriber_id)
    used = _Used(short.number for short in shorts)
    length = min(max(len(near), SHORTEST), LONGEST)
    start = int(near) if near.isdigit() else 10 ** (length - 1) + 1
    for number in (*range(start, 10**length), *range(10 ** (length - 1), start)):
        text = f"{number:0{length}}"
        if _is_free(text, used, emergency):
            return text
    return ""


def free(session: Session, subscriber_id: int, first: str, last: str) -> list[str]:
    """The free numbers between two of one length, the first 1000 of them."""
    shorts, emergency = _known(session, subscriber_id)
    used = _Used(short.number for short in shorts)
    numbers = (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
    found = (number for number in numbers if _is_free(number, used, emergency))
    return [number for number, _ in zip(found, range(MOST_FREE), strict=False)]


class _Used:
    """The numbers in use, and everything that one of them begins with."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.numbers = set(numbers)
        self.beginnings = {number[:length] for number in self.numbers for length in range(1, len(number) + 1)}


def _known(session: Session, subscriber_id: int) -> tuple[list[Short], tuple[str, ...]]:
    """The short numbers in use, in order, and the emergency numbers."""
    users, extensions = (stored.documents(session, subscriber_id, kind) for kind in ("users", "extensions"))
    about = stored.documents(session, subscriber_id, "subscriber")
    emergency = tuple(about[0].get("emergency", ())) if about else ()
    return sorted(_shorts(users, extensions), key=_order), emergency


def _shorts(users: Iterable[Document], extensions: Iterable[Document]) -> Iterator[Short]:
    for doc in users:
        if doc.get("extension"):
            yield Short(doc["extension"], "user", doc["login"], doc["name"])
    for doc in extensions:
        kind = "flow" if doc.get("flow") else "external"
        yield Short(doc["extension"], kind, doc[kind], doc[kind])


def _order(short: Short) -> tuple[int, str]:
    return len(short.number), short.number


def _hundred(number: str) -> tuple[str, str]:
    kept = number[:-2] if len(number) > SHORTEST else number[:-1]
    missing = len(number) - len(kept)
    return kept + "0" * missing, kept + "9" * missing


def _range(first: str, last: str, shorts: list[Short], used: _Used, emergency: Iterable[str]) -> Range:
    here = tuple(short for short in shorts if len(short.number) == len(first) and first <= short.number <= last)
    numbers = [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]
    left = [number for number in numbers if _is_free(number, used, emergency)]
    others = {*used.numbers, *emergency}
    held = {number for number in numbers if number not in others}.difference(left)
    alike = {number: min(other for other in others if _begin_alike(number, other)) for number in sorted(held)}
    return Range(first, last, here, len(left), left[0] if left else "", alike)


def _begin_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _is_free(number: str, used: _Used, emergency: Iterable[str]) -> bool:
    if number in used.beginnings or any(number[:length] in used.numbers for length in range(SHORTEST, len(number))):
        return False
    return not any(number.startswith(service) or service.startswith(number) for service in emergency)


def _conflicts(numbers: list[str], emergency: Iterable[str]) -> Iterator[Conflict]:
    known = set(numbers)
    for number in numbers:
        service = next((service for service in emergency if number.startswith(service)), "")
        if service:
            yield Conflict(number, emergency=service)
        for length in range(SHORTEST, len(number)):
            if number[:length] in known:
                yield Conflict(number, other=number[:length])
