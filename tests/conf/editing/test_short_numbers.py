"""The plan of short numbers."""

from __future__ import annotations

from conf.editing import short_numbers
from conf.editing.documents import read, save
from conf.editing.short_numbers import Conflict, Short
from tests.conf.editing.conftest import Open


def test_the_plan(opened: Open, martin: int) -> None:
    with opened() as session:
        plan = short_numbers.plan(session, martin)
    assert [(one.first, one.last, [short.number for short in one.used]) for one in plan.ranges] == [
        ("100", "199", ["101", "102", "199"]),
        ("1000", "1099", ["1000", "1001"]),
    ]
    hundred = plan.ranges[0]
    assert hundred.used[0] == Short("101", "user", "claire@martin.example", "Claire Martin")
    assert hundred.used[2] == Short("199", "external", "+33612345678", "+33612345678")
    # 100 begins 1000 and 1001; 112, 15x, 17x, 18x belong to emergency services.
    assert (hundred.free, hundred.next_free) == (100 - 3 - 1 - 1 - 30, "103")
    assert len(hundred.alike) == 1 + 30
    assert (hundred.alike["100"], hundred.alike["151"]) == ("1000", "15")
    assert plan.emergency == ("15", "17", "18", "112")
    assert plan.conflicts == ()


def test_what_is_proposed_is_free(opened: Open, martin: int) -> None:
    with opened() as session:
        assert short_numbers.propose(session, martin) == "103"
        assert short_numbers.propose(session, martin, near="111") == "111"
        assert short_numbers.propose(session, martin, near="112") == "113"
        assert short_numbers.propose(session, martin, near="150") == "160"
        assert short_numbers.propose(session, martin, near="199") == "200"
        assert short_numbers.propose(session, martin, near="1000") == "1002"
        assert short_numbers.free(session, martin, "100", "105") == ["103", "104", "105"]
        proposed = {"login": "n@martin.example", "name": "N", "role": "agent", "extension": "103"}
        save(session, martin, "users", None, proposed, domain="x")
        assert short_numbers.propose(session, martin) == "104"


def test_conflicts(opened: Open, martin: int) -> None:
    with opened() as session:
        save(session, martin, "extensions", None, {"extension": "10", "flow": "reception"}, domain="x")
        save(session, martin, "extensions", None, {"extension": "1500", "flow": "reception"}, domain="x")
        plan = short_numbers.plan(session, martin)
        assert set(plan.conflicts) == {
            *(Conflict(number, other="10") for number in ("101", "102", "1000", "1001")),
            Conflict("1500", emergency="15"),
        }
        about = read(session, martin, "subscriber", "martin")
        save(session, martin, "subscriber", "martin", {**about, "emergency": ["112"]}, domain="x")
        assert Conflict("1500", emergency="15") not in short_numbers.plan(session, martin).conflicts
