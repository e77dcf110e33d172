"""Souffleur's client reads events: prints seconds of CPU per event, to parse one and to have it handled."""

import json
import sys
import time

from gevent import monkey

monkey.patch_all()

import gevent.event  # noqa: E402

from bench import event  # noqa: E402
from controller.esl.connection import Inbound  # noqa: E402
from controller.esl.event import read_event  # noqa: E402
from controller.esl.wire import Parser  # noqa: E402


def parse(count: int) -> float:
    frame = event.as_json(event.headers())
    parser = Parser()
    began = time.process_time()
    for _ in range(count):
        for packet in parser.feed(frame):
            read_event(packet)
    return (time.process_time() - began) / count


def handle(port: int, count: int) -> float:
    connection = Inbound("127.0.0.1", port, "any")
    connection.connect()
    left, done = [0], gevent.event.Event()

    def hear(heard: object) -> None:
        left[0] -= 1
        if not left[0]:
            done.set()

    connection.register_handle("CHANNEL_HANGUP_COMPLETE", hear)
    for batch in (count // 10, count):
        left[0] = batch
        done.clear()
        began = time.process_time()
        connection.send(f"event json {batch}")
        done.wait()
    return (time.process_time() - began) / count


if __name__ == "__main__":
    port, count = map(int, sys.argv[1:])
    print(json.dumps({"parse": parse(count), "handle": handle(port, count)}))
