"""A caller whose phone sends no sound at all, not even silence: nothing is recorded, and # works."""

from __future__ import annotations

from tests.calls.live import Live
from tests.calls.test_messages import kept, leave, path_and_outcome, tone
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.real.test_messages import live  # noqa: F401  (a fixture)


def test_no_sound_is_no_message_and_the_key_ends_each_try(live: Live) -> None:  # noqa: F811
    caller = leave(live, tries=2)
    for number in (1, 2):
        tone(live)
        live.until(lambda: len([e for e in live.events("command") if e.data["type"] == "record_message"]) == number)  # noqa: B023
        caller.presses("#")
        live.until(lambda: len(live.events("result")) == number)  # noqa: B023
    assert caller.has_ended()
    assert path_and_outcome(live) == (["leave", "no"], "nothing")
    assert [event.data["ended"] for event in live.events("result")] == ["key", "key"]
    assert kept(live) == []
