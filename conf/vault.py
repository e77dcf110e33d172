"""Where content lives: recordings, voicemail, faxes, transcripts. A file each, sealed to a subscriber's public key.

Whoever has the public key can put; opening needs an `Unlocked`. A file is a format byte, a header with the content key
wrapped for the subscriber (X25519, HKDF, AES-GCM), then chunks of 64 KiB, each sealed by itself (AES-256-GCM), so that
a player can jump. Place and position are sealed with each chunk: a file moved, cut or reordered does not open.
"""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65536
_FORMAT = b"\x01"
_TAG = 16
_HEADER = 1 + 32 + 32 + _TAG  # format, one-time public key, wrapped content key


class Damaged(Exception):
    """What is kept is not what was put, or the key is another's."""


@dataclass(frozen=True)
class Unlocked:
    """The right to open a subscriber's content: its secret key, held by a session, a token or a grant."""

    secret: bytes = field(repr=False)


def new_key() -> tuple[bytes, bytes]:
    """A subscriber's key: the public half that seals, the secret half that opens."""
    secret = X25519PrivateKey.generate()
    return secret.public_key().public_bytes_raw(), secret.private_bytes_raw()


class Vault:
    """Content in a local folder: `subscriber/kind/name`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, subscriber: int, kind: str, name: str, content: BinaryIO, public: bytes) -> None:
        """Seal and keep content, whole or not at all."""
        path = self._path(subscriber, kind, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_name(f".{name}.{secrets.token_hex(4)}")
        try:
            with aside.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                _seal(content, file, public, _place(path))
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    def open(self, subscriber: int, kind: str, name: str, unlocked: Unlocked) -> BinaryIO:
        """Content to read from and jump in. FileNotFoundError when there is none; Damaged when it does not open."""
        path = self._path(subscriber, kind, name)
        file = path.open("rb")
        try:
            return io.BufferedReader(_Opened(file, _place(path), unlocked), CHUNK)
        except BaseException:
            file.close()
            raise

    def delete(self, subscriber: int, kind: str, name: str) -> bool:
        """Remove content; whether there was any."""
        try:
            self._path(subscriber, kind, name).unlink()
        except FileNotFoundError:
            return False
        return True

    def list(self, subscriber: int, kind: str) -> Iterator[str]:
        """The names of a subscriber's content of one kind."""
        folder = self._path(subscriber, kind, "x").parent
        yield from sorted(path.name for path in folder.glob("[!.]*"))

    def _path(self, subscriber: int, kind: str, name: str) -> Path:
        if not re.fullmatch("[a-z_]{1,32}", kind) or not re.fullmatch("[A-Za-z0-9-]{1,64}", name):
            raise ValueError(f"no place for content: {kind}/{name}")
        return self.root / str(int(subscriber)) / kind / name


def _place(path: Path) -> bytes:
    return "/".join(path.parts[-3:]).encode()


def _wrapping(secret: X25519PrivateKey, other: X25519PublicKey, place: bytes) -> AESGCM:
    shared = secret.exchange(other)
    return AESGCM(HKDF(SHA256(), 32, None, b"souffleur content key " + place).derive(shared))


def _seal(content: BinaryIO, file: BinaryIO, public: bytes, place: bytes) -> None:
    once, key = X25519PrivateKey.generate(), AESGCM.generate_key(256)
    wrapping = _wrapping(once, X25519PublicKey.from_public_bytes(public), place)
    # Nonces may be plain counters: each key, of wrapping and of content, seals this one file only.
    header = _FORMAT + once.public_key().public_bytes_raw() + wrapping.encrypt(bytes(12), key, _FORMAT)
    file.write(header)
    sealing, number, chunk = AESGCM(key), 0, content.read(CHUNK)
    while True:
        following = content.read(CHUNK)
        file.write(sealing.encrypt(number.to_bytes(12, "big"), chunk, _about(header, place, last=not following)))
        if not following:
            return
        number, chunk = number + 1, following


def _about(header: bytes, place: bytes, last: bool) -> bytes:
    return header + place + (b"\x01" if last else b"\x00")


class _Opened(io.RawIOBase):
    def __init__(self, file: BinaryIO, place: bytes, unlocked: Unlocked) -> None:
        self.file, self.place, self.at = file, place, 0
        self.header = file.read(_HEADER)
        sealed = os.fstat(file.fileno()).st_size - _HEADER
        if sealed < _TAG or self.header[:1] != _FORMAT:
            raise Damaged("this is no sealed content")
        self.chunks = -(-sealed // (CHUNK + _TAG))
        self.length = sealed - self.chunks * _TAG
        try:
            secret = X25519PrivateKey.from_private_bytes(unlocked.secret)
            wrapping = _wrapping(secret, X25519PublicKey.from_public_bytes(self.header[1:33]), place)
            self.key = AESGCM(wrapping.decrypt(bytes(12), self.header[33:], _FORMAT))
        except (InvalidTag, ValueError):
            raise Damaged("the key does not open it") from None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        self.at = max(0, base + offset)
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, inside = divmod(min(self.at, self.length), CHUNK)
        if self.at >= self.length and self.length:
            return 0
        found = self._chunk(number)[inside : inside + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)

    def _chunk(self, number: int) -> bytes:
        self.file.seek(_HEADER + number * (CHUNK + _TAG))
        sealed = self.file.read(CHUNK + _TAG)
        about = _about(self.header, self.place, last=number == self.chunks - 1)
        try:
            return self.key.decrypt(number.to_bytes(12, "big"), sealed, about)
        except (InvalidTag, ValueError):
            raise Damaged(f"chunk {number} is not what was sealed") from None

    def close(self) -> None:
        self.file.close()
        super().close()
