"""Settings of one number or one user: what they do not say is as the box says; a user's go before a number's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from conf.fax import box, rights
from conf.fax.box import Box
from conf.models import FaxProfile, Number
from conf.problems import N_, ConfigurationError, Problem

LOOKS = ("header", "ident", "resolution", "cover", "time_zone")
NONE = "-"  # in place of a cover's name: no cover


def doc(session: Session, kind: str, name: str) -> dict[str, Any]:
    """What a number or a user has set; {} when nothing."""
    row = session.scalars(_wanted(kind, name)).one_or_none()
    return dict(row.doc) if row else {}


def write(session: Session, kind: str, name: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Keep settings of a number (with its rights `see` and `send`) or a user; those that are not named stay.

    "" and None mean no wish. Raises ConfigurationError with the fields that are wrong; LookupError for a number that is
    not the subscriber's.
    """
    if kind == "number" and session.scalars(select(Number.id).where(Number.number == name)).first() is None:
        raise LookupError(f"no number {name}")
    row = session.scalars(_wanted(kind, name).with_for_update()).one_or_none()
    whole = {key: value for key, value in {**(row.doc if row else {}), **wanted}.items() if value not in ("", None)}
    _check(session, kind, whole)
    if row is None:
        session.add(FaxProfile(kind=kind, name=name, doc=whole))
    else:
        row.doc = whole
    session.flush()
    return whole


def effective(session: Session, login: str = "", number: str = "") -> Box:
    """The settings for somebody who sends from a number."""
    settings = box.read(session)
    said = {**_looks(doc(session, "number", number)), **_looks(doc(session, "user", login))}
    cover = str(said.get("cover", settings.cover))
    return Box(**{**vars(settings), **said, "cover": "" if cover == NONE else cover})


def senders(session: Session, login: str) -> list[str]:
    """The numbers that somebody may send from, in their order."""
    closed = rights.closed(session, rights.viewer_of(session, login), rights.SEND)
    owned = session.scalars(select(Number.number).order_by(Number.position, Number.id))
    return [number for number in owned if number not in closed]


def _looks(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in LOOKS if said.get(name)}


def _wanted(kind: str, name: str) -> Select[FaxProfile]:
    return select(FaxProfile).where(FaxProfile.kind == kind, FaxProfile.name == name)


def _check(session: Session, kind: str, whole: Mapping[str, Any]) -> None:
    given = (rights.SEE, rights.SEND) if kind == "number" else ()
    found = [*box.looks(session, {**whole, "cover": "" if whole.get("cover") == NONE else whole.get("cover")})]
    for name in given:
        found += rights.problems(session, name, rights.whom(whole.get(name)))
    for name in sorted(set(whole) - {*LOOKS, *given}):
        found.append(Problem("unknown_field", N_("is not a setting of faxes"), field=name))
    if found:
        raise ConfigurationError(found)
