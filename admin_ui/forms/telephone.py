"""Telephones: what to type into one, and short numbers that are free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import segno
from flask import current_app, url_for
from sqlalchemy import select

from admin_ui.app import settings_of
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf.editing import short_numbers
from conf.models import Extension
from conf.telephone import Credentials


@dataclass(frozen=True)
class Phone:
    """What a telephone is told. `server` is HOST or HOST:PORT, `uri` what the QR code says."""

    server: str
    tls_server: str
    uri: str
    code: str
    linphone: str


def settings(made: Credentials) -> Phone:
    """What a telephone needs for new credentials."""
    about = settings_of(current_app)
    host = about.public_address or about.sip_address
    plain, tls = f"{host}:{about.sip_internal_port}", f"{host}:{about.sip_internal_tls_port}"
    proxy = f"sips:{tls}" if about.require_tls else f"sip:{plain}"
    uri = f"sip:{made.username}@{made.domain}"
    return Phone("" if about.require_tls else plain, tls, uri, _code(uri), _linphone(made, proxy))


def _code(text: str) -> str:
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=2, light="white"))


def _linphone(made: Credentials, proxy: str) -> str:
    """Linphone's remote provisioning: an XML file that an address or the file itself brings into the app."""
    identity = f'"{made.username}" <sip:{made.username}@{made.domain}>'
    sections = {
        "proxy_0": {
            "reg_proxy": f"<{proxy}>",
            "reg_route": f"<{proxy}>",
            "reg_identity": identity,
            "reg_sendregister": "1",
        },
        "auth_info_0": {
            "username": made.username,
            "domain": made.domain,
            "realm": made.domain,
            "passwd": made.password,
        },
        "sip": {"default_proxy": "0"},
    }
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">']
    for name, entries in sections.items():
        lines.append(f'  <section name="{name}">')
        lines += [f'    <entry name="{key}" overwrite="true">{escape(value)}</entry>' for key, value in entries.items()]
        lines.append("  </section>")
    return "\n".join([*lines, "</config>"])


def checked(of: str) -> Mapping[str, Any]:
    """The attributes of an input for a short number that is checked when it is left. `of`: of users or extensions."""
    return {
        "inputmode": "numeric",
        "maxlength": 8,
        "hx-get": url_for("extensions.check", of=of),
        "hx-trigger": "change, input changed delay:400ms",
        "hx-target": "next .help",
        "hx-include": "form [name=base], form [name=extension]",
    }


def next_free() -> str:
    """A free short number near those most used; "" when there is none."""
    wanted = select(Extension.number).where(Extension.subscriber_id == subscriber_id()).order_by(Extension.number)
    used = list(db.session.scalars(wanted))
    lengths = [len(number) for number in used]
    near = next((number for number in used if len(number) == max(set(lengths), key=lengths.count)), "101")
    return short_numbers.propose(db.session(), subscriber_id(), near)
