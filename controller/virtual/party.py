"""The person at the other end of a channel: what they do, what they hear, and a log of everything that happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import gevent
from gevent.event import Event as Signal

from controller.virtual.audio import Track, pcm
from controller.virtual.clock import Clock
from controller.virtual.far_fax import FarFax
from controller.virtual.media import duration
from controller.virtual.wire import Value

PATIENCE = 10.0  # real seconds a test waits for something


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened on the channel.

    When (seconds of the switch's clock), its event name, and its own headers.
    """

    time: float
    name: str
    headers: dict[str, Value]

    def matches(self, name: str | Callable[[Happening], bool], headers: dict[str, str]) -> bool:
        if callable(name):
            return name(self)
        own = {key.lower().replace("-", "_"): value for key, value in self.headers.items()}
        return self.name == name and all(own.get(key) == value for key, value in headers.items())


class Line(Protocol):
    """The channel, as far as the person at its end touches it."""

    uuid: str
    clock: Clock
    party: Party
    answered: bool
    cause: str

    def ring(self) -> None: ...
    def open_media(self) -> None: ...
    def answer(self) -> None: ...
    def receive(self, digit: str) -> None: ...
    def hang_up(self, cause: str, sip: str = "") -> None: ...


class Party:
    """A scripted person. `presses`, `says`, `waits_for` and `hangs_up` are done one after the other, in the background.

    Pauses are seconds of the switch's clock; the timeouts of `wait` are real seconds, since a test waits for them.
    """

    def __init__(self, clock: Clock, number: str = "") -> None:
        self.clock = clock
        self.number = number
        self.channel: Line | None = None
        self.heard: list[str] = []  # files and tones played to this person
        self.keys_heard = ""
        self.said: list[str] = []
        self.events: list[Happening] = []
        self.voice = Track()
        self.speaks_until = 0.0
        self.answered, self.ended = Signal(), Signal()
        self.cause = ""
        self.fax: FarFax | None = None  # a machine, and no person
        self._news = Signal()
        self._acts: deque[Callable[[], None]] = deque()
        self._actor: gevent.Greenlet[[], None] | None = None
        self._seen = self._awaited = 0

    @property
    def uuid(self) -> str:
        return self.channel.uuid if self.channel else ""

    # --- what the person does

    def presses(self, digits: str, gap: float = 0.1, after: float = 0.0) -> Self:
        """Press keys, `gap` seconds apart, the first one `after` seconds from now (a gap of 0: all at once)."""
        self._do(lambda: self._press(digits, gap, after))
        return self

    def says(self, sound: str) -> Self:
        """Begin to say what is in a sound file, after what is being said; the script goes on at once."""
        if duration(sound) is None:
            raise FileNotFoundError(sound)
        self._do(lambda: self._say(sound))
        return self

    def is_silent(self) -> Self:
        """Stop speaking, in the middle of a word if need be."""
        self._do(self._fall_silent)
        return self

    def hangs_up(self, cause: str = "", after: float = 0.0) -> Self:
        """Hang up: ORIGINATOR_CANCEL before the call is answered, else NORMAL_CLEARING, unless a cause is given."""
        self._do(lambda: self._hang_up(cause, after))
        return self

    def waits_for(self, name: str | Callable[[Happening], bool], **headers: str) -> Self:
        """Go on with the script once this has happened: `waits_for("PLAYBACK_START").presses("2#")`."""
        self._do(lambda: self._await(name, headers))
        return self

    def pauses(self, seconds: float) -> Self:
        self._do(lambda: self.clock.sleep(seconds))
        return self

    def answers(self) -> Self:
        self._do(lambda: self.channel.answer() if self.channel else None)
        return self

    # --- what a test asks

    def wait(self, name: str | Callable[[Happening], bool], timeout: float = PATIENCE, **headers: str) -> Happening:
        """Wait for the next event of this name (headers in lower case with underscores), or the next one the function
        accepts.

        Each call goes on after the event the last one returned. Raises TimeoutError, naming what did happen.
        """
        with gevent.Timeout(timeout, False):  # type: ignore[arg-type]  # it ends without a word
            found, self._seen = self._find(self._seen, name, headers)
            return found
        raise TimeoutError(f"{name} {headers} did not happen; seen: {[one.name for one in self.events]}")

    def names(self, *leave_out: str) -> list[str]:
        return [one.name for one in self.events if one.name not in leave_out]

    # --- called by the channel

    def note(self, name: str, headers: dict[str, Value]) -> None:
        self.events.append(Happening(self.clock.now(), name, headers))
        self._news.set()

    def hears(self, path: str, _channel: Line) -> None:
        self.heard.append(path)

    def finish(self, channel: Line) -> None:
        self.cause = channel.cause
        self.ended.set()
        self._acts.clear()
        if self._actor and self._actor is not gevent.getcurrent():
            self._actor.kill(block=False)

    # --- the script

    def _do(self, act: Callable[[], None]) -> None:
        self._acts.append(act)
        if self._actor is None and not self.ended.is_set():
            self._actor = gevent.spawn(self._play_script)

    def _play_script(self) -> None:
        while self._acts:
            self._acts.popleft()()
        self._actor = None

    def _find(
        self, position: int, name: str | Callable[[Happening], bool], headers: dict[str, str]
    ) -> tuple[Happening, int]:
        while True:
            for index in range(position, len(self.events)):
                if self.events[index].matches(name, headers):
                    return self.events[index], index + 1
            position = len(self.events)
            self._news.clear()
            self._news.wait()

    def _await(self, name: str | Callable[[Happening], bool], headers: dict[str, str]) -> None:
        _, self._awaited = self._find(self._awaited, name, headers)

    def _press(self, digits: str, gap: float, after: float) -> None:
        if after:
            self.clock.sleep(after)
        for index, digit in enumerate(digits):
            if index and gap:
                self.clock.sleep(gap)
            if self.channel and not self.channel.cause:
                self.channel.receive(digit)

    def _say(self, sound: str) -> None:
        self.said.append(sound)
        begin = max(self.clock.now(), self.speaks_until)
        self.voice.put(begin, pcm(sound))
        self.speaks_until = begin + (duration(sound) or 0.0)

    def _fall_silent(self) -> None:
        self.speaks_until = self.clock.now()
        self.voice.cut(self.speaks_until)

    def _hang_up(self, cause: str, after: float) -> None:
        if after:
            self.clock.sleep(after)
        channel = self.channel
        if channel:
            usual, sip = ("NORMAL_CLEARING", "200") if channel.answered else ("ORIGINATOR_CANCEL", "487")
            channel.hang_up(cause or usual, sip)


class Caller(Party):
    """Somebody who calls: what `VirtualSwitch.call` returns."""
