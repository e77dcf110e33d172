"""The pictures of docs/images: `python -m tests.browser.screenshots [FOLDER]`, on a day of a bakery's telephone."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.browser.day import fill, record_of, today
from tests.browser.house import ROOT, House
from tests.browser.visits import PHONE, Visits

FOLDER = ROOT / "docs" / "images"
LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}
CLAIRE = "claire"
OPEN = "2026-11-23T10:00"  # a Monday
CALLERS = ("+33639980142", "+33639980571", "+33639980890", "+33639981207")
DIALLED = (("1001",), ("1000", "1"), ("1001", "2"), ("1000", "1"))  # the number, and the keys
Prepare = Callable[[Page], None]


def main() -> None:
    """Take them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium")
    if program is None:
        sys.exit("no chromium on this machine: apt-get install chromium")
    with TemporaryDirectory(prefix="souffleur-pictures-") as data, sync_playwright() as playwright:
        house = House(Path(data), SOUFFLEUR_CONTROLLER_ID="pbx-1").prepare(("operator", "martin"))
        try:
            fill(house, today())
            house.start()
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            take(Visits(browser, house), house, folder)
        finally:
            house.close()


def take(visits: Visits, house: House, folder: Path) -> None:
    """Every page in both languages at a desk's width, some at a telephone's."""
    explained = ended(house, house.call(CALLERS[0], "1000", "2#", hang_up_after=40.0))
    for language, locale in LANGUAGES.items():
        calls = [
            house.call(caller, *dialled, hang_up_after=None) for caller, dialled in zip(CALLERS, DIALLED, strict=True)
        ]
        claire = visits("administrator", language=language, name=CLAIRE, locale=locale)
        shoot(claire, "/live", folder / f"live-{language}", until("tr[data-call] [data-node]:not(:empty)", 4))
        shoot(claire, "/overview", folder / f"overview-{language}")
        shoot(claire, "/flows", folder / f"flows-{language}", until(".flow-state"))
        shoot(claire, "/flows/reception/edit", folder / f"editor-{language}", simulated)
        shoot(claire, f"/calls/{explained}", folder / f"call-{language}")
        for name, path in pages().items():
            shoot(claire, path, folder / f"{name}-{language}")
        boss = visits("operator", "pbx", language, name="operator", locale=locale)
        shoot(boss, "/operator", folder / f"nodes-{language}")
        phone = visits("administrator", language=language, name=CLAIRE, locale=locale, viewport=PHONE, is_mobile=True,
                       has_touch=True, device_scale_factor=1.5)  # fmt: skip
        for name, path in {"overview": "/overview", "live": "/live", "calls": "/calls", "numbers": "/numbers",
                           "fax": "/fax", "desk": "/desk"}.items():
            shoot(phone, path, folder / f"{name}-phone-{language}")
        shoot(phone, "/flows/reception/edit", folder / f"editor-phone-{language}", until(".react-flow__node"))
        for call in calls:
            hang_up(house, call)
    dark = visits("administrator", name=CLAIRE, color_scheme="dark")
    shoot(dark, "/flows/reception/edit", folder / "editor-dark-en", simulated)
    if visits.complaints:
        print("\n".join(visits.complaints), file=sys.stderr)


def pages() -> dict[str, str]:
    """The pages that need no preparation, by the names of their pictures."""
    return {
        "calls": "/calls",
        "numbers": "/numbers",
        "short-numbers": "/extensions",
        "schedule": "/schedules/edit/office",
        "lists": "/lists",
        "prompts": "/prompts",
        "users": "/users",
        "campaigns": "/campaigns",
        "prompter": "/prompter",
        "rule": "/prompter/rules/greeting",
        "desk": "/desk",
        "fax": "/fax",
        "audit": "/audit",
        "api": "/api/v1/docs",
    }


def shoot(page: Page, path: str, picture: Path, prepare: Prepare | None = None) -> None:
    """Open a page, prepare it, take its picture."""
    page.goto(path)
    if prepare:
        prepare(page)
    if not path.startswith("/live") and "edit" not in path:
        page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    page.screenshot(path=picture.with_suffix(".png"))


def until(selector: str, number: int = 1) -> Prepare:
    """Wait until so many of something are there."""
    return lambda page: page.locator(selector).nth(number - 1).wait_for()


def simulated(page: Page) -> None:
    """A call that has come to the telephones of the shop, and lights its path."""
    page.locator(".ed-test").click()
    page.locator(".ph-form input[type=tel]").first.fill(CALLERS[0])
    page.locator(".ph-form input[type=datetime-local]").fill(OPEN)
    page.locator(".ph-form button[type=submit]").click()
    page.locator(".ph-key").first.click()
    page.locator(".ph-ringing").wait_for()
    page.locator(".react-flow__controls-fitview").click()


def ended(house: House, call: str) -> str:
    """Wait for the record of a call."""
    until_ = time.monotonic() + 90.0
    while record_of(house, call) is None:
        if time.monotonic() > until_:
            sys.exit(f"the call did not end\n{house.complaints()}")
        time.sleep(0.2)
    return call


def hang_up(house: House, call: str) -> None:
    """End a call that may have ended by itself."""
    try:
        house.control.ask("POST", f"/v1/calls/{call}/hang_up", None)
    except Exception as gone:  # noqa: BLE001  it is over either way
        print(gone, file=sys.stderr)


if __name__ == "__main__":
    main()
