"""Genesis's server: its handler answers first thing, then asks for events and waits for the call's end.

Its own way (`events=True`, `linger=True`) asks for every event of the switch before the handler runs; this is kinder.
"""

import asyncio
import json

from genesis import Outbound


async def handle(session):
    await session.sendmsg("execute", "answer")
    ended = asyncio.Event()

    async def hear(event):
        ended.set()

    session.on("CHANNEL_HANGUP_COMPLETE", hear)
    await session.send("myevents")
    await session.send("linger")
    await ended.wait()


async def main():
    server = Outbound(handle, "127.0.0.1", 0, events=False, linger=False)
    await server.start(block=False)
    print(json.dumps({"port": server.server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
