"""Live calls: a real controller on the virtual switch, watched and directed through the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import pytest

from admin_ui.live import Away
from controller.control_room import ControlRoom
from tests.admin_ui.site import Browser, Site
from tests.calls.live import Live, free_port, running
from tests.outside import WITHIN
from tests.outside.virtual import VirtualOutside


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A controller with the subscriber martin."""
    offer = free_port()
    with running(VirtualOutside(offer), tmp_path, offer, free_port()) as here:
        yield here


@pytest.fixture
def site(live: Live, tmp_path: Path) -> Iterator[Site]:
    """The pages over it."""
    made = Site(live.settings.database_url, tmp_path, ControlRoom(live.settings), samples=())
    yield made
    made.close()


@contextmanager
def following(browser: Browser, address: str = "/live/feed") -> Iterator[list[dict[str, Any]]]:
    """What a feed tells while the block lasts."""
    told: list[dict[str, Any]] = []
    begun = gevent.event.Event()

    def read() -> None:
        answer = browser.get(address, buffered=False)
        for part in answer.iter_encoded():
            begun.set()
            for line in part.decode().splitlines():
                if line.startswith("data: "):
                    told.append(json.loads(line.removeprefix("data: ")))

    reader = gevent.spawn(read)
    assert begun.wait(WITHIN)
    yield told
    reader.kill()


def test_a_call_walks_before_the_reader_s_eyes(site: Site, live: Live) -> None:
    browser = site.as_role("engineer")
    with following(browser) as told:
        person = live.outside.from_trunk("+33123456789")
        live.until(lambda: [one for one in told if one["kind"] == "command" and one.get("node")])
        board = browser.get("/live/board").get_data(as_text=True)
        assert told[0]["call"] in board
        person.hangs_up()
        live.until(lambda: [one for one in told if one["kind"] == "ended"])
    assert "No call is up now" in browser.get("/live").get_data(as_text=True)


def test_another_subscriber_hears_and_does_nothing(site: Site, live: Live) -> None:
    mine = site.as_role("engineer")
    live.load(Path(__file__).parents[2] / "conf" / "samples" / "duval")
    other = site.as_role("engineer", "duval")
    with following(mine) as told, following(other) as overheard:
        person = live.outside.from_trunk("+33123456789")
        live.until(lambda: told)
        call = told[0]["call"]
        assert call not in other.get("/live/board").get_data(as_text=True)
        assert other.post(f"/live/{call}/hang-up").status_code == 404
        assert other.post(f"/api/v1/live-calls/{call}/hang-up").status_code == 404
        assert live.calls()
        person.hangs_up()
        live.until(lambda: [one for one in told if one["kind"] == "ended"])
    assert overheard == []


def test_a_call_is_ended_from_the_page(site: Site, live: Live) -> None:
    person = live.outside.from_trunk("+33123456789")
    call = live.until(live.calls)[0]["call"]
    answer = site.as_role("administrator").post(f"/live/{call}/hang-up", follow_redirects=True)
    assert "The call was ended." in answer.get_data(as_text=True)
    assert person.has_ended()
    live.until(lambda: not live.calls())


def test_a_wrong_target_is_refused_and_the_call_goes_on(site: Site, live: Live) -> None:
    live.outside.from_trunk("+33123456789")
    call = live.until(live.calls)[0]["call"]
    answer = site.as_role("administrator").post(f"/live/{call}/transfer", data={"to": "abc"}, follow_redirects=True)
    assert "neither an extension nor a number" in answer.get_data(as_text=True)
    assert live.calls()


def test_a_trial_call_is_placed_to_a_number_of_one_s_own(site: Site, live: Live) -> None:
    browser = site.as_role("engineer")
    assert browser.get("/api/v1/test-calls").get_json() == {"virtual": True}
    answer = browser.post("/api/v1/test-calls", json={"from": "+33611111111", "to": "+33123456789", "hang_up_after": 1})
    assert answer.status_code == 201
    call = answer.get_json()["call"]
    live.until(lambda: [one for one in live.calls() if one["call"] == call])
    live.until(lambda: not live.calls(), within=WITHIN)
    foreign = browser.post("/api/v1/test-calls", json={"from": "+33611111111", "to": "+33199999999"})
    assert foreign.status_code == 422
    assert foreign.get_json()["errors"][0]["field"] == "to"


def test_without_a_controller_the_page_says_so(site: Site, live: Live) -> None:
    assert live.controller
    live.controller.stop()
    live.controller = None
    page = site.as_role("engineer").get("/live")
    assert page.status_code == 200
    assert "No controller answers" in page.get_data(as_text=True)
    assert site.as_role("engineer").get("/api/v1/live-calls").status_code == 503
    with pytest.raises(Away):
        ControlRoom(live.settings).board("martin")
