"""What is written for FreeSWITCH, word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.esl import api, applications, sounds
from controller.esl.applications import Application, Leg
from controller.esl.errors import Unsafe

UUID = "11111111-2222-4333-8444-555555555555"


def test_applications() -> None:
    assert applications.answer() == Application("answer")
    assert applications.hangup("USER_BUSY").argument == "USER_BUSY"
    assert applications.sleep(1.5).argument == "1500"
    assert applications.playback("/s/a.wav").argument == "/s/a.wav"
    assert applications.playback(["/s/a.wav", sounds.silence(0.2), sounds.music("moh")]).argument == (
        "file_string:///s/a.wav!silence_stream://200!local_stream://moh"
    )
    assert applications.playback_from("/s/a.wav", 8000).argument == "/s/a.wav@@8000"
    assert applications.set_variable("a", "b/c").argument == "a=b/c"
    assert applications.set_variables({"a": "1", "b": "x"}).argument == "^^;a=1;b=x"
    assert applications.record("/s/r.wav", 60.0, silence_seconds=5.0).argument == "/s/r.wav 60 200 5"
    assert applications.ringback("de").argument == "ringback=%(1000,4000,425)"


def test_recording_for_who_reads_it_while_it_grows() -> None:
    late = "enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=0"
    one = api.uuid_record_at_once(UUID, "/dev/shm/x.raw", "caller", 1800.0)
    assert one == f"uuid_record {UUID} start /dev/shm/x.raw 1800 {{{late},RECORD_READ_ONLY=true}}"
    both = api.uuid_record_at_once(UUID, "/dev/shm/x.raw", "both")
    assert both == f"uuid_record {UUID} start /dev/shm/x.raw 0 {{{late},RECORD_STEREO=true}}"
    assert api.uuid_record(UUID, "stop", "/dev/shm/x.raw") == f"uuid_record {UUID} stop /dev/shm/x.raw"


def test_collecting_digits() -> None:
    collect = applications.play_and_get_digits(1, 4, prompt=["/s/a.wav", "/s/b.wav"], variable="souffleur_7")
    assert collect.argument == (
        "1 4 1 5000 # file_string:///s/a.wav!/s/b.wav silence_stream://20 souffleur_7 ^[0-9*#]+$ 2000"
    )
    none = applications.play_and_get_digits(0, 1, prompt="/s/a.wav", variable="v", terminators="")
    assert none.argument.split()[4] == "none"
    with pytest.raises(Unsafe):
        applications.play_and_get_digits(3, 2, prompt="/s/a.wav", variable="v")


def test_ringing_phones_at_once() -> None:
    legs = [
        Leg.phone("101", "martin.pbx.localhost", uuid=UUID, variables={"souffleur_call": "c-1"}),
        Leg.phone("102", "martin.pbx.localhost", caller_number="+33123456789", caller_name="Élo Dupont"),
    ]
    bridge = applications.bridge(legs, ring=20.0, ignore_early_media=True)
    assert bridge.argument == (
        "{ignore_early_media=true,originate_timeout=21}"
        f"[souffleur_call=c-1,origination_uuid={UUID}]sofia/internal/101%martin.pbx.localhost,"
        "[origination_caller_id_number=+33123456789,origination_caller_id_name=Élo Dupont]"
        "sofia/internal/102%martin.pbx.localhost"
    )


def test_ringing_in_turn() -> None:
    legs = [
        Leg.gateway("provider", "+33123456789", caller_number="anonymous"),
        Leg.loopback("100", "default", ring=4.2),
    ]
    assert applications.bridge(legs, at_once=False).argument == (
        "[origination_caller_id_number=anonymous,origination_caller_id_name=Anonymous,"
        "origination_privacy=hide_name:hide_number]sofia/gateway/provider/+33123456789|"
        "[leg_timeout=6]loopback/100/default/XML"
    )


def test_nobody_to_ring() -> None:
    with pytest.raises(Unsafe):
        applications.bridge([])


def test_api_commands() -> None:
    assert api.uuid_break(UUID, everything=True) == f"uuid_break {UUID} all"
    assert api.uuid_kill(UUID) == f"uuid_kill {UUID} NORMAL_CLEARING"
    assert (
        api.uuid_transfer(UUID, api.Extension("1000", "public"), "both")
        == f"uuid_transfer {UUID} -both 1000 XML public"
    )
    assert api.uuid_setvar(UUID, "a", "") == f"uuid_setvar {UUID} a"
    leg = Leg.loopback("1000", "public", caller_name="Élo Dupont")
    assert api.originate(leg, applications.park(), ring=9.0) == (
        "originate {originate_timeout=10}[origination_caller_id_name=Élo\\sDupont]loopback/1000/public/XML &park()"
    )
    with pytest.raises(Unsafe):
        api.originate(leg, applications.record("/a.wav", 5.0))  # an argument with spaces cannot travel there
    with pytest.raises(Unsafe):
        api.uuid_setvar(UUID, "a", "ARRAY::1|:2")


def unescaped(argument: str) -> str:
    """What FreeSWITCH makes of the last argument (switch_utils.c, cleanup_separated_string)."""
    result, place = [], 0
    while place < len(argument):
        sign = argument[place]
        following = argument[place + 1 : place + 2]
        if sign == "\\" and following and following in "'\"\\nrts":
            result.append({"n": "\n", "r": "\r", "t": "\t", "s": "\1"}.get(following, following))
            place += 2
            continue
        assert sign != "'", "a quote that is taken off"
        result.append(sign)
        place += 1
    return "".join(result).strip(" ").replace("\1", " ")


@given(st.text(alphabet=st.characters(exclude_characters="\0\1", exclude_categories=("Cs",)), max_size=60))
def test_any_text_arrives_in_a_variable(text: str) -> None:
    command = api.uuid_setvar(UUID, "a", "x" + text)
    assert "\n" not in command
    assert "\r" not in command
    assert unescaped(command.removeprefix(f"uuid_setvar {UUID} a ")) == "x" + text


@given(st.text(alphabet=" \\'ns\n", min_size=1, max_size=12))
def test_spaces_quotes_and_backslashes_arrive(text: str) -> None:
    assert unescaped(api.uuid_setvar(UUID, "a", text).partition(" a ")[2]) == text
