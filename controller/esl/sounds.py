"""What can be played: files, silence, and FreeSWITCH's own streams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from controller.esl import arguments
from controller.esl.errors import Unsafe

STREAM: Final = re.compile(
    r"silence_stream://(?:-1|[0-9]{1,8})|local_stream://[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
    r"|tone_stream://%\([0-9]{1,5},0,[0-9]{2,4}\)"
)
MOST_FILES: Final = 100  # file_string:// takes 128

# On, off (milliseconds) and pitch of the ringing tone that a caller hears, by country (ITU-T E.180).
RINGING: Final = {
    "BE": "%(1000,3000,425)",
    "CH": "%(1000,4000,425)",
    "DE": "%(1000,4000,425)",
    "FR": "%(1500,3500,440)",
    "GB": "%(400,200,400,450);%(400,2000,400,450)",
    "LU": "%(1000,4000,425)",
    "US": "%(2000,4000,440,480)",
}


def silence(seconds: float) -> str:
    """So much silence, as something to play."""
    return f"silence_stream://{arguments.milliseconds(seconds, 'silence')}"


def tone(seconds: float, pitch: int) -> str:
    """One tone of so many Hz, as something to play by itself: not among others."""
    length = arguments.milliseconds(seconds, "tone")
    return f"tone_stream://%({length},0,{arguments.whole(pitch, 'pitch', 20, 4000)})"


def music(stream: str) -> str:
    """Music on hold: a local stream by name."""
    return f"local_stream://{arguments.token(stream, 'stream')}"


def sound(text: str, field: str = "sound") -> str:
    """One thing to play: an absolute path, or what `silence` and `music` made."""
    return text if STREAM.fullmatch(text) else arguments.path(text, field)


def joined(sounds: str | Sequence[str], field: str = "sound") -> str:
    """Several things to play one after the other, as one. FreeSWITCH puts a quarter of a second before the first."""
    several = [sounds] if isinstance(sounds, str) else list(sounds)
    if not 0 < len(several) <= MOST_FILES:
        raise Unsafe(field, sounds)
    checked = [sound(one, field) for one in several]
    return checked[0] if len(checked) == 1 else "file_string://" + "!".join(checked)
