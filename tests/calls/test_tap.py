"""The files of what callers say: where they are, and that none is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.calls.tap import LEFT, Taps
from controller.esl.errors import CallEnded, SessionGone

UUID = "11111111-2222-4333-8444-555555555555"


class Session:
    """A call whose recordings are files."""

    uuid = UUID

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.stopped: list[str] = []

    def tap(self, file: str, sides: str, limit: float) -> None:
        Path(file).write_bytes(b"")
        assert (sides, limit) == ("caller", 1800.0)

    def stop_tap(self, file: str) -> bool:
        self.stopped.append(file)
        if self.fault:
            raise self.fault
        return True


@pytest.fixture
def taps(tmp_path: Path) -> Taps:
    made = Taps(tmp_path / "taps")
    made.start()
    return made


def test_the_folder_is_ours_alone(taps: Taps) -> None:
    assert taps.folder.stat().st_mode & 0o777 == 0o700


def _listen(taps: Taps, session: Session, expected: Path) -> None:
    """Until the caller leaves."""
    with taps.open(session, "1-7") as file:  # type: ignore[arg-type]
        assert file == expected
        assert file.exists()
        raise CallEnded("NORMAL_CLEARING")


def test_an_empty_folder_goes_with_its_controller_and_comes_back_with_a_call(taps: Taps) -> None:
    taps.stop()
    assert not taps.folder.exists()
    with taps.open(Session(), "1-7"):  # type: ignore[arg-type]
        assert taps.folder.stat().st_mode & 0o777 == 0o700
        taps.stop()
        assert taps.folder.exists()


@pytest.mark.parametrize("fault", [None, SessionGone("another controller has the call")])
def test_a_tap_goes_with_its_listening(taps: Taps, fault: Exception | None) -> None:
    """What cannot be stopped is left for who has the call: it would grow without a name."""
    session = Session(fault)
    file = taps.folder / f"{UUID}-1-7.raw"
    with pytest.raises(CallEnded):
        _listen(taps, session, file)
    assert session.stopped == [str(file)]
    assert file.exists() == bool(fault)


def test_what_another_controller_left_of_a_call_is_ended(taps: Taps) -> None:
    other = taps.file("22222222-2222-4333-8444-555555555555", "1-7")
    mine = [taps.file(UUID, "1-3"), taps.file(UUID, "1-7")]
    for file in (other, *mine):
        file.write_bytes(b"")
    session = Session()
    taps.clear(session)  # type: ignore[arg-type]
    assert sorted(session.stopped) == [str(file) for file in mine]
    assert list(taps.folder.iterdir()) == [other]


def test_what_nobody_writes_to_is_swept(taps: Taps) -> None:
    old, new = taps.file(UUID, "1-3"), taps.file(UUID, "1-7")
    for file in (old, new):
        file.write_bytes(b"")
    os.utime(old, (0, new.stat().st_mtime - LEFT - 1))
    taps.sweep()
    assert list(taps.folder.iterdir()) == [new]
    again = Taps(taps.folder, lambda: new.stat().st_mtime + LEFT + 1)
    again.start()
    assert list(taps.folder.iterdir()) == []
