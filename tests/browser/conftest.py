"""One installation and one Chromium for all tests of this folder; each test has visits, people and flows of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.flows import Flows
from tests.browser.house import House
from tests.browser.visits import Visits

KINDS = Path(__file__).parent / "kinds"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember whether a test failed: then its pages are worth a picture."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser that runs all visits."""
    program = shutil.which("chromium")
    if program is None:
        reason = "no chromium on this machine: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The installation: subscribers martin and duval, and a kind of node that somebody dropped into the folder."""
    made = House(
        tmp_path_factory.mktemp("house"), kinds=KINDS, SOUFFLEUR_SOUNDS_DIR=os.environ["SOUFFLEUR_TEST_SOUNDS"]
    )
    try:
        yield made.prepare().start()
    finally:
        made.close()


@pytest.fixture
def visit(chromium: Browser, house: House, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Visits]:
    """Visits to the web UI."""
    visits = Visits(chromium, house)
    yield visits
    pictures = visits.look(tmp_path) if request.node.stash.get(FAILED, False) else []
    visits.close()
    for picture in pictures:
        print(f"what was open: {picture}")
    assert not visits.complaints, "\n".join(visits.complaints)


@pytest.fixture
def flows(house: House) -> Flows:
    """Flows of the subscriber martin, made and read past the pages."""
    return Flows(house)
