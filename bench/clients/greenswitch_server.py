"""greenswitch's server: its application answers first thing, then asks for events and waits for the call's end."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import logging  # noqa: E402
import socket  # noqa: E402

import gevent  # noqa: E402
import gevent.event  # noqa: E402
import greenswitch  # noqa: E402


class Application:
    def __init__(self, session):
        self.session = session

    def run(self):
        self.session.answer()
        ended = gevent.event.Event()
        self.session.register_handle("DISCONNECT", lambda event: ended.set())
        try:
            self.session.myevents()
            self.session.linger()
            ended.wait()
        except (greenswitch.esl.NotConnectedError, greenswitch.esl.OutboundSessionHasGoneAway):
            pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    port = free_port()  # it does not take port 0
    server = greenswitch.OutboundESLServer("127.0.0.1", port, Application, max_connections=100_000)
    gevent.spawn(server.listen)
    while not server._running:
        gevent.sleep(0.01)
    print(json.dumps({"port": port}), flush=True)
    gevent.wait()
