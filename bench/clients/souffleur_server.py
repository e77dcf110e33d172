"""Souffleur's ESL server by itself: it answers each offered call first thing, then waits for its end."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402

import gevent  # noqa: E402

from controller.esl.server import Server  # noqa: E402
from controller.esl.session import Session  # noqa: E402


def handle(session: Session) -> None:
    session.answer_now()
    session.wait_for_hangup()


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), handle)
    server.start()
    print(json.dumps({"port": server.address[1]}), flush=True)
    gevent.wait()
