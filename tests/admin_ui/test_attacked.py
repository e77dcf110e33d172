"""What strangers, other roles and impatient users have tried: each was found by trying, and does no harm any more."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from admin_ui import entering, serving
from admin_ui.forms import entries, folder_zip
from admin_ui.live import Entry, NoCalls
from conf.accounts.sessions import digest
from conf.database import operator, scoped
from conf.editing.sound_files import prepare
from conf.models import ApiToken, CallRecord, WebSession
from conf.problems import Wrong
from controller.flow.check import check
from controller.flow.check_graph import loops, reach
from tests.admin_ui.site import Site

API = "/api/v1"


def token(site: Site, *scopes: str) -> dict[str, str]:
    """The header of a new token of martin's."""
    text = f"sfl_{'-'.join(scopes)}"
    own = {"account_id": site.account_id("administrator"), "subscriber_id": site.subscriber_id()}
    with operator(site.engine) as session:
        session.add(ApiToken(name="x", token=digest(text), scopes=list(scopes), **own))
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    "address",
    [
        "/calls?q=%F4%8F%BF%BF",
        "/calls?q=%ED%9F%BF",
        "/calls?q=a%00b",
        "/calls?since=0001-01-01&until=9999-12-31",
        "/calls?after=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ",
        "/audit?q=%00",
        "/audit?after=0001-01-01T00:00:00%2B14:00~1",
        "/login?next=//[",
    ],
)
def test_an_odd_address_is_no_mistake_of_ours(both_sites: Site, address: str) -> None:
    both_sites.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert both_sites.as_role("administrator").get(address).status_code < 500


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "//[", "https://evil.example", "/\t/evil", "x"])
def test_nobody_is_led_astray(site: Site, path: str) -> None:
    with site.app.test_request_context("/"):
        assert entering.here(path) == "/"


# --- what is sent ----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(site: Site) -> Iterator[HTTPConnection]:
    """A connection to a real server."""
    server = serving.server(site.app, "127.0.0.1", 0)
    server.start()
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    yield connection
    connection.close()
    server.stop(1)


def test_a_stranger_s_endless_body_is_not_read_into_memory(served: HTTPConnection) -> None:
    served.putrequest("POST", "/login")
    served.putheader("Content-Type", "application/x-www-form-urlencoded")
    served.putheader("Content-Length", str(10**12))
    served.endheaders()
    served.send(b"login=")
    assert served.getresponse().status == 413  # before the rest came


def test_a_large_body_arrives_whole(site: Site, served: HTTPConnection) -> None:
    headers = token(site, "flows:write")
    content = b"x" * (serving.IN_MEMORY * 2)
    served.request("POST", f"{API}/flows/import", body=content, headers=headers | {"Content-Type": "text/yaml"})
    answer = served.getresponse()
    assert (answer.status, b"larger than" in answer.read()) == (200, True)


def test_a_small_file_of_much_sound_is_refused_before_it_is_read() -> None:
    content, second = io.BytesIO(), np.zeros((192_000, 8), dtype="float32")
    with soundfile.SoundFile(content, "w", 192_000, 8, format="FLAC", subtype="PCM_16") as file:
        for _ in range(45):
            file.write(second)
    with pytest.raises(Wrong, match="has 8 channels at 192000 Hz"):
        prepare(content.getvalue())


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        zipped(("a", b"1"), ("a/b", b"2")),
        zipped(("x" * 300, b"1")),
        zipped(("../out", b"1")),
        zipped(("/etc/out", b"1")),
        zipped(("users.yaml", b"a" * 1000)).replace(b"K\x4c", b"\xff\xff"),
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_a_zip_that_somebody_made_up(tmp_path: Any, content: bytes) -> None:
    with pytest.raises(Wrong):
        folder_zip.unpack(content, tmp_path / "imports")
    assert list((tmp_path / "imports").iterdir()) == []


def test_a_long_paste_is_read_in_parts() -> None:
    found = entries.pasted("\n".join(f"+3361{number:07}" for number in range(entries.MOST_LINES + 5)), [])
    assert len(found.entries) == entries.MOST_LINES
    assert found.wrong[0].text.count("+33") == 5  # they stay in the form
    assert entries.pasted("x" * 200_000, []).wrong[0].line == 1


# --- who may ---------------------------------------------------------------------------------------------------------


def test_a_token_for_flows_reads_no_calls(site: Site) -> None:
    now = datetime.now(UTC)
    with scoped(site.engine, site.subscriber_id()) as session:
        session.add(CallRecord(call="c", direction="inbound", caller="+33612121212", started_at=now, flow="reception"))
    stranger = site.app.test_client()
    body = {"call": "c"}
    path = f"{API}/flows/reception/replay"
    assert stranger.post(path, json=body, headers=token(site, "flows:read")).status_code == 403
    assert stranger.post(path, json=body, headers=token(site, "flows:read", "calls:read")).status_code != 403


class Busy(NoCalls):
    """Controllers in which something happens all the time."""

    def __init__(self) -> None:
        self.told = 0

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        while self.told < 1000:
            self.told += 1
            data: dict[str, Any] = {"by": "caller"}
            yield f"c.{self.told}", {"call": "c", "sequence": self.told, "kind": "ended", "at": 0.0, "data": data}


@pytest.mark.parametrize("path", ["/live/feed", f"{API}/events"])
def test_who_logged_out_hears_nothing_more_of_a_busy_day(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    for module in ("admin_ui.pages.live", "admin_ui.api.events"):
        monkeypatch.setattr(f"{module}.LOOK", -1.0)
    busy = site.app.extensions["calls"] = Busy()
    browser = site.as_role("engineer")
    answer = browser.get(path, buffered=False)
    parts = answer.iter_encoded()
    next(parts), next(parts)
    with operator(site.engine) as session:
        session.delete(session.scalars(select(WebSession)).one())
    assert len(list(parts)) <= 1
    assert busy.told < 10


# --- who writes ------------------------------------------------------------------------------------------------------


class Writer(NoCalls):
    """A controller that writes to the database while the pages wait for it."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        with scoped(self.site.engine, self.site.subscriber_id()) as session:
            session.add(CallRecord(call="trial", direction="inbound", started_at=datetime.now(UTC)))
        return "trial"


def test_a_trial_call_is_not_waited_for_with_the_database_in_hand(site: Site) -> None:
    site.app.extensions["calls"] = Writer(site)
    answer = site.as_role("engineer").post(f"{API}/test-calls", json={"from": "+33611111111", "to": "+33123456789"})
    assert answer.status_code == 201


def test_a_sound_is_made_ready_without_the_database_in_hand(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.as_role("engineer")
    values = {"name": "hello", "text.fr": "Bonjour"}
    assert browser.post("/prompts/new", data=values).status_code == 303
    page = browser.get("/prompts/edit/hello").get_data(as_text=True)
    found = dict(re.findall(r'name="(etag|base)" value="([^"]*)"', page))
    written: list[str] = []

    def slow(content: bytes) -> Any:
        with scoped(site.engine, site.subscriber_id()) as session:
            session.add(CallRecord(call="meanwhile", direction="inbound", started_at=datetime.now(UTC)))
        written.append("meanwhile")
        return prepare(content)

    monkeypatch.setattr("admin_ui.pages.prompts.prepare", slow)
    sound = io.BytesIO()
    soundfile.write(sound, np.sin(np.arange(8000) / 5), 8000, format="WAV")
    sound.seek(0)
    data = {**values, **found, "sound": (sound, "a.wav")}
    answer = browser.post("/prompts/edit/hello", data=data, content_type="multipart/form-data")
    assert (answer.status_code, written) == (303, ["meanwhile"])


def test_a_draft_is_kept_before_it_is_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.as_role("engineer")
    found = browser.get(f"{API}/flows/reception")
    written: list[str] = []

    def slow(_doc: Any) -> list[dict[str, str]]:
        with scoped(site.engine, site.subscriber_id()) as session:
            session.add(CallRecord(call=f"meanwhile {len(written)}", direction="inbound", started_at=datetime.now(UTC)))
        written.append("meanwhile")
        return []

    monkeypatch.setattr("admin_ui.flow_work.problems", slow)
    headers = {"If-Match": found.headers["ETag"]}
    saved = browser.put(f"{API}/flows/reception/draft", json=found.get_json()["draft"], headers=headers)
    assert saved.status_code == 200
    assert browser.post(f"{API}/flows", json={"name": "other"}).status_code == 201
    assert written == ["meanwhile"] * 2


def test_a_flow_that_is_far_too_large_is_not_walked_through() -> None:
    nodes = {f"n{number}": {"kind": "menu", "exits": {"1": f"n{number + 1}"}} for number in range(3000)}
    begun = time.process_time()
    found = check({"name": "large", "start": "n0", "nodes": nodes})
    assert "too_long" in {problem.code for problem in found}
    assert time.process_time() - begun < 2.0


@given(st.dictionaries(st.sampled_from("abcdefg"), st.sets(st.sampled_from("abcdefgx"))))
def test_loops_are_found_as_by_walking_from_every_node(graph: dict[str, set[str]]) -> None:
    reached = {name: reach(graph, name) for name in graph}
    walked: list[list[str]] = []
    for name in graph:
        if name in reached[name] and not any(name in loop for loop in walked):
            walked.append([other for other in graph if other in reached[name] and name in reached[other]])
    assert loops(graph) == walked
