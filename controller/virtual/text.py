"""How FreeSWITCH takes strings apart: variables in arguments, lists of settings, dial strings, words.

Seen in the recordings 01g (expansion), 02a (multiset, export), 03d-03i (dial strings).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

REFERENCE = re.compile(r"\\?\$\$?\{([^{}]*)\}")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "s": " ", "'": "'", '"': '"', "\\": "\\"}
CLOSING = {"{": "}", "[": "]", "<": ">"}


def expand(text: str, lookup: Callable[[str], str]) -> str:
    """Put variables into an argument, once: what comes out of a variable is not looked at again.

    `${function(...)}` runs an api command on the real switch; here it yields nothing, and so does an unknown name.
    """
    text = text.replace("\\\\", "\\")  # two backslashes are one, as in 05_safe_digits
    if "$" not in text:
        return text
    return REFERENCE.sub(lambda found: lookup(found[1]), text)


def settings(text: str, separator: str) -> dict[str, str]:
    """`a=1,b=2` as a dict; `^^:a=1:b=2` names another separator; a backslash keeps the separator in a value."""
    if text.startswith("^^") and len(text) > 2:
        separator, text = text[2], text[3:]
    pairs = (part.partition("=") for part in split(text, separator))
    return {name.strip(): value.replace("\\" + separator, separator) for name, mark, value in pairs if mark}


def split(text: str, separator: str) -> list[str]:
    """Split where the separator stands free: not behind a backslash, not inside brackets or single quotes."""
    parts, current, closing, quoted = [], "", [], False
    for index, letter in enumerate(text):
        if letter == "'" and text[index - 1 : index] != "\\":
            quoted = not quoted
        if not quoted and letter in CLOSING:
            closing.append(CLOSING[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
        if letter == separator and not closing and not quoted and text[index - 1 : index] != "\\":
            parts.append(current)
            current = ""
        else:
            current += letter
    return [*parts, current]


def words(text: str, most: int) -> list[str]:
    """Words of an application's argument; single quotes keep spaces together; `\\\\` is one backslash."""
    out: list[str] = []
    current, quoted, started = "", False, False
    letters = iter(text.strip())
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            current += following if following in "\\'" else letter + following
            started = True
        elif letter == "'":
            quoted, started = not quoted, True
        elif letter == " " and not quoted and len(out) < most - 1:
            if started:
                out.append(current)
            current, started = "", False
        else:
            current, started = current + letter, True
    return [*out, current] if started else out


def unescaped(text: str) -> str:
    """The last argument of an api command that splits at spaces, as cleanup_separated_string of 1.11.1 leaves it.

    Backslashes and paired single quotes go, `\\n` is a newline, spaces at the ends are cut unless written so.
    """
    text = text.lstrip(" ")
    out, end, quoted, index = "", 0, False, 0
    while index < len(text):
        letter, following = text[index], text[index + 1 : index + 2]
        if letter == "\\" and following in ESCAPED:
            out += ESCAPED[following]
            index += 2
            end = len(out)
            continue
        index += 1
        if letter == "'" and (quoted or "'" in text[index:]):
            quoted = not quoted
            end = len(out) if quoted else end
            continue
        out += letter
        end = len(out) if letter != " " or quoted else end
    return out[:end]


def brackets(text: str, opening: str) -> tuple[str, str]:
    """Take a leading `{...}` (or `[...]`, `<...>`) off: its inside, and the rest."""
    if not text.startswith(opening):
        return "", text
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == opening) - (letter == CLOSING[opening])
        if depth == 0:
            return text[1:index], text[index + 1 :]
    return "", text


@dataclass(frozen=True)
class Leg:
    """One destination of a dial string: `user/101@domain`, `sofia/gateway/trunk/+33...`, `loopback/101/public`."""

    endpoint: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.endpoint.partition("/")[0]

    @property
    def number(self) -> str:
        """Whom it calls: the extension of a user, the number behind a gateway, the user part of an address."""
        return self._address.replace("%", "@").partition("@")[0]

    @property
    def domain(self) -> str:
        """The domain of a user, or of a registered phone (`sofia/internal/101%domain`); the name of a gateway."""
        if self.endpoint.startswith("sofia/gateway/"):
            return self.endpoint.split("/")[2]
        return self._address.replace("%", "@").partition("@")[2]

    @property
    def registered(self) -> bool:
        """Whether it is looked for among the registered phones."""
        return self.kind == "user" or "%" in self._address

    @property
    def _address(self) -> str:
        parts = self.endpoint.split("/")
        return parts[1] if self.kind in ("user", "loopback") and len(parts) > 1 else parts[-1]


def dial_string(text: str) -> list[list[Leg]]:
    """Groups one after the other (`|`), the legs of a group at once (`,`); `{}` for all legs, `[]` for one."""
    common: dict[str, str] = {}
    for opening in "<{{":
        inside, rest = brackets(text.strip(), opening)
        if inside:
            common |= settings(inside, ",")
        text = rest
    groups = []
    for part in split(text, "|"):
        legs = []
        for one in split(part, ","):
            inside, endpoint = brackets(one.strip(), "[")
            legs.append(Leg(endpoint.strip(), common | (settings(inside, ",") if inside else {})))
        groups.append(legs)
    return groups
