"""Real speech by espeak-ng, in its own process."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import wave
from array import array
from pathlib import Path

import gevent
import pytest

from speech.__main__ import main
from speech.text import LONGEST
from speech.voice import Voice, VoiceError


@pytest.fixture
def voice(tmp_path):
    voice = Voice(tmp_path / "cache")
    yield voice
    voice.close()


@pytest.fixture
def working(voice):
    """A voice whose worker has spoken."""
    voice.speak("Un.")
    return voice


def _heard(path):
    """Seconds, rate and loudest sample of a WAV."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = array("h", file.readframes(file.getnframes()))
        return len(samples) / file.getframerate(), file.getframerate(), max(map(abs, samples), default=0)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize(("language", "text"), [("fr", "vingt et un"), ("en", "twenty one"), ("de", "21")])
def test_a_number_is_spoken(voice, language, text, rate):
    seconds, heard_rate, peak = _heard(voice.speak(text, language, rate))
    assert 0.4 < seconds < 2
    assert heard_rate == rate
    assert 0.69 < peak / 32768 < 0.72  # -3 dBFS


def test_languages_sound_different(voice):
    sounds = {voice.speak("1234", language).read_bytes() for language in ("fr", "en", "de")}
    assert len(sounds) == 3


def test_the_second_time_it_comes_from_the_cache(voice):
    first = voice.speak("Bonjour.")
    assert voice.speak(" Bonjour.\n") == first
    assert voice.synthesised == 1


def test_a_cache_serves_without_a_worker(voice, tmp_path):
    path = voice.speak("Bonjour.")
    other = Voice(tmp_path / "cache")
    assert other.speak("Bonjour.") == path
    assert other.worker_pid is None


def test_callers_who_wish_for_the_same_share_one_synthesis(voice):
    waiting = [gevent.spawn(voice.speak, "Bonjour.") for _ in range(20)]
    assert len({caller.get(timeout=20) for caller in waiting}) == 1
    assert voice.synthesised == 1


def test_two_voices_at_once(tmp_path):
    voices = [Voice(tmp_path / "cache") for _ in range(2)]
    waiting = [gevent.spawn(voices[n % 2].speak, f"Numéro {n}.") for n in range(10)]
    assert all(_heard(caller.get(timeout=20))[0] > 0.3 for caller in waiting)
    for voice in voices:
        voice.close()


def test_others_go_on_while_one_speaks(working):
    ticks = []

    def tick():
        while True:
            ticks.append(1)
            gevent.sleep(0.005)

    clock = gevent.spawn(tick)
    working.speak("un deux trois " * 200)
    clock.kill()
    assert len(ticks) > 10


def test_a_long_text_is_spoken_whole(voice):
    """The first text of a fresh worker, too."""
    short, _, _ = _heard(voice.speak("un deux trois " * 35))
    long, _, _ = _heard(voice.speak(("un deux trois " * 358)[:LONGEST]))
    assert long > 9.5 * short


@pytest.mark.parametrize("text", ["", " \n", "…", "x" * (LONGEST + 1)])
def test_what_cannot_be_spoken_says_why(voice, text):
    with pytest.raises(VoiceError) as refusal:
        voice.speak(text)
    assert refusal.value.reason


def test_unknown_rate_and_language(voice):
    with pytest.raises(VoiceError, match="44100"):
        voice.speak("a", rate=44100)
    with pytest.raises(VoiceError, match="tlh"):
        voice.speak("a", "tlh")


def test_hostile_text_is_only_spoken(voice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in ('"; touch x; $(touch y) `touch z`', "<mark name='x'/> [[x]] -w x", '{"path": "x"}\n{"path": "y"}'):
        assert _heard(voice.speak(text))[0] > 0.3
    assert [entry.name for entry in tmp_path.iterdir()] == ["cache"]
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".wav"}


def test_a_worker_killed_mid_way_is_replaced(working):
    first = working.worker_pid
    os.kill(first, signal.SIGSTOP)
    caller = gevent.spawn(working.speak, "Deux.")
    gevent.idle()
    os.kill(first, signal.SIGKILL)
    assert _heard(caller.get(timeout=20))[0] > 0.2
    assert working.worker_pid not in (None, first)


def test_a_stuck_worker_is_killed_and_replaced(tmp_path):
    voice = Voice(tmp_path / "cache", patience=2.0)
    voice.speak("Un.")
    stuck = voice.worker_pid
    os.kill(stuck, signal.SIGSTOP)
    assert _heard(voice.speak("Deux."))[0] > 0.2
    with pytest.raises(ProcessLookupError):
        os.kill(stuck, 0)
    voice.close()


def test_a_caller_who_gives_up_leaves_the_next_one_its_own_sound(working):
    os.kill(working.worker_pid, signal.SIGSTOP)
    gone = gevent.spawn(working.speak, "un deux trois quatre cinq six sept huit")
    gevent.idle()
    gone.kill()
    os.kill(working.worker_pid, signal.SIGCONT)
    assert _heard(working.speak("Non."))[0] < 0.8


def test_a_stuck_worker_ends_with_a_killed_controller(tmp_path):
    program = (
        "import sys, os, signal; from speech.voice import Voice; voice = Voice(sys.argv[1]); voice.speak('Un.');"
        "os.kill(voice.worker_pid, signal.SIGSTOP); print(voice.worker_pid, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "cache")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as controller:
        worker = int(controller.stdout.readline())
        ended = os.pidfd_open(worker)
        controller.kill()
        assert select.select([ended], [], [], 10)[0]
        os.close(ended)


def test_stopping_ends_the_worker_and_speaking_starts_another(working):
    first = working.worker_pid
    working.close()
    assert working.worker_pid is None
    assert _heard(working.speak("Trois."))[0] > 0.2
    assert working.worker_pid != first


def test_the_cache_keeps_its_limit(tmp_path):
    voice = Voice(tmp_path / "cache", limit_bytes=60_000)
    last = [voice.speak(f"Numéro {n}.", rate=8000) for n in range(10)][-1]
    voice.close()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.wav")) <= 60_000
    assert last.exists()


def test_a_cache_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    voice = Voice(tmp_path / "file" / "cache")
    with pytest.raises(VoiceError, match=r"cannot be stored in .*cache: Not a directory"):
        voice.speak("Bonjour.")
    voice.close()


WITHOUT_ESPEAK = """
import ctypes, runpy
real = ctypes.CDLL.__init__
def load(self, name, *more, **named):
    if "espeak" in str(name):
        raise OSError(f"{name}: cannot open shared object file")
    real(self, name, *more, **named)
ctypes.CDLL.__init__ = load
runpy.run_module("speech.voice_worker", run_name="__main__")
"""


def test_without_espeak_one_clear_line_and_no_new_process_for_each_call(tmp_path):
    now = [100.0]
    command = [sys.executable, "-c", WITHOUT_ESPEAK]
    voice = Voice(tmp_path / "cache", clock=lambda: now[0], command=command)
    for _ in range(3):
        with pytest.raises(VoiceError, match="espeak-ng is not installed") as refusal:
            voice.speak("Bonjour.")
        assert "\n" not in refusal.value.reason
        command[0] = "/nonexistent"  # while it is known to be missing, nothing is started
    now[0] += 31
    command[0] = sys.executable
    command[1:] = ["-m", "speech.voice_worker"]  # installed meanwhile
    assert voice.speak("Bonjour.").exists()
    voice.close()


def test_a_worker_that_cannot_start_is_a_voice_error(tmp_path):
    voice = Voice(tmp_path / "cache", command=["/nonexistent"])
    with pytest.raises(VoiceError, match="voice failed"):
        voice.speak("Bonjour.")
    voice.close()


def test_say_on_the_command_line(tmp_path, capsys):
    out = tmp_path / "x.wav"
    assert main(["say", "Bonjour.", "--language", "fr", "--rate", "8000", "--out", str(out)]) == 0
    assert _heard(out)[1] == 8000
    assert main(["say", "  ", "--out", str(out)]) == 1
    assert main(["say", "Bonjour.", "--out", str(tmp_path / "none" / "x.wav")]) == 1
    assert "nothing to speak" in capsys.readouterr().err


def test_what_a_killed_worker_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    left = Path(tempfile.gettempdir()) / f"souffleur-voice-{ended.pid}-left"
    left.mkdir()
    voice = Voice(tmp_path)
    voice.speak("un", "fr")
    voice.close()
    assert not left.exists()
