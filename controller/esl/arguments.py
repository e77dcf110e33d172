"""Allow-lists for everything that enters a command.

FreeSWITCH expands `${...}` in arguments (a shell is one api call away), splits them at spaces, commas, bars and quotes,
and reads braces and brackets as variables. Nothing is escaped here: a value either consists of harmless characters or
is refused with Unsafe. What a stranger chose (caller numbers and names) goes through `safe_number` and `safe_name`,
which reduce it instead.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from controller.esl.errors import Unsafe

UUID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
VALUE: Final = re.compile(r"[A-Za-z0-9_.+@:/*#~=?-]{1,1000}")  # no space: also fit for a place where spaces separate
PATH: Final = re.compile(r"/[A-Za-z0-9_.+@/-]{1,500}")
NUMBER: Final = re.compile(r"\+?[0-9*#]{1,32}")
KEYS: Final = re.compile(r"[0-9*#A-D]{1,64}")
USER: Final = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
TOKEN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")  # the name of a gateway, a context, a stream
EXTENSION_NAME: Final = re.compile(r"[a-z_]+(?:_(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5})?")
NAME_PUNCTUATION: Final = frozenset(" .-_’")
HEADER: Final = re.compile(r"X-Souffleur-(?:Summary|Turns|Slot-[A-Za-z0-9-]{1,64})")
LONGEST_NAME: Final = 64
LONGEST_NUMBER: Final = 32
LONGEST_TIME: Final = 7 * 86400.0


def matching(pattern: re.Pattern[str], field: str, value: str) -> str:
    """The value, when all of it is in the allow-list."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Unsafe(field, value)
    return value


def uuid(value: str, field: str = "uuid") -> str:
    """A channel's or a job's name."""
    return matching(UUID, field, value)


def variable(value: str, field: str = "variable") -> str:
    """The name of a channel variable; never an index into an array (`name[0]`)."""
    return matching(VARIABLE, field, value)


def value(text: str, field: str = "value") -> str:
    """The value of a variable that travels in an argument. `:_:` would split a dial string wherever it stands."""
    matching(VALUE, field, text)
    if ":_:" in text:
        raise Unsafe(field, text)
    return text


def path(text: str, field: str = "path") -> str:
    """An absolute path of plain characters that climbs nowhere. `@@` would begin a position in the file."""
    matching(PATH, field, text)
    if "//" in text or "@@" in text or ".." in text.split("/"):
        raise Unsafe(field, text)
    return text


def number(text: str, field: str = "number") -> str:
    """A telephone number or an extension."""
    return matching(NUMBER, field, text)


def extension_name(text: str, field: str = "extension") -> str:
    """The name of an extension in a dialplan of ours, which may end in a HOST:PORT."""
    return matching(EXTENSION_NAME, field, text)


def keys(text: str, field: str = "keys") -> str:
    """Keys of a telephone."""
    return matching(KEYS, field, text)


def user(text: str, field: str = "user") -> str:
    """The user part of a SIP address."""
    return matching(USER, field, text)


def domain(text: str, field: str = "domain") -> str:
    """A host name or an IPv4 address."""
    matching(DOMAIN, field, text)
    if ".." in text:
        raise Unsafe(field, text)
    return text


def token(text: str, field: str) -> str:
    """A name that an administrator gave: a gateway, a context, a profile."""
    return matching(TOKEN, field, text)


def name(text: str, field: str = "name") -> str:
    """A display name of letters, digits, spaces and `.-_’`."""
    if not text or text != safe_name(text):
        raise Unsafe(field, text)
    return text


def carried(text: str, most: int) -> str:
    """Any text for a SIP header of ours, percent-encoded UTF-8 (RFC 3986), cut at a whole character."""
    while len(written := quote(text, safe="", errors="replace")) > most:
        text = text[: min(len(text) - 1, most)]
    return written


def milliseconds(seconds: float, field: str, most: float = LONGEST_TIME) -> int:
    """Seconds as whole milliseconds, within bounds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= most:
        raise Unsafe(field, seconds)
    return round(seconds * 1000)


def whole(count: int, field: str, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number within bounds."""
    if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= most:
        raise Unsafe(field, count)
    return count


def safe_number(text: str) -> str:
    """A stranger's number reduced to `+`, digits, `*` and `#`; "" when nothing is left."""
    plus = "+" if text.lstrip().startswith("+") else ""
    rest = "".join(sign for sign in text if sign in "0123456789*#")[: LONGEST_NUMBER - 1]
    return plus + rest if rest else ""


def safe_name(text: str) -> str:
    """A stranger's name reduced to letters, marks, digits, spaces and `.-_’`, at most 64 characters; may be ""."""
    composed = unicodedata.normalize("NFC", text.replace("'", "’"))
    kept = "".join(sign if _harmless(sign) else " " for sign in composed)
    return unicodedata.normalize("NFC", " ".join(kept.split())[:LONGEST_NAME].strip())


def _harmless(sign: str) -> bool:
    return sign in NAME_PUNCTUATION or unicodedata.category(sign)[0] in "LMN"
