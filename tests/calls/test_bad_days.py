"""Broken flows, a database that is away, a controller that dies: nobody is left in silence, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gevent import socket
from gevent.pywsgi import WSGIServer
from sqlalchemy import text, update

from conf.database import scoped
from conf.models import CallRecord, FlowVersion
from tests.calls.live import Live


@contextmanager
def database_away(live: Live) -> Iterator[None]:
    """The database cannot be opened while the block lasts; afterwards it is as it was."""
    database = Path(live.settings.database_url.removeprefix("sqlite:///"))
    hidden = database.parent / "away"
    hidden.mkdir()
    files = list(database.parent.glob(f"{database.name}*"))
    for file in files:
        file.rename(hidden / file.name)
    database.mkdir()
    try:
        yield
    finally:
        database.rmdir()
        for file in files:
            (hidden / file.name).rename(file)


def break_flow(live: Live, name: str, change: Any) -> None:
    """Put a broken document in the database, as no checker would let through."""
    assert live.controller
    subscriber = live.controller.configuration.by_slug("martin")
    assert subscriber
    version, doc = subscriber.flows[name]
    with live.engine.begin() as connection:
        connection.execute(
            update(FlowVersion.__table__)
            .where(FlowVersion.__table__.c.version == version, FlowVersion.__table__.c.doc["name"].as_string() == name)
            .values(doc=change(dict(doc)))
        )
        connection.execute(text("update subscriber set version = version + 1"))
    live.controller.configuration.refresh()


def test_a_broken_flow_apologises_and_says_why(live: Live) -> None:
    break_flow(live, "long", lambda doc: doc | {"nodes": {"read": {"kind": "nonsense"}}})
    caller = live.outside.from_trunk("+33123456784")
    assert caller.is_answered()
    assert caller.has_ended(20)
    record = live.record()
    assert (record.disposition, record.cause) == ("failed", "NORMAL_TEMPORARY_FAILURE")
    assert "nonsense" in record.problem
    said = [event.data["sounds"][0]["text"] for event in live.events("command") if "sounds" in event.data]
    assert said[0].startswith("Nous sommes désolés")


def test_a_flow_that_breaks_on_the_way_apologises(live: Live) -> None:
    unwired = {"kind": "set", "variables": {"a": "b"}, "exits": {}}
    break_flow(live, "reception", lambda doc: doc | {"nodes": {"choose": unwired}})
    caller = live.outside.from_trunk("+33123456789")
    assert caller.has_ended(20)
    assert "leads nowhere" in live.record().problem


def test_a_call_while_the_database_is_away(live: Live) -> None:
    """What is known is enough for the call; its record waits on disk."""
    assert live.controller
    with database_away(live):
        caller = live.outside.from_trunk("+33123456789")
        assert caller.hears_something()
        caller.presses("2#")
        assert caller.has_ended()
        live.until(lambda: live.controller.writer.away and live.control.status()["calls"] == 0)
    record = live.record()
    assert live.path(record) == ["choose", "thank", "end"]
    live.until(lambda: not live.controller.writer.away)
    assert len(live.records()) == 1
    assert [event.sequence for event in live.events("offered")] == [1]


def test_a_controller_without_any_configuration_apologises(live: Live) -> None:
    assert live.controller
    live.controller.stop()
    shutil.rmtree(live.settings.data_dir / "cache", ignore_errors=True)  # there may be none yet
    with database_away(live):
        live.start()
        caller = live.outside.from_trunk("+33123456789")
        assert caller.is_answered()
        assert caller.has_ended(20)
    record = live.record()
    assert "nothing is known yet" in record.problem


@pytest.mark.parametrize("phase", ["menu", "prompt"])
def test_another_controller_walks_on_with_a_call(live: Live, phase: str) -> None:
    """The controller is gone at once (its sockets close without a word); the next one finds the checkpoint."""
    number, node = {"menu": ("+33123456789", "choose"), "prompt": ("+33123456784", "read")}[phase]
    caller = live.outside.from_trunk(number)
    assert caller.hears_something()
    call = live.reaches(node)["call"]
    dead = live.controller
    assert dead
    die(dead)
    live.start()
    again = live.reaches(node, 15)
    assert again["call"] == call
    if phase == "menu":
        live.until(lambda: again["doing"] == "Collect")
        assert caller.hears_something(anew=True)
        caller.presses("2#")
    assert caller.has_ended(30)
    record = live.record()
    assert record.call == call
    assert record.path[-1]["node"] == "end"
    assert (record.disposition, record.problem) == ("served", "")
    assert len(live.records()) == 1
    assert [event.data["flow"] for event in live.events("adopted")] == [record.flow]


def test_a_conversation_outlives_its_controller_and_nobody_is_rung_again(live: Live) -> None:
    phone = live.outside.phone("101", talks=4.0)
    caller = live.outside.from_trunk("+33123456782")
    assert caller.is_answered()
    live.until(lambda: any(call["talking_to"] == "101" for call in live.calls()))
    assert live.controller
    die(live.controller)
    live.start()
    assert caller.has_ended(30)
    record = live.record()
    assert (record.disposition, live.path(record)) == ("answered", ["ring", "end"])
    assert phone.rung == 1
    assert len(live.records()) == 1


def die(controller: Any) -> None:
    """End a controller as kill -9 does: connections close, nothing is said, nothing more is written."""
    for greenlet in controller._greenlets:
        greenlet.kill()
    controller.server.stop_accepting()
    for session in list(controller.server._open):
        session.close("killed")
    controller.control.stop(timeout=0)
    controller._directory_server.stop(timeout=0)
    controller.link.stop()
    controller.voice.close()


def test_a_request_of_a_flow_goes_out_and_fills_its_variables(live: Live) -> None:
    asked: list[dict[str, Any]] = []

    def shop(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append({"query": environ["QUERY_STRING"], "key": environ.get("HTTP_IDEMPOTENCY_KEY")})
        start_response("200 OK", [])
        return [b'{"status": "en route"}']

    server = WSGIServer(("127.0.0.1", 0), shop, log=None)
    server.start()
    url = f"http://127.0.0.1:{server.server_port}/orders?phone={{{{caller}}}}"
    break_flow(live, "shop", lambda doc: doc | {"nodes": doc["nodes"] | {"ask": doc["nodes"]["ask"] | {"url": url}}})
    caller = live.outside.from_trunk("+33123456783")
    assert caller.has_ended(15)
    server.stop()
    record = live.record()
    assert live.path(record) == ["ask", "tell", "end"]
    assert [one["query"] for one in asked] == ["phone=%2B33611111111"]
    assert asked[0]["key"].startswith(record.call)
    said = [event.data["sounds"][0]["text"] for event in live.events("command") if "sounds" in event.data]
    assert said == ["Votre commande est {{status}}."]  # the journal tells the flow's words


def test_a_stranger_who_connects_to_the_offer_port_is_let_go(live: Live) -> None:
    assert live.controller
    with socket.create_connection(live.controller.server.address) as stranger:
        stranger.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + bytes(range(256)) * 100)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    assert live.path(live.record()) == ["choose", "thank", "end"]


def test_the_records_of_two_subscribers_stay_apart(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    mine = live.record()
    with scoped(live.engine, mine.subscriber_id + 1) as session:
        assert session.query(CallRecord).count() == 0


def test_a_fallback_may_be_a_flow(live: Live) -> None:
    with live.engine.begin() as connection:
        connection.execute(text("update subscriber set fallback = '1000'"))
    break_flow(live, "long", lambda doc: doc | {"nodes": {"read": {"kind": "nonsense"}}})
    caller = live.outside.from_trunk("+33123456784")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended(15)
    record = live.record()
    assert live.path(record) == ["choose", "thank", "end"]
    assert "nonsense" in record.problem


def test_a_broken_fallback_apologises(live: Live) -> None:
    with live.engine.begin() as connection:
        connection.execute(text("update subscriber set fallback = '1000'"))
    break_flow(live, "reception", lambda doc: doc | {"nodes": {"choose": {"kind": "nonsense"}}})
    caller = live.outside.from_trunk("+33123456789")
    assert caller.is_answered()
    assert caller.has_ended(20)
    record = live.record()
    assert live.path(record) == ["sorry", "end"]
    assert record.disposition == "failed"


def test_a_fault_of_ours_apologises(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.controller

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(live.controller._lookups, "perform", broken)
    caller = live.outside.from_trunk("+33123456783")
    assert caller.is_answered()
    assert caller.has_ended(20)
    record = live.record()
    assert live.path(record)[-2:] == ["sorry", "end"]
    assert record.problem == "ZeroDivisionError: of ours"
