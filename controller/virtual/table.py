"""The table of channels that `show channels` prints.

FreeSWITCH fills it from its own events, a moment late: `application` is what was executed last, also when that has
ended, and `call_uuid` is empty until the first bridge (seen on 1.11.1, tests/real/test_show_channels.py).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

from controller.virtual.clock import Clock
from controller.virtual.state import State
from controller.virtual.wire import Value, flat

Row = dict[str, str]

COLUMNS = """
    uuid direction created created_epoch name state cid_name cid_num ip_addr dest application application_data dialplan
    context read_codec read_rate read_bit_rate write_codec write_rate write_bit_rate secure hostname presence_id
    presence_data accountcode callstate callee_name callee_num callee_direction call_uuid sent_callee_name
    sent_callee_num initial_cid_name initial_cid_num initial_ip_addr initial_dest initial_dialplan initial_context
    """.split()  # noqa: SIM905
UNTOLD = ("CS_NEW", "CS_NONE", "CS_INIT", "CS_HANGUP", "CS_REPORTING", "CS_DESTROY")  # states that change no row


class Table:
    """Rows by uuid. What happened shows `lag` seconds later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[str, Row] = {}
        self._early: dict[str, Row] = {}  # told before the channel's own row: execute_on_originate
        self._news: deque[tuple[float, str, str, Row]] = deque()

    def clear(self) -> None:
        self._rows.clear()
        self._early.clear()
        self._news.clear()

    def rows(self, lag: float) -> list[Row]:
        self._settle(lag)
        return [dict(row) for row in self._rows.values()]

    def hear(self, name: str, channel: State, own: Mapping[str, Value], lag: float) -> None:
        """An event of a channel; `own` are the headers that belong to the event alone."""
        if change := _change(name, channel, own):
            self._news.append((self._clock.now(), name, channel.uuid, change))
            self._settle(lag)

    def _settle(self, lag: float) -> None:
        late = self._clock.now() - lag
        while self._news and self._news[0][0] <= late:
            _, name, uuid, change = self._news.popleft()
            if name == "CHANNEL_CREATE":
                self._rows[uuid] = dict.fromkeys(COLUMNS, "") | change | self._early.pop(uuid, {})
            elif name == "CHANNEL_DESTROY":
                self._rows.pop(uuid, None)
            elif name == "CHANNEL_UNBRIDGE":
                self._part(change["call_uuid"])
            elif row := self._rows.get(uuid):
                row.update(change)
            elif name == "CHANNEL_EXECUTE":
                self._early[uuid] = change

    def _part(self, call: str) -> None:
        for row in self._rows.values():
            if row["call_uuid"] == call:
                row["call_uuid"] = row["uuid"]


def _change(name: str, channel: State, own: Mapping[str, Value]) -> Row:
    """The columns that an event changes, as switch_core_sqldb does it."""
    match name:
        case "CHANNEL_CREATE":
            return _first(channel)
        case "CHANNEL_EXECUTE":
            data = {"application": "Application", "application_data": "Application-Data"}
            return {column: flat(own.get(header, "")) for column, header in data.items()}
        case "CHANNEL_ANSWER" | "CHANNEL_PROGRESS_MEDIA":
            return _codecs(channel)
        case "CHANNEL_CALLSTATE":
            return {"callstate": channel.call_state} if channel.call_state not in ("DOWN", "HANGUP") else {}
        case "CHANNEL_STATE":
            moved = _caller(channel) if channel.state == "CS_ROUTING" else {}
            return {} if channel.cause or channel.state in UNTOLD else {"state": channel.state} | moved
        case "CHANNEL_ORIGINATE" | "CHANNEL_BRIDGE" | "CHANNEL_UNBRIDGE":
            return {"call_uuid": channel.call_uuid}
        case "CALL_UPDATE":
            who = channel.profile
            callee = {"name": who.get("Callee-ID-Name", ""), "num": who.get("Callee-ID-Number", "")}
            told = {f"{sent}callee_{key}": value for sent in ("", "sent_") for key, value in callee.items()}
            return told | {"callee_direction": flat(own.get("Direction", ""))}
        case "CHANNEL_DESTROY":
            return {"state": channel.state}
    return {}


def _first(channel: State) -> Row:
    who, created = channel.profile, channel.times["Created"] // 1_000_000
    return {
        "uuid": channel.uuid, "direction": channel.direction,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(created)), "created_epoch": str(created),
        "name": channel.name, "state": channel.state, "callstate": channel.call_state,
        "dialplan": who.get("Dialplan", ""), "context": who.get("Context", ""), "hostname": "virtual",
        "initial_cid_name": who.get("Caller-ID-Name", ""), "initial_cid_num": who.get("Caller-ID-Number", ""),
        "initial_ip_addr": who.get("Network-Addr", ""), "initial_dest": who.get("Destination-Number", ""),
        "initial_dialplan": who.get("Dialplan", ""), "initial_context": who.get("Context", ""),
    }  # fmt: skip


def _caller(channel: State) -> Row:
    who = channel.profile
    return {
        "cid_name": who.get("Caller-ID-Name", ""), "cid_num": who.get("Caller-ID-Number", ""),
        "callee_name": who.get("Callee-ID-Name", ""), "callee_num": who.get("Callee-ID-Number", ""),
        "ip_addr": who.get("Network-Addr", ""), "dest": who.get("Destination-Number", ""),
        "dialplan": who.get("Dialplan", ""), "context": who.get("Context", ""),
        "presence_id": channel.get("presence_id"),
    }  # fmt: skip


def _codecs(channel: State) -> Row:
    codec, rate = ("L16", "128000") if channel.is_loopback else ("PCMU", "64000")
    return {
        f"{way}_{column}": value
        for way in ("read", "write")
        for column, value in (("codec", codec), ("rate", "8000"), ("bit_rate", rate))
    }
