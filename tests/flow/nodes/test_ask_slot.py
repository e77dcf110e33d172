import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.call import Call
from controller.flow.commands import Collect, Digits, Listen, Phrase, Utterance
from tests.flow.talk import NOTHING, WAITING, node, talk, wrong

MONDAY = "2026-11-23T09:00:00+01:00"
SILENCE = Utterance(at=MONDAY)
DEAF = Utterance(ended="deaf", prompt_heard=False)
KEYPAD = {"keypad": {"text": {"en": "Key it."}}}


def says(text, certainty=1.0):
    return Utterance(text, ended="speech", certainty=certainty, at=MONDAY)


def keys(digits):
    return Utterance(digits=digits, ended="keys", at=MONDAY)


def slot(kind="date", **fields):
    return node("ask_slot", prompt={"text": {"en": "Which?"}}, save="got", type=kind, **fields)


def asked_for(kind, *heard, language="fr", **fields):
    """The exit, and the value, of a slot that hears this."""
    call = Call({"language": language, "country": "FR"})
    return talk(slot(kind, **fields), *heard, call=call)[1], call.variables.get("got", "")


def words(commands):
    return [[sound.text for sound in command.prompt] for command in commands]


CHOICES = {"choices": {"small": ["petit", "la petite"], "large": ["grand", "large"]}}


@pytest.mark.parametrize(
    ("kind", "heard", "value"),
    [
        ("yes_no", says("oui bien sûr"), "yes"),
        ("yes_no", keys("2"), "no"),
        ("digits", says("zéro six douze"), "0612"),
        ("digits", keys("0612"), "0612"),
        ("number", says("quatre vingt douze"), "92"),
        ("number", keys("2*5"), "2.5"),
        ("amount", says("douze euros cinquante"), "12.50"),
        ("amount", keys("12*5"), "12.50"),
        ("date", says("le quatorze"), "2026-12-14"),
        ("date", says("le quatorze non le quinze"), "2026-12-15"),
        ("date", keys("24122026"), "2026-12-24"),
        ("date", keys("2412"), "2026-12-24"),
        ("time", says("quinze heures trente"), "15:30"),
        ("time", keys("1530"), "15:30"),
        ("phone", says("zéro six douze trente quatre cinquante six soixante dix huit"), "+33612345678"),
        ("phone", keys("0612345678"), "+33612345678"),
        ("name", says("je m' appelle claire martin"), "Claire Martin"),
        ("text", says("ma carte est perdue"), "ma carte est perdue"),
    ],
)
def test_a_value_is_understood_or_keyed(kind, heard, value):
    assert asked_for(kind, heard) == ("ok", value)


@pytest.mark.parametrize(("heard", "value"), [(says("la grande"), "large"), (keys("1"), "small")])
def test_a_choice_is_understood_or_keyed(heard, value):
    assert asked_for("choice", heard, **CHOICES) == ("ok", value)


def test_what_was_said_and_how_it_is_said_aloud_are_kept():
    call = Call({"language": "fr"})
    talk(slot(), says("mardi prochain"), call=call)
    assert call.variables["got_said"] == "mardi prochain"
    assert call.variables["got_spoken"] == "mardi 24 novembre"
    call = Call({"language": "en"})
    talk(slot("time"), says("half past three"), call=call)
    assert call.variables["got_spoken"] == "3:30 pm"


def test_a_recogniser_is_told_the_words_it_needs():
    (asked,), _ = talk(slot("yes_no", silence=7.0), language="fr")
    assert isinstance(asked, Listen)
    assert {"oui", "non", "d' accord"} <= set(asked.phrases)
    assert (asked.language, asked.silence, asked.max_digits) == ("fr", 7.0, 1)
    (asked,), _ = talk(slot("name"))
    assert (asked.phrases, asked.max_digits) == ((), 0)
    (asked,), _ = talk(slot("digits", most=6))
    assert asked.max_digits == 6


def test_silence_and_mistakes_are_counted_apart_with_words_of_their_own():
    more = {"again": [{"text": {"en": "Sorry?"}}, {"text": {"en": "Once more."}}]}
    more["again_silent"] = {"text": {"en": "Hello?"}}
    asked, left = talk(slot(**more), says("[unk]"), SILENCE, says("no idea"), SILENCE)
    assert [said[0] for said in words(asked)] == ["Which?", "Sorry?", "Hello?", "Once more.", "Hello?"]
    assert {said[-1] for said in words(asked)} == {"Which?"}
    assert left == WAITING
    assert talk(slot(**more), says("[unk]"), SILENCE, says("no idea"), SILENCE, SILENCE)[1] == "failed"
    assert talk(slot(tries=1), says("[unk]"))[1] == "failed"


@pytest.mark.parametrize(
    ("kind", "bounds", "heard", "leaves"),
    [
        ("number", {"least": 2, "most": 8}, says("neuf"), WAITING),
        ("number", {"least": 2, "most": 8}, says("huit"), "ok"),
        ("number", {"least": 0}, says("moins trois"), WAITING),
        ("date", {"least": 0, "most": "+7"}, says("demain"), "ok"),
        ("date", {"least": 0, "most": "+7"}, says("le quatorze"), WAITING),
        ("date", {"most": "2026-12-01"}, says("le quatorze"), WAITING),
        ("time", {"least": "09:00", "most": "18:00"}, says("vingt heures"), WAITING),
        ("time", {"least": "09:00", "most": 1080}, says("dix huit heures"), "ok"),
        ("digits", {"least": 4, "most": 4}, says("un deux trois"), WAITING),
        ("digits", {"pattern": "^0"}, says("un deux trois"), WAITING),
        ("digits", {"pattern": "^0"}, says("zéro deux"), "ok"),
    ],
)
def test_a_value_must_be_within_its_bounds(kind, bounds, heard, leaves):
    assert asked_for(kind, heard, **bounds)[0] == leaves


def test_out_of_bounds_has_words_of_its_own():
    asked, _ = talk(slot("number", most=8, out_of_bounds={"text": {"en": "Eight at most."}}), says("nine"))
    assert words(asked)[1] == ["Eight at most.", "Which?"]


# --- confirmation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([says("oui")], ("ok", "2026-12-14")),
        ([keys("1")], ("ok", "2026-12-14")),
        ([says("non le quinze"), says("oui")], ("ok", "2026-12-15")),
        ([says("non le quinze"), says("non le seize"), says("c' est ça")], ("ok", "2026-12-16")),
        ([says("non le trois mars"), says("oui")], ("ok", "2027-03-03")),
        ([says("le quinze"), says("oui")], ("ok", "2026-12-15")),
        ([says("oui le quatorze")], ("ok", "2026-12-14")),
        ([SILENCE, says("oui")], ("ok", "2026-12-14")),
        ([says("non")], (WAITING, "")),
        ([keys("2")], (WAITING, "")),
        ([says("[unk]")], (WAITING, "")),
        ([says("non pas le quatorze")], (WAITING, "")),
        ([DEAF, Digits("1", "length")], ("ok", "2026-12-14")),
        ([DEAF, NOTHING], (WAITING, "")),
        ([says("non"), says("le seize"), says("oui")], ("ok", "2026-12-16")),
    ],
)
def test_an_explicit_confirmation_takes_corrections(answers, outcome):
    assert asked_for("date", says("le quatorze"), *answers, confirmation="explicit") == outcome


def test_a_day_said_alone_corrects_the_day_and_not_the_month():
    heard = (says("le trois mars"), says("non le quatre"), says("oui"))
    assert asked_for("date", *heard, confirmation="explicit") == ("ok", "2027-03-04")


def test_the_value_is_said_again():
    asked, _ = talk(slot(confirmation="explicit"), says("tomorrow"), language="en")
    assert asked[1].prompt == (Phrase("Tuesday, November twenty fourth, is that right?", "en"),)
    own = {"confirmation": "explicit", "confirm": {"text": {"en": "{{got}} or {{got_said}}?"}}}
    asked, _ = talk(slot(**own), says("tomorrow"), language="en")
    assert words(asked)[1] == ["2026-11-24 or tomorrow?"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (SILENCE, ("ok", "12")),
        (says("[unk]"), ("ok", "12")),
        (says("oui"), ("ok", "12")),
        (says("non"), (WAITING, "")),
        (DEAF, ("ok", "12")),
    ],
)
def test_an_implicit_confirmation_goes_on_unless_the_caller_objects(answer, outcome):
    assert asked_for("number", says("douze"), answer, confirmation="implicit") == outcome


def test_an_implicit_correction_is_said_again():
    call = Call({"language": "fr"})
    asked, left = talk(slot("number", confirmation="implicit"), says("douze"), says("non treize"), SILENCE, call=call)
    assert (words(asked)[1:], left, call.variables["got"]) == ([["12."], ["13."]], "ok", "13")


@pytest.mark.parametrize(("certainty", "leaves"), [(0.9, "ok"), (0.5, WAITING)])
def test_by_certainty_asks_when_it_is_not_sure(certainty, leaves):
    assert asked_for("number", says("douze", certainty), confirmation="by_certainty")[0] == leaves


def test_a_correction_out_of_bounds_is_no_answer():
    heard = (says("douze"), says("non treize"))
    assert asked_for("number", *heard, most=12, confirmation="explicit") == (WAITING, "")


# --- keys at last -----------------------------------------------------------------------------------------------------


def test_keys_come_after_the_tries():
    asked, left = talk(slot(tries=1, **KEYPAD), says("[unk]"), Digits("24122026", "length"))
    assert isinstance(asked[1], Collect)
    assert (asked[1].max_digits, left) == (8, "ok")
    assert talk(slot(tries=1, **KEYPAD), says("[unk]"), Digits("99", "timeout"), NOTHING)[1] == "failed"


def test_where_nobody_listens_keys_are_asked_for_or_the_node_is_left():
    assert talk(slot(**KEYPAD), DEAF, Digits("24122026", "length"))[1] == "ok"
    assert talk(slot(), DEAF)[1] == "failed"
    assert talk(slot("name", **KEYPAD), DEAF)[1] == "failed"


def test_a_robot_that_has_reached_its_limits_asks_nothing():
    reached = {"robot_turns": "9", "robot_unanswered": "3", "robot_since": f"{MONDAY} 2026-11-23T09:10:00+01:00"}
    for name, value in reached.items():
        call = Call({"language": "fr", "robot_limits": "600 9 3", name: value})
        assert talk(slot(**KEYPAD), call=call) == ([], "failed")


def test_turns_are_counted_once_a_robot_has_begun():
    call = Call({"language": "fr", "robot_limits": "600 9 3"})
    talk(slot("number", confirmation="implicit"), SILENCE, says("douze"), SILENCE, call=call)
    assert (call.variables["robot_turns"], call.variables["robot_unanswered"]) == ("3", "0")
    assert call.variables["last_turns"] == "douze"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "choice"}, "choices_of_a_choice"),
        ({"type": "date", **CHOICES}, "choices_of_a_choice"),
        ({"type": "name", "confirmation": "implicit"}, "not_confirmed"),
        ({"type": "date", "least": "soon"}, "wrong_bound"),
        ({"type": "time", "most": "25:00"}, "wrong_bound"),
        ({"type": "name", "least": 3}, "wrong_bound"),
        ({"type": "digits", "most": 1.5}, "wrong_bound"),
    ],
)
def test_wrong_fields_are_named(fields, code):
    assert wrong("ask_slot", prompt={"prompt": "x"}, save="got", **fields) == [("", code)]


SAID = ["oui", "non", "le", "quinze", "zéro", "[unk]", "mars", "lundi", "heures", "euros", "martin"]
heard = st.builds(
    Utterance,
    st.lists(st.sampled_from(SAID), max_size=5).map(" ".join),
    digits=st.text("0123456789*", max_size=8),
    ended=st.sampled_from(["speech", "keys", "silence", "deaf"]),
    at=st.sampled_from([MONDAY, ""]),
)


@given(
    st.sampled_from(["yes_no", "digits", "number", "amount", "date", "time", "phone", "name", "text"]),
    st.sampled_from(["none", "explicit"]),
    st.lists(heard, max_size=30),
)
def test_whatever_is_heard_a_value_is_kept_or_none(kind, confirmation, events):
    call = Call({"language": "fr", "country": "FR"})
    call.node = "here"
    steps = slot(kind, confirmation=confirmation, **KEYPAD).run(call)
    command = next(steps)
    left = ""
    for event in events:
        try:
            command = steps.send(Digits(event.digits, "timeout") if isinstance(command, Collect) else event)
        except StopIteration as end:
            left = end.value
            break
    assert (left == "ok") <= bool(call.variables.get("got"))
    assert (left == "failed") <= (not call.variables.get("got"))
