"""Plays a generated call through a running controller: its flow is published, somebody calls, phones ring."""

from __future__ import annotations

import json
import shutil
from collections import deque
from pathlib import Path
from typing import Any

import gevent
from gevent.pywsgi import WSGIServer
from sqlalchemy import delete

from conf.database import operator
from conf.models import CallRecord, Counter, CounterHit
from controller.calls.journal import Entry
from tests.calls.live import HOUSES, Live
from tests.flow.whole_flows import INNER, LISTS, MAIN, NUMBER, PROMPTS, SCHEDULES, SHOP, Whole
from tests.outside import WITHIN, Person

HOUSE = HOUSES / "martin"
THINKING = 0.5  # seconds on a real switch from the start of a question to the key


class Replies:
    """A web service that gives the answers of a script, one after the other."""

    def __init__(self) -> None:
        self.left: deque[dict[str, Any]] = deque()
        self._server = WSGIServer(("127.0.0.1", 0), self._answer, log=None, error_log=None)
        self._server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.stop(timeout=1)

    def _answer(self, _environ: dict[str, Any], start_response: Any) -> list[bytes]:
        reply = self.left.popleft()
        start_response(f"{reply.get('status', 200)} So", [("Content-Type", "application/json")])
        return [json.dumps(reply.get("json")).encode()]


def publish(live: Live, folder: Path, whole: Whole) -> Whole:
    """Load the subscriber with the call's flows, and no counts of calls before."""
    folder.mkdir(exist_ok=True)
    for name in ("subscriber", "users"):
        shutil.copy(HOUSE / f"{name}.yaml", folder)
    files = {"schedules": SCHEDULES, "lists": LISTS, "prompts": PROMPTS, "numbers": [{"number": NUMBER, "flow": MAIN}]}
    files |= {f"flows/{MAIN}": whole.doc, f"flows/{INNER}": whole.inner}
    (folder / "flows").mkdir(exist_ok=True)
    for name, doc in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(doc))  # which is YAML too
    live.load(folder)
    with operator(live.engine) as session:
        session.execute(delete(CounterHit))
        session.execute(delete(Counter))
    return whole


def play(live: Live, whole: Whole, replies: Replies) -> CallRecord:
    """Place the call, do what its script says when somebody is waited for, and return its record."""
    assert live.controller
    replies.left = deque(whole.replies)
    before = len(live.records())
    for number, manner in whole.phones.items():
        live.outside.phone(number, talks=0.3, busy=manner == "busy", no_answer=manner == "no_answer")
    follower = live.controller.journal.follow(lambda entry: entry.kind in ("command", "ended"))
    caller = live.outside.from_trunk(NUMBER, caller=whole.given["caller"])
    lines = deque(whole.script)
    try:
        while (entry := follower.next(3 * WITHIN)) and entry.kind != "ended":
            if lines and waits(entry, whole) or lines and lines[0].get("hang_up") == entry.data["node"]:
                act(caller, entry, lines.popleft())
    finally:
        live.controller.journal.leave(follower)
    assert not lines, lines
    return live.record(before)


def waits(entry: Entry, whole: Whole) -> bool:
    """Whether a line of the script answers a command."""
    if entry.data["type"] == "dial":
        return any(target["number"] not in whole.given["busy"] for target in entry.data["targets"])
    return entry.data["type"] in ("collect", "request")


def act(caller: Person, entry: Entry, line: dict[str, Any]) -> None:
    """Do what the caller does."""
    if "hang_up" in line:
        caller.hangs_up()
    if "press" in line:
        listens(caller)
        caller.presses(line["press"])


def listens(caller: Any) -> None:
    """Wait until keys are collected."""
    if hasattr(caller, "agent"):
        gevent.sleep(THINKING)  # as a person does: nothing tells a caller that keys are waited for
    else:
        caller.caller.wait("CHANNEL_EXECUTE", application="play_and_get_digits")


def at(whole: Whole, url: str) -> Whole:
    """The same call, whose web services are at an address."""
    doc = json.loads(json.dumps(whole.doc).replace(SHOP, url))
    return Whole(doc, whole.inner, whole.given, whole.script, whole.phones, whole.secrets)
