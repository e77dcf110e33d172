import pytest

from controller.flow.call import Call
from controller.flow.commands import Collect, Digits, Listen, Phrase, Play, Played, Utterance
from tests.flow.talk import NOTHING, WAITING, node, pressed, talk, wrong

HASH = Digits("", "terminator")


def menu(exits=(), **fields):
    fields = {"prompt": {"text": {"en": "One or two?"}}, "choices": {"1": "shop", "2": "orders"}} | fields
    return node("menu", dict.fromkeys(exits, "x"), **fields)


def said(command):
    sounds = command.sounds if isinstance(command, Play) else command.prompt
    return [sound.text for sound in sounds]


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([pressed("1")], "1"),
        ([pressed("2")], "2"),
        ([pressed("9"), pressed("2")], "2"),
        ([NOTHING, pressed("1")], "1"),
        ([HASH, pressed("1")], "1"),
        ([pressed("9")] * 3, "invalid"),
        ([HASH] * 3, "invalid"),
        ([NOTHING] * 3, "no_input"),
        ([pressed("9")] * 2, WAITING),
        # Silence and wrong keys are counted apart: two of each leave a try.
        ([pressed("9"), NOTHING, pressed("9"), NOTHING], WAITING),
        ([pressed("9"), NOTHING, pressed("9"), NOTHING, NOTHING], "no_input"),
        ([pressed("9"), NOTHING, pressed("9"), NOTHING, pressed("9")], "invalid"),
        ([pressed("101")] * 3, "invalid"),
    ],
)
def test_keys_lead_to_exits(heard, leaves):
    assert talk(menu(), *heard)[1] == leaves


@pytest.mark.parametrize("failure", [NOTHING, pressed("9")])
def test_too_many_tries_wins_when_it_is_wired(failure):
    assert talk(menu(exits=["too_many"]), *[failure] * 3)[1] == "too_many"


def test_one_try_is_one_try():
    assert talk(menu(tries=1), NOTHING) == ([*talk(menu(tries=1))[0]], "no_input")


def test_the_prompt_comes_again_after_escalating_words():
    again = [{"text": {"en": "Sorry?"}}, {"text": {"en": "Please listen."}}]
    asked, _ = talk(menu(again=again, tries=4), *[pressed("9")] * 3)
    assert [said(command) for command in asked] == [
        ["One or two?"],
        ["Sorry?", "One or two?"],
        ["Please listen.", "One or two?"],
        ["Please listen.", "One or two?"],
    ]


def test_silence_has_words_of_its_own():
    words = {"again": {"text": {"en": "Sorry?"}}, "again_silent": {"text": {"en": "Are you there?"}}}
    asked, _ = talk(menu(**words), NOTHING, pressed("9"))
    assert [said(command)[0] for command in asked] == ["One or two?", "Are you there?", "Sorry?"]


def test_a_key_stops_the_prompt_unless_barge_in_is_off():
    (asked,), _ = talk(menu())
    assert said(asked) == ["One or two?"]
    asked, leaves = talk(menu(barge_in=False), Played(), pressed("1"))
    assert (said(asked[0]), asked[1].prompt, leaves) == (["One or two?"], (), "1")
    assert isinstance(asked[0], Play)


def test_an_extension_may_be_dialled_directly():
    call = Call()
    assert talk(menu(direct_dial=True), Digits("101", "timeout"), call=call)[1] == "extension"
    assert call.variables["extension"] == "101"
    assert talk(menu(direct_dial=True), Digits("1", "timeout"), call=call)[1] == "1"
    assert talk(menu(direct_dial=True), Digits("9", "timeout"), call=call)[1] == WAITING


def test_keys_asked_for():
    (asked,), _ = talk(menu(first_digit_timeout=7.0, digit_timeout=1.5))
    assert asked == Collect((Phrase("One or two?", "en"),), 1, 1, "#", 7.0, 1.5)
    (asked,), _ = talk(menu(direct_dial=True, extension_digits=6))
    assert asked.max_digits == 6
    (asked,), _ = talk(menu(choices={"1": "a", "#": "b"}))
    assert asked.terminators == ""
    assert talk(menu(choices={"1": "a", "#": "b"}), pressed("#"))[1] == "#"
    (asked,), _ = talk(menu(choices={"1": "a", "123": "b"}))
    assert asked.max_digits == 3


def test_exits_are_those_that_make_sense():
    assert menu().exits == ("1", "2", "no_input", "invalid", "too_many")
    assert menu(direct_dial=True).exits == ("1", "2", "extension", "no_input", "invalid", "too_many")
    assert menu().required == ("1", "2", "no_input", "invalid")
    assert menu(exits=["too_many"]).required == ("1", "2")


def test_wrong_fields_are_named():
    assert wrong("menu", prompt={"text": {"en": "?"}}, choices={}) == [("choices", "too_short")]
    assert wrong("menu", prompt={}, choices={"A": "x"}, tries=0) == [
        ("prompt", "silent"),
        ("choices.A", "string_pattern_mismatch"),
        ("tries", "greater_than_equal"),
    ]


# --- by voice ---------------------------------------------------------------------------------------------------------

SPOKEN = {"spoken": {"1": ["the shop", "le magasin"], "2": "my orders"}}
SILENCE = Utterance()
DEAF = Utterance(ended="deaf", prompt_heard=False)


def says(text):
    return Utterance(text, ended="speech")


@pytest.mark.parametrize(
    ("heard", "leaves"),
    [
        ([says("the shop")], "1"),
        ([says("[unk] magasin")], "1"),
        ([says("orders please")], "2"),
        ([says("[unk]"), says("my orders")], "2"),
        ([says("the shop or my orders"), says("not the shop"), says("no idea")], "invalid"),
        ([SILENCE, SILENCE, SILENCE], "no_input"),
        ([SILENCE, says("[unk]"), SILENCE, says("[unk]")], WAITING),
        ([Utterance(digits="2", ended="keys")], "2"),
        ([Utterance(digits="9", ended="keys"), Utterance(ended="keys"), says("the")], "invalid"),
        ([DEAF, pressed("2")], "2"),
        ([DEAF, NOTHING, NOTHING, NOTHING], "no_input"),
        ([says("[unk]"), DEAF, pressed("9"), pressed("9")], "invalid"),
    ],
)
def test_words_lead_to_exits(heard, leaves):
    assert talk(menu(**SPOKEN), *heard)[1] == leaves


def test_a_menu_that_is_spoken_to_listens_in_the_calls_language():
    (asked,), _ = talk(menu(**SPOKEN, direct_dial=True, first_digit_timeout=7.0), language="fr")
    said = (Phrase("One or two?", "en"),)
    phrases = ("the shop", "le magasin", "my orders")
    assert asked == Listen(said, "fr", phrases, silence=7.0, max_digits=4)


def test_keys_of_an_extension_are_taken_while_listening():
    call = Call()
    assert talk(menu(**SPOKEN, direct_dial=True), Utterance(digits="101", ended="keys"), call=call)[1] == "extension"
    assert call.variables["extension"] == "101"


def test_where_nobody_listens_the_keys_are_told():
    keypad = {"keypad": {"text": {"en": "Press 1 or 2."}}}
    asked, _ = talk(menu(**SPOKEN, **keypad), DEAF, pressed("9"))
    assert [type(command) for command in asked] == [Listen, Collect, Collect]
    assert [said(command) for command in asked[1:]] == [["Press 1 or 2."], ["One or two?"]]


def test_spoken_words_that_mean_nothing_or_two_things_are_refused():
    fields = {"prompt": {"text": {"en": "?"}}, "choices": {"1": "a", "2": "b"}}
    assert wrong("menu", **fields, spoken={"3": "x"}) == [("", "no_choice")]
    assert wrong("menu", **fields, spoken={"1": "Été", "2": "ete"}) == [("", "said_twice")]
    assert wrong("menu", **fields, spoken={"1": "..."}) == [("spoken.1.0", "no_words")]
