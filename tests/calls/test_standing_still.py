"""A process that stood still knows it before it sends anything; one whose hub hangs ends itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from controller.calls.pulse import LONGEST, Pulse
from controller.esl.event import Event
from controller.esl.fence import Fence

STUCK = """
from gevent import monkey
monkey.patch_all()
import gevent
from controller.watchdog import Watchdog
Watchdog(limit=0.5, step=0.1).start()
gevent.sleep(0.3)
print("here", flush=True)
while True:
    pass
"""
WELL = STUCK.replace("while True:\n    pass", "gevent.sleep(1.5)")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_gap_is_known_before_the_next_beat() -> None:
    clock = Clock()
    pulse = Pulse(lambda: None, clock)
    clock.now += LONGEST
    assert pulse.gap_ended() == float("-inf")
    clock.now += LONGEST + 0.1
    ended = clock.now
    assert pulse.gap_ended() == ended
    clock.now += 1.0
    assert pulse.gap_ended() == ended
    assert pulse.gaps == 1


def test_the_beat_tells_each_gap_once() -> None:
    clock = Clock()
    told: list[float] = []
    naps = iter([0.5, LONGEST + 1, 0.5, 0.5])

    def sleep(_seconds: float) -> None:
        clock.now += next(naps)

    pulse = Pulse(lambda: told.append(clock.now), clock, sleep)
    with pytest.raises(StopIteration):  # the naps are over
        pulse.beat()
    assert len(told) == 1


@pytest.mark.parametrize(
    ("owner", "lost"),
    [
        ("a:1:3", False),
        ("", False),
        ("_undef_", False),
        ("b:9:2", False),  # whom we took it from
        ("b:9:4", True),
        ("b:9:3", True),  # at the same moment: who wrote last has it
    ],
)
def test_a_later_owner_is_told_from_an_earlier_one(owner: str, lost: bool) -> None:
    fence = Fence("souffleur_owner", "a:1:3", lambda: float("-inf"))
    assert fence.lost_to(owner) is lost
    assert fence.lost_by(Event({"variable_souffleur_owner": owner})) is lost
    assert not fence.lost_by(Event({}))


def test_after_a_gap_the_channel_is_asked_once() -> None:
    gap = [float("-inf")]
    fence = Fence("souffleur_owner", "a:1:3", lambda: gap[0])
    assert not fence.in_doubt
    gap[0] = float("inf")
    assert fence.in_doubt
    gap[0] = 0.0
    fence.be_sure()
    assert not fence.in_doubt


def test_a_hub_that_hangs_ends_the_process_and_says_where() -> None:
    ran = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (70, "here\n")
    assert "stands still" in ran.stderr
    assert "File" in ran.stderr


def test_a_hub_that_is_well_is_left_alone() -> None:
    ran = subprocess.run([sys.executable, "-c", WELL], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
