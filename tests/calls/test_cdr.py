"""FreeSWITCH's own accounts of calls: real files of 1.11.1 read as records, and a folder of them imported."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gevent.threadpool import ThreadPool
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.models import CallRecord
from controller.calls import cdr_folder
from controller.calls.cdr import of_a_call, record_of
from controller.calls.cdr_folder import CdrFolder
from controller.calls.configuration import Configuration
from controller.calls.ledger import Ledger
from controller.calls.offer import call_of
from controller.calls.spool import Fact
from controller.esl.cdr import Unreadable, read_cdr
from tests.calls.live import HOUSES

ACCOUNTS = Path(__file__).parent / "accounts"
NOW = 1.8e9


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
    for house in ("operator", "martin"):
        apply(made, HOUSES / house, prompts_dir=tmp_path, domain="pbx.localhost")
    yield made
    made.dispose()


@pytest.fixture
def known(engine: Engine, pool: ThreadPool, tmp_path: Path) -> Configuration:
    configuration = Configuration(engine, pool, tmp_path)
    assert configuration.refresh()
    return configuration


def read(name: str) -> dict[str, Any]:
    return read_cdr((ACCOUNTS / f"{name}.json").read_bytes())


def record(name: str, known: Configuration) -> Fact:
    headers = read(name)
    assert of_a_call(headers)
    return record_of(headers, known, NOW)


# --- one account ----------------------------------------------------------------------------------------------------


def test_a_call_that_nobody_took(known: Configuration) -> None:
    told = record("nobody", known)
    assert told["call"] == call_of(read("nobody")["Unique-ID"])
    assert (told["subscriber"], told["number"], told["trunk"]) == (1, "+33123456789", "carrier")
    assert (told["disposition"], told["hung_up_by"], told["source"]) == ("failed", "switch", "switch")
    assert (told["cause"], told["problem"]) == ("NORMAL_TEMPORARY_FAILURE", "no controller took the call")
    assert told["answered_at"] is None
    assert told["billed"] == 0
    assert told["wait"] == pytest.approx(4.02, abs=0.01)


def test_a_caller_who_left_a_menu(known: Configuration) -> None:
    told = record("menu", known)
    assert (told["subscriber"], told["flow"], told["flow_version"], told["controller"]) == (1, "reception", 1, "a")
    assert [(step["node"], step["kind"], step["exit"]) for step in told["path"]] == [("choose", "menu", "")]
    assert (told["disposition"], told["hung_up_by"], told["sip_code"]) == ("abandoned", "caller", 200)
    assert told["billed"] == pytest.approx(told["ended_at"] - told["answered_at"])
    assert "%{system(id)}" in told["caller_name"]


def test_a_talk_that_no_controller_heard_end(known: Configuration) -> None:
    told = record("talking", known)
    assert (told["disposition"], told["hung_up_by"]) == ("answered", "caller")
    assert 0 < told["talk"] < told["billed"]
    assert [step["exit"] for step in told["path"]] == ["1", ""]


def test_a_talk_that_no_controller_heard_begin(known: Configuration) -> None:
    told = record("answered_later", known)
    assert (told["disposition"], told["hung_up_by"]) == ("answered", "caller")
    assert 0.5 < told["talk"] < 2
    assert told["ringing_at"]


def test_a_talk_ends_when_the_dialplan_goes_on(known: Configuration) -> None:
    """The one who was called left; the caller waited for a controller, in vain."""
    account = json.loads((ACCOUNTS / "talking.json").read_text("utf-8", "replace"))
    bridge = account["app_log"]["applications"][-1]
    assert bridge["app_name"] == "bridge"
    ended = int(account["callflow"][0]["times"]["hangup_time"])
    account["callflow"][0]["times"]["hangup_time"] = str(ended + 60_000_000)
    account["app_log"]["applications"].append({"app_name": "set", "app_stamp": str(ended - 1000)})
    account["variables"] |= {"controller_lost": "true", "sip_hangup_disposition": "send_bye"}
    account["variables"].pop("souffleur_taken", None)
    before = record("talking", known)
    told = record_of(read_cdr(json.dumps(account).encode()), known, NOW)
    assert told["talk"] == pytest.approx(before["talk"], abs=0.01)
    assert told["billed"] == pytest.approx(before["billed"] + 60)
    assert (told["disposition"], told["hung_up_by"]) == ("answered", "switch")
    assert told["problem"].startswith("no controller took the call back")


def test_a_channel_that_is_no_call_of_ours_is_none() -> None:
    assert not of_a_call(read("far_end"))


def test_values_that_are_encoded_are_read_as_they_were(known: Configuration) -> None:
    """`encode-values` leaves a %22 in a name alone, so that only the values are decoded that were encoded."""
    told = record("encoded", known)
    assert (told["number"], told["trunk"], told["caller"]) == ("+33123456789", "carrier", "+33611111111")
    assert [step["node"] for step in told["path"]] == ["choose", "thank", "end"]
    assert (told["disposition"], told["hung_up_by"]) == ("served", "flow")


def test_a_percent_sign_of_a_caller_is_not_decoded() -> None:
    account = json.loads((ACCOUNTS / "menu.json").read_text("utf-8", "replace"))
    account["variables"]["souffleur_dialled"] = "100%41%0A"
    assert read_cdr(json.dumps(account).encode())["variable_souffleur_dialled"] == "100%41%0A"


def test_a_subscriber_that_is_gone_is_none(known: Configuration) -> None:
    account = (ACCOUNTS / "menu.json").read_text("utf-8", "replace").replace('[2,\\"a\\",1,1,', '[2,\\"a\\",1,77,')
    told = record_of(read_cdr(account.encode()), known, NOW)
    assert told["subscriber"] is None
    assert told["path"]


@pytest.mark.parametrize(("began", "path"), [("1", ["choose"]), ("2", []), ("", [])])
def test_a_call_that_a_phone_transferred_begins_anew(known: Configuration, began: str, path: list[str]) -> None:
    """What is written in an older checkpoint is of the call before."""
    account = json.loads((ACCOUNTS / "menu.json").read_text("utf-8", "replace"))
    account["variables"] |= {"souffleur_origin": "transfer", "souffleur_began": began, "souffleur_dialled": "101"}
    told = record_of(read_cdr(json.dumps(account).encode()), known, NOW)
    assert [step["node"] for step in told["path"]] == path
    assert told["number"] == ("+33123456789" if path else "101")
    assert told["subscriber"] == 1


@pytest.mark.parametrize("data", [
    b"", b"{", b"null", b"[]", b"{}", b'{"callflow": []}', b'{"callflow": [{}], "variables": {}}', b"[" * 100_000,
    b'{"callflow": [{"caller_profile": [], "times": {}}], "variables": {}}',
    b'{"callflow": [{"caller_profile": {}, "times": {}}], "variables": []}',
    b'{"callflow": [{"caller_profile": {}, "times": {}}], "variables": {}}',
])  # fmt: skip
def test_what_is_no_account_is_said(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_cdr(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["callflow", "variables", "app_log", "caller_profile", "times", "uuid", "souffleur_checkpoint", "channel_name"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["menu", "talking", "nobody"]), st.sampled_from(NAMES), JSON, st.data())
def test_a_damaged_account_is_a_record_or_unreadable(name: str, where: str, what: Any, data: st.DataObject) -> None:
    account = json.loads((ACCOUNTS / f"{name}.json").read_text("utf-8", "replace"))
    places = [account, account["variables"], account["callflow"][0], account["callflow"][0]["times"]]
    data.draw(st.sampled_from(places))[where] = what
    known = _Nobody()
    try:
        headers = read_cdr(json.dumps(account).encode())
    except Unreadable:
        return
    record_of(headers, known, NOW)  # type: ignore[arg-type]


class _Nobody:
    """A configuration without a subscriber."""

    reachable = read_once = True

    def owner(self, number: str) -> None:
        return None

    by_slug = subscriber = owner  # type: ignore[assignment]

    def trunks(self) -> tuple[()]:
        return ()

    all = trunks  # noqa: A003


# --- a folder of them -----------------------------------------------------------------------------------------------


class Folder:
    """Where FreeSWITCH writes; `live` are the calls that a controller has."""

    def __init__(self, path: Path, known: Configuration, ledger: Ledger, pool: ThreadPool) -> None:
        self.path = path
        self.path.mkdir()
        self.live: set[str] = set()
        self.ledger = ledger
        self.importer = CdrFolder(path, known, ledger, self.live.__contains__, pool, lambda: NOW)

    def lay(self, name: str, age: float = 60.0, data: bytes | None = None) -> Path:
        file = self.path / f"{name}.cdr.json"
        file.write_bytes((ACCOUNTS / f"{name}.json").read_bytes() if data is None else data)
        os.utime(file, (NOW - age, NOW - age))
        return file

    @property
    def files(self) -> list[str]:
        return sorted(file.name.partition(".")[0] for file in self.path.glob("*.json"))


@pytest.fixture
def folder(tmp_path: Path, known: Configuration, engine: Engine, pool: ThreadPool) -> Folder:
    return Folder(tmp_path / "cdr", known, Ledger(engine, pool), pool)


def records(engine: Engine) -> list[CallRecord]:
    with operator(engine) as session:
        found = list(session.scalars(select(CallRecord).order_by(CallRecord.started_at)))
        session.expunge_all()
        return found


def test_each_call_is_imported_once_and_its_file_goes(folder: Folder, engine: Engine) -> None:
    for name in ("menu", "talking", "nobody", "far_end"):
        folder.lay(name)
    assert folder.importer.look()
    assert folder.files == []
    assert sorted(record.disposition for record in records(engine)) == ["abandoned", "answered", "failed"]
    assert {record.source for record in records(engine)} == {"switch"}
    for name in ("menu", "talking", "nobody", "far_end"):  # another controller has copied the folder
        folder.lay(name)
    assert folder.importer.look()
    assert folder.files == []
    assert len(records(engine)) == folder.importer.imported == 3


def test_a_file_that_is_written_to_waits(folder: Folder, engine: Engine) -> None:
    folder.lay("menu", age=4.0)
    folder.lay("nobody", age=4.0, data=b"{")
    assert folder.importer.look()
    assert (folder.files, records(engine)) == (["menu", "nobody"], [])


def test_the_call_of_a_live_controller_waits(folder: Folder, engine: Engine, known: Configuration) -> None:
    """It lingers, and will write a better record itself."""
    folder.lay("menu")
    folder.live.add(record("menu", known)["call"])
    assert folder.importer.look()
    assert (folder.files, records(engine)) == (["menu"], [])
    folder.live.clear()
    assert folder.importer.look()
    assert (folder.files, len(records(engine))) == ([], 1)


@pytest.mark.parametrize("first", [True, False])
def test_the_controller_s_record_wins_whichever_comes_first(
    folder: Folder, engine: Engine, known: Configuration, first: bool
) -> None:
    folder.lay("menu")
    own = record("menu", known) | {"source": "controller", "disposition": "served"}
    if first:
        folder.ledger.write([own])
    assert folder.importer.look()
    if not first:
        folder.ledger.write([own])
    assert folder.files == []
    (kept,) = records(engine)
    assert (kept.source, kept.disposition) == ("controller", "served")


def test_an_account_takes_the_place_of_a_lost_call(folder: Folder, engine: Engine, known: Configuration) -> None:
    lost = record("menu", known) | {"source": "controller", "disposition": "lost", "subscriber": None}
    folder.lay("menu")
    folder.ledger.write([lost])
    assert folder.importer.look()
    (kept,) = records(engine)
    assert (kept.source, kept.disposition, kept.subscriber_id) == ("switch", "abandoned", 1)


def test_files_wait_while_the_database_is_away(
    folder: Folder, engine: Engine, known: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.lay("menu")

    def away(*_: Any) -> None:
        raise OperationalError("", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(folder.ledger, "write", away)
        assert not folder.importer.look()
    assert (folder.files, folder.importer.waiting) == (["menu"], 1)
    known.reachable = False  # then nobody knows whose call it was, either
    assert not folder.importer.look()
    known.reachable = True
    assert folder.importer.look()
    assert (folder.files, len(records(engine))) == ([], 1)


def test_what_cannot_be_read_is_moved_aside(folder: Folder, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    folder.lay("broken", data=b'{"callflow": ')
    folder.lay("menu")
    assert folder.importer.look()
    assert folder.files == []
    assert [file.name for file in (folder.path / "unreadable").iterdir()] == ["broken.cdr.json"]
    assert len(records(engine)) == folder.importer.unreadable == 1
    assert "broken.cdr.json" in caplog.text


def test_one_that_the_database_refuses_does_not_hold_up_the_others(
    folder: Folder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write: Callable[..., None] = folder.ledger.write

    def picky(facts: list[Fact]) -> None:
        if any(fact["hung_up_by"] == "switch" for fact in facts):
            raise ValueError("refused")
        write(facts)

    monkeypatch.setattr(folder.ledger, "write", picky)
    for name in ("menu", "nobody", "talking"):
        folder.lay(name)
    assert folder.importer.look()
    assert (folder.files, len(records(engine))) == ([], 2)
    assert [file.name for file in (folder.path / "unreadable").iterdir()] == ["nobody.cdr.json"]


def test_the_folder_is_bounded(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, known: Configuration
) -> None:
    monkeypatch.setattr(cdr_folder, "MOST", 2)
    known.reachable = False
    for age, name in ((30, "talking"), (20, "menu"), (10, "nobody")):
        folder.lay(name, age=age)
    assert not folder.importer.look()
    assert (folder.files, folder.importer.dropped) == (["menu", "nobody"], 1)
    assert "1 accounts of calls are dropped" in caplog.text


def test_a_folder_that_is_not_there_is_no_trouble(folder: Folder) -> None:
    folder.path.rmdir()
    assert folder.importer.look()
