"""What the prompter shows for what is said and what happens."""

from __future__ import annotations

import json

from speech.hints import Card, Checklists, Prompter, Rules, Said, Tick
from tests.speech.prompter.calls import NOW, Talk, cards, rule, ticks, withdrawn, words

REFUND = rule("refund", said="je veux être remboursé")


def test_a_partial_shows_the_card_and_the_final_does_not_again() -> None:
    talk = Talk(rule("refund", said="je veux être remboursé", cooldown=0))
    assert talk.customer("je veux être", partial=True) == []
    (card,) = talk.customer("je veux être rembourser", partial=True)
    assert isinstance(card, Card)
    assert (card.id, card.rule, card.at) == (1, "refund", 2.0)
    assert talk.customer("je veux être remboursé maintenant", partial=True) == []
    assert talk.customer("je veux être remboursé maintenant") == []
    assert cards(talk.customer("oui je veux être remboursé")) == ["refund"]  # said again, and no cooldown


def test_why_tells_the_phrase_and_where_its_words_stand() -> None:
    talk = Talk(REFUND)
    talk.customer("bonjour")
    (card,) = talk.customer("alors euh je veux être rembourser quoi")
    assert isinstance(card, Card)
    seen = card.why.seen
    assert (card.why.kind, card.why.fitted) == ("said", "je veux être remboursé")
    assert seen is not None
    assert (seen.side, seen.utterance, seen.first, seen.last) == ("customer", 1, 2, 5)
    assert seen.words == ("je", "veux", "être", "rembourser")
    assert (round(seen.start, 1), round(seen.end, 1)) == (1.8, 3.3)


def test_a_partial_that_turns_out_different_takes_no_card_back_but_is_told() -> None:
    talk = Talk(REFUND)
    talk.customer("je veux être remboursé", partial=True)
    assert withdrawn(talk.customer("je veux être reçu")) == [("refund", "misheard")]


def test_words_that_keep_a_rule_from_firing() -> None:
    unless = {"phrases": {"fr": ["déjà remboursé"]}, "within": 10}
    talk = Talk(rule("refund", said="rembours*", unless=unless, cooldown=0))
    assert cards(talk.customer("vous m'avez déjà remboursé merci")) == []
    assert cards(talk.customer("le remboursement est arrivé", at=8.0)) == []
    assert cards(talk.customer("un remboursement", at=12.0)) == ["refund"]
    talk = Talk(rule("refund", said="rembours*", unless=unless | {"within": 0}))
    assert cards(talk.customer("vous m'avez rembourse", partial=True)) == ["refund"]  # what follows is not known yet
    assert withdrawn(talk.customer("vous m'avez rembourse oui déjà remboursé")) == [("refund", "unless")]


def test_rules_listen_to_their_side() -> None:
    by_customer = {"said": {"by": "customer", "phrases": {"fr": ["avocat"]}}}
    unless = {"by": "agent", "phrases": {"fr": ["dossier clos"]}, "within": 60}
    talk = Talk(rule("lawyer", when=by_customer, unless=unless, cooldown=0))
    assert cards(talk.agent("mon avocat")) == []
    assert cards(talk.customer("dossier clos mon avocat")) == ["lawyer"]
    assert cards(talk.agent("dossier clos")) == []
    assert cards(talk.customer("mon avocat")) == []
    assert talk.say("nobody", "mon avocat") == []


def test_a_greeting_that_does_not_come() -> None:
    absent = {"absent": {"by": "agent", "phrases": {"fr": ["bonjour"]}, "within": 15}}
    talk = Talk(rule("greet", when=absent))
    assert cards(talk.wait(30.0)) == []  # nobody answered yet
    talk.event("answer")
    assert cards(talk.wait(45.5)) == []
    assert cards(talk.wait(60.0)) == ["greet"]
    assert talk.told[0].at == 46.0  # words may be on their way for a second
    greeted = Talk(rule("greet", when=absent))
    greeted.event("answer")
    greeted.wait(14.0)
    greeted.agent("oui bonjour", partial=True)
    assert cards(greeted.wait(60.0)) == []
    early = Talk(rule("greet", when=absent))
    early.agent("bonjour", partial=True)  # heard before the answer was told
    early.event("answer")
    assert cards(early.wait(60.0)) == []


def test_what_is_to_follow_an_event_must_follow_it() -> None:
    absent = {"absent": {"by": "agent", "phrases": {"fr": ["merci d'avoir patienté"]}, "within": 5, "after": "unhold"}}
    talk = Talk(rule("thank", when=absent, cooldown=0))
    talk.event("answer")
    talk.agent("merci d'avoir patienté")
    talk.event("hold")
    talk.event("unhold", at=60.0)
    assert cards(talk.wait(70.0)) == ["thank"]


def test_a_disclosure_that_was_not_said_before_the_payment() -> None:
    before = {
        "by": "agent",
        "phrases": {"fr": ["appel enregistré"]},
        "before": {"phrases": {"fr": ["numéro de carte"]}},
    }
    disclosure = rule("disclosure", when={"absent": before})
    talk = Talk(disclosure)
    (card,) = talk.agent("je prends votre numéro de carte")
    assert isinstance(card, Card)
    assert (card.why.kind, card.why.seen and card.why.seen.words) == ("absent", ("numéro", "de", "carte"))
    talk = Talk(disclosure)
    talk.agent("cet appel est un appel enregistré")
    assert cards(talk.customer("voici mon numéro de carte")) == []
    assert cards(Talk(disclosure).agent("appel enregistré et votre numéro de carte")) == []
    assert cards(Talk(disclosure).agent("votre numéro de carte et c'est un appel enregistré")) == ["disclosure"]


def test_silence() -> None:
    talk = Talk(rule("quiet", when={"silence": {"longer": 8}}, cooldown=0))
    assert cards(talk.wait(20.0)) == []  # it rings
    talk.event("answer")
    talk.agent("bonjour", at=21.0)
    assert cards(talk.wait(28.0)) == []
    assert cards(talk.wait(40.0)) == ["quiet"]  # once for one silence
    talk.customer("oui", at=41.0)
    talk.event("hold")
    assert cards(talk.wait(80.0)) == []
    talk.event("unhold")
    assert cards(talk.wait(87.0)) == []
    talk.event("voice", side="customer")
    assert cards(talk.wait(100.0)) == []  # somebody speaks, though no word is known yet
    talk.event("quiet", side="customer")
    assert cards(talk.wait(109.0)) == ["quiet"]
    talk.event("end")
    assert cards(talk.wait(150.0)) == []


def test_cross_talk() -> None:
    talk = Talk(rule("both", when={"cross_talk": {"longer": 2}}))
    speech = "un deux trois quatre cinq six sept huit neuf dix"
    talk.say("customer", speech, at=0.0)
    assert cards(talk.say("agent", "oui", at=0.0)) == []
    assert cards(talk.say("agent", speech, partial=True, at=0.0)) == ["both"]


def test_a_monologue() -> None:
    talk = Talk(rule("long", when={"monologue": {"by": "agent", "longer": 10}}, cooldown=0))
    for _ in range(9):
        assert cards(talk.agent("et encore une chose")) == []
    talk.customer("d'accord", at=talk.now)  # an aside
    assert cards(talk.agent("et puis voila enfin", at=11.0)) == ["long"]
    talk.customer("mais je voulais dire quelque chose", at=14.0)
    assert cards(talk.agent("bien sur je vous écoute", at=16.0)) == []


def test_the_rate_of_speech() -> None:
    fast = rule("fast", when={"rate": {"by": "agent", "above": 170, "over": 10}})
    slow = rule("slow", when={"rate": {"by": "agent", "below": 100, "over": 10}})
    talk = Talk(fast, slow)
    said = " ".join(["mot"] * 60)
    calm = Said("agent", said, words(said, 0.0, 0.3, 0.1), True, 24.0)  # 150 a minute
    quick = Said("agent", said, words(said, 30.0, 0.2, 0.05), True, 46.0)  # 240 a minute
    heavy = Said("agent", said, words(said, 60.0, 0.5, 0.4), True, 120.0)  # 67 a minute
    assert [cards(talk.prompter.hear(one)) for one in (calm, quick, heavy)] == [[], ["fast"], ["slow"]]


def test_events() -> None:
    def on(name: str, /, **event: object) -> dict[str, object]:
        return rule(name, when={"event": event})

    talk = Talk(
        on("answered", kind="answer"),
        on("held", kind="hold", longer=120),
        on("nine", kind="key", **{"is": "9"}),
        on("pays", kind="node", **{"is": "pay*"}),
        on("complaints", kind="queue", **{"is": "Complaints"}),
        on("shop", kind="called", **{"is": "+33123456789"}),
        on("vip", kind="attribute", name="segment", **{"is": "vip"}),
        on("moved", kind="transfer"),
        budget=60,
    )
    assert cards(talk.event("answer")) == ["answered"]
    assert cards(talk.event("key", key="1")) == []
    assert cards(talk.event("key", key="9")) == ["nine"]
    assert cards(talk.event("node", node="payment")) == ["pays"]
    assert cards(talk.event("queue", queue="complaints")) == ["complaints"]
    assert cards(talk.event("called", number="+33123456789")) == ["shop"]
    assert cards(talk.event("attribute", name="other", value="vip")) == []
    assert cards(talk.event("attribute", name="segment", value="VIP")) == ["vip"]
    assert cards(talk.event("transfer", to="102")) == ["moved"]
    assert cards(talk.event("hold")) == []
    assert cards(talk.wait(119.5)) == []
    assert cards(talk.wait(300.0)) == ["held"]
    assert talk.event("never heard of") == []


def test_only_some_calls() -> None:
    only = {"called": ["+331*"], "queues": ["orders", "shop"], "attributes": {"segment": ["vip"]}}
    talk = Talk(rule("a", said="bonjour", only=only, cooldown=0), facts={"called": "+33123456789", "queue": "shop"})
    assert cards(talk.customer("bonjour")) == []
    talk.event("attribute", name="segment", value="vip")
    assert cards(talk.customer("bonjour")) == ["a"]
    talk.event("queue", queue="other")
    assert cards(talk.customer("bonjour")) == []


def test_once_cooldown_and_the_dates() -> None:
    day = NOW.date().isoformat()
    talk = Talk(
        rule("once", said="pomme", once=True, cooldown=0),
        rule("cool", said="poire", cooldown=30),
        rule("over", said="banane", until="2026-11-22"),
        rule("today", said="banane", **{"from": day, "until": day}),
        rule("off", said="banane", active=False),
        rule("english", said="banane", languages=["en"]),
        budget=60,
    )
    assert cards(talk.customer("une pomme une poire une banane")) == ["once", "cool", "today"]
    assert cards(talk.customer("la pomme et la poire", at=20.0)) == []
    assert cards(talk.customer("la pomme et la poire", at=32.0)) == ["cool"]


def test_the_most_important_win_the_budget() -> None:
    rules = [rule(f"r{priority}", said="bonjour", priority=priority) for priority in (10, 90, 50, 30)]
    talk = Talk(*rules, rule("boss", said="bonjour", audience="supervisor"), budget=3)
    shown = cards(talk.customer("bonjour"))
    assert shown == ["r90", "r50", "boss"]  # the last place is kept, and the supervisor's are others
    late = rule("late", said="avocat", priority=80)
    talk = Talk(*rules, late, budget=3)
    talk.customer("bonjour")
    assert cards(talk.customer("mon avocat")) == ["late"]
    assert talk.prompter.dropped == 2


def test_cards_are_written_in_the_call_s_language_with_its_facts() -> None:
    doc = rule("refund", said="remboursement", priority=70, category="complaints")
    doc |= {
        "title": {"en": "Refund", "fr": "Remboursement pour {{name}}{{nothing}}"},
        "text": {"en": "They said “{{said}}”."},
        "links": [{"title": {"fr": "Dossier"}, "url": "https://crm.example/{{name}}?q={{said}}"}],
    }
    talk = Talk(doc)
    talk.event("attribute", name="name", value="Mme / Dupont")
    (card,) = talk.customer("un remboursement")
    assert isinstance(card, Card)
    assert card.title == "Remboursement pour Mme / Dupont"
    assert card.text == "They said “remboursement”."  # the only language there is
    assert card.links == (("Dossier", "https://crm.example/Mme%20%2F%20Dupont?q=remboursement"),)
    assert (card.category, card.priority, card.audience) == ("complaints", 70, "agent")


CHECKLIST = {
    "name": "order",
    "title": {"fr": "Commande"},
    "steps": [
        {"name": "greet", "title": {"fr": "Saluer"}, "phrases": {"fr": ["bonjour"]}},
        {"name": "name", "title": {"fr": "Nom"}, "phrases": {"fr": ["à quel nom"]}, "weight": 2},
        {"name": "more", "title": {"fr": "Autre chose"}, "phrases": {"fr": ["autre chose"]}, "optional": True},
        {"name": "bye", "title": {"fr": "Congé"}, "phrases": {"fr": ["bonne journée"]}},
    ],
}


def test_a_checklist_ticks_itself() -> None:
    talk = Talk(checklists=[CHECKLIST])
    assert ticks(talk.customer("bonjour")) == []
    assert ticks(talk.agent("bonjour à quel nom", partial=True)) == []  # only what is sure is ticked
    told = talk.agent("bonjour c'est à quel nom")
    assert [(one.step, one.adherence) for one in told if isinstance(one, Tick)] == [("greet", 0.25), ("name", 0.75)]
    assert ticks(talk.agent("bonjour")) == []
    assert ticks(talk.event("ticked", checklist="order", step="bye")) == ["bye"]
    assert ticks(talk.event("ticked", checklist="order", step="nothing")) == []
    (standing,) = talk.prompter.standing()
    assert standing.adherence == 1.0
    assert [step.at is not None for step in standing.steps] == [True, True, False, True]


def test_an_ordered_checklist_counts_half_what_comes_early() -> None:
    talk = Talk(checklists=[CHECKLIST | {"ordered": True}])
    talk.agent("à quel nom")
    talk.agent("bonjour")
    (standing,) = talk.prompter.standing()
    assert standing.adherence == (1 + 2 * 0.5) / 4


def test_another_prompter_takes_a_call_over() -> None:
    once = rule("once", said="bonjour", once=True, cooldown=0)
    talk = Talk(once, REFUND, checklists=[CHECKLIST])
    talk.customer("bonjour un remboursement")
    talk.agent("bonjour")
    memory = json.loads(json.dumps(talk.prompter.memory()))
    again = Talk(once, rule("new", said="bonjour"), checklists=[CHECKLIST], memory=memory)
    again.now = talk.now
    told = again.agent("bonjour")
    assert (cards(told), ticks(told)) == (["new"], [])
    (card,) = told
    assert isinstance(card, Card)
    assert (card.id, card.why.seen and card.why.seen.utterance) == (2, 1)
    assert again.prompter.standing() == talk.prompter.standing()


def test_what_is_wrong_is_named_and_the_rest_works() -> None:
    rules = Rules.load(
        [
            REFUND,
            REFUND,
            rule("bad", when={"said": {"phrases": {"fr": ["..."]}, "regex": ["("]}}, cooldown="x"),
            rule("accent", when={"said": {"regex": ["[z-é]"]}}),
            "no document",  # type: ignore[list-item]
        ]
    )
    assert [(problem.file, problem.field, problem.code) for problem in rules.problems] == [
        ("rules/refund", "name", "given_twice"),
        ("rules/bad", "when.said.phrases.fr[0]", "nothing_said"),
        ("rules/bad", "when.said.regex[0]", "not_a_regex"),
        ("rules/bad", "cooldown", "float_type"),
        ("rules/accent", "when.said.regex[0]", "not_a_regex"),
        ("rules", "", "model_type"),
    ]
    prompter = Prompter(rules, Checklists.load([]), languages=("fr",), started=NOW)
    assert cards(prompter.hear(Said("customer", "je veux être remboursé"))) == ["refund"]
