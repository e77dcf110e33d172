"""Numbers, users, short numbers, schedules, lists and prompts over the API, as documents of the subscriber's files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import current_app
from pydantic import BaseModel, Field

from admin_ui.api.document_examples import EXAMPLES, TITLES
from admin_ui.api.parts import (
    Answer,
    Paging,
    Query,
    answer,
    asks,
    cut,
    gives,
    listed,
    listing,
    matched,
    scope,
    takes_document,
)
from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import db, looking
from admin_ui.flow_world import checks
from admin_ui.person import me, subscriber_id
from conf import documents as written
from conf.editing import documents
from conf.editing.documents import Saved, etag
from conf.editing.kinds import KINDS, SUBSCRIBER
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem
from conf.telephone import Credentials

blueprint = APIBlueprint("api_documents", __name__, url_prefix="/api/v1", tag="Configuration")


class Telephone(BaseModel):
    """What a telephone needs to register. The password is told only in this answer."""

    username: str
    domain: str
    password: str


class SavedUser(written.User):
    """A user, with what a telephone needs when it was just made."""

    telephone: Telephone | None = None


class Carrying(Query):
    """What happens to what uses a name that goes."""

    carry: bool = Field(False, description="Write a new name into other documents and drafts that use the old one.")


def save(kind: str, name: str | None, doc: Document, expected: str | None = None, *, carry: bool = False) -> Saved:
    """Save a document of the subscriber, and say so in the audit log. The caller commits."""
    with looking(subscriber_id()) as session:
        ahead = documents.look_ahead(session, subscriber_id(), kind, name, doc, checks=checks(session))
    saved = documents.save(
        db.session(),
        subscriber_id(),
        kind,
        name,
        doc,
        checks=checks(db.engine),
        domain=settings_of(current_app).domain,
        expected=expected,
        carry=carry,
        ahead=ahead,
    )
    if saved.change is not None:
        noted("created" if name is None else "changed", saved.change.kind, saved.change.name, saved.change)
    for other in saved.others:
        noted("changed", other.kind, other.name, other)
    return saved


def told(saved: Saved, kind: str, status: int = 200) -> Answer:
    """A document that was saved; a telephone's new password is in this answer only."""
    db.session.commit()
    doc: Document = saved.doc or {}
    body = {**doc, "telephone": telephone(saved.credentials)} if saved.credentials else doc
    place = f"/api/v1/{kind}/{quote(doc[KINDS[kind].key], safe='')}" if status == 201 else ""
    return answer(body, status, etag=etag(doc), location=place)


def telephone(made: Credentials) -> dict[str, str]:
    """What a telephone needs to register."""
    return {"username": made.username, "domain": made.domain, "password": made.password}


def _operations(kind: str) -> None:
    """The operations of a kind: list, make, read, write over, remove."""
    about, example = KINDS[kind], EXAMPLES[kind]
    one, many = TITLES[kind]

    def name_it(view: Callable[..., Any], action: str, summary: str) -> Callable[..., Any]:
        view.__name__, view.__doc__ = f"{action}_{kind}", summary
        return view

    def read_all(query: Paging) -> Answer:
        found = documents.read_all(db.session(), subscriber_id(), kind)
        return listed(cut(found, lambda doc: str(doc[about.key]), query))

    def make(doc: Document) -> Answer:
        return told(save(kind, None, doc), kind, 201)

    def read(name: str) -> Answer:
        doc = documents.read(db.session(), subscriber_id(), kind, name)
        return answer(doc, etag=etag(doc))

    def write(name: str, expected: str | None, doc: Document, query: Carrying) -> Answer:
        return told(save(kind, name, doc, expected, carry=query.carry), kind)

    def remove(name: str) -> Answer:
        _refuse_oneself(kind, name)
        saved = documents.remove(db.session(), subscriber_id(), kind, name, checks=checks(db.engine))
        if saved.change is not None:
            noted("removed", saved.change.kind, saved.change.name, saved.change)
        db.session.commit()
        return "", 204, {}

    for view, action, summary in (
        (read_all, "all", f"List {many}."),
        (make, "make", f"Make {one}."),
        (read, "read", f"Read {one}."),
        (write, "write", f"Write over {one}.\n\nWith another name it is renamed."),
        (remove, "remove", f"Remove {one}.\n\nRefused while something uses it: `errors` says where."),
    ):
        name_it(view, action, summary)
    shape = about.model
    reads, writes = scope(f"{kind}:read"), scope(f"{kind}:write")
    page = {"items": [example], "next": None}
    blueprint.get(f"/{kind}")(reads(asks(Paging)(gives(listing(shape), example=page)(read_all))))
    told_shape = SavedUser if kind == "users" else shape
    made = gives(told_shape, status=201, example=example)(make)
    blueprint.post(f"/{kind}")(writes(takes_document(shape, example=example)(made)))
    blueprint.get(f"/{kind}/<name>")(reads(gives(shape, example=example)(read)))
    changed = takes_document(shape, example=example)(gives(told_shape, example=example)(write))
    blueprint.put(f"/{kind}/<name>")(writes(matched(asks(Carrying)(changed))))
    blueprint.delete(f"/{kind}/<name>")(writes(blueprint.output({}, status_code=204)(remove)))


def _refuse_oneself(kind: str, name: str) -> None:
    if kind == "users" and name == me().login:
        message = N_("nobody removes themselves: ask another administrator")
        raise ConfigurationError([Problem("yourself", message, field="login")])


for _kind in KINDS:
    _operations(_kind)


@blueprint.get("/subscriber")
@scope("subscriber:read")
@gives(written.Subscriber, example=EXAMPLES[SUBSCRIBER])
def read_subscriber() -> Answer:
    """Read the settings of the organisation."""
    doc = documents.read(db.session(), subscriber_id(), SUBSCRIBER, me().slug)
    return answer(doc, etag=etag(doc))


@blueprint.put("/subscriber")
@scope("subscriber:write")
@matched
@takes_document(written.Subscriber, example=EXAMPLES[SUBSCRIBER])
@gives(written.Subscriber, example=EXAMPLES[SUBSCRIBER])
def write_subscriber(expected: str | None, doc: Document) -> Answer:
    """Write over the settings of the organisation.

    The slug stays as it is."""
    subscriber_id()
    return told(save(SUBSCRIBER, me().slug, doc, expected), SUBSCRIBER)
