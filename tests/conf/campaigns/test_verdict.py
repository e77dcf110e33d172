"""May this contact be called now: each reason by itself, all of them together, and the next moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.campaigns.policies import FRANCE, POLICIES, policy_of
from conf.campaigns.verdict import Asked, Consent, may_call

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=PARIS)
GOOD = Asked(
    number="+33612345678",
    zones=("Europe/Paris",),
    policy=FRANCE,
    purpose="commercial",
    automatic=True,
    presented="+33162000000",
    consent=Consent("consent", datetime(2026, 9, 1, tzinfo=UTC)),
    do_not_call=False,
)
AGO = timedelta


def codes(asked: Asked, now: datetime = TUESDAY) -> list[str]:
    return [reason.code for reason in may_call(asked, now).reasons]


def test_a_contact_who_agreed_is_called_in_the_hours() -> None:
    verdict = may_call(GOOD, TUESDAY)
    assert verdict.allowed
    assert verdict.again_at == TUESDAY


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"do_not_call": True}, "do_not_call"),
        ({"do_not_call": None}, "list_unknown"),
        ({"policy": None}, "no_policy"),
        ({"consent": None}, "no_ground"),
        ({"consent": Consent("contract", datetime(2026, 9, 1, tzinfo=UTC))}, "no_ground"),  # automatic: consent only
        ({"consent": Consent("legitimate_interest", datetime(2026, 9, 1, tzinfo=UTC))}, "no_ground"),
        ({"consent": Consent("consent", TUESDAY + AGO(days=1))}, "too_early"),
        ({"purpose": "anything"}, "no_ground"),
        ({"presented": "+33123456789"}, "wrong_number_shown"),
        ({"presented": ""}, "wrong_number_shown"),
        ({"refused_at": TUESDAY - AGO(days=59)}, "refused"),
        ({"calls": [TUESDAY - AGO(days=day) for day in (1, 2, 3, 29)]}, "too_often"),
        ({"zones": ()}, "no_zone"),
        ({"zones": ("Europe/Paris", "America/Guadeloupe")}, "closed"),  # 6 in the morning there
        ({"week": {1: ((time(14), time(18)),)}}, "closed"),
        ({"week": {}}, "closed"),
        ({"opens": TUESDAY + AGO(hours=1)}, "not_begun"),
        ({"ends": TUESDAY}, "over"),
    ],
)
def test_each_reason_stands_alone(change: dict[str, Any], code: str) -> None:
    assert codes(replace(GOOD, **change)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"automatic": False, "presented": "+33123456789"},
        {"automatic": False, "consent": Consent("contract", datetime(2026, 9, 1, tzinfo=UTC))},
        {"refused_at": TUESDAY - AGO(days=60)},
        {"calls": [TUESDAY - AGO(days=day) for day in (1, 2, 3, 30)]},
        {"zones": ("Europe/Paris", "Europe/Berlin")},
        {"purpose": "service", "consent": Consent("legal_obligation", datetime(2026, 9, 1, tzinfo=UTC))},
    ],
)
def test_what_is_no_reason(change: dict[str, Any]) -> None:
    assert codes(replace(GOOD, **change)) == []


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-11-24T09:59:59", False),
        ("2026-11-24T10:00:00", True),
        ("2026-11-24T12:59:59", True),
        ("2026-11-24T13:00:00", False),
        ("2026-11-24T14:00:00", True),
        ("2026-11-24T19:59:59", True),
        ("2026-11-24T20:00:00", False),
        ("2026-11-28T11:00:00", False),  # Saturday
        ("2026-11-11T11:00:00", False),  # the Armistice, a Wednesday
        ("2026-12-25T11:00:00", False),
        ("2025-12-26T11:00:00", False),  # a holiday of Alsace only, and nobody can say that the number is not there
    ],
)
def test_the_french_hours(moment: str, allowed: bool) -> None:
    old = replace(GOOD, consent=Consent("consent", datetime(2024, 1, 1, tzinfo=UTC)))
    assert may_call(old, datetime.fromisoformat(moment).replace(tzinfo=PARIS)).allowed is allowed


def test_overseas_days_are_its_own() -> None:
    """The abolition of slavery is a holiday in Guadeloupe on 27 May, and not in Paris."""
    noon = datetime(2027, 5, 27, 16, 0, tzinfo=UTC)
    there = replace(GOOD, zones=("America/Guadeloupe",), policy=POLICIES["GP"])
    assert codes(there, noon) == ["closed"]
    assert codes(replace(there, policy=FRANCE), noon) == []


def test_every_reason_is_told() -> None:
    worst = replace(GOOD, do_not_call=True, consent=None, presented="", refused_at=TUESDAY, zones=(), ends=TUESDAY)
    assert codes(worst) == ["over", "do_not_call", "no_ground", "wrong_number_shown", "refused", "no_zone"]
    assert may_call(worst, TUESDAY).again_at is None


def test_the_next_moment_passes_over_every_reason() -> None:
    """Refused until a Sunday, then Monday is a holiday: Tuesday at ten."""
    refused = datetime(2027, 3, 27, 12, 0, tzinfo=PARIS) - FRANCE.peace  # over on the Saturday before Easter
    verdict = may_call(replace(GOOD, refused_at=refused), refused + AGO(days=1))
    assert verdict.again_at == datetime(2027, 3, 30, 10, 0, tzinfo=PARIS)


def test_a_country_without_rules_is_not_called() -> None:
    assert policy_of("US") is None
    assert policy_of("") is None
    assert policy_of("FR") is FRANCE


@given(
    now=st.datetimes(datetime(2026, 9, 2), datetime(2028, 1, 1), timezones=st.just(UTC)),
    ago=st.lists(st.integers(0, 60 * 24 * 60), max_size=8),
    refused=st.none() | st.integers(0, 90 * 24 * 60),
)
def test_the_next_moment_is_one_at_which_nothing_speaks_against_it(
    now: datetime, ago: list[int], refused: int | None
) -> None:
    at = None if refused is None else now - AGO(minutes=refused)
    asked = replace(GOOD, calls=[now - AGO(minutes=one) for one in ago], refused_at=at)
    again = may_call(asked, now).again_at
    assert again is not None
    assert again >= now
    assert may_call(asked, again).allowed
