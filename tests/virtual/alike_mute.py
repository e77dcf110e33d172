"""An offer that is accepted by a process that says nothing. Played by tests/virtual/test_alike.py and tests/real."""

import pytest

from tests.virtual.scene import LOOP, SLEEP


def test_a_mute_controller_loses_its_call_at_once_and_may_still_connect(scene):
    """Transferred while nobody connects: offered at once; a late `connect` is answered, and its socket commands."""
    scene.call()
    mute = scene.first()
    uuid = scene.monitor.event("CHANNEL_EXECUTE", Application="socket")["Unique-ID"]
    mark = scene.mark()
    scene.send_to(uuid, scene.there)
    line = scene.take(scene.there.accept())
    assert line.uuid == uuid
    line.command("myevents json")
    scene.answer(line)
    head = ["PARK", "UNPARK", "EXECUTE_COMPLETE socket", "EXECUTE socket", "PARK"]
    assert scene.story(uuid, mark, "answer") == head
    late = mute.command("connect")
    assert late["Unique-ID"] == uuid
    assert late["Caller-Destination-Number"] == f"souffleur_at_{scene.address(scene.there)}"
    assert late["variable_current_application"] == "answer"
    mute.start("set", "x=late")
    for one in (line, scene.monitor):
        one.event("CHANNEL_EXECUTE_COMPLETE", Application="set", Application_Data="x=late")
    mark = scene.mark()
    mute.close()
    assert scene.story(uuid, mark, SLEEP) == LOOP
    again = scene.take()
    assert (again.uuid, again.headers["variable_x"]) == (uuid, "late")
    assert again.headers["variable_controller_lost"] == "true"


def test_an_offer_that_ends_before_connect_leaves_the_call_parked(scene):
    scene.call()
    line = scene.first()
    uuid = scene.monitor.event("CHANNEL_EXECUTE", Application="socket")["Unique-ID"]
    line.close()
    scene.monitor.event("CHANNEL_PARK", Unique_ID=uuid)
    scene.sleep(2.5)
    scene.shown(uuid, application="socket", dest="souffleur_offer")
    assert scene.here.offered.empty()
    scene.send_to(uuid, scene.there)
    assert scene.take(scene.there.accept()).uuid == uuid


@pytest.mark.slow
def test_after_25_seconds_a_mute_socket_is_closed_and_ends_whatever_park_the_call_is_in(scene):
    """The rescued call is offered again; one that nobody rescued stays parked for ever."""
    scene.call()
    mute = scene.first()
    rescued = scene.monitor.event("CHANNEL_EXECUTE", Application="socket")["Unique-ID"]
    scene.send_to(rescued, scene.there)
    line = scene.take(scene.there.accept())
    line.command("myevents json")
    scene.answer(line)
    left, lost = _another_call(scene, rescued)
    mark = scene.mark()
    assert _ends(scene, mute)
    assert [row["notice"] for row in mute.rows] == ["disconnect"]
    assert scene.story(rescued, mark, SLEEP) == LOOP
    again = scene.take()
    assert again.uuid == rescued
    assert _ends(scene, left)
    scene.monitor.event("CHANNEL_PARK", Unique_ID=lost)
    scene.sleep(3.0)
    scene.shown(lost, application="socket", callstate="RINGING")
    assert all(one.offered.empty() for one in scene.controllers)
    scene.send_to(lost, scene.here)
    assert scene.take(scene.here.accept()).uuid == lost


def _another_call(scene, known):
    scene.call()
    line = scene.first()
    scene.monitor.await_(lambda: {*_offered(scene)} - {known}, "the other call")
    [other] = {*_offered(scene)} - {known}
    return line, other


def _offered(scene):
    return [one["Unique-ID"] for one in scene.monitor.find("CHANNEL_EXECUTE", {"Application": "socket"})]


def _ends(scene, line):
    for _ in range(60):
        if not line.open:
            return True
        scene.sleep(0.5)
    return False
