"""The bakery's own rules, on calls as they come in: the right cards, and no others."""

from __future__ import annotations

import pytest

from conf.yaml_source import read
from speech.hints import Card, Checklists, Prompter, Rules
from tests.conf.conftest import SAMPLES
from tests.speech.prompter.calls import NOW, Talk, cards

HERE = SAMPLES / "martin" / "prompter"
RULES = Rules.load(read(HERE / "rules.yaml", "").value)
LISTS = Checklists.load(read(HERE / "checklists.yaml", "").value)


def talk(language: str = "fr", **facts: str) -> Talk:
    made = Talk()
    known = {"called": "+33123456789", "agent": "Claire", "queue": "orders"} | facts
    made.prompter = Prompter(RULES, LISTS, languages=(language,), started=NOW, facts=known)
    return made


def test_an_order_with_an_allergy() -> None:
    call = talk()
    call.event("answer")
    for side, text, expected in (
        ("agent", "boulangerie Martin bonjour", []),
        ("customer", "bonjour madame je voudrais commander un gâteau pour samedi", ["celebration cake"]),
        ("agent", "oui bien sûr pour combien de personnes", []),
        ("customer", "pour dix personnes et ma fille est allergique aux noisettes", ["allergens"]),
        ("agent", "je note une allergie aux noisettes c'est pour quel jour et à quelle heure", []),
        ("customer", "samedi matin vers dix heures", []),
        ("agent", "c'est à quel nom", []),
        ("customer", "Durand je peux payer par carte bancaire", ["card by telephone"]),
        ("agent", "je récapitule un framboisier pour dix samedi à dix heures", []),
        ("agent", "merci bonne journée", []),
    ):
        assert cards(call.say(side, text)) == expected, text
    (standing,) = call.prompter.standing()
    assert standing.adherence == 1.0


def test_an_unhappy_customer() -> None:
    call = talk()
    call.event("answer")
    call.agent("bonjour")
    assert cards(call.customer("votre pain était pas frais je suis très déçue")) == ["complaint"]
    assert cards(call.customer("je voudrais être remboursé", partial=True)) == ["refund"]
    assert call.customer("je voudrais être remboursé") == []
    (alert,) = call.customer("sinon je vais appeler mon avocat")
    assert isinstance(alert, Card)
    assert (alert.rule, alert.audience, alert.title) == ("threat", "supervisor", "Menace au +33123456789")
    assert alert.text.startswith("Le client a dit : « mon avocat ».")


def test_nobody_greets_and_the_caller_waits() -> None:
    call = talk(queue="shop")
    call.event("answer")
    call.agent("oui ne quittez pas")
    call.event("hold")
    assert cards(call.wait(120.0)) == ["greeting", "long hold"]


def test_the_same_in_english() -> None:
    call = talk("en")
    call.event("answer")
    call.agent("good morning")
    (card,) = call.customer("hello I'd like to order a birthday cake for saturday")
    assert isinstance(card, Card)
    assert (card.rule, card.title) == ("celebration cake", "Cake to order")
    assert cards(call.customer("and my son is allergic to nuts")) == ["allergens"]
    assert cards(call.customer("do you deliver")) == ["delivery"]


@pytest.mark.parametrize(
    "text",
    [
        "bonjour je viens chercher ma commande",
        "deux baguettes et une tarte aux pommes s'il vous plaît",
        "d'accord merci beaucoup bonne journée à vous",
        "non je ne suis pas pressé",
        "je rappelle demain au sujet de ma facture",
        "c'est la première à droite après le feu",
    ],
)
def test_small_talk_shows_nothing(text: str) -> None:
    call = talk()
    call.event("answer")
    call.agent("bonjour")
    assert cards(call.customer(text)) == []
