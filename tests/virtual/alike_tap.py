"""What is said and played, read from a recording while it grows; and keys while something plays or nothing does.

Played by tests/virtual/test_alike.py and tests/real/test_tap.py.
"""

import math
import struct
import wave

import pytest

from tests.virtual.scene import DIAL

AT_ONCE = "enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=0"
ROBOT, BOTH = f"{{{AT_ONCE},RECORD_READ_ONLY=true}}", f"{{{AT_ONCE},RECORD_STEREO=true}}"
PLAYED = "tone_stream://%(8000,0,440)"
SAID, FAR = 1000, 1700  # Hz


def tone(folder, pitch, seconds=6.0):
    file = folder / f"{pitch}.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        steps = range(int(8000 * seconds))
        sound.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(math.tau * pitch * n / 8000))) for n in steps))
    return str(file)


def loudness(samples, pitch):
    """How loud a pitch is in the last quarter of a second: 0 to 1 of the amplitude that the tones here have."""
    last = samples[-2000:]
    turn = [math.tau * pitch * n / 8000 for n in range(len(last))]
    real = sum(one * math.cos(angle) for one, angle in zip(last, turn, strict=True))
    imaginary = sum(one * math.sin(angle) for one, angle in zip(last, turn, strict=True))
    return 2 * math.hypot(real, imaginary) / len(last) / 8000


def heard(file, pitches, ways=1):
    """Which of the pitches each way holds at the end of the file."""
    data = file.read_bytes()
    samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
    samples = samples[: len(samples) // ways * ways]
    return [[pitch for pitch in pitches if loudness(samples[way::ways], pitch) > 0.2] for way in range(ways)]


@pytest.fixture
def call(scene):
    """A caller who was answered, and the controller's connection."""
    caller = scene.call()
    line = scene.take()
    line.command("myevents json")
    line.command("event json RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP")
    scene.answer(line)
    return caller, line


def grows(scene, file, past):
    waited = 0.0
    while not file.exists() or file.stat().st_size < past:
        scene.sleep(0.02)
        waited += 0.02
        assert waited < 5.0, f"{file.stat().st_size if file.exists() else 'no'} bytes"


def test_a_tap_of_one_side_holds_what_the_caller_says_and_not_what_is_played(scene, call, tmp_path):
    caller, line = call
    file = tmp_path / "deep" / "down" / "one.raw"
    assert line.api(f"uuid_record {line.uuid} start {file} 0 {ROBOT}") == "+OK Success\n"
    line.start("playback", PLAYED)
    caller.says(tone(tmp_path, SAID))
    grows(scene, file, 16000)
    assert heard(file, (440, SAID)) == [[SAID]]
    before = file.stat().st_size
    scene.sleep(1.0)
    assert 10000 < file.stat().st_size - before < 24000  # 16000 a second, as it is spoken
    caller.is_silent()
    grows(scene, file, file.stat().st_size + 12000)
    assert heard(file, (440, SAID)) == [[]]


def test_a_tap_of_both_sides_has_the_caller_left_and_what_is_played_right(scene, call, tmp_path):
    caller, line = call
    file = tmp_path / "both.raw"
    assert line.api(f"uuid_record {line.uuid} start {file} 0 {BOTH}") == "+OK Success\n"
    line.start("playback", PLAYED)
    caller.says(tone(tmp_path, SAID))
    grows(scene, file, 32000)
    assert heard(file, (440, SAID), ways=2) == [[SAID], [440]]
    assert line.api(f"uuid_break {line.uuid} all") == "+OK\n"
    line.event("PLAYBACK_STOP", Playback_Status="break")
    grows(scene, file, file.stat().st_size + 24000)
    assert heard(file, (440, SAID), ways=2) == [[SAID], []]


def test_two_people_who_talk_are_left_and_right(scene, call, tmp_path):
    caller, line = call
    line.start("bridge", DIAL)
    callee = scene.rings()
    callee.answers()
    line.event("CHANNEL_BRIDGE")
    file = tmp_path / "talk.raw"
    assert line.api(f"uuid_record {line.uuid} start {file} 0 {BOTH}") == "+OK Success\n"
    caller.says(tone(tmp_path, SAID))
    callee.says(tone(tmp_path, FAR))
    grows(scene, file, 48000)
    assert heard(file, (FAR, SAID), ways=2) == [[SAID], [FAR]]


def test_several_taps_of_one_call(scene, call, tmp_path):
    caller, line = call
    one, two = tmp_path / "one.raw", tmp_path / "two.raw"
    for file, options in ((one, ROBOT), (two, BOTH)):
        assert line.api(f"uuid_record {line.uuid} start {file} 0 {options}") == "+OK Success\n"
    caller.says(tone(tmp_path, SAID))
    for file in (one, two):
        grows(scene, file, 32000)
    assert heard(one, (440, SAID)) == [[SAID]]
    assert heard(two, (440, SAID), ways=2) == [[SAID], []]


def test_a_tap_that_is_stopped_grows_no_more(scene, call, tmp_path):
    _caller, line = call
    file = tmp_path / "one.raw"
    line.api(f"uuid_record {line.uuid} start {file} 0 {ROBOT}")
    line.event("RECORD_START", Record_File_Path=str(file))
    assert line.api(f"uuid_record {line.uuid} start {file} 0 {ROBOT}") == "+OK Success\n"  # the one that runs goes on
    grows(scene, file, 3200)
    assert line.api(f"uuid_record {line.uuid} stop {file}") == "+OK Success\n"
    line.event("RECORD_STOP", Record_File_Path=str(file))
    size = file.stat().st_size
    scene.sleep(0.3)
    assert file.stat().st_size == size
    assert line.api(f"uuid_record {line.uuid} stop {file}") == "-ERR Cannot stop record session!\n"


def test_a_tap_ends_with_its_call_and_at_its_limit(scene, call, tmp_path):
    caller, line = call
    short, long = tmp_path / "short.raw", tmp_path / "long.raw"
    line.api(f"uuid_record {line.uuid} start {short} 2 {ROBOT}")
    line.api(f"uuid_record {line.uuid} start {long} 60 {ROBOT}")
    line.event("RECORD_STOP", Record_File_Path=str(short))
    assert 12000 < short.stat().st_size < 40000  # whole seconds of the wall clock: 2 lasts from 1 to 2
    caller.hangs_up()
    line.event("RECORD_STOP", Record_File_Path=str(long))
    assert long.stat().st_size >= short.stat().st_size


def test_a_file_that_cannot_be_opened_is_refused(scene, call, tmp_path):
    _caller, line = call
    (tmp_path / "file").write_text("")
    reply = line.api(f"uuid_record {line.uuid} start {tmp_path}/file/x.raw 0 {ROBOT}")
    assert reply == "-ERR Cannot record session!\n"


# --- keys ----------------------------------------------------------------------------------------------------------


def keys(line):
    return "".join(event["DTMF-Digit"] for event in line.find("DTMF", {}))


def test_keys_come_as_events_once_while_something_plays(scene, call):
    """And they are gone then: a collection that follows does not get them."""
    caller, line = call
    playing = line.start("playback", PLAYED)
    line.event("PLAYBACK_START")
    caller.presses("12")
    line.event("DTMF", DTMF_Digit="2")
    assert keys(line) == "12"
    line.api(f"uuid_break {line.uuid} all")
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=playing)
    done = line.execute("play_and_get_digits", "1 4 1 1000 # silence_stream://20 silence_stream://20 got \\d+ 500")
    assert "variable_got" not in done
    assert keys(line) == "12"


def test_keys_come_as_events_once_while_nothing_runs(scene, call):
    caller, line = call
    caller.presses("34")
    line.event("DTMF", DTMF_Digit="4")
    done = line.execute("play_and_get_digits", "1 4 1 1000 # silence_stream://20 silence_stream://20 got \\d+ 500")
    assert "variable_got" not in done
    assert keys(line) == "34"


def test_the_star_stops_what_plays_unless_it_may_not(scene, call):
    caller, line = call
    first = line.start("playback", PLAYED)
    line.event("PLAYBACK_START")
    caller.presses("*")
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=first)
    assert keys(line) == "*"
    line.api(f"uuid_setvar {line.uuid} playback_terminators none")
    second = line.start("playback", "tone_stream://%(1500,0,440)")
    line.event("CHANNEL_EXECUTE", Application_UUID=second)
    caller.presses("*5")
    line.event("DTMF", DTMF_Digit="5")
    assert not line.find("CHANNEL_EXECUTE_COMPLETE", {"Application-UUID": second})


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_file_is_played_from_one_of_its_own_samples_on(scene, call, tmp_path, rate):
    _caller, line = call
    file = tmp_path / "sound.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(2 * 10 * rate))
    begun, done = (
        int(event["Event-Date-Timestamp"]) / 1e6
        for key in [line.start("playback", f"{file}@@{9 * rate}")]
        for event in (
            line.event("CHANNEL_EXECUTE", Application_UUID=key),
            line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=key),
        )
    )
    assert 0.8 < done - begun < 3.0, done - begun


def test_a_break_that_finds_nothing_does_not_hit_what_begins_next(scene, call):
    _caller, line = call
    line.api(f"uuid_break {line.uuid} all")
    line.execute("playback", "tone_stream://%(700,0,440)")
    assert line.event("PLAYBACK_STOP")["Playback-Status"] == "done"
