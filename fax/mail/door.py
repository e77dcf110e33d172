"""The door for mails: SMTP, and LMTP behind a mail server. It only carries; mails are read in threads of their own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from conf.settings import Settings
from fax.mail.addresses import Refused
from fax.mail.taking import AWAY, Taking

log = logging.getLogger(__name__)
MOST_RECIPIENTS = 50
READERS = 2  # threads
IDLE = 60.0  # seconds


class Answering:
    """What is answered to a mail server, by the hooks that aiosmtpd asks."""

    def __init__(self, taking: Taking, readers: ThreadPoolExecutor, lmtp: bool) -> None:
        self.taking, self.readers, self.lmtp = taking, readers, lmtp

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """No mail without somebody to answer to: those are automatic."""
        if not address.strip("<>\"' "):
            return "550 5.7.1 no faxes are made of automatic mails"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        """One number each."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        try:
            self.taking.to(address)
        except Refused as refused:
            return refused.line
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """By SMTP all recipients share one answer; by LMTP each has its own."""
        raw, loop = bytes(envelope.original_content or b""), asyncio.get_running_loop()
        groups = [[one] for one in envelope.rcpt_tos] if self.lmtp else [list(envelope.rcpt_tos)]
        said = [await loop.run_in_executor(self.readers, self._take, raw, group) for group in groups]
        return "\r\n".join(said)

    def _take(self, raw: bytes, addresses: Sequence[str]) -> str:
        try:
            return self.taking.take(raw, addresses, behind_relay=self.lmtp)
        except Refused as refused:
            log.info("a mail was refused: %s %s", refused.code, refused.enhanced)
            return refused.line
        except Exception:
            log.exception("a mail could not be taken")
            return AWAY.line


@dataclass
class Door:
    """Both doors, open until they are closed. `ports` are those of SMTP and LMTP (0: any that is free)."""

    taking: Taking
    host: str = "127.0.0.1"
    ports: tuple[int, int] = (0, 0)
    size: int = 25_000_000

    def open(self) -> Door:
        """Listen, in a thread with a loop of its own. Raises OSError when a port is taken."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells who writes to whom
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="mails")
        ready: Future[tuple[int, int]] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="mail door", daemon=True)
        self._thread.start()
        self.ports = ready.result(30.0)
        return self

    def close(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(5.0)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _run(self, ready: Future[tuple[int, int]]) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve(ready))
        except OSError as error:
            if not ready.done():
                ready.set_exception(error)

    async def _serve(self, ready: Future[tuple[int, int]]) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        made = []
        for kind, port in zip((SMTP, LMTP), self.ports, strict=True):
            answering = Answering(self.taking, self._readers, kind is LMTP)
            protocol = partial(
                kind,
                answering,
                hostname=self.taking.domain,
                ident="Souffleur",
                data_size_limit=self.size,
                timeout=IDLE,
                auth_exclude_mechanism=("LOGIN", "PLAIN"),  # nobody logs in here
                loop=self._loop,
            )
            made.append(await self._loop.create_server(protocol, self.host, port))
        smtp, lmtp = (one.sockets[0].getsockname()[1] for one in made)
        ready.set_result((smtp, lmtp))
        await self._ended.wait()
        for one in made:
            one.close()


def door(settings: Settings, taking: Taking) -> Door:
    """The doors that the settings ask for, closed yet."""
    ports = settings.fax_mail_port, settings.fax_mail_lmtp_port
    return Door(taking, settings.fax_mail_host, ports, settings.fax_mail_size)
