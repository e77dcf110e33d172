"""What is heard on a channel besides what is played: keys, and recordings that run beside the call (02c, 02e)."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from controller.virtual.media import write_silence

if TYPE_CHECKING:
    from collections.abc import Callable

    from controller.virtual.channel import Channel
    from controller.virtual.clock import Clock
    from controller.virtual.party import Party
    from controller.virtual.switch import VirtualSwitch


class Sound:
    """Keys wait in `digits` until something takes them; `recordings` holds when each one began."""

    switch: VirtualSwitch
    clock: Clock
    party: Party
    mate: Channel | None
    digits: deque[tuple[str, int, str]]
    typed: str
    recordings: dict[str, float]
    fire: Callable[..., None]
    poke: Callable[[], None]
    set: Callable[..., None]

    def receive(self, digit: str, duration: int = 2080, source: str = "RTP") -> None:
        """A key pressed at the far end; the DTMF event comes when something takes the digit."""
        self.digits.append((digit, duration, source))
        self.clock.later(self.switch.frame, self.poke)

    def take_digit(self) -> str:
        digit, duration, source = self.digits.popleft()
        self.typed += digit
        self.fire("DTMF", None, {"DTMF-Digit": digit, "DTMF-Duration": str(duration), "DTMF-Source": source})
        return digit

    def send(self, digits: str) -> None:
        """Keys sent to the far end, `12@100`.

        The other half of a loopback receives them (source UNKNOWN, seen on 1.11.1).
        """
        for digit in digits.partition("@")[0]:
            if self.mate:
                self.mate.receive(digit, 2000, "UNKNOWN")
            else:
                self.party.keys_heard += digit

    def start_recording(self, path: str) -> bool:
        """Record the call beside what it does, creating the folder. False if the path cannot be opened."""
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write_silence(path, 0)
        except OSError:
            return False
        self.recordings[path] = self.clock.now()
        self.set("RECORD_TITLE", None)  # it is taken up into the file
        self.fire("RECORD_START", None, {"Record-File-Path": path})
        self.fire("MEDIA_BUG_START", {"Media-Bug-Function": "session_record", "Media-Bug-Target": path})
        return True

    def stop_recording(self, path: str) -> bool:
        """End a recording; its file is as long as it ran. False if there is none of this name."""
        began = self.recordings.pop(path, None)
        if began is None:
            return False
        write_silence(path, self.clock.now() - began)
        self.fire("RECORD_STOP", None, {"Record-File-Path": path})
        self.fire("MEDIA_BUG_STOP", {"Media-Bug-Function": "session_record", "Media-Bug-Target": path})
        return True
