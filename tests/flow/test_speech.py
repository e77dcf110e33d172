"""A caller who speaks, in the simulator, in tests and in replays: a node that only listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from controller.flow import ask
from controller.flow.commands import HungUp, Listen, Phrase, Utterance
from controller.flow.coverage import coverage
from controller.flow.node import Call, Exit, Node, Steps, registry
from controller.flow.recorded import shown_result
from controller.flow.rehearse import rehearse
from controller.flow.replay import replay
from controller.flow.try_out import try_out
from tests.flow.journal import journal
from tests.flow.martin import WORLD, flow
from tests.flow.whole_flows import Whole


class Hears(Node):
    """Listen once."""

    kind: ClassVar[str] = "hears_in_a_test"
    title: ClassVar[str] = "Hears"
    help: ClassVar[str] = ""
    ways_out: ClassVar[tuple[Exit, ...]] = tuple(Exit(name) for name in ("speech", "keys", "silence", "deaf"))

    keys: int = 1

    def run(self, call: Call) -> Steps:
        heard = yield from ask.listen(Phrase("Oui ?", "fr"), language="fr", max_digits=self.keys)
        call.save("heard", heard.text or heard.digits)
        call.save("at", heard.at)
        call.save("sure", str(heard.certainty))
        return heard.ended


END = {"kind": "hang_up"}


class Grammar(Hears):
    """Listens for the phrases of its note."""

    kind: ClassVar[str] = "grammar_in_a_test"

    def run(self, call: Call) -> Steps:
        heard = yield from ask.listening(
            Listen(language="fr", phrases=tuple(self.note.split("|")), max_digits=self.keys, own=True)
        )
        call.save("heard", heard.text or heard.digits)
        return heard.ended


KINDS = {kind.kind: registry.pop(kind.kind) for kind in (Hears, Grammar)}  # other tests look at every kind there is


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    registry.update(KINDS)
    yield
    for kind in KINDS:
        registry.pop(kind)


def doc(**fields: Any) -> dict[str, Any]:
    exits = {"speech": "end", "keys": "end", "silence": "again", "deaf": "end"}
    hears = {"kind": Hears.kind, "exits": exits} | fields
    return flow(a=hears, again=hears | {"exits": dict.fromkeys(exits, "end")}, end=END)


def play(*script: Any, **fields: Any) -> Any:
    return try_out(doc(**fields), {"at": "2026-11-23T09:00"}, list(script), WORLD)


def test_it_waits_for_the_caller_to_speak() -> None:
    seen = play()
    assert seen.waiting.dump()["for"] == "speech"
    assert seen.waiting.dump()["command"]["type"] == "listen"
    assert seen.events[0].dump()["text"] == "The caller is asked: Oui ?"


@pytest.mark.parametrize(
    ("line", "heard", "text"),
    [
        ({"say": "Bonjour, Madame !"}, "bonjour madame", "The caller says: bonjour madame"),
        ({"press": "2"}, "2", "The caller presses 2."),
        ({"press": "#"}, "", "The caller presses #."),
        ({"deaf": True}, "", "Nobody listens: no recogniser of this language is free."),
    ],
)
def test_a_line_is_heard(line: Any, heard: str, text: str) -> None:
    seen = play(line)
    assert (seen.variables["heard"], seen.problems) == (heard, ())
    assert seen.events[1].dump()["text"] == text


def test_silence_is_an_answer_too() -> None:
    seen = play({"wait": True}, {"say": "oui", "certainty": 0.5})
    assert seen.path == ["a", "again", "end"]
    assert seen.events[1].dump()["text"] == "The caller says nothing."
    assert seen.variables["sure"] == "0.5"


def test_what_is_said_ends_at_the_calls_moment() -> None:
    assert play({"say": "oui"}).variables["at"] == "2026-11-23T09:00:00+01:00"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"answer": True}, "The caller is listened to here, and the script says answer: True."),
        ({"say": "..."}, "There is no word in what the script says here: say: ...."),
        ({"press": "12"}, "2 comes after the last key that is taken here; write it as its own line."),
    ],
)
def test_a_line_that_does_not_fit_is_said(line: Any, said: str) -> None:
    (problem,) = play(line).problems
    assert (problem.field, problem.text()) == ("script.0", said)


def test_keys_are_refused_where_none_are_taken() -> None:
    (problem,) = play({"press": "1"}, keys=0).problems
    assert problem.text() == "Only words are waited for here, no keys, and the script says press: 1."


def test_a_certainty_is_that_of_words() -> None:
    (problem,) = play({"press": "1", "certainty": 0.5}).problems
    assert problem.code == "certainty_of_nothing"


def test_the_caller_may_leave_instead_of_answering() -> None:
    assert play({"hang_up": True}).cause == "NORMAL_CLEARING"


def test_a_flows_tests_speak_and_are_covered() -> None:
    test = {"name": "t", "script": [{"say": "oui"}], "expect": {"path": ["a", "end"], "variables": {"heard": "oui"}}}
    tested = doc() | {"tests": [test]}
    assert [one.problems for one in rehearse(tested, WORLD)] == [()]
    assert coverage(tested, WORLD).exits["a.speech"] == 1


# --- replays ----------------------------------------------------------------------------------------------------------


def replayed(heard: Utterance, then: dict[str, Any], now: dict[str, Any], script: Any = None) -> Any:
    given = {"caller": "+33611111111", "at": "2026-11-23T09:00"}
    entries = journal(Whole(doc(**then), {}, given, []), [heard, HungUp()])
    return replay(doc(**now), entries, WORLD, given=given, script=script)


SERVICE = Utterance("[unk] le service", ended="speech")
SALES = {"kind": "grammar_in_a_test", "note": "le service|la boutique"}
MORE = {"kind": "grammar_in_a_test", "note": "le service|la boutique|le magasin"}
OTHER = {"kind": "grammar_in_a_test", "note": "le magasin"}


@pytest.mark.parametrize(
    ("heard", "now", "holds"),
    [
        (SERVICE, SALES, True),
        (SERVICE, MORE, False),  # what was no phrase then may be one now
        (Utterance("le service", ended="speech"), MORE, True),
        (Utterance("le service", ended="speech"), OTHER, False),
        (Utterance(), OTHER, True),
        (Utterance(ended="deaf"), OTHER, True),
        (Utterance(digits="2", ended="keys"), OTHER, True),
        (Utterance(digits="2", ended="keys"), OTHER | {"keys": 0}, False),
    ],
)
def test_a_replay_hears_what_would_be_heard(heard: Utterance, now: dict[str, Any], holds: bool) -> None:
    assert (replayed(heard, SALES, now).stopped is None) is holds


def test_of_what_is_said_the_journal_tells_a_flows_own_phrases_alone() -> None:
    own = Listen(phrases=("le service", "la boutique"), own=True)
    assert shown_result(own, Utterance("le service", ended="speech"))["text"] == "le service"
    digits = Listen(phrases=("un", "deux"))  # a vocabulary: what is said with it is the caller's
    assert shown_result(digits, Utterance("un deux", ended="speech")) == {
        "type": "utterance", "ended": "speech", "words": 2
    }  # fmt: skip


def test_free_speech_is_not_kept_and_a_replay_asks_for_it() -> None:
    told = shown_result(Listen(), Utterance("ma carte est perdue", ended="speech"))
    assert told == {"type": "utterance", "ended": "speech", "words": 4}
    stopped = replayed(Utterance("ma carte est perdue", ended="speech"), {}, {}).stopped
    assert "not kept" in stopped.dump()["text"]
    found = replayed(Utterance("ma carte est perdue", ended="speech"), {}, {}, [{"say": "rien"}])
    assert (found.stopped, found.seen.variables["heard"]) == (None, "rien")
