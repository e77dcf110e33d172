"""Sounds are uploaded as people have them and kept as telephones play them."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sqlalchemy import Engine

from conf import snapshot
from conf.apply import apply
from conf.database import operator
from conf.editing import documents
from conf.editing.prompt_sounds import keep_sound, sound_file
from conf.editing.sound_files import prepare
from conf.export import export
from conf.problems import ConfigurationError, Wrong
from tests.conf.editing.conftest import Open


def tone(seconds: float = 0.5, rate: int = 44100, level: float = 0.1, form: str = "WAV", channels: int = 2) -> bytes:
    """A file with a tone of 440 Hz."""
    line = level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    written = io.BytesIO()
    soundfile.write(written, np.column_stack([line] * channels), rate, format=form)
    return written.getvalue()


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_what_people_have_becomes_what_telephones_play(form: str) -> None:
    made = prepare(tone(form=form))
    assert made.seconds == pytest.approx(0.5, abs=0.1)
    for content, rate in ((made.wide, 16000), (made.narrow, 8000)):
        with wave.open(io.BytesIO(content)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate)
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        assert np.abs(samples).max() / 32767 == pytest.approx(0.708, abs=0.06)  # -3 dBFS, from -20
        loudest = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
        assert loudest == pytest.approx(440, abs=5)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_sound"),
        (b"<html>", "not_a_sound"),
        (tone()[:40], "not_a_sound"),
        (tone(level=0.0), "silent_sound"),
        (tone(seconds=601, rate=8000, channels=1), "too_long"),
    ],
    ids=["empty", "a page", "cut", "silence", "long"],
)
def test_what_cannot_be_played_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        prepare(content)
    assert wrong.value.problem.code in (code, "silent_sound" if code == "not_a_sound" else code)


def test_a_sound_is_kept_replaced_and_removed(opened: Open, martin: int, tmp_path: Path, engine: Engine) -> None:
    prompts = tmp_path / "prompts"
    with opened() as session:
        made = keep_sound(session, martin, "jingle", tone(), prompts_dir=prompts)
        assert made.doc == {"name": "jingle", "file": "sounds/jingle.wav"}
        assert [(change.kind, change.what) for change in made.others] == [("sound", "added")]
        narrow = sound_file(session, martin, "jingle", prompts_dir=prompts)
        wide = sound_file(session, martin, "jingle", prompts_dir=prompts, rate=16000)
        assert narrow is not None
        assert wide is not None
        assert [soundfile.info(path).samplerate for path in (narrow, wide)] == [8000, 16000]
        assert keep_sound(session, martin, "jingle", tone(), prompts_dir=prompts).others == ()
        again = keep_sound(session, martin, "jingle", tone(0.7), prompts_dir=prompts)
        assert (again.change, [change.what for change in again.others]) == (None, ["changed"])
        assert wide.is_file()  # a call may still play it
        keep_sound(session, martin, "welcome", tone(), prompts_dir=prompts)
        doc = documents.read(session, martin, "prompts", "welcome")
        assert list(doc) == ["name", "text", "file"]
        bare = {"name": "welcome", "text": doc["text"]}
        gone = documents.save(session, martin, "prompts", "welcome", bare, domain="x")
        assert [(change.kind, change.what) for change in gone.others] == [("sound", "removed")]
        assert sound_file(session, martin, "welcome", prompts_dir=prompts) is None
    with operator(engine, read_only=True) as session:
        path = snapshot.take(session, martin, prompts).prompts["jingle"]["file"]
    assert Path(path).is_file()


def test_a_sound_goes_out_and_in_as_files(opened: Open, martin: int, tmp_path: Path, engine: Engine) -> None:
    prompts = tmp_path / "prompts"
    with opened() as session:
        keep_sound(session, martin, "jingle", tone(), prompts_dir=prompts)
    export(engine, "martin", tmp_path / "out", prompts_dir=prompts)
    assert (tmp_path / "out" / "sounds" / "jingle.wav").is_file()
    assert apply(engine, tmp_path / "out", prompts_dir=prompts).changes == ()


def test_a_file_that_was_never_uploaded_is_refused(opened: Open, martin: int) -> None:
    with opened() as session, pytest.raises(ConfigurationError) as error:
        documents.save(session, martin, "prompts", None, {"name": "p", "file": "sounds/p.wav"}, domain="x")
    assert [(problem.field, problem.code) for problem in error.value.problems] == [("file", "no_sound")]
    with opened() as session, pytest.raises(ConfigurationError) as error:
        keep_sound(session, martin, "p", b"no sound", prompts_dir=Path("/nonexistent"))
    assert [(problem.field, problem.code) for problem in error.value.problems] == [("file", "not_a_sound")]
