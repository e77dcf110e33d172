"""Sending a mail: to the mail server of the settings, or into a folder while there is none."""

from __future__ import annotations

import logging
import os
import secrets
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from conf.settings import Settings

log = logging.getLogger(__name__)
TIMEOUT = 20.0  # seconds for each step of a conversation with a mail server
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Mail:
    """A mail of plain text to one person. Its repr shows neither text nor address.

    `answers` is the Message-ID of the mail that this one tells of: it goes with a null return path.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str = "en"
    answers: str = ""


class NotSent(Exception):
    """The mail server did not take it. `again`: it may later."""

    def __init__(self, reason: str, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again


def send(settings: Settings, mail: Mail) -> None:
    """Hand a mail over. Without a mail server it is kept as a file in `data_dir/mails`. Raises NotSent."""
    try:
        message = _message(settings, mail)
    except ValueError as error:
        raise NotSent("not an address that mail can be sent to", again=False) from error
    if not settings.mail_server:
        _keep(settings, message)
        return
    try:
        _deliver(settings.mail_server, message)
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"the mail server says {error.smtp_code}", again=error.smtp_code < 500) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotSent(
            f"the mail server refuses the recipient: {codes}", again=all(code < 500 for code in codes)
        ) from error
    except (OSError, smtplib.SMTPException) as error:  # TLS errors are OSErrors
        raise NotSent(f"{type(error).__name__}: {error}") from error


def sender(settings: Settings) -> str:
    """The address that mails come from."""
    return settings.mail_from or f"souffleur@{settings.domain}"


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Souffleur <{sender(settings)}>"
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender(settings).partition("@")[2])
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-replied" if mail.answers else "auto-generated"
    if mail.answers:
        message["In-Reply-To"] = message["References"] = mail.answers
    message.set_content(mail.text)
    return message


def _deliver(server: str, message: EmailMessage) -> None:
    where = urlsplit(server)
    with _connected(where.scheme, where.hostname or "", where.port or PORTS[where.scheme]) as connection:
        if where.username:
            if not isinstance(connection.sock, ssl.SSLSocket):
                raise NotSent("the mail server offers no TLS: the password is not sent in the open", again=False)
            connection.login(unquote(where.username), unquote(where.password or ""))
        connection.send_message(message, from_addr="" if message["In-Reply-To"] else None)


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
    connection = smtplib.SMTP(host, port, timeout=TIMEOUT)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=trusted)
        connection.ehlo()
    return connection


def _keep(settings: Settings, message: EmailMessage) -> None:
    """Mails hold links that let people in: the file is its owner's alone, and the log says only where it is."""
    folder = settings.data_dir / "mails"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.eml"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(message.as_bytes())
    log.warning("no mail server is configured: a mail is kept in %s", path)
