"""An agent's desk over the API: what the prompter hears and shows, marks, checklists, what is noted of a call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Literal

from apiflask import APIBlueprint
from flask import Response, abort, request, session, stream_with_context
from pydantic import BaseModel, Field

from admin_ui import bearer, desk, identity
from admin_ui.api.events import STREAM
from admin_ui.api.parts import Answer, Body, Query, answer, asks, refuse, scope, takes
from admin_ui.api.parts.guard import permits
from admin_ui.caller_card import caller_card, other_end
from admin_ui.database import db
from admin_ui.desk_feed import Noting, login_of, stream
from admin_ui.live import Refused
from admin_ui.person import me, subscriber_id
from conf import wrap_up
from conf.models import WrapUp
from conf.problems import N_

blueprint = APIBlueprint("api_desk", __name__, url_prefix="/api/v1", tag="Desk")
NUMBER = r"^\+?[0-9*#]{1,32}$"
AGENT: Any = Field("", max_length=254, pattern=r"^[^\x00]*$", description="A login: whose desk. A token must say it.")
Outcome = Literal["", "resolved", "call_back", "passed_on", "unresolved", "no_matter"]


class Whose(Query):
    """Whose desk."""

    agent: str = AGENT


class Words(Query):
    """What is looked for."""

    q: str = Field(max_length=200, pattern=r"^[^\x00]*$", description="Words of a title, a text or a phrase.")


class Mark(Body):
    """What a card was worth; "" takes it back."""

    mark: Literal["", "used", "wrong", "dismissed"]


class Pin(Body):
    """Whether a card stays in sight."""

    pinned: bool


class Tick(Body):
    """A step of a checklist, by its name."""

    checklist: str = Field(max_length=64)
    step: str = Field(max_length=64)


class Transfer(Body):
    """Where a caller is taken to: a short number or an international one."""

    to: str = Field(pattern=NUMBER)


class Written(Body):
    """What an agent notes of a call. Until it is saved it is a draft."""

    notes: str = Field(max_length=wrap_up.LONGEST)
    outcome: Outcome = ""
    adherence: float | None = Field(None, ge=0, le=1, description="The share of the checklists that was done.")
    save: bool = False


class FoundCard(BaseModel):
    """A rule's card."""

    rule: str
    title: str
    text: str
    links: list[tuple[str, str]]
    category: str


class FoundCards(BaseModel):
    """In the order of the rules, 50 at most."""

    items: list[FoundCard]


class CardMark(BaseModel):
    """What the agent made of a card."""

    card: int
    mark: str
    pinned: bool


class AtDesk(BaseModel):
    """A call at an agent's desk. `over`: for this agent."""

    call: str
    agent: str
    direction: str
    caller: str
    caller_name: str
    called: str
    queue: str
    began_at: datetime
    over: bool
    cards: list[CardMark]
    notes: str | None = Field(description="null while they are sealed.")
    outcome: str
    saved_at: datetime | None


class KnownField(BaseModel):
    """Something that is known of a caller."""

    name: str
    title: str
    value: str
    url: str


class EarlierCall(BaseModel):
    """A call with the same number."""

    call: str
    at: datetime
    direction: str
    disposition: str
    talk: float
    outcome: str


class Caller(BaseModel):
    """What is known of who is at the other end."""

    fields: list[KnownField]
    earlier: list[EarlierCall]
    calls: int


class Done(BaseModel):
    """The call that it was done with."""

    call: str


@blueprint.get("/desk/events")
@scope("desk:read")
@asks(Whose)
@blueprint.doc(responses=STREAM)
def feed(query: Whose) -> Response:
    """Follow an agent's calls.

    Server-sent events. `data` is a document with `type` call, said, card, withdrawn or checklist. Each connection tells
    every call from its beginning, then live; a document replaces the one with its key (`key`, `card`, `checklist`)."""
    if not desk.may_sit_at(query.agent):
        abort(404)
    wanted = query.agent or me().login
    login = bearer.elsewhere(partial(login_of, db.engine, subscriber_id(), wanted))
    if login is None:
        raise LookupError(wanted)
    noting = Noting(db.engine, subscriber_id(), login)
    lines: Iterator[bytes] = stream(me().slug, login, noting, _may)
    db.session.remove()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(stream_with_context(lines), mimetype="text/event-stream", headers=headers)


@blueprint.get("/desk/cards")
@scope("desk:read")
@asks(Words)
@blueprint.output(FoundCards)
def cards(query: Words) -> Answer:
    """Search the active cards.

    Those for agents; what only a call knows is left out of their texts. Nothing is counted."""
    return answer({"items": [vars(card) for card in desk.cards(query.q)]})


@blueprint.get("/desk/calls/<call>")
@scope("desk:read")
@asks(Whose)
@blueprint.output(AtDesk)
def read(call: str, query: Whose) -> Answer:
    """Read a call at a desk.

    The marks of its cards, and what was noted of it."""
    return answer(_shown(call, desk.agent(query.agent)))


@blueprint.get("/desk/calls/<call>/caller")
@scope("desk:read")
@asks(Whose)
@blueprint.output(Caller)
def caller(call: str, query: Whose) -> Answer:
    """Read what is known of who is at the other end."""
    row = desk.at_desk(call, desk.agent(query.agent))
    known = caller_card(db.session(), subscriber_id(), other_end(row), row.caller_name, call)
    fields, earlier = [vars(one) for one in known.fields], [vars(one) for one in known.earlier]
    return answer({"fields": fields, "earlier": earlier, "calls": known.calls})


@blueprint.post("/desk/calls/<call>/cards/<int:card>/mark")
@scope("desk:write")
@asks(Whose)
@takes(Mark, example={"mark": "used"})
@blueprint.output(Done)
def mark(call: str, card: int, query: Whose, body: Mark) -> Answer:
    """Say what a card was worth.

    Once more changes nothing. A card that was only just shown is waited for, three seconds at most."""
    desk.mark(call, card, body.mark, desk.agent(query.agent))
    return _done(call)


@blueprint.post("/desk/calls/<call>/cards/<int:card>/pin")
@scope("desk:write")
@asks(Whose)
@takes(Pin, example={"pinned": True})
@blueprint.output(Done)
def pin(call: str, card: int, query: Whose, body: Pin) -> Answer:
    """Keep a card in sight, or no longer."""
    desk.pin(call, card, body.pinned, desk.agent(query.agent))
    return _done(call)


@blueprint.post("/desk/calls/<call>/tick")
@scope("desk:write")
@asks(Whose)
@takes(Tick, example={"checklist": "order", "step": "greeting"})
@blueprint.output(Done)
def tick(call: str, query: Whose, body: Tick) -> Answer:
    """Tick a step of a checklist by hand."""
    desk.tick(call, body.checklist, body.step, desk.agent(query.agent))
    return _done(call)


@blueprint.post("/desk/calls/<call>/hang-up")
@scope("desk:write")
@asks(Whose)
@blueprint.output(Done)
def hang_up(call: str, query: Whose) -> Answer:
    """End an agent's call."""
    desk.hang_up(call, desk.agent(query.agent))
    return _done(call)


@blueprint.post("/desk/calls/<call>/transfer")
@scope("desk:write")
@asks(Whose)
@takes(Transfer, example={"to": "102"})
@blueprint.output(Done)
def transfer(call: str, query: Whose, body: Transfer) -> Answer:
    """Send the caller of an agent's call elsewhere."""
    try:
        desk.transfer(call, body.to, desk.agent(query.agent))
    except Refused:
        raise refuse("to", "not_reached", N_("is neither an extension nor a number that can be called")) from None
    return _done(call)


@blueprint.put("/desk/calls/<call>/wrap-up")
@scope("desk:write")
@asks(Whose)
@takes(Written, example={"notes": "She gets it on Friday.", "outcome": "resolved", "save": True})
@blueprint.output(AtDesk)
def write(call: str, query: Whose, body: Written) -> Answer:
    """Note something of a call.

    Without `save` it is a draft, and changes nothing any more once the notes were saved."""
    login = desk.agent(query.agent)
    given = {"notes": body.notes, "outcome": body.outcome, "adherence": body.adherence, "save": body.save}
    desk.write(call, login, **given)  # type: ignore[arg-type]
    db.session.commit()
    return answer(_shown(call, login))


def _done(call: str) -> Answer:
    db.session.commit()
    return answer({"call": call})


def _shown(call: str, login: str) -> dict[str, Any]:
    row: WrapUp = desk.at_desk(call, login)
    names = (
        "call",
        "agent",
        "direction",
        "caller",
        "caller_name",
        "called",
        "queue",
        "began_at",
        "outcome",
        "saved_at",
    )
    marks = [{"card": card, **mark} for card, mark in desk.marks(call, login).items()]
    known = {name: getattr(row, name) for name in names}
    return {**known, "over": row.ended_at is not None, "cards": marks, "notes": wrap_up.notes(row)}


def _may() -> bool:
    """Whether the token was not revoked meanwhile, the session not ended."""
    if bearer.is_given(request):
        found = bearer.person(request)
    else:
        found = identity.find(str(session.get(bearer.COOKIE_KEY, "")))
    return found is not None and permits(found, "desk:read")
