"""Tokens of the API, over the API. A token may make others, within its own scopes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import AwareDatetime, BaseModel, Field

from admin_ui.api.parts import Answer, Body, Paging, answer, asks, cut, listed, listing, scope, takes
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.person import me
from conf.accounts import tokens
from conf.models import ApiToken

blueprint = APIBlueprint("api_tokens", __name__, url_prefix="/api/v1", tag="Tokens")


class TokenIn(Body):
    """A token to make."""

    name: str = Field(max_length=64, description="What it is for, such as CRM.")
    scopes: list[str] = Field(max_length=100, description="Words such as flows:write.")
    expires_at: AwareDatetime | None = Field(
        None, description="When it ends; nothing: never, or with the token that makes it."
    )


class Token(BaseModel):
    """A token, without the token itself."""

    id: int
    name: str
    beginning: str = Field(description="Its first characters.")
    scopes: list[str]
    in_force: list[str] = Field(description="Those of them that its maker may still do; none: it has stopped.")
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = Field(description="When it was last used, to the minute.")
    revoked_at: datetime | None


class NewToken(Token):
    """A token that was just made."""

    token: str = Field(description="The token itself: it is told only now.")


EXAMPLE: dict[str, Any] = {
    "id": 7,
    "name": "CRM",
    "beginning": "sfl_3vQx9k",
    "scopes": ["calls:read", "live:read"],
    "in_force": ["calls:read", "live:read"],
    "made_by": "claire@martin.example",
    "created_at": "2026-11-23T09:00:00Z",
    "expires_at": None,
    "used_at": "2026-11-23T10:12:00Z",
    "revoked_at": None,
}


@blueprint.get("/tokens")
@scope("tokens:read")
@asks(Paging)
@blueprint.output(listing(Token), example={"items": [EXAMPLE], "next": None})
def all_of_them(query: Paging) -> Answer:
    """List the tokens.

    The newest first, revoked ones last."""
    found = tokens.listed(db.session(), me().subscriber_id)
    in_force = tokens.in_force(db.session(), found)
    return listed(cut(found, lambda token: str(token.id), query), lambda token: _told(token, in_force[token.id]))


@blueprint.post("/tokens")
@scope("tokens:write")
@takes(TokenIn, example={"name": "CRM", "scopes": ["calls:read", "live:read"]})
@blueprint.output(NewToken, status_code=201, example={**EXAMPLE, "token": "sfl_3vQx9k..."})
def create(body: TokenIn) -> Answer:
    """Make a token.

    It can never do more than who makes it can do at that time, and stops when they have left. One that a token makes
    ends with that token, too. The token itself is told only in this answer."""
    made, text = new(body.name, body.scopes, body.expires_at)
    db.session.commit()
    return answer({**shown(made), "token": text}, 201, location=f"/api/v1/tokens/{made.id}")


@blueprint.get("/tokens/<int:token_id>")
@scope("tokens:read")
@blueprint.output(Token, example=EXAMPLE)
def one(token_id: int) -> Answer:
    """Read a token."""
    return answer(shown(tokens.read(db.session(), me().subscriber_id, token_id)))


@blueprint.delete("/tokens/<int:token_id>")
@scope("tokens:write")
@blueprint.output(Token, example={**EXAMPLE, "revoked_at": "2026-11-23T11:00:00Z"})
def revoke(token_id: int) -> Answer:
    """Revoke a token.

    It is of no use from now on, nor are those that it made; that cannot be undone. It stays in the list."""
    end(token_id)
    db.session.commit()
    return answer(shown(tokens.read(db.session(), me().subscriber_id, token_id)))


def new(name: str, scopes: list[str], expires_at: datetime | None) -> tuple[ApiToken, str]:
    """Make a token for whoever asks; the page does the same. The caller commits."""
    person = me()
    parent = tokens.read(db.session(), person.subscriber_id, person.token_id) if person.token_id else None
    made = tokens.create(
        db.session(),
        name=name.strip(),
        scopes=scopes,
        role=person.role,
        made_by=person.login,
        account_id=parent.account_id if parent else person.account_id,
        now=datetime.now(UTC),
        expires_at=expires_at,
        subscriber_id=person.subscriber_id,
        parent=parent,
    )
    noted("created", "token", made[0].name, [("scopes", None, made[0].scopes)])
    return made


def end(token_id: int) -> list[ApiToken]:
    """Revoke a token, and those that it made; the page does the same. The caller commits."""
    ended = tokens.revoke(db.session(), me().subscriber_id, token_id, datetime.now(UTC))
    for token in ended:
        noted("revoked", "token", token.name)
    return ended


def shown(token: ApiToken) -> dict[str, Any]:
    """A token as the API tells it."""
    return _told(token, tokens.in_force(db.session(), [token])[token.id])


def _told(token: ApiToken, in_force: tuple[str, ...]) -> dict[str, Any]:
    return {name: list(in_force) if name == "in_force" else getattr(token, name) for name in Token.model_fields}
