"""What a caller says to a robot and to a person, and keys as a secret, stands nowhere that others read.

Not in an event, a channel variable or an account of FreeSWITCH's, not in the journal, a job, a log or a file of ours.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conf.database import operator
from conf.models import CallEvent
from controller.esl.event import Event
from controller.esl.inbound import Inbound
from tests.calls.listening_node import menu
from tests.calls.live import Live
from tests.calls.prompted import CUSTOMER, NUMBER, SLUG, Page, make, says
from tests.calls.speech_stand_in import StandIn
from tests.calls.whole_calls import Replies, listens

NAME, DAY, CODE, PIN, TALK = "quentin zebulon", "the fourteenth of march", "739145", "86420", "xylophone"
SPOKEN_CODE = "seven three nine one four five"
# As they were said, as they were understood, and as they are said again.
CONTENT = ("quentin", "zebulon", "fourteenth of march", "-03-14", "march 14", CODE, "seven three", "7 3 9", PIN, TALK)
SUMMARY = "{{name}} {{code}} {{day}}"


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


@pytest.fixture
def replies() -> Iterator[Replies]:
    made = Replies()
    yield made
    made.close()


@pytest.fixture
def events(live: Live) -> Iterator[list[dict[str, str]]]:
    """All that FreeSWITCH tells whoever listens to its events."""
    told: list[dict[str, str]] = []

    def hear(event: Event) -> None:
        told.append({name: value for name, value in event.headers.items() if not name.startswith("Event-Date")})

    connection = Inbound("127.0.0.1", live.settings.esl_port, live.settings.esl_password)
    connection.queue_limit = 100_000
    connection.connect()
    connection.register_handle("*", hear)
    connection.subscribe("ALL")
    yield told
    connection.close()


def robot(folder: Path, shop: str, headers: bool) -> Path:
    """A robot that asks for values, sends them to a web service, and hands over."""
    house = make(folder)
    asked: dict[str, Any] = {"failed": "end"}
    text = {"en": "Please tell me."}
    nodes: dict[str, Any] = {
        "name": {"kind": "ask_slot", "type": "text", "save": "name", "prompt": {"text": text},
                 "confirmation": "explicit", "exits": {"ok": "day", **asked}},
        "day": {"kind": "ask_slot", "type": "date", "save": "day", "prompt": {"text": text},
                "confirmation": "explicit", "exits": {"ok": "code", **asked}},
        "code": {"kind": "collect", "spoken": True, "save": "code", "prompt": {"text": text}, "min_digits": 6,
                 "max_digits": 6, "exits": {"ok": "pin", "no_input": "end", "invalid": "end"}},
        "pin": {"kind": "collect", "secret": True, "save": "pin", "prompt": {"text": text}, "min_digits": 5,
                "max_digits": 5, "exits": {"ok": "shop", "no_input": "end", "invalid": "end"}},
        "shop": {"kind": "http", "url": f"{shop}/orders/{{{{code}}}}?who={{{{name}}}}", "method": "POST",
                 "body": '{"day": "{{day}}", "pin": "{{pin}}"}',
                 "exits": {"ok": "copy", "failed": "end", "unknown": "end"}},
        "copy": {"kind": "set", "variables": {"again": "{{name}} {{code}}"}, "exits": {"next": "give"}},
        "give": {"kind": "hand_over", "to": ["201"], "ring": 10, "summary": SUMMARY, "slots": ["name", "day", "code"],
                 "headers": headers, "prompt": {"text": {"en": "One moment, {{name}}, for {{code}}."}},
                 "exits": {"answered": "end", "busy": "end", "no_answer": "end", "failed": "end"}},
        "end": {"kind": "hang_up"},
    }  # fmt: skip
    (house / "flows" / "ring.yaml").write_text(json.dumps({"name": "ring", "start": "name", "nodes": nodes}))
    return house


def call(live: Live, speech: StandIn) -> Page:
    """Somebody calls, tells the robot all it asks for, and talks with Anne."""
    phone = live.outside.phone("201", SLUG)
    caller = live.outside.from_trunk(NUMBER)
    answers = (("name", NAME), ("name", "yes that is right"), ("day", DAY), ("day", "yes"), ("code", SPOKEN_CODE))
    for node, said in answers:
        stream = speech.next()
        live.reaches(node)
        stream.partial(said)
        stream.final(said)
        assert stream.closed.wait(10)
    live.reaches("pin")
    listens(caller)
    caller.presses(PIN)
    talk = speech.next(20)
    page = Page(live)
    assert page.until("call", state="talking")["handed_over"]["slots"]["code"] == CODE
    says(talk, CUSTOMER, f"my {TALK} is broken and I want a refund")
    page.until("card", rule="refund")
    page.until("said", final=True)
    assert phone.rung == 1
    caller.hangs_up()
    page.until("call", state="over")
    assert live.path(live.record()) == ["name", "day", "code", "pin", "shop", "copy", "give"]
    return page


def found(text: object) -> list[str]:
    low = str(text).lower()
    return [one for one in CONTENT if one in low]


def in_files(*folders: Path) -> dict[str, list[str]]:
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    texts = {str(file): file.read_bytes().decode("latin-1") for file in files if file.suffix not in (".wav", ".yaml")}
    return {name: told for name, text in texts.items() if (told := found(text))}


def test_nobody_is_told_what_was_said(
    live: Live,
    speech: StandIn,
    replies: Replies,
    events: list[dict[str, str]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    replies.left.append({"json": {}})
    live.load(robot(tmp_path / "houses", replies.url, headers=False))
    call(live, speech)
    live.until(lambda: live.events("ended"))
    told = [(one.get("Event-Name"), name, value) for one in events for name, value in one.items() if found(value)]
    assert len(events) > 50
    # What was keyed comes to us in FreeSWITCH's answer; nothing after that tells it.
    assert {name for kind, name, _ in told if kind != "CHANNEL_EXECUTE_COMPLETE"} == set()
    assert {value for _, _, value in told} <= {PIN}
    assert not [one for one in events if one["Event-Name"] == "DTMF"]
    assert found(caplog.text) == []
    assert [(one.kind, one.data) for one in every_event(live) if found(json.dumps(one.data))] == []
    # The database, what waits for it, the sounds' names: everything that this installation has written.
    assert in_files(live.settings.data_dir) == {}


def test_a_phone_that_is_to_show_it_is_told_in_headers_alone(
    live: Live, speech: StandIn, replies: Replies, events: list[dict[str, str]], tmp_path: Path
) -> None:
    replies.left.append({"json": {}})
    live.load(robot(tmp_path / "houses", replies.url, headers=True))
    call(live, speech)
    told = {name for one in events for name, value in one.items() if set(found(value)) - {PIN}}
    assert any(name.startswith("variable_sip_h_X-Souffleur-") for name in told)
    beside = {name for name in told if not name.startswith("variable_sip_h_X-Souffleur-")}
    # FreeSWITCH repeats the dial string, with these headers, where it tells what it is to execute and executes.
    dialled = {"Application-Data", "variable_current_application_data", "variable_last_arg"}
    assert beside <= dialled | {"Command", "execute-app-arg"}


def every_event(live: Live) -> list[Any]:
    with operator(live.engine, read_only=True) as session:
        every = list(session.scalars(select(CallEvent)))
        session.expunge_all()
        return every


def test_who_takes_a_call_over_hears_its_keys(live: Live, speech: StandIn, tmp_path: Path) -> None:
    """Its controller died while a secret was keyed: FreeSWITCH tells of no key until it is told to."""
    live.load(menu(tmp_path / "houses", "+33987100002", "long"))
    outside: Any = live.outside
    caller = outside.switch.call("+33611111111", "+33987100002", variables={"sensitive_dtmf": "true"})
    speech.next()
    caller.wait("PLAYBACK_START", 10)
    caller.presses("2")
    assert caller.ended.wait(10)
    assert live.path(live.record()) == ["choose", "accounts"]
