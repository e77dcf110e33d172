"""Applications where the recordings leave something open: files, keys, queues, failures."""

import wave

import pytest

from controller.virtual import VirtualSwitch
from controller.virtual.media import ENDLESS, duration


@pytest.fixture
def offer(controller, switch):
    """An answered call; its caller is `offer.caller`."""
    caller = switch.call()
    line = controller.offer()
    line.caller = caller
    line.execute("answer")
    return line


def write(path, seconds, rate=8000):
    with path.open("wb") as file, wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(b"\x00\x00" * int(seconds * rate))
    return str(path)


def test_a_sound_lasts_as_long_as_its_header_says(tmp_path):
    assert duration(write(tmp_path / "a.wav", 1.5)) == 1.5
    assert duration(write(tmp_path / "b.wav", 2.0, 16000)) == 2.0
    assert duration("a.wav", str(tmp_path)) == 1.5
    assert duration("tone_stream://%(300,100,440);loops=2") == 0.8
    assert duration("tone_stream://%(1000,0,300);loops=-1") == ENDLESS
    assert duration("silence_stream://250") == 0.25
    assert duration("silence_stream://-1") == ENDLESS
    assert duration("local_stream://moh", streams=frozenset({"moh"})) == ENDLESS
    assert duration("local_stream://other", streams=frozenset({"moh"})) is None
    assert duration(f"file_string://{tmp_path}/a.wav!silence_stream://500!/nowhere.wav") == 2.0
    assert duration("file_string:///nowhere.wav") is None
    assert duration("/nowhere.wav") is None


def test_a_file_plays_its_time_on_the_switch_s_clock(offer, tmp_path):
    path = write(tmp_path / "hello.wav", 3.0)
    event = offer.execute("playback", path)
    assert event["Application-Response"] == "FILE PLAYED"
    assert event["variable_playback_ms"] == "3000"
    start, stop = (offer.caller.wait(name).time for name in ("PLAYBACK_START", "PLAYBACK_STOP"))
    assert 3.0 <= stop - start < 3.5
    assert offer.caller.heard == [path]


@pytest.mark.parametrize(
    ("keys", "argument", "result", "digits"),
    [
        ("123", "3 3 1 3000 # {prompt} {bad} x \\d+ 1500", "success", "123"),
        ("42#", "1 5 1 3000 # {prompt} {bad} x \\d+ 1500", "success", "42"),
        ("9", "1 5 1 3000 # {prompt} {bad} x \\d+ 800", "timeout", "9"),
        ("", "1 1 1 1000 # {prompt} {bad} x \\d", "failure", None),
        ("12", "4 4 1 1500 # {prompt} {bad} x \\d+ 700", "failure", "12"),
        ("5", "1 1 1 1000 # {prompt} {bad} x [12]", "success", None),
        ("#", "0 4 1 1500 # {prompt} {bad} x \\d* 700", "success", None),
    ],
)
def test_a_collection_ends_in_each_of_its_ways(offer, keys, argument, result, digits):
    offer.caller.waits_for("PLAYBACK_START").presses(keys)
    text = argument.format(prompt="tone_stream://%(400,0,440)", bad="silence_stream://100")
    event = offer.execute("play_and_get_digits", text)
    assert event.get("variable_read_result") == result
    assert event.get("variable_x") == digits
    assert event.get("variable_x_invalid") == ("5" if keys == "5" else None)


def test_a_missing_prompt_ends_the_collection_without_a_result(offer):
    event = offer.execute("play_and_get_digits", "1 1 1 1500 # /nowhere.wav silence_stream://100 x \\d")
    assert "variable_read_result" not in event
    assert "variable_x" not in event


@pytest.mark.parametrize(("between", "digits"), [((), "4"), (("flush_dtmf",), None)])
def test_a_key_that_ends_a_sleep_leaks_into_the_next_collection_unless_flushed(offer, between, digits):
    nap = offer.start("sleep", "5000")
    for application in between:
        offer.start(application)
    key = offer.start("read", "1 1 silence_stream://50 x 1000 #")
    offer.event("CHANNEL_EXECUTE", Application_UUID=nap)
    offer.caller.presses("4")
    assert offer.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=key).get("variable_x") == digits


def test_a_command_without_a_lock_runs_inside_the_one_in_progress_which_then_goes_on(offer):
    outer = offer.start("playback", "tone_stream://%(1000,0,440)", lock=False)
    offer.event("PLAYBACK_START")
    inner = offer.start("playback", "tone_stream://%(1000,0,880)", lock=False)
    offer.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=outer)
    done = [one["Application-UUID"] for one in offer.find("CHANNEL_EXECUTE_COMPLETE", {"Application": "playback"})]
    assert done == [inner, outer]
    times = [one.time for one in offer.caller.events if one.name in ("PLAYBACK_START", "PLAYBACK_STOP")]
    assert 2.0 <= times[-1] - times[0] < 2.5


def test_break_all_throws_queued_commands_away_without_any_event(offer):
    first = offer.start("playback", "tone_stream://%(9000,0,300)")
    dropped = [offer.start("playback", "tone_stream://%(9000,0,300)") for _ in range(2)]
    offer.event("PLAYBACK_START")
    assert offer.api(f"uuid_break {offer.uuid} all") == "+OK\n"
    assert offer.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=first)["Application-Response"] == "FILE PLAYED"
    assert offer.event("PLAYBACK_STOP")["Playback-Status"] == "break"
    offer.execute("set", "next=1")
    assert not [key for key in dropped if offer.find("CHANNEL_EXECUTE", {"Application-UUID": key})]


def test_variables_in_an_argument_are_put_in_once_and_functions_yield_nothing(offer):
    offer.execute("set", "a=one")
    offer.execute("set", "b=$" + "{a}")
    event = offer.execute("set", "c=<${b}|${system(touch x)}>")
    assert event["Application-Data"] == "c=<${b}|${system(touch x)}>"
    assert event["variable_c"] == "<one|>"


def test_an_unknown_application_hangs_up_without_an_event_of_its_own(offer):
    offer.start("no_such_application", key="odd")
    assert offer.event("CHANNEL_HANGUP_COMPLETE")["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"
    assert not offer.find("CHANNEL_EXECUTE", {"Application-UUID": "odd"})


def test_a_recording_is_as_long_as_the_caller_stayed(offer, tmp_path):
    path = tmp_path / "message.wav"
    offer.caller.says(write(tmp_path / "speech.wav", 2.0))
    event = offer.execute("record", f"{path} 20 200 1")
    assert 2700 < int(event["variable_record_ms"]) < 9000  # ten times the wall clock, on a busy machine
    assert duration(str(path)) == pytest.approx(int(event["variable_record_ms"]) / 1000, abs=0.5)
    event = offer.execute("record_session", f"{tmp_path}/new/call.wav")
    offer.execute("stop_record_session", f"{tmp_path}/new/call.wav")
    assert (tmp_path / "new" / "call.wav").exists()


def test_the_outcome_of_a_bridge_stays_until_the_next(controller, switch, offer):
    switch.callee("101", busy=True)
    switch.callee("102", no_answer=True)
    switch.callee("103", hangs_up_after=0.5)
    assert offer.execute("bridge", "user/101@pbx.localhost")["variable_DIALSTATUS"] == "BUSY"
    assert offer.execute("bridge", "user/999")["variable_originate_disposition"] == "USER_NOT_REGISTERED"
    event = offer.execute("bridge", "{originate_timeout=3}user/102")
    assert event["variable_originate_disposition"] == "NO_ANSWER"
    assert event["variable_last_bridge_hangup_cause"] == "NO_ANSWER"
    event = offer.execute("bridge", "{a=1}user/101|[b=2]user/103@pbx.localhost")
    assert event["variable_originate_disposition"] == "SUCCESS"
    assert event["variable_bridge_hangup_cause"] == "NORMAL_CLEARING"
    assert switch.callees["103"].calls[0].channel.get("b") == "2"
    assert switch.callees["103"].calls[0].channel.get("a") == "1"


def test_the_first_to_answer_wins_and_the_others_lose_the_race(controller, switch, offer):
    switch.callee("101", answers_after=2.0)
    switch.callee("102", answers_after=0.5, hangs_up_after=0.3)
    offer.execute("bridge", "user/101,user/102")
    assert switch.callees["101"].calls[0].cause == "LOSE_RACE"
    assert switch.callees["102"].calls[0].cause == "NORMAL_CLEARING"


def test_keys_pass_through_a_bridge_both_ways(controller, switch, offer):
    callee = switch.callee("101", presses="7", presses_after=0.2)
    offer.start("bridge", "user/101")
    offer.event("CHANNEL_BRIDGE")
    offer.caller.presses("5").wait("DTMF", dtmf_digit="5")
    callee.calls[0].wait("DTMF", dtmf_digit="7")
    assert (callee.calls[0].keys_heard, offer.caller.keys_heard) == ("5", "7")
    callee.calls[0].hangs_up()
    offer.event("CHANNEL_UNBRIDGE")


def test_a_gateway_that_is_not_there_cannot_be_called(controller):
    with VirtualSwitch(offer=("127.0.0.1", controller.port), speed=10, gateways={"acme"}) as switch:
        switch.callee("+33199999999", hangs_up_after=0.1)
        switch.call()
        offer = controller.offer()
        event = offer.execute("bridge", "sofia/gateway/other/+33199999999")
        assert event["variable_originate_disposition"] == "INVALID_GATEWAY"
        event = offer.execute("bridge", "sofia/gateway/acme/+33199999999")
        assert event["variable_originate_disposition"] == "SUCCESS"


@pytest.mark.parametrize("after", ["", "park_after_bridge=true", "transfer_after_bridge=souffleur_again:XML:souffleur"])
def test_uuid_bridge_takes_two_channels_out_of_what_they_do(controller, switch, offer, after):
    """07a, 05_uuidbridge_*: the caller's sound ends, the two talk; what follows is the caller's variable's to say."""
    agent = switch.callee("101")
    if after:
        offer.execute("set", after)
    line = controller.inbound(switch)
    body = line.api("originate user/101 &park")
    key = offer.start("playback", "local_stream://moh")
    offer.event("PLAYBACK_START")
    leg = agent.calls[0]
    assert line.api(f"uuid_bridge {offer.uuid} {leg.uuid}") == f"+OK {leg.uuid}\n"
    assert body == f"+OK {leg.uuid}\n"
    assert offer.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=key)["Application-Response"] == "PLAYBACK ERROR"
    assert offer.event("CHANNEL_BRIDGE")["Other-Leg-Unique-ID"] == leg.uuid
    leg.hangs_up()
    offer.event("CHANNEL_UNBRIDGE")
    if after.startswith("park"):
        offer.event("CHANNEL_PARK")
        offer.execute("playback", "tone_stream://%(100,0,440)")
        assert controller.nothing_offered(0.3)
    else:
        again = controller.offer()
        assert again.uuid == offer.uuid
        assert ("variable_controller_lost" in again.headers) == (not after)
