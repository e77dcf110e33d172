"""Scripted people: what they do in order, what they hear, what a test may ask of them."""

import pytest

from controller.virtual.__main__ import arguments, switch_for


def test_a_script_waits_for_what_it_hears_and_is_done_in_order(controller, switch):
    caller = switch.call()
    caller.waits_for("PLAYBACK_START", playback_file_path="tone_stream://%(9000,0,2)").presses("12", gap=0.5).hangs_up(
        after=1.0
    )
    line = controller.offer()
    line.execute("answer")
    line.execute("playback", "tone_stream://%(300,0,1)")
    line.start("play_and_get_digits", "1 2 1 3000 # tone_stream://%(9000,0,2) silence_stream://100 d \\d+ 2000")
    assert caller.ended.wait(5)
    assert caller.cause == "NORMAL_CLEARING"
    assert caller.heard == ["tone_stream://%(300,0,1)", "tone_stream://%(9000,0,2)"]
    keys = [one for one in caller.events if one.name == "DTMF"]
    assert [one.headers["DTMF-Digit"] for one in keys] == ["1", "2"]
    assert 0.5 <= keys[1].time - keys[0].time < 0.9
    hung_up = next(one for one in caller.events if one.name == "CHANNEL_HANGUP")
    assert 0.9 < hung_up.time - keys[1].time < 1.5


def test_waiting_goes_on_after_the_event_it_found(controller, switch):
    caller = switch.call()
    line = controller.offer()
    line.execute("answer")
    line.execute("set", "a=1")
    line.execute("set", "b=2")
    first = caller.wait("CHANNEL_EXECUTE", application_data="a=1")
    second = caller.wait("CHANNEL_EXECUTE", application="set")
    assert (first.headers["Application-Data"], second.headers["Application-Data"]) == ("a=1", "b=2")
    assert first.time <= second.time
    assert caller.wait(lambda one: one.headers.get("Application-Data") == "b=2").name == "CHANNEL_EXECUTE_COMPLETE"
    with pytest.raises(TimeoutError, match="DTMF"):
        caller.wait("DTMF", timeout=0.05)


def test_hanging_up_has_the_cause_of_the_moment(controller, switch):
    early, late, odd = switch.call(), switch.call(), switch.call()
    for _ in range(3):
        line = controller.offer()
        if line.uuid == late.uuid:
            line.execute("answer")
    for caller, cause in ((early, ""), (late, ""), (odd, "CALL_REJECTED")):
        caller.hangs_up(cause)
        assert caller.ended.wait(5)
    assert [early.cause, late.cause, odd.cause] == ["ORIGINATOR_CANCEL", "NORMAL_CLEARING", "CALL_REJECTED"]
    assert early.channel.get("proto_specific_hangup_cause") == "sip:487"


def test_a_callee_can_be_found_by_extension_by_address_or_by_the_star(controller, switch):
    switch.callee("101", busy=True)
    switch.callee("*", status=404)
    line = controller.inbound(switch)
    assert line.api("originate user/101@pbx.localhost &park") == "-ERR USER_BUSY\n"
    assert line.api("originate sofia/gateway/any/+33187654321 &park") == "-ERR UNALLOCATED_NUMBER\n"
    switch.callee("+33187654321", answers_after=0.1)
    assert line.api("originate sofia/gateway/any/+33187654321 &park").startswith("+OK ")


def test_the_same_extension_of_two_domains_is_two_people(controller, switch):
    ours, theirs = switch.callee("101@ours.pbx.localhost"), switch.callee("101@theirs.pbx.localhost")
    line = controller.inbound(switch)
    assert line.api("originate user/101@theirs.pbx.localhost &park").startswith("+OK ")
    assert line.api("originate user/101@others.pbx.localhost &park") == "-ERR USER_NOT_REGISTERED\n"
    assert (len(ours.calls), len(theirs.calls)) == (0, 1)


def test_an_originated_callee_hears_what_is_played_to_it(controller, switch):
    callee = switch.callee("101")
    body = controller.inbound(switch).api("originate user/101 &playback(tone_stream://%(200,0,440))")
    party = callee.calls[0]
    assert body == f"+OK {party.uuid}\n"
    assert party.ended.wait(5)
    assert party.heard == ["tone_stream://%(200,0,440)"]
    assert switch.party(party.uuid) is None


def test_the_command_line_makes_a_switch_with_its_people(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    options = arguments(
        [
            "--listen",
            "127.0.0.1:0",
            "--offer",
            "127.0.0.1:1",
            "--offer",
            ":2",
            "--password-file",
            str(secret),
            "--busy",
            "9",
            "--cdr-dir",
            str(tmp_path / "cdr"),
        ]
    )
    with switch_for(options) as switch:
        assert switch.esl_password == "s3cret"
        assert switch.offers == "127.0.0.1:1|127.0.0.1:2"
        assert switch.find_callee("9").status == 486
        assert switch.find_callee("anything").answers_after == 3.0
        assert switch.port > 0
        assert (tmp_path / "cdr").is_dir()
