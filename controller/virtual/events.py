"""Events and who gets them: the names FreeSWITCH knows, one event encoded once, and the bus that hands it out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import uuid4

from controller.virtual import wire
from controller.virtual.clock import Clock
from controller.virtual.headers import NOWHERE, SOURCE

# Every event name of FreeSWITCH 1.11.1.
NAMES = frozenset(
    """
    CUSTOM CLONE CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP
    CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_BRIDGE
    CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK
    CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN STARTUP SHUTDOWN PUBLISH
    UNPUBLISH TALK NOTALK SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE PRESENCE_IN NOTIFY_IN PRESENCE_OUT
    PRESENCE_PROBE MESSAGE_WAITING MESSAGE_QUERY ROSTER CODEC BACKGROUND_JOB DETECTED_SPEECH DETECTED_TONE
    PRIVATE_COMMAND HEARTBEAT TRAP ADD_SCHEDULE DEL_SCHEDULE EXE_SCHEDULE RE_SCHEDULE RELOADXML NOTIFY PHONE_FEATURE
    PHONE_FEATURE_SUBSCRIBE SEND_MESSAGE RECV_MESSAGE REQUEST_PARAMS CHANNEL_DATA GENERAL COMMAND SESSION_HEARTBEAT
    CLIENT_DISCONNECTED SERVER_DISCONNECTED SEND_INFO RECV_INFO RECV_RTCP_MESSAGE SEND_RTCP_MESSAGE CALL_SECURE NAT
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP CALL_UPDATE FAILURE SOCKET_DATA MEDIA_BUG_START
    MEDIA_BUG_STOP CONFERENCE_DATA_QUERY CONFERENCE_DATA CALL_SETUP_REQ CALL_SETUP_RESULT CALL_DETAIL DEVICE_STATE
    TEXT ALL
    """.split()  # noqa: SIM905
)
# What myevents subscribes (02a, and the source of mod_event_socket).
MY_EVENTS = frozenset(
    """
    CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA CHANNEL_DESTROY CHANNEL_EXECUTE
    CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID CHANNEL_OUTGOING
    CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE CHANNEL_UNPARK
    DETECTED_SPEECH DTMF NOTALK TALK
    """.split()  # noqa: SIM905
)


class Event:
    """One event on its way to any number of connections; encoded at most once per format."""

    __slots__ = ("_frames", "body", "headers", "name")

    def __init__(self, name: str, headers: dict[str, wire.Value], body: str = "") -> None:
        self.name = name
        self.headers = headers
        self.body = body
        self._frames: dict[str, bytes] = {}

    def frame(self, kind: str) -> bytes:
        if kind not in self._frames:
            data = wire.event_json(self.headers, self.body) if kind == "json" else wire.plain(self.headers, self.body)
            self._frames[kind] = wire.event_frame(kind, data)
        return self._frames[kind]


class Subscriber(Protocol):
    """Who hears events: everything it `wants`, or of that only what concerns the call it `follows`."""

    uuid: str
    follows: str
    names: set[str]

    def wants(self, name: str, kind: str) -> bool: ...
    def offer(self, event: Event) -> None: ...


class Bus:
    """Hands events to the connections that want them.

    A connection that follows one call is found by the call's uuid.
    """

    def __init__(self, clock: Clock) -> None:
        self.core_uuid = str(uuid4())
        self._clock = clock
        self._sequence = 0
        self._everyone: list[Subscriber] = []
        self._followers: dict[str, list[Subscriber]] = defaultdict(list)

    def place(self, listener: Subscriber) -> None:
        """Put a connection where its subscription belongs; call again after each change of it."""
        self.remove(listener)
        if listener.follows:
            self._followers[listener.follows].append(listener)
        elif listener.names:
            self._everyone.append(listener)

    def remove(self, listener: Subscriber) -> None:
        if listener in self._everyone:
            self._everyone.remove(listener)
        for uuid in [uuid for uuid in (listener.follows, listener.uuid) if uuid in self._followers]:
            if listener in self._followers[uuid]:
                self._followers[uuid].remove(listener)
            if not self._followers[uuid]:
                del self._followers[uuid]

    def base(self, name: str) -> dict[str, wire.Value]:
        """The headers every event starts with."""
        stamp = self._clock.stamp()
        file, function, line = SOURCE.get(name, NOWHERE)
        moment = time.gmtime(stamp // 1_000_000)
        self._sequence += 1
        return {
            "Event-Name": name, "Core-UUID": self.core_uuid, "FreeSWITCH-Hostname": "virtual",
            "FreeSWITCH-Switchname": "virtual",
            "FreeSWITCH-IPv4": "127.0.0.1", "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": time.strftime("%Y-%m-%d %H:%M:%S", moment),
            "Event-Date-GMT": time.strftime("%a, %d %b %Y %H:%M:%S GMT", moment), "Event-Date-Timestamp": str(stamp),
            "Event-Calling-File": file, "Event-Calling-Function": function, "Event-Calling-Line-Number": line,
            "Event-Sequence": str(self._sequence),
        }  # fmt: skip

    def fire(
        self, name: str, build: Callable[[], Mapping[str, wire.Value]], uuid: str = "", body: str = "", kind: str = ""
    ) -> None:
        """Send an event of a channel (or of none) to whom it concerns; `build` is called only if somebody listens."""
        near = [one for one in self._followers.get(uuid, ()) if one.wants(name, kind)] if uuid else []
        far = [one for one in self._everyone if one.wants(name, kind)]
        if near or far:
            event = Event(name, {**self.base(name), **build()}, body)
            for listener in near + far:
                listener.offer(event)
