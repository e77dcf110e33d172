"""Genesis reads events: prints seconds of CPU per event, to parse one and to have it handled.

Its tracing and logging are switched off by its own settings (bench/esl.py), which is kinder than its defaults.
"""

import asyncio
import json
import sys
import time

from genesis import Inbound
from genesis.protocol.reader_fsm import ESLReaderFSM

from bench import event


def parse(count):
    head, body = event.plain(event.headers()).split(b"\n\n", 1)
    reader = ESLReaderFSM()
    began = time.process_time()
    for _ in range(count):
        reader.process_headers(head.decode("utf-8") + "\n\n")
        reader.process_body(body)
    return (time.process_time() - began) / count


async def handle(port, count):
    async with Inbound("127.0.0.1", port, "any") as client:
        left, done = [0], asyncio.Event()

        async def hear(heard):
            left[0] -= 1
            if not left[0]:
                done.set()

        client.on("CHANNEL_HANGUP_COMPLETE", hear)
        for batch in (count // 10, count):
            left[0] = batch
            done.clear()
            began = time.process_time()
            await client.send(f"event plain {batch}")
            await done.wait()
        return (time.process_time() - began) / count


if __name__ == "__main__":
    port, count = map(int, sys.argv[1:])
    print(json.dumps({"parse": parse(count), "handle": asyncio.run(handle(port, count))}))
