"""The real recogniser in its own process: what people say in a file that grows becomes words."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speech.__main__ import main
from speech.client import Heard, Listening, Request, Side, SpeechAway, listen, status, transcribe
from tests.calls.live import free_port
from tests.speech.process import RATE, SpeechProcess, human, need_model, silence

NUMBERS = tuple("zero one two three four five six seven eight nine".split())  # noqa: SIM905


@pytest.fixture
def raw(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(samples: bytes) -> Path:
        file = tmp_path / "call.raw"
        with file.open("ab") as grown:
            grown.write(samples)
        return file

    return write


def until(listening: Listening, kind: str, seconds: float = 20.0) -> Heard:
    for heard in all_of(listening, seconds):
        if heard.type == kind:
            return heard
    raise AssertionError(f"no {kind} was heard")


def all_of(listening: Listening, seconds: float = 20.0) -> Iterator[Heard]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        heard = listening.next(1.0)
        if heard is not None:
            yield heard
            if heard.type == "ended":
                return


def finals(listening: Listening) -> list[Heard]:
    listening.stop()
    return [heard for heard in all_of(listening) if heard.type == "final"]


def test_words_with_their_times(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    said = human("vm-intro")
    file = raw(silence(1.0) + said + silence(3.0) + human("auth-thankyou") + silence(0.3))
    with listen(ears.socket, Request(file, (Side("en"),))) as listening:
        listening.stop()
        heard = list(all_of(listening))
    assert [one.type for one in heard if one.type not in ("partial", "quiet")] == [
        "listening", "voice", "final", "voice", "final", "ended",
    ]  # fmt: skip
    first, second = [one for one in heard if one.type == "final"]
    assert first.text == "please leave your message after the tone when done hang up or press the pound key"
    assert second.text == "thank you"
    length = len(said) / 2 / RATE
    assert first.start == pytest.approx(1.0, abs=0.25)
    assert second.start == pytest.approx(4.0 + length, abs=0.3)  # silence is not decoded, and yet counted
    assert [word.word for word in first.words] == first.text.split()
    assert all(one.start <= one.end <= other.start + 0.01 for one, other in zip(first.words, first.words[1:]))  # noqa: B905
    voice = next(one for one in heard if one.type == "voice")
    assert voice.at == pytest.approx(1.05, abs=0.15)
    partials = [one.text for one in heard if one.type == "partial" and one.at < 1.0 + length]
    assert len(partials) > 5
    assert partials[0] in first.text


def test_a_grammar_hears_its_phrases_and_nothing_else(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    digits = [human(f"digits/{digit}") for digit in (4, 7, 0, 2)]
    file = raw(silence(0.3) + silence(1.0).join(digits) + silence(1.2) + human("tt-weasels") + silence(1.0))
    with listen(ears.socket, Request(file, (Side("en", (*NUMBERS, "xyzzy")),), pause=0.6)) as listening:
        assert until(listening, "listening").dropped == ("xyzzy",)
        heard = finals(listening)
    assert [one.text for one in heard][:4] == ["four", "seven", "zero", "two"]
    assert "[unk]" in heard[-1].text


def test_another_grammar_between_two_utterances(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    file = raw(silence(0.3) + human("digits/4") + silence(1.2))
    with listen(ears.socket, Request(file, (Side("en", ("four", "for")),))) as listening:
        assert until(listening, "final").text in ("four", "for")
        listening.grammar(0, ("thank you", "goodbye"))
        raw(human("auth-thankyou") + silence(1.5))
        assert until(listening, "final").text == "thank you"
        listening.grammar(0, None)
        raw(human("vm-intro") + silence(1.5))
        assert until(listening, "final").text.startswith("please leave your message")


def test_a_pause_within_a_number_is_no_end(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    spoken = silence(0.9).join(human(f"digits/{digit}") for digit in (1, 9, 5))
    file = raw(silence(0.3) + spoken + silence(2.5))
    with listen(ears.socket, Request(file, (Side("en", NUMBERS),), pause=1.6)) as listening:
        assert [one.text for one in finals(listening)] == ["one nine five"]


def test_two_people_on_one_file(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    left, right = silence(0.3) + human("vm-intro"), silence(2.0) + human("goodbye")
    length = max(len(left), len(right)) + len(silence(1.5))
    both = bytearray(2 * length)
    for channel, samples in enumerate((left, right)):
        samples = samples.ljust(length, b"\0")
        both[2 * channel :: 4], both[2 * channel + 1 :: 4] = samples[::2], samples[1::2]
    file = raw(bytes(both))
    with listen(ears.socket, Request(file, (Side("en"), Side("en")))) as listening:
        heard = {one.side: one for one in finals(listening)}
    assert heard[0].text.startswith("please leave your message")
    assert heard[1].text == "goodbye"
    assert heard[1].start == pytest.approx(2.0, abs=0.3)
    with listen(ears.socket, Request(file, (None, Side("en")))) as listening:
        assert {one.side for one in finals(listening)} == {1}


def test_a_file_that_comes_late_or_never(ears: SpeechProcess, tmp_path: Path) -> None:
    file = tmp_path / "late.raw"
    with listen(ears.socket, Request(file, (Side("en"),))) as listening:
        assert listening.next(0.3) is None
        file.write_bytes(silence(0.2) + human("auth-thankyou") + silence(1.5))
        assert until(listening, "final").text == "thank you"
    with listen(ears.socket, Request(tmp_path / "never.raw", (Side("en"),))) as listening:
        heard = list(all_of(listening))
    assert [(one.type, one.field) for one in heard] == [("error", "file"), ("ended", "")]
    assert heard[0].reason == "No such file or directory"


def test_a_language_without_a_model(ears: SpeechProcess, tmp_path: Path) -> None:
    with listen(ears.socket, Request(tmp_path / "a.raw", (Side("fr"),))) as listening:
        heard = list(all_of(listening))
    assert [(one.type, one.reason, one.language) for one in heard] == [
        ("degraded", "no_model", "fr"),
        ("ended", "", ""),
    ]
    assert transcribe(ears.socket, tmp_path / "a.wav", "fr").reason == "no model of the language 'fr' is installed"


def test_a_whole_file(ears: SpeechProcess) -> None:
    human("vm-intro")
    said = transcribe(ears.socket, "/usr/share/asterisk/sounds/en_US_f_Allison/vm-intro.wav", "en")
    assert said.text.startswith("please leave your message after the tone")
    assert said.words[-1].end == pytest.approx(5.5, abs=0.3)
    assert transcribe(ears.socket, __file__, "en").reason == "it is not a sound file"


def test_more_than_it_can_follow_is_refused_at_once(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    file = raw(silence(0.1))
    followed = [listen(ears.socket, Request(file, (Side("en"),))) for _ in range(4)]
    try:
        for listening in followed:
            until(listening, "listening")
        assert status(ears.socket)["voices"] == status(ears.socket)["most"] == 4
        with listen(ears.socket, Request(file, (Side("en"),))) as refused:
            assert [(one.type, one.reason) for one in all_of(refused)] == [("degraded", "too_busy"), ("ended", "")]
    finally:
        for listening in followed:
            listening.close()


def test_a_killed_worker_is_replaced_while_somebody_speaks(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    wait_for_a_spare(ears)
    file = raw(silence(0.3) + human("auth-thankyou") + silence(1.5))
    with listen(ears.socket, Request(file, (Side("en"),))) as listening:
        assert until(listening, "final").text == "thank you"
        intro = human("vm-intro")
        raw(intro[:32000])
        until(listening, "partial")
        os.kill(worker_pid(ears), signal.SIGKILL)
        killed = time.monotonic()
        assert until(listening, "degraded").reason == "worker_lost"
        until(listening, "partial")
        assert time.monotonic() - killed < 2.0
        raw(intro[32000:] + silence(1.5))
        again = until(listening, "final")
    assert again.text == "please leave your message after the tone when done hang up or press the pound key"
    assert again.start == pytest.approx(1.8 + len(human("auth-thankyou")) / 2 / RATE, abs=0.3)


def test_a_process_that_restarts_is_taken_up(tmp_path: Path, raw: Callable[[bytes], Path]) -> None:
    process = SpeechProcess(tmp_path, free_port(), need_model(), speech_workers="1")
    try:
        process.wait()
        file = raw(silence(0.3) + human("auth-thankyou") + silence(1.5))
        with Listening(process.socket, Request(file, (Side("en"),)), away=20.0) as listening:
            assert until(listening, "final").text == "thank you"
            process.kill()
            process.start()
            raw(human("goodbye") + silence(1.5))
            assert until(listening, "final").text == "goodbye"  # and not what was heard already
            assert process.close() == 0
            listening._away = 0.2
            with pytest.raises(SpeechAway, match="went away"):
                until(listening, "final")
    finally:
        process.close()


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(SpeechAway, match="No speech process answers"):
        listen(tmp_path / "speech.sock", Request(tmp_path / "a.raw", (Side("en"),)), timeout=0.2)
    with pytest.raises(SpeechAway):
        status(tmp_path / "speech.sock")


def test_several_threads_at_once(ears: SpeechProcess, raw: Callable[[bytes], Path]) -> None:
    """Each with its own listening; a recogniser that two threads used would end the worker."""
    file = raw(silence(0.2) + human("auth-thankyou") + silence(1.2))
    before, said = worker_pid(ears), []

    def hear() -> None:
        with listen(ears.socket, Request(file, (Side("en"),))) as listening:
            said.extend(one.text for one in finals(listening))

    threads = [threading.Thread(target=hear) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["thank you"] * 4
    assert worker_pid(ears) == before


def test_its_state_in_a_line(
    ears: SpeechProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOUFFLEUR_DATA_DIR", str(tmp_path))
    assert main(["status"]) == 1
    assert "did not answer" in capsys.readouterr().err
    monkeypatch.setenv("SOUFFLEUR_SPEECH_SOCKET", str(ears.socket))
    assert main(["status"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("models: en vosk-model-")
    assert "(none of fr, de); workers: 1 of 1 ready" in told
    assert "voices: 0 of 4; lag: " in told


def worker_pid(ears: SpeechProcess) -> int:
    return int(status(ears.socket)["workers"][0]["pid"])


def wait_for_a_spare(ears: SpeechProcess) -> None:
    end = time.monotonic() + 20
    while not status(ears.socket)["spare"]:
        assert time.monotonic() < end, "no spare worker is made"
        time.sleep(0.05)
