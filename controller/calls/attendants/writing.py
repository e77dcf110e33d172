"""What is kept of a call that is listened to, on its way to the database: in parts, sealed before it is queued.

The queue may end on disk while the database is away, so nothing on it can be read without this installation's secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from conf.accounts import sealing
from conf.database import scoped
from conf.prompter import shown, transcripts
from controller.calls.spool import Fact

TRANSCRIPT, HINT, MISHEARD = "transcript", "shown_hint", "misheard"
TABLES = (TRANSCRIPT, HINT, MISHEARD)
CALL = transcripts.CALL
UTTERANCES = 20  # of a side that make a part
GATHERS = 10.0  # seconds that what was said waits for its part
EPOCH = 100_000  # parts of one owner of the call


class Pen:
    """Writes for one call. `secret` seals; of two owners of a call each numbers its own parts, by its `epoch`."""

    def __init__(
        self,
        put: Callable[[Fact], object],
        secret: str,
        subscriber: int,
        call: str,
        started_at: float,
        epoch: int,
        keep_days: int,
        languages: Mapping[str, str],
        keeps: bool,
    ) -> None:
        self._put, self._secret, self._keeps = put, secret, keeps
        self._about = {"subscriber": subscriber, "call": call, "keep_days": keep_days}
        self._started_at, self._languages = started_at, languages
        self._sequence = epoch * EPOCH
        self._parts: dict[str, list[Mapping[str, Any]]] = {}
        self._since = 0.0

    def add(self, side: str, utterance: Mapping[str, Any], now: float) -> None:
        """Keep an utterance, which is masked, or on the side `call` an event. `now` in seconds on any clock."""
        if not self._keeps:
            return
        if not self._parts:
            self._since = now
        part = self._parts.setdefault(side, [])
        part.append(utterance)
        if len(part) >= UTTERANCES:
            self.flush()

    def pass_time(self, now: float) -> None:
        """Write what has waited long enough."""
        if self._parts and now - self._since >= GATHERS:
            self.flush()

    def flush(self) -> None:
        """Write everything."""
        parts, self._parts = self._parts, {}
        for side, utterances in parts.items():
            told = {"side": side, "sequence": self._sequence, "language": self._languages.get(side, "")}
            self._write(TRANSCRIPT, utterances, told | {"started_at": self._started_at})
            self._sequence += 1

    def drop(self) -> None:
        """Keep nothing more of this call, nor what waits."""
        self._keeps = False
        self._parts = {}

    def card(self, why: Mapping[str, Any], **told: Any) -> None:
        """Keep a card that was shown."""
        self._write(HINT, why, told)

    def misheard(self, card: int) -> None:
        """Keep that the words of a card turned out to be others."""
        if self._keeps:
            self._put({"table": MISHEARD, **self._about, "card": card})

    def _write(self, table: str, content: Any, told: Mapping[str, Any]) -> None:
        if self._keeps:
            sealed = sealing.seal(orjson.dumps(content).decode(), self._secret).decode()
            self._put({"table": table, **self._about, **told, "sealed": sealed})


class Rows:
    """Writes the facts of pens to the database; for the writer's thread. Errors: SQLAlchemyError, Unsealable."""

    def __init__(self, engine: Engine, secret: str) -> None:
        self._engine, self._secret = engine, secret

    def beside(self, write: Callable[[list[Fact]], None]) -> Callable[[list[Fact]], None]:
        """What writes all facts: these here, the others as `write` does."""

        def both(facts: list[Fact]) -> None:
            if others := [fact for fact in facts if fact["table"] not in TABLES]:
                write(others)
            self.write([fact for fact in facts if fact["table"] in TABLES])

        return both

    def write(self, facts: Sequence[Fact]) -> None:
        """Write facts, each subscriber's in its own scope; what is there already stays as it is."""
        for subscriber in dict.fromkeys(fact["subscriber"] for fact in facts):
            with scoped(self._engine, subscriber) as session:
                for fact in facts:
                    if fact["subscriber"] == subscriber:
                        self._row(session, fact)

    def _row(self, session: Session, fact: Fact) -> None:
        subscriber, call = fact["subscriber"], fact["call"]
        if fact["table"] == MISHEARD:
            shown.misheard(session, subscriber, call, fact["card"])
            return
        content = orjson.loads(sealing.unseal(fact["sealed"].encode(), self._secret))
        if fact["table"] == HINT:
            at = datetime.fromtimestamp(fact["at"], UTC)
            told = (fact["rule"], fact["etag"], fact["audience"], fact["agent"], at, fact["offset"])
            hint = shown.Hint(call, fact["card"], *told, content)
            shown.put(session, subscriber, hint, keep_days=fact["keep_days"])
            return
        transcripts.put(
            session,
            subscriber,
            call,
            fact["side"],
            fact["sequence"],
            content,
            started_at=datetime.fromtimestamp(fact["started_at"], UTC),
            language=fact["language"],
            keep_days=fact["keep_days"],
        )
