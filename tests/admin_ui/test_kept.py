"""What is kept between two pages is never shown to the wrong person, nor after it has changed."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import g
from sqlalchemy import event, select, update

from admin_ui import filters, identity
from admin_ui.database import db
from admin_ui.seen import Seen
from admin_ui.warm import warm
from admin_ui.worker import worker
from conf import call_history
from conf.database import open_engine, operator, scoped
from conf.editing import flows
from conf.models import CallRecord, Extension, Prompt, Subscriber, User, WebSession
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_calls import record

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def navigation(browser: Browser, **options: Any) -> list[tuple[str, str]]:
    """Where the bar at the side leads, and what that is called."""
    page = browser.get("/me", **options).get_data(as_text=True)
    groups = re.search(r'<div class="groups">(.*?)<div class="who">', page, re.DOTALL)
    assert groups
    return re.findall(r'<a href="([^"]+)" title="([^"]+)"', groups[1])


@contextmanager
def statements(site: Site) -> Iterator[list[str]]:
    """What the web UI asks the database."""
    with site.app.app_context():
        engine = db.engine
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def change(site: Site, slug: str, **fields: object) -> None:
    """Change a subscriber's document, as another process would."""
    another = open_engine(site.settings.database_url)
    sid = site.subscriber_id(slug)
    with scoped(another, sid) as session:
        row = session.get_one(Subscriber, sid)
        row.doc = {**row.doc, **fields}
    another.dispose()


def test_what_another_process_writes_is_on_the_next_page(both_sites: Site) -> None:
    browser = both_sites.as_role("administrator")
    assert "Rosa Ferrand" not in browser.get("/users").get_data(as_text=True)
    another = open_engine(both_sites.settings.database_url)
    doc = {"login": "rosa@martin.example", "name": "Rosa Ferrand", "role": "agent"}
    with scoped(another, both_sites.subscriber_id()) as session:
        session.add(User(subscriber_id=both_sites.subscriber_id(), doc=doc, position=500))
    assert "Rosa Ferrand" in browser.get("/users").get_data(as_text=True)
    with scoped(another, both_sites.subscriber_id()) as session:
        session.delete(session.scalars(select(User).where(User.login == doc["login"])).one())
    assert "Rosa Ferrand" not in browser.get("/users").get_data(as_text=True)
    another.dispose()


def test_everybody_has_the_navigation_of_their_role_and_language(site: Site) -> None:
    everyone = {
        (role, language): navigation(site.as_role(role, slug, language))
        for role, slug, language in (
            ("administrator", "martin", "en"),
            ("engineer", "duval", "en"),
            ("administrator", "duval", "fr"),
            ("operator", "", "de"),
            ("agent", "martin", "fr"),
        )
    }
    assert ("/settings", "Settings") in everyone["administrator", "en"]
    assert ("/settings", "Paramètres") in everyone["administrator", "fr"]
    assert "/settings" not in dict(everyone["engineer", "en"])
    assert "/flows" in dict(everyone["engineer", "en"])
    assert "/trunks" in dict(everyone["operator", "de"])
    assert "/flows" not in dict(everyone["operator", "de"])
    assert "/flows" not in dict(everyone["agent", "fr"])


def test_who_changes_the_language_reads_the_next_page_in_it(site: Site) -> None:
    browser, colleague = site.as_role("engineer"), site.as_role("administrator")
    assert ("/numbers", "Numbers") in navigation(browser)
    browser.post("/me/preferences", data={"language": "fr", "theme": ""})
    assert ("/numbers", "Numéros") in navigation(browser)
    assert "Numéros" in browser.get("/numbers").get_data(as_text=True)
    assert ("/numbers", "Numbers") in navigation(colleague)


def test_who_gets_another_role_has_its_navigation_at_once(site: Site) -> None:
    browser = site.as_role("administrator")
    assert "/settings" in dict(navigation(browser))
    with scoped(site.engine, site.subscriber_id()) as session:
        row = session.scalars(select(User).where(User.login == "administrator@martin.test")).one()
        row.doc = {**row.doc, "role": "engineer"}
    assert "/settings" not in dict(navigation(browser))
    assert browser.get("/settings").status_code == 403


def test_the_navigation_leads_to_where_the_site_is_mounted(site: Site) -> None:
    browser = site.as_role("engineer")
    assert "/numbers" in dict(navigation(browser))
    assert "/telephone/numbers" in dict(navigation(browser, environ_overrides={"SCRIPT_NAME": "/telephone"}))
    assert "/numbers" in dict(navigation(browser))


def test_a_moment_is_told_in_the_zone_and_language_of_who_reads_it(site: Site) -> None:
    record(site, "one")
    record(site, "two", slug="duval")
    change(site, "duval", time_zone="America/Montreal", country="CA")

    def told(slug: str, language: str, role: str = "engineer") -> str:
        page = site.as_role(role, slug, language).get("/calls").get_data(as_text=True)
        found = re.search(r'data-ago title="([^"]+)"', page)
        assert found
        return found[1].replace("\u202f", " ")

    assert told("martin", "fr") == "23 nov. 2026, 12:00:00"
    assert told("duval", "fr") == "23 nov. 2026, 06:00:00"
    assert told("duval", "en", "administrator") == "Nov 23, 2026, 6:00:00 AM"
    change(site, "duval", time_zone="Asia/Kathmandu", country="NP")
    assert told("duval", "fr") == "23 nov. 2026, 16:45:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "in 0 seconds"), (5, "5 seconds ago"), (59, "1 minute ago"), (89, "1 minute ago"), (91, "2 minutes ago")]
    + [(3059, "51 minutes ago"), (3061, "1 hour ago"), (5399, "1 hour ago"), (5401, "2 hours ago")]
    + [(73441, "1 day ago"), (86400 * 3, "3 days ago"), (-120, "in 2 minutes"), (-3, "in 3 seconds")],
)
def test_how_long_ago_is_told_as_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch, seconds: int, words: str
) -> None:
    class Still(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return NOON

    monkeypatch.setattr(filters, "datetime", Still)
    with site.app.test_request_context("/login", headers={"Accept-Language": "en"}):
        assert filters.ago(NOON - timedelta(seconds=seconds)) == words


def test_a_number_is_written_for_the_country_of_who_reads_it(site: Site) -> None:
    browsers = [site.token("engineer", slug) for slug in ("martin", "duval")]
    change(site, "duval", country="DE")
    written = []
    for token in browsers:
        with site.app.test_request_context("/login"):
            g.person = identity.find(token)
            written.append(filters.phone("+33123456789"))
    assert written == ["01 23 45 67 89", "+33 1 23 45 67 89"]


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])
def test_the_hours_of_the_overview_are_those_of_the_zone(both_sites: Site, zone: str) -> None:
    change(both_sites, "martin", time_zone=zone)
    today = datetime.now(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    for name, minutes in (("a", 0), ("b", 59), ("c", 60), ("d", 61), ("e", 23 * 60 + 59)):
        record(both_sites, name, started_at=today + timedelta(minutes=minutes))
    record(both_sites, "late", started_at=today + timedelta(minutes=60), disposition="busy")
    record(both_sites, "duval-s", slug="duval", started_at=today + timedelta(minutes=60))
    page = both_sites.as_role("engineer").get("/overview").get_data(as_text=True)
    assert re.findall(r"<title>(\d+) h: (\d+) answered or served, (\d+) not", page) == [
        ("0", "2", "0"),
        ("1", "2", "1"),
        ("23", "1", "0"),
    ]


def test_spans_are_counted_to_the_millisecond(both_sites: Site) -> None:
    for name, milliseconds in (("before", -1), ("first", 0), ("last", 900_000 - 1), ("after", 900_000)):
        record(both_sites, name, started_at=NOON + timedelta(milliseconds=milliseconds))
    sid = both_sites.subscriber_id()
    with scoped(both_sites.engine, sid, read_only=True) as session:
        found = call_history.spans(session, sid, NOON - timedelta(hours=1), NOON + timedelta(hours=1), 900)
    assert sorted((span.since - NOON, span.calls) for span in found) == [
        (timedelta(minutes=-15), 1),
        (timedelta(), 2),
        (timedelta(minutes=15), 1),
    ]


def more_of_everything(site: Site) -> None:
    """Ten more of what lists show, and a flow that was changed since it was published."""
    sid = site.subscriber_id()
    with scoped(site.engine, sid) as session:
        for number in range(10):
            name = f"flow {number}"
            doc = {"name": name, "start": "end", "nodes": {"end": {"kind": "hang_up"}}}
            flows.create(session, sid, doc, "eva@martin.example")
            made = {"extension": f"77{number}", "external": "+33199000000"}
            session.add(Extension(subscriber_id=sid, doc=made, position=600 + number))
            text = {"name": f"prompt {number}", "text": {"en": "Hello", "fr": "Bonjour"}}
            session.add(Prompt(subscriber_id=sid, doc=text, position=600 + number))
        session.add(CallRecord(call="more", direction="inbound", started_at=NOON))
    with scoped(site.engine, sid) as session:
        draft = flows.draft(session, sid, "reception")
        doc = {**draft.doc, "nodes": {**draft.doc["nodes"], "more": {"kind": "hang_up"}}}
        flows.save_draft(session, sid, "reception", doc, draft.revision, "eva@martin.example")


@pytest.mark.parametrize("page", ["/flows", "/api/v1/flows", "/extensions", "/prompts", "/users", "/numbers", "/calls"])
def test_a_longer_list_asks_the_database_no_more_often(site: Site, page: str) -> None:
    browser = site.as_role("administrator")
    browser.get(page)
    with statements(site) as few:
        browser.get(page)
    more_of_everything(site)
    with statements(site) as many:
        assert browser.get(page).status_code == 200
    assert len(many) <= len(few)


def seen_at(site: Site, told: datetime | None = None) -> list[datetime]:
    """When the browsers were last seen, by the database; `told` is written there first."""
    with operator(site.engine) as session:
        if told is not None:
            session.execute(update(WebSession).values(seen_at=told))
        return list(session.scalars(select(WebSession.seen_at)))


def test_no_page_waits_to_note_that_a_browser_was_seen(both_sites: Site) -> None:
    browser = both_sites.as_role("engineer")
    before = datetime.now(UTC) - timedelta(hours=2)
    assert seen_at(both_sites, before) == [before]
    with operator(both_sites.engine) as session:  # somebody holds the lock, and the row
        session.scalars(select(WebSession).with_for_update()).all()
        assert browser.get("/numbers").status_code == 200
    assert seen_at(both_sites) == [before]
    worker(both_sites.app).run_due()
    assert seen_at(both_sites)[0] > before + timedelta(hours=1)


def test_a_browser_was_seen_when_it_was_seen_last(both_sites: Site) -> None:
    both_sites.as_role("engineer")
    now = datetime.now(UTC)
    seen_at(both_sites, now)
    noted = Seen()
    with operator(both_sites.engine, read_only=True) as session:
        number = session.scalars(select(WebSession.id)).one()
    noted.note(number, now - timedelta(minutes=5))  # another process has seen it since
    noted.note(number + 1, now)  # that one was logged out
    noted.write(both_sites.engine)
    assert seen_at(both_sites) == [now]
    noted.note(number, now + timedelta(minutes=5))
    noted.write(both_sites.engine)
    assert seen_at(both_sites) == [now + timedelta(minutes=5)]


def test_a_collection_of_garbage_lets_no_page_wait(site: Site) -> None:
    warm(site.app)
    try:
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 10_000  # what a whole collection looks at
        assert site.as_role("engineer").get("/numbers").status_code == 200
    finally:
        gc.unfreeze()
