"""The product's dialplan: it hands every call to a controller and survives the controller's death.

The same contexts, extensions and actions, in the same order, as conf/freeswitch renders them (tests/virtual compares
them); tests/real plays the same scenes on FreeSWITCH 1.11.1. Nothing answers: a call that no controller takes is still
unanswered when it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from controller.virtual.dialplan import Action, Dialplan, Extension
from controller.virtual.state import State

NUMBER = r"^(\+?[0-9*#]{1,32})\Z"
EVERY = r"\A"
AGAIN = r"^souffleur_again\Z"
ANY = r"^souffleur_(?:offer|again)\Z"
HOME = r"^((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})\Z"
AT = r"^souffleur_at_((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})\Z"
HEX = "0123456789abcdef"
LOOP = "souffleur"

# What vars.xml of our configuration makes the default of every channel.
GLOBALS = {
    "app_disable_expand_variables": "true",
    "hangup_after_bridge": "false",
    "continue_on_fail": "true",
    "max_session_transfers": "1000000",
    "force_transfer_context": "transferred",
    "import": "souffleur_answerer",
    "execute_on_originate": "execute_extension souffleur_leg XML leg",
}

Actions = list[Action]


def safe(offers: Sequence[str], *, wait: float, bound: float, fallback: Sequence[Action]) -> Dialplan:
    """`offers` are `host:port`. `wait` is the pause between two rounds, `bound` how long a call is offered in vain.

    A round that nobody took adds a dot to `souffleur_waited`; a controller that set `souffleur_taken` begins a new
    count. Both durations are seconds.
    """
    rounds = max(1, round(bound / max(wait, 0.001)))
    outside = [*_number("public"), *_number("internal"), *_transferred()]
    return Dialplan([*outside, *_given_up(rounds, fallback), *_counted(), *_offered(list(offers), wait)])


def _number(context: str) -> Iterator[Extension]:
    """Calls from trunks, or from phones; a loopback call brings its origin along."""

    def actions(channel: State) -> Actions:
        dialled: Actions = [("set", "souffleur_dialled=${destination_number}"), ("unset", "DP_MATCH")]
        origin: Actions = [("set", "souffleur_origin=trunk"), ("set", "souffleur_trunk=${sip_acl_authed_by}")]
        if channel.profile.get("Source") == "mod_loopback":
            origin = []
        elif context == "internal":
            origin = [("set", "souffleur_origin=phone")]
        return [*dialled, *origin, ("transfer", f"souffleur_offer XML {LOOP}")]

    yield Extension(NUMBER, actions, context, "number")
    yield Extension(EVERY, [("hangup", "UNALLOCATED_NUMBER")], context, "refused")


def _transferred() -> Iterator[Extension]:
    """A phone transferred the call (REFER)."""
    said: Actions = [
        ("set", "souffleur_origin=transfer"),
        ("set", "souffleur_transferred_by=${last_bridge_to}"),
        ("unset", "souffleur_dialled"),
        ("unset", "souffleur_began"),
        ("unset", "souffleur_transferor"),
    ]
    number: Actions = [("set", "souffleur_dialled=${destination_number}"), ("unset", "DP_MATCH")]
    yield Extension(EVERY, said, "transferred", "transferor", goes_on=True)
    yield Extension(NUMBER, number, "transferred", "number", goes_on=True)
    yield Extension(EVERY, [("transfer", f"souffleur_offer XML {LOOP}")], "transferred", "offer")


def _given_up(rounds: int, fallback: Sequence[Action]) -> Iterator[Extension]:
    def too_often(channel: State) -> bool:
        return not _taken(channel) and len(channel.get("souffleur_waited")) >= rounds

    end: Actions = [("hangup", "NORMAL_TEMPORARY_FAILURE")]
    yield Extension(
        AGAIN, [*fallback, *end], LOOP, "fallback", lambda channel: too_often(channel) and channel.answered
    )
    yield Extension(AGAIN, end, LOOP, "unavailable", too_often)


def _counted() -> Iterator[Extension]:
    anew: Actions = [("unset", "souffleur_taken"), ("unset", "souffleur_waited")]
    more: Actions = [("set", "souffleur_waited=${souffleur_waited}.")]
    yield Extension(AGAIN, anew, LOOP, "taken", _taken, goes_on=True)
    yield Extension(AGAIN, more, LOOP, "waited", lambda channel: not _taken(channel), goes_on=True)


def _offered(offers: list[str], wait: float) -> Iterator[Extension]:
    """Who is asked first depends on the channel's uuid, or is the address that the extension names."""

    def turn(hosts: Sequence[str]) -> Actions:
        return [
            ("unset", "transfer_history"),
            ("unset", "souffleur_taken"),
            ("unset", "DP_MATCH"),
            ("socket", f"{'|'.join(hosts)} async full"),
            ("set", "controller_lost=true"),
            ("sleep", str(round(wait * 1000))),
            ("transfer", f"souffleur_again XML {LOOP}"),
        ]

    def at(channel: State) -> Actions:
        return turn([channel.profile["Destination-Number"].removeprefix("souffleur_at_"), *offers])

    def home(channel: State) -> Actions:
        return turn([str(channel.get("souffleur_home")), *offers])

    def has_home(channel: State) -> bool:
        return re.search(HOME, str(channel.get("souffleur_home") or "")) is not None

    def has_turn(place: int) -> Callable[[State], bool]:
        digits = HEX[place :: len(offers)] if place < len(offers) - 1 else ""
        return lambda channel: not digits or channel.uuid[0] in digits

    yield Extension(AT, at, LOOP, "at")
    yield Extension(AGAIN, home, LOOP, "home", has_home)
    for place in range(len(offers)):
        hosts = offers[place:] + offers[:place]
        yield Extension(ANY, turn(hosts), LOOP, f"offer_{place}", has_turn(place))
    yield Extension(EVERY, [("hangup", "UNALLOCATED_NUMBER")], LOOP, "refused")


def _taken(channel: State) -> bool:
    return channel.get("souffleur_taken") == "true"
