"""A mail, read: who writes, what goes on the cover, what is to be faxed. What is hostile is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser

from fax.mail.addresses import Refused

MOST_NESTED = 30  # headers that open another level
MOST_DEPTH = 10
MOST_PARTS = 100
LONGEST_HEAD = 200_000  # bytes
LONGEST_TEXT = 20_000  # characters of the cover's message; the cover itself cuts what is more than five pages
ONCE = ("from", "to", "cc", "subject", "message-id", "date", "sender")
_NESTING = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_CID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_LEFT_OUT = (*_SIGNATURES, "application/pgp-keys", "text/calendar", "text/vcard", "text/x-vcard")
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"})


@dataclass(frozen=True)
class Attachment:
    """A document: its name, and its bytes."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A mail. Addresses are in small letters; `named` are those of To and Cc. Its repr shows no content."""

    sender: str
    sender_name: str
    message_id: str
    named: frozenset[str]
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    results: tuple[str, ...] = field(default=(), repr=False)  # Authentication-Results, the topmost first


def read(raw: bytes) -> Letter:
    """Read a mail. Raises Refused: hostile, automatic, or nobody's."""
    head = raw.partition(b"\r\n\r\n")[0] if b"\r\n\r\n" in raw else raw.partition(b"\n\n")[0]
    if len(head) > LONGEST_HEAD:
        raise Refused(554, "5.6.0", "the headers are too long")
    if len(_NESTING.findall(raw)) > MOST_NESTED:
        raise Refused(554, "5.6.0", "too many parts within parts")
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
        return _letter(message, raw)
    except Refused:
        raise
    except Exception as error:  # the parser raises whatever a strange header makes it raise
        raise Refused(554, "5.6.0", "this is not a mail that can be read") from error


def _letter(message: EmailMessage, raw: bytes) -> Letter:
    for name in ONCE:
        if len(message.get_all(name, [])) > 1:
            raise Refused(554, "5.6.0", f"there is more than one {name.title()} header")
    if str(message.get("auto-submitted", "no")).split(";")[0].strip().lower() != "no":
        raise Refused(554, "5.7.1", "no faxes are made of automatic mails")
    if str(message.get("precedence", "")).strip().lower() in ("bulk", "list", "junk") or message.get("list-id"):
        raise Refused(554, "5.7.1", "no faxes are made of mails to lists")
    authors = [one for one in getaddresses([_header(message, "from")]) if one[1]]
    if len(authors) != 1 or authors[0][1].count("@") != 1:
        raise Refused(554, "5.6.0", "there must be one address in From")
    parts = list(_leaves(message))
    text, html = _text(message)
    named = getaddresses([_header(message, name) for name in ("to", "cc")])
    return Letter(
        sender=authors[0][1].lower(),
        sender_name=_line(authors[0][0])[:100],
        message_id=_line(_header(message, "message-id"))[:500] or hashlib.sha256(raw).hexdigest(),
        named=frozenset(address.lower() for _name, address in named if address),
        subject=_line(_header(message, "subject"))[:300],
        text=text[:LONGEST_TEXT],
        attachments=tuple(_attachments(parts, html)),
        results=tuple(str(one) for one in message.get_all("authentication-results", [])),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header as text; bytes that are not ASCII are UTF-8, or else Latin-1."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    if raw.isascii():
        return str(message.get(name, ""))
    written = raw.encode("utf-8", "surrogateescape")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("latin-1")


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _leaves(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    if depth > MOST_DEPTH:
        raise Refused(554, "5.6.0", "too many parts within parts")
    if message.get_content_type() == "message/rfc822":
        raise Refused(554, "5.6.0", "a mail within the mail cannot be faxed: attach its documents")
    if not message.is_multipart():
        yield message
        return
    parts = list(message.iter_parts())
    if len(parts) > MOST_PARTS:
        raise Refused(554, "5.6.0", "too many parts")
    for part in parts:
        yield from _leaves(part, depth + 1)  # type: ignore[arg-type]


def _text(message: EmailMessage) -> tuple[str, str]:
    """The words of a mail, and its HTML, "" when it has none."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    marked = _decoded(html) if html is not None else ""
    words = _decoded(plain) if plain is not None else ""
    if not words.strip() and marked:
        words = stripped(marked)
    lines = ("".join(sign for sign in line if sign.isprintable() or sign == "\t") for line in words.splitlines())
    return "\n".join(lines).strip(), marked


def _decoded(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def _attachments(parts: list[EmailMessage], html: str) -> Iterator[Attachment]:
    """What is to be faxed: not the words, not signatures, and no picture that the HTML itself shows."""
    shown = {one.strip("<>").lower() for one in _CID.findall(html)}
    for place, part in enumerate(parts, 1):
        kind, name = part.get_content_type(), _line(part.get_filename() or "")
        words = kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment" and not name
        known = str(part.get("content-id", "")).strip().strip("<>").lower()
        if words or kind in _LEFT_OUT or (kind.startswith("image/") and known and known in shown):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield Attachment((name.replace("/", "_") or f"document-{place}")[-200:], content)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style", "head", "title")
        if tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in ("script", "style", "head", "title")))

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(re.sub(r"\s+", " ", data))


def stripped(html: str) -> str:
    """The words of HTML."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.found).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
