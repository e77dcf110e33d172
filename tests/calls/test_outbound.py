"""How a number leaves: what the operator's rules say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conf.snapshot import Snapshot
from controller.calls.dialling import Dialling, groups, legs
from controller.calls.outbound import not_carried, way_out
from controller.calls.parties import Parties
from controller.esl.fields import leg_causes
from controller.flow.commands import Dial, Extension, External

TRUNKS = ({"name": "a"}, {"name": "b"}, {"name": "c"})
MOBILE = "+33612345678"
RULES: tuple[dict[str, Any], ...] = (
    {"name": "premium", "match": ["+33899*", "+33118000"], "blocked": True},
    {"name": "mobile", "match": "+336*", "trunks": ["b", "a"]},
    {"name": "national", "countries": ["FR"], "trunks": ["a"], "strip": 3, "prefix": "0", "caller": "own"},
    {"name": "gone", "match": "+32*", "trunks": ["removed"]},
    {"name": "cut", "match": "+41*", "trunks": ["a"], "strip": 15},
)


@pytest.mark.parametrize(
    ("number", "trunks", "written", "rule", "cause"),
    [
        (MOBILE, ("b", "a"), MOBILE, "mobile", ""),
        ("+33899123456", (), "", "premium", "OUTGOING_CALL_BARRED"),
        ("+33118000", (), "", "premium", "OUTGOING_CALL_BARRED"),
        ("+33123456789", ("a",), "0123456789", "national", ""),
        ("+33118001", ("a",), "0118001", "national", ""),
        ("+32123456789", (), "", "", "NO_ROUTE_DESTINATION"),  # the trunk of the rule is gone
        ("+41123456789", (), "", "cut", "INVALID_NUMBER_FORMAT"),
        ("+4930123456", (), "", "", "NO_ROUTE_DESTINATION"),
    ],
)
def test_the_first_rule_that_fits_decides(
    number: str, trunks: tuple[str, ...], written: str, rule: str, cause: str
) -> None:
    way = way_out(External(number), TRUNKS, RULES)
    assert (way.trunks, way.cause) == (trunks, cause)
    if trunks or rule:
        assert (way.rule, way.number if trunks else "") == (rule, written)


def test_a_rule_for_everything() -> None:
    rules = [{"name": "rest", "match": "*", "trunks": ["c", "b"]}]
    assert way_out(External("+4930123456"), TRUNKS, rules).trunks == ("c", "b")


@pytest.mark.parametrize(("named", "trunks"), [("", ("a",)), ("c", ("c",)), ("none", ())])
def test_without_rules_a_call_leaves_as_ever(named: str, trunks: tuple[str, ...]) -> None:
    way = way_out(External(MOBILE, named), TRUNKS, ())
    assert (way.trunks, way.number, way.caller) == (trunks, MOBILE if trunks else way.number, "keep")


@pytest.mark.parametrize(("named", "trunks"), [("a", ("a",)), ("b", ("b",)), ("c", ())])
def test_a_flow_names_a_trunk_among_those_of_the_rule(named: str, trunks: tuple[str, ...]) -> None:
    assert way_out(External(MOBILE, named), TRUNKS, RULES).trunks == trunks


@pytest.mark.parametrize(
    ("rules", "trunks"),
    [
        ((), ("a", "b", "c")),
        (({"name": "no", "match": "*", "blocked": True},), ("a", "b", "c")),
        (({"name": "r", "match": "15", "trunks": ["c"], "strip": 1, "caller": "anonymous"},), ("c", "a", "b")),
        (({"name": "r", "match": "+336*", "trunks": ["b"]},), ("a", "b", "c")),
    ],
)
def test_an_emergency_call_always_passes_as_it_was_dialled(
    rules: tuple[dict[str, Any], ...], trunks: tuple[str, ...]
) -> None:
    way = way_out(External("15"), TRUNKS, rules, emergency=True)
    assert (way.trunks, way.number, way.caller) == (trunks, "15", "keep")


@pytest.mark.parametrize(
    ("cause", "status", "next_one"),
    [
        ("NORMAL_TEMPORARY_FAILURE", 503, True),
        ("PROGRESS_TIMEOUT", 0, True),
        ("CALL_REJECTED", 403, True),  # the trunk does not know us, or our account is empty
        ("CALL_REJECTED", 603, False),  # whom we call declines
        ("USER_BUSY", 486, False),
        ("NO_ANSWER", 0, False),
        ("UNALLOCATED_NUMBER", 404, False),
        ("ORIGINATOR_CANCEL", 487, False),
        ("NORMAL_CLEARING", 0, False),
    ],
)
def test_what_tells_of_the_trunk_and_not_of_who_is_called(cause: str, status: int, next_one: bool) -> None:
    assert not_carried(cause, status) is next_one


def parties(subscriber: Snapshot, rules: tuple[dict[str, Any], ...], user: str = "claire") -> Parties:
    return Parties(subscriber, "c", user, "pbx.localhost", "", TRUNKS, rules)


@pytest.mark.parametrize(
    ("caller", "wanted", "shown"),
    [
        ("keep", "+33698765432", "+33698765432"),
        ("own", "+33698765432", "+33123456780"),  # the user's, not that of somebody who called
        ("own", "+33123456789", "+33123456789"),
        ("own", "anonymous", "anonymous"),
        ("keep", "", "+33123456780"),
        ("anonymous", "+33123456789", "anonymous"),
        ("+33800000000", "+33698765432", "+33800000000"),
    ],
)
def test_the_number_shown(snapshot: Callable[..., Snapshot], caller: str, wanted: str, shown: str) -> None:
    rules = ({"name": "r", "match": "*", "trunks": ["a"], "caller": caller},)
    made = parties(snapshot(), rules)
    (party,) = made.of(Dial((External(MOBILE),), presented=wanted))
    assert (party.leg.caller_number, made.presented) == (shown, shown)


def test_each_trunk_is_tried_by_a_leg_of_its_own(snapshot: Callable[..., Snapshot]) -> None:
    made = parties(snapshot(), RULES)
    found = made.of(Dial((Extension("101"), External(MOBILE), External("+33899123456"))))
    assert [[(one.name, one.trunk) for one in party.all()] for party in found] == [
        [("101", "")], [(MOBILE, "b"), (MOBILE, "a")],
    ]  # fmt: skip
    assert len({one.leg.uuid for party in found for one in party.all()}) == 3
    assert [(number, way.rule) for number, way in made.refused] == [("+33899123456", "premium")]


def test_only_who_rings_alone_is_given_up_early(snapshot: Callable[..., Snapshot]) -> None:
    made = parties(snapshot(), RULES)
    both = Dial((Extension("101"), External(MOBILE)), "at_once", 30.0)
    assert [leg.progress for leg in legs(made.of(both), both)] == [None, None]
    one = Dial((External(MOBILE),), "at_once", 30.0)
    assert [leg.progress for leg in legs(made.of(one), one)] == [10.0]
    assert [leg.progress for leg in legs([made.of(one)[0].all()[-1]], one)] == [None]  # the last trunk has its time
    turns = Dial((Extension("101"), External(MOBILE)), "in_turn", 8.0)
    assert [[(leg.progress, leg.ring) for leg in legs(group, turns)] for group in groups(made.of(turns), turns)] == [
        [(None, 8.0)], [(4.0, 8.0)],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "disposition", "kept"),
    [
        (Dial((External(MOBILE),)), "NORMAL_TEMPORARY_FAILURE", None),  # the second trunk was to be next
        (Dial((External(MOBILE),)), "USER_BUSY", "busy"),
        (Dial((External(MOBILE),)), "SUCCESS", "answered"),
        (Dial((External("+33123456789"),)), "NORMAL_TEMPORARY_FAILURE", "failed"),  # there is one trunk only
        (Dial((External(MOBILE), Extension("101")), "in_turn"), "USER_BUSY", None),  # 101 was to be next
        (Dial((Extension("101"), Extension("102")), "in_turn"), "USER_BUSY", "busy"),  # FreeSWITCH rang both
    ],
)
def test_a_dial_that_was_to_go_on_is_rung_again(
    snapshot: Callable[..., Snapshot], command: Dial, disposition: str, kept: str | None
) -> None:
    left = {"variable_souffleur_dialling": "5", "variable_originate_disposition": disposition}
    dialling = Dialling(snapshot(), "c", "", TRUNKS, "pbx.localhost", lambda *_, **__: None, rules=RULES)
    found = dialling.kept(left, "5", True, 0.0, command)
    assert (found.outcome if found else None) == kept


@pytest.mark.parametrize(
    "written", ["x;USER_BUSY", ["x;USER_BUSY", "y;NONE"], "ARRAY::x;USER_BUSY|:y;NONE"], ids=["one", "list", "text"]
)
def test_how_each_leg_ended(written: Any) -> None:
    causes = leg_causes({"variable_originate_causes": written})
    assert causes["x"] == "USER_BUSY"
    assert set(causes) <= {"x", "y"}
    assert leg_causes({}) == {}
