"""The applications that we run on a channel: one typed function each, and no other way to make one.

An unknown application, or `record` to a folder that is not there, hangs the call up: names come from here, and folders
are made before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from controller.esl import arguments
from controller.esl.arguments import milliseconds, path, token, value, variable, whole
from controller.esl.bridge_string import Leg as Leg
from controller.esl.bridge_string import dial_string
from controller.esl.causes import cause as known_cause
from controller.esl.errors import Unsafe
from controller.esl.sounds import RINGING, joined, sound

TERMINATORS: Final = frozenset("0123456789*#")
# What digits may be, as FreeSWITCH's regular expression. The dollar is not followed by a brace, so nothing expands.
DIGITS: Final = "^[0-9*#]+$"
ACCEPTED: Final = {"keys": DIGITS, "digits": "^[0-9]+$"}
MOST_DIGITS: Final = 127  # FreeSWITCH's buffer holds 128
UNTRUSTED: Final = frozenset("$\r\n\0`")


@dataclass(frozen=True)
class Application:
    """An application and its argument, both safe to send. Made by the functions below only."""

    name: str
    argument: str = ""


def answer() -> Application:
    """Answer the call."""
    return Application("answer")


def pre_answer() -> Application:
    """Let the caller hear us before the call is answered (and billed)."""
    return Application("pre_answer")


def ring_ready() -> Application:
    """Tell the caller's side that it rings (180)."""
    return Application("ring_ready")


def hangup(cause: str = "NORMAL_CLEARING") -> Application:
    """End the call when it comes to its turn; `Session.hangup` does so at once."""
    return Application("hangup", known_cause(cause))


def park() -> Application:
    """Keep the call waiting, silent."""
    return Application("park")


def sleep(seconds: float) -> Application:
    """Do nothing for a while."""
    return Application("sleep", str(milliseconds(seconds, "seconds")))


def playback(sounds: str | Sequence[str]) -> Application:
    """Play a file, or several one after the other: absolute paths, or what `sounds.silence` and `.music` made."""
    return Application("playback", joined(sounds))


def playback_from(file: str, samples: int) -> Application:
    """Play a file from so many of its own samples on."""
    return Application("playback", f"{path(file)}@@{whole(samples, 'samples', 0, 2**31 - 1)}")


def play_and_get_digits(
    min_digits: int,
    max_digits: int,
    *,
    prompt: str | Sequence[str],
    variable: str,
    timeout: float = 5.0,
    digit_timeout: float = 2.0,
    terminators: str = "#",
    tries: int = 1,
    invalid: str = "silence_stream://20",
    accept: Literal["keys", "digits"] = "keys",
) -> Application:
    """Play a prompt that the first key stops, and collect keys into a variable. Times in seconds, none below 1 s.

    Judge the outcome by `read_result`, not by the variable: too few keys are left in it too.
    """
    whole(min_digits, "min_digits", 0, MOST_DIGITS)
    whole(max_digits, "max_digits", max(1, min_digits), MOST_DIGITS)
    fields = (
        min_digits,
        max_digits,
        whole(tries, "tries", 1, 20),
        milliseconds(timeout, "timeout"),
        _terminators(terminators),
        joined(prompt, "prompt"),
        sound(invalid, "invalid"),
        arguments.variable(variable),
        ACCEPTED[accept],
        milliseconds(digit_timeout, "digit_timeout"),
    )
    return Application("play_and_get_digits", " ".join(str(field) for field in fields))


def _terminators(signs: str) -> str:
    if not set(signs) <= TERMINATORS:
        raise Unsafe("terminators", signs)
    return signs or "none"  # an empty field would be read as "#"


def flush_dtmf() -> Application:
    """Forget the keys that were pressed and not collected."""
    return Application("flush_dtmf")


def send_dtmf(keys: str) -> Application:
    """Press keys for the other side."""
    return Application("send_dtmf", arguments.keys(keys))


def say(text: str, *, language: str = "en", kind: str = "number", method: str = "pronounced") -> Application:
    """Say a number or the like with FreeSWITCH's own recorded sounds."""
    if not (text.isascii() and text.replace(".", "").replace(":", "").isalnum()):
        raise Unsafe("text", text)
    return Application("say", f"{token(language, 'language')} {token(kind, 'kind')} {token(method, 'method')} {text}")


def bridge(
    legs: Sequence[Leg],
    *,
    at_once: bool = True,
    ring: float | None = None,
    ignore_early_media: bool = False,
    variables: Mapping[str, str] | None = None,
) -> Application:
    """Ring legs, at once or in turn, for `ring` seconds a round, and join whoever answers with the caller.

    With `ignore_early_media` CHANNEL_BRIDGE means answered, and the caller hears our own ringing tone.
    """
    told = {"ignore_early_media": "true"} if ignore_early_media else {}
    return Application(
        "bridge", dial_string(legs, at_once=at_once, ring=ring, variables={**told, **(variables or {})})
    )


def set_variable(name: str, text: str) -> Application:
    """Set a channel variable to a plain value; any other text goes through `Session.set_variable`."""
    return Application("set", f"{variable(name)}={value(text)}")


def set_variables(variables: Mapping[str, str]) -> Application:
    """Set several channel variables in one go."""
    pairs = [f"{variable(name)}={value(text, name)}" for name, text in variables.items()]
    if not pairs:
        raise Unsafe("variables", variables)
    return Application("multiset", "^^;" + ";".join(pairs))


def unset_variable(name: str) -> Application:
    """Remove a channel variable."""
    return Application("unset", variable(name))


def export_variable(name: str, text: str) -> Application:
    """Set a channel variable here and on the legs that are dialled from here."""
    return Application("export", f"{variable(name)}={value(text)}")


def ringback(country: str) -> Application:
    """Choose the ringing tone that the caller hears while somebody is rung, by country (ISO 3166); unknown: France."""
    return Application("set", f"ringback={RINGING.get(country.upper(), RINGING['FR'])}")


def record(
    file: str, limit: float = 300.0, silence_threshold: int = 200, silence_seconds: float | None = None
) -> Application:
    """Record the caller until a terminator, the limit, or so much silence. The folder must be there."""
    most = max(1, milliseconds(limit, "limit") // 1000)
    quiet = "" if silence_seconds is None else _silence(silence_threshold, silence_seconds)
    return Application("record", f"{path(file)} {most}{quiet}")


def _silence(threshold: int, seconds: float) -> str:
    return f" {whole(threshold, 'silence_threshold')} {max(1, milliseconds(seconds, 'silence_seconds') // 1000)}"


def record_session(file: str) -> Application:
    """Record both sides while other applications run."""
    return Application("record_session", path(file))


def stop_record_session(file: str) -> Application:
    """End such a recording."""
    return Application("stop_record_session", path(file))


def respond(status: int) -> Application:
    """Answer the INVITE with a SIP status."""
    return Application("respond", str(whole(status, "status", 300, 699)))


# --- for greenswitch's users -----------------------------------------------------------------------------------------

KNOWN: Final = """
answer pre_answer ring_ready hangup park sleep playback play_and_get_digits flush_dtmf send_dtmf say bridge set multiset
unset export record record_session stop_record_session respond break read endless_playback gentones start_dtmf stop_dtmf
eavesdrop three_way att_xfer bind_meta_app displace_session conference
"""


def plain(name: str, argument: str) -> Application:
    """An application by name whose argument nobody checked for sense: known, one line, and nothing that expands."""
    if name not in KNOWN.split():
        raise Unsafe("application", name)
    if UNTRUSTED & set(argument) or argument.startswith("%"):
        raise Unsafe("argument", argument)
    return Application(name, argument)
