"""A whole installation on this machine: database, virtual switch, controller and web UI, each a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from admin_ui.identity import COOKIE_KEY
from conf.accounts import sessions
from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.models import Account, Subscriber, User
from conf.secret_files import valid
from conf.settings import Settings, load
from controller.terminal import ControlClient
from tests.calls.live import SAMPLES, free_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0  # seconds, on a machine that does much besides
ENDS_WITHIN = 20.0
PORTS = ("ESL", "OFFER", "CONTROL", "DIRECTORY", "WEB")
PASSWORD = "event-socket-secret"


class House:
    """`address` is the web UI's; `first` holds the passwords of one use by login. `kinds` is a folder of node files."""

    def __init__(self, folder: Path, kinds: Path | None = None, **changes: str) -> None:
        self.folder = folder
        environ = {f"SOUFFLEUR_{name}_PORT": str(free_port()) for name in PORTS}
        environ |= {"SOUFFLEUR_DATA_DIR": str(folder), "SOUFFLEUR_ESL_PASSWORD": PASSWORD}
        self.environ = environ | changes
        self.settings: Settings = load(self.environ)
        self.address = f"http://{self.settings.web_host}:{self.settings.web_port}"
        self.engine = open_engine(self.settings.database_url)
        self.first: dict[str, str] = {}
        self._kinds = kinds
        self._running = ExitStack()

    def prepare(self, samples: Iterable[str] = ("operator", "martin", "duval")) -> House:
        """Fill the database, and make the first accounts as `make run` does."""
        migrate(self.engine)
        for sample in samples:
            apply(self.engine, SAMPLES / sample, prompts_dir=self.settings.prompts_dir, domain=self.settings.domain)
        told = self._command("admin_ui", "first")
        self.first = dict(re.findall(r"(\S+@\S+) \(.*\), password of one use: (\S+)", told))
        return self

    def start(self, calls: bool = True) -> House:
        """Start the processes; return when the pages answer, and calls are taken where they are wanted."""
        if calls:
            esl = f"127.0.0.1:{self.settings.esl_port}"
            offer = f"127.0.0.1:{self.settings.offer_port}"
            self._begin("switch", "controller.virtual", "--listen", esl, "--offer", offer)
            self._begin("controller", "controller", "serve")
        module = ["tests.browser.serve", str(self._kinds)] if self._kinds else ["admin_ui", "serve"]
        self._begin("web", *module)
        if calls:
            self._until(lambda: self.control.is_ready(), "the controller")
        self._until(lambda: self.get("/login") == 200, "the web UI")
        return self

    @property
    def control(self) -> ControlClient:
        """The controller's control interface."""
        return ControlClient(self.settings.control_host, self.settings.control_port, self.settings.control_secret)

    def get(self, path: str) -> int:
        """The status of a page, as a stranger sees it."""
        connection = HTTPConnection(self.settings.web_host, self.settings.web_port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def call(
        self, caller: str, to: str, *keys: str, hang_up_after: float | None = 60.0, subscriber: str = "martin"
    ) -> str:
        """Place a call through the virtual switch; its id."""
        asked = {
            "from": caller,
            "to": to,
            "press": list(keys),
            "hang_up_after": hang_up_after,
            "subscriber": subscriber,
        }
        return str(self.control.ask("POST", "/v1/calls", asked)["call"])

    # --- people -----------------------------------------------------------------------------------------------------

    def cookie(
        self, role: str, slug: str = "martin", language: str = "en", name: str = "", theme: str = ""
    ) -> dict[str, Any]:
        """The cookie of a new person of a role (`name` for one that comes again), as Playwright takes it."""
        with operator(self.engine) as session:
            account = self._account(session, role, slug, name or f"{role}-{time.monotonic_ns()}")
            account.language, account.theme, account.one_time = language, theme, False
            token = sessions.begin(session, account, datetime.now(UTC), address="127.0.0.1", browser="test")
        app = Flask("tests")
        app.secret_key = valid(self.settings.web_secret)[0]
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        return {"name": "souffleur", "value": str(serializer.dumps({COOKIE_KEY: token})), "url": self.address}

    def subscriber_id(self, slug: str = "martin") -> int:
        """A subscriber's id."""
        with operator(self.engine, read_only=True) as session:
            return session.scalars(select(Subscriber.id).where(Subscriber.slug == slug)).one()

    def _account(self, session: Any, role: str, slug: str, name: str) -> Account:
        login = f"{name.lower().replace(' ', '.')}@{slug}.example"
        found: Account | None = session.scalars(select(Account).where(Account.login == login)).one_or_none()
        if found is not None:
            return found
        account = Account(login=login)
        if role != "operator":
            subscriber = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one()
            doc = {"login": login, "name": name, "role": role}
            user = User(subscriber_id=subscriber.id, doc=doc, position=99)
            session.add(user)
            session.flush()
            account.subscriber_id, account.user_id = subscriber.id, user.id
        session.add(account)
        session.flush()
        return account

    # --- processes --------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("SOUFFLEUR_")}
        return {**others, **self.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    def _command(self, *module: str) -> str:
        command = [sys.executable, "-m", *module]
        done = subprocess.run(command, env=self._environment(), cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _begin(self, name: str, *module: str) -> None:
        log = self._running.enter_context((self.folder / f"{name}.log").open("ab"))
        command = [sys.executable, "-m", *module]
        process = subprocess.Popen(command, env=self._environment(), cwd=ROOT, stdout=log, stderr=log)
        self._running.callback(_end, process)

    def _until(self, met: Callable[[], object], what: str) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            try:
                if met():
                    return
            except (OSError, HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{what} did not start\n{self.complaints()}")

    def complaints(self) -> str:
        """The last words of every process."""
        return "\n".join(f"{log.name}:\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        """End the processes, the web UI first, and let go of the database."""
        self._running.close()
        self.engine.dispose()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
