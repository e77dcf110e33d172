"""A caller leaves a message: recorded, sealed, put into words; also when nobody was there to keep it."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest

from conf import content_keys
from conf.database import scoped
from conf.messages import keeping
from conf.models import Message
from conf.vault import Vault
from controller.calls.messaging import Messages
from controller.calls.threads import Threads
from controller.calls.transcriber import Transcriber
from speech.client import SpeechAway, Transcript, Word
from tests.calls.live import Live, free_port, running
from tests.calls.test_bad_days import break_flow
from tests.calls.test_ringing import TURNS
from tests.outside import Person
from tests.outside.virtual import VirtualOutside
from tests.speech.process import human

VOICE = "/usr/share/asterisk/sounds/en_US_f_Allison/vm-intro.wav"
LEAVE: dict[str, Any] = {
    "kind": "record_message",
    "silence": 0,
    "shortest": 0.5,
    "exits": {"recorded": "yes", "no_message": "no"},
}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    offer = free_port()
    folder = str(tmp_path / "messages")
    with running(VirtualOutside(offer), tmp_path, offer, free_port(), SOUFFLEUR_MESSAGE_DIR=folder) as here:
        yield here


def leave(live: Live, **more: Any) -> Person:
    """Call a flow that takes a message."""
    assert live.controller
    live.controller.transcriber.pool.kill()  # tests put messages into words themselves
    ends = {"yes": {"kind": "hang_up", "outcome": "left"}, "no": {"kind": "hang_up", "outcome": "nothing"}}
    break_flow(live, "turns", lambda doc: doc | {"start": "leave", "nodes": {"leave": LEAVE | more, **ends}})
    return live.outside.from_trunk(TURNS)


def kept(live: Live) -> list[Message]:
    with scoped(live.engine, 1, read_only=True) as session:
        found = list(session.query(Message).order_by(Message.id))
        session.expunge_all()
        return found


def sound(live: Live, message: Message) -> bytes:
    vault = Vault(live.settings.data_dir / "vault")
    with scoped(live.engine, 1, read_only=True) as session:
        there = keeping.find(session, message.call, message.name)
        with keeping.sound(session, vault, live.settings.web_secret, there) as file:
            return file.read()


def path_and_outcome(live: Live) -> tuple[list[str], str]:
    record = live.record()
    return live.path(record), record.outcome


def tone(live: Live, before: int = 0) -> None:
    """Wait until FreeSWITCH records, after so many recordings before."""
    live.until(lambda: len(list(live.settings.message_dir.glob("*.wav"))) > before)


def talks(caller: Person, seconds: float) -> Person:
    """Let somebody talk for so many seconds of the wall clock."""
    human("vm-intro")
    caller.says(VOICE)
    gevent.sleep(seconds)
    return caller


def test_a_message_is_recorded_and_sealed(live: Live) -> None:
    human("vm-intro")
    caller = leave(live, silence=2.0)
    tone(live)
    caller.says(VOICE)
    assert caller.has_ended(15)
    assert path_and_outcome(live) == (["leave", "yes"], "left")
    (message,) = live.until(lambda: kept(live))
    assert (message.ended, message.flow, message.node, message.caller) == ("silence", "turns", "leave", "+33611111111")
    assert message.seconds == pytest.approx(5.4, abs=1.5)
    with wave.open(io.BytesIO(sound(live, message))) as heard:
        assert any(heard.readframes(heard.getnframes()))
    live.until(lambda: not list(live.settings.message_dir.glob("*.wav")))
    assert not list(live.settings.message_dir.glob("*.json"))
    sealed = next((live.settings.data_dir / "vault" / "1" / "message").iterdir()).read_bytes()
    assert b"RIFF" not in sealed


def test_the_journal_and_the_flow_know_how_long_it_is_and_no_more(live: Live) -> None:
    caller = leave(live)
    tone(live)
    talks(caller, 0.8).presses("#")
    assert caller.has_ended()
    live.record()
    told = live.until(lambda: [e.data for e in live.events("result") if e.data["type"] == "recorded"])[0]
    assert told["ended"] == "key"
    assert {*told} <= {"type", "index", "seconds", "ended", "message"}


@pytest.mark.parametrize(("seconds", "count"), [(0.8, 1), (0.1, 0)])
def test_a_message_is_left_by_hanging_up(live: Live, seconds: float, count: int) -> None:
    caller = leave(live)
    tone(live)
    talks(caller, seconds).hangs_up()
    assert caller.has_ended()
    live.record()
    if count:
        assert [one.ended for one in live.until(lambda: kept(live))] == ["hung_up"]
    assert len(kept(live)) == count
    live.until(lambda: not list(live.settings.message_dir.glob("*.json")))


def test_silence_is_no_message(live: Live) -> None:
    caller = leave(live, silence=2.0, tries=2, too_short={"text": {"fr": "Nous n'avons rien entendu."}})
    assert caller.has_ended(20)
    assert path_and_outcome(live) == (["leave", "no"], "nothing")
    assert kept(live) == []


def test_it_is_heard_again_and_recorded_anew(live: Live) -> None:
    caller = leave(live, review={"text": {"fr": "1, 2, 3"}}, tone=False)
    tone(live)
    talks(caller, 0.8).presses("#")
    assert caller.hears_something()  # the question
    caller.presses("1")
    live.until(lambda: [one for one in live.events("command") if one.data["type"] == "play_message"])
    assert caller.hears_something(anew=True)
    live.until(lambda: len([one for one in live.events("command") if one.data["type"] == "collect"]) == 2)
    caller.presses("2")
    live.until(lambda: len([one for one in live.events("command") if one.data["type"] == "record_message"]) == 2)
    live.until(lambda: [file for file in live.settings.message_dir.glob("*.json") if not file.stem.endswith("-0")])
    talks(caller, 0.8).presses("#")
    live.until(lambda: len([one for one in live.events("command") if one.data["type"] == "collect"]) == 3)
    caller.presses("3")
    assert caller.has_ended()
    live.record()
    live.until(lambda: [one for one in kept(live) if one.name.endswith("-4")])
    assert len(kept(live)) == 1
    assert len(list((live.settings.data_dir / "vault" / "1" / "message").iterdir())) == 1


def test_what_a_dead_controller_left_is_found(live: Live) -> None:
    """The call ended while nobody was there: its sheet tells what it is, once."""
    put: list[dict[str, Any]] = []
    there = Messages(live.settings.message_dir, put.append, lambda: datetime.now().timestamp() + 100)
    sheet = {"table": "message", "subscriber": 1, "name": "c-1", "call": "c", "flow": "f", "node": "n", "caller": "",
             "language": "en", "at": 0.0, "shortest": 1.0, "replaces": ""}  # fmt: skip
    there.folder.mkdir()
    for name, seconds in (("c-1", 5), ("c-2", 0.2)):
        (there.folder / f"{name}.json").write_bytes(orjson.dumps(sheet | {"name": name}))
        with wave.open(str(there.file(name)), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(int(seconds * 16000)))
    Messages(there.folder, put.append).sweep()  # somebody may still write to them
    assert put == []
    there.sweep()
    there.sweep()
    assert [(one["name"], one["seconds"], one["ended"]) for one in put] == [("c-1", 5.0, "hung_up")]
    assert live.controller
    live.controller.writer.put(put[0])
    live.until(lambda: [one.name for one in kept(live)] == ["c-1"])
    assert not list(there.folder.glob("c-*"))


# --- words ----------------------------------------------------------------------------------------------------------


def told(*words: str) -> Transcript:
    return Transcript(" ".join(words), tuple(Word(word, n, n + 0.5, 1.0) for n, word in enumerate(words)))


@pytest.fixture
def message(live: Live, tmp_path: Path) -> Message:
    """One that nobody has put into words yet."""
    assert live.controller
    live.controller.transcriber.pool.kill()
    file = tmp_path / "m.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    fact = {"subscriber": 1, "name": "c-1", "call": "c", "flow": "f", "node": "n", "caller": "", "language": "en",
            "seconds": 1.0, "ended": "key", "at": 0.0}  # fmt: skip
    with scoped(live.engine, 1) as session:
        vault = Vault(live.settings.data_dir / "vault")
        assert keeping.keep(session, vault, live.settings.web_secret, fact, file)
        assert not keeping.keep(session, vault, live.settings.web_secret, fact, file)
    return kept(live)[0]


def transcriber(live: Live, hear: Callable[[Path, str], Transcript], later: float = 0.0) -> Transcriber:
    vault, secret = Vault(live.settings.data_dir / "vault"), live.settings.web_secret
    now = datetime.now(UTC) + timedelta(seconds=later)
    folder = live.settings.message_dir
    return Transcriber(live.engine, vault, secret, folder, "t", hear, Threads(1), lambda: now)


def test_a_message_is_put_into_words_and_masked(live: Live, message: Message) -> None:
    def hear(file: Path, language: str) -> Transcript:
        with wave.open(str(file)) as sound:  # it is what was recorded
            assert (sound.getnframes(), language) == (8000, "en")
        return told("call", "me", "4111", "1111", "1111", "1111")

    assert transcriber(live, hear).step()
    (done,) = kept(live)
    assert done.state == "done"
    assert (keeping.words(done) or {})["text"] == "call me ••• ••• ••• •••"
    assert not transcriber(live, hear).step()
    assert not list(live.settings.message_dir.glob(".words-*"))


@pytest.mark.parametrize(
    ("heard", "state"), [(Transcript("", reason="no_model"), "no_model"), (Transcript(""), "empty")]
)
def test_why_there_are_no_words(live: Live, message: Message, heard: Transcript, state: str) -> None:
    assert transcriber(live, lambda _file, _language: heard).step()
    assert (kept(live)[0].state, kept(live)[0].transcript) == (state, None)


def test_while_speech_is_away_a_message_waits(live: Live, message: Message) -> None:
    def away(_file: Path, _language: str) -> Transcript:
        raise SpeechAway("nobody there")

    assert not transcriber(live, away).step()
    assert kept(live)[0].state == "waiting"
    assert not transcriber(live, away).step()  # not at once
    assert transcriber(live, lambda _file, _language: told("hello"), later=60).step()
    assert kept(live)[0].state == "done"


def test_another_purpose_does_not_lock_messages_out(live: Live, message: Message) -> None:
    """The key that was made for messages is granted for faxes, and the other way round."""
    with scoped(live.engine, 1) as session:
        assert content_keys.public_key(session, live.settings.web_secret, "fax")
        one = content_keys.unlocked(session, live.settings.web_secret, "fax")
        assert one == content_keys.unlocked(session, live.settings.web_secret, "message")
