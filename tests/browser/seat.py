"""An agent's seat beside a live controller: a web UI and a browser at its desk, each a process of its own.

As a program, `python -m tests.browser.seat ADDRESS COOKIE`, it is the browser: it does what each line says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import Engine, select

from admin_ui.identity import COOKIE_KEY
from conf.accounts import sessions
from conf.database import operator
from conf.models import Account, User
from conf.secret_files import valid

PATIENCE = 20_000.0  # milliseconds
# When each card was on the page, by this machine's clock.
WATCH = """() => {
  window.shown = {};
  const note = () => document.querySelectorAll("[data-part=cards] [data-key]").forEach((card) => {
    const title = card.querySelector("[data-title]").textContent + "/" + card.dataset.card;
    window.shown[title] ??= Date.now() / 1000;
  });
  new MutationObserver(note).observe(document.querySelector("[data-part=cards]"), {childList: true, subtree: true});
  note();
}"""


class Seat:
    """Call `do("use", "Refund")` and so on; it returns when the browser has done it."""

    def __init__(self, environ: dict[str, str], engine: Engine, secret: str, login: str, port: int) -> None:
        self._running = ExitStack()
        web = {**environ, "SOUFFLEUR_WEB_PORT": str(port)}
        self.address = f"http://127.0.0.1:{port}"
        self._begin(web, "admin_ui", "serve")
        cookie = json.dumps(_cookie(engine, secret, login, self.address))
        self.browser = self._begin(web, "tests.browser.seat", self.address, cookie)
        self.do("open")

    def do(self, what: str, *rest: str) -> Any:
        """Have the browser do something; what it found."""
        assert self.browser.stdin
        assert self.browser.stdout
        self.browser.stdin.write(json.dumps([what, *rest]) + "\n")
        self.browser.stdin.flush()
        answer = json.loads(self.browser.stdout.readline() or '{"error": "the browser is gone"}')
        assert "error" not in answer, answer["error"]
        return answer["found"]

    def close(self) -> None:
        """End both processes."""
        self._running.close()

    def _begin(self, environ: dict[str, str], *module: str) -> subprocess.Popen[str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("SOUFFLEUR_")}
        command = [sys.executable, "-m", *module]
        piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, env={**others, **environ}, **piped)  # type: ignore[call-overload]
        self._running.callback(_end, process)
        return process  # type: ignore[no-any-return]


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _cookie(engine: Engine, secret: str, login: str, address: str) -> dict[str, Any]:
    with operator(engine) as session:
        user = session.scalars(select(User).where(User.login == login)).one()
        account = Account(login=login.lower(), language="en", subscriber_id=user.subscriber_id, user_id=user.id)
        session.add(account)
        session.flush()
        token = sessions.begin(session, account, datetime.now(UTC), address="127.0.0.1", browser="test")
    app = Flask("tests")
    app.secret_key = valid(secret)[0]
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer
    return {"name": "souffleur", "value": str(serializer.dumps({COOKIE_KEY: token})), "url": address}


# --- the browser ----------------------------------------------------------------------------------------------------


def _open(page: Page) -> None:
    for _attempt in range(200):
        try:
            page.goto("/desk")
            break
        except Exception:  # noqa: BLE001 it is not up yet
            time.sleep(0.1)
    expect(page.get_by_role("heading", name="No call now")).to_be_visible()
    page.evaluate(WATCH)


def _see(page: Page, text: str) -> str:
    found = page.get_by_role("article").filter(has_text=text).first
    expect(found).to_be_visible()
    return found.inner_text()


def _use(page: Page, text: str) -> None:
    button = page.get_by_role("article").filter(has_text=text).first.get_by_role("button", name="Used")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def _tick(page: Page, step: str) -> None:
    page.get_by_role("checkbox", name=step).click()
    expect(page.get_by_role("checkbox", name=step)).to_be_checked()


def _wrap_up(page: Page, notes: str) -> str:
    field = page.get_by_label("Notes")
    expect(field).to_be_visible()
    draft = field.input_value()
    field.fill(notes)
    page.get_by_label("What came of it").select_option("resolved")
    page.get_by_role("button", name="Save the wrap-up").click()
    expect(page.get_by_text("The wrap-up is saved.")).to_be_visible()
    return draft


def _shown(page: Page) -> Any:
    return page.evaluate("() => window.shown")


def _marked(page: Page) -> str:
    expect(page.locator("mark").first).to_be_visible()
    return page.locator("mark").first.inner_text()


DOES: dict[str, Callable[..., Any]] = {
    "open": _open, "see": _see, "use": _use, "tick": _tick, "wrap_up": _wrap_up, "shown": _shown, "marked": _marked,
}  # fmt: skip


def main() -> None:
    """Be the browser until the input ends."""
    address, cookie = sys.argv[1:]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.add_cookies([json.loads(cookie)])
        page = context.new_page()
        for line in sys.stdin:
            what, *rest = json.loads(line)
            try:
                answer = {"found": DOES[what](page, *rest)}
            except Exception as error:  # noqa: BLE001 whoever asked is told
                answer = {"error": f"{what}: {error}"}
            print(json.dumps(answer), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
