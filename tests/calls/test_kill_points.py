"""A controller dies at an exact point of a command, for every kind of command; the next one walks on, and nothing is
done twice that must not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from controller.calls.walker import Walker
from controller.flow.nodes.collect import Collect
from tests.calls import houses_made
from tests.calls.houses_made import NUMBERS
from tests.calls.live import Live, free_port, running
from tests.calls.shop import Shop
from tests.calls.test_bad_days import die
from tests.outside.virtual import SPEED, VirtualOutside

NODES = {"say": "read", "menu": "choose", "collect": "enter", "bridged": "ring", "http": "ask"}
POINTS = {
    "before the checkpoint": ("checkpoint", True),
    "after the checkpoint, before it is sent": ("checkpoint", False),
    "after its result": ("_note_result", True),
}
ENDS = {
    "say": ["read", "end"],
    "menu": ["choose", "two", "end"],
    "collect": ["enter", "check", "right", "end"],
    "bridged": ["ring", "after", "end"],
}


class Death:
    """Ends the controller when a call comes to a point in a node, once."""

    def __init__(self, live: Live, node: str, method: str, before: bool, patch: pytest.MonkeyPatch) -> None:
        self.armed = True
        self.struck = gevent.event.Event()
        original: Callable[..., Any] = getattr(Walker, method)

        def trapped(walker: Walker, *arguments: Any) -> Any:
            if self.armed and walker.walk is not None and walker.walk.here.node == node:
                self.armed = False
                if not before:
                    original(walker, *arguments)
                assert live.controller
                die(live.controller)
                self.struck.set()
                raise gevent.GreenletExit
            return original(walker, *arguments)

        patch.setattr(Walker, method, trapped)


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    made.answers.set()
    yield made
    made.close()


@pytest.fixture
def live(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Live]:
    """As elsewhere; who talks does so on a clock that the dialplan's waiting fits, else a talk ends before it began."""
    talks = getattr(request.node, "callspec", None) and request.node.callspec.params["phase"] == "bridged"
    offer = free_port()
    with running(VirtualOutside(offer, speed=1.0 if talks else SPEED), tmp_path, offer, free_port()) as here:
        yield here


@pytest.mark.parametrize("point", list(POINTS))
@pytest.mark.parametrize("phase", list(NODES))
def test_it_dies_at_a_point(
    live: Live, shop: Shop, tmp_path: Path, phase: str, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.load(houses_made.make(tmp_path / "houses", shop.url))
    phone = live.outside.phone("202", "secours", talks=4.0)
    death = Death(live, NODES[phase], *POINTS[point], monkeypatch)
    caller = live.outside.from_trunk(NUMBERS[phase])
    if phase in ("menu", "collect") and point == "after its result":
        assert caller.hears_something()
        caller.presses({"menu": "2", "collect": "1234"}[phase])
    assert death.struck.wait(20)
    live.start()
    if phase in ("menu", "collect") and point != "after its result":
        live.until(lambda: any(call["doing"] == "Collect" for call in live.calls()), 20)
        assert caller.hears_something()
        caller.presses({"menu": "2", "collect": "1234"}[phase])
    assert caller.has_ended(40)
    record = live.record(within=20)
    # Nobody knows of a request whether it was sent, unless its answer was noted.
    expected = ENDS.get(phase, ["ask", "tell", "end"])
    assert (live.path(record), record.problem, record.source) == (expected, "", "controller")
    assert len(live.records()) == 1
    if phase == "bridged":
        assert (phone.rung, record.disposition) == (1, "answered")
        assert record.talk > 0
    assert list(shop.keys.values()) == ([1] if phase == "http" else [])


def test_a_node_whose_code_changed_starts_again(
    live: Live, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rolling upgrade: what the old code had heard means nothing to the new one, the rest of the call goes on."""
    live.load(houses_made.make(tmp_path / "houses", shop.url))
    caller = live.outside.from_trunk(NUMBERS["collect"])
    assert caller.hears_something()
    live.reaches("enter")
    assert live.controller
    die(live.controller)
    caller.presses("1234")
    monkeypatch.setattr(Collect, "revision", Collect.revision + 1)
    live.start()
    live.until(lambda: any(call["doing"] == "Collect" for call in live.calls()), 20)
    assert caller.hears_something()
    caller.presses("1234")
    assert caller.has_ended(30)
    record = live.record(within=20)
    assert live.path(record) == ["enter", "check", "right", "end"]
    asked = [event for event in live.events("command") if event.data["type"] == "collect"]
    assert asked[-1].sequence > 100_000  # asked again by the second controller, though four digits were there
