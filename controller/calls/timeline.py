"""A call's journal as lines that a person reads: what happened, when, and in which node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]


def line(kind: str, data: Data, seconds: float) -> str:
    """One entry as a line; `seconds` since the call began."""
    tell = _ENTRIES.get(kind)
    text = tell(data) if tell else f"{kind} {_plain(data)}"
    where = data.get("node", "")
    return f"{seconds:7.2f} s  {where:<12.12}  {text}"


def _command(data: Data) -> str:
    tell = _COMMANDS.get(str(data.get("type")))
    return tell(data) if tell else str(data.get("type"))


def _sounds(sounds: Any) -> str:
    words = [f"“{sound['text']}”" if "text" in sound else f"prompt {sound['name']}" for sound in sounds]
    return ", ".join(words) or "silence"


def _result(data: Data) -> str:
    tell = _RESULTS.get(str(data.get("type")))
    return "  → " + (tell(data) if tell else "done")


def _digits(data: Data) -> str:
    return f"pressed {data['digits']}" if data.get("digits") else "pressed nothing"


def _dialled(data: Data) -> str:
    if data["outcome"] == "answered":
        rang, talked = data.get("rang", 0.0), data.get("talked", 0.0)
        return f"{data.get('by', 'somebody')} answered after {rang:.1f} s and talked for {talked:.1f} s"
    return f"{data['outcome'].replace('_', ' ')} ({data.get('cause', 'no cause')})"


def _plain(data: Data) -> str:
    return " ".join(f"{key}={value}" for key, value in data.items())


def _by(data: Data) -> str:
    return f" by {', '.join(data['trunks'])}" if data.get("trunks") else ""


def _targets(data: Data) -> str:
    return ", ".join(target["number"] for target in data["targets"])


_ENTRIES: dict[str, Callable[[Data], str]] = {
    "offered": lambda d: f"{d['from'] or 'anonymous'} calls {d['to']}: flow {d['flow'] or 'none'}",
    "adopted": lambda d: f"another controller takes the call over in flow {d['flow']}",
    "command": _command,
    "result": _result,
    "connected": lambda d: f"connected with {d['to']} after {d['after']:.1f} s",
    "ringing": lambda d: f"ringing {', '.join(d['targets'])}" + _by(d),
    "barred": lambda d: f"{d['to']} is not called ({d['cause']})" + (f" by the rule {d['rule']}" if d["rule"] else ""),
    "not_carried": lambda d: f"{d['trunk']} does not carry the call to {d['to']} ({d['cause']}): {d['next']} is next",
    "fallback": lambda d: f"{d['reason']}; the caller {'goes to ' + d['to'] if d['to'] else 'hears an apology'}",
    "redirected": lambda d: f"transferred to {d['to']}",
    "gap": lambda d: f"FreeSWITCH lost the call ({d['reason']})",
    "freeswitch_down": lambda d: f"FreeSWITCH is {d['state']} ({d['reason']})",
    "freeswitch_up": lambda d: f"FreeSWITCH is up again after {d['away']:.1f} s",
    "ended": lambda d: f"ended: {d['cause']}" + (f", hung up by {d['by']}" if d["by"] else ""),
    "not_placed": lambda d: f"the call could not be placed: {d['reason']}",
}
_COMMANDS: dict[str, Callable[[Data], str]] = {
    "answer": lambda d: "answers",
    "play": lambda d: f"says {_sounds(d['sounds'])}",
    "collect": lambda d: f"asks {_sounds(d.get('prompt', ()))}",
    "dial": lambda d: f"dials {_targets(d)} for {d.get('ring', 25.0):.0f} s",
    "check_hours": lambda d: f"looks at the schedule {d['schedule']}",
    "check_list": lambda d: f"looks for {d['number'] or 'an anonymous caller'} on the list {d['list']}",
    "count": lambda d: f"counts {d['counter']}",
    "request": lambda d: f"asks {d['method']} {d['url']}",
    "hang_up": lambda d: f"hangs up ({d.get('cause', 'NORMAL_CLEARING')})",
}
_RESULTS: dict[str, Callable[[Data], str]] = {
    "played": lambda d: "heard" if d.get("heard", True) else "nothing to hear",
    "digits": _digits,
    "dialled": _dialled,
    "hours": lambda d: str(d["state"]),
    "listed": lambda d: "listed" if d["listed"] else "not listed",
    "counted": lambda d: str(d["value"]),
    "replied": lambda d: f"{d['outcome']} {d.get('status', '')} {d.get('reason', '')}".rstrip(),
}
