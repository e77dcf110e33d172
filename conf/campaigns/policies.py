"""What a country asks of those who call out to many people. A country without a policy is not called.

France (sources, read again before you rely on them): hours, days and the most calls by decree 2022-1313 of 13 October
2022 (code de la consommation D223-9): Monday to Friday, 10 to 13 and 14 to 20 h of the person called, never on public
holidays; four calls in 30 days; 60 days of peace after a refusal. Consent before any commercial call by law 2025-594
of 30 June 2025, in force since 11 August 2026 (L223-1), but for what a contract in force is about; an automatic caller
needs it in any case (code des postes L34-5). Numbers that an automatic caller may show: Arcep's decision 2022-1583.
The hours of commercial calls are kept for every purpose here: stricter than the law for calls of service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from conf.campaigns.windows import Calendar, Week

Purpose = Literal["commercial", "service", "survey"]
Basis = Literal["consent", "contract", "legitimate_interest", "legal_obligation"]


@dataclass(frozen=True)
class Policy:
    """One country's rules. `bases` are the grounds on which a person may be called, by purpose.

    `automatic_prefixes`: how the number shown begins when no person calls; () asks nothing of it.
    """

    name: str
    week: Week
    calendar: Calendar | None
    most_calls: int
    within: timedelta
    peace: timedelta  # after a refusal
    bases: Mapping[str, frozenset[str]]
    automatic_bases: Mapping[str, frozenset[str]] = field(default_factory=dict)  # narrower, when no person calls
    automatic_prefixes: tuple[str, ...] = ()

    def grounds(self, purpose: str, automatic: bool) -> frozenset[str]:
        """The grounds that allow a call of this purpose."""
        allowed = self.bases.get(purpose, frozenset())
        return allowed & self.automatic_bases.get(purpose, allowed) if automatic else allowed


_FRENCH_HOURS = ((time(10), time(13)), (time(14), time(20)))
_FRENCH_PREFIXES = ("162", "163", "270", "271", "377", "378", "424", "425", "568", "569", "948", "949")
_OVERSEAS_PREFIXES = ("9475", "9476", "9477", "9478", "9479")
_FRENCH_BASES: Mapping[str, frozenset[str]] = {
    "commercial": frozenset({"consent", "contract"}),
    "service": frozenset({"consent", "contract", "legal_obligation"}),
    "survey": frozenset({"consent", "legitimate_interest"}),
}


def _french(calendar: Calendar) -> Policy:
    return Policy(
        name="FR",
        week=dict.fromkeys(range(5), _FRENCH_HOURS),
        calendar=calendar,
        most_calls=4,
        within=timedelta(days=30),
        peace=timedelta(days=60),
        bases=_FRENCH_BASES,
        automatic_bases={"commercial": frozenset({"consent"})},
        automatic_prefixes=tuple(f"+33{prefix}" for prefix in (*_FRENCH_PREFIXES, *_OVERSEAS_PREFIXES)),
    )


# A number of the mainland does not tell whether it is in Alsace or Moselle, which have two more holidays.
FRANCE = _french(Calendar("FR", ("57", "6AE")))
OVERSEAS = ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT")
POLICIES: Mapping[str, Policy] = {"FR": FRANCE} | {part: _french(Calendar("FR", (part,))) for part in OVERSEAS}


def policy_of(country: str) -> Policy | None:
    """The policy for people of a country, as two letters; None when there is none, and nobody there is called."""
    return POLICIES.get(country)


def longest() -> timedelta:
    """How long a call is counted in any country: what is older is forgotten."""
    return max(policy.within for policy in POLICIES.values())
