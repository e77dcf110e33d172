"""The process of faxes: calls in one thread, pages in another, until a signal comes. What is under way goes on without
it: a call lives in FreeSWITCH, and whoever is started next reads the rest in the database."""

from __future__ import annotations

import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import rmtree

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from conf.database import open_engine, operator
from conf.fax import retention
from conf.fax.claiming import Limits, Trunks
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.settings import Settings
from conf.vault import Vault
from fax import page_making
from fax.controllers import of_database
from fax.incoming import Incoming
from fax.mail.door import Door, door
from fax.mail.taking import Taking
from fax.worker import LEASE, Worker

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds between two looks
TIDIED = 3600.0  # seconds between two times of forgetting
AT_ONCE = 4  # calls that are being asked for


def clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What serves: a worker, and where content lies."""

    engine: Engine
    store: Store
    worker: Worker
    folder: Path
    incoming: Incoming


def parts(settings: Settings, trunks: Callable[[Engine], Trunks], now: Callable[[], datetime]) -> Parts:
    """Put a worker together, as the settings say."""
    engine = open_engine(settings.database_url, statement_timeout=10.0)
    store = Store(Vault(settings.data_dir / "vault"), settings.web_secret)
    limits = Limits(settings.fax_calls, settings.fax_per_subscriber, settings.fax_per_trunk)
    worker = Worker(
        name=f"{socket.gethostname()[:40]}-{os.getpid()}",
        engine=engine,
        store=store,
        controllers=of_database(engine, settings, clock),  # leases are by the clock on the wall
        folder=settings.fax_dir,
        now=now,
        trunks=trunks(engine),
        limits=limits,
    )
    return Parts(engine, store, worker, settings.fax_dir, Incoming(engine, store, settings.fax_dir))


def serve(settings: Settings, trunks: Callable[[Engine], Trunks], now: Callable[[], datetime] = clock) -> int:
    """Serve until SIGTERM or SIGINT."""
    made = parts(settings, trunks, now)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    made.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = str(made.folder)  # what a conversion needs meanwhile touches no disk either
    tidy(made.folder)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")
    made.worker.run = pool.submit
    loops = [
        _thread(ended, "calls", partial(_calls, made.worker)),
        _thread(ended, "pages", made.worker.convert),
        _thread(ended, "what came in", made.incoming.look),
        _thread(ended, "tidying", partial(_forget, made), TIDIED),
    ]
    mails = _mails(settings, made)
    log.info("faxes are sent; their pages lie in %s while they are", made.folder)
    ended.wait()
    if mails:
        mails.close()
    for thread in loops:
        thread.join(5.0)
    pool.shutdown(wait=False, cancel_futures=True)
    made.engine.dispose()
    return 0


def _mails(settings: Settings, made: Parts) -> Door | None:
    """Open the door for mails, where they have a domain. A port that is taken does not keep faxes from going."""
    if not settings.fax_mail_domain:
        return None
    policy = Policy(settings.fax_countries, settings.fax_premium, settings.fax_daily)
    named = (settings.fax_mail_domain, settings.fax_mail_relay, settings.fax_mail_daily)
    opened = door(settings, Taking(made.engine, made.store, made.folder, policy, clock, *named))
    try:
        opened.open()
    except OSError as error:
        log.error("no mails are taken: %s", error)
        return None
    log.info("mails to NUMBER@%s are faxed; SMTP on port %d, LMTP on port %d", settings.fax_mail_domain, *opened.ports)
    return opened


def tidy(folder: Path) -> None:
    """Remove what a worker that died left in the clear."""
    oldest = time.time() - LEASE.total_seconds()
    for left in (*folder.glob("work-*"), *folder.glob("souffleur-fax-*")):
        if left.stat().st_mtime < oldest:
            rmtree(left, ignore_errors=True)


def _calls(worker: Worker) -> None:
    worker.settle()
    worker.look()
    worker.call()


def _forget(made: Parts) -> None:
    gone = retention.forget_old(made.engine, made.store, made.worker.now())
    if gone:
        log.info("the content of %d faxes was forgotten", gone)
    tidy(made.folder)
    with operator(made.engine, read_only=True) as session:
        page_making.forget_spooled(session, made.folder)


def _thread(ended: threading.Event, name: str, work: Callable[[], object], every: float = EVERY) -> threading.Thread:
    """Do something again and again; at once when there was something to do. A database that is away is waited for."""

    def loop() -> None:
        away = False
        while not ended.is_set():
            more: object = None
            try:
                more = work()
                away = False
            except (SQLAlchemyError, OSError) as error:
                if not away:  # said once
                    log.warning("%s wait: %s", name, error)
                away = True
            except Exception:
                log.exception(name)
            if more is not True:
                ended.wait(every)

    thread = threading.Thread(target=loop, name=name, daemon=True)
    thread.start()
    return thread
