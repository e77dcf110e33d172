"""Engineers edit users; who becomes administrator or engineer, and who comes in, is an administrator's to say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conf.accounts.sessions import digest
from conf.database import operator, scoped
from conf.editing import documents, roles
from conf.models import ApiToken, User
from conf.problems import ConfigurationError
from tests.admin_ui.people import account
from tests.admin_ui.site import Browser, Site

ANNA = "anna@martin.test"
REST = {"language": "en", "simultaneous_calls": "2", "call_waiting": "yes"}


@pytest.fixture
def engineer(site: Site) -> Browser:
    site.as_role("administrator")
    account(site, ANNA, role="agent")
    return site.as_role("engineer")


def sent(who: Browser, path: str, **values: str) -> Any:
    """A form of a user, posted with some inputs changed."""
    page = who.get(path).get_data(as_text=True)
    found = dict(re.findall(r'name="(etag|base)" value="([^"]*)"', page))
    return who.post(path, data={**found, "name": "Anna", "login": ANNA, "role": "agent", **REST, **values})


def role_of(site: Site, login: str) -> str:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        return str(documents.read(session, site.subscriber_id(), "users", login)["role"])


def test_an_engineer_edits_users(site: Site, engineer: Browser) -> None:
    assert engineer.get("/users").status_code == 200
    assert sent(engineer, f"/users/edit/{ANNA}", name="Anna M.").status_code == 303
    made = sent(engineer, "/users/new", login="new@martin.test", name="New", role="fax")
    assert made.status_code == 303
    assert engineer.post("/users/remove/new@martin.test").status_code == 200


@pytest.mark.parametrize("role", ["administrator", "engineer", "fax"])
def test_an_engineer_changes_no_role(site: Site, engineer: Browser, role: str) -> None:
    answer = sent(engineer, f"/users/edit/{ANNA}", role=role)
    assert answer.status_code == 422
    assert "nly an administrator gives this role" in answer.get_data(as_text=True)
    assert role_of(site, ANNA) == "agent"


@pytest.mark.parametrize("role", ["administrator", "engineer"])
def test_an_engineer_makes_no_other_ones(site: Site, engineer: Browser, role: str) -> None:
    assert sent(engineer, "/users/new", login="new@martin.test", role=role).status_code == 422
    mine = sent(engineer, "/users/edit/engineer@martin.test", login="engineer@martin.test", role="administrator")
    assert mine.status_code == 422
    assert role_of(site, "engineer@martin.test") == "engineer"


def test_an_engineer_neither_removes_nor_renames_an_administrator(site: Site, engineer: Browser) -> None:
    login = "administrator@martin.test"
    answer = sent(engineer, f"/users/edit/{login}", login="mine@evil.example", role="administrator")
    assert answer.status_code == 422
    assert "nly an administrator changes the mail address" in answer.get_data(as_text=True)
    assert engineer.post(f"/users/remove/{login}").status_code == 422
    assert role_of(site, login) == "administrator"
    assert sent(engineer, f"/users/edit/{login}", login=login, role="administrator", name="A").status_code == 303


def test_an_engineer_does_not_bring_an_administrator_back(site: Site, engineer: Browser) -> None:
    site.as_role("administrator")
    account(site, "other@martin.test", role="administrator")
    page = site.as_role("administrator").post("/users/remove/other@martin.test").get_data(as_text=True)
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found is not None
    engineer.post("/users/restore", data={"kept": found.group(1)})
    with pytest.raises(LookupError):
        role_of(site, "other@martin.test")


def test_an_engineer_sees_no_account_actions(site: Site, engineer: Browser) -> None:
    page = engineer.get(f"/users/edit/{ANNA}").get_data(as_text=True)
    assert "/disable" not in page
    assert "/disable" in site.as_role("administrator").get(f"/users/edit/{ANNA}").get_data(as_text=True)


def test_an_administrator_gives_roles(site: Site, engineer: Browser) -> None:
    assert sent(site.as_role("administrator"), f"/users/edit/{ANNA}", role="engineer").status_code == 303
    assert role_of(site, ANNA) == "engineer"


def test_somebody_stays_administrator(site: Site) -> None:
    mine = site.subscriber_id()
    with scoped(site.engine, mine) as session:
        doc = documents.read(session, mine, "users", "claire@martin.example")
        with pytest.raises(ConfigurationError) as wrong:
            documents.save(session, mine, "users", doc["login"], {**doc, "role": "agent"}, domain="pbx.test")
        assert [(one.code, one.field) for one in wrong.value.problems] == [("last_administrator", "role")]
        with pytest.raises(ConfigurationError) as wrong:
            documents.remove(session, mine, "users", doc["login"])
        assert "last_administrator" in [one.code for one in wrong.value.problems]


def test_a_login_is_one_however_it_is_spelt(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    account(site, "ben@martin.test")
    answer = sent(
        site.as_role("administrator"), "/users/edit/ben@martin.test", login="Anna@martin.test", role="engineer"
    )
    assert answer.status_code == 422
    assert "exists already" in answer.get_data(as_text=True)


def test_a_session_that_nobody_bound_gives_roles(site: Site) -> None:
    """The command line does."""
    mine = site.subscriber_id()
    with scoped(site.engine, mine) as session:
        roles.bound(session, is_bound=False)
        session.add(User(subscriber_id=mine, doc={"login": ANNA, "name": "A", "role": "agent"}, position=70))
        session.flush()
        doc = documents.read(session, mine, "users", ANNA)
        documents.save(session, mine, "users", ANNA, {**doc, "role": "administrator"}, domain="pbx.test")


def refused_at(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(one["field"], one["code"]) for one in answer.get_json()["errors"]]


def test_over_the_api_it_is_the_same(site: Site, engineer: Browser) -> None:
    api, match = "/api/v1/users", {"If-Match": "*"}
    new = {"login": "new@martin.test", "name": "New", "role": "administrator"}
    assert refused_at(engineer.post(api, json=new)) == [("role", "administrators")]
    assert engineer.post(api, json=new | {"role": "agent"}).status_code == 201
    anna = engineer.get(f"{api}/{ANNA}").get_json()
    changed = engineer.put(f"{api}/{ANNA}", json=anna | {"role": "engineer"}, headers=match)
    assert refused_at(changed) == [("role", "administrators")]
    path = f"{api}/administrator@martin.test"
    administrator = engineer.get(path).get_json()
    renamed = engineer.put(path, json=administrator | {"login": "mine@evil.example"}, headers=match)
    assert refused_at(renamed) == [("login", "administrators")]
    assert refused_at(engineer.delete(path)) == [("", "administrators")]


def test_a_token_for_users_makes_no_administrators(site: Site, engineer: Browser) -> None:
    own = {"scopes": ["users:write"], "subscriber_id": site.subscriber_id()}
    own["account_id"] = site.account_id("administrator")
    with operator(site.engine) as session:
        session.add(ApiToken(name="people", token=digest("sfl_people"), **own))
    new = {"login": "new@martin.test", "name": "New", "role": "administrator"}
    headers = {"Authorization": "Bearer sfl_people"}
    answer = site.app.test_client().post("/api/v1/users", json=new, headers=headers)
    assert refused_at(answer) == [("role", "administrators")]
