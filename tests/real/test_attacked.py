"""What phones do in a talk that is only followed from outside, on a real FreeSWITCH."""

from __future__ import annotations

import pytest

from tests.calls.live import Live
from tests.calls.test_bad_days import die
from tests.real.test_calls import live, outside  # noqa: F401
from tests.real.test_transfers import CLAIRE, PREMIUM, answered_by, refer


def attended(live: Live) -> None:  # noqa: F811
    """The controller of a talk is killed; the next one follows the talk."""
    assert live.controller
    die(live.controller)
    live.start()
    live.until(lambda: live.events("attended"), 20)


def test_a_phone_transfers_a_talk_that_is_followed_from_outside(live: Live) -> None:  # noqa: F811
    far = live.outside.trunk(PREMIUM, talks=0.3)
    claire = live.outside.phone("101")
    caller = answered_by(live, claire)
    attended(live)
    refer(claire, claire.calls[0], PREMIUM)
    assert caller.has_ended(30)
    record = live.record()
    assert (far.rung, record.direction, record.transferred_by) == (1, "outbound", CLAIRE)


@pytest.mark.parametrize("order", [1, -1])
def test_a_talk_that_goes_on_with_another_is_not_fetched(live: Live, order: int) -> None:  # noqa: F811
    """As an attended transfer does it: the old talk's end is at once the next one's beginning."""
    live.outside.phone("102")
    claire = live.outside.phone("101")
    caller = answered_by(live, claire)
    attended(live)
    (state,) = live.calls()
    other = live.outside.from_phone("102", "101")
    live.until(lambda: claire.rung == 2)
    second = live.until(lambda: next((call for call in live.calls() if call["from"] == "102"), None))
    live.until(lambda: any(call["talking_to"] and call["uuid"] == second["uuid"] for call in live.calls()))
    live.outside.api(" ".join(["uuid_bridge", *[state["uuid"], second["uuid"]][::order]]))
    assert not caller.has_ended(2)
    assert live.outside.api(f"uuid_getvar {state['uuid']} bridge_uuid").strip() == second["uuid"]
    assert not live.events("adopted")
    other.hangs_up()
    caller.hangs_up()
