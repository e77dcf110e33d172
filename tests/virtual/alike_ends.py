"""A controller dies, or an older socket of its call ends. Played by tests/virtual/test_alike.py and tests/real."""

import pytest

from tests.virtual.scene import DIAL, DIGITS, ENDLESS, LONG, LOOP, LOOPED, SLEEP, TONE

RUN_ON = {
    "idle": ([], []),
    "queued": (
        [("set", "a=1"), ("playback", TONE), ("set", "z=1")],
        ["EXECUTE set a=1", "EXECUTE_COMPLETE set a=1", f"EXECUTE playback {TONE}",
         f"EXECUTE_COMPLETE playback {TONE}", "EXECUTE set z=1", "EXECUTE_COMPLETE set z=1"],
    ),
    "playback": (
        [("playback", LONG), ("set", "z=1")],
        [f"EXECUTE playback {LONG}", f"EXECUTE_COMPLETE playback {LONG}", "EXECUTE set z=1",
         "EXECUTE_COMPLETE set z=1"],
    ),
    "collection": (
        [("play_and_get_digits", DIGITS), ("set", "z=1")],
        ["EXECUTE play_and_get_digits", "EXECUTE_COMPLETE play_and_get_digits", "EXECUTE set z=1",
         "EXECUTE_COMPLETE set z=1"],
    ),
    "ringing": (
        [("bridge", DIAL), ("set", "z=1")],
        ["EXECUTE bridge", "BRIDGE", "UNBRIDGE", "EXECUTE_COMPLETE bridge", "EXECUTE set z=1",
         "EXECUTE_COMPLETE set z=1"],
    ),
    "bridged": (
        [("bridge", DIAL), ("set", "z=1")],
        ["EXECUTE bridge", "BRIDGE", "UNBRIDGE", "EXECUTE_COMPLETE bridge", "EXECUTE set z=1",
         "EXECUTE_COMPLETE set z=1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", ["older", "only"])
@pytest.mark.parametrize("phase", RUN_ON)
def test_the_end_of_a_socket_lets_what_runs_and_what_is_queued_run_on(scene, phase, which):
    """Whether it is the call's only socket or an older one: then the park ends, and the call is offered again."""
    scene.call()
    line = old = scene.take()
    old.command("myevents json")
    scene.answer(old)
    if which == "older":
        scene.send_to(old.uuid, scene.there)
        line = scene.take(scene.there.accept())
        line.command("myevents json")
        scene.monitor.await_(lambda: len(_parked(scene, old.uuid)) == 2, "the second park")
    commands, expected = RUN_ON[phase]
    mark = scene.mark()
    keys = [line.start(*one) for one in commands]
    peer = None
    if phase in ("ringing", "bridged"):
        peer = scene.rings()
        if phase == "bridged":
            peer.answers()
            line.event("CHANNEL_BRIDGE")
    elif phase != "queued" and keys:
        line.event("CHANNEL_EXECUTE", Application_UUID=keys[0])
    old.close()
    later = []
    if which == "older" and keys:
        scene.sleep(0.3)
        if phase != "queued":
            line.start("set", "late=1")
            later = ["EXECUTE set late=1", "EXECUTE_COMPLETE set late=1"]
    if phase == "ringing":
        scene.sleep(0.5)
        peer.answers()
        scene.monitor.event("CHANNEL_BRIDGE")
    if peer:
        scene.sleep(0.5)
        peer.hangs_up()
    assert scene.story(old.uuid, mark, SLEEP) == expected + later + LOOP
    again = scene.take()
    assert again.uuid == old.uuid
    assert again.headers.get("variable_z") == ("1" if commands else None)
    if phase == "collection":
        assert again.headers["variable_read_result"] == "failure"


def _parked(scene, uuid):
    return scene.monitor.find("CHANNEL_PARK", {"Unique-ID": uuid})


def test_an_endless_sound_outlives_its_controller_until_it_is_broken(scene):
    """What is queued behind it runs only after the park has ended, but before the dialplan goes on."""
    scene.call()
    line = scene.take()
    line.command("myevents json")
    scene.answer(line)
    mark = scene.mark()
    line.start("playback", ENDLESS)
    line.start("set", "z=1")
    line.event("CHANNEL_EXECUTE", Application="playback")
    line.close()
    scene.sleep(3.0)
    scene.shown(line.uuid, application="playback", application_data=ENDLESS)
    assert scene.here.offered.empty()
    assert scene.monitor.api(f"uuid_break {line.uuid}").startswith("+OK")
    assert scene.story(line.uuid, mark, SLEEP) == [
        f"EXECUTE playback {ENDLESS}", f"EXECUTE_COMPLETE playback {ENDLESS}", "UNPARK", "EXECUTE set z=1",
        "EXECUTE_COMPLETE set z=1", *LOOP[1:],
    ]  # fmt: skip
    assert scene.take().headers["variable_z"] == "1"


def test_a_repeated_sound_outlives_its_controller_too(scene):
    """`loops: -1` begins again and again, until it is broken."""
    scene.call()
    line = scene.take()
    line.command("myevents json")
    scene.answer(line)
    mark = scene.mark()
    line.start("playback", LOOPED, key="again", loops="-1")
    scene.monitor.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="again")
    line.close()
    scene.monitor.await_(lambda: len(scene.monitor.find("CHANNEL_EXECUTE", {"Application-UUID": "again"})) == 4, "more")
    scene.shown(line.uuid, application="playback", application_data=LOOPED)
    assert scene.here.offered.empty()
    assert scene.monitor.api(f"uuid_break {line.uuid}").startswith("+OK")
    story = scene.story(line.uuid, mark, SLEEP)
    assert story[-len(LOOP) :] == LOOP
    assert set(story[: -len(LOOP)]) == {f"EXECUTE playback {LOOPED}", f"EXECUTE_COMPLETE playback {LOOPED}"}


def test_an_endless_sound_ends_when_the_call_is_sent_to_another_controller(scene):
    """And what was queued behind it by the old controller is not lost: it runs under the new one."""
    scene.call()
    line = scene.take()
    line.command("myevents json")
    scene.answer(line)
    line.start("playback", ENDLESS)
    line.event("CHANNEL_EXECUTE", Application="playback")
    scene.send_to(line.uuid, scene.there)
    assert line.event("CHANNEL_EXECUTE_COMPLETE", Application="playback")["Application-Response"] == "PLAYBACK ERROR"
    assert scene.take(scene.there.accept()).uuid == line.uuid
