"""Two-step login that everybody needs, and the way on: after a first password or a set-up, to the page asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from conf.accounts import passwords, two_step
from conf.database import operator
from conf.models import Account
from tests.admin_ui.people import OTHER, PASSWORD, account, browser, entries, is_in, log_in, mailed
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_api_parts import Program

ANNA = "anna@martin.test"


def require(site: Site, required: bool = True) -> None:
    """What an administrator ticks on the settings page."""
    doc = site.as_role("administrator").get("/api/v1/subscriber").get_json()
    doc = {**doc, "require_two_step": required}
    answer = site.as_role("administrator").put("/api/v1/subscriber", json=doc, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_json()


def set_up(who: Browser, url: str) -> str:
    """Do what the page at an address asks for; the page that comes."""
    page = who.get(url).get_data(as_text=True)
    secret = re.search(r'<p class="secret">([A-Z2-7 ]+)</p>', page)
    sealed = re.search(r'name="secret" value="([^"]+)"', page)
    wanted = re.search(r'name="next" value="([^"]+)"', page)
    assert secret
    assert sealed
    code = pyotp.TOTP(secret.group(1).replace(" ", "")).at(datetime.now(UTC))
    data = {"secret": sealed.group(1), "code": code, "next": wanted.group(1) if wanted else ""}
    return who.post("/me/two-step", data=data).get_data(as_text=True)


def test_who_has_none_is_led_to_it_and_on(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    program = Program(site)
    require(site)
    who = browser(site)
    entered = who.post("/login", data={"login": ANNA, "password": PASSWORD, "next": "/numbers?q=1"})
    assert entered.location == "/numbers?q=1"
    led = who.get("/numbers?q=1")
    assert led.location == "/me/two-step?next=/numbers?q%3D1"
    for path in ("/", "/me", "/flows", "/users", "/search?q=x"):
        assert who.get(path).location.startswith("/me/two-step"), path
    assert who.post("/me/preferences", data={"language": "de"}).location == "/me/two-step"
    assert who.get("/numbers", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/two-step"
    assert who.get("/api/v1/flows").status_code == 403
    assert "Your organisation asks everybody for it" in who.get("/me/two-step").get_data(as_text=True)
    assert 'href="/numbers?q=1"' in set_up(who, led.location)
    assert who.get("/numbers?q=1").status_code == 200
    refused = who.post("/me/two-step/off", data={"present": PASSWORD})
    assert refused.status_code == 422
    assert "cannot be switched off" in refused.get_data(as_text=True)
    assert program.ask("GET", "/api/v1/flows").status_code == 200  # tokens go on
    assert is_in(site.as_role("engineer", slug="duval"))


def test_it_is_a_setting_and_ends_as_one(site: Site) -> None:
    account(site, ANNA)
    administrator = site.as_role("administrator")
    page = administrator.get("/settings").get_data(as_text=True)
    assert 'name="require_two_step"' in page
    require(site)
    assert not is_in(log_in(site, ANNA))
    assert administrator.get("/settings").location == "/me/two-step?next=/settings"  # the administrator too
    set_up(administrator, "/me/two-step")
    page = administrator.get("/settings").get_data(as_text=True)
    ticked = re.search(r'<input[^>]*name="require_two_step"[^>]*>', page)
    assert ticked
    assert "checked" in ticked.group()
    doc = administrator.get("/api/v1/subscriber").get_json()
    assert doc.pop("require_two_step") is True
    administrator.put("/api/v1/subscriber", json=doc, headers={"If-Match": "*"})
    assert is_in(log_in(site, ANNA))


def test_operators_ask_it_of_each_other(both_sites: Site) -> None:
    who = both_sites.as_role("operator")
    assert who.post("/operator/two-step", data={"required": "true"}).status_code == 303
    assert who.get("/subscribers").location == "/me/two-step?next=/subscribers"
    assert entries(both_sites, "")[0] == ("changed", "operators")
    assert is_in(both_sites.as_role("engineer"))  # a subscriber's people are its administrators' matter
    assert 'href="/subscribers"' in set_up(who, "/me/two-step?next=/subscribers")
    assert "Every operator needs it" in who.get("/operator").get_data(as_text=True)
    who.post("/operator/two-step", data={"required": "false"})
    with operator(both_sites.engine, read_only=True) as session:
        assert not two_step.operators_must(session)


@pytest.mark.parametrize("role", ["administrator", "engineer"])
def test_others_do_not_decide_for_operators(site: Site, role: str) -> None:
    assert site.as_role(role).post("/operator/two-step", data={"required": "true"}).status_code == 403
    if role == "engineer":
        assert site.as_role(role).get("/settings").status_code == 403


def test_after_a_first_password_one_goes_on(site: Site) -> None:
    account(site, ANNA)
    with operator(site.engine) as session:
        mine = session.scalars(select(Account).where(Account.login == ANNA)).one()
        mine.password, mine.one_time = passwords.hashed(PASSWORD), True
    who = browser(site)
    assert who.get("/numbers?q=5").location == "/login?next=/numbers?q%3D5"
    entered = who.post("/login", data={"login": ANNA, "password": PASSWORD, "next": "/numbers?q=5"})
    first = who.get(entered.location).location
    assert first == "/login/password?next=/numbers?q%3D5"
    assert 'name="next" value="/numbers?q=5"' in who.get(first).get_data(as_text=True)
    short = who.post("/login/password", data={"password": "x", "again": "x", "next": "/numbers?q=5"})
    assert 'name="next" value="/numbers?q=5"' in short.get_data(as_text=True)
    for wanted, place in (("//evil.example/", "/"), ("https://evil.example/", "/"), ("/numbers?q=5", "/numbers?q=5")):
        with operator(site.engine) as session:
            session.scalars(select(Account).where(Account.login == ANNA)).one().one_time = True
        new = OTHER + wanted
        assert who.post("/login/password", data={"password": new, "again": new, "next": wanted}).location == place


def test_after_a_forgotten_password_one_goes_on(site: Site) -> None:
    account(site, ANNA)
    who = browser(site)
    assert "/login/forgotten?next=/numbers" in who.get("/login?next=/numbers").get_data(as_text=True)
    assert 'name="next" value="/numbers"' in who.get("/login/forgotten?next=/numbers").get_data(as_text=True)
    who.post("/login/forgotten", data={"login": ANNA, "next": "/numbers"})
    (mail,) = mailed(site)
    link = re.search(r"https?://[^/]+(/login/link/\S+)", mail)
    assert link
    assert link.group(1).endswith("?next=/numbers")
    assert 'name="next" value="/numbers"' in who.get(link.group(1)).get_data(as_text=True)
    path, _, _query = link.group(1).partition("?")
    done = who.post(path, data={"password": OTHER, "again": OTHER, "next": "/numbers"})
    assert done.location == "/numbers"
    assert FlaskClient.get(who, "/numbers").status_code == 200


def test_a_mail_leads_to_no_other_site(site: Site) -> None:
    account(site, ANNA)
    browser(site).post("/login/forgotten", data={"login": ANNA, "next": "//evil.example/"})
    (mail,) = mailed(site)
    assert "evil" not in mail
