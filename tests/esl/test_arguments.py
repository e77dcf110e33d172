"""Nothing that FreeSWITCH reads as more than text passes an allow-list."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.esl import api, applications, arguments, sounds
from controller.esl.applications import Leg
from controller.esl.arguments import safe_name, safe_number
from controller.esl.bridge_string import dial_string
from controller.esl.commands import framed
from controller.esl.errors import Unsafe

METACHARACTERS = "\r\n\0$ ,|'\"[]{}<>^`\\;&()!%="
ATTACKS = [
    "${system(touch /tmp/pwned)}",
    "$${system(id)}",
    "\\${system(id)}",
    "%0Avariable_admin: 1",
    "1000%0A%0Aapi system id",
    "'system%3Atouch%20x'%20inline",
    "'system:touch x' inline",
    "1000 XML other",
    "1000\nexecute-app-name: system",
    "1000\r\nexecute-app-name: system",
    "{sip_h_X=1}",
    "[leg_timeout=1]",
    "<a=1>",
    "^^;a=1",
    "a,b",
    "a|b",
    "a:_:b",
    "%[a=1]x",
    "Andr\udce9",
    "\0",
    "",
]
PLACES: dict[str, Callable[[str], Any]] = {
    "playback": applications.playback,
    "playback of several": lambda text: applications.playback(["/a.wav", text]),
    "prompt": lambda text: applications.play_and_get_digits(1, 1, prompt=text, variable="v"),
    "invalid": lambda text: applications.play_and_get_digits(1, 1, prompt="/a", variable="v", invalid=text),
    "variable": lambda text: applications.play_and_get_digits(1, 1, prompt="/a", variable=text),
    "terminators": lambda text: applications.play_and_get_digits(
        1, 1, prompt="/a", variable="v", terminators=text or "x"
    ),
    "set name": lambda text: applications.set_variable(text, "1"),
    "set value": lambda text: applications.set_variable("a", text),
    "set several": lambda text: applications.set_variables({"a": text}),
    "export": lambda text: applications.export_variable("a", text),
    "hangup": applications.hangup,
    "record": applications.record,
    "send_dtmf": applications.send_dtmf,
    "say": applications.say,
    "phone": lambda text: Leg.phone(text, "pbx.localhost"),
    "domain": lambda text: Leg.phone("101", text),
    "gateway": lambda text: Leg.gateway(text, "+33123456789"),
    "number": lambda text: Leg.gateway("trunk", text),
    "loopback": lambda text: Leg.loopback(text, "public"),
    "leg variable": lambda text: dial_string([Leg.phone("1", "a", variables={"a": text})]),
    "leg variable name": lambda text: dial_string([Leg.phone("1", "a", variables={text: "1"})]),
    "leg uuid": lambda text: dial_string([Leg.phone("1", "a", uuid=text or " ")]),
    "leg caller": lambda text: dial_string([Leg.phone("1", "a", caller_number=text or " ")]),
    "leg name": lambda text: dial_string([Leg.phone("1", "a", caller_name=text or "\n")]),
    "setvar uuid": lambda text: api.uuid_setvar(text, "a", "1"),
    "setvar name": lambda text: api.uuid_setvar("u", text, "1"),
    "transfer": lambda text: api.uuid_transfer("u", api.Extension(text, "public")),
    "context": lambda text: api.uuid_transfer("u", api.Extension("1000", text)),
    "keys": lambda text: api.uuid_send_dtmf("u", text),
    "kill": lambda text: api.uuid_kill("u", text),
    "recording": lambda text: api.uuid_record("u", "start", text),
    "played from": lambda text: applications.playback_from(text, 8000),
    "tap": lambda text: api.uuid_record_at_once("u", text, "caller"),
    "tapped channel": lambda text: api.uuid_record_at_once(text, "/x.raw", "caller"),
    "sides of a tap": lambda text: api.uuid_record_at_once("u", "/x.raw", text),
    "gateway to kill": lambda text: api.kill_gateway("external", text),
    "music": sounds.music,
    "plain application": lambda text: applications.plain(text, ""),
}


SPACES_ALLOWED = {("leg name", "1000 XML other"), ("leg variable", "1000 XML other")}  # inside brackets


@pytest.mark.parametrize(("place", "attack"), [each for each in product(PLACES, ATTACKS) if each not in SPACES_ALLOWED])
def test_an_attack_is_refused(place: str, attack: str) -> None:
    with pytest.raises(Unsafe):
        PLACES[place](attack)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40) | st.text("a0/.-" + METACHARACTERS))
@pytest.mark.parametrize("check", ["uuid", "variable", "value", "path", "number", "keys", "user", "domain"])
def test_no_metacharacter_passes(check: str, text: str) -> None:
    try:
        passed = getattr(arguments, check)(text)
    except Unsafe:
        return
    assert passed == text
    assert not set(passed) & set(METACHARACTERS.replace("=", ""))
    assert passed.isascii()
    assert passed.isprintable()


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_a_strangers_name_is_reduced(text: str) -> None:
    name = safe_name(text)
    assert not set(name) & set(METACHARACTERS.replace(" ", ""))
    assert len(name) <= 64
    assert safe_name(name) == name
    assert name == name.strip()
    if name:
        framed(dial_string([Leg.phone("101", "a.b", caller_name=name)]))


@given(st.text(max_size=80))
def test_a_strangers_number_is_reduced(text: str) -> None:
    number = safe_number(text)
    assert not number or arguments.number(number) == number


@pytest.mark.parametrize(
    ("given_name", "reduced"),
    [
        ("Élodie O'Brien", "Élodie O’Brien"),
        ("${system(id)}", "system id"),
        ("Eve%0AAdmin: 1", "Eve 0AAdmin 1"),
        ("  a \t b  ", "a b"),
        ("王小明", "王小明"),
        ("\u202eevil\u200b", "evil"),
        ("<>'\"", "’"),
        ("", ""),
    ],
)
def test_names(given_name: str, reduced: str) -> None:
    assert safe_name(given_name) == reduced


@pytest.mark.parametrize(
    ("given_number", "reduced"),
    [
        ("+33 1 23 45 67 89", "+33123456789"),
        ("sip:1000@evil", "1000"),
        ("'system%3Atouch%20x'%20inline", "32020"),
        ("anonymous", ""),
        ("+", ""),
        ("٣٤", ""),
        ("1" * 99, "1" * 31),
    ],
)
def test_numbers(given_number: str, reduced: str) -> None:
    assert safe_number(given_number) == reduced


@pytest.mark.parametrize("climbing", ["/a/../b", "/..", "/a//b", "relative.wav", "/a@@5", "http://x", "/" + "a" * 600])
def test_paths_that_lead_elsewhere(climbing: str) -> None:
    with pytest.raises(Unsafe):
        arguments.path(climbing)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0, True, "1"])
def test_odd_times(odd: Any) -> None:
    with pytest.raises(Unsafe):
        applications.sleep(odd)
