"""Calls that leave: by the trunk that the operator's rules say, by the next one when that does not carry them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.live import HOUSES, Live
from tests.calls.test_ringing import TURNS, ring

MOBILE = "+33612345678"
BOTH = '- {name: all, match: "*", trunks: [carrier, second]}\n'


def rules(live: Live, folder: Path, text: str, trunks: str = "") -> None:
    """The operator's folder, with outbound rules."""
    operator = folder / "operator"
    operator.mkdir()
    (operator / "trunks.yaml").write_text((HOUSES / "operator" / "trunks.yaml").read_text() + trunks)
    (operator / "outbound.yaml").write_text(text)
    live.load(operator)


def causes(live: Live) -> list[str]:
    return [event.data["cause"] for event in live.events("result") if event.data["type"] == "dialled"]


def test_a_call_leaves_by_the_trunk_of_the_first_rule_that_fits(live: Live, tmp_path: Path) -> None:
    text = '- {name: mobile-fr, match: ["+336*", "+337*"], trunks: [second]}\n- {name: fr, countries: [FR], '
    rules(live, tmp_path, text + 'trunks: [carrier], strip: 3, prefix: "0"}\n')
    carrier, second = live.outside.trunk("0123456788", "carrier", talks=0.2), live.outside.trunk(MOBILE, "second")
    caller = live.outside.from_phone("101", "0612345678")
    assert caller.is_answered()
    caller.hangs_up()
    record = live.record()
    assert (second.dialled, carrier.rung) == ([MOBILE], 0)
    assert (record.trunk, record.direction, record.disposition) == ("second", "outbound", "answered")
    assert live.outside.from_phone("101", "0123456788").has_ended()
    assert carrier.dialled == ["0123456788"]
    assert live.record(1).trunk == "carrier"


def test_without_rules_the_first_trunk_is_taken_and_on_record(live: Live) -> None:
    carrier, second = live.outside.trunk(MOBILE, "carrier", status=503), live.outside.trunk(MOBILE, "second")
    assert live.outside.from_phone("101", "199").has_ended()
    assert live.record().trunk == "carrier"
    assert (carrier.rung, second.rung) == (1, 0)


def test_the_next_trunk_is_tried_when_one_is_congested(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, BOTH)
    carrier, second = live.outside.trunk(MOBILE, "carrier", status=503), live.outside.trunk(MOBILE, "second", talks=0.3)
    caller = live.outside.from_phone("101", "199")
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert (carrier.rung, second.rung) == (1, 1)
    assert (record.disposition, record.trunk) == ("answered", "second")
    assert 0 < record.talk < 2
    (event,) = live.events("not_carried")
    assert (event.data["trunk"], event.data["next"]) == ("carrier", "second")
    assert [event.data["trunks"] for event in live.events("ringing")] == [["carrier"], ["second"]]


def test_a_trunk_that_is_not_there_is_passed_over(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, BOTH.replace("carrier", "third"), "- {name: third, host: 127.0.0.9}\n")
    second = live.outside.trunk(MOBILE, "second", talks=0.2)
    assert live.outside.from_phone("101", "199").has_ended()
    assert (second.rung, live.record().trunk) == (1, "second")


def test_a_trunk_that_says_nothing_is_given_up_for_the_next(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, BOTH)
    ring(live, to=[MOBILE], ring=4)
    carrier, second = (
        live.outside.trunk(MOBILE, "carrier", silent=True),
        live.outside.trunk(MOBILE, "second", talks=0.2),
    )
    caller = live.outside.from_trunk(TURNS)
    assert caller.is_answered()
    assert caller.has_ended()
    assert (carrier.rung, second.rung) == (1, 1)
    assert [event.data["cause"] for event in live.events("not_carried")] == ["PROGRESS_TIMEOUT"]
    assert live.record().trunk == "carrier"  # which brought the call


@pytest.mark.parametrize(
    ("manner", "outcome"),
    [
        ({"busy": True}, "busy"),
        ({"status": 603}, "busy"),
        ({"status": 404}, "failed"),
        ({"status": 503, "refuses_after": 0.5}, "failed"),  # it rang before
    ],
    ids=["busy", "declined", "unknown", "rang"],
)
def test_what_the_called_one_said_is_not_asked_again(
    live: Live, tmp_path: Path, manner: dict[str, int], outcome: str
) -> None:
    rules(live, tmp_path, BOTH)
    carrier, second = live.outside.trunk(MOBILE, "carrier", **manner), live.outside.trunk(MOBILE, "second")
    assert live.outside.from_phone("101", "199").has_ended()
    assert live.record().disposition == outcome
    assert (carrier.rung, second.rung) == (1, 0)


def test_when_no_trunk_carries_a_call_the_caller_hears_of_the_last(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, BOTH)
    trunks = [live.outside.trunk(MOBILE, name, status=503) for name in ("carrier", "second")]
    assert live.outside.from_phone("101", "199").has_ended()
    record = live.record()
    assert (record.disposition, record.trunk, record.problem) == ("failed", "second", "")
    assert [trunk.rung for trunk in trunks] == [1, 1]
    assert causes(live) == ["NORMAL_TEMPORARY_FAILURE"]


@pytest.mark.parametrize(
    ("text", "cause", "rule"),
    [
        ('- {name: premium, match: "+33899*", blocked: true}\n' + BOTH, "OUTGOING_CALL_BARRED", "premium"),
        ('- {name: mobile, match: "+336*", trunks: [carrier]}\n', "NO_ROUTE_DESTINATION", ""),
    ],
    ids=["blocked", "no rule"],
)
def test_a_number_that_may_not_be_called(live: Live, tmp_path: Path, text: str, cause: str, rule: str) -> None:
    rules(live, tmp_path, text)
    far = [live.outside.trunk("+33899123456", name) for name in ("carrier", "second")]
    assert live.outside.from_phone("101", "0899123456").has_ended()
    record = live.record()
    assert (record.disposition, record.trunk, live.path(record)) == ("failed", "", ["ring", "failed"])
    assert causes(live) == [cause]
    (event,) = live.events("barred")
    assert (event.data["to"], event.data["rule"], event.data["cause"]) == ("+33899123456", rule, cause)
    assert [trunk.rung for trunk in far] == [0, 0]


def test_a_flow_does_not_reach_what_is_blocked_either(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, '- {name: premium, match: "+33899*", blocked: true}\n' + BOTH)
    ring(live, to=["+33899123456", "102"], trunk="second")
    far, paul = live.outside.trunk("+33899123456", "second"), live.outside.phone("102", talks=0.2)
    assert live.outside.from_trunk(TURNS).has_ended()
    assert live.record().disposition == "answered"
    assert (far.rung, paul.rung) == (0, 1)


@pytest.mark.parametrize("strategy", ["at_once", "in_turn"])
def test_the_next_trunk_among_several_who_are_rung(live: Live, tmp_path: Path, strategy: str) -> None:
    rules(live, tmp_path, BOTH)
    ring(live, to=["101", MOBILE], strategy=strategy, ring=5)
    busy = live.outside.phone("101", busy=True)
    carrier, second = live.outside.trunk(MOBILE, "carrier", status=503), live.outside.trunk(MOBILE, "second", talks=0.2)
    caller = live.outside.from_trunk(TURNS)
    assert caller.is_answered()
    assert caller.has_ended()
    assert (busy.rung, carrier.rung, second.rung) == (1, 1, 1)
    assert live.record().disposition == "answered"


def test_an_emergency_call_passes_whatever_the_rules_say(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, '- {name: nothing, match: "*", blocked: true}\n')
    carrier, second = live.outside.trunk("15", "carrier", status=503), live.outside.trunk("15", "second", talks=0.2)
    caller = live.outside.from_phone("101", "15")
    assert caller.is_answered()
    assert caller.has_ended()
    assert (carrier.dialled, second.dialled) == (["15"], ["15"])
    assert (live.record().disposition, live.record().trunk) == ("answered", "second")


def test_who_leaves_while_trunks_are_tried_is_gone(live: Live, tmp_path: Path) -> None:
    rules(live, tmp_path, BOTH)
    carrier, second = live.outside.trunk(MOBILE, "carrier", silent=True), live.outside.trunk(MOBILE, "second")
    caller = live.outside.from_phone("101", "199")
    live.until(lambda: carrier.rung)
    caller.hangs_up()
    assert live.record().disposition == "abandoned"
    assert second.rung == 0
