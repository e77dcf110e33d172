"""Answers FreeSWITCH when it asks who a phone is (mod_xml_curl): its digest and its subscriber, and nothing else.

The last known answers are kept, so that phones go on registering and calling while the database is away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as Xml

import gevent
from gevent.pywsgi import WSGIServer

from conf.secret_files import valid

log = logging.getLogger(__name__)

USERNAME = "freeswitch"  # of the basic authentication; the secret is its password
LARGEST = 65536  # bytes of a question
KEPT = 10_000  # phones remembered
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DOMAIN = re.compile(r"[a-z0-9.-]{1,253}")


@dataclass(frozen=True)
class DirectoryUser:
    """A phone that may register. `a1_hash` is md5(user:domain:password) in hexadecimal: no password travels."""

    subscriber: str  # slug
    user: str  # what it registers as: the extension
    domain: str
    a1_hash: str = field(repr=False)
    login: str = ""  # who it belongs to; the user's name when empty


def a1_hash(user: str, domain: str, password: str) -> str:
    """The digest that a phone proves it knows (RFC 2617, section 3.2.2.2)."""
    return hashlib.md5(f"{user}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()


FindUser = Callable[[str, str], DirectoryUser | None]
Refuses = Callable[[str, str, str, str], bool]  # of an IP address, a user, a domain and a User-Agent
Transfer = Callable[[dict[str, str]], object]


class Directory:
    """Answers for the phones of every subscriber.

    `find_user(domain, user)` finds one, and may raise or take its time: after `patience` seconds the answer is the one
    remembered. Questions that do not hold `secret` are refused. Whom `refuses` names is not even looked for.
    `on_transfer` is told of a phone's transfer to a call of another server, before anything follows from it.
    """

    def __init__(
        self,
        find_user: FindUser,
        secret: str,
        *,
        patience: float = 1.5,
        refuses: Refuses = lambda *_stranger: False,
        on_transfer: Transfer = lambda _question: None,
    ) -> None:
        if len(secret) < 8:
            raise ValueError("the directory's secret is too short")
        self._find_user = find_user
        self._secret = secret
        self._patience = patience
        self._refuses = refuses
        self._on_transfer = on_transfer
        self._known: OrderedDict[tuple[str, str], DirectoryUser] = OrderedDict()

    def listen(self, host: str, port: int) -> WSGIServer:
        """Start answering on a loopback address; `.server_port` tells the port, `.stop()` ends it."""
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("the directory listens on loopback only")
        server = WSGIServer((host, port), self.application, log=None, error_log=log)
        server.start()
        return server

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI application: POST /directory."""
        status, body = self._respond(environ)
        headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    def _respond(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
        if not any(hmac.compare_digest(given, _authorization(secret)) for secret in valid(self._secret)):
            return "403 Forbidden", b""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != "/directory":
            return "404 Not Found", b""
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > LARGEST:
            return "413 Content Too Large", b""
        form = parse_qs(environ["wsgi.input"].read(int(length)).decode("utf-8", "replace"))
        return "200 OK", self.answer(form)

    def answer(self, form: dict[str, list[str]]) -> bytes:
        """The XML document that answers a question, whose values are lists as `urllib.parse.parse_qs` gives them."""
        question = _Question(form)
        if question.one("section") == "channels":
            self._on_transfer({name: values[0] for name, values in form.items() if len(values) == 1})
            return not_found()
        if not question.is_proper() or self._is_refused(question):
            return not_found()
        user = self._find(question.domain, question.user)
        return found(user, with_digest=question.one("action") == "sip_auth") if user else not_found()

    def _is_refused(self, question: _Question) -> bool:
        if question.one("action") != "sip_auth":
            return False
        return self._refuses(question.one("ip"), question.user, question.domain, question.one("sip_user_agent"))

    def _find(self, domain: str, name: str) -> DirectoryUser | None:
        key = (domain, name)
        try:
            with gevent.Timeout(self._patience):
                user = self._find_user(domain, name)
        except (Exception, gevent.Timeout) as error:  # noqa: BLE001 whatever befell the database, phones go on
            log.warning("phones are answered from memory: %s", type(error).__name__)
            return self._known.get(key)
        if user is None:
            self._known.pop(key, None)
            return None
        self._known[key] = user
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return user


def _authorization(secret: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{USERNAME}:{secret}".encode())


class _Question:
    """What mod_xml_curl asked. A value given twice counts as none."""

    def __init__(self, form: dict[str, list[str]]) -> None:
        self._form = form
        self.domain = self.one("key_value").lower()
        self.user = self.one("user")

    def one(self, name: str) -> str:
        values = self._form.get(name, [])
        return values[0] if len(values) == 1 else ""

    def is_proper(self) -> bool:
        """Whether it asks for a phone by name, and does not use the credentials of one to register as another."""
        if (self.one("section"), self.one("tag_name"), self.one("key_name")) != ("directory", "domain", "name"):
            return False
        if not (DOMAIN.fullmatch(self.domain) and NAME.fullmatch(self.user)):
            return False
        if self.one("action") == "sip_auth" and not self._counts():
            return False
        return self.one("sip_auth_method") != "REGISTER" or self._registers_itself()

    def _counts(self) -> bool:
        # FreeSWITCH takes a proof without qop, and takes it again and again from whoever heard it (RFC 2069).
        return self.one("sip_auth_qop") == "auth" and bool(self.one("sip_auth_nc") and self.one("sip_auth_cnonce"))

    def _registers_itself(self) -> bool:
        # FreeSWITCH takes the digest from one header and the registered address from another (To): a phone of one
        # subscriber could stand in for a phone of another.
        address = (self.one("sip_to_user"), self.one("sip_to_host").lower())
        proved = (self.one("sip_auth_username"), self.one("sip_auth_realm").lower())
        return address == (self.user, self.domain) == proved


def not_found() -> bytes:
    """The answer after which FreeSWITCH looks in its own files, where nobody lives."""
    document = Xml.Element("document", type="freeswitch/xml")
    Xml.SubElement(Xml.SubElement(document, "section", name="result"), "result", status="not found")
    return Xml.tostring(document)


def found(user: DirectoryUser, *, with_digest: bool) -> bytes:
    """The answer that makes a phone known; only an authentication is told the digest."""
    document = Xml.Element("document", type="freeswitch/xml")
    domain = Xml.SubElement(Xml.SubElement(document, "section", name="directory"), "domain", name=user.domain)
    entry = Xml.SubElement(domain, "user", id=user.user)
    params = Xml.SubElement(entry, "params")
    # FreeSWITCH lets a user without a digest in: this says that it must not.
    _named(params, "param", {"allow-empty-password": "false"} | ({"a1-hash": user.a1_hash} if with_digest else {}))
    variables = {"souffleur_subscriber": user.subscriber, "souffleur_user": user.login or user.user}
    _named(Xml.SubElement(entry, "variables"), "variable", variables | {"user_context": "internal"})
    return Xml.tostring(document)


def _named(parent: Xml.Element, tag: str, values: dict[str, str]) -> None:
    for name, value in values.items():
        Xml.SubElement(parent, tag, name=name, value=value)
