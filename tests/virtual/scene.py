"""What a scene needs that is played on the virtual switch and on a real FreeSWITCH alike."""

import json

import gevent

NUMBER, PEER = "+33123456789", "+33612345678"
DIAL = f"sofia/gateway/carrier/{PEER}"
EVENTS = (
    "CHANNEL_PARK CHANNEL_UNPARK CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_BRIDGE CHANNEL_UNBRIDGE"
    " CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY"
)
PATIENCE = 8.0  # real seconds

# What the loop does when its socket has ended, up to its sleep.
LOOP = ["UNPARK", "EXECUTE_COMPLETE socket", "EXECUTE set controller_lost=true",
        "EXECUTE_COMPLETE set controller_lost=true"]  # fmt: skip
SLEEP = "sleep 1000"
TONE, LONG = "tone_stream://%(400,0,440)", "tone_stream://%(1500,0,440)"
LOOPED = "tone_stream://%(700,0,440)"
ENDLESS = "tone_stream://%(150,850,440);loops=-1"
DIGITS = "1 4 1 1500 # silence_stream://200 silence_stream://100 d \\d+ 800"


class Scene:
    """Two controllers to whom calls are offered, and one connection that sees every channel.

    `call()` places a call, `rings()` returns who is called by DIAL, `sleep(seconds)` passes time of the switch's clock.
    """

    def __init__(self, controllers, monitor, cdr_dir):
        self.controllers, self.monitor, self.cdr_dir = controllers, monitor, cdr_dir
        monitor.command(f"event json {EVENTS}")
        self.here = self.there = None

    def address(self, controller):
        return f"127.0.0.1:{controller.port}"

    def first(self):
        """The connection of the next offer, without a word said yet; `here` is who took it, `there` the other."""
        waited = 0.0
        while waited < PATIENCE:
            for one, other in (self.controllers, self.controllers[::-1]):
                if not one.offered.empty():
                    self.here, self.there = one, other
                    return one.accept()
            gevent.sleep(0.01)
            waited += 0.01
        raise AssertionError("no call was offered")

    def take(self, line=None):
        """The next offer, connected."""
        line = line or self.first()
        line.headers = line.command("connect")
        line.uuid = line.headers["Unique-ID"]
        line.command("linger 1")
        return line

    def answer(self, line):
        """Answer; returns once the monitor has seen it too."""
        key = line.start("answer")
        self.monitor.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=key)

    def send_to(self, uuid, controller):
        """Transfer the call to that controller."""
        reply = self.monitor.api(f"uuid_transfer {uuid} souffleur_at_{self.address(controller)} XML souffleur")
        assert reply.startswith("+OK")

    def rows(self):
        return {row["uuid"]: row for row in json.loads(self.monitor.api("show channels as json")).get("rows", [])}

    def shown(self, uuid, **wanted):
        """The row of a channel, once it has these columns; the list is a moment late."""
        row, waited = {}, 0.0
        while waited < 3.0:
            row = self.rows().get(uuid, {})
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
            gevent.sleep(0.02)
            waited += 0.02
        raise AssertionError(f"not shown: {wanted}, but {row}")

    def mark(self):
        return len(self.monitor.rows)

    def story(self, uuid, mark, until):
        """What the channel did since the mark, until it executes `until`: `event application argument`.

        Without the loop's housekeeping, unset.
        """

        def told():
            out = []
            for row in list(self.monitor.rows[mark:]):
                event = row.get("event", {})
                if event.get("Unique-ID") == uuid and event.get("Application") != "unset":
                    words = [event["Event-Name"].removeprefix("CHANNEL_"), event.get("Application", "")]
                    if words[1] in ("set", "playback", "sleep"):
                        words.append(event["Application-Data"])
                    out.append(" ".join(word for word in words if word))
            return out

        self.monitor.await_(lambda: f"EXECUTE {until}" in told(), until)
        events = told()
        return events[: events.index(f"EXECUTE {until}")]

    def account(self, uuid):
        """What mod_json_cdr wrote of a channel; the file is whole when it ends with a newline."""
        file, waited = self.cdr_dir / f"{uuid}.cdr.json", 0.0
        while waited < PATIENCE:
            text = file.read_bytes() if file.exists() else b""
            if text.endswith(b"\n"):
                return json.loads(text)
            gevent.sleep(0.02)
            waited += 0.02
        raise AssertionError(f"no account of {uuid}")
