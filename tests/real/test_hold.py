"""A phone on hold, by re-INVITE on a real FreeSWITCH: the record tells for how long."""

from __future__ import annotations

import gevent

from tests.calls.live import Live
from tests.outside.real import RealPerson
from tests.real.test_calls import live, outside  # noqa: F401  fixtures


def test_the_time_on_hold_is_on_record(live: Live) -> None:  # noqa: F811
    caller = live.outside.from_trunk("+33123456785")
    assert isinstance(caller, RealPerson)
    assert caller.hears_something()
    say(caller, "sendonly")
    live.until(lambda: live.events("held"))
    gevent.sleep(1.0)  # the time that is measured
    say(caller, "sendrecv")
    live.until(lambda: live.events("resumed"))
    caller.hangs_up()
    assert 0.9 < live.record().hold < 3.0


def say(person: RealPerson, direction: str) -> None:
    """Send a re-INVITE that holds or resumes."""
    sdp = person.agent.sdp.replace("a=sendrecv", f"a={direction}")
    person.call.send("INVITE", f"Contact: {person.agent.contact}", body=sdp)
