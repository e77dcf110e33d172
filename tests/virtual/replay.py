"""Plays a recorded scenario against the virtual switch: sends what the application sent, does what the people did, at
those moments.

A step waits until the virtual switch has done on the same connection what FreeSWITCH had done there, and then for the
recorded pause, on the switch's clock.
"""

import re
import wave
from collections import Counter, defaultdict

import gevent
from gevent import socket
from gevent.queue import Queue

from controller.virtual.registry import API
from tests.virtual.scenes import switch_for
from tests.virtual.transcript import PATIENCE, Wire, labels, load, what

ACTS = re.compile(r"(outbound|inbound)(#\d)?: (application closes its socket|controller dies)")
RACES = ("CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "CHANNEL_PARK")  # may come before or after one looks
HANGS_UP = re.compile(r"hangs up now|^caller hangs up \(|^caller cancelled")
PAUSE = 0.03  # shorter pauses in a recording are the machine's


class Replay:
    """One scenario.

    After `run`, `wires` holds what came back on each connection, `missed` the steps that never came.
    """

    def __init__(self, name, folder):
        self.name, self.rows = name, load(name)
        self.folder = folder / name
        self.folder.mkdir()
        for sound, samples in (("hello.wav", 7037), ("greeting-long.wav", 48000)):
            with wave.open(str(self.folder / sound), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(b"\x00\x00" * samples)
        self.wires, self.missed = {}, []
        self.expected = defaultdict(Counter)
        self.last = {}
        self.accepted = Queue()
        self.server = None
        self.caller = self.called = None
        self.hung_up = False

    # --- the scene

    def scene(self):
        self.listen(0)
        self.switch = switch_for(self.name, self.port)

    def listen(self, port):
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", port))
        self.server.listen(8)
        self.port = self.server.getsockname()[1]
        gevent.spawn(self._accept, self.server)

    def _accept(self, server):
        try:
            while True:
                self.accepted.put(server.accept()[0])
        except OSError:
            pass

    def call(self):
        """The recorder's first note says whom the caller dials."""
        dialled = next(
            (row["note"].split(" dials ")[1].split(" ")[0] for row in self.rows if " dials " in row.get("note", "")), ""
        )
        if dialled:
            self.caller = self.switch.call("5550100", dialled, name="Alice")
            self.called = dialled

    def wire(self, name):
        if name not in self.wires:
            if name.startswith("inbound"):
                sock = socket.create_connection(self.switch.address)
            else:
                with gevent.Timeout(PATIENCE, False):
                    sock = self.accepted.get()
                    self.wires[name] = Wire(name, sock)
                if name not in self.wires:
                    raise AssertionError(f"{self.name}: {name} was never offered")
                return self.wires[name]
            self.wires[name] = Wire(name, sock)
        return self.wires[name]

    # --- the play

    def run(self):
        self.scene()
        try:
            self.call()
            before = 0.0
            for row in self.rows:
                self.step(row, row["t"] - before)
                before = row["t"]
            self.settle()
        except AssertionError as problem:
            self.missed.append(str(problem))
        finally:
            for wire in self.wires.values():
                wire.close()
            self.server.close()
            self.switch.stop()
        return self

    def settle(self):
        """The rest of the recording was FreeSWITCH talking: wait for as much of it."""
        for name, counts in self.expected.items():
            for key, count in counts.items():
                self.await_(name, key, count, 0.2 if key.endswith(RACES) else PATIENCE)

    def await_(self, name, key, count, patience=PATIENCE):
        if key and name in self.wires and not self.wires[name].until(key, count, patience) and patience == PATIENCE:
            self.missed.append(f"{name}: {key} came {self.wires[name].counts[key]} times, not {count}")

    def caught_up(self, name, *, strict=True):
        """Wait for the reply and the event that came last on this connection; on other connections only a moment."""
        for key in ("reply", "connect", "api", "frame", "notice", self.last.get(name, "")):
            self.await_(name, key, self.expected[name][key], PATIENCE if strict else 0.2)

    def pause(self, gap):
        if gap > PAUSE:
            self.switch.clock.sleep(gap)

    def step(self, row, gap):
        if "note" in row:
            self.pause(gap)
            self.note(row["note"], row["conn"])
            return
        name = row["conn"]
        if "send" in row:
            wire = self.wire(name)
            for other in self.wires:
                self.caught_up(other, strict=other == name)
            self.pause(gap)
            wire.send(self.translate(row["send"]))
            return
        self.wire(name)
        self.people(row, gap)
        key = what(row)
        self.expected[name][key] += 1
        if "event" in row and key != "event CHANNEL_PARK":  # it may come before the subscription
            self.last[name] = key

    def people(self, row, gap):
        """What shows that somebody did something: a key heard, a hang-up that came over SIP."""
        event = row.get("event", {})
        mine = self.caller is not None and event.get("Unique-ID") == self.recorded_uuid()
        followed = row["conn"].startswith("outbound") or not any(
            one.open for one in self.wires.values() if one.outbound
        )
        if not mine or not followed:
            return
        act = None
        if event["Event-Name"] == "DTMF" and event.get("DTMF-Source") == "RTP":
            act = lambda: self.caller.channel.receive(event["DTMF-Digit"])  # noqa: E731
        elif event["Event-Name"] == "CHANNEL_HANGUP" and not self.hung_up:
            self.hung_up = True
            if "variable_proto_specific_hangup_cause" in event:
                act = self.caller.hangs_up
        elif (
            event["Event-Name"] == "CHANNEL_UNPARK" and "old_socket" in self.name and "transferred" not in self.__dict__
        ):
            self.transferred = True
            act = lambda: self.caller.channel.transfer(self.called, "public")  # noqa: E731
        if act:
            self.caught_up(row["conn"])
            self.pause(gap)
            act()

    def note(self, text, name):
        if ACTS.match(text) or text == "closes":
            if "dies" in text and self.name.startswith("05_safe"):
                self.server.close()
                gevent.sleep(0)
            self.wire(name)
            self.caught_up(name)
            self.wires[name].close()
        elif text == "a call comes in":
            self.caller = self.switch.call("0000000000", "1000")
            self.hung_up = True  # only the application ends it
        elif text == "accepted, silent":
            self.wire("outbound")
        elif text.startswith("nobody listens, then"):
            self.server.close()
            self.switch.clock.later(1.9, self.listen, self.port)
        elif "listens again" in text:
            self.listen(self.port)
        elif "sweep" in text:
            API["uuid_break"](self.switch, f"{self.caller.uuid} all")
        elif HANGS_UP.search(text) and not self.hung_up:
            self.hung_up = True
            self.wire("outbound")
            self.caught_up("outbound")
            self.caller.hangs_up()

    # --- uuids

    def recorded_uuid(self):
        return next((row["connect"]["Unique-ID"] for row in self.rows if "connect" in row), "")

    def translate(self, text):
        """A recorded command with the uuids of this run, and files where they lie now."""
        recorded, here = labels(self.rows), labels(self.all_rows())
        back = {label: uuid for uuid, label in here.items()}
        for uuid, label in recorded.items():
            if uuid in text and label in back and f"origination_uuid={uuid}" not in text:
                text = text.replace(uuid, back[label])
        return text.replace("/sounds", str(self.folder)).replace("/spool", str(self.folder))

    def all_rows(self):
        rows = [row for wire in self.wires.values() for row in wire.rows]
        return sorted(rows, key=lambda row: row["t"])
