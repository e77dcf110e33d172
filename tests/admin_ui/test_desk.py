"""The agent's desk: whose calls it shows, who may act on what, and what is noted of a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent
import pytest
from sqlalchemy import select

from admin_ui import desk
from admin_ui.live import NoCalls, Refused
from conf.database import scoped
from conf.models import CallRecord, Extension, PrompterRule, ShownHint, User, WrapUp
from conf.prompter import shown
from conf.wrap_up import AtDesk, begin
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_api_parts import Program
from tests.browser.stage import call, card, said

AGENT = "agent@martin.test"
NAME = "call-1"
NOW = datetime.now(UTC)


class Controllers(NoCalls):
    """Controllers with one call; they remember what they were asked to do."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = documents
        self.done: list[tuple[str, ...]] = []
        self.asked: list[tuple[str, str]] = []
        self.talking_to = ""

    def board(self, subscriber: str) -> dict[str, Any]:
        calls = [{"call": NAME, "from": "+33612345678", "talking_to": self.talking_to}]
        return {"at": 0.0, "controllers": [], "calls": calls if subscriber == "martin" else []}

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        self.asked.append((subscriber, user))
        yield None
        yield from self.documents

    def hang_up(self, subscriber: str, call: str) -> None:
        self.done.append(("hang_up", subscriber, call))

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        if not to.isdigit():
            raise Refused(to)
        self.done.append(("transfer", subscriber, call, to))

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        if step != "greet":
            raise LookupError(step)
        self.done.append(("tick", subscriber, call, user, checklist, step))


@pytest.fixture
def controllers(site: Site, monkeypatch: pytest.MonkeyPatch) -> Controllers:
    """A call at the agent's desk, with a card."""
    made = site.app.extensions["calls"] = Controllers()
    monkeypatch.setattr(desk, "WAIT", 0.3)
    site.account_id("agent")
    mine = site.subscriber_id()
    with scoped(site.engine, mine) as session:
        begin(session, mine, AtDesk(NAME, AGENT, NOW, "inbound", "+33612345678", "", "+33123456789"))
        for number, agent in ((1, AGENT), (2, "claire@martin.example")):
            shown.put(session, mine, shown.Hint(NAME, number, "refund", "x", "agent", agent, NOW, 1.0, {}))
    return made


def marked(site: Site) -> dict[int, tuple[str, bool]]:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        return {row.card: (row.mark, row.pinned) for row in shown.of_call(session, site.subscriber_id(), NAME)}


def told(browser: Browser, address: str = "/desk/feed") -> list[tuple[str, Any]]:
    """What a feed tells, as (event, data)."""
    found, event = [], ""
    for line in browser.get(address).get_data(as_text=True).splitlines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        if line.startswith("data: "):
            found.append((event, json.loads(line.removeprefix("data: "))))
            event = ""
    return found


def test_the_feed_is_the_agent_s_own_in_their_words(site: Site) -> None:
    words = call(), said("customer-0", "my money back", 1), card(1, "Refund", "customer-0", "my money back")
    controllers = site.app.extensions["calls"] = Controllers(*words)
    found = told(site.as_role("agent", language="fr"))
    assert controllers.asked == [("martin", AGENT)]
    assert [(event, data.get("type")) for event, data in found] == [
        ("hello", None), ("", "call"), ("", "said"), ("", "card"),
    ]  # fmt: skip
    assert found[1][1]["caller_shown"] == "06 12 34 56 78"
    assert found[3][1]["because"] == "Le client a dit « my money back »."


def test_a_call_of_the_feed_is_known_to_be_at_the_desk(site: Site) -> None:
    site.app.extensions["calls"] = Controllers(call(), call("over"))
    browser = site.as_role("agent")
    told(browser)
    with gevent.Timeout(10):
        while browser.get(f"/desk/calls/{NAME}").status_code != 200:
            gevent.sleep(0.02)
        while not browser.get(f"/desk/calls/{NAME}").get_json()["wrap_up"]["over"]:
            gevent.sleep(0.02)
    assert browser.post(f"/desk/calls/{NAME}/hang-up").status_code == 404


def test_without_a_controller_the_feed_says_so(site: Site) -> None:
    assert told(site.as_role("agent")) == [("away", {})]


def test_a_card_is_marked_and_pinned_once(site: Site, controllers: Controllers) -> None:
    browser = site.as_role("agent")
    for _click in range(2):
        assert browser.post(f"/desk/calls/{NAME}/cards/1/mark", data={"mark": "used"}).status_code == 200
        assert browser.post(f"/desk/calls/{NAME}/cards/1/pin", data={"pinned": "true"}).status_code == 200
    assert marked(site) == {1: ("used", True), 2: ("", False)}
    assert browser.get(f"/desk/calls/{NAME}").get_json()["marks"] == {"1": {"mark": "used", "pinned": True}}
    assert browser.post(f"/desk/calls/{NAME}/cards/1/mark", data={"mark": "lovely"}).status_code == 400


def test_a_card_that_is_written_a_moment_later_is_waited_for(
    site: Site, controllers: Controllers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "WAIT", 5.0)
    mine = site.subscriber_id()

    def write() -> None:
        with scoped(site.engine, mine) as session:
            shown.put(session, mine, shown.Hint(NAME, 9, "refund", "x", "agent", AGENT, NOW, 1.0, {}))

    browser = site.as_role("agent")
    gevent.spawn_later(0.2, write)
    assert browser.post(f"/desk/calls/{NAME}/cards/9/mark", data={"mark": "wrong"}).status_code == 200
    assert marked(site)[9] == ("wrong", False)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("cards/1/mark", {"mark": "used"}),
        ("cards/1/pin", {"pinned": "true"}),
        ("tick", {"checklist": "order", "step": "greet"}),
        ("hang-up", {}),
        ("transfer", {"to": "101"}),
        ("wrap-up", {"notes": "mine now", "outcome": "", "save": "true"}),
    ],
)
def test_nobody_acts_on_another_s_call(site: Site, controllers: Controllers, path: str, sent: dict[str, str]) -> None:
    before = marked(site)
    for browser in (site.as_role("administrator"), site.as_role("agent", "duval")):
        assert browser.post(f"/desk/calls/{NAME}/{path}", data=sent).status_code == 404
    assert site.as_role("engineer").post(f"/desk/calls/{NAME}/{path}", data=sent).status_code == 403
    assert controllers.done == []
    assert marked(site) == before
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert [row.notes for row in session.query(WrapUp)] == [None]


def test_another_s_card_of_the_same_call_is_not_marked(site: Site, controllers: Controllers) -> None:
    browser = site.as_role("agent")
    assert browser.post(f"/desk/calls/{NAME}/cards/2/mark", data={"mark": "used"}).status_code == 404
    assert marked(site)[2] == ("", False)
    told_why = browser.post(f"/desk/calls/{NAME}/cards/2/pin", data={"pinned": "true"}).get_json()["error"]
    assert told_why == "This card was shown to whoever had the call before you: only they can mark it."


@pytest.mark.parametrize(("path", "sent"), [("hang-up", {}), ("transfer", {"to": "101"})])
def test_a_call_that_a_colleague_has_by_now_is_not_ended(
    site: Site, controllers: Controllers, path: str, sent: dict[str, str]
) -> None:
    """The desk was not open while the call was passed on, so that nothing says it is over there."""
    browser = site.as_role("agent")
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        colleague = session.scalars(select(Extension.number).join(User).where(User.login != AGENT)).first()
    assert colleague
    for name in (colleague, f"{colleague}%martin.test"):
        controllers.talking_to = name
        assert browser.post(f"/desk/calls/{NAME}/{path}", data=sent).status_code == 404
    assert controllers.done == []
    controllers.talking_to = "+33145678901"  # nobody of ours: it may be the agent's own call to the outside
    assert browser.post(f"/desk/calls/{NAME}/{path}", data=sent).status_code == 200


def test_a_call_that_comes_back_is_at_the_desk_again(site: Site) -> None:
    controllers = site.app.extensions["calls"] = Controllers(call("over"))
    browser = site.as_role("agent")

    def over() -> bool:
        answer = browser.get(f"/desk/calls/{NAME}")
        return bool(answer.status_code == 200 and answer.get_json()["wrap_up"]["over"])

    with gevent.Timeout(10):
        told(browser)
        while not over():
            gevent.sleep(0.02)
        controllers.documents = (call(),)
        told(browser)
        while over():
            gevent.sleep(0.02)
    assert browser.post(f"/desk/calls/{NAME}/hang-up").status_code == 200


def test_an_agent_acts_on_their_own_call(site: Site, controllers: Controllers) -> None:
    browser = site.as_role("agent")
    assert browser.post(f"/desk/calls/{NAME}/tick", data={"checklist": "order", "step": "greet"}).status_code == 200
    assert browser.post(f"/desk/calls/{NAME}/tick", data={"checklist": "order", "step": "x"}).status_code == 404
    refused = browser.post(f"/desk/calls/{NAME}/transfer", data={"to": "abc"})
    assert refused.status_code == 422
    assert "neither an extension nor a number" in refused.get_json()["error"]
    assert browser.post(f"/desk/calls/{NAME}/transfer", data={"to": "102"}).status_code == 200
    assert browser.post(f"/desk/calls/{NAME}/hang-up").status_code == 200
    assert controllers.done == [
        ("tick", "martin", NAME, AGENT, "order", "greet"),
        ("transfer", "martin", NAME, "102"),
        ("hang_up", "martin", NAME),
    ]


def test_a_wrap_up_is_a_draft_until_it_is_saved(site: Site, controllers: Controllers) -> None:
    browser = site.as_role("agent")
    address = f"/desk/calls/{NAME}/wrap-up"
    with scoped(site.engine, site.subscriber_id()) as session:
        session.add(CallRecord(call=NAME, direction="inbound", caller="+33612345678", started_at=NOW))
    assert browser.post(address, data={"notes": "half a thou", "outcome": ""}).status_code == 200
    assert "half a thou" in browser.get("/desk").get_data(as_text=True)
    assert "half a thou" not in site.as_role("engineer").get(f"/calls/{NAME}").get_data(as_text=True)
    wrong = browser.post(address, data={"notes": "x", "outcome": "lovely"})
    assert (wrong.status_code, "outcome" in wrong.get_json()["error"] or bool(wrong.get_json()["error"])) == (422, True)
    done = {"notes": "She gets it Friday.", "outcome": "call_back", "adherence": "0.75", "save": "true"}
    assert browser.post(address, data=done).status_code == 200
    late = {"notes": "a draft that comes late", "outcome": ""}
    assert browser.post(address, data=late).status_code == 200
    page = site.as_role("engineer").get(f"/calls/{NAME}").get_data(as_text=True)
    assert "She gets it Friday." in page
    assert "To be called back" in page
    assert "checklist 75 %" in page
    assert "She gets it Friday." not in browser.get("/desk").get_data(as_text=True)
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        row = session.query(WrapUp).one()
        assert row.notes is not None
        assert "Friday" not in repr(row.notes)
        assert row.adherence == 0.75


def test_the_caller_s_card_tells_of_earlier_calls(site: Site, controllers: Controllers) -> None:
    with scoped(site.engine, site.subscriber_id()) as session:
        for days in (1, 2):
            past = {"caller": "+33612345678", "caller_name": "Nadia Petit", "started_at": NOW - timedelta(days=days)}
            session.add(CallRecord(call=f"before-{days}", direction="inbound", disposition="answered", **past))
    page = site.as_role("agent").get(f"/desk/calls/{NAME}/caller").get_data(as_text=True)
    assert "Nadia Petit" in page
    assert "06 12 34 56 78" in page
    assert "2 earlier calls" in page
    assert site.as_role("administrator").get(f"/desk/calls/{NAME}/caller").status_code == 404


def test_cards_are_searched_without_being_counted(site: Site, controllers: Controllers) -> None:
    rule = {
        "name": "gift",
        "title": {"fr": "Carte cadeau", "en": "Gift card"},
        "text": {"en": "For {{caller}}: at the till."},
    }
    when = {"said": {"by": "customer", "phrases": {"en": ["voucher*"]}}}
    with scoped(site.engine, site.subscriber_id()) as session:
        session.add(PrompterRule(doc={**rule, "when": when}, position=90))
        session.add(PrompterRule(doc={**rule, "name": "off", "when": when, "active": False}, position=91))
        session.add(PrompterRule(doc={**rule, "name": "boss", "when": when, "audience": "supervisor"}, position=92))
    browser = site.as_role("agent")
    for words in ("Cadeau", "gift till", "voucher"):
        page = browser.get("/desk/cards", query_string={"q": words}).get_data(as_text=True)
        assert page.count("<article") == 1, words
        assert "For …: at the till." in page
    assert "No card holds these words." in browser.get("/desk/cards?q=zebra").get_data(as_text=True)
    assert "Gift card" not in site.as_role("agent", "duval").get("/desk/cards?q=gift").get_data(as_text=True)
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert session.query(ShownHint).count() == 2


def test_a_token_says_at_whose_desk_it_acts(site: Site, controllers: Controllers) -> None:
    program = Program(site, "desk:write")
    address = f"/api/v1/desk/calls/{NAME}"
    assert program.ask("GET", address).status_code == 404
    assert program.ask("GET", f"{address}?agent=nobody@martin.test").status_code == 404
    answer = program.ask("POST", f"{address}/cards/1/mark?agent={AGENT}", json={"mark": "used"})
    assert answer.status_code == 200
    noted = {"notes": "By the CRM.", "outcome": "resolved", "save": True}
    assert program.ask("PUT", f"{address}/wrap-up?agent={AGENT}", json=noted).status_code == 200
    read = program.ask("GET", f"{address}?agent={AGENT.upper()}").json
    assert (read["notes"], read["outcome"], read["over"]) == ("By the CRM.", "resolved", True)
    assert read["cards"] == [{"card": 1, "mark": "used", "pinned": False}]
    assert program.ask("GET", f"{address}/caller?agent={AGENT}").json["fields"][0]["value"] == "06 12 34 56 78"
    assert program.ask("GET", "/api/v1/desk/cards?q=zebra").json == {"items": []}
    assert program.ask("POST", f"{address}/hang-up?agent={AGENT}").status_code == 404  # over for this agent
    assert Program(site, "desk:write", slug="duval").ask("GET", f"{address}?agent={AGENT}").status_code == 404


def test_an_agent_sits_at_no_other_desk_over_the_api(site: Site, controllers: Controllers) -> None:
    browser = site.as_role("agent")
    assert browser.get(f"/api/v1/desk/calls/{NAME}").status_code == 200
    assert browser.get(f"/api/v1/desk/calls/{NAME}?agent=claire@martin.example").status_code == 404
    assert browser.get("/api/v1/desk/events?agent=claire@martin.example").status_code == 404
