"""A token never does more than its maker may do now: a demotion takes from it, a departure stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from conf.database import operator, scoped
from conf.models import Account, ApiToken, User
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import URL, Program

LOGIN = "administrator@martin.test"
AGAIN = {"login": LOGIN, "name": "Administrator"}


def become(site: Site, role: str) -> None:
    """Give the maker of the tokens another role."""
    with scoped(site.engine, site.subscriber_id()) as session:
        session.query(User).filter_by(login=LOGIN).one().doc = {**AGAIN, "role": role}


@pytest.fixture
def program(both_sites: Site) -> Program:
    """A program with a token of all scopes that an administrator may give."""
    return Program(both_sites)


def test_who_is_demoted_takes_the_rights_from_the_tokens(program: Program) -> None:
    assert program.ask("GET", URL).status_code == 200
    become(program.site, "engineer")
    assert program.ask("GET", "/api/v1/flows").status_code == 200  # an engineer may
    assert program.ask("GET", URL).status_code == 403
    assert program.ask("POST", URL, json={"name": "x", "scopes": ["flows:read"]}).status_code == 403
    assert program.ask("GET", "/api/v1/audit").status_code == 403
    assert program.ask("GET", "/api/v1/subscriber").status_code == 200
    become(program.site, "agent")
    assert program.ask("GET", "/api/v1/flows").status_code == 403
    assert (
        program.ask("GET", "/api/v1/desk/calls/x?agent=claire@martin.example").status_code == 404
    )
    become(program.site, "fax")
    assert program.ask("GET", "/api/v1/desk/cards?q=x").status_code == 403
    become(program.site, "administrator")
    assert program.ask("GET", URL).status_code == 200


def test_an_engineer_s_token_gives_no_roles(program: Program) -> None:
    become(program.site, "engineer")
    new = {"login": "new@martin.test", "name": "New", "role": "administrator"}
    answer = program.ask("POST", "/api/v1/users", json=new)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "role"


@pytest.mark.parametrize("how", ["no access", "no user"])
def test_tokens_stop_when_their_maker_leaves(program: Program, how: str) -> None:
    site = program.site
    with operator(site.engine) as session:
        if how == "no access":
            session.execute(delete(Account).where(Account.login == LOGIN))
    if how == "no user":
        with scoped(site.engine, site.subscriber_id()) as session:
            session.delete(session.query(User).filter_by(login=LOGIN).one())
    assert program.ask("GET", "/api/v1/flows").status_code == 401
    found = site.as_role("administrator").get(URL).json["items"][0]  # somebody new with the same address
    assert found["in_force"] == []
    assert found["scopes"]
    assert program.ask("GET", "/api/v1/flows").status_code == 401


def test_an_administrator_stops_them_by_taking_the_access(site: Site) -> None:
    program = Program(site, "flows:read")
    site.as_role("engineer")
    with operator(site.engine) as session:
        engineer = session.query(Account).filter_by(login="engineer@martin.test").one()
        session.query(ApiToken).one().account_id = engineer.id
    assert program.ask("GET", "/api/v1/flows").status_code == 200
    assert site.as_role("administrator").post("/users/engineer@martin.test/disable").status_code == 303
    assert program.ask("GET", "/api/v1/flows").status_code == 401


def test_the_page_says_so(site: Site) -> None:
    program = Program(site)
    browser = site.as_role("administrator")
    assert "Valid" in browser.get("/tokens").get_data(as_text=True)
    engineer = site.account_id("engineer")
    with operator(site.engine) as session:
        session.query(ApiToken).one().account_id = engineer
    page = browser.get("/tokens").get_data(as_text=True)
    assert "Restricted" in page
    assert "may not do everything any more" in page
    assert program.ask("GET", "/api/v1/flows").status_code == 200
    with operator(site.engine) as session:
        session.query(ApiToken).one().account_id = None
    page = browser.get("/tokens").get_data(as_text=True)
    assert "Stopped" in page
    assert "Make a token of your own instead" in page


def test_what_a_token_made_ends_with_it(program: Program) -> None:
    site = program.site
    made = program.ask("POST", URL, json={"name": "child", "scopes": ["flows:read", "tokens:write"]}).json
    child = {"Authorization": f"Bearer {made['token']}"}
    client = site.app.test_client()
    second = FlaskClient.open(
        client, URL, method="POST", headers=child, json={"name": "grandchild", "scopes": ["flows:read"]}
    ).json
    grandchild = {"Authorization": f"Bearer {second['token']}"}
    assert FlaskClient.open(client, "/api/v1/flows", headers=grandchild).status_code == 200
    browser = site.as_role("administrator")
    (first,) = [one["id"] for one in browser.get(URL).json["items"] if one["name"] == "test"]
    assert browser.post(f"/tokens/{first}/revoke").status_code == 303
    assert "child, grandchild" in browser.get("/tokens").get_data(as_text=True)
    for header in (child, grandchild):
        assert FlaskClient.open(client, "/api/v1/flows", headers=header).status_code == 401
    entries = browser.get("/api/v1/audit?kind=token").json["items"]
    assert {one["name"] for one in entries if one["action"] == "revoked"} == {"test", "child", "grandchild"}


def test_what_a_token_makes_does_not_outlive_it(site: Site) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    program = Program(site, expires_at=until)
    made = program.ask("POST", URL, json={"name": "child", "scopes": ["flows:read"]}).json
    assert datetime.fromisoformat(made["expires_at"]) == until
    later = {"name": "x", "scopes": ["flows:read"], "expires_at": (until + timedelta(seconds=1)).isoformat()}
    refused = program.ask("POST", URL, json=later)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "expires_at")


def test_an_operator_s_token_stops_with_the_operator(site: Site) -> None:
    program = Program(site, slug="")
    assert program.ask("GET", "/api/v1/controllers").status_code in (200, 503)
    with operator(site.engine) as session:
        session.execute(delete(Account).where(Account.subscriber_id.is_(None)))
    assert program.ask("GET", "/api/v1/controllers").status_code == 401
