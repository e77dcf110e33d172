"""The second pass: what is used of faster-whisper, and what is said where it is not there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from speech import second_pass
from speech.__main__ import main
from speech.client import Word
from speech.second_pass import NoSecondPass, SecondPass


@dataclass
class Said:
    word: str
    start: float
    end: float
    probability: float


@dataclass
class Segment:
    words: list[Said] | None


class Whisper:
    """Speaks as the package's model does: lazy segments, words with a space before."""

    asked: dict[str, Any]

    def transcribe(self, audio: str, **options: Any) -> tuple[Any, Any]:
        self.asked = {"audio": audio, **options}
        found = [Segment([Said(" Call", 0.1, 0.4, 0.98765), Said(" me.", 0.5, 0.7, 0.9)]), Segment(None)]
        return iter(found), object()


def test_words_and_their_times(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    whisper = Whisper()
    told = SecondPass(tmp_path, lambda _folder: whisper).rewrite(tmp_path / "m.wav", "en")
    assert (told.text, told.words[0]) == ("Call me.", Word("Call", 0.1, 0.4, 0.988))
    assert whisper.asked["language"] == "en"
    assert whisper.asked["word_timestamps"]


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoSecondPass, match="model.bin"):
        SecondPass(tmp_path, lambda _folder: Whisper())
    (tmp_path / "model.bin").touch()
    monkeypatch.setattr(second_pass, "PACKAGE", "a_package_that_nobody_has")
    with pytest.raises(NoSecondPass, match="requirements-second-pass.txt"):
        SecondPass(tmp_path)


def test_the_package_is_not_imported_unless_it_is_used() -> None:
    second_pass.is_installed()
    assert second_pass.PACKAGE not in sys.modules


@pytest.mark.skipif(second_pass.is_installed(), reason="faster-whisper is installed")
def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rewrite", str(tmp_path / "m.wav"), "--model", str(tmp_path)]) == 1
    assert "requirements-second-pass.txt" in capsys.readouterr().err
