"""A small controller for tests: it takes offers, sends commands and waits for what comes back."""

from uuid import uuid4

import gevent
from gevent import socket
from gevent.queue import Empty, Queue

from tests.virtual.transcript import Wire

PATIENCE = 5.0  # real seconds


class Line(Wire):
    """A connection with words for what tests do."""

    def command(self, text):
        """Send, and return the reply (or the api body)."""
        before = self.counts["reply"] + self.counts["api"] + self.counts["connect"]
        self.send(text + "\n\n")
        self.await_(lambda: self.counts["reply"] + self.counts["api"] + self.counts["connect"] > before, text)
        row = [row for row in self.rows if "reply" in row or "api" in row or "connect" in row][before]
        return row.get("reply", row.get("api", row.get("connect")))

    def api(self, text):
        return self.command(f"api {text}")

    def start(self, application, argument="", key="", lock=True, **headers):
        """Send an execute; returns its key."""
        key = key or str(uuid4())
        lines = ["sendmsg", "call-command: execute", f"execute-app-name: {application}", f"Event-UUID: {key}"]
        lines += [f"execute-app-arg: {argument}"] if argument else []
        lines += ["event-lock: true"] if lock else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        assert self.command("\n".join(lines)) == "+OK"
        return key

    def execute(self, application, argument="", **options):
        """Run an application to its end; returns the CHANNEL_EXECUTE_COMPLETE event."""
        key = self.start(application, argument, **options)
        return self.event("CHANNEL_EXECUTE_COMPLETE", **{"Application-UUID": key})

    def event(self, name, **headers):
        """Wait for an event with these headers, past or coming."""
        wanted = {key.replace("_", "-"): value for key, value in headers.items()}
        self.await_(lambda: self.find(name, wanted), f"{name} {wanted}")
        return self.find(name, wanted)[0]

    def find(self, name, wanted):
        events = [row["event"] for row in self.rows if "event" in row]
        return [
            one
            for one in events
            if one["Event-Name"] == name and all(one.get(key) == value for key, value in wanted.items())
        ]

    def names(self, **headers):
        """The names of the events so far, in order."""
        wanted = {key.replace("_", "-"): value for key, value in headers.items()}
        events = [row["event"] for row in self.rows if "event" in row]
        return [one["Event-Name"] for one in events if all(one.get(key) == value for key, value in wanted.items())]

    def await_(self, condition, what):
        with gevent.Timeout(PATIENCE, False):
            while not condition():
                self.news.clear()
                if not self.open:
                    break
                self.news.wait()
            else:
                return
        if not condition():
            raise AssertionError(f"{what} did not come; last: {self.rows[-3:]}")

    def ended(self):
        """Wait for the end of the connection."""
        with gevent.Timeout(PATIENCE, False):
            while self.open:
                self.news.clear()
                self.news.wait()
            return True
        return False


class Controller:
    """Listens where calls are offered."""

    def __init__(self, port=0):
        self.server = None
        self.port = port
        self.offered = Queue()
        self.lines = []
        self.listen()

    def listen(self):
        """Listen (again, on the same port)."""
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", self.port))
        self.server.listen(64)
        self.port = self.server.getsockname()[1]
        gevent.spawn(self._accept, self.server)

    def _accept(self, server):
        try:
            while True:
                self.offered.put(server.accept()[0])
        except OSError:
            pass

    def deaf(self):
        """Stop listening."""
        self.server.close()
        gevent.sleep(0)

    def accept(self, patience=PATIENCE):
        """The next offer, without a word said yet."""
        line = Line("outbound", self.offered.get(timeout=patience))
        self.lines.append(line)
        return line

    def offer(self, kind="json", linger=1):
        """The next offer, connected and subscribed."""
        line = self.accept()
        line.headers = line.command("connect")
        line.uuid = line.headers["Unique-ID"]
        if linger is not None:
            line.command(f"linger {linger}")
        line.command(f"myevents {kind}")
        line.command(f"event {kind} PLAYBACK_START PLAYBACK_STOP CHANNEL_CALLSTATE")
        return line

    def nothing_offered(self, seconds):
        """True if no offer comes within so many real seconds."""
        try:
            self.offered.get(timeout=seconds)
        except Empty:
            return True
        return False

    def inbound(self, switch, password="ClueCon"):
        """An inbound connection that has logged in."""
        line = Line("inbound", socket.create_connection(switch.address))
        self.lines.append(line)
        assert line.command(f"auth {password}") == "+OK accepted"
        return line

    def close(self):
        self.server.close()
        for line in self.lines:
            line.close()
