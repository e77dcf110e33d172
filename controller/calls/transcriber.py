"""Puts messages into words after the call: one at a time, by the speech process, and again later while it is away."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gevent
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from conf import content_keys, jobs
from conf.database import operator, scoped
from conf.messages import keeping
from conf.models import Message, Subscriber
from conf.vault import Damaged, Vault
from controller.calls import durable
from controller.calls.threads import Threads
from speech import client, masking
from speech.client import SpeechAway, Transcript

log = logging.getLogger(__name__)
LOOKS = 5.0  # seconds
LEASE = 900.0  # seconds that one message may take
AGAIN = timedelta(seconds=30)  # while speech is away, then twice that, and so on
LONGEST = timedelta(hours=1)
Hear = Callable[[Path, str], Transcript]


@dataclass(frozen=True)
class Transcriber:
    """Takes the jobs that messages make. `hear` puts a file into words, `folder` is in memory, `worker` our name."""

    engine: Engine
    vault: Vault
    secret: str
    folder: Path
    worker: str
    hear: Hear
    pool: Threads
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    rewrites: bool = False  # by the second pass, once they are in words

    def keep(self) -> None:
        """Take jobs for ever."""
        while True:
            try:
                while self.pool.apply(self.step):
                    pass
            except SQLAlchemyError as error:
                log.debug("messages wait for the database: %s", error)
            gevent.sleep(LOOKS)

    def step(self) -> bool:
        """Put one message into words; whether there was one. For a thread."""
        with operator(self.engine) as session:
            job = next(iter(jobs.claim(session, keeping.QUEUE, self.worker, self.now(), LEASE)), None)
        if job is None or job.subscriber is None:
            return job is not None
        try:
            self._write(job.subscriber, str(job.payload.get("message", "")))
        except SpeechAway as away:
            with operator(self.engine) as session:
                jobs.fail(session, job, away.reason, self.now() + min(AGAIN * 2 ** min(job.attempts - 1, 10), LONGEST))
            return False
        with operator(self.engine) as session:
            jobs.finish(session, job)
        return True

    def _write(self, subscriber: int, name: str) -> None:
        with scoped(self.engine, subscriber, read_only=True) as session:
            message = session.scalars(select(Message).where(Message.name == name)).one_or_none()
            if message is None or message.state == "done":
                return
            told, language = self._heard(session, message), message.language
            patterns = self._patterns(session, subscriber)
        with scoped(self.engine, subscriber) as session:
            message = session.scalars(select(Message).where(Message.name == name)).one_or_none()
            if message is None:
                return
            if isinstance(told, str):
                keeping.write_words(message, told)
            elif told.reason or not told.text:
                keeping.write_words(message, "no_model" if told.reason == "no_model" else "empty")
            else:
                keeping.write_words(message, "done", masking.kept(told.words, language, patterns))
                if self.rewrites:
                    keeping.ask_to_rewrite(session, message)

    def _heard(self, session: Session, message: Message) -> Transcript | str:
        """The words, or the state that says why there are none."""
        durable.private_folder(self.folder)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".words-") as aside:
            file = Path(aside) / "message.wav"
            try:
                with keeping.sound(session, self.vault, self.secret, message) as sound, file.open("wb") as out:
                    shutil.copyfileobj(sound, out)
            except (content_keys.Locked, Damaged, FileNotFoundError) as error:
                log.error("message %s cannot be put into words: %s", message.name, error)
                return "failed"
            return self.hear(file, message.language)

    def _patterns(self, session: Session, subscriber: int) -> list[str]:
        found = session.get(Subscriber, subscriber)
        return list((found.doc.get("prompter") or {}).get("mask", ())) if found else []


def by_process(socket: Path) -> Hear:
    """Hear by the speech process at a socket."""
    return lambda file, language: client.transcribe(socket, file, language, timeout=600.0)
