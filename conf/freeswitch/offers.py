"""The extensions of the dialplan that offer a call to controllers."""

from __future__ import annotations

from collections.abc import Sequence

from conf.freeswitch.template import Markup, attribute

AT = r"^souffleur_at_((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})\z"
ANY = r"^souffleur_(?:offer|again)\z"


def offer_extensions(offers: Sequence[str]) -> Markup:
    """Who is asked first depends on the channel's uuid, so that controllers share the calls; the others follow.

    A controller that adopts a call has it sent to `souffleur_at_HOST:PORT`, its own address: it is asked first then.
    Who takes an offer sets `souffleur_taken`: one that finds it set comes late, and somebody else has the call.
    """
    places = range(len(offers))
    turns = [_extension(f"offer_{place}", ANY, _turned(offers, place), _digits(place, len(offers))) for place in places]
    return Markup("\n    ".join([_extension("at", AT, ["$1", *offers], ""), *turns]))


def _turned(offers: Sequence[str], place: int) -> list[str]:
    return [*offers[place:], *offers[:place]]


def _digits(place: int, count: int) -> str:
    """The first digits of the uuids that this place is for; the last place takes what is left."""
    if place == count - 1:
        return ""
    return "".join(f"{digit:x}" for digit in range(16) if digit % count == place)


def _extension(name: str, destination: str, offers: Sequence[str], digits: str) -> str:
    uuid = f'<condition field="${{uuid}}" expression="^[{digits}]"/>\n      ' if digits else ""
    return (
        f'<extension name="{name}">\n      {uuid}'
        f'<condition field="destination_number" expression="{attribute(destination)}">\n'
        '        <action application="unset" data="transfer_history"/>\n'
        '        <action application="unset" data="souffleur_taken"/>\n'
        f'        <action application="socket" data="{attribute("|".join(offers))} async full"/>\n'
        '        <action application="set" data="controller_lost=true"/>\n'
        '        <action application="sleep" data="1000"/>\n'
        '        <action application="transfer" data="souffleur_again XML souffleur"/>\n'
        "      </condition>\n    </extension>"
    )
