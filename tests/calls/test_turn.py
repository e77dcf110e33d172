"""A caller's turn, second by second: no switch, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.calls.turn import Turn
from controller.flow.commands import Listen, Utterance
from speech.client import Heard

ASKED = Listen(silence=5.0, pause=0.8, longest=20.0, max_digits=1, digit_timeout=2.0)


def turn(prompt: bool = True, **fields: Any) -> Turn:
    made = Turn(replace(ASKED, **fields), "en", 100.0)
    if not prompt:
        made.prompt_ended(100.0)
    return made


def partial(text: str) -> Heard:
    return Heard("partial", text=text)


def final(text: str, start: float = 1.0, end: float = 2.0) -> Heard:
    return Heard("final", text=text, start=start, end=end, certainty=0.8)


def passes(it: Turn, until: float) -> Utterance | None:
    """Let time pass as the one who performs it does: from one due moment to the next."""
    while it.result is None and it.due <= until:
        before = it.due
        it.pass_time(it.due)
        if it.stops or it.resumes or it.flushes or it.due == before:
            break
    return it.result


def test_nothing_is_due_while_the_prompt_plays() -> None:
    it = turn()
    assert it.due == float("inf")
    it.prompt_ended(110.0)
    assert it.due == 115.0
    assert passes(it, 115.0) == Utterance(ended="silence")


@pytest.mark.parametrize("heard", ["yeah", "uh", "[unk]", "", "okay all"])
def test_what_does_not_stop_the_prompt(heard: str) -> None:
    it = turn()
    it.hear(partial(heard), 101.0)
    assert (it.stops, it.prompt) == (False, "playing")
    it.hear(final("okay all right"), 102.0)
    assert (it.stops, it.prompt, it.result) == (False, "playing", None)


def test_a_backchannel_that_becomes_a_sentence_stops_it() -> None:
    it = turn()
    it.hear(partial("yeah"), 101.0)
    it.hear(partial("yeah but"), 101.3)
    assert it.stops


def test_a_backchannel_is_an_answer_once_the_prompt_is_over() -> None:
    it = turn(prompt=False)
    it.hear(final("yeah"), 101.0)
    assert it.result == Utterance("yeah", ended="speech", certainty=0.8, seconds=1.0)


def test_a_backchannel_that_is_one_of_the_phrases_stops_it() -> None:
    it = turn(phrases=("Yes", "all right then"))
    it.hear(partial("all right"), 101.0)
    assert it.stops


def test_background_talk_does_not_end_a_prompt_but_is_heard_after_it() -> None:
    it = turn(phrases=("yes",))
    it.hear(final("[unk]"), 101.0)
    assert it.result is None
    it.prompt_ended(102.0)
    it.hear(final("[unk]"), 103.0)
    assert it.result
    assert (it.result.text, it.result.ended) == ("[unk]", "speech")


def test_words_that_turn_out_to_be_none_let_the_prompt_go_on() -> None:
    it = turn()
    it.hear(partial("hello"), 101.0)
    assert it.stops
    it.stops = False
    it.hear(final(""), 102.0)
    assert (it.resumes, it.prompt, it.due) == (True, "playing", float("inf"))


def test_words_that_are_taken_back_let_the_prompt_go_on() -> None:
    """The recogniser tells no end of what turned out to be none."""
    it = turn()
    it.hear(Heard("voice"), 100.5)
    it.hear(partial("hello"), 101.0)
    it.stops = False
    assert it.due == 121.0
    it.hear(Heard("quiet"), 101.4)
    assert it.due == pytest.approx(101.4 + 0.8 + 1.0)
    passes(it, 104.0)
    assert it.resumes


def test_words_that_are_taken_back_after_the_prompt_are_silence() -> None:
    it = turn(prompt=False)
    it.hear(partial("the"), 101.0)
    it.pass_time(it.due)
    assert (it.result, it.due) == (None, 105.0)
    assert passes(it, 105.0) == Utterance(ended="silence")


def test_who_talks_for_ever_is_heard_until_now() -> None:
    it = turn(prompt=False)
    it.hear(Heard("voice"), 101.0)
    it.hear(partial("and then"), 102.0)
    passes(it, 121.0)
    assert it.flushes
    it.flushes = False
    it.hear(final("and then i said", 1.0, 20.0), 121.2)
    assert it.result == Utterance("and then i said", ended="speech", certainty=0.8, seconds=19.0)


def test_a_recogniser_that_cannot_end_is_not_waited_for() -> None:
    it = turn(prompt=False)
    it.hear(Heard("voice"), 101.0)
    it.hear(partial("and then"), 102.0)
    passes(it, 121.0)
    it.flushes = False
    assert passes(it, 122.0) == Utterance("and then", ended="speech")


def test_who_speaks_when_the_silence_is_over_is_let_finish() -> None:
    it = turn(prompt=False)
    it.hear(Heard("voice"), 104.9)
    assert it.due == 124.9
    it.hear(partial("one two"), 105.5)
    it.hear(Heard("quiet"), 106.0)
    it.hear(final("one two"), 107.0)
    assert it.result
    assert it.result.text == "one two"


def test_a_noise_at_the_end_of_the_silence_puts_it_off_a_little() -> None:
    it = turn(prompt=False)
    it.hear(Heard("voice"), 104.9)
    it.hear(Heard("quiet"), 105.1)
    assert it.due == pytest.approx(105.1 + 1.8)
    assert passes(it, 110.0) == Utterance(ended="silence")


def test_noise_without_end_is_silence_after_the_longest() -> None:
    it = turn(prompt=False)
    it.hear(Heard("voice"), 101.0)
    assert it.due == 121.0
    passes(it, 121.0)
    assert it.flushes
    it.flushes = False
    assert it.due == 122.0
    assert passes(it, 122.0) == Utterance(ended="silence")


def test_noise_during_the_prompt_does_not_shorten_what_is_said_after_it() -> None:
    it = turn()
    it.hear(Heard("voice"), 101.0)
    it.prompt_ended(119.0)
    assert it.due == 139.0


def test_keys_count_for_more_than_words() -> None:
    it = turn(max_digits=4)
    it.press("1", 101.0)
    assert it.stops
    it.hear(final("one"), 101.5)
    assert it.result is None
    assert passes(it, 103.0) == Utterance(digits="1", ended="keys")


@pytest.mark.parametrize(("keys", "digits"), [("12", "12"), ("1#", "1"), ("#1#", "1"), ("##12", "12")])
def test_keys_end_it_in_time(keys: str, digits: str) -> None:
    it = turn(max_digits=2)
    for key in keys:
        assert it.result is None
        it.press(key, 101.0)
    assert it.result == Utterance(digits=digits, ended="keys")


def test_nobody_listens() -> None:
    it = turn()
    it.hear(Heard("degraded", reason="lagging"), 101.0)
    it.hear(Heard("degraded", reason="worker_lost"), 101.0)
    assert not it.deaf
    it.hear(Heard("degraded", reason="too_busy"), 101.0)
    assert it.due == float("inf")
    it.prompt_ended(102.0)
    assert it.due == 103.0  # a key may yet come, and the flow asks for one then
    assert passes(it, 103.0) == Utterance(ended="deaf")


def test_nobody_listens_and_no_keys_are_asked_for() -> None:
    it = turn(max_digits=0)
    it.be_deaf(101.0)
    it.prompt_ended(102.0)
    assert passes(it, 102.0) == Utterance(ended="deaf")


def test_the_recogniser_dies_in_the_middle_of_a_sentence() -> None:
    it = turn()
    it.hear(partial("i would"), 101.0)
    it.be_deaf(103.0)
    assert passes(it, 108.0) == Utterance(ended="deaf")


def test_without_barge_in_words_do_not_stop_the_prompt() -> None:
    it = turn(barge_in=False)
    it.hear(partial("hello"), 101.0)
    it.hear(final("hello"), 102.0)
    assert (it.stops, it.result) == (False, None)


def test_the_tone_of_a_machine_ends_a_turn_that_waits_for_it() -> None:
    waiting, other = turn(prompt=False, until_beep=True), turn(prompt=False)
    for one in (waiting, other):
        one.hear(partial("after the tone"), 101.0)
        one.hear(Heard("beep", start=1.0, end=1.4), 102.0)
    assert waiting.result == Utterance("after the tone", ended="beep")
    assert other.result is None
