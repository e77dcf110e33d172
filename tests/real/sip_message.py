"""SIP as text: messages read, challenges answered."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass


@dataclass
class Message:
    """A request or a response, its header names in lower case."""

    start: str
    headers: list[tuple[str, str]]
    body: str

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self.all("cseq")[0].split()[1] if self.status else self.start.split()[0]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]


def parse(data: bytes) -> Message:
    head, _, body = data.decode("latin-1").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Message(start, [(name.strip().lower(), value.strip()) for name, _, value in pairs], body)


def digest(challenge: str, method: str, uri: str, user: str, password: str, realm: str = "") -> str:
    """Answer a challenge (RFC 2617, qop auth). `realm` claims another one than was asked."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    realm = realm or given["realm"]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode("latin-1")).hexdigest()

    proof = md5(f"{md5(f'{user}:{realm}:{password}')}:{given['nonce']}:00000001:abcd:auth:{md5(f'{method}:{uri}')}")
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{given["nonce"]}", uri="{uri}", response="{proof}", '
        'algorithm=MD5, qop=auth, nc=00000001, cnonce="abcd"'
    )
