"""The second factor: setting it up, codes that count once, recovery codes, switching it off; and one's own page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from conf.accounts import sealing, second_factor
from conf.accounts.second_factor import STEP, step_of
from conf.database import operator
from conf.models import Account, RecoveryCode, WebSession
from conf.secret_files import change, forget
from conf.settings import load
from tests.admin_ui.people import OTHER, PASSWORD, account, browser, entries, is_in, log_in, wait_out
from tests.admin_ui.site import Browser, Site

ANNA = "anna@martin.test"


def set_up(site: Site, who: Browser) -> tuple[str, list[str]]:
    """Switch it on as a person does; the secret and the recovery codes."""
    page = who.get("/me/two-step").get_data(as_text=True)
    assert 'src="data:image/svg+xml' in page
    secret = "".join(re.findall(r'<p class="secret">([A-Z2-7 ]+)</p>', page)).replace(" ", "")
    sealed = re.findall(r'name="secret" value="([^"]+)"', page)[0]
    wrong = who.post("/me/two-step", data={"secret": sealed, "code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.get_data(as_text=True).replace(" ", "")  # the code was wrong, not the phone
    code = pyotp.TOTP(secret).now()
    done = who.post("/me/two-step", data={"secret": sealed, "code": code}).get_data(as_text=True)
    codes = re.findall(r'<li class="secret">([^<]+)</li>', done)
    assert len(set(codes)) == 10
    return secret, codes


def forget_step(site: Site) -> None:
    """As if the time of the last code had passed."""
    with operator(site.engine) as session:
        session.execute(update(Account).values(totp_step=0))


def try_code(who: Browser, code: str) -> int:
    return who.post("/login/code", data={"code": code}).status_code


def test_the_password_alone_lets_in_no_more(both_sites: Site) -> None:
    site = both_sites
    key = account(site, ANNA)
    elsewhere, who = log_in(site, ANNA), log_in(site, ANNA)
    secret, _ = set_up(site, who)
    assert is_in(who)
    assert not is_in(elsewhere)
    assert ("totp_on", ANNA) in entries(site)
    with operator(site.engine) as session:
        assert secret.encode() not in (session.get_one(Account, key).totp or b"")
    forget_step(site)
    new = log_in(site, ANNA)
    assert not is_in(new)
    assert new.get("/").location == "/login"
    code = pyotp.TOTP(secret).now()
    assert try_code(new, "000000") == 422
    assert not is_in(new)
    assert try_code(new, f" {code[:3]} {code[3:]}") == 302
    assert is_in(new)
    assert try_code(log_in(site, ANNA), code) == 422  # it counts once
    assert new.get("/login/code").location == "/login"


def test_one_step_of_skew_is_forgiven() -> None:
    secret, now = second_factor.new_secret(), datetime(2026, 3, 2, 12, 0, 15, tzinfo=UTC)
    codes = {skew: pyotp.TOTP(secret).at(now + timedelta(seconds=STEP * skew)) for skew in (-2, -1, 0, 1, 2)}
    present = int(now.timestamp()) // STEP
    found = {skew: step_of(secret, code, now) for skew, code in codes.items()}
    assert found == {-2: None, -1: present - 1, 0: present, 1: present + 1, 2: None}
    assert step_of(secret, "é٣", now) is None


def test_codes_are_not_guessed(both_sites: Site) -> None:
    site = both_sites
    key = account(site, ANNA)
    secret = second_factor.new_secret()
    with operator(site.engine) as session:
        second_factor.switch_on(session, session.get_one(Account, key), secret, 0, site.settings.web_secret)
    who = log_in(site, ANNA)
    assert [try_code(who, "000000") for _ in range(5)] == [422] * 5
    assert try_code(who, pyotp.TOTP(secret).now()) == 429
    assert try_code(log_in(site, ANNA), pyotp.TOTP(secret).now()) == 429  # the password does not help
    wait_out(site)
    assert try_code(who, pyotp.TOTP(secret).now()) == 302


def test_a_recovery_code_counts_once(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    _, codes = set_up(site, log_in(site, ANNA))
    who = log_in(site, ANNA)
    assert try_code(who, codes[3].upper().replace("-", " ")) == 302
    assert "9 recovery codes left" in who.get("/me").get_data(as_text=True)
    assert try_code(log_in(site, ANNA), codes[3]) == 422
    with operator(site.engine) as session:
        assert not set(codes) & set(session.scalars(select(RecoveryCode.code)))
    new = who.post("/me/two-step/codes", data={"present": PASSWORD}).get_data(as_text=True)
    assert codes[0] not in new
    assert try_code(log_in(site, ANNA), codes[0]) == 422
    assert try_code(log_in(site, ANNA), re.findall(r'<li class="secret">([^<]+)</li>', new)[0]) == 302


def test_switching_it_off_needs_the_password(site: Site) -> None:
    account(site, ANNA)
    who = log_in(site, ANNA)
    _, codes = set_up(site, who)
    assert who.post("/me/two-step/off", data={"present": "wrong"}).status_code == 422
    assert not is_in(log_in(site, ANNA))
    assert who.post("/me/two-step/off", data={"present": PASSWORD}).status_code == 303
    assert is_in(log_in(site, ANNA))
    assert ("totp_off", ANNA) in entries(site)
    with operator(site.engine) as session:
        assert session.scalars(select(RecoveryCode)).all() == []


def test_half_a_login_lasts_ten_minutes_and_opens_nothing(site: Site) -> None:
    key = account(site, ANNA)
    with operator(site.engine) as session:
        one = session.get_one(Account, key)
        second_factor.switch_on(session, one, second_factor.new_secret(), 0, site.settings.web_secret)
    who = log_in(site, ANNA)
    with operator(site.engine) as session:
        half = session.scalars(select(WebSession)).one()
        assert half.until - half.created_at == timedelta(minutes=10)
    assert who.get("/me").status_code == 302
    assert who.post("/me/password", data={"present": PASSWORD, "password": OTHER, "again": OTHER}).status_code == 302
    assert who.get("/login/code").status_code == 200
    with operator(site.engine) as session:
        session.execute(update(WebSession).values(until=datetime.now(UTC)))
    assert who.get("/login/code").location == "/login"


def test_another_persons_qr_code_is_of_no_use(site: Site) -> None:
    account(site, ANNA)
    account(site, "ben@martin.test")
    page = log_in(site, ANNA).get("/me/two-step").get_data(as_text=True)
    sealed = re.findall(r'name="secret" value="([^"]+)"', page)[0]
    secret = "".join(re.findall(r'<p class="secret">([A-Z2-7 ]+)</p>', page)).replace(" ", "")
    data = {"secret": sealed, "code": pyotp.TOTP(secret).now()}
    answer = log_in(site, "ben@martin.test").post("/me/two-step", data=data)
    assert answer.status_code == 422
    assert "too long" in answer.get_data(as_text=True)


def test_a_change_of_the_web_secret_loses_no_second_factor(site: Site, tmp_path: Path) -> None:
    key = account(site, ANNA)
    settings = load({"SOUFFLEUR_DATA_DIR": str(tmp_path / "own")})
    with operator(site.engine) as session:
        second_factor.switch_on(session, session.get_one(Account, key), "JBSWY3DPEHPK3PXP", 0, settings.web_secret)

    def opened() -> str:
        with operator(site.engine, read_only=True) as session:
            return sealing.unseal(session.get_one(Account, key).totp or b"", settings.web_secret)

    change(settings.web_secret)  # type: ignore[arg-type]
    assert opened() == "JBSWY3DPEHPK3PXP"  # the value before is still good
    assert sealing.is_stale(site.engine, settings.web_secret)
    assert sealing.renew(site.engine, settings.web_secret) == 1
    assert sealing.renew(site.engine, settings.web_secret) == 0
    forget(settings.web_secret)
    assert opened() == "JBSWY3DPEHPK3PXP"
    other = load({"SOUFFLEUR_DATA_DIR": str(tmp_path / "other")})
    with pytest.raises(sealing.Unsealable):
        sealing.unseal(sealing.seal("x", other.web_secret), settings.web_secret)


# --- one's own page -------------------------------------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    other, who = log_in(site, ANNA), log_in(site, ANNA)
    for data, error in (
        ({"present": "wrong", "password": OTHER, "again": OTHER}, "not your present password"),
        ({"present": PASSWORD, "password": OTHER, "again": "x"}, "not the same"),
        ({"present": PASSWORD, "password": "short", "again": "short"}, "at least 12"),
    ):
        answer = who.post("/me/password", data=data)
        assert answer.status_code == 422
        assert error in answer.get_data(as_text=True)
    assert is_in(other)
    assert who.post("/me/password", data={"present": PASSWORD, "password": OTHER, "again": OTHER}).status_code == 303
    assert is_in(who)
    assert not is_in(other)
    assert not is_in(log_in(site, ANNA, PASSWORD))
    assert is_in(log_in(site, ANNA, OTHER))
    assert ("password_changed", ANNA) in entries(site)


def test_the_present_password_is_not_guessed_from_inside(site: Site) -> None:
    account(site, ANNA)
    who = log_in(site, ANNA)
    for _ in range(5):
        who.post("/me/two-step/off", data={"present": "wrong"})
    answer = who.post("/me/password", data={"present": PASSWORD, "password": OTHER, "again": OTHER})
    assert "Too many wrong attempts" in answer.get_data(as_text=True)
    assert not is_in(log_in(site, ANNA, OTHER))


def test_browsers_are_listed_and_logged_out(both_sites: Site) -> None:
    site = both_sites
    account(site, ANNA)
    account(site, "ben@martin.test")
    who, other, ben = log_in(site, ANNA), browser(site), log_in(site, "ben@martin.test")
    agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    other.post("/login", data={"login": ANNA, "password": PASSWORD}, headers={"User-Agent": agent})
    page = who.get("/me").get_data(as_text=True)
    assert "Firefox · Windows" in page
    ends = re.findall(r'action="(/me/sessions/\d+/end)"', page)
    assert len(ends) == 1
    ben.post(ends[0])
    assert is_in(other)  # only one's own
    who.post(ends[0])
    assert not is_in(other)
    third = log_in(site, ANNA)
    who.post("/me/sessions/end")
    assert not is_in(third)
    assert is_in(who)
    assert is_in(ben)


def test_language_and_look_are_remembered(site: Site) -> None:
    account(site, ANNA)
    log_in(site, ANNA).post("/me/preferences", data={"language": "fr", "theme": "dark"})
    page = log_in(site, ANNA).get("/me").get_data(as_text=True)
    assert '<html lang="fr" data-theme="dark">' in page
    log_in(site, ANNA).post("/me/preferences", data={"language": "xx", "theme": "pink"})
    assert 'data-theme=""' in log_in(site, ANNA).get("/me").get_data(as_text=True)
