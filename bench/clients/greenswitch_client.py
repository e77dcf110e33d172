"""greenswitch reads events: prints seconds of CPU per event, to parse one and to have it handled."""

import json
import logging
import sys
import time

from gevent import monkey

monkey.patch_all()

import gevent.event  # noqa: E402
import greenswitch  # noqa: E402
from greenswitch.esl import ESLEvent  # noqa: E402

from bench import event  # noqa: E402


def parse(count):
    head, body = event.plain(event.headers()).split(b"\n\n", 1)
    began = time.process_time()
    for _ in range(count):  # what receive_events and handle_event do with what they read
        ESLEvent(head.decode("utf-8") + "\n").parse_data(body.decode("utf-8"))
    return (time.process_time() - began) / count


def handle(port, count):
    client = greenswitch.InboundESL("127.0.0.1", port, "any")
    client.connect()
    left, done = [0], gevent.event.Event()

    def hear(heard):
        left[0] -= 1
        if not left[0]:
            done.set()

    client.register_handle("CHANNEL_HANGUP_COMPLETE", hear)
    for batch in (count // 10, count):
        left[0] = batch
        done.clear()
        began = time.process_time()
        client.send(f"event plain {batch}")
        done.wait()
    return (time.process_time() - began) / count


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    port, count = map(int, sys.argv[1:])
    print(json.dumps({"parse": parse(count), "handle": handle(port, count)}))
