"""Playing: playback, and what every prompt of a collection does too.

Recorded: 02a and 02b (events, responses, break), 02c (terminators, a taken key is gone), 04_playback and 07a (PLAYBACK
ERROR when the call leaves the sound). Response FILE PLAYED also when broken off; only PLAYBACK_STOP tells: break or
done.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from controller.virtual.audio import is_endless, pcm
from controller.virtual.channel import Channel
from controller.virtual.media import duration, rate
from controller.virtual.registry import application
from controller.virtual.session import parse

SPOKEN = frozenset(
    """
    number items persons messages currency time_measurement current_date current_time current_date_time
    telephone_number telephone_extension url ip_address email_address postal_address account_number name_spelled
    name_phonetic short_date_time
    """.split()  # noqa: SIM905
)
EVERY_KEY = "1234567890*#"


class Played(Enum):
    DONE = auto()
    BROKEN = auto()
    MISSING = auto()
    LEFT = auto()  # hung up, or sent elsewhere
    ENDED = auto()  # by a command that ran inside it and hung up


RESPONSE = {
    Played.DONE: "FILE PLAYED",
    Played.BROKEN: "FILE PLAYED",
    Played.MISSING: "FILE NOT FOUND",
    Played.LEFT: "PLAYBACK ERROR",
    Played.ENDED: "FILE PLAYED",
}


def play(channel: Channel, path: str, on_key: Callable[[str], bool] | None = None, skip: float = 0.0) -> Played:
    """Let a sound last as long as it would, but for the seconds that are skipped.

    `on_key` hears each key and says whether it stops the sound; None: keys stay queued.
    """
    channel.open_media()
    seconds = duration(path, channel.switch.sounds, channel.switch.streams)
    if seconds is None:
        return Played.MISSING
    seconds = max(0.0, seconds - skip)
    scheme = path.partition("://")[0]
    kind = {"Playback-File-Type": scheme} if scheme in ("tone_stream", "local_stream") else {}
    what = kind | {"Playback-File-Path": path}
    started = channel.clock.now()
    channel.fire("PLAYBACK_START", None, what)
    channel.party.hears(path, channel)
    channel.played.put(started - skip, pcm(path, channel.switch.sounds), endless=is_endless(path))
    result, lost = _last(channel, started + seconds, on_key)
    channel.played.cut(channel.clock.now())
    spent = max(0, min(seconds, channel.clock.now() - started - lost))
    samples = round(spent * 8000) if result is not Played.DONE else round(seconds * 8000)
    for name, value in (
        ("last_offset_pos", samples),
        ("seconds", samples // 8000),
        ("ms", samples // 8),
        ("samples", samples),
    ):
        channel.set(f"playback_{name}", str(value))
    channel.fire("PLAYBACK_STOP", None, what | {"Playback-Status": "break" if result is Played.BROKEN else "done"})
    return result


def _last(channel: Channel, end: float, on_key: Callable[[str], bool] | None) -> tuple[Played, float]:
    """Wait for the end of the sound; commands run inside and put the end off by the time they took."""
    lost = 0.0
    while True:
        if not channel.ready:
            return Played.LEFT, lost
        if channel.broken:
            channel.broken = False
            return Played.BROKEN, lost
        spent = parse(channel)
        end, lost = end + spent, lost + spent
        if not channel.ready:
            return Played.ENDED, lost
        if channel.broken:
            continue
        if channel.digits and on_key:
            if on_key(channel.take_digit()):
                return Played.BROKEN, lost
            continue
        if channel.clock.now() >= end:
            return Played.DONE, lost
        channel.wait(end)


@application("playback")
def playback(channel: Channel, path: str) -> None:
    """Play a file, a tone, silence or music on hold; keys of playback_terminators stop it (default: the star)."""
    terminators = channel.get("playback_terminators") or "*"
    keys = {"any": EVERY_KEY, "none": ""}.get(terminators.lower(), terminators)
    channel.set("playback_terminator_used", None)

    def on_key(digit: str) -> bool:
        if digit in keys:
            channel.set("playback_terminator_used", digit)
        return digit in keys

    file, _, samples = path.partition("@@")
    skip = int(samples) / rate(file) if samples.isdigit() else 0.0
    result = play(channel, file, on_key, skip)
    channel.set("current_application_response", RESPONSE[result])


@application("say")
def say(channel: Channel, argument: str) -> None:
    """`language type method text`.

    A known type is spoken, here for a fifth of a second a letter; another says nothing (02e).
    """
    kind, what = ([*argument.split(" "), "", ""])[1], argument.rpartition(" ")[2]
    if kind.lower() in SPOKEN:
        play(channel, f"silence_stream://{200 * len(what)}")
