"""The writer without its database, and with it again: says one line of JSON with how long it took."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402

import gevent  # noqa: E402
from sqlalchemy.exc import OperationalError  # noqa: E402

from conf.database import migrate, open_engine  # noqa: E402
from controller.calls.ledger import Ledger, intent_fact  # noqa: E402
from controller.calls.spool import LIMIT, Spool  # noqa: E402
from controller.calls.threads import Threads  # noqa: E402
from controller.calls.writer import Writer  # noqa: E402

FACTS = 20_000
INTENTS = 100
DATA = {"type": "play", "flow": "walk", "version": 1, "node": "thanks", "sounds": [{"name": "thanks"}]}


def event(number):
    told = {"table": "call_event", "call": f"{number // 10:032d}", "sequence": number % 10, "at": time.time()}
    return told | {"kind": "command", "subscriber": None, "data": DATA}


def main():
    with TemporaryDirectory(prefix="souffleur-bench-") as name:
        engine = open_engine(f"sqlite:///{name}/bench.db")
        migrate(engine)
        ledger = Ledger(engine, Threads(1))
        away = True

        def write(facts):
            if away:
                raise OperationalError("", {}, Exception("away"))
            ledger.write(facts)

        spool = Spool(Path(name) / "records", "bench")
        writer = Writer(write, spool, Threads(1))
        running = gevent.spawn(writer.run)
        began = time.monotonic()
        for number in range(FACTS):
            writer.put(event(number))
            if number % 500 == 0:
                gevent.sleep()
        writer.drain(60)
        told = {"facts": FACTS, "seconds": time.monotonic() - began, "bytes": spool.size, "limit": LIMIT, "keeps": []}
        for number in range(INTENTS):
            began = time.monotonic()
            writer.keep(intent_fact(1, "c", str(number), "POST", "https://shop.example/", time.time()))
            told["keeps"].append((time.monotonic() - began) * 1000)
        for batch in spool.batches()[-INTENTS:]:  # nobody has the subscriber of these
            spool.forget(batch)
        away, began = False, time.monotonic()
        while spool.size:
            gevent.sleep(0.02)
        told["replayed"] = time.monotonic() - began
        running.kill()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
