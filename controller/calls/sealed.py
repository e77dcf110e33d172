"""The part of a call's checkpoint that only this installation's controllers read: what the caller told.

FreeSWITCH repeats a channel's variables in every event and in its own account of the call, so what is in one is as
open as a log.
"""

from __future__ import annotations

import base64
import binascii
import os
import zlib
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from conf.secret_files import valid

NONCE = 12  # bytes
LARGEST = 65536  # bytes that are unpacked


class Seal:
    """Seals for one call: what another call carries does not open. `secret` is the one that controllers share.

    While it is being changed both its values open; the newest one seals.
    """

    def __init__(self, secret: str, call: str) -> None:
        self._secret = secret
        self._call = call.encode()
        self._keys: dict[str, AESGCM] = {}

    def close(self, content: Any) -> str:
        """JSON data as a text of letters, digits, - and _."""
        nonce = os.urandom(NONCE)
        packed = zlib.compress(orjson.dumps(content), 6, -zlib.MAX_WBITS)
        sealed = self._key(valid(self._secret)[0]).encrypt(nonce, packed, None)
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, text: str) -> Any:
        """What was sealed. ValueError when it cannot be read."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (binascii.Error, UnicodeEncodeError):
            raise ValueError("no seal") from None
        for secret in valid(self._secret):
            try:
                packed = self._key(secret).decrypt(sealed[:NONCE], sealed[NONCE:], None)
                return orjson.loads(zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LARGEST))
            except (InvalidTag, ValueError, zlib.error):
                continue
        raise ValueError("sealed with a secret that is not known here")

    def _key(self, secret: str) -> AESGCM:
        if secret not in self._keys:
            derived = HKDF(SHA256(), 32, None, b"souffleur checkpoint " + self._call).derive(secret.encode())
            self._keys = {**dict(list(self._keys.items())[-1:]), secret: AESGCM(derived)}
        return self._keys[secret]
