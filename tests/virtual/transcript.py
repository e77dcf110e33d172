"""Transcripts of the event socket as rows, recorded ones and those of a connection here."""

import json
import lzma
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import gevent
from gevent.event import Event

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts" / "switch"
PATIENCE = 8.0  # real seconds until something counts as never coming


def load(name):
    """A transcript's rows, without the channels of the far end where one FreeSWITCH played both parts."""
    rows = [
        json.loads(line)
        for line in lzma.decompress((TRANSCRIPTS / f"{name}.jsonl.xz").read_bytes()).decode().split("\n")
    ]
    return [row for row in rows if not is_far_end(row)]


def is_far_end(row):
    event = row.get("event", {})
    inbound = event.get("Call-Direction") == "inbound" and row["conn"].startswith("inbound")
    return inbound and event.get("Channel-Name", "").startswith(("sofia/external/0", "sofia/peer/"))


def what(row):
    """The kind of frame a row is, for counting."""
    if "event" in row:
        return f"event {row['event'].get('Event-Name')}"
    return next((key for key in ("connect", "reply", "api", "notice", "frame") if key in row), "")


def labels(rows):
    """Which channel is which: A1, A2 ... those that were offered, B1, B2 ... the others in the order they appear."""
    known = {}
    for row in rows:
        if "connect" in row:
            known.setdefault(row["connect"]["Unique-ID"], f"A{len(known) + 1}")
    for row in rows:
        for header in ("Unique-ID", "Other-Leg-Unique-ID", "variable_other_loopback_leg_uuid"):
            uuid = (row.get("event") or row.get("connect") or {}).get(header)
            if uuid and uuid not in known:
                known[uuid] = f"B{len([1 for label in known.values() if label.startswith('B')]) + 1}"
    return known


class Wire:
    """A connection of the replayed application: frames in as rows of the recording's shape."""

    def __init__(self, name, sock):
        self.name, self.sock = name, sock
        self.outbound = name.startswith("outbound")
        self.rows, self.counts, self.news = [], Counter(), Event()
        self.open = True
        gevent.spawn(self._read)

    def _read(self):
        data = b""
        try:
            while chunk := self.sock.recv(65536):
                data += chunk
                place = 0
                while (after := self._frame(data, place)) > place:
                    place = after
                data = data[place:]
        except OSError:
            pass
        self.open = False
        self.news.set()

    def _frame(self, data, place):
        """Take the frame that starts at a place.

        Returns where the next one starts, the same place if it is not whole.
        """
        end = data.find(b"\n\n", place)
        if end < 0:
            return place
        headers = dict(line.partition(": ")[::2] for line in data[place:end].decode("utf-8", "replace").split("\n"))
        connect = headers.get("Event-Name") == "CHANNEL_DATA"
        after = end + 2 + (0 if connect else int(headers.get("Content-Length", 0)))
        if len(data) < after:
            return place
        self._take(headers, data[end + 2 : after].decode("utf-8", "replace"))
        return after

    def _take(self, headers, body):
        kind = headers.get("Content-Type", "")
        if headers.get("Event-Name") == "CHANNEL_DATA":
            row = {"connect": {name: unquote(value) for name, value in headers.items()}}
        elif kind == "text/event-json":
            event = json.loads(body)
            row = {"event": event, "kind": "json", "body": event.pop("_body", "")}
        elif kind == "text/event-plain":
            block, _, more = body.partition("\n\n")
            event = {name: unquote(value) for name, value in (line.partition(": ")[::2] for line in block.split("\n"))}
            row = {"event": event, "kind": "plain", "body": more}
        elif kind == "command/reply":
            row = {"reply": headers["Reply-Text"]}
        elif kind == "api/response":
            row = {"api": body}
        elif kind == "text/disconnect-notice":
            row = {"notice": headers.get("Content-Disposition") or "goodbye", "text": body}
        else:
            row = {"frame": kind}
        row["t"] = time.monotonic()
        self.rows.append(row)
        self.counts[what(row)] += 1
        self.news.set()

    def until(self, key, count, patience=PATIENCE):
        """Wait until so many frames of this kind have come; False if they never do."""
        with gevent.Timeout(patience, False):
            while self.counts[key] < count:
                self.news.clear()
                if not self.open:
                    return False
                self.news.wait()
            return True
        return False

    def send(self, text):
        try:
            self.sock.sendall(text.encode())
        except OSError:
            self.open = False

    def close(self):
        self.open = False
        self.sock.close()
