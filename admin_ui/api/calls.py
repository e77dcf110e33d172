"""Calls: their history, those in progress, and trial calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from admin_ui.api.parts import Answer, Body, Moment, Page, Paging, answer, asks, listed, listing, refuse, scope, takes
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.explain import entry
from admin_ui.live import Refused, calls
from admin_ui.person import me, subscriber_id
from conf import call_history
from conf.call_history import Place, Wanted
from conf.models import CallEvent, CallRecord, Extension, Number
from conf.problems import N_

blueprint = APIBlueprint("api_calls", __name__, url_prefix="/api/v1", tag="Calls")
NUMBER = r"^\+?[0-9*#]{1,32}$"
PARTY = r"^\+?[0-9*#]{0,32}$"

Disposition = Literal["answered", "served", "abandoned", "busy", "no_answer", "failed", "lost"]
Direction = Literal["inbound", "outbound", "internal"]


class History(Paging):
    """Which calls are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Moment | None = Field(None, description="Begun at this moment or later.")
    until: Moment | None = Field(None, description="Begun before this moment.")
    party: str = Field("", pattern=PARTY, description="A number of either side, whole or its beginning.")
    direction: Direction | None = None
    disposition: Disposition | None = None
    flow: str = Field("", max_length=64)
    problem: bool = Field(False, description="Only those that went wrong.")


class Call(BaseModel):
    """The record of a call; durations are seconds."""

    model_config = ConfigDict(from_attributes=True)

    call: str
    direction: str
    caller: str = Field(description='"" when it was not shown.')
    caller_name: str
    called: str
    number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    wait: float
    talk: float
    disposition: str
    cause: str
    hung_up_by: str
    flow: str
    flow_version: int | None
    trunk: str
    problem: str


class WholeCall(Call):
    """The record of a call with the nodes that it walked."""

    presented: str
    hold: float
    billed: float
    q850: int | None
    sip_code: int | None
    codec: str
    mos: float | None
    source: str
    transferred_by: str
    outcome: str
    path: list[dict[str, Any]]


class Event(BaseModel):
    """Something that happened in a call. `text` says it in the caller's language."""

    sequence: int
    at: datetime
    kind: str
    text: str
    data: dict[str, Any]


class Events(BaseModel):
    """What happened in a call, in order."""

    items: list[Event]


class LiveCall(BaseModel):
    """A call in progress."""

    call: str
    direction: str
    caller: str
    called: str
    since: datetime
    flow: str
    node: str
    doing: str
    talking_to: str


class LiveCalls(BaseModel):
    """The calls in progress. `silent` names controllers that do not answer, whose calls are missing here."""

    items: list[LiveCall]
    silent: list[str]


class Transfer(Body):
    """Where a caller is taken to: a short number or an international one."""

    to: str = Field(pattern=NUMBER)


class Trial(Body):
    """A call to try a flow with: `press` holds the keys for each question, in order."""

    from_: str = Field(alias="from", pattern=NUMBER)
    to: str = Field(pattern=NUMBER, description="One of the subscriber's numbers or short numbers.")
    press: list[str] = Field([], max_length=50)
    hang_up_after: float | None = Field(None, gt=0, le=3600, description="Seconds until the caller leaves.")


class Placed(BaseModel):
    """The id of a call; follow it by `/events?call=`."""

    call: str


class Possible(BaseModel):
    """Whether trial calls can be placed now, and through what."""

    virtual: bool = Field(description="A virtual switch stands in for FreeSWITCH.")


@blueprint.get("/calls")
@scope("calls:read")
@asks(History)
@blueprint.output(listing(Call))
def index(query: History) -> Answer:
    """List calls.

    The newest first. Filters go together."""
    after = Place.read(query.cursor) if query.cursor else None
    if query.cursor and after is None:
        raise refuse("cursor", "bad_cursor", N_("is no cursor that was given out"))
    wanted = Wanted(
        since=query.since,
        until=query.until,
        party=query.party,
        direction=query.direction or "",
        disposition=query.disposition or "",
        flow=query.flow,
        problem=query.problem,
    )
    rows, following = call_history.page(db.session(), subscriber_id(), wanted, after, query.limit)
    page = Page(rows, following.written() if following else "")
    return listed(page, lambda row: Call.model_validate(row).model_dump())


@blueprint.get("/calls/<call>")
@scope("calls:read")
@blueprint.output(WholeCall)
def find(call: str) -> Answer:
    """Read the record of a call."""
    return answer(WholeCall.model_validate(_record(call)).model_dump())


@blueprint.get("/calls/<call>/events")
@scope("calls:read")
@blueprint.output(Events)
def events(call: str) -> Answer:
    """Read what happened in a call.

    Commands of nodes and what was heard, in order; what a secret node heard is not told."""
    _record(call)
    found = call_history.events(db.session(), subscriber_id(), call)
    return answer({"items": [_event(row) for row in found]})


@blueprint.get("/live-calls")
@scope("live:read")
@blueprint.output(LiveCalls)
def live() -> Answer:
    """List the calls in progress."""
    subscriber_id()
    board = calls().board(me().slug)
    silent = [row["id"] for row in board["controllers"] if not row["answers"]]
    return answer({"items": [_live(row) for row in board["calls"]], "silent": silent})


@blueprint.post("/live-calls/<call>/hang-up")
@scope("live:write")
@blueprint.output(Placed)
def hang_up(call: str) -> Answer:
    """End a call in progress."""
    subscriber_id()
    calls().hang_up(me().slug, call)
    noted("hung_up", "call", call)
    db.session.commit()
    return answer({"call": call})


@blueprint.post("/live-calls/<call>/transfer")
@scope("live:write")
@takes(Transfer, example={"to": "102"})
@blueprint.output(Placed)
def transfer(call: str, body: Transfer) -> Answer:
    """Take a caller to an extension or a number."""
    subscriber_id()
    try:
        calls().transfer(me().slug, call, body.to)
    except Refused:
        raise refuse("to", "not_reached", N_("is neither an extension nor a number that can be called")) from None
    noted("transferred", "call", call, [["to", None, body.to]])
    db.session.commit()
    return answer({"call": call})


@blueprint.get("/test-calls")
@scope("live:write")
@blueprint.output(Possible)
def possible() -> Answer:
    """Say whether trial calls can be placed now."""
    subscriber_id()
    calls().board(me().slug)
    return answer({"virtual": calls().virtual()})


@blueprint.post("/test-calls")
@scope("live:write")
@takes(Trial, example={"from": "+33611111111", "to": "1000", "press": ["2"]})
@blueprint.output(Placed, status_code=201)
def place(body: Trial) -> Answer:
    """Place a trial call.

    The switch calls one of your numbers as a caller would, and presses keys. What is published is what answers."""
    outside = body.to.startswith("+")
    owner = select(Number.id).where(Number.number == body.to) if outside else None
    if owner is None:
        owner = select(Extension.id).where(Extension.number == body.to)
    if db.session.scalars(owner.where(_mine(outside))).one_or_none() is None:
        raise refuse("to", "not_yours", N_("is none of your numbers or short numbers"))
    db.session.rollback()  # the controllers write to this database too: nobody waits for them holding it
    trial = {"from": body.from_, "to": body.to, "press": body.press, "hang_up_after": body.hang_up_after}
    try:
        call = calls().place("" if outside else me().slug, trial)
    except Refused as refused:
        raise refuse("press", "not_placed", N_("{reason}"), reason=str(refused)) from None
    noted("test_call", "call", call, [["to", None, body.to]])
    db.session.commit()
    return answer({"call": call}, 201)


def _mine(outside: bool) -> Any:
    return (Number if outside else Extension).subscriber_id == subscriber_id()


def _record(call: str) -> CallRecord:
    return call_history.find(db.session(), subscriber_id(), call)


def _event(row: CallEvent) -> dict[str, Any]:
    text = entry(row.kind, row.data)[1]
    return {"sequence": row.sequence, "at": row.at, "kind": row.kind, "text": text, "data": row.data}


def _live(row: dict[str, Any]) -> dict[str, Any]:
    known = {key: row[key] for key in ("call", "direction", "flow", "node", "doing", "talking_to")}
    moment = datetime.fromtimestamp(row["since"]).astimezone()
    return known | {"caller": row["from"], "called": row["to"], "since": moment}
