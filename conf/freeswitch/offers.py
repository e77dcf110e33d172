"""The extensions of the dialplan that offer a call to controllers."""

from __future__ import annotations

from collections.abc import Sequence

from conf.freeswitch.template import Markup, attribute

ADDRESS = r"((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})\z"
AT = rf"^souffleur_at_{ADDRESS}"
HOME = rf"^{ADDRESS}"
AGAIN = r"^souffleur_again\z"
ANY = r"^souffleur_(?:offer|again)\z"


def offer_extensions(offers: Sequence[str]) -> Markup:
    """Who is asked first depends on the channel's uuid, so that controllers share the calls; the others follow.

    A controller that adopts a call has it sent to `souffleur_at_HOST:PORT`, its own address: it is asked first then.
    So it is when a call comes back: who had it last is asked first, since the next one in turn may be one that hangs.
    Who takes an offer sets `souffleur_taken`: one that finds it set comes late, and somebody else has the call.
    """
    turns = [_turn(offers, place) for place in range(len(offers))]
    at = _extension("at", _condition("destination_number", AT), ["$1", *offers])
    home = _condition("destination_number", AGAIN, last=False) + _condition("${souffleur_home}", HOME)
    return Markup("\n    ".join([at, _extension("home", home, ["$1", *offers]), *turns]))


def _turn(offers: Sequence[str], place: int) -> str:
    digits = _digits(place, len(offers))
    uuid = _condition("${uuid}", f"^[{digits}]", last=False) if digits else ""
    asked = [*offers[place:], *offers[:place]]
    return _extension(f"offer_{place}", uuid + _condition("destination_number", ANY), asked)


def _digits(place: int, count: int) -> str:
    """The first digits of the uuids that this place is for; the last place takes what is left."""
    if place == count - 1:
        return ""
    return "".join(f"{digit:x}" for digit in range(16) if digit % count == place)


def _condition(field: str, expression: str, last: bool = True) -> str:
    """A condition; the last one of an extension holds its actions, and `$1` is what it found."""
    opening = f'<condition field="{field}" expression="{attribute(expression)}"'
    return f"{opening}>\n" if last else f"{opening}/>\n      "


def _extension(name: str, conditions: str, offers: Sequence[str]) -> str:
    return (
        f'<extension name="{name}">\n      {conditions}'
        '        <action application="unset" data="transfer_history"/>\n'
        '        <action application="unset" data="souffleur_taken"/>\n'
        '        <action application="unset" data="DP_MATCH"/>\n'
        f'        <action application="socket" data="{attribute("|".join(offers))} async full"/>\n'
        '        <action application="set" data="controller_lost=true"/>\n'
        '        <action application="sleep" data="1000"/>\n'
        '        <action application="transfer" data="souffleur_again XML souffleur"/>\n'
        "      </condition>\n    </extension>"
    )
