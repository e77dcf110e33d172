"""What was last read of the database, kept on disk: a controller that starts while the database is away knows it.

One file for each subscriber, one for what belongs to no subscriber, and one for each flow version that was published
once and is not any more: a call that is under way may have pinned it. Files are written aside, synced and renamed.
They hold digests of phones and passwords of trunks: nobody but their owner may read them.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy.engine import make_url

from conf.snapshot import Snapshot
from controller.calls.durable import private_folder, write

log = logging.getLogger(__name__)
T = TypeVar("T")
FORMAT = 1
LIMIT = 512 * 1024 * 1024  # bytes of all files
LARGEST = 64 * 1024 * 1024  # bytes of one
OLD_FLOWS = 2000  # versions that are not published any more
HALF = 60.0  # seconds after which a file that was not put in place never will be


@dataclass
class Everything:
    """All that calls are routed by."""

    subscribers: dict[int, Snapshot] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    trunks: tuple[Mapping[str, Any], ...] = ()
    outbound: tuple[Mapping[str, Any], ...] = ()


class Cache:
    """A folder of files; `database_url` tells whose they are, so that another database's are never taken for ours.

    Nothing here raises: a disk that is full or broken must not keep a call from its flow.
    """

    def __init__(self, folder: Path, database_url: str, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._size: int | None = None  # bytes; None until it is counted
        shown = make_url(database_url).render_as_string(hide_password=True)
        self._mark = {"format": FORMAT, "database": hashlib.sha256(shown.encode()).hexdigest()[:16]}

    # --- reading ----------------------------------------------------------------------------------------------------

    def recall(self) -> Everything | None:
        """What was known last; None when nothing was kept."""
        head = self._read(self._folder / "known.json")
        if head is None:
            return None
        try:
            numbers = {str(number): int(owner) for number, owner in head["numbers"].items()}
            trunks, rules = (tuple(map(dict, found)) for found in (head["trunks"], head.get("outbound", ())))
            found = Everything({}, numbers, trunks, rules)
            wanted = [int(one) for one in head["subscribers"]]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("what was kept of the configuration is of another make: %r", error)
            return None
        for subscriber in wanted:
            if snapshot := self._snapshot(self._subscriber(subscriber)):
                found.subscribers[subscriber] = snapshot
        return found

    def flow(self, subscriber: int, name: str, version: int) -> dict[str, Any] | None:
        """The document of a version that was published once."""
        kept = self._read(self._flow(subscriber, name, version))
        same = kept and (kept.get("subscriber"), kept.get("name"), kept.get("version")) == (subscriber, name, version)
        return kept["document"] if kept and same and isinstance(kept.get("document"), dict) else None

    # --- writing ----------------------------------------------------------------------------------------------------

    def keep(self, subscribers: Sequence[Snapshot], known: Everything) -> None:
        """Keep these subscribers anew, the numbers and trunks, and forget the subscribers that are gone."""
        for snapshot in subscribers:
            file = self._subscriber(snapshot.subscriber_id)
            before = self._snapshot(file)
            if before == snapshot:
                continue
            for name, (version, document) in before.flows.items() if before else ():
                if snapshot.flows.get(name, (0, None))[0] != version:
                    self.keep_flow(snapshot.subscriber_id, name, version, document)
            self._write(file, {"snapshot": asdict(snapshot)})
        operators = {"trunks": known.trunks, "outbound": known.outbound}
        head = {"subscribers": sorted(known.subscribers), "numbers": known.numbers, **operators}
        self._write(self._folder / "known.json", head)
        self._tidy(set(known.subscribers))

    def keep_flow(self, subscriber: int, name: str, version: int, document: Mapping[str, Any]) -> None:
        """Keep a version that is not published, but that a call has pinned or may have."""
        file = self._flow(subscriber, name, version)
        if not file.exists():
            told = {"subscriber": subscriber, "name": name, "version": version, "document": document}
            self._write(file, told)

    def _tidy(self, subscribers: set[int]) -> None:
        """Remove what nobody needs: flows of long ago, subscribers that are gone, what a crash left half written."""
        mine = {self._subscriber(subscriber) for subscriber in subscribers}
        flows = sorted(self._files("flow-*.json"), key=_age, reverse=True)
        gone = [file for file in self._files("subscriber-*.json") if file not in mine]
        halves = [file for file in self._files("*.part") if _age(file) < time.time() - HALF]
        for file in [*flows[OLD_FLOWS:], *gone, *halves]:
            _quietly(file.unlink)
        self._size = None

    # --- files ------------------------------------------------------------------------------------------------------

    def _subscriber(self, subscriber: int) -> Path:
        return self._folder / f"subscriber-{subscriber}.json"

    def _flow(self, subscriber: int, name: str, version: int) -> Path:
        return self._folder / f"flow-{subscriber}-{hashlib.sha256(name.encode()).hexdigest()[:16]}-{version}.json"

    def _files(self, pattern: str) -> list[Path]:
        return _quietly(lambda: list(self._folder.glob(pattern))) or []

    def _snapshot(self, file: Path) -> Snapshot | None:
        document = self._read(file)
        if document is None:
            return None
        try:
            kept = dict(document["snapshot"])
            kept |= {name: tuple(kept[name]) for name in ("emergency", "users")}
            kept["flows"] = {name: (int(version), doc) for name, (version, doc) in kept["flows"].items()}
            return Snapshot(**kept)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("%s is of another make and is not used: %r", file.name, error)
            return None

    def _read(self, file: Path) -> dict[str, Any] | None:
        try:
            document = orjson.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, orjson.JSONDecodeError) as error:
            log.warning("%s cannot be read and is not used: %s", file.name, error)
            return None
        if not isinstance(document, dict) or any(document.get(name) != value for name, value in self._mark.items()):
            log.warning("%s is of another format or another database and is not used", file.name)
            return None
        return document

    def _write(self, file: Path, document: dict[str, Any]) -> None:
        try:
            data = orjson.dumps(self._mark | document)
            if self._size is None:
                self._size = sum(_bytes(one) for one in self._files("*.json"))
            size = self._size + len(data) - _bytes(file)
            if len(data) > LARGEST or size > self._limit:
                log.error("%s is not kept, the cache would outgrow its limit", file.name)
                return
            private_folder(self._folder)
            write(file, data)
            self._size = size
        except (OSError, TypeError) as error:
            log.error("%s is not kept on disk: %s", file.name, error)


def _bytes(file: Path) -> int:
    return _quietly(lambda: file.stat().st_size) or 0


def _age(file: Path) -> float:
    return _quietly(lambda: file.stat().st_mtime) or 0.0


def _quietly(do: Callable[[], T]) -> T | None:
    """A file that went away meanwhile (another controller tidies too) is no trouble."""
    try:
        return do()
    except OSError:
        return None
