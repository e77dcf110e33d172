"""Recording, as far as a controller can see it: events, variables, and a WAV file of what was said.

Recorded: 02e (limit, terminator, silence), 02j (a path that cannot be opened: record hangs up, record_session does
not), 04_record.
"""

from __future__ import annotations

from controller.virtual.audio import RATE
from controller.virtual.channel import Channel
from controller.virtual.media import write_silence, write_sound
from controller.virtual.registry import application
from controller.virtual.session import parse
from controller.virtual.text import words


@application("record")
def record(channel: Channel, argument: str) -> None:
    """`path [limit seconds] [threshold] [seconds of silence]`."""
    path, *rest = words(argument, 5)
    limit, _, silence = (int(one) if one.isdigit() else 0 for one in [*rest, "", "", ""][:3])
    try:
        write_silence(path, 0)
    except OSError:
        channel.hang_up("DESTINATION_OUT_OF_ORDER")
        return
    channel.set("silence_hits_exhausted", "false")
    channel.fire("RECORD_START", None, {"Record-File-Path": path})
    started = channel.clock.now()
    _hear(channel, started, limit, silence)
    seconds = channel.clock.now() - started
    for name, value in (
        ("record_file_size", write_sound(path, channel.said(started, int(seconds * RATE)))),
        ("record_seconds", int(seconds)),
        ("record_ms", int(seconds * 1000)),
        ("record_samples", int(seconds * 8000)),
    ):
        channel.set(name, str(value))
    channel.fire("RECORD_STOP", None, {"Record-File-Path": path})


def _hear(channel: Channel, started: float, limit: int, silence: int) -> None:
    """Until hung up, broken, a terminator, the limit, or silence once the party has said what it had to say."""
    terminators = channel.get("playback_terminators") or "*"
    channel.set("playback_terminator_used", None)
    while channel.ready and not channel.broken:
        parse(channel)
        now = channel.clock.now()
        ends = [started + limit + 0.5] if limit else []  # whole seconds of the wall clock: N lasts N to N + 1 (02e)
        if silence:
            ends.append(max(started, channel.party.speaks_until) + silence)
        if ends and now >= min(ends):
            channel.set("silence_hits_exhausted", "true" if silence and now >= ends[-1] else "false")
            return
        if channel.digits:
            digit = channel.take_digit()
            if digit in terminators or terminators == "any":
                channel.set("playback_terminator_used", digit)
                return
        elif channel.ready and not channel.broken:
            channel.wait(min(ends) if ends else None)
    channel.broken = False


@application("record_session")
def record_session(channel: Channel, path: str) -> None:
    channel.start_recording(path)


@application("stop_record_session")
def stop_record_session(channel: Channel, path: str) -> None:
    for one in list(channel.recordings) if path == "all" else [path]:
        channel.stop_recording(one)
