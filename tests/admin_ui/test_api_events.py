"""The event side of the API: the live feed, webhooks, the audit log."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.queue import Queue

from admin_ui.api import events
from admin_ui.api.webhooks import work
from admin_ui.live import Entry, NoCalls
from admin_ui.serving import server
from conf.database import operator
from conf.models import CallEvent
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import Program
from tests.conf.test_webhooks import Receiver

HOOKS = "/api/v1/webhooks"


class Feed(NoCalls):
    """A feed that tells what is put into it."""

    def __init__(self) -> None:
        self.entries: Queue[tuple[str, Entry] | None] = Queue()
        self.asked: list[tuple[str, str, str]] = []
        self.closed = Event()

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        self.asked.append((subscriber, call, after))
        try:
            while True:
                yield self.entries.get()
        finally:
            self.closed.set()


class Reader:
    """A reader of the stream over a real connection."""

    def __init__(self, port: int, token: str, path: str = "/api/v1/events", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {token}", **headers})
        self.answer = self.connection.getresponse()

    def event(self) -> dict[str, str]:
        """The next event or comment."""
        found: dict[str, str] = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            found[name] = value
        return found


ENTRY: Entry = {
    "position": 4,
    "call": "c1",
    "sequence": 9,
    "at": 1795435811.5,
    "kind": "ended",
    "subscriber": 1,
    "data": {"by": "caller"},
}


@pytest.fixture
def feed(site: Site) -> Iterator[tuple[Feed, int]]:
    made = Feed()
    site.app.extensions["calls"] = made
    serving = server(site.app, "127.0.0.1", 0)
    serving.start()
    yield made, serving.server_port
    serving.stop(1)


def test_the_feed_tells_the_subscriber_s_calls(site: Site, feed: tuple[Feed, int]) -> None:
    calls, port = feed
    program = Program(site, "live:read")
    reader = Reader(port, program.token, "/api/v1/events?call=c1", **{"Last-Event-ID": "c1.8"})
    assert reader.answer.status == 200
    assert reader.answer.headers["Content-Type"].startswith("text/event-stream")
    assert reader.event() == {"": "hello"}
    calls.entries.put(None)
    assert reader.event() == {"": "still here"}
    calls.entries.put(("c1.9", ENTRY))
    told = reader.event()
    assert told["id"] == "c1.9"
    assert json.loads(told["data"]) == {
        "event": "ended",
        "call": "c1",
        "sequence": 9,
        "at": datetime.fromtimestamp(1795435811.5, UTC).isoformat(),
        "subscriber": "martin",
        "data": {"by": "caller"},
    }
    assert calls.asked == [("martin", "c1", "c1.8")]
    reader.connection.close()
    reader.answer.close()
    for _ in range(3):  # a reader who has gone is noticed when something is sent
        calls.entries.put(None)
    assert calls.closed.wait(5)


def test_the_feed_ends_when_the_token_is_revoked(
    site: Site, feed: tuple[Feed, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOK", -1.0)
    calls, port = feed
    program = Program(site, "live:read", "tokens:write")
    reader = Reader(port, program.token)
    reader.event()
    calls.entries.put(None)
    assert reader.event() == {"": "still here"}
    assert program.ask("DELETE", "/api/v1/tokens/1").status_code == 200
    calls.entries.put(None)
    assert reader.answer.read().count(b"still here") <= 1
    assert calls.closed.wait(5)


def test_many_readers_are_cheap_and_pages_are_served_meanwhile(site: Site, feed: tuple[Feed, int]) -> None:
    _, port = feed
    program = Program(site, "live:read", "tokens:read")
    readers = [Reader(port, program.token) for _ in range(30)]  # more than there are threads
    assert all(reader.event() for reader in readers)
    with gevent.Timeout(10):
        other = Reader(port, program.token, "/api/v1/tokens")
    assert other.answer.status == 200


@pytest.mark.parametrize("role", ["operator", "agent", "fax"])
def test_the_feed_is_not_for_everybody(site: Site, role: str) -> None:
    assert site.as_role(role).get("/api/v1/events").status_code == 403


def test_without_controllers_the_feed_says_so(site: Site) -> None:
    answer = Program(site).ask("GET", "/api/v1/events", headers={"Accept-Language": "de"})
    assert answer.status_code == 503
    assert "Controller" in answer.json["detail"]


# --- webhooks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.stop()


def _hook(program: Program, url: str, **more: Any) -> dict[str, Any]:
    answer = program.ask("POST", HOOKS, json={"name": "CRM", "url": url, **more})
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def test_a_webhook_from_its_making_to_its_log(site: Site, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    _open_loopback(site)
    program = Program(site, "webhooks:write")
    hook = _hook(program, receiver.url, events=["ended"])
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in program.ask("GET", f"{HOOKS}/{hook['id']}").json
    sent = program.ask("POST", f"{HOOKS}/{hook['id']}/test")
    assert sent.status_code == 202
    with operator(site.engine) as session:
        session.add(
            CallEvent(
                call="c1", sequence=1, at=datetime.now(UTC), kind="ended", data={}, subscriber_id=site.subscriber_id()
            )
        )
    _work(site)
    assert {kind for kind, _ in receiver.told} == {"c1", sent.json["call"]}
    log = program.ask("GET", f"{HOOKS}/{hook['id']}/deliveries").json["items"]
    assert [(row["event"], row["state"], row["status"]) for row in log] == [
        ("ended", "delivered", 200),
        ("test", "delivered", 200),
    ]
    again = program.ask("POST", f"{HOOKS}/{hook['id']}/deliveries/{log[0]['id']}/replay")
    assert again.json["state"] == "waiting"
    _work(site)
    assert len(receiver.got) == 3


def test_why_a_delivery_failed_is_said_in_the_language(site: Site, receiver: Receiver) -> None:
    program = Program(site, "webhooks:write")
    hook = _hook(program, "http://localhost:9999/")
    program.ask("POST", f"{HOOKS}/{hook['id']}/test")
    _work(site)
    log = program.ask("GET", f"{HOOKS}/{hook['id']}/deliveries", headers={"Accept-Language": "fr"})
    assert "n'est pas publique" in log.json["items"][0]["error"]
    assert program.ask("POST", f"{HOOKS}/{hook['id']}/replay").json == {"replayed": 0}


def test_a_webhook_is_changed_by_who_read_it(both_sites: Site) -> None:
    program = Program(both_sites, "webhooks:write", "audit:read")
    hook = _hook(program, "https://crm.example/")
    url = f"{HOOKS}/{hook['id']}"
    tag = program.ask("GET", url).headers["ETag"]
    new = {"name": "CRM", "url": "https://crm.example/2", "events": ["ended"], "active": False}
    assert program.ask("PUT", url, json=new).status_code == 428
    assert program.ask("PUT", url, json=new, headers={"If-Match": tag}).json["active"] is False
    stale = program.ask("PUT", url, json=new, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert stale.json["current"] == new
    assert program.ask("DELETE", url).status_code == 204
    assert program.ask("GET", url).status_code == 404
    noted = program.ask("GET", "/api/v1/audit?kind=webhook").json["items"]
    assert [entry["action"] for entry in noted] == ["removed", "changed", "created"]
    assert noted[1]["changes"][0] == ["url", "https://crm.example/", "https://crm.example/2"]


def test_what_a_change_of_a_webhook_does_not_name_stays(site: Site) -> None:
    program = Program(site)
    given = {"name": "CRM", "url": "https://crm.example/in", "events": ["ended"], "active": False}
    url = f"{HOOKS}/{program.ask('POST', HOOKS, json=given).json['id']}"
    anew, match = {"name": "CRM", "url": "https://crm.example/v2"}, {"If-Match": "*"}
    assert program.ask("PUT", url, json=anew, headers=match).json | anew == program.ask("GET", url).json
    kept = program.ask("GET", url).json
    assert (kept["url"], kept["events"], kept["active"]) == ("https://crm.example/v2", ["ended"], False)
    every = program.ask("PUT", url, json={**anew, "events": [], "active": True}, headers=match).json
    assert (every["events"], every["active"]) == ([], True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "url": "https://x.example/"}, "name"),
        ({"name": "x", "url": "ftp://x.example/"}, "url"),
        ({"name": "x", "url": "https://127.0.0.1/"}, "url"),
        ({"name": "x", "url": "https://x.example/", "events": ["nonsense"]}, "events"),
    ],
)
def test_what_is_wrong_with_a_webhook(site: Site, body: dict[str, Any], field: str) -> None:
    answer = Program(site).ask("POST", HOOKS, json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_another_subscriber_s_webhook_is_not_there(both_sites: Site) -> None:
    hook = _hook(Program(both_sites), "https://crm.example/")
    other, url = Program(both_sites, slug="duval"), f"{HOOKS}/{hook['id']}"
    for method, path in (
        ("GET", url),
        ("DELETE", url),
        ("POST", f"{url}/test"),
        ("POST", f"{url}/replay"),
        ("GET", f"{url}/deliveries"),
    ):
        assert other.ask(method, path).status_code == 404, path
    assert other.ask("GET", HOOKS).json["items"] == []


def test_the_audit_log_is_read_page_by_page(site: Site) -> None:
    program = Program(site)
    for name in "abc":
        program.ask("POST", "/api/v1/tokens", json={"name": name, "scopes": ["calls:read"]})
    first = program.ask("GET", "/api/v1/audit?limit=2").json
    second = program.ask("GET", f"/api/v1/audit?limit=2&cursor={first['next']}").json
    assert [entry["name"] for entry in first["items"] + second["items"]] == ["c", "b", "a"]
    assert first["items"][0]["actor"] == "token test"
    assert program.ask("GET", "/api/v1/audit?cursor=eA").status_code == 422


def _work(site: Site) -> None:
    with site.app.app_context():
        work(site.app, [])


def _open_loopback(site: Site) -> None:
    from dataclasses import replace

    site.app.config["SETTINGS"] = replace(site.settings, outgoing_allow=("127.0.0.0/8",))
