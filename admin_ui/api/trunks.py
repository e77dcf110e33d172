"""The operator's trunks and outbound rules over the API, as documents of trunks.yaml and outbound.yaml."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import current_app
from pydantic import BaseModel, ConfigDict, Field

from admin_ui import ordering
from admin_ui.api.parts import (
    Answer,
    Paging,
    answer,
    asks,
    cut,
    gives,
    listed,
    listing,
    matched,
    scope,
    takes,
    takes_document,
)
from admin_ui.audit import noted
from admin_ui.database import db
from conf import documents as written
from conf.editing import documents
from conf.editing.documents import Stale, etag

blueprint = APIBlueprint("api_trunks", __name__, url_prefix="/api/v1", tag="Operator")
PLACES = {"trunks": "trunks", "outbound": "outbound-rules"}
NOBODY = 0  # the operator's documents belong to no subscriber

TRUNK: dict[str, Any] = {
    "name": "carrier",
    "host": "sip.carrier.example",
    "username": "u1",
    "password": "***",
    "allow": ["203.0.113.0/24"],
    "channels": 30,
}
PLACED: dict[str, Any] = {"place": 1, "order": ["everywhere"]}
RULE: dict[str, Any] = {"name": "everywhere", "match": "*", "trunks": ["carrier"]}


class Place(BaseModel):
    """Where a rule is to stand; 1 is the first, which is asked first."""

    model_config = ConfigDict(extra="forbid", strict=True)

    place: int = Field(ge=1, le=100_000)


class Placed(BaseModel):
    """Where a rule stands, and all rules in their order."""

    place: int
    order: list[str]


@blueprint.get("/trunks")
@scope("trunks:read")
@asks(Paging)
@gives(listing(written.Trunk), example={"items": [TRUNK], "next": None})
def trunks(query: Paging) -> Answer:
    """List the trunks.

    Passwords are never told: they stand as ***."""
    return _all("trunks", query)


@blueprint.post("/trunks")
@scope("trunks:write")
@takes_document(written.Trunk, example={**TRUNK, "password": "secret"})
@gives(written.Trunk, status=201, example=TRUNK)
def add_trunk(doc: dict[str, Any]) -> Answer:
    """Make a trunk."""
    return _save("trunks", None, doc, None)


@blueprint.get("/trunks/<name>")
@scope("trunks:read")
@gives(written.Trunk, example=TRUNK)
def trunk(name: str) -> Answer:
    """Read a trunk."""
    return _one("trunks", name)


@blueprint.put("/trunks/<name>")
@scope("trunks:write")
@matched
@takes_document(written.Trunk, example=TRUNK)
@gives(written.Trunk, example=TRUNK)
def save_trunk(name: str, expected: str | None, doc: dict[str, Any]) -> Answer:
    """Write over a trunk.

    A password of *** stays as it is."""
    return _save("trunks", name, doc, expected)


@blueprint.delete("/trunks/<name>")
@scope("trunks:write")
@blueprint.output({}, status_code=204)
def remove_trunk(name: str) -> Answer:
    """Remove a trunk.

    Refused while an outbound rule names it."""
    return _remove("trunks", name)


@blueprint.get("/outbound-rules")
@scope("trunks:read")
@asks(Paging)
@gives(listing(written.OutboundRule), example={"items": [RULE], "next": None})
def rules(query: Paging) -> Answer:
    """List the outbound rules.

    In their order: the first that fits a number decides."""
    return _all("outbound", query)


@blueprint.post("/outbound-rules")
@scope("trunks:write")
@takes_document(written.OutboundRule, example=RULE)
@gives(written.OutboundRule, status=201, example=RULE)
def add_rule(doc: dict[str, Any]) -> Answer:
    """Make an outbound rule.

    It is the last one; give it another place afterwards."""
    return _save("outbound", None, doc, None)


@blueprint.get("/outbound-rules/<name>")
@scope("trunks:read")
@gives(written.OutboundRule, example=RULE)
def rule(name: str) -> Answer:
    """Read an outbound rule."""
    return _one("outbound", name)


@blueprint.put("/outbound-rules/<name>")
@scope("trunks:write")
@matched
@takes_document(written.OutboundRule, example=RULE)
@gives(written.OutboundRule, example=RULE)
def save_rule(name: str, expected: str | None, doc: dict[str, Any]) -> Answer:
    """Write over an outbound rule."""
    return _save("outbound", name, doc, expected)


@blueprint.delete("/outbound-rules/<name>")
@scope("trunks:write")
@blueprint.output({}, status_code=204)
def remove_rule(name: str) -> Answer:
    """Remove an outbound rule."""
    return _remove("outbound", name)


@blueprint.get("/outbound-rules/<name>/place")
@scope("trunks:read")
@gives(Placed, example=PLACED)
def place(name: str) -> Answer:
    """Read the place of an outbound rule.

    The ETag is that of the whole order: it changes when any rule comes, goes or moves."""
    found = _placed(name, ordering.order(NOBODY, "outbound"))
    return answer(found, etag=etag(found))


@blueprint.put("/outbound-rules/<name>/place")
@scope("trunks:write")
@matched
@takes(Place, example={"place": 1})
@gives(Placed, example=PLACED)
def save_place(name: str, expected: str | None, body: Place) -> Answer:
    """Give an outbound rule another place.

    The other rules keep their order and make room. A place after the last one is the last one."""
    present = _placed(name, ordering.order(NOBODY, "outbound"))
    if expected is not None and expected != etag(present):
        raise Stale(present)
    found = _placed(name, ordering.move(NOBODY, "outbound", name, body.place - 1))
    db.session.commit()
    return answer(found, etag=etag(found))


def _placed(name: str, order: list[str]) -> dict[str, Any]:
    if name not in order:
        raise LookupError(name)
    return {"place": order.index(name) + 1, "order": order}


def _all(kind: str, query: Paging) -> Answer:
    found = documents.read_all(db.session(), NOBODY, kind)
    return listed(cut(found, lambda doc: str(doc["name"]), query))


def _one(kind: str, name: str) -> Answer:
    doc = documents.read(db.session(), NOBODY, kind, name)
    return answer(doc, etag=etag(doc))


def _save(kind: str, name: str | None, doc: dict[str, Any], expected: str | None) -> Answer:
    domain = current_app.config["SETTINGS"].domain
    saved = documents.save(db.session(), NOBODY, kind, name, doc, domain=domain, expected=expected)
    if saved.change is not None:
        noted("created" if name is None else "changed", saved.change.kind, saved.change.name, saved.change)
    db.session.commit()
    kept: dict[str, Any] = saved.doc or {}
    place = "" if name is not None else f"/api/v1/{PLACES[kind]}/{quote(kept['name'], safe='')}"
    return answer(kept, 200 if name is not None else 201, etag=etag(kept), location=place)


def _remove(kind: str, name: str) -> Answer:
    saved = documents.remove(db.session(), NOBODY, kind, name)
    if saved.change is not None:
        noted("removed", saved.change.kind, saved.change.name, saved.change)
    db.session.commit()
    return "", 204, {}
