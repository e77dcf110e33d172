"""Column types: moments in UTC, lines that any caller may have sent, content that is prepared to be sealed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator

# SQLite numbers its rows only when the key is a plain INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")

_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Moment(TypeDecorator[datetime]):
    """An instant: aware datetimes go in, UTC comes out, whatever the database keeps. Naive datetimes: ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:  # at the very edge of the calendar, where nothing happens
            return value.replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Written(TypeDecorator[dict[str, Any]]):
    """A document as somebody wrote it: another order of its keys is a change, since people read their files."""

    impl = JSON
    cache_ok = True

    def compare_values(self, x: Any, y: Any) -> bool:
        return json.dumps(x) == json.dumps(y)


class Line(TypeDecorator[str]):
    """A line of text from the network: control characters and broken surrogates go, and what is too long is cut.

    A record must never be lost because a caller's name has a NUL that PostgreSQL refuses.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int = 255) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("", value)[: self.length]

    def process_literal_param(self, value: str | None, dialect: Dialect) -> str:
        return repr(self.process_bind_param(value, dialect))


@dataclass(frozen=True)
class Content:
    """A text of a subscriber (a transcript, a summary) as the database keeps it: a format byte, then the bytes.

    Format 0 is plain UTF-8; sealed formats come with the vault. Its repr never shows the text.
    """

    stored: bytes

    @classmethod
    def plain(cls, text: str) -> Content:
        """Content that is not sealed yet."""
        return cls(b"\x00" + text.encode())

    @property
    def sealed(self) -> bool:
        """Whether reading it needs a key."""
        return self.stored[:1] != b"\x00"

    def __repr__(self) -> str:
        return f"<Content of {len(self.stored)} bytes>"


class Sealed(TypeDecorator[Content]):
    """A column of content. It takes and gives `Content`; a plain string is refused, so that none slips in unsealed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Content | None, dialect: Dialect) -> bytes | None:
        if value is not None and not isinstance(value, Content):
            raise TypeError("a sealed column takes Content")
        return None if value is None else value.stored

    def process_result_value(self, value: Any, dialect: Dialect) -> Content | None:
        return None if value is None else Content(bytes(value))
