"""An administrator's work with accounts: inviting, taking access away, helping who lost the phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from conf.accounts import lockout, second_factor
from conf.database import operator
from conf.models import Account, LoginLink, Subscriber, User
from tests.admin_ui.people import OTHER, PASSWORD, account, browser, entries, is_in, log_in, mailed
from tests.admin_ui.site import Site

ANNA = "anna@martin.test"


def user(site: Site, login: str = ANNA, slug: str = "martin") -> None:
    """A user without an account."""
    with operator(site.engine) as session:
        subscriber = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one()
        doc = {"login": login, "name": "Anna", "role": "agent", "language": "de"}
        session.add(User(subscriber_id=subscriber.id, doc=doc, position=97))


def shown(site: Site, login: str = ANNA) -> str:
    """What the user's page says of the account."""
    page = site.as_role("administrator").get(f"/users/edit/{login}").get_data(as_text=True)
    found = re.search(r'<section class="card" id="account">(.*?)</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", found.group(1)).split()) if found else ""


def test_an_invitation_leads_to_a_password(both_sites: Site) -> None:
    site = both_sites
    user(site)
    assert "No access" in shown(site)
    administrator = site.as_role("administrator")
    answer = administrator.post(f"/users/{ANNA}/invite")
    assert answer.location == f"/users/edit/{ANNA}"
    (mail,) = mailed(site)
    assert mail.startswith(f"To: {ANNA}")
    assert "lädt Sie" in mail  # in the user's language
    path = re.search(r"http://[^/]+(/login/link/\S+)", mail)
    assert path is not None
    assert "Invited" in shown(site)
    with operator(site.engine) as session:
        link = session.scalars(select(LoginLink)).one()
        assert link.until - link.created_at == timedelta(hours=72)
    who = browser(site)
    assert who.post(path.group(1), data={"password": OTHER, "again": OTHER}).status_code == 302
    assert is_in(who)
    assert "Can log in" in shown(site)
    actions = [action for action, name in entries(site) if name == ANNA]
    assert actions == ["logged_in", "password_changed", "invited"]


def test_a_second_invitation_makes_the_first_link_useless(site: Site) -> None:
    user(site)
    paths = []
    for _ in range(2):
        site.as_role("administrator").post(f"/users/{ANNA}/invite")
        (mail,) = mailed(site)
        paths += re.findall(r"(/login/link/\S+)", mail)
    assert [browser(site).get(path).status_code for path in paths] == [410, 200]
    with operator(site.engine) as session:
        session.execute(update(LoginLink).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert "expired" in shown(site)


def test_who_has_a_password_is_not_invited(site: Site) -> None:
    account(site, ANNA)
    page = site.as_role("administrator").post(f"/users/{ANNA}/invite", follow_redirects=True).get_data(as_text=True)
    assert "has a password already" in page
    assert mailed(site) == []


def test_two_users_cannot_share_a_login(site: Site) -> None:
    account(site, ANNA)
    user(site, "Anna@martin.test")
    answer = site.as_role("administrator").post("/users/Anna@martin.test/invite", follow_redirects=True)
    assert "Another user logs in with anna@martin.test" in answer.get_data(as_text=True)


def test_access_is_taken_away_at_once(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    who = log_in(site, ANNA)
    assert is_in(who)
    site.as_role("administrator").post(f"/users/{ANNA}/disable")
    assert not is_in(who)
    assert not is_in(log_in(site, ANNA))
    assert "No access" in shown(site)
    assert ("disabled", ANNA) in entries(site)
    browser(site).post("/login/forgotten", data={"login": ANNA})
    assert mailed(site) == []


def test_a_lost_phone_is_helped(both_sites: Site) -> None:
    site = both_sites
    key = account(site, ANNA)
    secret = second_factor.new_secret()
    with operator(site.engine) as session:
        second_factor.switch_on(session, session.get_one(Account, key), secret, 0, site.settings.web_secret)
    assert not is_in(log_in(site, ANNA))
    site.as_role("administrator").post(f"/users/{ANNA}/reset-totp")
    assert is_in(log_in(site, ANNA))
    assert ("totp_off", ANNA) in entries(site)


def test_all_sessions_are_ended(site: Site) -> None:
    account(site, ANNA)
    both = [log_in(site, ANNA), log_in(site, ANNA)]
    assert "Browsers logged in 2" in shown(site)
    site.as_role("administrator").post(f"/users/{ANNA}/end-sessions")
    assert [is_in(one) for one in both] == [False, False]
    assert is_in(log_in(site, ANNA))


def test_a_lock_is_ended(site: Site) -> None:
    account(site, ANNA)
    for _ in range(5):
        log_in(site, ANNA, "wrong")
    assert not is_in(log_in(site, ANNA))
    assert "Locked" in shown(site)
    site.as_role("administrator").post(f"/users/{ANNA}/unlock")
    assert is_in(log_in(site, ANNA))
    with operator(site.engine, read_only=True) as session:
        assert lockout.locked_until(session, ANNA, datetime.now(UTC)) is None


def test_nobody_shuts_themselves_out(site: Site) -> None:
    administrator = site.as_role("administrator")
    assert administrator.post("/users/administrator@martin.test/disable").status_code == 409
    assert is_in(administrator)


@pytest.mark.parametrize("what", ["invite", "disable", "reset-totp", "end-sessions", "unlock"])
def test_only_the_subscribers_own_administrators_may(site: Site, what: str) -> None:
    account(site, ANNA, password=PASSWORD)
    assert site.as_role("administrator", "duval").post(f"/users/{ANNA}/{what}").status_code == 404
    for role in ("engineer", "agent", "fax", "operator"):
        assert site.as_role(role).post(f"/users/{ANNA}/{what}").status_code == 403
    assert is_in(log_in(site, ANNA))
    assert site.as_role("administrator").post(f"/users/nobody@martin.test/{what}").status_code == 404
