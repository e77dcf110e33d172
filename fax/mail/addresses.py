"""To whom a mail is faxed: `NUMBER@domain`, and `NUMBER/to=John_Doe/cp=off@domain`."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 320


class Refused(Exception):  # noqa: N818  it is an answer, not a fault
    """What a mail server is told: a code, an enhanced code, and one line. `code` below 500: it may try again."""

    def __init__(self, code: int, enhanced: str, reason: str) -> None:
        self.code, self.enhanced = code, enhanced
        self.reason = " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())[:400]
        super().__init__(self.line)

    @property
    def line(self) -> str:
        """The answer, in ASCII."""
        return f"{self.code} {self.enhanced} {self.reason.encode('ascii', 'replace').decode()}"


@dataclass(frozen=True)
class Recipient:
    """A number as it was written; `subscriber` is a slug, "" as the sender says. `cover` None: when there is a text."""

    address: str
    number: str
    name: str = ""
    cover: bool | None = None
    subscriber: str = ""


def recipient(address: str, domain: str) -> Recipient:
    """Read an address of ours, at `domain` or `SLUG.domain`. Raises Refused."""
    local, _at, host = address.strip().strip("<>").rpartition("@")
    host, local = host.lower().rstrip("."), local.strip('"')
    if not local or len(address) > LONGEST or not (host == domain or host.endswith(f".{domain}")):
        raise Refused(550, "5.1.2", f"faxes go to NUMBER@{domain}")
    number, *words = local.split("/")
    name, cover = "", None
    for word in words:
        key, _is, value = word.partition("=")
        match key.lower(), value.lower():
            case "to", _:
                name = value.replace("_", " ").strip()[:100]
            case "cp", "on" | "off":
                cover = value.lower() == "on"
            case _:
                raise Refused(550, "5.1.3", "behind the number only /to=NAME, /cp=on and /cp=off are known")
    if not any(sign.isdigit() for sign in number) or not set(number) <= set("+0123456789.-() "):
        raise Refused(550, "5.1.3", "before the @ there must be a telephone number")
    return Recipient(f"{local}@{host}", number, name, cover, host[: -len(domain) - 1] if host != domain else "")
