"""How a number leaves: by which trunks, written how, showing which number. The operator's rules decide. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.flow.commands import External
from controller.flow.numbers import country_of

BARRED = "OUTGOING_CALL_BARRED"
NO_ROUTE = "NO_ROUTE_DESTINATION"
UNWRITABLE = "INVALID_NUMBER_FORMAT"
KEEP, OWN = "keep", "own"
Documents = Sequence[Mapping[str, Any]]

# A trunk that ends a call so did not carry it, and said nothing about who is called: the next one may.
NOT_CARRIED = frozenset(
    {
        "NO_ROUTE_TRANSIT_NET",
        "NO_ROUTE_DESTINATION",
        "EXCHANGE_ROUTING_ERROR",
        "DESTINATION_OUT_OF_ORDER",
        "NORMAL_CIRCUIT_CONGESTION",
        "NETWORK_OUT_OF_ORDER",
        "NORMAL_TEMPORARY_FAILURE",
        "SWITCH_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "FACILITY_NOT_SUBSCRIBED",
        "OUTGOING_CALL_BARRED",
        "BEARERCAPABILITY_NOTAUTH",
        "BEARERCAPABILITY_NOTAVAIL",
        "SERVICE_UNAVAILABLE",
        "SERVICE_NOT_IMPLEMENTED",
        "RECOVERY_ON_TIMER_EXPIRE",
        "PROTOCOL_ERROR",
        "INTERWORKING",
        "GATEWAY_DOWN",
        "INVALID_GATEWAY",
        "PROGRESS_TIMEOUT",
    }
)
# CALL_REJECTED is a person's word, but for these answers: the trunk wants another password, or money.
NOT_ADMITTED = frozenset({401, 402, 403, 407})


@dataclass(frozen=True)
class WayOut:
    """The trunks to try, in order, and what they are told; without any, the `cause`. `rule` is the one that decided."""

    trunks: tuple[str, ...] = ()
    number: str = ""
    caller: str = KEEP
    rule: str = ""
    cause: str = ""


def way_out(target: External, trunks: Documents, rules: Documents, emergency: bool = False) -> WayOut:
    """Find how a number leaves. Without rules by the trunk that is named, else by the first.

    With rules, what none fits is not called, and a trunk that a flow names must be among the rule's. An emergency call
    passes whatever the rules say: by the trunks of those that fit it, then by all others, as it was dialled.
    """
    known = tuple(str(trunk["name"]) for trunk in trunks)
    if emergency:
        wanted = (name for rule in rules if _fits(rule, target.number) for name in rule.get("trunks", ()))
        return _by((*wanted, *known), known, target.number)
    if not rules:
        return _by([name for name in known if target.trunk in ("", name)][:1], known, target.number)
    rule = next((rule for rule in rules if _fits(rule, target.number)), None)
    if rule is None:
        return WayOut(cause=NO_ROUTE)
    name = str(rule["name"])
    if rule.get("blocked"):
        return WayOut(rule=name, cause=BARRED)
    number = f"{rule.get('prefix', '')}{target.number[rule.get('strip', 0) :]}"
    if number in ("", "+"):
        return WayOut(rule=name, cause=UNWRITABLE)
    allowed = [one for one in rule["trunks"] if target.trunk in ("", one)]
    return _by(allowed, known, number, rule.get("caller", KEEP), name)


def not_carried(cause: str, status: int = 0) -> bool:
    """Whether a leg that ended with a cause (and a SIP status) tells of the trunk, and not of who is called."""
    return cause in NOT_CARRIED or (cause == "CALL_REJECTED" and status in NOT_ADMITTED)


def _by(wanted: Iterable[str], known: tuple[str, ...], number: str, caller: str = KEEP, rule: str = "") -> WayOut:
    trunks = tuple(name for name in dict.fromkeys(wanted) if name in known)
    return WayOut(trunks, number, caller, rule, "" if trunks else NO_ROUTE)


def _fits(rule: Mapping[str, Any], number: str) -> bool:
    countries, match = rule.get("countries"), rule.get("match")
    if countries is not None:
        return number.startswith("+") and country_of(number) in countries
    patterns = [match] if isinstance(match, str) else match or []
    return any(number.startswith(one[:-1]) if one.endswith("*") else number == one for one in patterns)
