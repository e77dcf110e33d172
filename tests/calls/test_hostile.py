"""A hostile world: names, numbers, keys and answers that hold code, line breaks and rubbish are only ever text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from gevent.pywsgi import WSGIServer

from tests.calls.live import HOUSES, Live
from tests.calls.test_bad_days import break_flow, die
from tests.outside import Person

HOUSE = HOUSES / "duval"
NUMBER, LONG, SHOP = "+33123456789", "+33123456784", "+33123456783"


@pytest.fixture
def bait(tmp_path: Path) -> Path:
    """A file that no attack may make."""
    return tmp_path / "bait"


@pytest.fixture(autouse=True)
def nothing_is_made(bait: Path, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test of this file does: no shell ran, and nothing of ours broke on it."""
    yield
    assert not bait.exists()
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def texts(bait: Path) -> tuple[str, ...]:
    touch = f"system:touch {bait}".replace(" ", "%20").replace(":", "%3A").replace("/", "%2F")
    return (
        f"${{system(touch {bait})}}",
        f"\\${{system(touch {bait})}}",
        f"$${{system(touch {bait})}}",
        f"`touch {bait}`",
        f"'{touch}'%20inline",
        "x%0Avariable_souffleur_subscriber: duval",
        "x%0A%0AContent-Type: text/event-json",
        "x%0AUnique-ID: 00000000-0000-0000-0000-000000000000",
        "x%0Avariable_souffleur_call: 00000000-0000-0000-0000-000000000000",
        '%22%2C%22subscriber%22:%22duval',
        "%2522,%2522language%2522:%2522de",
        "^^;souffleur_subscriber=duval;x=y",
        "a,b|c[d=e]{f=g}<h=i>:_:j",
        "'quoted' and \\'escaped\\'",
        "{{subscriber}} {{caller}} {{",
        "%00%01%7F",
        "J\udce9r\udcf4me \udcff",  # bytes of Latin-1
        "📞" * 60,
        "\u202eevil\u202c \u200f101",
        "a" * 8192,
        "%",
        " ",
    )  # fmt: skip


def is_sound(live: Live, people: list[Person], path: list[str], flow: str, within: float = 40) -> None:
    """Each of these callers was led along a path of martin's, ended, and is on record once; nothing is left of them."""
    for person in people:
        assert person.has_ended(within)
    records = live.until(lambda: len(found := live.records()) >= len(people) and found)
    assert len(records) == len(people)
    martin = live.controller and live.controller.configuration.by_slug("martin")
    assert martin
    for record in records:
        assert (record.subscriber_id, record.flow, record.problem) == (martin.subscriber_id, flow, "")
        assert live.path(record) == path
        assert record.disposition in ("served", "failed")  # failed: a number of the world that nobody could be rung at
        assert UUID(record.call).version == 5
    nothing_is_left(live)


def nothing_is_left(live: Live) -> None:
    assert live.controller
    live.until(lambda: not live.calls() and not live.controller.server.sessions)


@pytest.mark.parametrize("controller", ["up", "down"])
def test_names_and_numbers_of_callers(live: Live, bait: Path, controller: str) -> None:
    live.load(HOUSE)
    echo = {
        "note": {"kind": "set", "variables": {"who": "{{caller_name}}", "by": "{{caller}}"}, "exits": {"next": "ring"}},
        "ring": {
            "kind": "dial",
            "to": ["{{caller_name}}", "{{caller}}"],
            "ring": 1,
            "presented": "{{caller_name}}",
            "exits": dict.fromkeys(("answered", "busy", "no_answer", "failed"), "tell"),
        },
        "tell": {"kind": "say", "text": {"fr": "{{who}}, {{by}}"}, "exits": {"next": "end"}},
    }
    break_flow(live, "shop", lambda doc: doc | {"start": "note", "nodes": echo | {"end": {"kind": "hang_up"}}})
    assert live.controller
    if controller == "down":
        live.controller.stop()
    # One caller who is rung back outside again and again at once would be a loop.
    numbers = [f"+3361111{place:04d}" for place, _ in enumerate(texts(bait))]
    named = zip(numbers, texts(bait), strict=True)
    people = [live.outside.from_trunk(SHOP, caller=number, name=text) for number, text in named]
    people += [live.outside.from_trunk(SHOP, caller=text) for text in texts(bait)]
    if controller == "down":
        live.start()
    is_sound(live, people, ["note", "ring", "tell", "end"], "shop")
    assert {record.called for record in live.records()} == {SHOP}


def test_headers_of_callers(live: Live, bait: Path) -> None:
    live.load(HOUSE)
    ours = ("subscriber", "user", "call", "checkpoint", "dialled", "taken", "origin", "owner", "transferor", "began")
    ours += ("transferred_by", "answerer", "ringer", "redirect", "intent", "connected", "parted", "caller")
    forged = {f"X-souffleur_{name}": "duval" for name in ours}
    code = {"X-Name": f"${{system(touch {bait})}}", "X-Line": "a%0Avariable_souffleur_subscriber: duval%0A%0A"}
    duval = "<sip:duval@127.0.0.1>"
    names = {"P-Asserted-Identity": duval, "Remote-Party-ID": duval, "Subject": "%22"}
    people = []
    for headers in (forged, code, names, {"X-Long": "x" * 8000}):
        caller = live.outside.from_trunk(NUMBER, headers=headers)
        assert caller.hears_something()
        caller.presses("2#")
        people.append(caller)
    is_sound(live, people, ["choose", "thank", "end"], "reception")


ANSWERS: tuple[Any, ...] = (
    "\u0000\r\n\r\nX-Injected: yes",
    "{{subscriber}}{{secret}}{",
    "+33612345678 XML public",
    "101,102|sofia/gateway/carrier/112",
    "[origination_uuid=x]101",
    "\ud7ff\ue000\uffff\u202e",
    "😈" * 400,
    "x" * 10240,
    {"a": ["${system(id)}"]},
    None,
    1e308,
)


@pytest.fixture
def web() -> Iterator[Any]:
    """A web service that answers what it is told, and notes what it is asked."""

    class Web:
        answers: list[Any] = []
        asked: list[dict[str, Any]] = []

        def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
            body = environ["wsgi.input"].read().decode("utf-8", "replace")
            self.asked.append({name: value for name, value in environ.items() if isinstance(value, str)})
            self.asked[-1]["body"] = body
            start_response("200 OK", [("Content-Type", "application/json")])
            first = environ["PATH_INFO"] == "/first"
            return [json.dumps({"word": self.answers.pop(0)} if first else {}).encode()]

    application = Web()
    application.answers, application.asked = [], []
    server = WSGIServer(("127.0.0.1", 0), application, log=None)
    server.start()
    application.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield application
    server.stop()


def test_answers_of_a_web_service(live: Live, bait: Path, web: Any) -> None:
    """They reach a text, a number to dial, a request's URL, header and body, and the checkpoint."""
    ways = {
        "ask": {"kind": "http", "url": f"{web.url}/first", "save": {"word": "$.word"}},
        "tell": {"kind": "say", "text": {"fr": "{{word}}"}},
        "send": {
            "kind": "http",
            "method": "POST",
            "url": f"{web.url}/second/{{{{word}}}}?q={{{{word}}}}",
            "headers": {"X-Word": "{{word}}"},
            "body": '{"word": "{{word}}"}',
        },
        "ring": {"kind": "dial", "to": ["{{word}}"], "ring": 1, "presented": "{{word}}"},
    }
    follows = dict(zip(ways, (*tuple(ways)[1:], "end"), strict=True))
    exits = {"http": ("ok", "failed", "unknown"), "say": ("next",), "dial": ("answered", "busy", "no_answer", "failed")}
    nodes = {name: node | {"exits": dict.fromkeys(exits[node["kind"]], follows[name])} for name, node in ways.items()}
    break_flow(live, "shop", lambda doc: doc | {"start": "ask", "nodes": nodes | {"end": {"kind": "hang_up"}}})
    web.answers = [f"${{system(touch {bait})}}", f"$(touch {bait})`touch {bait}`", *ANSWERS]
    people = [live.outside.from_trunk(SHOP) for _ in range(len(web.answers))]
    is_sound(live, people, ["ask", "tell", "send", "ring", "end"], "shop", within=90)
    assert not [asked for asked in web.asked if "HTTP_X_INJECTED" in asked]
    second = [asked for asked in web.asked if asked["PATH_INFO"] != "/first"]
    assert all(asked["PATH_INFO"].startswith("/second/") for asked in second)
    assert all(set(json.loads(asked["body"])) == {"word"} for asked in second)


def test_numbers_that_a_phone_dials(live: Live) -> None:
    far = live.outside.trunk("*", talks=0.1)
    dialled = ["*#06#", "*", "#", "##", "0", "+0", "*21*0612345678#", "1" * 32, "+" + "9" * 31, "00", "999", "1000#"]
    people = [live.outside.from_phone("101", number) for number in dialled]
    for person in people:
        assert person.has_ended(40)
    martin = live.controller and live.controller.configuration.by_slug("martin")
    assert martin
    records = live.until(lambda: len(found := live.records()) == len(people) and found)
    assert {(record.subscriber_id, record.disposition) for record in records} == {(martin.subscriber_id, "failed")}
    assert all("neither an extension nor a number" in record.problem for record in records)
    assert sorted(record.called for record in records) == sorted(dialled)
    assert far.rung == 0
    nothing_is_left(live)


def test_keys_that_are_no_extension(live: Live) -> None:
    """Whatever a stranger keys in, nothing but the subscriber's own extensions rings."""
    far = live.outside.trunk("*")
    keyed = ("1*1", "*", "**9", "##", "112", "15#", "00", "9" * 12, "*#*")
    people = []
    for keys in keyed:
        caller = live.outside.from_trunk(NUMBER)
        assert caller.hears_something()
        caller.presses(keys)
        people.append(caller)
    for person in people:
        assert person.has_ended(40)
    records = live.until(lambda: len(found := live.records()) == len(people) and found)
    assert {record.problem for record in records} == {""}
    assert far.rung == 0
    nothing_is_left(live)


def test_two_subscribers_at_once(live: Live) -> None:
    live.load(HOUSE)
    duval, martin = (live.controller.configuration.by_slug(slug) for slug in ("duval", "martin"))  # type: ignore[union-attr]
    assert duval
    assert martin
    anna = live.outside.phone("101", subscriber="duval", no_answer=True)
    claire = live.outside.phone("101", no_answer=True)
    to_martin = live.outside.from_trunk("+33123456782")
    to_duval = live.outside.from_trunk("+493012345678")
    live.until(lambda: (anna.rung, claire.rung) == (1, 1))
    calls = {call["subscriber"]: call for call in live.calls()}
    assert {slug: call["flow"] for slug, call in calls.items()} == {"martin": "turns", "duval": "empfang"}
    to_duval.hangs_up()
    to_martin.hangs_up()
    live.until(lambda: len(live.records()) == 2)
    records = {record.subscriber_id: record for record in live.records()}
    assert {key: record.called for key, record in records.items()} == {
        martin.subscriber_id: "+33123456782",
        duval.subscriber_id: "+493012345678",
    }
    owners = {record.call: record.subscriber_id for record in records.values()}
    for kind in ("offered", "command", "ended"):
        assert live.events(kind)
        assert all(event.subscriber_id == owners[event.call] for event in live.events(kind))


def test_a_phone_reaches_no_extension_of_another_subscriber(live: Live) -> None:
    live.load(HOUSE)
    anna = live.outside.phone("103", subscriber="duval")
    caller = live.outside.from_phone("101", "103")
    assert caller.has_ended(40)
    assert anna.rung == 0
    assert "neither an extension" in live.record().problem


def test_a_phone_calls_another_subscribers_number_through_the_trunk(live: Live) -> None:
    """No short cut inside: what martin pays for and duval hears is a call from outside."""
    live.load(HOUSE)
    far = live.outside.trunk("+493012345678", talks=0.2)
    caller = live.outside.from_phone("101", "+493012345678")
    assert caller.has_ended(40)
    record = live.record()
    assert (record.direction, far.rung, len(live.records())) == ("outbound", 1, 1)
    assert live.controller
    assert record.subscriber_id == live.controller.configuration.by_slug("martin").subscriber_id  # type: ignore[union-attr]


def test_a_call_that_is_offered_twice(live: Live) -> None:
    caller = live.outside.from_trunk(NUMBER)
    assert caller.hears_something()
    call = live.reaches("choose")
    assert live.controller
    live.controller.link.connection.api(f"uuid_transfer {call['uuid']} souffleur_again XML souffleur")
    live.until(lambda: live.controller.server.offers == 2 and live.calls() and live.reaches("choose"))
    assert live.reaches("choose")["call"] == call["call"]
    assert caller.hears_something()
    live.until(lambda: live.reaches("choose")["doing"] == "Collect")
    caller.presses("2#")
    assert caller.has_ended(20)
    record = live.record()
    assert (record.call, record.problem, record.disposition) == (call["call"], "", "served")
    nothing_is_left(live)
    assert len(live.records()) == 1


FORGED = "%2522,%2522language%2522:%2522de%2522,%2522x%2522:%2522"


@pytest.mark.parametrize("name", ["%2522", FORGED, "%22,%22language%22:%22de"])
def test_a_name_does_not_forge_what_the_next_controller_finds(live: Live, name: str) -> None:
    caller = live.outside.from_trunk(LONG, name=name)
    assert caller.hears_something()
    call = live.reaches("read")["call"]
    assert live.controller
    die(live.controller)
    live.start()
    assert live.until(lambda: live.events("adopted"), 15)
    assert live.reaches("read", 15)["call"] == call
    assert caller.has_ended(40)
    record = live.record()
    assert (record.call, record.problem, record.disposition) == (call, "", "served")
    spoken = [event.data["sounds"][0] for event in live.events("command") if "sounds" in event.data]
    assert {sound["language"] for sound in spoken} == {"fr"}
