"""Puts messages into better words after the call: jobs of the second pass, one at a time, in a process of low priority.

The words that Vosk heard stay until there are others, and where the second pass finds none.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from conf import content_keys, jobs
from conf.database import open_engine, operator, scoped
from conf.messages import keeping
from conf.models import Message, Subscriber
from conf.settings import Settings
from conf.vault import Damaged, Vault
from speech import masking
from speech.client import Transcript
from speech.second_pass import NoSecondPass, SecondPass

log = logging.getLogger(__name__)
LOOKS = 10.0  # seconds
LEASE = 7200.0  # seconds that one message may take
AGAIN = timedelta(minutes=5)
TRIES = 3
CANNOT = (content_keys.Locked, Damaged, OSError, ValueError, RuntimeError)
Rewrite = Callable[[Path, str], Transcript]


@dataclass(frozen=True)
class Rewriting:
    """Takes the jobs of messages that are in words. `folder` is in memory, `worker` names this process."""

    engine: Engine
    vault: Vault
    secret: str
    folder: Path
    worker: str
    rewrite: Rewrite
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def step(self) -> bool:
        """Rewrite one message; whether there was a job."""
        with operator(self.engine) as session:
            job = next(iter(jobs.claim(session, keeping.REWRITE, self.worker, self.now(), LEASE)), None)
        if job is None:
            return False
        try:
            if job.subscriber is not None:
                self._message(job.subscriber, str(job.payload.get("message", "")))
        except CANNOT as error:
            log.error("message %s is not rewritten: %s", job.payload.get("message"), type(error).__name__)
            with operator(self.engine) as session:
                again = self.now() + AGAIN if job.attempts < TRIES else None
                jobs.fail(session, job, type(error).__name__, again)
        else:
            with operator(self.engine) as session:
                jobs.finish(session, job)
        return True

    def _message(self, subscriber: int, name: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".rewrite-") as aside:
            file = Path(aside) / "message.wav"
            with scoped(self.engine, subscriber, read_only=True) as session:
                message = _ready(session, name)
                if message is None:
                    return
                language, patterns = message.language, _patterns(session, subscriber)
                with keeping.sound(session, self.vault, self.secret, message) as sound, file.open("wb") as out:
                    shutil.copyfileobj(sound, out)
            told = self.rewrite(file, language)  # no session: it takes its time
        with scoped(self.engine, subscriber) as session:
            message = _ready(session, name)
            if message is not None and told.words:
                keeping.write_words(message, "done", masking.kept(told.words, language, patterns))
                message.rewritten = True


def _ready(session: Session, name: str) -> Message | None:
    wanted = select(Message).where(Message.name == name, Message.state == "done", Message.rewritten.is_(False))
    return session.scalars(wanted).one_or_none()


def _patterns(session: Session, subscriber: int) -> list[str]:
    found = session.get(Subscriber, subscriber)
    return list((found.doc.get("prompter") or {}).get("mask", ())) if found else []


def start(settings: Settings) -> None:
    """Start the process that rewrites, where a model is set; it ends with the one that started it."""
    if settings.second_pass_model is None:
        return
    spawning = multiprocessing.get_context("spawn")
    spawning.Process(target=work, args=(settings, os.getpid()), daemon=True, name="second pass").start()


def work(settings: Settings, parent: int) -> None:
    """Rewrite messages while `parent` lives."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s speech: %(message)s")
    os.nice(19)
    assert settings.second_pass_model
    try:
        model = SecondPass(settings.second_pass_model)
    except NoSecondPass as reason:
        log.error("messages are not rewritten: %s", reason)
        return
    engine = open_engine(settings.database_url)
    vault, worker = Vault(settings.data_dir / "vault"), f"second-pass-{os.getpid()}"
    rewriting = Rewriting(engine, vault, settings.web_secret, settings.message_dir, worker, model.rewrite)
    while os.getppid() == parent:
        try:
            while rewriting.step():
                pass
        except SQLAlchemyError as error:
            log.debug("messages wait for the database: %s", error)
        time.sleep(LOOKS)
