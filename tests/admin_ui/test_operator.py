"""The operator's pages: nodes, subscribers, trunks, outbound rules, blocked addresses; nothing of a subscriber's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from admin_ui.live import Away, NoCalls
from conf.database import operator, scoped
from conf.editing import documents
from conf.models import Account, BlockedAddress, Controller, Subscriber, Trunk, User
from tests.admin_ui.people import OTHER, account, browser, entries, is_in, log_in, mailed
from tests.admin_ui.site import Site

NEW = {
    "name": "Dupont SARL", "slug": "dupont", "country": "FR", "language": "fr", "time_zone": "Europe/Paris",
    "emergency": "15, 17, 18, 112", "administrator.name": "Jeanne Dupont", "administrator.login": "jeanne@dupont.test",
}  # fmt: skip


class Room(NoCalls):
    """Controllers that say what they are told to say."""

    def __init__(self) -> None:
        self.controllers: list[dict[str, Any]] = []
        self.away = False
        self.freed: list[str] = []

    def board(self, subscriber: str) -> dict[str, Any]:
        if self.away:
            raise Away
        call = {
            "call": "c1",
            "from": "+33611111111",
            "to": "+33123456789",
            "subscriber": "martin",
            "flow": "secret-flow",
        }
        return {"at": 0.0, "controllers": self.controllers, "calls": [call]}

    def free(self, address: str) -> None:
        if self.away:
            raise Away
        if address == "192.0.2.99":
            raise LookupError(address)
        self.freed.append(address)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def house(filled: Path, tmp_path: Path, room: Room) -> Iterator[Site]:
    """A web UI with controllers."""
    import shutil

    shutil.copy(filled, tmp_path / "house.db")
    made = Site(f"sqlite:///{tmp_path / 'house.db'}", tmp_path / "var", room, samples=())
    yield made
    made.close()


def docs(site: Site, kind: str) -> list[dict[str, Any]]:
    with operator(site.engine, read_only=True) as session:
        return documents.read_all(session, 0, kind)


def etag_of(site: Site, kind: str, name: str) -> str:
    with operator(site.engine, read_only=True) as session:
        return documents.etag(documents.read(session, 0, kind, name))


# --- nodes ---------------------------------------------------------------------------------------------------------


def test_the_nodes_say_how_they_are_and_nothing_of_the_calls(house: Site, room: Room) -> None:
    started = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    room.controllers = [
        {"id": "lyon", "url": "http://127.0.0.1:1", "freeswitch": "127.0.0.1:8021", "alive": True, "answers": True,
         "since": started, "calls": 7, "draining": False, "database": True, "switch": {"state": "up"}},
        {"id": "metz", "alive": True, "answers": False, "calls": 3, "switch": {"state": "unknown"}},
        {"id": "nice", "alive": False, "answers": False},
        {"id": "lens", "alive": True, "answers": True, "draining": True, "calls": 1, "switch": {"state": "down"}},
    ]  # fmt: skip
    page = house.as_role("operator").get("/operator").get_data(as_text=True)
    for text in (
        "lyon",
        "works",
        "does not answer",
        "is gone",
        "lets its calls end",
        "11 calls in progress",
        "connected",
    ):
        assert text in page, text
    for text in ("+33611111111", "+33123456789", "martin", "secret-flow"):
        assert text not in page, text


def test_without_controllers_the_page_says_what_was_last_known(house: Site, room: Room) -> None:
    who = house.as_role("operator")
    room.away = True
    assert "No controller was ever started here" in who.get("/operator").get_data(as_text=True)
    with operator(house.engine) as session:
        lease = datetime.now(UTC) - timedelta(minutes=5)
        session.add(Controller(id="lyon", url="", freeswitch="x", lease_until=lease, state={"calls": 7}))
    page = who.get("/operator").get_data(as_text=True)
    assert "No controller answers" in page
    assert "is gone" in page


# --- blocked addresses ---------------------------------------------------------------------------------------------


def test_a_blocked_address_is_freed(house: Site, room: Room) -> None:
    who, now = house.as_role("operator"), datetime.now(UTC)
    assert "No address is blocked" in who.get("/blocked").get_data(as_text=True)
    with operator(house.engine) as session:
        for address, minutes in (("203.0.113.9", 10), ("203.0.113.10", -10)):
            until = now + timedelta(minutes=minutes)
            what = {"reason": "failures", "evidence": "<b>", "changed_at": now}
            session.add(BlockedAddress(address=address, since=now, until=until, **what))
    page = who.get("/blocked").get_data(as_text=True)
    assert "203.0.113.9" in page
    assert "203.0.113.10" not in page
    assert "wrong passwords" in page
    assert '<small class="quiet">&lt;b&gt;</small>' in page
    answer = who.post("/blocked/free", data={"address": "203.0.113.9"}, follow_redirects=True)
    assert "203.0.113.9 is free" in answer.get_data(as_text=True)
    assert room.freed == ["203.0.113.9"]
    assert entries(house, "")[0] == ("freed", "203.0.113.9")
    gone = who.post("/blocked/free", data={"address": "192.0.2.99"}, follow_redirects=True).get_data(as_text=True)
    assert "not blocked any more" in gone
    room.away = True
    away = who.post("/blocked/free", data={"address": "203.0.113.9"}, follow_redirects=True).get_data(as_text=True)
    assert "stays blocked" in away
    assert who.get("/blocked?format=csv").mimetype == "text/csv"


# --- subscribers ---------------------------------------------------------------------------------------------------


def test_a_subscriber_is_made_with_a_password_of_one_use(both_sites: Site) -> None:
    site = both_sites
    page = site.as_role("operator").post("/subscribers/new", data={**NEW, "way": "hand"}).get_data(as_text=True)
    password = re.findall(r'<dd class="secret">([^<]+)</dd>', page)[0]
    who = log_in(site, "jeanne@dupont.test", password)
    assert who.get("/").location == "/login/password"
    who.post("/login/password", data={"password": OTHER, "again": OTHER})
    assert "Dupont SARL" in who.get("/me").get_data(as_text=True)
    assert [one for one in entries(site, "") if one[0] in ("created", "invited")] == [
        ("invited", "jeanne@dupont.test"), ("created", "dupont"),
    ]  # fmt: skip
    with operator(site.engine, read_only=True) as session:
        row = session.scalars(select(Subscriber).where(Subscriber.slug == "dupont")).one()
        assert row.emergency == ["15", "17", "18", "112"]
        user = session.scalars(select(User).where(User.subscriber_id == row.id)).one()
        assert (user.role, user.doc["language"]) == ("administrator", "fr")
    assert password not in str(entries(site, ""))


def test_a_subscriber_is_made_by_an_invitation(site: Site) -> None:
    answer = site.as_role("operator").post("/subscribers/new", data={**NEW, "way": "mail"})
    assert answer.location == "/subscribers"
    (mail,) = mailed(site)
    assert "vous invite" in mail
    path = re.findall(r"(/login/link/\S+)", mail)[0]
    who = browser(site)
    who.post(path, data={"password": OTHER, "again": OTHER})
    assert is_in(who)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("slug", "martin", "is taken already"),
        ("slug", "operator", "is taken already"),
        ("slug", "Not A Slug", "small letters"),
        ("time_zone", "Mars/Olympus", "time zone"),
        ("name", "", ""),
        ("administrator.login", "nobody", ""),
        ("administrator.name", "", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(site: Site, field: str, value: str, error: str) -> None:
    answer = site.as_role("operator").post("/subscribers/new", data={**NEW, field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    wrong = re.findall(r'<div class="field wrong" data-field="([^"]+)">.*?<p class="error"[^>]*>(.*?)</p>', page, re.S)
    assert [name for name, _ in wrong] == [field]
    assert error in wrong[0][1]
    assert 'value="Dupont SARL"' in page or field == "name"  # nothing typed is lost
    with operator(site.engine, read_only=True) as session:
        assert session.scalars(select(Account).where(Account.login == "jeanne@dupont.test")).first() is None
        assert len(session.scalars(select(Subscriber)).all()) == 2


def test_the_operator_sees_names_and_counts(site: Site) -> None:
    who = site.as_role("operator")
    page = who.get("/subscribers").get_data(as_text=True)
    assert "martin" in page
    assert "duval" in page
    with scoped(site.engine, site.subscriber_id()) as session:
        users = [user.login for user in session.scalars(select(User))]
    for path in ("/subscribers", "/subscribers/martin"):
        assert not [login for login in users if login in who.get(path).get_data(as_text=True)]
    assert who.get("/subscribers/nobody").status_code == 404
    assert who.get("/subscribers?format=csv").get_data(as_text=True).count("\n") == 3


def test_a_subscriber_is_renamed(both_sites: Site) -> None:
    who = both_sites.as_role("operator")
    assert who.post("/subscribers/martin", data={"name": ""}).status_code == 422
    assert who.post("/subscribers/martin", data={"name": "Martin & fils"}).status_code == 303
    assert "Martin &amp; fils" in both_sites.as_role("engineer").get("/me").get_data(as_text=True)
    assert entries(both_sites, "")[0] == ("renamed", "martin")


# --- trunks and outbound rules -------------------------------------------------------------------------------------


def test_a_trunk_is_added_changed_and_removed(both_sites: Site) -> None:
    site = both_sites
    who = site.as_role("operator")
    data = {"name": "second", "host": "sip.other.example", "channels": "4", "username": "u", "password": "secret-of-it",
            "register": "true", "allow": "203.0.113.0/24, 198.51.100.7", "transport": "tls", "srtp": "no"}  # fmt: skip
    assert who.post("/trunks/new", data=data).status_code == 303
    assert docs(site, "trunks")[-1] == {
        "name": "second", "host": "sip.other.example", "username": "u", "password": "***", "register": True,
        "allow": ["203.0.113.0/24", "198.51.100.7"], "channels": 4, "transport": "tls", "srtp": False,
    }  # fmt: skip
    page = who.get("/trunks/edit/second").get_data(as_text=True)
    assert "secret-of-it" not in page
    changed = {**data, "password": "", "channels": "5", "etag": etag_of(site, "trunks", "second")}
    assert who.post("/trunks/edit/second", data=changed).status_code == 303
    with operator(site.engine, read_only=True) as session:
        row = session.scalars(select(Trunk).where(Trunk.name == "second")).one()
        assert (row.password, row.doc["channels"]) == ("secret-of-it", 5)  # what stays empty stays as it is
    assert "secret-of-it" not in who.get("/operator/audit").get_data(as_text=True)
    assert ("changed", "second") in entries(site, "")
    wrong = who.post("/trunks/edit/second", data={**changed, "transport": "udp", "srtp": "yes"})
    assert wrong.status_code == 422
    assert "needs the transport tls" in wrong.get_data(as_text=True)
    assert who.post("/trunks/remove/second").status_code == 200
    assert [one["name"] for one in docs(site, "trunks")] == ["carrier"]


def test_a_trunk_in_use_stays(site: Site) -> None:
    who = site.as_role("operator")
    assert "everywhere" in who.get("/trunks/edit/carrier").get_data(as_text=True)
    answer = who.post("/trunks/remove/carrier")
    assert answer.status_code == 422
    assert [one["name"] for one in docs(site, "trunks")] == ["carrier"]


def test_rules_are_ordered(both_sites: Site) -> None:
    site = both_sites
    who = site.as_role("operator")
    data = {"name": "belgium", "countries": "be", "trunks": "carrier", "caller": "own", "strip": "1", "prefix": "00"}
    assert who.post("/outbound/new", data=data).status_code == 303
    assert docs(site, "outbound")[-1] == {
        "name": "belgium", "countries": ["BE"], "trunks": ["carrier"], "caller": "own", "strip": 1, "prefix": "00",
    }  # fmt: skip
    who.post("/outbound/move", data={"name": "belgium", "to": "up"})
    assert [one["name"] for one in docs(site, "outbound")] == ["premium", "belgium", "everywhere"]
    assert entries(site, "")[0] == ("moved", "belgium")
    who.post("/outbound/move", data={"name": "premium", "to": "up"})  # it is the first already
    assert [one["name"] for one in docs(site, "outbound")] == ["premium", "belgium", "everywhere"]
    assert who.post("/outbound/move", data={"name": "nobody", "to": "up"}).status_code == 404


def test_a_rule_says_what_is_wrong(site: Site) -> None:
    who = site.as_role("operator")
    for data, error in (
        ({"name": "x", "match": "+33*", "countries": "FR", "trunks": "carrier"}, "Write either numbers or countries"),
        ({"name": "x", "match": "+33*", "trunks": "carrier", "blocked": "true"}, "Either name trunks, or refuse"),
        ({"name": "x", "match": "+33*", "trunks": "nobody"}, "here is no trunk nobody"),
        ({"name": "everywhere", "match": "+33*", "trunks": "carrier"}, "exists already"),
    ):
        answer = who.post("/outbound/new", data=data)
        assert answer.status_code == 422
        assert error in answer.get_data(as_text=True)
        assert 'value="+33*"' in answer.get_data(as_text=True)
    assert len(docs(site, "outbound")) == 2


def test_a_rule_for_every_number_stays_as_it_was_written(site: Site) -> None:
    who = site.as_role("operator")
    before = docs(site, "outbound")[1]
    data = {"name": "everywhere", "match": "*", "trunks": "carrier", "note": "all", "caller": "keep", "strip": "0",
            "etag": etag_of(site, "outbound", "everywhere")}  # fmt: skip
    assert who.post("/outbound/edit/everywhere", data=data).status_code == 303
    assert docs(site, "outbound")[1] == {**before, "note": "all"}


@pytest.mark.parametrize(
    "path",
    ["/operator", "/blocked", "/subscribers", "/subscribers/new", "/subscribers/martin", "/trunks", "/trunks/new",
     "/trunks/edit/carrier", "/outbound", "/outbound/new", "/outbound/edit/everywhere", "/operator/audit"],
)  # fmt: skip
def test_these_pages_are_the_operators_alone(site: Site, path: str) -> None:
    assert site.as_role("operator").get(path).status_code == 200
    for role in ("administrator", "engineer", "agent", "fax"):
        assert site.as_role(role).get(path).status_code == 403


def test_an_account_of_a_subscriber_is_no_operator(site: Site) -> None:
    account(site, "boss@martin.test", role="administrator")
    who = log_in(site, "boss@martin.test")
    for path in ("/subscribers/new", "/trunks/new", "/outbound/new", "/blocked/free", "/trunks/remove/carrier"):
        assert who.post(path).status_code == 403
