import pytest

from controller.flow.call import Call
from controller.flow.commands import Utterance
from tests.flow.talk import WAITING, node, talk, wrong

SILENCE, DEAF = Utterance(), Utterance(ended="deaf")
INTENTS = {
    "appointment": ["je voudrais un rendez-vous", "prendre rendez-vous", "book an appointment"],
    "cancel": ["annuler mon rendez-vous", "cancel my appointment"],
    "invoice": ["une question sur ma facture", "my invoice"],
}


def says(text):
    return Utterance(text, ended="speech")


def intent(exits=(), **fields):
    question = {"text": {"en": "How can I help?"}}
    return node("intent", dict.fromkeys(exits, "x"), prompt=question, intents=INTENTS, **fields)


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([says("bonjour je voudrais annuler mon rendez vous de demain")], "cancel"),
        ([says("c' est pour prendre rendez vous")], "appointment"),
        ([says("j' ai une question sur une facture")], "invoice"),
        ([says("cancel my appointment please")], "cancel"),
        ([says("il fait beau"), says("ma facture")], "invoice"),
        ([says("il fait beau")], WAITING),
        ([says("il fait beau")] * 3, "unknown"),
        ([says("annuler ma facture")] * 3, "unknown"),
        ([SILENCE] * 3, "silence"),
        ([DEAF], "unknown"),
    ],
)
def test_what_is_said_leads_to_an_exit(heard, leaves):
    assert talk(intent(), *heard)[1] == leaves


def test_where_nobody_listens_there_may_be_an_exit():
    assert talk(intent(exits=["deaf"]), DEAF)[1] == "deaf"


def test_the_intent_and_the_words_are_kept():
    call = Call({"language": "fr"})
    talk(intent(), says("[unk] ma facture"), call=call)
    assert (call.variables["intent"], call.variables["intent_said"]) == ("invoice", "ma facture")


def test_it_listens_freely_unless_only_the_examples_are_wanted():
    (asked,), _ = talk(intent())
    assert (asked.phrases, asked.max_digits) == ((), 0)
    (asked,), _ = talk(intent(only_examples=True))
    assert "une question sur ma facture" in asked.phrases


def test_a_threshold_decides():
    assert talk(intent(threshold=0.95), says("question facture"))[1] == "invoice"
    assert talk(intent(threshold=0.95), says("facture"))[1] == WAITING


def test_an_intent_cannot_take_the_name_of_another_exit():
    assert wrong("intent", prompt={"prompt": "x"}, intents={"unknown": "what"}) == [("", "exit_taken")]
