"""What happened in a call, in the reader's language: one line for each entry of its journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from admin_ui.filters import lasted, phone
from admin_ui.words import cause, disposition, ended_by

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of a timeline. `seconds` since the call began; `detail` is what a command asked or heard, whole."""

    sequence: int
    at: datetime
    seconds: float
    kind: str
    symbol: str
    text: str
    flow: str = ""
    version: int = 0
    node: str = ""
    bad: bool = False


def timeline(events: Iterable[Any]) -> Iterator[Line]:
    """The rows of a call's journal as lines; results stand in the node that asked."""
    start: datetime | None = None
    flow, version, node = "", 0, ""
    for event in events:
        start = start or event.at
        data = event.data
        if event.kind == "command":
            flow, version, node = data.get("flow", flow), data.get("version", version), data.get("node", node)
        symbol, text, bad = entry(event.kind, data)
        inside = (flow, version, node) if event.kind in ("command", "result", "ringing", "connected") else ("", 0, "")
        yield Line(
            event.sequence, event.at, (event.at - start).total_seconds(), event.kind, symbol, text, *inside, bad=bad
        )


def entry(kind: str, data: Data) -> tuple[str, str, bool]:
    """An icon, the words, and whether something went wrong."""
    if kind == "command":
        return command(data)
    if kind == "result":
        return result(data)
    tell = ENTRIES.get(kind)
    symbol, bad = SYMBOLS.get(kind, ("dot", False))
    return symbol, tell(data) if tell else kind, bad


def command(data: Data) -> tuple[str, str, bool]:
    """What a node asked for."""
    symbol, tell = COMMANDS.get(str(data.get("type")), ("dot", lambda d: str(d.get("type"))))
    return symbol, tell(data), False


def result(data: Data) -> tuple[str, str, bool]:
    """What was heard."""
    kind = str(data.get("type"))
    tell = RESULTS.get(kind)
    bad = data.get("outcome") in ("failed", "unknown") or (kind == "played" and not data.get("heard", True))
    return "corner-down-right", tell(data) if tell else _("done"), bad


def _sounds(sounds: Any) -> str:
    return ", ".join(map(_sound, sounds or ())) or _("silence")


def _sound(sound: Data) -> str:
    return _("“%(text)s”", text=sound["text"]) if "text" in sound else _("prompt %(name)s", name=sound["name"])


def _numbers(targets: Iterable[Data]) -> str:
    return ", ".join(phone(str(target.get("number", ""))) for target in targets)


def _dialled(data: Data) -> str:
    if data.get("outcome") == "answered":
        told = {"rang": data.get("rang", 0.0), "talked": lasted(data.get("talked", 0.0))}
        who = phone(data.get("by") or "") or _("somebody")
        return _("%(who)s answered after %(rang).0f s and talked for %(talked)s", who=who, **told)
    outcome = disposition(str(data.get("outcome")))
    return f"{outcome} ({cause(str(data['cause']))})" if data.get("cause") else outcome


def _offered(data: Data) -> str:
    caller = phone(str(data.get("from") or "")) or _("An anonymous caller")
    flow = data.get("flow")
    if not flow:
        return _("%(caller)s calls %(to)s; no flow is there for it", caller=caller, to=phone(str(data.get("to", ""))))
    return _("%(caller)s calls %(to)s: flow %(flow)s", caller=caller, to=phone(str(data.get("to", ""))), flow=flow)


def _fallback(data: Data) -> str:
    if data.get("to"):
        return _("%(reason)s; the caller goes to %(to)s", reason=data.get("reason", ""), to=phone(str(data["to"])))
    return _("%(reason)s; the caller hears an apology", reason=data.get("reason", ""))


def _not_carried(data: Data) -> str:
    told = {"trunk": data.get("trunk", ""), "cause": cause(str(data.get("cause", ""))), "next": data.get("next", "")}
    if told["next"]:
        return _("The trunk %(trunk)s did not carry the call (%(cause)s); %(next)s is tried", **told)
    return _("The trunk %(trunk)s did not carry the call (%(cause)s)", **told)


def _barred(data: Data) -> str:
    to = phone(str(data.get("to", "")))
    return _("Calls to %(to)s are not allowed (rule %(rule)s)", to=to, rule=data.get("rule", ""))


def _ended(data: Data) -> str:
    if data.get("by"):
        return _("The call ends: %(cause)s, by %(by)s", cause=cause(data.get("cause", "")), by=_who(str(data["by"])))
    return _("The call ends: %(cause)s", cause=cause(data.get("cause", "")))


def _who(by: str) -> str:
    return ended_by(by) if by.isalpha() else phone(by)


def _replied(data: Data) -> str:
    known = {"ok": _("answered"), "failed": _("failed"), "unknown": _("unknown whether it arrived")}
    status, reason = data.get("status") or "", data.get("reason") or ""
    return " ".join(str(part) for part in (known.get(str(data.get("outcome")), ""), status, reason) if part)


def _hours(data: Data) -> str:
    return {"open": _("open"), "closed": _("closed"), "holiday": _("a holiday")}.get(str(data.get("state")), "")


def _listed(data: Data) -> str:
    if not data.get("listed"):
        return _("not listed")
    return _("listed: %(entry)s", entry=data["entry"]) if data.get("entry") else _("listed")


Tell = Callable[[Data], str]
SYMBOLS: dict[str, tuple[str, bool]] = {
    "offered": ("phone-incoming", False),
    "adopted": ("heart-handshake", False),
    "ringing": ("bell-ring", False),
    "connected": ("phone-call", False),
    "fallback": ("triangle-alert", True),
    "barred": ("shield-ban", True),
    "not_carried": ("route-off", True),
    "redirected": ("phone-forwarded", False),
    "handed_over": ("heart-handshake", False),
    "attended": ("heart-handshake", False),
    "gap": ("triangle-alert", True),
    "not_placed": ("triangle-alert", True),
    "ended": ("phone-off", False),
}
ENTRIES: dict[str, Tell] = {
    "offered": _offered,
    "adopted": lambda d: _("Another controller takes the call over, in flow %(flow)s", flow=d.get("flow", "")),
    "handed_over": lambda d: _("The controller hands the call to another one"),
    "attended": lambda d: _("The conversation goes on; a controller watches it again"),
    "ringing": lambda d: _("Rings at %(targets)s", targets=", ".join(map(phone, map(str, d.get("targets", ()))))),
    "connected": lambda d: _("Connected with %(to)s", to=phone(str(d.get("to", "")))),
    "fallback": _fallback,
    "barred": _barred,
    "not_carried": _not_carried,
    "redirected": lambda d: _("Transferred to %(to)s", to=phone(str(d.get("to", "")))),
    "gap": lambda d: _("FreeSWITCH lost the call (%(reason)s)", reason=d.get("reason", "")),
    "not_placed": lambda d: _("The call could not be placed: %(reason)s", reason=d.get("reason", "")),
    "ended": _ended,
}
COMMANDS: dict[str, tuple[str, Tell]] = {
    "answer": ("phone", lambda d: _("Answers")),
    "play": ("volume-2", lambda d: _("Says %(sounds)s", sounds=_sounds(d.get("sounds")))),
    "collect": ("grid-3x3", lambda d: _("Asks %(sounds)s", sounds=_sounds(d.get("prompt")))),
    "dial": (
        "phone-outgoing",
        lambda d: _("Rings %(who)s for %(ring).0f s", who=_numbers(d.get("targets", ())), ring=d.get("ring", 25.0)),
    ),
    "check_hours": ("calendar-clock", lambda d: _("Looks at the schedule %(name)s", name=d.get("schedule", ""))),
    "check_list": (
        "list-filter",
        lambda d: _(
            "Looks for %(number)s on the list %(name)s",
            number=phone(str(d.get("number") or "")) or _("an anonymous caller"),
            name=d.get("list", ""),
        ),
    ),
    "count": ("tally-5", lambda d: _("Counts %(counter)s", counter=d.get("counter", ""))),
    "request": (
        "globe",
        lambda d: _("Asks %(method)s %(url)s", method=d.get("method", "GET"), url=d.get("url", "")),
    ),
    "hang_up": ("phone-off", lambda d: _("Hangs up: %(cause)s", cause=cause(d.get("cause", "NORMAL_CLEARING")))),
}
RESULTS: dict[str, Tell] = {
    "played": lambda d: _("heard") if d.get("heard", True) else _("there was nothing to hear"),
    "digits": lambda d: _("pressed %(keys)s", keys=d["digits"]) if d.get("digits") else _("pressed nothing"),
    "dialled": _dialled,
    "hours": _hours,
    "listed": _listed,
    "counted": lambda d: str(d.get("value") if d.get("value") is not None else _("unknown")),
    "replied": _replied,
}
