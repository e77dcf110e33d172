"""The prompter on live calls: what is said becomes cards on the page of who talks. tests/real runs some of the same.

The speech process is a stand-in that hears what a test says; tests/calls/test_prompter_recognised.py has the real one.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conf.database import scoped
from conf.prompter import shown, transcripts
from controller.calls import recognition, tap
from controller.calls.attendants import hearing, prompter
from controller.calls.attendants.stage import Stages
from controller.esl.event import Event
from controller.terminal import Refused
from tests.calls.live import Live
from tests.calls.prompted import AGENT, ANNE, BERT, CUSTOMER, NUMBER, SLUG, Page, make, says
from tests.calls.speech_stand_in import StandIn, Stream
from tests.calls.test_bad_days import database_away
from tests.outside import Person, Phone


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


class Talk:
    """A customer who talks with Anne."""

    def __init__(self, live: Live, speech: StandIn, caller: Person, phone: Phone) -> None:
        self.live, self.caller, self.phone = live, caller, phone
        self.page = Page(live)
        self.stream: Stream = speech.next()


@pytest.fixture
def talk(live: Live, speech: StandIn, tmp_path: Path) -> Callable[..., Talk]:
    def begin(**policy: Any) -> Talk:
        live.load(make(tmp_path / "houses", **policy))
        phone = live.outside.phone("201", SLUG)
        return Talk(live, speech, live.outside.from_trunk(NUMBER), phone)

    return begin


def test_what_is_said_becomes_a_card_while_they_talk(talk: Callable[..., Talk]) -> None:
    here = talk()
    assert here.stream.request["channels"] == 2
    assert [side["language"] for side in here.stream.request["sides"]] == ["en", "en"]
    call = here.page.until("call", state="talking")
    assert (call["user"], call["direction"], call["caller"]) == (ANNE, "inbound", "+33611111111")
    assert (call["flow"], call["node"], call["degraded"]) == ("ring", "ring", "")
    says(here.stream, CUSTOMER, "I want a refund please", final=False)
    card = here.page.until("card", rule="refund")
    assert (card["text"], card["why"]["seen"]["key"]) == ("They said: want a refund", "customer-0")
    said = here.page.until("said", key="customer-0")
    assert (said["text"], said["final"], said["side"]) == ("I want a refund please", False, "customer")
    says(here.stream, CUSTOMER, "I want a refund please")
    says(here.stream, AGENT, "good morning", 3.0)
    assert here.page.until("said", key="customer-0", final=True)["text"] == "I want a refund please"
    assert here.page.until("said", key="agent-0")["side"] == "agent"
    steps = here.live.until(lambda: [step for one in here.page.of("checklist") for step in one["steps"] if step["at"]])
    assert [step["name"] for step in steps] == ["greet"]
    here.caller.hangs_up()
    here.page.until("call", state="over")


# --- what is kept ---------------------------------------------------------------------------------------------------


def subscriber(live: Live) -> int:
    assert live.controller
    found = live.controller.configuration.by_slug(SLUG)
    assert found
    return found.subscriber_id


def kept(live: Live, call: str) -> transcripts.Kept | None:
    assert live.controller
    subscriber = live.controller.configuration.by_slug(SLUG)
    assert subscriber
    with scoped(live.engine, subscriber.subscriber_id, read_only=True) as session:
        try:
            return transcripts.read(session, subscriber.subscriber_id, call)
        except LookupError:
            return None


def hints(live: Live, call: str) -> list[Any]:
    assert live.controller
    subscriber = live.controller.configuration.by_slug(SLUG)
    assert subscriber
    with scoped(live.engine, subscriber.subscriber_id, read_only=True) as session:
        return [(row.card, row.rule, row.agent, row.misheard, shown.why(row))
                for row in shown.of_call(session, subscriber.subscriber_id, call)]  # fmt: skip


def test_both_sides_are_kept_with_times_and_what_happened(talk: Callable[..., Talk]) -> None:
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    says(here.stream, CUSTOMER, "I want a refund please", 1.0)
    says(here.stream, AGENT, "good morning", 4.0)
    here.page.until("said", key="agent-0")
    here.live.until(lambda: hints(here.live, call))  # at once, while they talk
    here.caller.presses("7")
    here.caller.hangs_up()
    found = here.live.until(lambda: (one := kept(here.live, call)) and one.agent and one)
    assert [one["text"] for one in found.customer] == ["I want a refund please"]
    assert found.customer[0]["words"][0][0] == "I"
    assert 3.9 < found.agent[0]["start"] < 6.0
    assert found.languages == {"customer": "en", "agent": "en"}
    kinds = [event["kind"] for event in found.events]
    assert kinds[:5] == ["direction", "called", "caller", "node", "answer"]
    assert kinds[-1] == "end"
    assert all(event["values"] == {} for event in found.events if event["kind"] == "key")  # it may be a secret
    [(card, rule, agent, misheard, why)] = hints(here.live, call)
    assert (card, rule, agent, misheard) == (1, "refund", ANNE, False)
    assert why["seen"]["words"] == ["want", "a", "refund"]
    assert list(here.live.settings.tap_dir.iterdir()) == []


def test_a_card_number_is_masked_wherever_it_goes(talk: Callable[..., Talk]) -> None:
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    says(here.stream, CUSTOMER, "my card four one one one")
    says(here.stream, CUSTOMER, "one one one one", 4.0)
    says(here.stream, CUSTOMER, "one one one one one one one one thanks", 6.0)
    here.page.until("said", key="customer-2", final=True)
    card = here.page.until("card", rule="number")
    assert card["why"]["seen"]["words"][0] == "card"
    here.caller.hangs_up()
    found = here.live.until(lambda: kept(here.live, call))
    texts = [one["text"] for one in found.customer]
    assert texts == ["my card ••• ••• ••• •••", "••• ••• ••• •••", "••• ••• ••• ••• ••• ••• ••• ••• thanks"]
    everything = json.dumps([here.page.read(), hints(here.live, call)])
    assert not re.search(r"four|\bone one\b|one%20one", everything)


def test_digits_that_are_no_card_are_shown_when_they_are_over(talk: Callable[..., Talk]) -> None:
    here = talk()
    says(here.stream, CUSTOMER, "my number is four one two three")
    assert here.page.until("said", key="customer-0", final=True)["text"] == "my number is ••• ••• ••• •••"
    says(here.stream, CUSTOMER, "and that is all", 4.0)
    assert here.page.until("said", key="customer-0", text="my number is four one two three")["final"]


def test_words_that_turn_out_to_be_others_are_told(talk: Callable[..., Talk]) -> None:
    here = talk()
    call = here.page.until("call")["call"]
    says(here.stream, CUSTOMER, "I want a refund", final=False)
    here.page.until("card", rule="refund")
    says(here.stream, CUSTOMER, "I wonder a few")
    gone = here.page.until("withdrawn", card=1)
    assert (gone["reason"], gone["text"]) == ("misheard", "I wonder a few")
    here.live.until(lambda: [one for one in hints(here.live, call) if one[3]])


def test_nothing_is_kept_where_the_policy_says_so(talk: Callable[..., Talk]) -> None:
    here = talk(store=False)
    call = here.page.until("call")["call"]
    says(here.stream, CUSTOMER, "I want a refund")
    here.page.until("card", rule="refund")
    here.caller.hangs_up()
    here.live.record()
    here.page.until("call", state="over")
    assert here.live.controller
    assert here.live.controller.writer.drain()
    assert (kept(here.live, call), hints(here.live, call)) == (None, [])


def test_what_waits_for_the_database_cannot_be_read_on_disk(talk: Callable[..., Talk]) -> None:
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    live, spool = here.live, here.live.settings.data_dir / "records"
    with database_away(live):
        says(here.stream, CUSTOMER, "I want a refund please")
        here.page.until("card", rule="refund")
        here.caller.hangs_up()
        here.page.until("call", state="over")
        assert live.controller
        live.until(lambda: b'"transcript"' in b"".join(file.read_bytes() for file in spool.glob("*.jsonl")))
        on_disk = b"".join(file.read_bytes() for file in spool.glob("*.jsonl"))
    assert b"refund please" not in on_disk
    assert b"want" not in on_disk
    found = live.until(lambda: kept(live, call))
    assert [one["text"] for one in found.customer] == ["I want a refund please"]
    assert [one[1] for one in hints(live, call)] == ["refund"]


# --- whom it is shown to --------------------------------------------------------------------------------------------


def test_only_who_talks_sees_it_and_supervisors_what_is_theirs(talk: Callable[..., Talk]) -> None:
    here = talk()
    bert, boss = Page(here.live, BERT), Page(here.live, "")
    here.live.load(make(here.live.settings.data_dir / "others", "autre", "+33987200009"))
    stranger = Page(here.live, "", "autre")
    says(here.stream, CUSTOMER, "I want a refund")
    says(here.stream, AGENT, "shut up", 3.0)
    here.page.until("said", key="agent-0")
    assert boss.until("card")["rule"] == "rude"
    assert [one["rule"] for one in here.page.of("card")] == ["refund"]
    assert {one["type"] for one in boss.read()} == {"call", "card"}
    assert bert.read() == stranger.read() == []


def test_a_page_that_comes_later_is_told_everything(talk: Callable[..., Talk]) -> None:
    here = talk()
    says(here.stream, CUSTOMER, "I want a refund")
    here.page.until("card")
    here.page.until("said", final=True)
    late = Page(here.live)
    assert [one["type"] for one in late.read()] == ["call", "checklist", "said", "card"]
    here.caller.hangs_up()
    here.page.until("call", state="over")
    here.live.record()
    after = Page(here.live)
    assert after.until("call")["state"] == "over"
    assert after.of("card")[0]["rule"] == "refund"


def test_control_tells_it_and_takes_ticks(talk: Callable[..., Talk]) -> None:
    here = talk()
    call = here.page.until("call")["call"]
    settings = here.live.settings
    feed = http.client.HTTPConnection(settings.control_host, settings.control_port, timeout=10)
    headers = {"Authorization": f"Bearer {settings.control_secret}"}
    feed.request("GET", f"/v1/prompter?subscriber={SLUG}&user={ANNE}", headers=headers)
    response = feed.getresponse()
    assert response.getheader("Content-Type", "").startswith("text/event-stream")
    first = json.loads(next(row for row in response if row.startswith(b"data: "))[6:])
    assert (first["type"], first["call"]) == ("call", call)
    ask = here.live.control.ask
    wish = {"user": ANNE, "checklist": "manners", "step": "thank"}
    path = f"/v1/calls/{call}/prompter/tick?subscriber={SLUG}"
    assert ask("POST", path, wish)["step"] == "thank"
    rows = (json.loads(row[6:]) for row in response if row.startswith(b"data: "))
    ticked = next(row for row in rows if row["type"] == "checklist" and row["adherence"])
    assert [step["at"] is not None for step in ticked["steps"]] == [False, True]
    feed.close()
    for wrong, status in ((wish | {"user": BERT}, 404), (wish | {"step": "none"}, 400), (wish | {"step": 3}, 400)):
        with pytest.raises(Refused) as refused:
            ask("POST", path, wrong)
        assert refused.value.status == status
    for query, status in (("?subscriber=martin", 404), ("?subscriber=nobody", 404), ("", 404)):
        with pytest.raises(Refused) as refused:
            ask("POST", path.partition("?")[0] + query, wish)
        assert refused.value.status == status
    with pytest.raises(Refused) as refused:
        ask("GET", f"/v1/prompter?subscriber={SLUG}")
    assert refused.value.status == 400


def test_a_slow_page_gets_everything_anew() -> None:
    stages = Stages(later=lambda *_: None)
    stage = stages.open(1, "c", "a")
    follower = stages.follow(1, "a", limit=3)
    for number in range(9):
        stages.put(stage, f"said:{number}", {"type": "said", "key": number})
        stages.put(stage, "said:0", {"type": "said", "key": 0, "text": str(number)})
    assert follower.dropped
    told: dict[Any, Any] = {}
    while one := follower.next(0):
        told[one["key"]] = one
    assert sorted(told) == list(range(9))
    assert told[0]["text"] == "8"


def test_calls_that_are_over_are_forgotten() -> None:
    clock, due = [0.0], []
    stages = Stages(later=lambda _seconds, do: due.append(do), clock=lambda: clock[0])
    for number in range(250):
        stages.close(stages.open(1, str(number), "a"))
    assert len(list(stages.all())) == 200
    clock[0] = 601.0
    due[-1]()
    assert list(stages.all()) == []


# --- holds, transfers, and nobody who hears -------------------------------------------------------------------------


def hold(live: Live, kind: str, leg: str) -> None:
    """As FreeSWITCH tells of a phone."""
    assert live.controller
    desk = live.controller.desk
    (desk.hear_hold if kind == "hold" else desk.hear_unhold)(Event({"Unique-ID": leg}))


def test_music_on_hold_is_nobodys_words(talk: Callable[..., Talk], speech: StandIn) -> None:
    here = talk()
    call = here.page.until("call", state="talking")
    says(here.stream, CUSTOMER, "tell me once", 0.1)
    here.page.until("card", rule="told twice")
    hold(here.live, "hold", call["uuid"])
    here.page.until("call", state="held")
    here.page.until("card", rule="held long")
    assert here.stream.stopped.wait(5)
    says(here.stream, AGENT, "the music sings shut up", 900.0)
    here.stream.ends()
    here.live.until(lambda: not list(here.live.settings.tap_dir.iterdir()))
    hold(here.live, "unhold", call["uuid"])
    again = speech.next()
    assert again.file != here.stream.file
    here.page.until("call", state="talking")
    says(again, CUSTOMER, "tell me once", 0.1)
    here.page.until("said", key="customer-1", final=True)
    assert not [one for one in here.page.of("said") if "music" in one["text"] or "sings" in one["text"]]
    assert [one["rule"] for one in here.page.of("card")] == ["told twice", "held long"]
    starts = [one["start"] for one in here.page.of("said") if one["side"] == "customer"]
    assert starts == sorted(starts)


def test_after_a_transfer_another_user_sees_it_go_on(talk: Callable[..., Talk], speech: StandIn) -> None:
    here = talk()
    bert = Page(here.live, BERT)
    call = here.page.until("call", state="talking")["call"]
    says(here.stream, CUSTOMER, "tell me once")
    here.page.until("said", final=True)
    here.live.outside.phone("202", SLUG)
    here.live.control.ask("POST", f"/v1/calls/{call}/transfer?subscriber={SLUG}", {"to": "202"})
    assert here.stream.stopped.wait(10)
    here.stream.ends()
    second = speech.next()
    gone = here.page.until("call", state="over")
    assert gone["user"] == ANNE
    assert bert.until("call", state="talking")["user"] == BERT
    assert bert.until("said", key="customer-0")["text"] == "tell me once"
    seen = len(here.page.read())
    says(second, CUSTOMER, "tell me once")
    says(second, CUSTOMER, "I want a refund", 3.0)
    bert.until("card", rule="refund")
    assert [one["rule"] for one in bert.of("card")] == ["told twice", "refund"]
    assert len(here.page.read()) == seen
    here.caller.hangs_up()
    found = here.live.until(lambda: (one := kept(here.live, call)) and len(one.customer) == 3 and one)
    assert [event["values"]["to"] for event in found.events if event["kind"] == "transfer"] == ["202"]
    assert [row[2] for row in hints(here.live, call)] == [ANNE, BERT]


def test_the_call_goes_on_while_speech_is_away(
    live: Live, speech: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "AGAIN", 0.2)
    speech.close()
    live.load(make(tmp_path / "houses"))
    live.outside.phone("201", SLUG)
    caller = live.outside.from_trunk(NUMBER)
    page = Page(live)
    page.until("call", degraded="away")
    speech.open()
    stream = speech.next()
    page.until("call", degraded="")
    stream.degrades("too_busy")
    stream.ends()
    page.until("call", degraded="too_busy")
    stream = speech.next()
    says(stream, CUSTOMER, "I want a refund")
    page.until("card", rule="refund")
    page.until("call", degraded="")
    assert not caller.has_ended(0)
    caller.hangs_up()
    assert live.record().problem == ""


def test_a_full_disk_and_a_process_that_stands_still_are_told_and_the_call_goes_on(
    talk: Callable[..., Talk], speech: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hearing, "PATIENCE", 0.1)
    monkeypatch.setattr(prompter, "AGAIN", 0.2)
    monkeypatch.setattr(recognition, "OLD", 0.0)
    monkeypatch.setattr(recognition.client, "status", partial(recognition.client.status, timeout=0.2))
    here = talk()
    here.page.until("call", state="talking")
    speech.stands_still = True
    here.page.until("call", degraded="away")
    speech.stands_still = False
    here.page.until("call", degraded="")
    monkeypatch.setattr(tap, "SPARE", 1 << 60)
    here.page.until("call", degraded="away")
    here.live.until(lambda: not list(here.live.settings.tap_dir.iterdir()))
    monkeypatch.setattr(tap, "SPARE", 0)
    stream = speech.next()
    says(stream, CUSTOMER, "I want a refund")
    here.page.until("card", rule="refund")
    here.page.until("call", degraded="")
    here.caller.hangs_up()
    assert here.live.record().problem == ""
    assert caplog.text.count(f"{here.live.settings.tap_dir} is full") == 1


def test_what_fails_again_and_again_is_told_once(
    talk: Callable[..., Talk], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []

    def fail(_self: object) -> None:
        failures.append(1)
        raise RuntimeError("a rule of a kind that nobody thought of")

    monkeypatch.setattr(prompter, "TICKS", 0.02)
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    monkeypatch.setattr(prompter.Whisper, "tick", fail)
    here.live.until(lambda: len(failures) > 20)
    assert caplog.text.count(f"the prompter of call {call} failed") == 1
    monkeypatch.undo()
    says(here.stream, CUSTOMER, "I want a refund")
    here.page.until("card", rule="refund")
    here.caller.hangs_up()
    here.page.until("call", state="over")


def test_a_policy_that_ends_ends_the_listening(talk: Callable[..., Talk], speech: StandIn, tmp_path: Path) -> None:
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    says(here.stream, CUSTOMER, "I want a refund")
    here.page.until("card", rule="refund")
    here.live.load(make(tmp_path / "houses", every=False))
    assert here.stream.stopped.wait(5)
    here.stream.ends()
    here.page.until("call", state="over")
    here.live.until(lambda: not list(here.live.settings.tap_dir.iterdir()))
    here.live.load(make(tmp_path / "houses"))  # which is for talks that begin then
    assert speech.streams.empty()
    assert not here.caller.has_ended(0)
    here.caller.hangs_up()
    found = here.live.until(lambda: kept(here.live, call))
    assert [one["text"] for one in found.customer] == ["I want a refund"]


def test_what_is_not_to_be_kept_any_more_is_not(talk: Callable[..., Talk], tmp_path: Path) -> None:
    here = talk()
    call = here.page.until("call", state="talking")["call"]
    here.live.load(make(tmp_path / "houses", store=False))
    attendant = here.live.controller.desk.find(call, subscriber(here.live), ANNE)  # type: ignore[union-attr]
    here.live.until(lambda: not attendant._whisper._pen._keeps)
    says(here.stream, CUSTOMER, "I want a refund")
    here.page.until("card", rule="refund")
    here.caller.hangs_up()
    here.page.until("call", state="over")
    assert here.live.record()
    assert hints(here.live, call) == []
    found = kept(here.live, call)
    assert found is None or not found.customer


def test_a_long_talk_goes_on_in_another_tap(
    talk: Callable[..., Talk], speech: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = talk()
    here.stream.tells("partial", side=CUSTOMER, text="a long", at=1.0)
    here.page.until("said", key="customer-0")
    monkeypatch.setattr(prompter, "ROTATES", 0.5)  # but not while somebody speaks
    with pytest.raises(AssertionError):
        speech.next(1.0)
    says(here.stream, CUSTOMER, "a long story", 0.0)
    second = speech.next()
    monkeypatch.setattr(prompter, "ROTATES", 900.0)
    assert second.file != here.stream.file
    says(second, CUSTOMER, "I want a refund", 0.2)  # waits until the first one has said its last
    says(here.stream, CUSTOMER, "and its end", 0.2)
    assert here.stream.stopped.is_set()
    here.stream.ends()
    here.page.until("card", rule="refund")
    assert [one["text"] for one in here.page.of("said")] == ["a long story", "and its end", "I want a refund"]


def test_a_call_that_nobody_wants_listened_to_is_not(live: Live, speech: StandIn, tmp_path: Path) -> None:
    live.load(make(tmp_path / "houses", every=False, users=[BERT]))
    live.outside.phone("201", SLUG)
    page = Page(live)
    caller = live.outside.from_trunk(NUMBER)
    live.until(lambda: live.events("connected"))
    caller.hangs_up()
    live.record()
    assert page.read() == []
    assert speech.streams.empty()


def test_who_calls_out_is_the_agent(live: Live, speech: StandIn, tmp_path: Path) -> None:
    live.load(make(tmp_path / "houses"))
    live.outside.trunk()
    page = Page(live)
    caller = live.outside.from_phone("201", "+33612345678", SLUG)
    stream = speech.next()
    call = page.until("call", state="talking")
    assert (call["direction"], call["user"]) == ("outbound", ANNE)
    says(stream, 0, "shut up")
    says(stream, 1, "I want a refund", 2.0)
    assert page.until("said", text="shut up")["side"] == "agent"
    page.until("card", rule="refund")
    caller.hangs_up()


def test_who_is_rung_by_a_robot_sees_what_it_learnt(live: Live, tmp_path: Path) -> None:
    house = make(tmp_path / "houses")
    give: dict[str, Any] = {"kind": "hand_over", "to": ["201"], "ring": 5, "slots": ["day_spoken"]}
    give |= {"summary": "Wants a cake on {{day}}"}
    give |= {"exits": {"answered": "end", "busy": "end", "no_answer": "end", "failed": "end"}}
    told = {"day": "Friday", "day_spoken": "next Friday", "last_turns": "a cake | on friday"}
    first = {"kind": "set", "variables": told, "exits": {"next": "give"}}
    flow = {"name": "ring", "start": "first", "nodes": {"first": first, "give": give, "end": {"kind": "hang_up"}}}
    (house / "flows" / "ring.yaml").write_text(json.dumps(flow))
    live.load(house)
    live.outside.phone("201", SLUG)
    page = Page(live)
    live.outside.from_trunk(NUMBER)
    live.until(lambda: any(one["handed_over"] for one in page.of("call")))
    call = page.of("call")[0]
    assert call["handed_over"] == {
        "summary": "Wants a cake on Friday",
        "slots": {"day_spoken": "next Friday"},
        "turns": [{"by": "customer", "text": "a cake"}, {"by": "customer", "text": "on friday"}],
    }
    assert call["node"] == "give"
