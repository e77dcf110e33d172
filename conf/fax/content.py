"""Documents and pages of faxes in the vault, and covers in sealed columns."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from conf import content_keys
from conf.models import Content
from conf.vault import Vault

KIND = "fax"


@dataclass(frozen=True)
class Store:
    """Where content lies, and the secret (settings.web_secret) that guards the server's keys to it."""

    vault: Vault
    secret: str = field(repr=False)

    def put(self, session: Session, subscriber: int, content: BinaryIO, what: str) -> str:
        """Keep content; gives its name. `what` is a word of the name: document, tiff, pdf, thumbnail, receipt."""
        name = f"{what}-{secrets.token_hex(12)}"
        self.vault.put(subscriber, KIND, name, content, content_keys.public_key(session, self.secret))
        return name

    def open(self, session: Session, subscriber: int, name: str) -> BinaryIO:
        """Content to read. FileNotFoundError, conf.vault.Damaged, conf.content_keys.Locked."""
        return self.vault.open(subscriber, KIND, name, content_keys.unlocked(session, self.secret))

    def delete(self, subscriber: int, name: str) -> None:
        """Forget content; what is not there is forgotten already."""
        if name:
            self.vault.delete(subscriber, KIND, name)


def digest(content: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size of content, which is read from its beginning and is there again afterwards."""
    content.seek(0)
    found, size = hashlib.sha256(), 0
    while part := content.read(65536):
        found.update(part)
        size += len(part)
    content.seek(0)
    return found.hexdigest(), size


def sealed(value: Mapping[str, Any] | None) -> Content | None:
    """A cover for its column."""
    return None if value is None else Content.plain(json.dumps(value, ensure_ascii=True))


def opened(content: Content | None) -> dict[str, Any] | None:
    """A cover again; None when there is none, or it is sealed."""
    if content is None or content.sealed:
        return None
    found: dict[str, Any] = json.loads(content.stored[1:])
    return found
