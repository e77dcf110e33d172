"""The rule studio: a rule as it is edited is held against past calls and against sentences; nothing is saved by it."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from admin_ui.sentence_trial import tried
from conf.database import scoped
from conf.models import AuditEntry
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_prompter_api import keep, say
from tests.admin_ui.test_prompter_pages import FORM, made, names

RULE: dict[str, Any] = {
    "name": "invoice",
    "title": {"fr": "Facture"},
    "when": {"said": {"by": "customer", "phrases": {"fr": ["ma facture"], "de": ["meine rechnung"]}}},
    "unless": {"phrases": {"fr": ["déjà payée"]}},
}


@pytest.fixture
def engineer(site: Site) -> Browser:
    return site.as_role("engineer", slug="martin")


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.get_data(as_text=True)).split())


def test_a_rule_is_replayed_as_it_is_being_edited(site: Site, engineer: Browser) -> None:
    made(engineer)
    keep(site, "loved", say("je cherche ma facture de mars"))
    keep(site, "hated", say("non pas ma facture mon contrat"))
    keep(site, "old", say("ma facture"), days=20)
    data = FORM | {"name": "Invoice", "days": "7", "most": "100"}
    as_saved = text_of(engineer.post("/prompter/replay?name=Invoice", data=data))
    assert "Would have fired 2 times</b> in 2 of 2 calls" in as_saved
    assert "As it is saved" not in as_saved
    assert "je cherche <mark>ma facture</mark> de mars" in as_saved
    assert 'href="/calls/loved#transcript"' in as_saved
    edited = text_of(
        engineer.post(
            "/prompter/replay?name=Invoice", data=data | {"unless.by": "either", "unless.phrases.fr": "pas ma facture"}
        )
    )
    assert "Would have fired 1 time</b> in 1 of 2 calls" in edited
    assert "As it is saved: 2 times." in edited
    assert "1 fewer" in edited
    assert "more</span>" not in edited
    assert 'href="/calls/hated#transcript"' in edited.partition("would not fire any more")[2]
    wider = text_of(
        engineer.post("/prompter/replay?name=Invoice", data=data | {"when.said.phrases.fr": "mars\ncontrat"})
    )
    assert "2 more" not in wider  # the same sentences: as many cards, for other words
    longer = text_of(engineer.post("/prompter/replay?name=Invoice", data=data | {"days": "0", "priority": "60"}))
    assert "in 3 of 3 calls" in longer
    assert "It makes no difference" in longer
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        wanted = select(AuditEntry.action).where(AuditEntry.kind == "transcript", AuditEntry.name == "Invoice")
        assert set(session.scalars(wanted)) == {"read"}


def test_a_replay_of_what_is_not_whole_says_what_is_missing(site: Site, engineer: Browser) -> None:
    before = names(site)
    answer = engineer.post("/prompter/replay", data=FORM | {"when.said.phrases.fr": ""})
    assert "Needs phrases or a regular expression" in text_of(answer)
    assert names(site) == before
    assert site.as_role("agent").post("/prompter/replay", data=FORM).status_code == 403


def test_the_preview_says_what_saving_changes(engineer: Browser) -> None:
    made(engineer)
    told = text_of(engineer.post("/prompter/preview?name=Invoice", data=FORM | {"name": "Invoice", "cooldown": "90"}))
    assert "<code>caller</code>" in told
    assert "<del>60</del>" in told
    assert "<ins>90</ins>" in told
    same = text_of(engineer.post("/prompter/preview?name=Invoice", data=FORM | {"name": "Invoice"}))
    assert "Nothing differs" in same


@pytest.mark.parametrize(
    ("side", "text", "language", "fires", "reason"),
    [
        ("customer", "où est ma facture", "fr", True, "“ma facture” fits."),
        ("agent", "où est ma facture", "fr", False, "somebody else must say them: The customer"),
        ("customer", "ma facture est déjà payée", "fr", False, "“Not when” keep the rule back"),
        ("customer", "wo ist meine rechnung", "fr", False, "another language: German"),
        ("customer", "il fait beau", "fr", False, "None of its words"),
    ],
)
def test_a_sentence_tells_why(site: Site, side: str, text: str, language: str, fires: bool, reason: str) -> None:
    with site.app.test_request_context():
        verdict = tried(RULE, side, text, language)
    assert (verdict.fires, reason in verdict.reason) == (fires, True), verdict.reason


def test_a_sentence_that_is_nearly_one_tells_how_near(site: Site) -> None:
    doc = RULE | {"when": {"said": {"phrases": {"fr": ["récapitulatif de commande"]}, "similarity": 100}}}
    with site.app.test_request_context():
        verdict = tried(doc, "customer", "récapitulatifs des commandes", "fr")
        near = int("".join(char for char in verdict.reason if char.isdigit()))
        said = doc["when"]["said"]
        assert tried(
            doc | {"when": {"said": said | {"similarity": near}}}, "customer", "récapitulatifs des commandes", "fr"
        ).fires
        assert not tried(
            doc | {"when": {"said": said | {"similarity": near + 1}}}, "customer", "récapitulatifs des commandes", "fr"
        ).fires


def test_a_sentence_is_tried_in_the_studio(engineer: Browser) -> None:
    data = FORM | {"try.text": "je voudrais un duplicata", "try.side": "customer", "try.language": "fr"}
    told = text_of(engineer.post("/prompter/try", data=data))
    assert "It fires." in told
    assert "<mark>un duplicata</mark>" in told.replace(" </mark>", "</mark>")
    assert "Type what is said first" in text_of(engineer.post("/prompter/try", data=data | {"try.text": " "}))
