"""The rule studio: a rule fired too often; it is replayed, told when not to, replayed again, and saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from conf.database import operator, scoped
from conf.models import Subscriber
from conf.prompter import editing, transcripts
from tests.browser.house import House
from tests.browser.visits import Visits

RULE = {
    "name": "duplicates",
    "title": {"fr": "Duplicata"},
    "when": {"said": {"by": "customer", "phrases": {"fr": ["duplicata"]}}},
}
SAID = ("je voudrais un duplicata", "il me faut un duplicata", "non pas de duplicata merci", "surtout pas de duplicata")


def prepare(house: House) -> int:
    """A rule, and the calls in which it fired."""
    with operator(house.engine, read_only=True) as session:
        owner = session.scalars(select(Subscriber.id).where(Subscriber.slug == "martin")).one()
    with scoped(house.engine, owner) as session:
        editing.save(session, owner, "rules", None, RULE)
        for number, text in enumerate(SAID):
            words = [[word, 2 + index / 2, 2.4 + index / 2] for index, word in enumerate(text.split())]
            said = {"text": text, "start": 2.0, "end": words[-1][2], "words": words}
            at = datetime.now(UTC) - timedelta(days=1, minutes=number)
            transcripts.put(session, owner, f"studio-{number}", "customer", 1, [said], started_at=at, language="fr")
    return owner


def test_a_rule_is_tuned_by_replay(visit: Visits, house: House) -> None:
    owner = prepare(house)
    page = visit("engineer")
    page.goto("/prompter")
    page.get_by_role("link", name="Duplicata", exact=True).click()
    replay = page.locator("#replay")
    replay.get_by_role("button", name="Replay").click()
    expect(replay).to_contain_text("Would have fired 4 times")
    expect(replay.locator("mark").first).to_have_text("duplicata")

    page.get_by_text("Not when", exact=True).click()
    page.get_by_label("Words that keep it back: French").fill("pas de duplicata")
    page.get_by_role("textbox", name="What is said").fill("non pas de duplicata")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("It does not fire.")
    replay.get_by_role("button", name="Replay").click()
    expect(replay).to_contain_text("Would have fired 2 times")
    expect(replay).to_contain_text("As it is saved: 4 times.")
    expect(replay).to_contain_text("2 fewer")

    page.reload()
    expect(page.get_by_label("Words that keep it back: French")).to_have_value("pas de duplicata")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; calls that begin now heed it.")).to_be_visible()
    with scoped(house.engine, owner, read_only=True) as session:
        assert editing.read(session, owner, "rules", "duplicates")["unless"] == {
            "phrases": {"fr": ["pas de duplicata"]}
        }


def test_the_trigger_that_is_chosen_shows_its_fields_and_steps_change_places(visit: Visits) -> None:
    page = visit("engineer")
    page.goto("/prompter/new")
    page.get_by_label("It fires when").select_option("absent")
    expect(page.get_by_label("Within, in seconds")).to_be_visible()
    page.get_by_label("They are missing when they were not said").select_option("before")
    expect(page.get_by_label("Within, in seconds")).to_be_hidden()
    page.get_by_label("It fires when").select_option("silence")
    expect(page.get_by_label("They are missing when they were not said")).to_be_hidden()
    expect(page.get_by_label("Longer than, in seconds").first).to_be_visible()

    page.goto("/prompter/checklists/new")
    for title in ("Greet", "Price"):
        page.get_by_role("button", name="Add one").click()
        page.get_by_label("Step: French").last.fill(title)
    page.get_by_role("button", name="Up", exact=True).last.click()
    expect(page.get_by_label("Step: French").first).to_have_value("Price")
    page.reload()
    expect(page.get_by_label("Step: French").first).to_have_value("Price")
