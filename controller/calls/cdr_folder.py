"""The folder into which FreeSWITCH writes its own account of each call, and what becomes of the files.

A file whose call is on record is removed. One whose call no controller put on record becomes its record: the database
has it before the file goes. While the database is away the files wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
from gevent.threadpool import ThreadPool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as Silent

from controller.calls import cdr
from controller.calls.configuration import Configuration
from controller.calls.ledger import Ledger
from controller.calls.spool import Fact
from controller.calls.writer import AWAY
from controller.esl.cdr import Unreadable, read_cdr

log = logging.getLogger(__name__)
PATTERN = "*.cdr.json"
ASIDE = "unreadable"
SETTLED = 5.0  # seconds after which a file is whole, and the controller that had the call has written of it
LOOK = 2.0  # seconds between two looks
AGAIN = 10.0  # seconds, while the database is away
ANSWERS = 10.0  # seconds that the database has for a batch
BATCH = 100
MOST = 50_000  # files; some 13 kB each
MOST_ASIDE = 1000
LARGEST = 8 * 1024 * 1024  # bytes of a file


@dataclass(frozen=True)
class _Account:
    file: Path
    headers: dict[str, Any]
    at: float


class CdrFolder:
    """Imports what FreeSWITCH wrote. `is_live` tells whether this controller still has a call, by its id.

    `waiting` counts the files of the last look, `imported` the records made from them, `unreadable` those moved aside,
    `dropped` those that were too many.
    """

    def __init__(
        self,
        folder: Path,
        configuration: Configuration,
        ledger: Ledger,
        is_live: Callable[[str], bool],
        pool: ThreadPool,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._configuration = configuration
        self._ledger = ledger
        self._is_live = is_live
        self._pool = pool
        self._now = now
        self.waiting = self.imported = self.unreadable = self.dropped = 0

    def keep(self, sleep: Callable[[float], None] = gevent.sleep) -> None:
        """Look again and again; run it in a greenlet of its own."""
        while True:
            sleep(LOOK if self.look() else AGAIN)

    def look(self) -> bool:
        """Import what is there; False when the database is away."""
        try:
            files = self._pool.apply(self._settled)
            self.waiting = len(files)
            if files and not self._configuration.reachable:
                return False
            for start in range(0, len(files), BATCH):
                self._import(self._pool.apply(self._read, (files[start : start + BATCH],)))
        except (SQLAlchemyError, OSError) as error:
            log.warning("FreeSWITCH's accounts of calls wait: %s", type(error).__name__)
            return False
        except Exception:  # a fault of ours must not end the importing
            log.exception("FreeSWITCH's accounts of calls cannot be imported now")
            return False
        return True

    def state(self) -> dict[str, int]:
        """For the health check."""
        return {name: getattr(self, name) for name in ("waiting", "imported", "unreadable", "dropped")}

    def _import(self, accounts: list[_Account]) -> None:
        done: list[Path] = []
        facts: dict[Path, Fact] = {}
        faxes: dict[Path, list[Fact]] = {}
        for account in accounts:
            try:
                fact = self._record(account)
            except Exception as error:  # noqa: BLE001 what one file holds must not hold up the others
                self._pool.apply(self._set_aside, (account.file, error))
                continue
            if fact is None:
                done.append(account.file)
            elif not self._is_live(fact["call"]):
                done.append(account.file)
                facts[account.file] = fact
                faxes[account.file] = cdr.fax_facts_of(account.headers, fact)
        with gevent.Timeout(ANSWERS, Silent("the database does not answer")):
            self.imported += self._pool.apply(self._write, (facts, faxes))
        self._pool.apply(_remove, (done,))

    def _record(self, account: _Account) -> Fact | None:
        if not cdr.of_a_call(account.headers):
            return None
        return cdr.record_of(account.headers, self._configuration, account.at)

    # --- in a thread ------------------------------------------------------------------------------------------------

    def _settled(self) -> list[Path]:
        """The files that nobody writes to any more, oldest first, no more than the folder may hold."""
        found = sorted((at, file) for file in self._folder.glob(PATTERN) if (at := _at(file)))
        if len(found) > MOST:
            for _, file in found[:-MOST]:
                file.unlink(missing_ok=True)
            self.dropped += len(found) - MOST
            log.critical("%d accounts of calls are dropped, there are more than %d", len(found) - MOST, MOST)
            found = found[-MOST:]
        return [file for at, file in found if at <= self._now() - SETTLED]

    def _read(self, files: Iterable[Path]) -> list[_Account]:
        return list(self._accounts(files))

    def _accounts(self, files: Iterable[Path]) -> Iterator[_Account]:
        for file in files:
            try:
                at = file.stat().st_mtime
                if file.stat().st_size > LARGEST:
                    raise Unreadable("too large")
                yield _Account(file, read_cdr(file.read_bytes()), at)
            except FileNotFoundError:
                continue  # another controller reads this folder too
            except Unreadable as error:
                self._set_aside(file, error)

    def _set_aside(self, file: Path, error: Exception) -> None:
        aside = self._folder / ASIDE
        aside.mkdir(exist_ok=True, mode=0o700)
        log.error("FreeSWITCH's account %s cannot be read and is moved aside: %.200s", file.name, error)
        self.unreadable += 1
        try:
            file.rename(aside / file.name)
        except FileNotFoundError:
            return
        for old in sorted(aside.iterdir(), key=_at)[:-MOST_ASIDE]:
            old.unlink(missing_ok=True)

    def _write(self, facts: dict[Path, Fact], faxes: dict[Path, list[Fact]]) -> int:
        settled = self._ledger.settled([fact["call"] for fact in facts.values()])
        new = {file: fact for file, fact in facts.items() if fact["call"] not in settled}
        try:
            self._ledger.write(list(new.values()))
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 one that the database refuses for what it is must not hold up the others
            for file, fact in list(new.items()):
                if not self._written(file, fact):
                    del new[file]
        # What is told of a fax may have been told before; it is never the reason why a record is not written.
        self._ledger.write([fact for file in new for fact in faxes.get(file, ())])
        for fact in new.values():
            log.info("call %s: its record is made from FreeSWITCH's account", fact["call"])
        return len(new)

    def _written(self, file: Path, fact: Fact) -> bool:
        try:
            self._ledger.write([fact])
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 as above
            self._set_aside(file, error)
            return False
        return True


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
