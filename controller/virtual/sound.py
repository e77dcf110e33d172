"""What is heard on a channel: keys, what is played to it, and recordings that run beside the call (02c, 02e)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path

from controller.virtual.audio import FRAME, Track
from controller.virtual.core import Core
from controller.virtual.media import write_silence
from controller.virtual.party import Party
from controller.virtual.signals import Signals
from controller.virtual.tap import Tap, manner


class Sound(Signals):
    """Keys wait in `digits` until something takes them; `recordings` holds when each one began.

    A recording into a .raw file holds what was said and played, frame by frame; another is silence of its length.
    """

    def __init__(
        self, switch: Core, party: Party, *, uuid: str, name: str, direction: str, profile: dict[str, str]
    ) -> None:
        super().__init__(switch, party, uuid=uuid, name=name, direction=direction, profile=profile)
        self.mate: Sound | None = None  # the other half of a loopback
        self.digits: deque[tuple[str, int, str, bool]] = deque()
        self.recordings: dict[str, float] = {}
        self.played = Track()
        self._taps: dict[str, Tap] = {}

    def receive(self, digit: str, duration: int = 2080, source: str = "RTP") -> None:
        """A key pressed at the far end; the DTMF event comes when something takes the digit.

        None comes of one that was pressed while `sensitive_dtmf` was true (seen on 1.11.1).
        """
        self.digits.append((digit, duration, source, self.get("sensitive_dtmf") == "true"))
        self.clock.later(self.switch.frame, self.poke)

    def take_digit(self) -> str:
        digit, duration, source, sensitive = self.digits.popleft()
        if sensitive:
            return digit
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

    def said(self, begin: float, count: int = FRAME) -> bytes:
        """A frame, or so many samples, of what the person at this leg says."""
        return self.party.voice.frame(begin, count)

    def sent(self, begin: float) -> bytes:
        """A frame of what that person hears."""
        return self.played.frame(begin)

    def start_recording(self, path: str, limit: float = 0.0, options: Mapping[str, str] | None = None) -> bool:
        """Record the call beside what it does, creating the folder. False if the path cannot be opened.

        Its options are the channel's variables, then its own.
        """
        if path in self.recordings:
            return True  # seen on 1.11.1: the one that runs goes on
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            if path.endswith(".raw"):
                self._tap(path, options or {})
            else:
                write_silence(path, 0)
        except OSError:
            return False
        self.recordings[path] = self.clock.now()
        if limit:
            self.clock.later(limit, self.stop_recording, path)
        self.set("RECORD_TITLE", None)  # it is taken up into the file
        self.fire("RECORD_START", None, {"Record-File-Path": path})
        self.fire("MEDIA_BUG_START", {"Media-Bug-Function": "session_record", "Media-Bug-Target": path})
        return True

    def stop_recording(self, path: str) -> bool:
        """End a recording; its file is as long as it ran. False if there is none of this name."""
        began = self.recordings.pop(path, None)
        if began is None:
            return False
        if tap := self._taps.pop(path, None):
            tap.stop()
        else:
            write_silence(path, self.clock.now() - began)
        self.fire("RECORD_STOP", None, {"Record-File-Path": path})
        self.fire("MEDIA_BUG_STOP", {"Media-Bug-Function": "session_record", "Media-Bug-Target": path})
        return True

    def _tap(self, path: str, options: Mapping[str, str]) -> None:
        names = ("RECORD_READ_ONLY", "RECORD_WRITE_ONLY", "RECORD_STEREO", "RECORD_PRE_BUFFER_FRAMES")
        of_channel = {name: self.get(name) for name in (*names, "enable_file_write_buffering") if self.get(name)}
        self._taps[path] = Tap(path, manner({**of_channel, **options}), self.said, self.sent, self.clock)
