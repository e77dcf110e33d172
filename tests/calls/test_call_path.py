"""The main job: a call walks the flow of its number and is on record. tests/real runs the same on FreeSWITCH."""

from __future__ import annotations

from tests.calls.live import Live


def test_a_key_leads_through_the_menu(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.is_answered()
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    record = live.record()
    assert live.path(record) == ["choose", "thank", "end"]
    assert (record.caller, record.called, record.number) == ("+33611111111", "+33123456789", "+33123456789")
    assert (record.direction, record.trunk, record.flow, record.flow_version) == ("inbound", "carrier", "reception", 1)
    assert (record.disposition, record.cause, record.q850, record.hung_up_by) == (
        "served",
        "NORMAL_CLEARING",
        16,
        "flow",
    )
    assert record.started_at <= record.answered_at <= record.ended_at
    assert record.problem == ""


def test_silence_leads_out_of_the_menu(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.has_ended(15)
    assert live.path(live.record()) == ["choose", "sorry", "end"]


def test_the_first_of_two_phones_takes_the_call(live: Live) -> None:
    claire = live.outside.phone("101", talks=0.5)
    paul = live.outside.phone("102", no_answer=True)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("1")
    assert caller.has_ended()
    record = live.record()
    assert live.path(record) == ["choose", "ring", "after", "end"]
    assert (claire.rung, paul.rung) == (1, 1)
    assert (record.disposition, record.hung_up_by) == ("answered", "called")
    assert 0.1 < record.talk < 3
    assert record.ringing_at is not None
    assert [event.data["to"] for event in live.events("connected")] == ["101"]


def test_an_extension_is_dialled_directly(live: Live) -> None:
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("102")
    assert caller.has_ended()
    assert live.path(live.record()) == ["choose", "direct", "after", "end"]
    assert paul.rung == 1


def test_a_busy_phone(live: Live) -> None:
    live.outside.phone("102", busy=True)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("102")
    assert caller.has_ended()
    record = live.record()
    assert live.path(record) == ["choose", "direct", "engaged", "end"]
    assert record.disposition == "busy"


def test_nobody_answers(live: Live) -> None:
    phone = live.outside.phone("102", no_answer=True)
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("102")
    assert caller.has_ended(15)
    record = live.record()
    assert live.path(record) == ["choose", "direct", "sorry", "end"]
    assert (record.disposition, phone.rung) == ("no_answer", 1)


def test_phones_in_turn_before_the_call_is_answered(live: Live) -> None:
    first = live.outside.phone("101", no_answer=True)
    second = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk("+33123456782")
    assert caller.is_answered(15)
    assert caller.has_ended()
    assert (first.rung, second.rung) == (1, 1)
    assert live.record().disposition == "answered"


def test_the_cause_of_the_flow_reaches_the_caller(live: Live) -> None:
    live.outside.phone("101", busy=True)
    live.outside.phone("102", busy=True)
    caller = live.outside.from_trunk("+33123456782")
    assert caller.has_ended()
    assert not caller.is_answered(0)
    assert live.record().cause == "USER_BUSY"


def test_the_caller_leaves_during_a_prompt(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456784")
    live.reaches("read")
    assert caller.is_answered()
    caller.hangs_up()
    record = live.record()
    assert live.path(record) == ["read"]
    assert (record.disposition, record.hung_up_by) == ("abandoned", "caller")


def test_the_caller_leaves_while_a_phone_rings(live: Live) -> None:
    phone = live.outside.phone("101", no_answer=True)
    caller = live.outside.from_trunk("+33123456782")
    live.until(lambda: phone.rung)
    caller.hangs_up()
    record = live.record()
    assert (record.disposition, record.hung_up_by, record.cause) == ("abandoned", "caller", "ORIGINATOR_CANCEL")
    assert record.answered_at is None


def test_an_external_number_through_the_trunk_with_our_number(live: Live) -> None:
    far = live.outside.trunk(talks=0.3)
    live.outside.phone("101")
    caller = live.outside.from_phone("102", "199")
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert (record.direction, record.disposition) == ("outbound", "answered")
    assert far.rung == 1
    assert far.shown == ["+33123456789"]
    assert record.presented == "+33123456789"


def test_a_phone_calls_a_phone(live: Live) -> None:
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_phone("101", "102")
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert (record.direction, record.called, paul.rung) == ("internal", "102", 1)


def test_a_number_without_a_flow_rings_its_fallback(live: Live) -> None:
    claire = live.outside.phone("101", talks=0.3)
    caller = live.outside.from_trunk("+33123456780")
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert claire.rung == 1
    assert "+33123456780 has no flow" in record.problem


def test_a_number_without_a_flow_or_a_fallback_apologises(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456781")
    assert caller.is_answered()
    assert caller.has_ended(15)
    record = live.record()
    assert record.cause == "DESTINATION_OUT_OF_ORDER"
    assert "has no flow" in record.problem
    assert [event.data["sounds"][0]["language"] for event in live.events("command") if "sounds" in event.data] == ["fr"]


def test_a_number_of_nobody_is_on_record_without_a_subscriber(live: Live) -> None:
    caller = live.outside.from_trunk("+33999999999")
    assert caller.has_ended(15)
    record = live.record()
    assert record.subscriber_id is None
    assert (record.disposition, record.cause) == ("failed", "UNALLOCATED_NUMBER")


def test_a_latin_1_name_is_on_record(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789", name="J\xe9r\xf4me")
    assert caller.hears_something()
    caller.presses("2")
    assert caller.has_ended()
    record = live.record()
    assert live.path(record) == ["choose", "thank", "end"]
    assert record.caller_name.startswith("J")
