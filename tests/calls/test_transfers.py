"""Whose rights a transferred call has, and what a phone may not write into a transfer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conf.snapshot import Snapshot
from controller.calls.crossing import REPLACED, TRANSFEROR, Crossing
from controller.calls.elsewhere import forbid, hang_up_strays, is_harmless
from controller.calls.offer import call_of, read_offer
from controller.calls.routing import NoRoute, Route, route
from controller.esl.errors import CommandRefused, ConnectionLost
from controller.esl.event import Event
from tests.calls.test_routing import Known, offer

Make = Callable[..., Snapshot]
CALLER, CLAIRE, OTHER = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "abc")


def transferred(**variables: str) -> dict[str, str]:
    told = {"souffleur_origin": "transfer", "souffleur_dialled": "+33899000000", "souffleur_transferred_by": CLAIRE}
    return {"Unique-ID": CALLER} | {f"variable_{name}": value for name, value in (told | variables).items()}


# --- who sent it ---------------------------------------------------------------------------------------------------


def test_who_answered_is_known_by_the_leg_that_we_rang() -> None:
    found = read_offer(transferred(souffleur_answerer=f"{CLAIRE}:claire", souffleur_user="paul"))
    assert (found.transferor, found.user) == ("claire", "claire")  # the caller's own rights are gone


def test_who_called_is_known_by_the_name_of_the_call() -> None:
    found = read_offer(transferred(souffleur_ringer="claire", souffleur_call=call_of(CLAIRE)))
    assert (found.transferor, found.user) == ("claire", "claire")


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"souffleur_answerer": f"{OTHER}:paul"},  # who answered first, and then sent the caller to somebody else
        {"souffleur_ringer": "paul", "souffleur_call": call_of(OTHER)},
        {"souffleur_answerer": ":paul", "souffleur_transferred_by": ""},
        {"souffleur_answerer": "paul"},
        {"souffleur_transferor": "paul"},  # of a transfer before
        {"sip_h_Referred-By": "<sip:paul@martin.pbx.example>"},
        {"souffleur_user": "paul"},
    ],
)
def test_nobody_else_is_taken_for_who_sent_it(variables: dict[str, str]) -> None:
    found = read_offer(transferred(**variables))
    assert (found.transferor, found.user) == ("", "")


def test_the_next_controller_still_knows_who_sent_it() -> None:
    told = {"souffleur_began": "3", "souffleur_transferor": "claire", "souffleur_answerer": f"{OTHER}:paul"}
    found = read_offer(transferred(**told))
    assert (found.began, found.transferor, found.user) == (3, "claire", "claire")


# --- what follows --------------------------------------------------------------------------------------------------


def sent(dialled: str, by: str = "claire", **changes: Any) -> Any:
    return offer(dialled, subscriber="martin", origin="transfer", user=by, transferor=by, **changes)


@pytest.mark.parametrize("dialled", ["+33899000000", "0612345679", "199", "112", "15"])
def test_only_a_user_sends_a_call_out(snapshot: Make, dialled: str) -> None:
    way = route(sent(dialled), Known((snapshot(),)))
    assert isinstance(way, Route)
    assert (way.direction, way.subscriber.slug) == ("outbound", "martin")
    for nobody in ("", "paul@duval.example"):
        refused = route(sent(dialled, nobody), Known((snapshot(),)))
        assert isinstance(refused, NoRoute)
        assert (refused.cause, refused.subscriber.slug) == ("OUTGOING_CALL_BARRED", "martin")  # type: ignore[union-attr]


@pytest.mark.parametrize("dialled", ["101", "1000", "+33123456789"])
def test_whoever_sent_it_a_call_reaches_the_house(snapshot: Make, dialled: str) -> None:
    way = route(sent(dialled, ""), Known((snapshot(),)))
    assert isinstance(way, Route)
    assert way.direction == "internal"


def test_a_call_of_nobody_is_sent_nowhere(snapshot: Make) -> None:
    """A caller whose subscriber is not known, as when no controller ever had the call."""
    way = route(offer("+33899000000", origin="transfer", transferor="claire"), Known((snapshot(),)))
    assert isinstance(way, NoRoute)


def test_an_extension_of_another_subscriber_is_not_reached(snapshot: Make) -> None:
    other = snapshot(subscriber_id=2, slug="duval", extensions={"300": {"extension": "300", "flow": "x"}}, numbers={})
    assert isinstance(route(sent("300"), Known((snapshot(), other))), NoRoute)


# --- what a phone may not write ------------------------------------------------------------------------------------


class Switch:
    """What is told to FreeSWITCH, and the channels' subscribers."""

    def __init__(self, **subscribers: str) -> None:
        self.told: list[str] = []
        self.subscribers = subscribers
        self.away = False

    def __call__(self) -> Any:
        if self.away:
            raise ConnectionLost("away")
        return self

    rows: tuple[dict[str, str], ...] | list[dict[str, str]] = ()

    def bgapi(self, _command: str) -> str:
        return json.dumps({"row_count": len(self.rows)} | ({"rows": self.rows} if self.rows else {}))

    def api(self, command: str) -> str:
        name, uuid, *_ = command.split()
        if name == "uuid_getvar":
            if uuid not in self.subscribers:
                raise CommandRefused(command, "-ERR No such channel!")
            return self.subscribers[uuid] or "_undef_"
        self.told.append(f"{name} {uuid}")
        return "+OK"


HARMLESS = ("", "transport=udp", "x=1;y=2", "Replaces=abc@host%3Bto-tag%3D1%3Bfrom-tag%3D2", "user=phone&a=b")
HARMFUL = ("}", "x=1}sofia/x", ":_:", "a|b", "a,b", "[x", "x]", "${a}", "a b", "'", '"', "\\", "<", "a\nb", "é", "{")


@pytest.mark.parametrize("name", ["refer-to-params", "refer-to-headers", "replaces-call-id"])
def test_what_a_dial_string_could_be_made_of_is_seen(name: str) -> None:
    for text in HARMLESS:
        assert is_harmless({name: text}), text
    for text in HARMFUL:
        assert not is_harmless({name: text}), text


def test_only_who_writes_a_dial_string_is_hung_up(caplog: pytest.LogCaptureFixture) -> None:
    switch = Switch()
    forbid({"refer-from-channel-id": CLAIRE, "refer-to-headers": HARMLESS[3]}, switch)
    assert switch.told == []
    forbid({"refer-from-channel-id": CLAIRE, "refer-to-params": "x=1}sofia/x"}, switch)
    assert switch.told == [f"uuid_kill {CLAIRE}"]
    switch.away = True
    forbid({"refer-from-channel-id": CLAIRE, "refer-to-params": "x=1}sofia/x"}, switch)
    forbid({"refer-from-channel-id": "no uuid", "refer-to-params": "}"}, Switch())
    assert caplog.text.count("cannot be hung up") == 2


def test_legs_that_no_controller_made_are_hung_up() -> None:
    rows = [
        {"uuid": uuid(name), "direction": direction, "name": channel}
        for name, direction, channel in (
            ("a1", "outbound", "sofia/external/evil@x"),
            ("a2", "outbound", "sofia/internal/101"),
            ("b1", "inbound", "sofia/external/caller"),
            ("b2", "outbound", "loopback/1000-a"),
            ("c1", "outbound", "sofia/external/gone"),
        )
    ]
    switch = Switch(**{uuid("a1"): "", uuid("a2"): "call", uuid("b1"): "", uuid("b2"): ""})
    switch.rows = rows
    hang_up_strays(switch)  # type: ignore[arg-type]
    assert switch.told == [f"uuid_kill {uuid('a1')}"]


# --- two calls into one --------------------------------------------------------------------------------------------

A1, A2, B1, B2 = "a1", "a2", "b1", "b2"  # the transferor's two legs, and whom each talks with


def uuid(name: str) -> str:
    return f"{name}000000-0000-4000-8000-000000000000"


def told(subclass: str, own: str, subscriber: str, **more: str) -> Event:
    headers = {"Event-Subclass": subclass, "Unique-ID": uuid(own), "variable_souffleur_subscriber": subscriber}
    return Event(headers | {f"att_xfer_{name}": uuid(value) for name, value in more.items()})


def test_two_talks_of_one_subscriber_are_joined() -> None:
    switch = Switch()
    crossing = Crossing(switch)
    crossing.hear(told(REPLACED, A2, "martin", replaced_by=B1))
    crossing.hear(
        told(TRANSFEROR, A1, "martin", original_call_id=B1, destination_call_id=B2, destination_peer_uuid=A2)
    )
    assert switch.told == []


@pytest.mark.parametrize("replaced", ["duval", ""])
def test_two_talks_of_two_subscribers_are_not(replaced: str) -> None:
    switch = Switch()
    crossing = Crossing(switch)
    crossing.hear(told(REPLACED, A2, replaced, replaced_by=B1))
    crossing.hear(
        told(TRANSFEROR, A1, "martin", original_call_id=B1, destination_call_id=B2, destination_peer_uuid=A2)
    )
    assert sorted(switch.told) == [f"uuid_kill {uuid(A1)}", f"uuid_kill {uuid(B1)}"]


def test_a_caller_is_sent_into_a_flow_that_the_phone_called() -> None:
    """The second call talks with nobody: FreeSWITCH tells of no replaced leg."""
    event = told(TRANSFEROR, A1, "martin", original_call_id=A2, destination_call_id=B1, destination_peer_uuid=A1)
    switch = Switch(**{uuid(A2): "martin"})
    Crossing(switch).hear(event)
    assert switch.told == []
    switch = Switch(**{uuid(A2): "duval"})
    Crossing(switch).hear(event)
    assert sorted(switch.told) == [f"uuid_kill {uuid(A1)}", f"uuid_kill {uuid(A2)}"]


def test_a_customer_of_others_is_not_sent_where_a_phone_called() -> None:
    event = told(TRANSFEROR, A1, "martin", original_call_id=A1, destination_call_id=B2, destination_peer_uuid=A2)
    switch = Switch(**{uuid(B2): ""})
    Crossing(switch).hear(event)
    assert sorted(switch.told) == [f"uuid_kill {uuid(A1)}", f"uuid_kill {uuid(B2)}"]


def test_a_blind_transfer_is_left_to_the_controller() -> None:
    switch = Switch()
    Crossing(switch).hear(told(TRANSFEROR, A1, "martin"))
    assert switch.told == []
