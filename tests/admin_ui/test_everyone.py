"""Every route and every path of the API, walked by everybody whom it is not for: nothing but 403 and 404."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from admin_ui.live import NoCalls
from conf.accounts.permissions import ALLOWED
from conf.accounts.sessions import digest
from conf.database import operator, scoped
from conf.models import (
    Account,
    ApiToken,
    CallEvent,
    CallRecord,
    Campaign,
    CampaignContact,
    Checklist,
    DoNotCall,
    Fax,
    OfSubscriber,
    Prompt,
    PrompterRule,
    Schedule,
    Subscriber,
    Webhook,
    WebhookDelivery,
    WebSession,
    WrapUp,
)
from tests.admin_ui.site import ROLES, Browser, Site

# What makes a thing of one's own when there is none of that name.
MAKES = {("PUT", "/api/v1/prompts/<name>/sound")}
PUBLIC = {"static", "home.page", "api.openapi"}  # and all of `login` and `passwords`
CALL = "a-call-of-martin"
BARRED = "+33687654321"
# What is martin's and stands in no page of anybody else.
MARKS = (
    "+33123456789",
    "01 23 45 67 89",
    "claire@martin",
    "reception",
    "discovery",
    "martin-only",
    CALL,
    "a-token-of-martin",
    "a-webhook-of-martin",
    "a-campaign-of-martin",
    "a-hint-of-martin",
    BARRED,
)
NAMES = {
    "flows": "reception",
    "numbers": "+33123456789",
    "users": "claire@martin.example",
    "extensions": "199",
    "schedules": "martin-only",
    "lists": "unwanted",
    "prompts": "martin-only",
    "campaigns": "a-campaign-of-martin",
    "fax": "a-fax-of-martin",
    "prompter": "a-hint-of-martin",
}

CAMPAIGN = {"name": NAMES["campaigns"], "flow": "reception", "number": "+33123456789", "purpose": "service"}


class NoSuchCall(NoCalls):
    """Controllers that answer, and have no call of the name."""

    def hang_up(self, subscriber: str, call: str) -> None:
        raise LookupError(call)

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        raise LookupError(call)


@pytest.fixture
def full(site: Site) -> Site:
    """Martin has something of everything."""
    site.app.extensions["calls"] = NoSuchCall()
    mine = site.subscriber_id()
    administrator = site.account_id("administrator")
    site.token("administrator")  # a session of martin's
    now = datetime.now(UTC)
    with scoped(site.engine, mine) as session:
        session.add(CallRecord(call=CALL, direction="inbound", caller="+33612121212", started_at=now, flow="reception"))
        session.add(CallEvent(call=CALL, sequence=0, at=now, kind="offered", data={"from": "", "to": "1"}))
        session.add(WrapUp(call=CALL, agent="claire@martin.example", caller="+33612121212", began_at=now))
        made_by = {"account_id": administrator, "scopes": ["flows:read"]}
        session.add(ApiToken(name="a-token-of-martin", token=digest("x"), **made_by))
        session.add(Prompt(doc={"name": "martin-only", "text": {"fr": "Bonjour."}}))
        session.add(Schedule(doc={"name": "martin-only", "hours": {"mon-fri": ["09:00-17:00"]}}))
        hook = Webhook(name="a-webhook-of-martin", url="https://hook.example/", secret=b"s")
        session.add(hook)
        session.flush()
        hint = {"name": NAMES["prompter"], "title": {"fr": "Remboursement"}}
        step = {"name": "greeting", "title": {"fr": "Saluer"}, "phrases": {"fr": ["bonjour"]}}
        session.add(PrompterRule(doc={**hint, "when": {"silence": {"longer": 5}}}, position=90))
        session.add(Checklist(doc={**hint, "steps": [step]}, position=90))
        session.add(Fax(to_number=BARRED, name=NAMES["fax"]))
        session.add(DoNotCall(number=BARRED))
        campaign = Campaign(name=NAMES["campaigns"], doc=CAMPAIGN)
        session.add(campaign)
        session.flush()
        session.add(CampaignContact(campaign_id=campaign.id, number=BARRED))
        told = {"webhook_id": hook.id, "call": CALL, "sequence": 0, "event": "offered", "body": {}}
        session.add(WebhookDelivery(due_at=now, state="failed", **told))
    return site


@pytest.mark.parametrize("role", ROLES)
def test_a_role_meets_nothing_that_is_not_its_own(full: Site, role: str) -> None:
    browser = full.as_role(role)
    wrong = []
    walked = 0
    for rule, method, permissions in _guarded(full):
        if ALLOWED[role].isdisjoint(permissions):
            walked += 1
            wrong += _unless_refused(browser, full, rule, method)
    assert "\n".join(wrong) == ""
    assert walked > (0 if role == "administrator" else 15)


def test_a_stranger_is_asked_who_it_is(full: Site) -> None:
    stranger = full.app.test_client()
    wrong = []
    for rule, method, _permissions in _guarded(full):
        answer = stranger.open(_address(full, rule), method=method, headers={"X-CSRFToken": stranger.csrf()})
        wanted = (401, 403) if rule.rule.startswith("/api/") else (302,)
        if answer.status_code not in wanted:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("role", ["administrator", "engineer"])
def test_another_subscriber_finds_nothing_by_its_name(full: Site, role: str) -> None:
    browser = full.as_role(role, "duval")
    before = _everything(full)
    wrong = []
    walked = 0
    for rule, method, permissions in _guarded(full):
        if rule.arguments and (method, rule.rule) not in MAKES and not ALLOWED[role].isdisjoint(permissions):
            walked += 1
            wrong += _unless_refused(browser, full, rule, method)
    assert "\n".join(wrong) == ""
    assert walked > 30
    assert _everything(full) == before


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_s_page_shows_what_is_martin_s(full: Site, role: str) -> None:
    browser = full.as_role(role, "duval")
    shown = []
    for rule, method, permissions in _guarded(full):
        streams = rule.endpoint.endswith(".feed") or rule.endpoint in ("api_events.events", "api_events.stream")
        if method != "GET" or rule.arguments or streams or ALLOWED[role].isdisjoint(permissions):
            continue
        text = browser.get(rule.rule).get_data().decode(errors="replace")
        shown += [f"{rule.rule}: {mark}" for mark in MARKS if mark in text and not _legend(rule, mark)]
    assert shown == []


def test_every_route_says_whom_it_is_for(site: Site) -> None:
    silent = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if not getattr(site.app.view_functions[rule.endpoint], "permissions", ())
    }
    assert {name for name in silent if name not in PUBLIC and not name.startswith(("login.", "passwords."))} == set()


def _legend(rule: Rule, mark: str) -> bool:
    """Words that a page says to everybody: examples, and the name of a template."""
    examples = ("/flows", "/api/v1/flow-templates", "/api/v1/nodes", "/api/v1/docs", "/numbers/new", "/settings")
    return mark in ("reception", "+33123456789", "01 23 45 67 89") and rule.rule.startswith(examples)


def _guarded(site: Site) -> Iterator[tuple[Rule, str, frozenset[str]]]:
    for rule in site.app.url_map.iter_rules():
        permissions = frozenset(getattr(site.app.view_functions[rule.endpoint], "permissions", ()))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if permissions:
                yield rule, method, permissions


def _unless_refused(browser: Browser, site: Site, rule: Rule, method: str) -> list[str]:
    address = _address(site, rule)
    body: dict[str, Any] = {}
    if method != "GET" and rule.rule.startswith("/api/"):
        body = {"json": _body(rule), "headers": {"If-Match": "*"}}
    answer = browser.open(address, method=method, **body)
    return [] if answer.status_code in (403, 404) else [f"{method} {address}: {answer.status_code}"]


def _body(rule: Rule) -> dict[str, Any]:
    """A body that is right, so that only whose it is can be wrong."""
    doc = {"name": "reception", "start": "end", "nodes": {"end": {"kind": "hang_up"}}}
    if rule.rule.endswith("/draft"):
        return doc
    if "webhooks" in rule.rule and rule.rule.endswith(">"):
        return {"name": "other", "url": "https://hook.example/", "events": [], "active": True}
    known = {
        "check": {"doc": doc},
        "simulate": {"doc": doc, "given": {}, "script": []},
        "run": {"doc": doc},
        "replay": {"doc": doc, "call": CALL},
        "publish": {"comment": "", "revision": 1},
        "rollback": {"version": 1, "comment": ""},
        "rename": {"name": "other"},
        "transfer": {"to": "101"},
        "test": {"number": "+33123456789"},
        "move": {"place": 0},
        "state": {"state": "paused"},
        "mark": {"mark": "used"},
        "pin": {"pinned": True},
        "tick": {"checklist": "order", "step": "greeting"},
        "wrap-up": {"notes": "mine"},
        "contacts": {"text": "tel\n0612345678\n", "number": "tel"},
    }
    return known.get(rule.rule.rsplit("/", 1)[-1], {})


def _address(site: Site, rule: Rule) -> str:
    """The path of a rule with martin's names in it."""
    path = rule.rule
    for argument in rule.arguments:
        path = re.sub(rf"<([a-z]+:)?{argument}>", str(_value(site, rule, argument)), path)
    return f"{path}?from=1&to=draft" if path.endswith("/diff") else path


def _value(site: Site, rule: Rule, argument: str) -> Any:
    if argument == "call":
        return CALL
    if argument == "number" and ("campaigns" in rule.rule or "do-not-call" in rule.rule):
        return BARRED
    if argument in ("number", "version"):
        return 1
    if argument == "login":
        return NAMES["users"]
    area = next((word for word in rule.rule.replace("/api/v1", "").split("/") if word), "")
    if argument in ("name", "number_name") and area in NAMES:
        return NAMES[area]
    return _id(site, argument, rule)


def _id(site: Site, argument: str, rule: Rule) -> Any:
    """The key of a row of martin's."""
    kinds: dict[str, Any] = {
        "token_id": ApiToken,
        "session_id": WebSession,
        "webhook_id": Webhook,
        "delivery_id": WebhookDelivery,
        "account_id": Account,
        "fax_id": Fax,
    }
    mine = site.subscriber_id()
    with operator(site.engine, read_only=True) as session:
        if argument in kinds:
            kind = kinds[argument]
            return session.scalars(select(kind.id).where(kind.subscriber_id == mine).limit(1)).one()
        if argument == "slug":
            return "martin"
    if argument == "name":
        return "a-webhook-of-martin" if "webhook" in rule.rule else "carrier"
    numbers = {"card": 1, "message": 1, "entry_id": 1}
    plain = numbers | {"kind": "numbers", "filename": "x", "controller": "x", "address": "192.0.2.1"}
    return plain[argument]


def _everything(site: Site) -> str:
    """All rows of martin's but those that come and go by themselves."""
    found = {}
    mine = site.subscriber_id()
    with scoped(site.engine, mine, read_only=True) as session:
        for kind in _kinds():
            rows = session.scalars(select(kind).where(kind.subscriber_id == mine).order_by(kind.id)).all()
            found[kind.__name__] = [
                {column.key: str(getattr(row, column.key)) for column in kind.__table__.columns} for row in rows
            ]
        found["subscriber"] = [{"version": str(session.get_one(Subscriber, mine).version)}]
    return json.dumps(found, sort_keys=True)


def _kinds() -> list[Any]:
    passing = {WebSession, Account}
    registry = CallRecord.registry
    mapped = [mapper.class_ for mapper in registry.mappers if issubclass(mapper.class_, OfSubscriber)]
    return sorted((kind for kind in mapped if kind not in passing), key=lambda kind: str(kind.__name__))
