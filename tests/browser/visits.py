"""Visits to the web UI, each a browser of its own; what a browser complains of fails the test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from tests.browser.house import House

PATIENCE = 15_000.0  # milliseconds; nothing takes so long but on a machine that does much besides
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
STATUS = re.compile(r"responded with a status of (\d+)")

expect.set_options(timeout=PATIENCE)


class Visits:
    """Call it to have somebody visit: `visit("engineer")` is a page, logged in. `expects` says what is no fault."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser = browser
        self.house = house
        self.expected: set[int] = set()
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def __call__(self, role: str = "engineer", slug: str = "martin", language: str = "en", **manner: Any) -> Page:
        """A page of a new person's browser; `manner`: name, theme, and what Playwright's contexts take."""
        who = {key: manner.pop(key) for key in ("name", "theme") if key in manner}
        page = self.stranger(**manner)
        page.context.add_cookies([self.house.cookie(role, slug, language, **who)])  # type: ignore[list-item]
        return page

    def stranger(self, **manner: Any) -> Page:
        """A page of a browser that nobody has logged in to."""
        manner = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **manner}
        context = self.browser.new_context(base_url=self.house.address, **manner)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._heard)
        context.on("weberror", self._broke)
        self.contexts.append(context)
        return context.new_page()

    def expects(self, *statuses: int) -> None:
        """Say which refusals the test brings about: the browser tells them as errors too."""
        self.expected |= set(statuses)

    def look(self, folder: Path) -> list[Path]:
        """Pictures of what is open now."""
        pages = [page for context in self.contexts for page in context.pages]
        pictures = [folder / f"page-{number}.png" for number in range(len(pages))]
        for page, picture in zip(pages, pictures, strict=True):
            page.screenshot(path=picture)
        return pictures

    def close(self) -> None:
        """End the visits."""
        for context in self.contexts:
            context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        status = STATUS.search(message.text)
        if status and int(status.group(1)) in self.expected:
            return
        where = message.location
        self.complaints.append(f"{message.type}: {message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def _broke(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")
