"""A controller dies while the prompter listens: the next one goes on where it was. tests/real runs the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.calls.attendants.memory import LIMIT, Memory, read
from speech.hints import Checklists, Rules
from tests.calls.live import Live
from tests.calls.prompted import ANNE, CHECKLISTS, CUSTOMER, NUMBER, RULES, SLUG, Page, make, says
from tests.calls.speech_stand_in import StandIn
from tests.calls.test_bad_days import die
from tests.calls.test_prompter import hints, hold, kept, speech  # noqa: F401  (a fixture)


@pytest.mark.parametrize("on_hold", [False, True])
def test_the_next_one_goes_on(live: Live, speech: StandIn, tmp_path: Path, on_hold: bool) -> None:  # noqa: F811
    live.load(make(tmp_path / "houses"))
    live.outside.phone("201", SLUG)
    caller = live.outside.from_trunk(NUMBER)
    before = speech.next()
    page = Page(live)
    call = page.until("call", state="talking")
    says(before, CUSTOMER, "tell me once")
    says(before, 1, "good morning", 3.0)
    first = page.until("card", rule="told twice")
    page.until("said", key="agent-0", final=True)
    assert live.controller
    if on_hold:
        hold(live, "hold", call["uuid"])
        page.until("call", state="held")
    live.until(lambda: "told" if "souffleur_prompter" in live.outside.api(f"uuid_dump {call['uuid']}") else "")
    live.controller.desk.stop()  # what was said until now is with the database
    live.until(lambda: hints(live, call["call"]) and kept(live, call["call"]))
    variable = live.outside.api(f"uuid_getvar {call['uuid']} souffleur_prompter")
    assert read(variable)
    assert not {"once", "tell", "told", "greet"} & set(variable.replace('"', " ").split())

    def remembered() -> bool:
        one = read(live.outside.api(f"uuid_getvar {call['uuid']} souffleur_prompter"))
        return bool(one and one.ticked and one.held == on_hold)

    live.until(remembered)
    page.close()
    die(live.controller)
    live.start()
    page = Page(live)
    again = page.until("call", within=20)
    assert (again["user"], again["started_at"], again["direction"]) == (ANNE, call["started_at"], "inbound")
    assert again["state"] == ("held" if on_hold else "talking")
    assert page.until("said", key="customer-0")["text"] == "tell me once"
    assert page.of("card")[0] | {"shown_at": 0} == first | {"shown_at": 0}
    assert [step["at"] is not None for step in page.of("checklist")[0]["steps"]] == [True, False]
    if on_hold:
        hold(live, "unhold", call["uuid"])
    after = speech.next(20)
    assert list(live.settings.tap_dir.iterdir()) == [after.file] != [before.file]
    says(after, CUSTOMER, "tell me once")
    says(after, CUSTOMER, "I want a refund", 3.0)
    card = page.until("card", rule="refund")
    assert card["card"] > first["card"]
    assert [one["rule"] for one in page.of("card")].count("told twice") == 1
    assert card["at"] > first["at"]
    caller.hangs_up()
    page.until("call", state="over")
    found = live.until(lambda: (one := kept(live, call["call"])) and len(one.customer) == 3 and one, 20)
    assert [one["text"] for one in found.customer] == ["tell me once", "tell me once", "I want a refund"]
    assert [event["kind"] for event in found.events].count("answer") == 1
    live.until(lambda: list(live.settings.tap_dir.iterdir()) == [])


def test_what_lies_on_the_channel_is_bounded() -> None:
    rules = Rules.load(RULES)
    lists = Checklists.load(CHECKLISTS)
    told = {
        "at": 12345.678,
        "cards": 1000,
        "utterances": {"customer": 10_000, "agent": 10_000},
        "shown": {f"rule {number}": number / 3 for number in range(500)} | {"refund": 999.04},
        "ticked": {"manners": {"greet": [1.25, True]}} | {f"list {n}": {"step": [n, False]} for n in range(300)},
    }
    memory = Memory(1.75e9, "inbound", "+33123456789", "customer").remember(told)
    text = memory.dump()
    assert 0 < len(text) <= LIMIT
    assert read(text) == memory
    recalled = memory.recalled(rules, lists)
    assert recalled["shown"] == {"refund": 999.0}
    assert (recalled["cards"], recalled["utterances"]["agent"]) == (1000, 10_000)
    for wrong in ("", "[]", "{}", "[1, 2]", "null", text[:-1], text.replace("[1,", "[9,", 1)):
        assert read(wrong) is None
