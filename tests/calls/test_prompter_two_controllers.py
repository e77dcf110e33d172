"""Two controllers, kill -9: the page follows both, ticks reach who has the call, the survivor listens on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from controller.calls.attendants.memory import read
from controller.calls.offer import PROMPTER
from controller.stages import Stages
from controller.terminal import Refused
from tests.calls.processes import Processes
from tests.calls.prompted import ANNE, BERT, CUSTOMER, NUMBER, SLUG, make, says
from tests.calls.speech_stand_in import StandIn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


class Follows:
    """The newest document of each key, as a page has it."""

    def __init__(self, site: Processes, user: str) -> None:
        urls = {name: f"http://127.0.0.1:{process.control_port}" for name, process in site.named.items()}
        self._feed = Stages(lambda: urls, site.settings.control_secret, SLUG, user)
        self.documents: dict[Any, dict[str, Any]] = {}
        self._reader = gevent.spawn(self._read)

    def close(self) -> None:
        self._reader.kill()
        self._feed.close()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.documents.values() if one["type"] == kind]

    def _read(self) -> None:
        while True:
            if one := self._feed.next(5.0):
                key = {"said": "key", "card": "card", "withdrawn": "card", "checklist": "checklist"}.get(one["type"])
                self.documents[one["type"], one["call"], one[key] if key else ""] = one


@pytest.fixture
def both(site: Processes, tmp_path: Path) -> Iterator[tuple[Processes, StandIn]]:
    stand_in = StandIn(site.settings.speech_socket).open()
    site.load(make(tmp_path / "prompted"))
    site.outside.phone("201", SLUG)
    site.start("a", "b")
    yield site, stand_in
    stand_in.close()


def test_the_survivor_listens_on(both: tuple[Processes, StandIn]) -> None:
    site, speech = both
    caller = site.outside.from_trunk(NUMBER)
    before = speech.next(20)
    page, other = Follows(site, ANNE), Follows(site, BERT)
    try:
        site.until(lambda: page.of("call"))
        [call] = page.of("call")
        says(before, CUSTOMER, "tell me once")
        site.until(lambda: page.of("card"))
        [live] = site.calls()
        has, has_not = live["controller"], "b" if live["controller"] == "a" else "a"
        path = f"/v1/calls/{call['call']}/prompter/tick?subscriber={SLUG}"
        wish = {"user": ANNE, "checklist": "manners", "step": "greet"}
        assert site[has_not].control.ask("POST", path, wish)["step"] == "greet"  # passed on
        site.until(lambda: page.of("checklist")[0]["adherence"] > 0)
        with pytest.raises(Refused) as refused:
            site[has_not].control.ask("POST", path, wish | {"user": BERT})
        assert refused.value.status == 404
        site.until(lambda: (one := read(site.outside.api(f"uuid_getvar {live['uuid']} {PROMPTER}"))) and one.ticked)
        site[has].kill()
        after = speech.next(40)
        says(after, CUSTOMER, "tell me once")
        says(after, CUSTOMER, "I want a refund", 3.0)
        site.until(lambda: any(one["rule"] == "refund" for one in page.of("card")), 20)
        assert [one["rule"] for one in page.of("card")].count("told twice") == 1
        assert max(one["card"] for one in page.of("card")) == 2
        assert [step["at"] is not None for step in page.of("checklist")[0]["steps"]] == [True, False]
        assert page.of("call")[0]["call"] == call["call"]
        assert not caller.has_ended(0)
        caller.hangs_up()
        site.until(lambda: page.of("call")[0]["state"] == "over")
        assert other.documents == {}
        site.until(lambda: list(site.settings.tap_dir.iterdir()) == [], 20)
    finally:
        page.close()
        other.close()
