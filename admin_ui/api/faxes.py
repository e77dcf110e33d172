"""Faxes over the API: put in, listed, looked at, cancelled, downloaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Literal

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, abort, request
from flask_babel import gettext as _
from pydantic import AwareDatetime, BaseModel, Field

from admin_ui import faxes
from admin_ui.api.parts import Answer, Paging, Query, answer, asks, gives, keyset, listed, listing, scope
from admin_ui.database import db
from admin_ui.person import me
from conf.fax import listing as found
from conf.fax.queueing import Conflict, Given, To, Wanted
from conf.models import Fax
from conf.problems import ConfigurationError
from fax import acts

blueprint = APIBlueprint("api_faxes", __name__, url_prefix="/api/v1", tag="Fax")
FORM = "multipart/form-data"
PDF = "application/pdf"
FIELDS = {"documents": "files", "from_number": "from"}  # as they are called here


class FaxIn(Query):
    """What is to be faxed, beside the files."""

    to: list[str] = Field(min_length=1, max_length=500)
    sender: str = Field("", alias="from", max_length=32)
    resolution: Literal["standard", "fine", "superfine"] = "fine"
    priority: Literal["low", "normal", "high"] = "normal"
    send_at: AwareDatetime | None = None
    subject: str = Field("", max_length=200)
    message: str = Field("", max_length=10_000)
    from_name: str = Field("", max_length=200)
    key: str = Field("", max_length=200)


class FaxOut(BaseModel):
    """A fax, and how far it is. `id` names it."""

    id: int
    batch: int | None = Field(description="What was put in together has the same one.")
    direction: Literal["in", "out"]
    state: str = Field(
        description="queued, converting, waiting, sending, retrying, sent, failed, cancelled or uncertain; "
        "received or partial for one that came in."
    )
    sender: str = Field(alias="from")
    to: str
    name: str
    pages: int = Field(description="0 when not known yet.")
    pages_confirmed: int
    resolution: str
    created_at: datetime
    due_at: datetime = Field(description="When it is looked at next.")
    done_at: datetime | None
    result: str = Field(description="What became of it, in words.")
    remote_id: str
    rate: int | None = Field(description="Bits a second.")
    ecm: bool | None
    t38: bool | None
    seconds: float | None


class FaxesWanted(Paging):
    """Which faxes."""

    direction: Literal["", "in", "out"] = ""
    state: str = Field("", max_length=16)
    q: str = Field("", max_length=100, description="Looked for in numbers, names and remote ids.")
    batch: int | None = Field(None, ge=1, le=2**62)


class Put(BaseModel):
    """What was put in: a fax for each number."""

    items: list[FaxOut]


EXAMPLE: dict[str, Any] = {
    "id": 12,
    "batch": 7,
    "direction": "out",
    "state": "sent",
    "from": "+33123456789",
    "to": "+33145678901",
    "name": "",
    "pages": 3,
    "pages_confirmed": 3,
    "resolution": "fine",
    "created_at": "2026-11-23T09:00:00Z",
    "due_at": "2026-11-23T09:00:00Z",
    "done_at": "2026-11-23T09:03:00Z",
    "result": "The fax was sent.",
    "remote_id": "+33 1 45 67 89 01",
    "rate": 14400,
    "ecm": True,
    "t38": True,
    "seconds": 71.5,
}
TEXT, MANY = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["to"],
    "additionalProperties": False,
    "properties": {
        "to": {**MANY, "minItems": 1, "maxItems": 500, "description": "Numbers, one field each."},
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "PDF, TIFF, PNG, JPEG, text; one field each, faxed in this order.",
        },
        "from": {**TEXT, "maxLength": 32, "description": "The number shown: one of your own."},
        "resolution": {**TEXT, "enum": ["standard", "fine", "superfine"]},
        "priority": {**TEXT, "enum": ["low", "normal", "high"]},
        "send_at": {**TEXT, "format": "date-time", "description": "Not before this moment."},
        "subject": {**TEXT, "maxLength": 200, "description": "With a subject or a message there is a cover page."},
        "message": {**TEXT, "maxLength": 10_000},
        "from_name": {**TEXT, "maxLength": 200, "description": "On the cover: who writes."},
        "key": {**TEXT, "maxLength": 200, "description": "Your name for it: the same key is faxed once, for ever."},
    },
}


def _takes_form(view: Callable[..., Answer]) -> Callable[..., Answer]:
    @wraps(view)
    def asked(**options: Any) -> Answer:
        if request.mimetype not in (FORM, "application/x-www-form-urlencoded"):
            abort(415, _("Send a form with files, as multipart/form-data."))
        return view(**options)

    asked._spec = {**getattr(view, "_spec", {}), "body": BODY, "content_type": FORM}  # type: ignore[attr-defined]
    return asked


@blueprint.post("/faxes")
@scope("fax:write")
@_takes_form
@gives(Put, status=201, example={"items": [{**EXAMPLE, "state": "queued", "done_at": None, "result": ""}]})
def send_faxes() -> Answer:
    """Send a fax to one number or to many.

    A form with files. Each number becomes a fax of its own; `key` (or the header Idempotency-Key, for a day) makes sure
    that what is asked for twice is faxed once."""
    form = request.form
    fields = {name: form[name].replace("\0", "") for name in form if name != "to"}
    asked = FaxIn.model_validate({**fields, "to": [one.replace("\0", "") for one in form.getlist("to")]})
    try:
        queued = faxes.put_in(wanted(asked))
    except Conflict:
        abort(409, _("This key was used for another fax."))
    except ConfigurationError as error:
        raise ConfigurationError([one.at(field=FIELDS.get(one.field, one.field)) for one in error.problems]) from None
    db.session.commit()
    return answer({"items": [shown(one) for one in queued.faxes]}, 201)


@blueprint.get("/faxes")
@scope("fax:read")
@asks(FaxesWanted)
@blueprint.output(listing(FaxOut), example={"items": [EXAMPLE], "next": None})
def all_faxes(query: FaxesWanted) -> Answer:
    """List faxes, sent and received, the newest first."""
    text = query.q.replace("\0", "")
    rows = found.faxes(faxes.seen(), found.Search(query.direction, query.state.replace("\0", ""), text, query.batch))
    return listed(keyset(db.session(), rows, [(Fax.id, True)], query), shown)


@blueprint.get("/faxes/<int:fax_id>")
@scope("fax:read")
@blueprint.output(FaxOut, example=EXAMPLE)
def read_fax(fax_id: int) -> Answer:
    """Read how far a fax is."""
    return answer(shown(faxes.find(fax_id)))


@blueprint.post("/faxes/<int:fax_id>/cancel")
@scope("fax:write")
@gives(FaxOut, example={**EXAMPLE, "state": "cancelled"})
def cancel_fax(fax_id: int) -> Answer:
    """Cancel a fax.

    One that is being sent ends when its call does."""
    row = faxes.act(acts.cancel, fax_id)
    db.session.commit()
    return answer(shown(row))


@blueprint.get("/faxes/<int:fax_id>/pdf")
@scope("fax:read")
@blueprint.output(FileSchema(), content_type=PDF)
def fax_pdf(fax_id: int) -> Response:
    """Download the pages of a fax as a PDF.

    For one that goes out: the very pages that are sent, once they are made."""
    return faxes.pdf(faxes.find(fax_id))


def wanted(asked: FaxIn) -> Wanted:
    """What is put in, with the files of the request."""
    words = {"subject": asked.subject, "message": asked.message, "from_name": asked.from_name}
    files = [Given((one.filename or "-")[:255], one.stream) for one in request.files.getlist("files")]  # type: ignore[arg-type]
    return Wanted(
        to=[To(number) for number in asked.to],
        documents=files,
        cover=words if asked.subject or asked.message else None,
        from_number=asked.sender,
        resolution=asked.resolution,
        send_at=asked.send_at,
        priority=asked.priority,
        key=asked.key,
        created_by=me().login,
        source="api",
    )


def shown(row: Fax) -> dict[str, Any]:
    """A fax as the API tells it."""
    same = ("id", "direction", "state", "name", "pages", "pages_confirmed", "resolution")
    more = ("remote_id", "rate", "ecm", "t38", "seconds")
    told = {name: getattr(row, name) for name in (*same, *more)}
    moments = {"created_at": row.created_at, "due_at": row.due_at, "done_at": row.done_at}
    told |= {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {**told, "batch": row.batch_id, "from": row.from_number, "to": row.to_number, "result": faxes.said(row)}
