"""What can be done with documents besides writing them: passwords of telephones, trying lists, the plan, sounds."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import abort, current_app, request
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui.api.document_examples import EXAMPLES
from admin_ui.api.documents import Telephone, telephone
from admin_ui.api.parts import Answer, Body, answer, gives, scope, takes
from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import confine, db
from admin_ui.forms.list_trial import tried
from admin_ui.person import subscriber_id
from conf import documents as written
from conf.editing import documents, prompt_sounds, short_numbers
from conf.editing.documents import etag

blueprint = APIBlueprint("api_document_actions", __name__, url_prefix="/api/v1", tag="Configuration")


class Tried(Body):
    """A number to look up."""

    number: str = Field(max_length=64, description='As a caller shows it; "" is a hidden number.')


class Found(BaseModel):
    """What a list says of a number."""

    number: str = Field(description="As it was looked up, E.164 where it is one.")
    listed: bool
    entry: str = Field(description="The entry that matches.")
    note: str
    says: str = Field(description="What such callers meet, in the caller's language.")


class ShortNumber(BaseModel):
    """A short number in use; `kind` is user, flow or external."""

    number: str
    kind: str
    target: str
    title: str


class Range(BaseModel):
    """A hundred short numbers of which some are used."""

    first: str
    last: str
    used: list[ShortNumber]
    free: int
    next_free: str


class Conflict(BaseModel):
    """A short number that begins with an emergency number, or with another short number."""

    number: str
    emergency: str
    other: str


class Plan(BaseModel):
    """The plan of short numbers."""

    ranges: list[Range]
    conflicts: list[Conflict]
    emergency: list[str]


TELEPHONE = {"username": "103", "domain": "martin.pbx.example", "password": "k3Qv..."}
SHORT = {"number": "101", "kind": "user", "target": "claire@martin.example", "title": "Claire Martin"}
PLAN: dict[str, Any] = {
    "ranges": [{"first": "100", "last": "199", "used": [SHORT], "free": 96, "next_free": "102"}],
    "conflicts": [],
    "emergency": ["15", "112"],
}
FOUND = {"number": "+33899123456", "listed": True, "entry": "+33899*", "note": "", "says": "are refused"}


@blueprint.post("/users/<name>/sip-password")
@scope("users:write")
@gives(Telephone, example=TELEPHONE)
def sip_password(name: str) -> Answer:
    """Give a user's telephone a new password.

    The one before is of no use any more. 404 without a telephone."""
    domain = settings_of(current_app).domain
    made = documents.new_sip_password(db.session(), subscriber_id(), name, domain=domain)
    noted("changed", "telephone", name)
    db.session.commit()
    return answer(telephone(made))


@blueprint.post("/lists/<name>/test")
@scope("lists:read")
@takes(Tried, example={"number": "0899 12 34 56"})
@gives(Found, example=FOUND)
def test_list(name: str, body: Tried) -> Answer:
    """Look a number up in a list.

    Says which entry matches, and what such callers meet."""
    confine(subscriber_id(), read_only=True)
    found = tried(documents.read(db.session(), subscriber_id(), "lists", name), body.number)
    listed = bool(found["matched"])
    return answer(
        {
            "number": found.get("normal", body.number),
            "listed": listed,
            "entry": found["entry"] if listed else "",
            "note": found["note"] if listed else "",
            "says": found["action"] if listed else "",
        }
    )


@blueprint.get("/extensions/plan")
@scope("extensions:read")
@gives(Plan, example=PLAN)
def extension_plan() -> Answer:
    """Read the plan of short numbers.

    Ranges with what is used and free in them, and numbers that begin alike."""
    return answer(short_numbers.plan(db.session(), subscriber_id()))


@blueprint.put("/prompts/<name>/sound")
@scope("prompts:write")
@gives(written.Prompt, example={**EXAMPLES["prompts"], "file": "sounds/summer.wav"})
def put_sound(name: str) -> Answer:
    """Give a prompt a sound.

    The body is a WAV, FLAC, Ogg, MP3 or AIFF file, up to ten minutes; a prompt of that name is made when there is
    none. Callers hear it instead of the text."""
    content = request.get_data()
    if not content:
        abort(400, _("Send the sound as the body of the request."))
    folder = settings_of(current_app).prompts_dir
    saved = prompt_sounds.keep_sound(db.session(), subscriber_id(), name, content, prompts_dir=folder)
    for change in filter(None, (saved.change, *saved.others)):
        noted("created" if change.what == "added" else "changed", change.kind, change.name, change)
    db.session.commit()
    assert saved.doc is not None
    return answer(saved.doc, etag=etag(saved.doc))


put_sound._spec = {  # type: ignore[attr-defined]  # APIFlask's words
    **{key: value for key, value in put_sound._spec.items() if key != "description"},  # type: ignore[attr-defined]
    "body": {"type": "string", "format": "binary"},
    "body_example": None,
    "body_examples": None,
    "content_type": "application/octet-stream",
}
