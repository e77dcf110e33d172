"""Messages on one channel: a tone, then FreeSWITCH records what the caller says into a folder in memory.

The recording goes on without us, also when we die, and ends with the call at the latest. Beside its sound lies a sheet
that tells what it is, written before it begins: a message whose controller died, and whose caller hung up, is found by
its sheet and kept all the same.
"""

from __future__ import annotations

import logging
import os
import re
import time
import wave
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import orjson

from controller.calls import durable
from controller.calls.offer import Offer
from controller.calls.spool import Fact
from controller.esl import applications
from controller.esl.connection import Session
from controller.esl.errors import CallEnded
from controller.esl.fields import Headers, decimal, variable
from controller.flow.commands import Recorded, RecordMessage

log = logging.getLogger(__name__)
TABLE = "message"
RECORDING = "souffleur_recording"  # on the channel: the command that the variables of the last recording tell of
LEFT = ("record_ms", "record_seconds", "playback_terminator_used", "silence_hits_exhausted")
NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
THRESHOLD = 200  # of FreeSWITCH's energy: a quiet room is below it
SWEEPS = 60.0  # seconds
QUIET = 60.0  # seconds that nobody wrote to a recording: its call has ended
HEARD = 3600.0  # seconds after which nobody hears a message again within its call


@dataclass(frozen=True)
class Messages:
    """What the messages of a controller share. `folder` is ours alone; FreeSWITCH writes there."""

    folder: Path
    put: Callable[[Fact], None]
    now: Callable[[], float] = time.time
    _told: set[str] = field(default_factory=set)

    def keep(self) -> None:
        """Look for ever for what dead controllers left."""
        while True:
            self.sweep()
            gevent.sleep(SWEEPS)

    def sweep(self) -> None:
        """Keep recordings whose call has ended without anybody there, and remove what is heard no more."""
        for sheet in self.folder.glob("*.json"):
            with suppress(OSError, ValueError, KeyError):
                self._find(sheet)
        for file in self.folder.glob("*.again"):
            with suppress(OSError):
                if self.now() - file.stat().st_mtime > HEARD:
                    file.unlink()

    def file(self, name: str) -> Path:
        """Where a message is recorded."""
        return self.folder / f"{name}.wav"

    def again(self, name: str) -> Path | None:
        """A message of this call that can be heard; the one in the vault is sealed."""
        file = self.folder / f"{name}.again"
        return file if NAME.fullmatch(name) and file.is_file() else None

    def _find(self, sheet: Path) -> None:
        sound = sheet.with_suffix(".wav")
        written = max(file.stat().st_mtime for file in (sheet, sound) if file.is_file())
        if sheet.stem in self._told or self.now() - written < QUIET:
            return
        self._told.add(sheet.stem)
        told = orjson.loads(sheet.read_bytes())
        seconds = length(sound)
        if seconds < max(told["shortest"], 0.1):
            discard(sound)
            return
        log.warning("call %s: a message is found that nobody was there to keep", told["call"])
        self.put(told | {"seconds": round(seconds, 1), "ended": "hung_up", "file": str(sound)})


@dataclass
class Messaging:
    """The messages of one call of a subscriber. `where` tells flow, node and language, `note` writes to the journal."""

    session: Session
    messages: Messages
    subscriber: int
    offer: Offer
    where: Callable[[], tuple[str, str, str]]
    note: Callable[..., None]

    def record(self, command: RecordMessage, key: str, name: str) -> Recorded:
        """Record; `key` names the command in its call, `name` its execution. Errors: SessionGone, CallEnded before."""
        message = f"{self.offer.call}-{key}"
        sound = self.messages.file(message)
        try:
            durable.private_folder(self.messages.folder)
            sound.with_suffix(".json").write_bytes(orjson.dumps(self._sheet(command, message)))
        except OSError as error:
            # FreeSWITCH would hang up where it cannot write.
            log.error("no message can be recorded in %s: %s", self.messages.folder, error)
            return Recorded()
        for left in LEFT:  # of a recording before; in this order nobody takes them for this one's
            self.session.set_variable(left, "")
        self.session.set_variable(RECORDING, key)
        self.session.set_variable("playback_terminators", command.terminators or "none")
        silence = command.silence or None
        application = applications.record(str(sound), command.longest, THRESHOLD, silence)
        try:
            self.session.execute(applications.flush_dtmf(), key=f"{name}-f", timeout=10.0)
            headers: Headers = self.session.execute(application, key=name, timeout=command.longest + 60.0).headers
            if not self.session.hung_up:
                self.session.set_variable("playback_terminators", "")
        except CallEnded:
            headers = self.session.last_headers or {}
        return self._conclude(command, key, headers)

    def kept(self, command: RecordMessage, key: str, headers: Headers) -> Recorded | None:
        """What was recorded while another controller had the call; None when it never began."""
        if variable(headers, RECORDING) != key or not variable(headers, "record_ms"):
            return None
        self.session.set_variable("playback_terminators", "")
        return self._conclude(command, key, headers)

    def _sheet(self, command: RecordMessage, message: str) -> Fact:
        flow, node, language = self.where()
        return {
            "table": TABLE,
            "subscriber": self.subscriber,
            "name": message,
            "call": self.offer.call,
            "flow": flow,
            "node": node,
            "language": language,
            "caller": self.offer.caller,
            "at": self.messages.now(),
            "shortest": command.shortest,
            "replaces": command.replaces,
        }

    def _conclude(self, command: RecordMessage, key: str, headers: Headers) -> Recorded:
        message = f"{self.offer.call}-{key}"
        sound = self.messages.file(message)
        lasted = (decimal(variable(headers, "record_ms")) or 0.0) / 1000 or length(sound)
        ended = self._ended(headers)
        seconds = max(0.0, lasted - command.silence) if ended == "silence" else lasted
        if seconds < max(command.shortest, 0.1) or not sound.is_file():
            discard(sound)
            return Recorded(round(seconds, 1), ended)
        if ended != "hung_up":
            with suppress(OSError):
                os.link(sound, sound.with_suffix(".again"))
        told = self._sheet(command, message) | {"seconds": round(seconds, 1), "ended": ended, "file": str(sound)}
        self.messages.put(told)
        self.note("message_left", message=message, seconds=round(seconds, 1))
        return Recorded(round(seconds, 1), ended, message)

    def _ended(self, headers: Headers) -> Any:
        if self.session.hung_up:
            return "hung_up"
        if variable(headers, "playback_terminator_used"):
            return "key"
        return "silence" if variable(headers, "silence_hits_exhausted") == "true" else "length"


def length(sound: Path) -> float:
    """Seconds of a recording; 0 when there is none."""
    try:
        with wave.open(str(sound)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0.0


def discard(sound: Path) -> None:
    """Remove a recording and its sheet."""
    sound.unlink(missing_ok=True)
    sound.with_suffix(".json").unlink(missing_ok=True)
