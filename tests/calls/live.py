"""A controller with a subscriber in a database of its own, and an outside to call it from."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
from sqlalchemy import select

from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.models import CallEvent, CallRecord
from conf.settings import Settings, load
from controller.process import Controller
from controller.terminal import ControlClient
from tests.calls import templates
from tests.calls.templates import HOUSES as HOUSES
from tests.outside import WITHIN, Outside

SAMPLES = Path(__file__).parents[2] / "conf" / "samples"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Live:
    """A running controller. `outside` is who calls it; the database is a file in `folder`."""

    def __init__(self, outside: Outside, folder: Path, offer_port: int, directory_port: int, **changes: str) -> None:
        self.outside = outside
        ports = {"OFFER": offer_port, "CONTROL": free_port(), "DIRECTORY": directory_port}
        environ = {f"SOUFFLEUR_{name}_PORT": str(port) for name, port in ports.items()}
        environ["SOUFFLEUR_TAP_DIR"] = str(folder / "taps")
        environ["SOUFFLEUR_FAX_DIR"] = str(folder / "fax")
        environ |= {"SOUFFLEUR_DATA_DIR": str(folder), "SOUFFLEUR_DIRECTORY_SECRET": "directory-secret"}
        # Texts are spoken once for all tests.
        environ["SOUFFLEUR_SOUNDS_DIR"] = str(Path(os.environ["SOUFFLEUR_TEST_SOUNDS"]))
        self.environ = environ | outside.settings() | changes
        self.settings: Settings = load(self.environ)
        templates.place(self.settings)
        self.engine = open_engine(self.settings.database_url)
        migrate(self.engine)
        self.controller: Controller | None = None

    def load(self, *folders: Path) -> None:
        """Load subscribers from folders; what a running controller knows follows at once."""
        for folder in folders:
            apply(self.engine, folder, prompts_dir=self.settings.prompts_dir, domain=self.settings.domain)
        if self.controller:
            self.controller.configuration.refresh()

    def start(self) -> Controller:
        self.controller = Controller(self.settings, allow_private=("127.0.0.0/8",))
        self.controller.start()
        assert self.controller.link.wait_up(WITHIN)
        return self.controller

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
        self.engine.dispose()

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.settings.control_host, self.settings.control_port, self.settings.control_secret)

    # --- what happened ----------------------------------------------------------------------------------------------

    def records(self) -> list[CallRecord]:
        with operator(self.engine, read_only=True) as session:
            found = list(session.scalars(select(CallRecord).order_by(CallRecord.id)))
            session.expunge_all()
            return found

    def record(self, number: int = 0, within: float = WITHIN) -> CallRecord:
        """The record of the n-th call to end."""
        return self.until(lambda: self.records()[number : number + 1], within)[0]

    def path(self, record: CallRecord) -> list[str]:
        return [step["node"] for step in record.path]

    def events(self, kind: str) -> list[CallEvent]:
        with operator(self.engine, read_only=True) as session:
            found = list(session.scalars(select(CallEvent).where(CallEvent.kind == kind).order_by(CallEvent.id)))
            session.expunge_all()
            return found

    def reaches(self, node: str, within: float = WITHIN) -> dict[str, Any]:
        """Wait until a live call is in a node, and tell its state."""
        return self.until(lambda: next((call for call in self.calls() if call["node"] == node), None), within)

    def calls(self) -> list[dict[str, Any]]:
        assert self.controller
        return list(self.controller.switchboard.states())

    def until(self, met: Callable[[], Any], within: float = WITHIN) -> Any:
        """Wait until something is so."""
        with gevent.Timeout(within, AssertionError(f"not so within {within} s: calls {self.calls()}")):
            while not (found := met()):
                gevent.sleep(0.02)
            return found


@contextmanager
def running(outside: Outside, folder: Path, offer_port: int, directory_port: int, **changes: str) -> Iterator[Live]:
    """A controller with the operator's trunk and the subscriber martin, while the block lasts."""
    here = Live(outside, folder, offer_port, directory_port, **changes)
    here.load(HOUSES / "operator", HOUSES / "martin")
    here.start()
    try:
        yield here
    finally:
        outside.close()
        here.stop()
