"""Coming in: passwords, lock-out, the same mail address twice, first and forgotten passwords."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from conf.accounts import links, lockout
from conf.accounts.lockout import LockedOut
from conf.database import operator
from conf.models import Account, LoginLink, User, WebSession
from tests.admin_ui.people import OTHER, PASSWORD, account, browser, entries, is_in, log_in, mailed, wait_out
from tests.admin_ui.site import Browser, Site


def enter(who: Browser, login: str, password: str, address: str = "192.0.2.1") -> tuple[int, str]:
    answer = who.post("/login", data={"login": login, "password": password}, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.get_data(as_text=True)


def link_in(mail: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+(/login/link/\S+)", mail)
    assert found is not None, mail
    return found.group(1)


def told(page: str) -> str:
    """What the alert of a page says."""
    found = re.search(r'role="alert">.*?<span>([^<]+)</span></div>', page, re.S)
    return found.group(1) if found else ""


def test_the_right_password_lets_in(both_sites: Site) -> None:
    account(both_sites, "anna@martin.test")
    who = browser(both_sites)
    assert enter(who, " Anna@Martin.TEST ", PASSWORD)[0] == 302
    assert is_in(who)
    assert entries(both_sites)[0] == ("logged_in", "anna@martin.test")
    who.post("/logout")
    assert not is_in(who)
    assert entries(both_sites)[0] == ("logged_out", "anna@martin.test")


def test_a_wrong_password_and_a_stranger_read_the_same(site: Site) -> None:
    account(site, "anna@martin.test")
    account(site, "new@martin.test", password="")
    logins = ("anna@martin.test", "new@martin.test", "no@body.test")
    answers = [enter(browser(site), login, "wrong") for login in logins]
    texts = {(status, told(page)) for status, page in answers}
    assert texts == {(422, "The mail address and the password do not fit together.")}
    assert entries(site)[:2] == [("login_failed", "new@martin.test"), ("login_failed", "anna@martin.test")]
    assert entries(site, "")[0] == ("login_failed", "")  # what a stranger types may be a password


def test_five_wrong_passwords_lock_out(both_sites: Site) -> None:
    site = both_sites
    account(site, "anna@martin.test")
    for login in ("anna@martin.test", "no@body.test"):
        who = browser(site)
        for _ in range(5):
            assert enter(who, login, "wrong")[0] == 422
        status, page = enter(who, login, PASSWORD)
        assert status == 429
        assert re.search(r"Try again in (1 minute|\d\d seconds)\.", told(page))
        assert not is_in(who)
    elsewhere = browser(site)
    assert enter(elsewhere, "anna@martin.test", PASSWORD, "192.0.2.99")[0] == 302  # a stranger shuts nobody out
    assert is_in(elsewhere)
    assert enter(browser(site), "anna@martin.test", PASSWORD)[0] == 429
    wait_out(site)
    assert enter(browser(site), "anna@martin.test", "wrong")[0] == 422
    assert "2 minutes" in told(enter(browser(site), "anna@martin.test", PASSWORD)[1])
    wait_out(site)
    who = browser(site)
    assert enter(who, "anna@martin.test", PASSWORD)[0] == 302
    assert is_in(who)
    assert enter(browser(site), "anna@martin.test", "wrong")[0] == 422  # counted from the beginning again


def test_the_lock_out_doubles_up_to_an_hour(both_sites: Site) -> None:
    now, login = datetime(2026, 3, 2, tzinfo=UTC), "anna@martin.test"
    keys = lockout.of_login(login, "192.0.2.1")
    waits = []
    for _ in range(13):
        with operator(both_sites.engine) as session:
            lockout.attempt(session, keys, now)
            until = lockout.locked_until(session, login, now)
        waits.append((until - now).total_seconds() if until else 0)
        now = until or now
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    with operator(both_sites.engine) as session:
        lockout.attempt(session, keys, now + lockout.FORGOTTEN + timedelta(seconds=1))
        assert lockout.locked_until(session, login, now) is None


def test_one_computer_never_shuts_a_login_out_everywhere(site: Site) -> None:
    """It tries again whenever it may, for a week; the person comes in from elsewhere all the time."""
    begun = now = datetime(2026, 3, 2, tzinfo=UTC)
    theirs, hers = (lockout.of_login("anna@martin.test", address) for address in ("192.0.2.1", "192.0.2.2"))
    tries = 0
    with operator(site.engine) as session:
        while now - begun < timedelta(days=7):
            try:
                lockout.attempt(session, theirs, now)
                tries += 1
            except LockedOut as locked:
                now += timedelta(seconds=min(locked.wait, 1200))
            lockout.attempt(session, hers, now)
            lockout.succeeded(session, hers, now)
    assert tries < 190  # and guessing stays slow


def test_a_login_that_many_computers_try_is_locked_everywhere(site: Site) -> None:
    account(site, "anna@martin.test")
    for number in range(50):
        with operator(site.engine) as session:
            lockout.attempt(session, lockout.of_login("anna@martin.test", f"192.0.2.{number}"), datetime.now(UTC))
    assert enter(browser(site), "anna@martin.test", PASSWORD, "198.51.100.7")[0] == 429
    wait_out(site)
    assert enter(browser(site), "anna@martin.test", PASSWORD, "198.51.100.7")[0] == 302


def test_an_address_that_tries_many_logins_is_locked_out(site: Site) -> None:
    account(site, "anna@martin.test")
    for number in range(20):
        enter(browser(site), f"nobody{number}@martin.test", "wrong", "2001:db8::1")
    assert enter(browser(site), "anna@martin.test", PASSWORD, "2001:db8::2")[0] == 429  # the same network
    assert enter(browser(site), "anna@martin.test", PASSWORD, "2001:db8:0:1::1")[0] == 302
    wait_out(site)
    assert enter(browser(site), "anna@martin.test", PASSWORD, "2001:db8::2")[0] == 302
    assert enter(browser(site), "anna@martin.test", "wrong", "2001:db8::2")[0] == 422
    assert enter(browser(site), "anna@martin.test", PASSWORD, "2001:db8::2")[0] == 429  # a success forgives nothing


def test_the_password_decides_between_two_subscribers(both_sites: Site) -> None:
    site = both_sites
    for slug, password in (("martin", PASSWORD), ("duval", OTHER)):
        account(site, "anna@both.test", slug, password)
    martin, duval = log_in(site, "anna@both.test", PASSWORD), log_in(site, "anna@both.test", OTHER)
    assert "Martin" in martin.get("/me").get_data(as_text=True)
    assert "Duval" in duval.get("/me").get_data(as_text=True)
    assert entries(site, "duval")[0] == ("logged_in", "anna@both.test")


def test_when_both_fit_it_asks_which(site: Site) -> None:
    keys = {slug: account(site, "anna@both.test", slug) for slug in ("martin", "duval")}
    stranger = account(site, "ben@martin.test")
    who = browser(site)
    answer = who.post("/login", data={"login": "anna@both.test", "password": PASSWORD, "next": "/me"})
    assert answer.location == "/login/which"
    page = who.get("/login/which").get_data(as_text=True)
    assert f'value="{keys["martin"]}"' in page
    assert f'value="{keys["duval"]}"' in page
    assert not is_in(who)
    assert who.post("/login/which", data={"account": str(stranger)}).location == "/login"
    assert who.post("/login/which", data={"account": str(keys["duval"])}).location == "/me"
    assert "Duval" in who.get("/me").get_data(as_text=True)
    assert browser(site).get("/login/which").location == "/login"


def test_it_goes_on_to_the_page_that_was_asked_for(site: Site) -> None:
    account(site, "anna@martin.test")
    who = browser(site)
    asked = who.get("/me?x=1")
    assert asked.location == "/login?next=/me?x%3D1"
    page = who.get(asked.location).get_data(as_text=True)
    assert 'name="next" value="/me?x=1"' in page
    data = {"login": "anna@martin.test", "password": PASSWORD}
    assert who.post("/login", data={**data, "next": "/me?x=1"}).location == "/me?x=1"
    for astray in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:x", "/\t/evil.test"):
        assert browser(site).post("/login", data={**data, "next": astray}).location == "/"


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(site: Site) -> None:
    answer = browser(site).get("/me", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login")
    assert browser(site).get("/api/v1/flows", headers={"HX-Request": "true"}).status_code in (401, 404)


def test_a_password_of_one_use_must_be_changed_first(both_sites: Site) -> None:
    site = both_sites
    account(site, "anna@martin.test", password="abcd-efgh-jkmn-pqrs", one_time=True)
    who = log_in(site, "anna@martin.test", "abcd-efgh-jkmn-pqrs")
    assert who.get("/").location == "/login/password"
    for path in ("/me", "/flows/x/edit", "/nowhere"):
        assert who.get(path).location == f"/login/password?next={path}"
    assert who.get("/me", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/login/password"
    assert who.post("/me/sessions/end").location == "/login/password"
    assert who.get("/api/v1/anything").status_code == 403
    for password, again, error in (
        ("short", "short", "at least 12"),
        (OTHER, PASSWORD, "not the same"),
        ("abcd-efgh-jkmn-pqrs", "abcd-efgh-jkmn-pqrs", "the one you have now"),
        ("anna-anna-anna", "anna-anna-anna", "easily guessed"),
    ):
        answer = who.post("/login/password", data={"password": password, "again": again})
        assert answer.status_code == 422
        assert error in answer.get_data(as_text=True)
    assert who.post("/login/password", data={"password": OTHER, "again": OTHER}).location == "/"
    assert is_in(who)
    assert is_in(log_in(site, "anna@martin.test", OTHER))
    assert who.get("/login/password").location == "/"


def test_a_forgotten_password_is_chosen_anew_by_mail(both_sites: Site) -> None:
    site = both_sites
    account(site, "anna@martin.test", language="fr")
    before = log_in(site, "anna@martin.test")
    pages = {login: browser(site).post("/login/forgotten", data={"login": login}).get_data(as_text=True)
             for login in ("anna@martin.test", "no@body.test")}  # fmt: skip
    texts = {re.sub(r'content="[^"]*"|value="[^"]*"', "", page) for page in pages.values()}
    assert len(texts) == 1  # it is not told whether there is such an account
    sent = mailed(site)
    assert len(sent) == 1
    assert sent[0].startswith("To: anna@martin.test")
    path = link_in(sent[0])
    with operator(site.engine) as session:
        kept = session.scalars(select(LoginLink)).one()
        assert kept.token not in path
        assert kept.until - kept.created_at == timedelta(hours=1)
    who = browser(site)
    assert who.get(path).status_code == 200
    assert who.get(path).status_code == 200  # looking does not use it
    assert who.post(path, data={"password": "short", "again": "short"}).status_code == 422
    assert who.post(path, data={"password": OTHER, "again": OTHER}).location == "/"
    assert is_in(who)
    assert not is_in(before)  # all sessions ended
    assert who.post(path, data={"password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert browser(site).get(path).status_code == 410
    assert ("password_changed", "anna@martin.test") in entries(site)
    assert not is_in(log_in(site, "anna@martin.test", PASSWORD))


def test_a_new_password_ends_the_lock_out(site: Site) -> None:
    account(site, "anna@martin.test")
    for _ in range(5):
        enter(browser(site), "anna@martin.test", "wrong")
    browser(site).post("/login/forgotten", data={"login": "anna@martin.test"})
    browser(site).post(link_in(mailed(site)[0]), data={"password": OTHER, "again": OTHER})
    assert is_in(log_in(site, "anna@martin.test", OTHER))


def test_an_old_link_is_over(site: Site) -> None:
    key = account(site, "anna@martin.test")
    with operator(site.engine) as session:
        token = links.make(session, session.get_one(Account, key), links.RESET, datetime.now(UTC))
        session.execute(update(LoginLink).values(until=datetime.now(UTC) - timedelta(seconds=1)))
    assert browser(site).get(f"/login/link/{token}").status_code == 410
    assert browser(site).post(f"/login/link/{token}", data={"password": OTHER, "again": OTHER}).status_code == 410


def test_one_address_gets_no_flood_of_mails(site: Site) -> None:
    account(site, "anna@martin.test")
    for _ in range(5):
        browser(site).post("/login/forgotten", data={"login": "anna@martin.test"})
    assert len(mailed(site)) in (1, 2)  # two when the minutes change between


def test_who_is_in_two_subscribers_gets_a_link_for_each(site: Site) -> None:
    for slug in ("martin", "duval"):
        account(site, "anna@both.test", slug)
    browser(site).post("/login/forgotten", data={"login": "anna@both.test"})
    assert len(mailed(site)) == 2


def test_a_session_ends_by_time_and_by_idleness(site: Site) -> None:
    account(site, "anna@martin.test")
    for column, past in ((WebSession.until, timedelta(seconds=1)), (WebSession.seen_at, timedelta(hours=13))):
        who = log_in(site, "anna@martin.test")
        assert is_in(who)
        with operator(site.engine) as session:
            session.execute(update(WebSession).values({column: datetime.now(UTC) - past}))
        assert not is_in(who)


def test_a_removed_user_is_out_at_once(both_sites: Site) -> None:
    account(both_sites, "anna@martin.test")
    who = log_in(both_sites, "anna@martin.test")
    assert is_in(who)
    with operator(both_sites.engine) as session:
        session.delete(session.scalars(select(User).where(User.login == "anna@martin.test")).one())
    assert not is_in(who)
    assert not is_in(log_in(both_sites, "anna@martin.test"))


def test_who_is_given_another_address_comes_in_by_that(both_sites: Site) -> None:
    account(both_sites, "anna@martin.test")
    with operator(both_sites.engine) as session:
        user = session.scalars(select(User).where(User.login == "anna@martin.test")).one()
        user.doc = {**user.doc, "login": "Anna.Martin@martin.test"}
    assert not is_in(log_in(both_sites, "anna@martin.test"))
    assert is_in(log_in(both_sites, "anna.martin@martin.test"))


def test_the_login_speaks_the_language_that_was_chosen(site: Site) -> None:
    who = browser(site)
    answer = who.post("/login/language", data={"language": "de", "next": "/login?next=/me"})
    assert answer.location == "/login?next=/me"
    assert '<html lang="de"' in who.get("/login").get_data(as_text=True)
    who.post("/login/language", data={"language": "xx", "next": "https://evil.test"})
    assert '<html lang="de"' in who.get("/login").get_data(as_text=True)


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_https_ends_at_the_proxy(site: Site, proxies: str) -> None:
    """Behind a proxy the cookie is for HTTPS only, and the address is the browser's; else nobody may claim so."""
    account(site, "anna@martin.test")
    behind = Site(str(site.engine.url), site.settings.data_dir, samples=(), SOUFFLEUR_WEB_PROXIES=proxies)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "pbx.test"}
    data = {"login": "anna@martin.test", "password": PASSWORD}
    behind.app.config["WTF_CSRF_ENABLED"] = False
    answer = behind.app.test_client().post("/login", data=data, headers=headers)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == (proxies == "1")
    assert ("Strict-Transport-Security" in answer.headers) == (proxies == "1")
    with operator(site.engine) as session:
        seen = session.scalars(select(WebSession.address)).one()
    assert seen == ("203.0.113.7" if proxies == "1" else "127.0.0.1")
    behind.close()


def test_too_many_requests_are_answered_in_the_language(site: Site) -> None:
    site.app.config["RATELIMIT_ENABLED"] = True
    who = browser(site)
    who.post("/login/language", data={"language": "fr"})
    statuses = [who.post("/login/forgotten", data={"login": ""}).status_code for _ in range(21)]
    assert statuses[:20] == [200] * 20
    answer = who.post("/login/forgotten", data={"login": ""})
    assert answer.status_code == 429
    assert '<html lang="fr"' in answer.get_data(as_text=True)
    assert int(answer.headers["Retry-After"]) > 0


def test_what_no_database_keeps_is_no_error_of_ours(both_sites: Site) -> None:
    account(both_sites, "anna@martin.test")
    assert enter(browser(both_sites), "anna\x00@martin.test", PASSWORD)[0] == 302
    assert enter(browser(both_sites), "\x00", "\x00")[0] == 422
    browser(both_sites).post("/login/forgotten", data={"login": "\x00no@body.test"})
    assert mailed(both_sites) == []
    who = both_sites.as_role("administrator")
    assert who.post("/users/%00/invite").status_code == 400
    assert who.get("/audit?q=%00").status_code == 400
