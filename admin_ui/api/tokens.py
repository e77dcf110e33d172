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
    expires_at: AwareDatetime | None = Field(None, description="When it ends; nothing: never.")


class Token(BaseModel):
    """A token, without the token itself."""

    id: int
    name: str
    beginning: str = Field(description="Its first characters.")
    scopes: list[str]
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
    return listed(cut(found, lambda token: str(token.id), query), shown)


@blueprint.post("/tokens")
@scope("tokens:write")
@takes(TokenIn, example={"name": "CRM", "scopes": ["calls:read", "live:read"]})
@blueprint.output(NewToken, status_code=201, example={**EXAMPLE, "token": "sfl_3vQx9k..."})
def create(body: TokenIn) -> Answer:
    """Make a token.

    It can do no more than who makes it. The token itself is told only in this answer."""
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

    It is of no use from now on; that cannot be undone. It stays in the list."""
    token = end(token_id)
    db.session.commit()
    return answer(shown(token))


def new(name: str, scopes: list[str], expires_at: datetime | None) -> tuple[ApiToken, str]:
    """Make a token for whoever asks; the page does the same. The caller commits."""
    person = me()
    made = tokens.create(
        db.session(),
        name=name.strip(),
        scopes=scopes,
        role=person.role,
        made_by=person.login,
        now=datetime.now(UTC),
        expires_at=expires_at,
        subscriber_id=person.subscriber_id,
        within=person.scopes,
    )
    noted("created", "token", made[0].name, [("scopes", None, made[0].scopes)])
    return made


def end(token_id: int) -> ApiToken:
    """Revoke a token; the page does the same. The caller commits."""
    token = tokens.read(db.session(), me().subscriber_id, token_id)
    if token.revoked_at is None:
        tokens.revoke(db.session(), me().subscriber_id, token_id, datetime.now(UTC))
        noted("revoked", "token", token.name)
    return token


def shown(token: ApiToken) -> dict[str, Any]:
    """A token as the API tells it."""
    return {name: getattr(token, name) for name in Token.model_fields}
