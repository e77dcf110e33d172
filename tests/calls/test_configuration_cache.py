"""What a controller knows when it starts while the database is away."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, select

from conf.apply import apply
from conf.database import migrate, open_engine, scoped
from conf.models import Flow, FlowVersion, Subscriber
from conf.snapshot import Snapshot
from controller.calls import cache as cache_module
from controller.calls.cache import Cache, Everything
from controller.calls.configuration import Configuration
from controller.calls.threads import Threads
from tests.calls.live import HOUSES

Make = Callable[..., Snapshot]
FLOW = {"name": "reception", "start": "end", "nodes": {"end": {"kind": "hang_up"}}}
TRUNK = {"name": "carrier", "host": "192.0.2.1", "password": "trunk-secret"}


class Base:
    """A database in a file, which can be sent away: a folder stands in its place then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "souffleur.db"
        self.url = f"sqlite:///{self.file}"
        self.engine = open_engine(self.url)
        migrate(self.engine)
        for house in ("operator", "martin"):
            apply(self.engine, HOUSES / house, prompts_dir=folder, domain="pbx.localhost")
        self.pool = Threads(2)

    def leave(self) -> None:
        self.file.rename(self.folder / "aside.db")
        self.file.mkdir()

    def come_back(self) -> None:
        self.file.rmdir()
        (self.folder / "aside.db").rename(self.file)

    def controller(self) -> Configuration:
        """The configuration of a new process."""
        return Configuration(self.engine, self.pool, self.folder, cache=Cache(self.folder / "cache", self.url))

    def publish(self, name: str, document: dict[str, Any]) -> int:
        """Another version of a flow; returns its number."""
        with scoped(self.engine, 1) as session:
            flow = session.scalars(select(Flow).where(Flow.name == name)).one()
            version = (flow.published or 0) + 1
            row = FlowVersion(subscriber_id=1, flow_id=flow.id, version=version, doc=document, pins={})
            session.add(row)
            flow.published = version
        return version


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = Base(tmp_path)
    yield made
    made.engine.dispose()
    made.pool.kill()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "sqlite:////var/souffleur.db")


def test_a_controller_that_starts_while_the_database_is_away_knows_everything(base: Base) -> None:
    first = base.controller()
    assert first.refresh()
    first.keep()
    base.leave()
    second = base.controller()
    assert not second.refresh()
    assert (second.read_once, second.reachable) == (True, False)
    martin = second.owner("+33123456789")
    assert martin
    assert martin == first.owner("+33123456789")
    assert second.by_slug("martin") == martin
    assert second.trunks() == first.trunks() != ()
    assert [user["sip_a1"] for user in martin.users] == [user["sip_a1"] for user in first.by_slug("martin").users]
    assert second.flow(martin, "reception").name == "reception"


def test_the_truth_is_read_when_the_database_comes_back(base: Base) -> None:
    first = base.controller()
    first.refresh()
    first.keep()
    with scoped(base.engine, 1) as session:
        row = session.scalars(select(Subscriber)).one()
        row.doc = row.doc | {"name": "Martin et fils"}
    base.leave()
    second = base.controller()
    second.refresh()
    assert second.by_slug("martin").name == "Boulangerie Martin"
    base.come_back()
    assert second.refresh()
    assert second.by_slug("martin").name == "Martin et fils"


def test_the_same_version_of_another_configuration_does_not_stay(base: Base) -> None:
    """A database that was put back from a copy counts its versions anew."""
    base.controller().refresh()
    kept = Cache(base.folder / "cache", base.url)
    first = base.controller()
    first.refresh()
    wrong = replace(first.by_slug("martin"), name="somebody else")
    kept.keep([wrong], Everything({1: wrong}))
    base.leave()
    second = base.controller()
    second.refresh()
    assert second.by_slug("martin").name == "somebody else"
    base.come_back()
    second.refresh()
    assert second.by_slug("martin").name == "Boulangerie Martin"


def test_nothing_is_known_where_nothing_was_kept(base: Base) -> None:
    base.leave()
    first = base.controller()
    assert not first.refresh()
    assert not first.read_once


def test_a_pinned_version_is_found_on_the_disk(base: Base) -> None:
    first = base.controller()
    first.refresh()
    first.keep()
    martin = first.by_slug("martin")
    old, document = martin.flows["reception"]
    base.publish("reception", FLOW)
    first.refresh()
    first.keep()
    base.leave()
    second = base.controller()
    second.refresh()
    martin = second.by_slug("martin")
    assert martin.flows["reception"][0] == old + 1
    assert set(second.flow(martin, "reception", old).nodes) == set(document["nodes"])
    assert list(second.flow(martin, "reception").nodes) == ["end"]


def test_a_version_replaced_before_a_controller_was_there_is_known_to_it(base: Base) -> None:
    """It may adopt a call of one that had the version."""
    old = base.publish("reception", FLOW)
    base.publish("reception", FLOW | {"start": "bye", "nodes": {"bye": {"kind": "hang_up"}}})
    first = base.controller()
    first.refresh()
    first.keep()
    base.leave()
    first.refresh()
    assert list(first.flow(first.by_slug("martin"), "reception", old).nodes) == ["end"]


def test_files_are_their_owner_s_alone(cache: Cache, snapshot: Make, tmp_path: Path) -> None:
    martin = snapshot(flows={"reception": (1, FLOW)})
    cache.keep([martin], Everything({1: martin}, {"+33123456789": 1}, (TRUNK,)))
    cache.keep([replace(martin, flows={})], Everything({1: martin}))
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    files = list((tmp_path / "cache").iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_what_was_kept_comes_back_as_it_was(cache: Cache, snapshot: Make) -> None:
    martin = snapshot(flows={"reception": (3, FLOW)}, users=({"login": "é", "sip_a1": "0" * 32},))
    known = Everything({1: martin}, {"+33123456789": 1}, (TRUNK,))
    cache.keep([martin], known)
    assert cache.recall() == known
    assert cache.flow(1, "reception", 3) is None


def test_a_subscriber_that_is_gone_is_forgotten(cache: Cache, snapshot: Make) -> None:
    martin, duval = snapshot(), snapshot(subscriber_id=2, slug="duval")
    cache.keep([martin, duval], Everything({1: martin, 2: duval}))
    cache.keep([], Everything({2: duval}))
    recalled = cache.recall()
    assert recalled
    assert recalled.subscribers == {2: duval}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"format": 0}', b"\xff\xfe", b'{"snapshot": 1}'])
def test_a_damaged_file_is_left_out_aloud(
    cache: Cache, snapshot: Make, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    martin, duval = snapshot(), snapshot(subscriber_id=2, slug="duval")
    cache.keep([martin, duval], Everything({1: martin, 2: duval}))
    (tmp_path / "cache" / "subscriber-1.json").write_bytes(damage)
    recalled = cache.recall()
    assert recalled
    assert list(recalled.subscribers) == [2]
    assert "subscriber-1.json" in caplog.text
    cache.keep([martin], Everything({1: martin, 2: duval}))  # and is written anew
    assert list((cache.recall() or Everything()).subscribers) == [1, 2]


def test_an_older_format_is_left_out(
    cache: Cache, snapshot: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache.keep([snapshot()], Everything({1: snapshot()}))
    monkeypatch.setattr(cache_module, "FORMAT", 2)
    assert Cache(tmp_path / "cache", "sqlite:////var/souffleur.db").recall() is None


def test_another_database_s_files_are_left_out(cache: Cache, snapshot: Make, tmp_path: Path) -> None:
    cache.keep([snapshot()], Everything({1: snapshot()}))
    assert Cache(tmp_path / "cache", "postgresql://db/other").recall() is None


def test_a_disk_that_is_full_holds_up_nobody(
    cache: Cache, snapshot: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_module, "write", full)
    cache.keep([snapshot()], Everything({1: snapshot()}))
    assert "No space left" in caplog.text
    assert cache.recall() is None


def test_the_cache_is_bounded(
    snapshot: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Cache(tmp_path / "cache", "sqlite:////x", limit=4000)
    many = {number: snapshot(subscriber_id=number) for number in range(1, 30)}
    small.keep(list(many.values()), Everything(many))
    assert sum(file.stat().st_size for file in (tmp_path / "cache").iterdir()) <= 4000
    assert "outgrow" in caplog.text
    monkeypatch.setattr(cache_module, "OLD_FLOWS", 3)
    cache = Cache(tmp_path / "other", "sqlite:////x")
    for version in range(1, 10):
        cache.keep_flow(1, "reception", version, FLOW)
    cache.keep([], Everything())
    assert len(list((tmp_path / "other").glob("flow-*"))) == 3


def test_a_database_that_hangs_is_away(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a flow meanwhile is told at once, and the disk is read all the same."""
    monkeypatch.setattr("controller.calls.configuration.ANSWERS", 0.05)
    first = base.controller()
    first.refresh()
    first.keep()
    second = base.controller()
    hanging = _Hanging()
    second._read_versions = hanging  # type: ignore[method-assign, assignment]
    assert not second.refresh()
    assert not second.refresh()
    assert hanging.asked == 1  # the second look waits for the thread, it does not take another one
    assert second.owner("+33123456789")
    hanging.go_on()


class _Hanging:
    """A database that does not answer until it is told to."""

    def __init__(self) -> None:
        self.lock = get_original("threading", "Lock")()
        self.lock.acquire()
        self.asked = 0

    def __call__(self) -> dict[int, int]:
        self.asked += 1
        with self.lock:
            return {}

    def go_on(self) -> None:
        self.lock.release()


def test_the_pool_of_the_configuration_is_not_the_calls(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    """Calls that hang on the database do not keep the configuration from being read."""
    hanging = _Hanging()
    for _ in range(2):
        pool.spawn(hanging)
    assert Configuration(engine, pool, tmp_path).refresh()
    hanging.go_on()


def test_a_number_that_is_blocked_stays_so_while_the_database_is_away(base: Base, tmp_path: Path) -> None:
    operator = tmp_path / "operator"
    operator.mkdir()
    (operator / "trunks.yaml").write_text((HOUSES / "operator" / "trunks.yaml").read_text())
    (operator / "outbound.yaml").write_text('- {name: premium, match: "+33899*", blocked: true}\n')
    first = base.controller()
    assert first.refresh()
    assert first.outbound_rules() == ()
    apply(base.engine, operator, prompts_dir=tmp_path)
    assert first.refresh()  # no subscriber changed
    first.keep()
    base.leave()
    second = base.controller()
    assert not second.refresh()
    assert second.outbound_rules() == first.outbound_rules()
    assert [rule["name"] for rule in second.outbound_rules()] == ["premium"]
    base.come_back()
