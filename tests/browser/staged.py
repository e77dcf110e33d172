"""The web UI over a stand-in for the controllers whose calls a file tells: `python -m tests.browser.staged FILE`.

Each line of the file is JSON: {"user", "told"}. What the desk asks the controllers to do is written into FILE.done.
"""

# ruff: noqa: I001
import admin_ui.patched

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent

from admin_ui.app import create_app
from admin_ui.live import NoCalls
from admin_ui.serving import server
from conf.settings import load

__all__ = ["admin_ui"]
LOOK = 0.005  # seconds
QUIET = 1.0


class Staged(NoCalls):
    """Calls as a file tells them, each time from the beginning."""

    def __init__(self, script: Path) -> None:
        self.script = script

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        yield None
        with self.script.open() as lines:
            quiet = 0.0
            while True:
                line = lines.readline()
                if line.endswith("\n"):
                    quiet, row = 0.0, json.loads(line)
                    if row["user"] == user:
                        yield row["told"]
                    continue
                gevent.sleep(LOOK)
                quiet += LOOK
                if quiet > QUIET:
                    quiet = 0.0
                    yield None

    def board(self, subscriber: str) -> dict[str, Any]:
        rows = [json.loads(line)["told"] for line in self.script.read_text().splitlines()]
        calls = [{"call": row["call"]} for row in rows if row["type"] == "call"]
        return {"at": 0.0, "controllers": [], "calls": calls}

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        self._done("tick", call, user, checklist, step)

    def hang_up(self, subscriber: str, call: str) -> None:
        self._done("hang_up", call)

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        self._done("transfer", call, to)

    def _done(self, *what: str) -> None:
        with self.script.with_suffix(".done").open("a") as done:
            done.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    settings = load()
    staged = create_app(settings, Staged(Path(sys.argv[1])))
    server(staged, settings.web_host, settings.web_port).serve_forever()
