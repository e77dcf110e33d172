"""The api commands that we use: one typed function each. They only write the command; a connection sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from controller.esl import arguments
from controller.esl.applications import Application
from controller.esl.arguments import milliseconds, path, token, uuid, variable
from controller.esl.bridge_string import Leg, dial_string
from controller.esl.causes import cause as known_cause
from controller.esl.errors import Unsafe

# The api takes backslashes and quotes off, turns \n into a line break and trims spaces: this writes them so that any
# text arrives as it is. `$` needs nothing: the api does not expand.
ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

AT_ONCE = "enable_file_write_buffering=false,RECORD_PRE_BUFFER_FRAMES=0"  # else 4 s, and 0.5 s, late
SIDES = {"caller": "RECORD_READ_ONLY=true", "both": "RECORD_STEREO=true"}


@dataclass(frozen=True)
class Extension:
    """A number in one of FreeSWITCH's contexts."""

    number: str
    context: str

    def written(self) -> str:
        """As the arguments of a transfer."""
        return f"{arguments.number(self.number)} XML {token(self.context, 'context')}"


@dataclass(frozen=True)
class Named:
    """An extension of our own dialplan, by its name."""

    name: str
    context: str

    def written(self) -> str:
        """As the arguments of a transfer."""
        return f"{arguments.extension_name(self.name)} XML {token(self.context, 'context')}"


Place = Extension | Named


def escaped(text: str) -> str:
    """Text as the last argument of an api command that splits at spaces."""
    written = "".join(ESCAPES.get(sign, sign) for sign in text)
    stripped = written.strip(" ")
    before = len(written) - len(written.lstrip(" "))
    after = len(written) - before - len(stripped)
    return "\\s" * before + stripped + "\\s" * after


def uuid_setvar(channel: str, name: str, text: str) -> str:
    """Set a channel variable to any text, which is not expanded; "" removes it."""
    if "\0" in text or text.startswith("ARRAY::"):
        raise Unsafe(name, text)
    return f"uuid_setvar {uuid(channel)} {variable(name)} {escaped(text)}".rstrip(" ")


def uuid_setvar_multi(channel: str, variables: Mapping[str, str]) -> str:
    """Set several channel variables to plain values in one command."""
    pairs = [f"{variable(name)}={arguments.value(text, name)}" for name, text in variables.items()]
    if not pairs:
        raise Unsafe("variables", variables)
    return f"uuid_setvar_multi {uuid(channel)} {';'.join(pairs)}"


def uuid_answer(channel: str) -> str:
    """Answer a channel at once; the application waits for its next frame (20 ms)."""
    return f"uuid_answer {uuid(channel)}"


def uuid_getvar(channel: str, name: str) -> str:
    """Read a channel variable: its text, raw; `_undef_` when it is not set."""
    return f"uuid_getvar {uuid(channel)} {variable(name)}"


def uuid_exists(channel: str) -> str:
    """Ask whether a channel lives: `true` or `false`."""
    return f"uuid_exists {uuid(channel)}"


def uuid_dump(channel: str) -> str:
    """All about a channel, as JSON."""
    return f"uuid_dump {uuid(channel)} json"


def uuid_break(channel: str, *, everything: bool = False) -> str:
    """End the application in progress; with `everything`, throw away the queued ones too."""
    return f"uuid_break {uuid(channel)}{' all' if everything else ''}"


def uuid_kill(channel: str, cause: str = "NORMAL_CLEARING") -> str:
    """End a channel."""
    return f"uuid_kill {uuid(channel)} {known_cause(cause)}"


def uuid_transfer(channel: str, to: Place, leg: Literal["a", "b", "both"] = "a") -> str:
    """Send a channel through the dialplan anew. Its live socket stays open beside the new one: prefer `uuid_break`."""
    which = {"a": "", "b": "-bleg ", "both": "-both "}[leg]
    return f"uuid_transfer {uuid(channel)} {which}{to.written()}"


def uuid_bridge(one: str, other: str) -> str:
    """Join two channels."""
    return f"uuid_bridge {uuid(one)} {uuid(other, 'other')}"


def uuid_send_dtmf(channel: str, keys: str) -> str:
    """Press keys for the other side of a channel."""
    return f"uuid_send_dtmf {uuid(channel)} {arguments.keys(keys)}"


def uuid_recv_dtmf(channel: str, keys: str) -> str:
    """Have a channel hear keys as if its caller had pressed them."""
    return f"uuid_recv_dtmf {uuid(channel)} {arguments.keys(keys)}"


def uuid_record(channel: str, action: Literal["start", "stop"], file: str) -> str:
    """Begin or end recording a channel."""
    if action not in ("start", "stop"):
        raise Unsafe("action", action)
    return f"uuid_record {uuid(channel)} {action} {path(file)}"


def uuid_record_at_once(channel: str, file: str, sides: Literal["caller", "both"], limit: float = 0.0) -> str:
    """Begin a recording that is written frame by frame (20 ms), for who reads it while it grows.

    A file `.raw` holds 16-bit little-endian samples at 8 kHz: what the person at this channel says, or, of both sides,
    that on the left and what they hear on the right. `limit` in seconds, whole ones; 0: until it is stopped.
    """
    if sides not in SIDES:
        raise Unsafe("sides", sides)
    seconds = milliseconds(limit, "limit") // 1000
    return f"{uuid_record(channel, 'start', file)} {seconds} {{{AT_ONCE},{SIDES[sides]}}}"


def originate(
    legs: Leg | Sequence[Leg],
    then: Application | Place,
    *,
    ring: float = 30.0,
    at_once: bool = True,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Ring somebody and hand whoever answers to an application or an extension. Takes long: use `bgapi`.

    Answers `+OK uuid`, or `-ERR CAUSE`.
    """
    several = [legs] if isinstance(legs, Leg) else list(legs)
    string = dial_string(several, at_once=at_once, ring=ring, variables=variables)
    # The api splits at spaces before the bracket is read; \s comes out as a space, where a display name has one.
    return f"originate {string.replace(' ', chr(92) + 's')} {_then(then)}"


def _then(then: Application | Place) -> str:
    if isinstance(then, Extension | Named):
        return then.written()
    if set(then.argument) & set(" ()'\\"):
        raise Unsafe("argument", then.argument)
    return f"&{then.name}({then.argument})"


def show_channels() -> str:
    """All channels as JSON. Up to half a second behind; no `rows` at all when there are none."""
    return "show channels as json"


def status() -> str:
    """How FreeSWITCH is."""
    return "status"


def core_uuid() -> str:
    """Ask for the name that FreeSWITCH gave itself when it started."""
    return "global_getvar core_uuid"


def reload_xml() -> str:
    """Read FreeSWITCH's configuration files anew."""
    return "reloadxml"


def reload_acl() -> str:
    """Take changed access lists into use."""
    return "reloadacl"


def rescan_profile(profile: str) -> str:
    """Take new gateways of a SIP profile into use."""
    return f"sofia profile {token(profile, 'profile')} rescan"


def kill_gateway(profile: str, gateway: str) -> str:
    """Take a gateway out of use."""
    return f"sofia profile {token(profile, 'profile')} killgw {token(gateway, 'gateway')}"
