"""The page "API and webhooks": what is secret is shown once, wrong input keeps what was typed, the log says why."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from conf import webhooks
from conf.database import operator, scoped
from conf.models import ApiToken, Webhook, WebhookDelivery
from tests.admin_ui.site import Site

HOOK = {"name": "CRM", "url": "https://crm.example/in", "which": "some", "events": ["ended"]}


def test_a_token_is_made_shown_once_used_and_revoked(both_sites: Site) -> None:
    browser = both_sites.as_role("administrator")
    page = browser.post("/tokens/new", data={"name": "CRM", "scopes": ["tokens:read"], "lasts": "90"})
    text = page.get_data(as_text=True)
    (token,) = set(re.findall(r"sfl_[A-Za-z0-9_-]{43}", text))
    assert token not in browser.get("/tokens").get_data(as_text=True)
    program = {"Authorization": f"Bearer {token}"}
    client: FlaskClient = both_sites.app.test_client()
    assert FlaskClient.open(client, "/api/v1/tokens", headers=program).status_code == 200
    with operator(both_sites.engine, read_only=True) as session:
        made = session.query(ApiToken).one()
        assert made.expires_at is not None
        number = made.id
    assert browser.post(f"/tokens/{number}/revoke").status_code == 303
    assert browser.post(f"/tokens/{number}/revoke").status_code == 303  # a second click
    assert FlaskClient.open(client, "/api/v1/tokens", headers=program).status_code == 401


def test_a_wrong_token_keeps_what_was_typed(site: Site) -> None:
    page = site.as_role("administrator", language="fr").post("/tokens/new", data={"name": "My tool", "lasts": "365"})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "choisissez-en au moins une" in text
    assert 'value="My tool"' in text
    assert '<option value="365" selected' in text


@pytest.mark.parametrize("role", ["engineer", "agent", "fax"])
def test_who_may_not_make_tokens(site: Site, role: str) -> None:
    browser = site.as_role(role)
    assert browser.get("/tokens").status_code == 403
    assert browser.post("/tokens/new", data={"name": "x", "scopes": ["flows:read"]}).status_code == 403
    assert browser.post("/webhooks/new", data=HOOK).status_code == 403


def test_an_operator_has_tokens_and_no_webhooks(site: Site) -> None:
    browser = site.as_role("operator")
    page = browser.post("/tokens/new", data={"name": "watch-dog", "scopes": ["controllers:read"], "lasts": ""})
    assert "sfl_" in page.get_data(as_text=True)
    index = browser.get("/tokens").get_data(as_text=True)
    assert "watch-dog" in index
    assert "/webhooks/new" not in index
    assert "watch-dog" not in site.as_role("administrator").get("/tokens").get_data(as_text=True)
    assert browser.post("/tokens/new", data={"name": "x", "scopes": ["flows:read"]}).status_code == 422
    assert browser.get("/webhooks/new").status_code == 403


def test_a_webhook_from_its_form_to_its_removal(both_sites: Site) -> None:
    browser = both_sites.as_role("administrator")
    shown = browser.post("/webhooks/new", data=HOOK).get_data(as_text=True)
    assert "whsec_" in shown
    with operator(both_sites.engine, read_only=True) as session:
        number = session.query(Webhook).one().id
    url = f"/webhooks/{number}"
    assert "whsec_" not in browser.get(url).get_data(as_text=True)
    assert browser.post(f"{url}/test").status_code == 303
    assert "A test" in browser.get(url).get_data(as_text=True)
    assert browser.post(f"{url}/edit", data={**HOOK, "name": "CRM 2", "which": "all"}).status_code == 303
    assert browser.post(f"{url}/switch", data={"active": "false"}).status_code == 303
    with operator(both_sites.engine, read_only=True) as session:
        hook = session.query(Webhook).one()
        assert (hook.name, hook.events, hook.active) == ("CRM 2", [], False)
    assert browser.post(f"{url}/remove").status_code == 303
    assert browser.get(url).status_code == 404
    actions = browser.get("/api/v1/audit?kind=webhook").json["items"]
    assert [entry["action"] for entry in actions] == ["removed", "changed", "changed", "created"]


def test_a_wrong_webhook_keeps_what_was_typed(site: Site) -> None:
    page = site.as_role("administrator", language="de").post("/webhooks/new", data={**HOOK, "url": "ftp://x"})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "muss mit http:// oder https:// beginnen" in text
    assert 'value="ftp://x"' in text


def test_the_log_tells_why_and_sends_again(site: Site) -> None:
    browser = site.as_role("administrator", language="fr")
    browser.post("/webhooks/new", data=HOOK)
    with scoped(site.engine, site.subscriber_id()) as session:
        hook = session.query(Webhook).one()
        row = webhooks.send_test(session, hook, "martin", hook.created_at)
        row.state, row.error, row.attempts = "failed", '["The server answered {status}.", {"status": "503"}]', 9
        session.flush()
        number, delivery = hook.id, row.id
    assert "Le serveur a répondu 503." in browser.get(f"/webhooks/{number}").get_data(as_text=True)
    assert "Le serveur" not in browser.get(f"/webhooks/{number}?state=waiting").get_data(as_text=True)
    assert browser.post(f"/webhooks/{number}/replay").status_code == 303
    with operator(site.engine) as session:
        row = session.query(WebhookDelivery).one()
        assert (row.state, row.attempts) == ("waiting", 0)
        row.state = "delivered"
    assert browser.post(f"/webhooks/{number}/deliveries/{delivery}/replay").status_code == 303
    other = site.as_role("administrator", slug="duval")
    assert other.get(f"/webhooks/{number}").status_code == 404
    for action in ("test", "replay", "remove", "switch", f"deliveries/{delivery}/replay"):
        assert other.post(f"/webhooks/{number}/{action}").status_code == 404, action


def test_the_description_has_a_page(site: Site) -> None:
    page = site.as_role("engineer").get("/api/v1/docs")
    assert 'data-url="/api/v1/openapi.json"' in page.get_data(as_text=True)
    assert site.app.test_client().get("/api/v1/docs").status_code == 401
