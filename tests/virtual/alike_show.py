"""What `show channels` tells in each phase of a call. Played by tests/virtual/test_alike.py and tests/real."""

from tests.virtual.scene import DIAL, DIGITS, ENDLESS, NUMBER, PEER, TONE


def test_show_channels_in_each_phase(scene):
    """`application` is what was executed last, even when it has ended; `call_uuid` is empty until the first bridge."""
    caller = scene.call()
    line = scene.first()
    hosts = [scene.address(one) for one in scene.controllers]
    hosts = hosts if scene.here is scene.controllers[0] else hosts[::-1]
    [uuid] = scene.rows() or [line.command("connect")["Unique-ID"]]
    loop = {"context": "souffleur", "state": "CS_EXECUTE", "direction": "inbound"}
    row = scene.shown(uuid, application="socket", application_data=f"{'|'.join(hosts)} async full")
    assert row == row | loop | {"dest": "souffleur_offer", "callstate": "RINGING", "call_uuid": ""}
    assert (row["initial_dest"], row["initial_context"]) == (NUMBER, "public")
    assert row["name"].startswith("sofia/external/+33611111111@")
    assert row["created_epoch"].isdigit()
    if not getattr(line, "headers", None):
        scene.take(line)
    line.command("myevents json")
    line.execute("set", "a=b")
    assert scene.shown(uuid, application="set", application_data="a=b")["callstate"] == "RINGING"
    scene.answer(line)
    scene.shown(uuid, application="answer", application_data="", callstate="ACTIVE")
    line.execute("playback", TONE)
    scene.sleep(0.6)  # it has ended
    scene.shown(uuid, application="playback", application_data=TONE, callstate="ACTIVE")
    line.execute("play_and_get_digits", DIGITS)
    scene.sleep(0.6)
    row = scene.shown(uuid, application="play_and_get_digits", application_data=DIGITS)
    assert row == row | loop | {"dest": "souffleur_offer", "callstate": "ACTIVE", "call_uuid": ""}
    _bridge(scene, line, uuid, loop)
    line.start("playback", ENDLESS)
    scene.shown(uuid, application="playback", application_data=ENDLESS, callstate="ACTIVE")
    scene.monitor.api(f"uuid_break {uuid} all")
    scene.sleep(0.6)
    scene.shown(uuid, application="playback", application_data=ENDLESS, callstate="ACTIVE")
    for one in scene.controllers:
        one.deaf()
    line.close()
    scene.shown(uuid, application="sleep", application_data="1000", dest="souffleur_offer")
    row = scene.shown(uuid, application="sleep", application_data="1000", dest="souffleur_again")
    assert row == row | loop | {"callstate": "ACTIVE", "call_uuid": uuid}
    caller.hangs_up()
    scene.monitor.event("CHANNEL_DESTROY", Unique_ID=uuid)
    scene.sleep(0.6)
    assert scene.rows() == {}


def _bridge(scene, line, uuid, loop):
    line.start("bridge", DIAL)
    peer = scene.rings()
    row = scene.shown(uuid, application="bridge", application_data=DIAL, callstate="RING_WAIT")
    assert row["call_uuid"] == ""
    [leg] = scene.rows().keys() - {uuid}
    row = scene.shown(leg, state="CS_CONSUME_MEDIA", callstate="RINGING")
    known = {"direction": "outbound", "dest": PEER, "context": "souffleur", "call_uuid": uuid}
    assert row["application"] in ("", "execute_extension")
    assert {name: row[name] for name in known} == known
    peer.answers()
    row = scene.shown(uuid, application="bridge", callstate="ACTIVE", call_uuid=uuid)
    assert row == row | loop
    row = scene.shown(leg, state="CS_EXCHANGE_MEDIA", callstate="ACTIVE")
    assert {name: row[name] for name in known} == known
    peer.hangs_up()
    line.event("CHANNEL_UNBRIDGE")
    scene.sleep(0.6)
    assert leg not in scene.rows()
    scene.shown(uuid, application="bridge", callstate="ACTIVE", call_uuid=uuid)


def test_only_set_and_multiset_expand_variables(scene):
    """app_disable_expand_variables of our configuration: the core leaves every argument as it was sent."""
    scene.call()
    line = scene.take()
    line.command("myevents json")
    for application, argument in (
        ("set", "e=<${souffleur_dialled}>"), ("export", "f=${uuid}"), ("multiset", "g=${uuid} h=1"),
        ("set", "n=${nosuch}"),
    ):  # fmt: skip
        assert line.execute(application, argument)["Application-Data"] == argument
    known = [line.api(f"uuid_getvar {line.uuid} {name}") for name in "efghn"]
    assert known == [f"<{NUMBER}>", "${uuid}", line.uuid, "1", "_undef_"]
