"""What a channel leaves behind in HANGUP_COMPLETE.

Its cause and its times (names and order as recorded in 03b and 04_*).
"""

from __future__ import annotations

import time

from controller.virtual.state import State

MOMENTS = (
    ("start", "Created"), ("profile_start", "Profile"), ("answer", "Answered"), ("bridge", "Bridged"),
    ("progress", "Progress"), ("progress_media", "Progress-Media"), ("end", "Hangup"),
)  # fmt: skip
SPANS = (
    ("duration", "Created", "Hangup"), ("bill", "Answered", "Hangup"), ("progress", "Created", "Progress"),
    ("answer", "Created", "Answered"), ("wait", "Created", "Bridged"), ("progress_media", "Created", "Progress-Media"),
    ("flow_bill", "Answered", "Hangup"),
)  # fmt: skip


def farewell(channel: State, q850: str) -> dict[str, str]:
    """The variables that appear when a channel has ended; spans are whole seconds, milliseconds and microseconds."""
    times = channel.times
    out = {"hangup_cause": channel.cause, "hangup_cause_q850": q850, "digits_dialed": channel.typed or "none"}
    for name, moment in MOMENTS:
        if stamp := times.get(moment, 0):
            out[f"{name}_stamp"] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(stamp // 1_000_000))
    for name, moment in MOMENTS:
        out[f"{name}_epoch"] = str(times.get(moment, 0) // 1_000_000)
        out[f"{name}_uepoch"] = str(times.get(moment, 0))
    if application := channel.get("current_application"):
        out["last_app"] = application
        if argument := channel.get("current_application_data"):
            out["last_arg"] = argument
    number, name = channel.profile.get("Caller-ID-Number", ""), channel.profile.get("Caller-ID-Name", "")
    out["caller_id"] = f'"{name}" <{number}>'
    for unit, divisor in (("sec", 1_000_000), ("msec", 1_000), ("usec", 1)):
        for name, first, last in SPANS:
            begin, end = times.get(first, 0), times.get(last, 0)
            seconds = {"sec": "duration", "msec": "mduration", "usec": "uduration"}[unit]
            key = seconds if name == "duration" else f"{name}{unit}"
            out[key] = str((end // divisor) - (begin // divisor) if begin and end else 0)
    return {f"variable_{name}": value for name, value in out.items()}
