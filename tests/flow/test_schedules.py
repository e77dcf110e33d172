from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow import schedules
from controller.flow.problem import FlowError
from controller.flow.schedules import state, weekdays
from tests.flow.martin import SCHEDULE
from tests.flow.strategies import json_values

PARIS = ZoneInfo("Europe/Paris")


def at(text, zone=PARIS, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("moment", "now", "until"),
    [
        ("2026-11-23T08:29:59", "closed", "2026-11-23T08:30:00+01:00"),
        ("2026-11-23T08:30:00", "open", "2026-11-23T12:30:00+01:00"),
        ("2026-11-23T12:30:00", "closed", "2026-11-23T14:00:00+01:00"),
        ("2026-11-27T18:00:00", "closed", "2026-11-28T09:00:00+01:00"),
        ("2026-11-29T10:00:00", "closed", "2026-11-30T08:30:00+01:00"),  # Sunday
        ("2026-07-14T10:00:00", "holiday", "2026-07-15T00:00:00+02:00"),
        ("2026-12-24T10:00:00", "open", "2026-12-24T12:00:00+01:00"),  # a half day
        ("2026-12-24T15:00:00", "closed", "2026-12-25T00:00:00+01:00"),
        ("2026-12-25T10:00:00", "holiday", "2026-12-26T00:00:00+01:00"),
        ("2026-12-26T10:00:00", "closed", "2026-12-28T08:30:00+01:00"),  # closed, though a Saturday
    ],
)
def test_the_bakery(moment, now, until):
    hours = state(SCHEDULE, at(moment), "FR")
    assert (hours.state, hours.until) == (now, until)


NIGHT = {"hours": {"fri-sat": ["22:00-06:00"]}}


@pytest.mark.parametrize(
    ("moment", "now"),
    [
        ("2026-11-27T21:59", "closed"),
        ("2026-11-27T23:00", "open"),
        ("2026-11-28T05:59", "open"),  # Friday's shift, on Saturday
        ("2026-11-28T06:00", "closed"),
        ("2026-11-29T05:00", "open"),  # Saturday's shift, on Sunday
        ("2026-11-30T01:00", "closed"),
        ("2026-11-27T05:00", "closed"),  # no shift began on Thursday
    ],
)
def test_over_midnight(moment, now):
    assert state(NIGHT, at(moment)).state == now


def test_a_night_shift_runs_to_its_end_into_a_holiday():
    schedule = {"hours": {"mon-sun": ["22:00-06:00"]}, "holidays": "FR"}
    assert state(schedule, at("2026-12-25T05:00")).state == "open"
    assert state(schedule, at("2026-12-25T23:00")).state == "holiday"
    assert state(schedule, at("2026-12-26T05:00")).state == "closed"


@pytest.mark.parametrize(
    ("moment", "fold", "now"),
    [
        ("2026-03-29T01:59", 0, "closed"),
        ("2026-03-29T03:00", 0, "open"),  # 02:00 does not come: the office opens as the clocks jump
        ("2026-03-29T03:29", 0, "open"),
        ("2026-03-29T03:30", 0, "closed"),
        ("2026-10-25T02:00", 0, "open"),
        ("2026-10-25T02:29", 0, "open"),
        ("2026-10-25T02:45", 0, "open"),  # half past two comes twice: it closes at the second
        ("2026-10-25T02:29", 1, "open"),
        ("2026-10-25T02:30", 1, "closed"),
    ],
)
def test_when_the_clocks_change(moment, fold, now):
    assert (
        state({"hours": {"sun": ["02:00-02:30"]}} if "10-25" in moment else SPRING, at(moment, fold=fold)).state == now
    )


SPRING = {"hours": {"sun": ["02:00-03:30"]}}


def test_open_all_day_closes_never():
    assert state({"hours": {"mon-sun": ["00:00-24:00"]}}, at("2026-11-23T10:00")) == schedules.Hours("open", "")
    assert state({}, at("2026-11-23T10:00")) == schedules.Hours("closed", "")


def test_time_zones():
    moment = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    schedule = {"hours": {"mon": ["09:00-10:00"]}}
    assert state(schedule, moment).state == "closed"
    assert state(schedule, moment.astimezone(PARIS)).state == "open"
    assert state(schedule | {"time_zone": "Europe/Paris"}, moment).state == "open"
    assert state(schedule | {"time_zone": "Asia/Tokyo"}, moment).state == "closed"


@pytest.mark.parametrize(
    ("calendar", "country", "day", "now"),
    [
        ("FR", "", "2026-07-14", "holiday"),
        ("DE", "", "2026-07-14", "closed"),
        (True, "FR", "2026-07-14", "holiday"),
        (True, "DE", "2026-10-03", "holiday"),
        (True, "", "2026-07-14", "closed"),
        ("", "FR", "2026-07-14", "closed"),
        ("DE-BY", "", "2026-01-06", "holiday"),
        ("DE-BE", "", "2026-01-06", "closed"),
        (False, "FR", "2026-07-14", "closed"),
    ],
)
def test_holidays_by_country_and_region(calendar, country, day, now):
    assert state({"holidays": calendar}, at(f"{day}T10:00"), country).state == now


def test_exceptions():
    days = {"date": date(2026, 8, 1), "to": "2026-08-15", "holiday": True}
    schedule = {
        "hours": {"mon-sun": ["08:00-20:00"]},
        "exceptions": [days, {"date": "2026-08-05", "hours": ["10:00-11:00"]}],
    }
    assert state(schedule, at("2026-08-04T10:30")).state == "holiday"
    assert state(schedule, at("2026-08-05T10:30")).state == "open"  # the later exception decides alone
    assert state(schedule, at("2026-08-05T12:00")).state == "closed"
    assert state(schedule, at("2026-08-16T12:00")).state == "open"


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon", {0}), ("mon-fri", {0, 1, 2, 3, 4}), ("sat,sun", {5, 6}), ("fri-mon", {4, 5, 6, 0}), ("Mon , wed", {0, 2})],
)
def test_weekdays(text, days):
    assert weekdays(text) == days


@pytest.mark.parametrize(
    ("schedule", "field", "code"),
    [
        ({"hours": {"monday": []}}, "hours.monday", "wrong_days"),
        ({"hours": {"mon": ["8:00-12:00"]}}, "hours.mon.0", "wrong_hours"),
        ({"hours": {"mon": ["08:00-25:00"]}}, "hours.mon.0", "wrong_hours"),
        ({"holidays": "ZZ"}, "holidays", "wrong_country"),
        ({"holidays": "FR-ZZ"}, "holidays", "wrong_country"),
        ({"exceptions": [{"date": "24.12."}]}, "exceptions.0.date", "wrong_date"),
        ({"exceptions": [{"date": "2026-12-24"}]}, "exceptions.0", "wrong_exception"),
        ({"time_zone": "Paris"}, "time_zone", "wrong_time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone", "wrong_time_zone"),
    ],
)
def test_what_is_wrong_is_named(schedule, field, code):
    assert [(problem.field, problem.code) for problem in schedules.problems(schedule)] == [(field, code)]
    with pytest.raises(FlowError, match="schedule"):
        state(schedule, at("2026-11-23T10:00"))


def test_nothing_is_wrong_with_the_bakery():
    assert schedules.problems(SCHEDULE) == []


spans = st.builds(
    "{:02}:{:02}-{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59)
)
hours = st.dictionaries(
    st.sampled_from([*schedules.DAYS, "mon-fri", "fri-mon"]), st.lists(spans, max_size=3), max_size=4
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(PARIS))


@given(hours, st.sampled_from(["", "FR"]), moments)
def test_until_is_the_next_change(hours, calendar, moment):
    schedule = {"hours": hours, "holidays": calendar}
    now = state(schedule, moment)
    if not now.until:
        return
    change = datetime.fromisoformat(now.until)
    assert change > moment
    assert state(schedule, change.astimezone(PARIS)).state != now.state
    just_before = (change.astimezone(UTC) - timedelta(seconds=1)).astimezone(PARIS)
    if just_before > moment:
        assert state(schedule, just_before).state == now.state


@given(
    json_values
    | st.fixed_dictionaries({}, optional=dict.fromkeys(["hours", "holidays", "exceptions", "time_zone"], json_values))
)
def test_any_json_is_refused_or_read(data):
    found = schedules.problems(data)
    assert all(problem.text() for problem in found)
    if isinstance(data, dict) and not found:
        state(data, at("2026-11-23T10:00"), "FR")
