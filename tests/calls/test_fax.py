"""Faxes on calls: asked for once, sent, told page by page, whatever the far end and the controllers do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conf import content_keys
from conf.database import operator, scoped
from conf.models import Fax, FaxAttempt, Job, Subscriber
from conf.vault import Vault
from controller.terminal import Refused
from controller.virtual import Caller
from controller.virtual.far_fax import TEXTS, FarFax
from tests.calls.live import Live, free_port, running
from tests.calls.outage import Embedded
from tests.fax.pages import sample
from tests.outside.virtual import VirtualOutside

FAR = "+33699000001"
FAST = 60.0  # a page takes 22 s of the switch's clock


@pytest.fixture
def live(tmp_path: Path) -> Any:
    offer = free_port()
    outside = VirtualOutside(offer, speed=FAST, cdr_dir=str(tmp_path / "cdr"))
    with running(outside, tmp_path, offer, free_port()) as here:
        yield here


def queued(live: Live, number: int = 1, fax: int | None = None, to: str = FAR) -> str:
    """An attempt as the worker writes it; its key."""
    with operator(live.engine, read_only=True) as session:
        subscriber = session.scalars(select(Subscriber.id).where(Subscriber.slug == "martin")).one()
    with scoped(live.engine, subscriber) as session:
        if fax is None:
            row = Fax(to_number=to, state="sending", pages=2)
            session.add(row)
            session.flush()
            fax = row.id
        session.add(FaxAttempt(fax_id=fax, number=number, rung="A", asked_at=datetime.now(UTC)))
        return f"{fax}-{number}"


def attempt(live: Live, key: str) -> FaxAttempt:
    fax, number = map(int, key.split("-"))
    with operator(live.engine, read_only=True) as session:
        wanted = select(FaxAttempt).where(FaxAttempt.fax_id == fax, FaxAttempt.number == number)
        found = session.scalars(wanted).one()
        session.expunge_all()
        return found


def over(live: Live, key: str, within: float = 15.0) -> FaxAttempt:
    return live.until(lambda: (found := attempt(live, key)).state == "over" and found, within)


def document(live: Live, pages: int = 2) -> Path:
    folder = live.settings.fax_dir / "out"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sample(folder / f"{pages}.tif", pages, density=4)


def ask(live: Live, key: str, document: Path, /, control: Any = None, **more: Any) -> str:
    wish = {"subscriber": "martin", "attempt": key, "to": FAR, "from": "+33123456789", "file": str(document)} | more
    return str((control or live.control).ask("POST", "/v1/faxes", wish)["call"])


def machine(live: Live, **manner: Any) -> Any:
    return live.outside.switch.callee(FAR, fax=FarFax(**manner))


def test_a_fax_is_sent_and_told_page_by_page(live: Live) -> None:
    far = machine(live)
    key = queued(live)
    call = ask(live, key, document(live), ident="+33123456789", header="Boulangerie Martin")
    done = over(live, key)
    assert (done.call, done.code, done.pages_confirmed, done.answered) == (call, 0, 2, True)
    assert (done.remote_id, done.rate, done.ecm, done.t38) == ("+49 30 5550100", 14400, True, True)
    record = live.record()
    assert (record.call, record.direction, record.called) == (call, "outbound", FAR)
    assert (record.fax["pages"], record.fax["code"], record.fax["direction"]) == (2, 0, "out")
    channel = far.calls[0].channel
    told = {name: channel.get(name) for name in ("fax_ident", "fax_header", "fax_start_page", "fax_use_ecm")}
    assert told == {
        "fax_ident": "%2B33123456789",
        "fax_header": "Boulangerie%20Martin",
        "fax_start_page": "0",
        "fax_use_ecm": "true",
    }
    assert channel.get("fax_timezone") == "CET-1CEST%2CM3.5.0%2CM10.5.0%2F3"
    assert channel.get("execute_on_fax_result") == "hangup"
    assert channel.get("absolute_codec_string")


def test_the_same_attempt_asked_for_again_is_the_same_call(live: Live) -> None:
    far = machine(live)
    key = queued(live)
    file = document(live)
    calls = {ask(live, key, file) for _ in range(3)}
    over(live, key)
    assert {ask(live, key, file)} == calls
    assert (len(calls), len(far.calls)) == (1, 1)


@pytest.mark.parametrize("code", [code for code in range(62) if code not in (2, 3)])
def test_every_code_of_the_engine_is_told(crowd: dict[int, FaxAttempt], code: int) -> None:
    done = crowd[code]
    assert (done.code, done.pages_confirmed, done.answered, done.text) == (code, 1, True, TEXTS[code])


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, FaxAttempt]]:
    """A fax for each code at once."""
    offer = free_port()
    folder = tmp_path_factory.mktemp("crowd")
    with running(VirtualOutside(offer, speed=FAST), folder, offer, free_port()) as live:
        file = document(live)
        keys = {}
        for code in range(62):
            number = f"+336990001{code:02}"
            live.outside.switch.callee(number, fax=FarFax(code=code, pages=1))
            keys[code] = queued(live, to=number)
            ask(live, keys[code], file, to=number)
        yield {code: over(live, key, 30.0) for code, key in keys.items()}


@pytest.mark.parametrize(("t38", "used"), [("accepts", True), ("refuses", False)])
def test_where_t38_is_refused_it_goes_as_sound(live: Live, t38: str, used: bool) -> None:
    machine(live, t38=t38)
    key = queued(live)
    ask(live, key, document(live))
    done = over(live, key)
    assert (done.code, done.t38) == (0, used)
    assert live.record().fax["t38"] == ("negotiated" if used else "refused")


@pytest.mark.parametrize(
    ("rung", "told"),
    [
        ("A", ("true", "true", "false", "true")),
        ("B", ("false", "false", "false", "true")),
        ("C", ("false", "false", "true", "true")),
        ("D", ("false", "false", "true", "false")),
        ("E", ("true", "true", "true", "true")),
    ],
)
def test_a_rung_tells_the_engine_everything(live: Live, rung: str, told: tuple[str, ...]) -> None:
    far = machine(live)
    key = queued(live)
    ask(live, key, document(live), rung=rung, start_page=1)
    done = over(live, key)
    channel = far.calls[0].channel
    names = ("fax_enable_t38", "fax_enable_t38_request", "fax_disable_v17", "fax_use_ecm")
    assert tuple(channel.get(name) for name in names) == told
    assert (channel.get("fax_start_page"), done.pages_confirmed) == ("1", 1)


def test_a_voice_is_no_fax(live: Live) -> None:
    machine(live, voice=True)
    key = queued(live)
    ask(live, key, document(live))
    assert (over(live, key).code, over(live, key).pages_confirmed) == (2, 0)


def test_what_the_far_end_confirmed_is_told_when_the_line_drops(live: Live) -> None:
    machine(live, drops_in=2)
    key = queued(live)
    ask(live, key, document(live, 3))
    done = over(live, key)
    assert (done.code, done.pages_confirmed, done.answered) == (49, 1, True)


@pytest.mark.parametrize(
    ("manner", "cause"),
    [({"busy": True}, "USER_BUSY"), ({"no_answer": True}, "NO_ANSWER"), ({"status": 404}, "UNALLOCATED_NUMBER")],
)
def test_who_does_not_answer_is_told_by_the_cause(live: Live, manner: dict[str, Any], cause: str) -> None:
    live.outside.switch.callee(FAR, **manner)
    key = queued(live)
    ask(live, key, document(live), timeout=10)
    done = over(live, key)
    assert (done.code, done.cause, done.answered) == (None, cause, False)


def test_who_answers_and_leaves_at_once_has_answered(live: Live) -> None:
    live.outside.switch.callee(FAR, hangs_up_after=0.0)
    key = queued(live)
    ask(live, key, document(live))
    done = over(live, key)
    assert (done.code in (None, 49), done.answered, done.pages_confirmed) == (True, True, 0)


def test_a_call_that_is_held_after_its_result_ends(live: Live) -> None:
    far = machine(live, holds=True)
    key = queued(live)
    ask(live, key, document(live))
    assert over(live, key).code == 0
    live.until(lambda: far.calls[0].ended.is_set(), 5)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": "abc"}, "to"),
        ({"from": "x"}, "from"),
        ({"rung": "F"}, "rung"),
        ({"start_page": -1}, "start_page"),
        ({"timeout": 1}, "timeout"),
        ({"file": "/etc/passwd"}, "file"),
        ({"file": "/tmp/${x}.tif"}, "file"),
    ],
)
def test_a_wrong_field_is_named(live: Live, wrong: dict[str, Any], field: str) -> None:
    key = queued(live)
    with pytest.raises(Refused, match=f"{field}:") as refused:
        ask(live, key, document(live), **wrong)
    assert refused.value.status == 400
    assert attempt(live, key).state == "intended"


def test_an_attempt_that_nobody_made_is_not_dialled(live: Live) -> None:
    far = machine(live)
    with pytest.raises(Refused) as refused:
        ask(live, "999-1", document(live))
    assert (refused.value.status, far.calls) == (404, [])


def test_who_is_too_new_to_be_known_here_is_asked_for_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    key = queued(live)
    assert live.controller
    monkeypatch.setattr(live.controller.configuration, "by_slug", lambda slug: None)  # nothing is read yet
    for slug, status in (("martin", 503), ("nobody", 404)):
        with pytest.raises(Refused) as refused:
            live.control.ask("GET", f"/v1/faxes/{key}?subscriber={slug}")
        assert refused.value.status == status


def test_an_attempt_is_looked_at_and_ended(live: Live) -> None:
    machine(live)
    key = queued(live)
    call = ask(live, key, document(live))
    path = f"/v1/faxes/{key}"
    live.until(lambda: live.control.ask("GET", f"{path}?subscriber=martin")["state"] == "talking")
    with pytest.raises(Refused):
        live.control.ask("GET", f"{path}?subscriber=duval")
    assert live.control.ask("POST", f"{path}/hang_up?subscriber=martin") == {"call": call}
    ended = over(live, key)
    assert ended.code in (49, None)  # none when it was cut before the fax had begun
    assert ended.pages_confirmed == 0
    with pytest.raises(Refused) as gone:
        live.control.ask("GET", f"{path}?subscriber=martin")
    assert gone.value.status == 404


def test_nothing_is_lost_while_the_database_is_away(live: Live) -> None:
    far = machine(live)
    outage = Embedded(live.settings.data_dir)
    key = queued(live)
    ask(live, key, document(live))
    live.until(lambda: attempt(live, key).pages_confirmed == 1)
    outage.leave()
    try:
        live.until(lambda: far.calls[0].ended.is_set())
        live.until(lambda: live.controller.writer.away)
    finally:
        outage.come_back()
    done = over(live, key)
    assert (done.code, done.pages_confirmed) == (0, 2)


# --- what comes in --------------------------------------------------------------------------------------------------


def received(live: Live) -> list[Fax]:
    with operator(live.engine, read_only=True) as session:
        found = list(session.scalars(select(Fax).where(Fax.direction == "in")))
        session.expunge_all()
        return found


def opened(live: Live, fax: Fax) -> bytes:
    with scoped(live.engine, fax.subscriber_id) as session:
        key = content_keys.unlocked(session, live.settings.web_secret)
    with Vault(live.settings.data_dir / "vault").open(fax.subscriber_id, "fax", fax.tiff, key) as content:
        return content.read()


def sends(live: Live, number: str, **manner: Any) -> Any:
    caller = Caller(live.outside.switch.clock, "+33611111111")
    caller.fax = FarFax(**manner)
    return live.outside.switch.call("+33611111111", number, caller=caller)


@pytest.mark.parametrize("number", ["+33123456790", "+33123456791"])
def test_a_fax_is_received(live: Live, number: str, tmp_path: Path) -> None:
    """By a number in mode fax, and by one in mode both, where it is heard during the greeting."""
    file = sample(tmp_path / "theirs.tif", 2, density=4)
    sends(live, number, file=str(file))
    (fax,) = live.until(lambda: received(live))
    assert (fax.state, fax.pages, fax.from_number, fax.to_number) == ("received", 2, "+33611111111", number)
    assert (fax.code, fax.remote_id, fax.t38) == (0, "+49 30 5550100", True)
    assert opened(live, fax) == file.read_bytes()
    record = live.record()
    assert (fax.call, record.fax["direction"], record.fax["pages"]) == (record.call, "in", 2)
    assert record.path[-2]["kind"] == "receive_fax"
    assert list(live.settings.fax_dir.glob("*.tif")) == []
    assert fax.until == fax.done_at + timedelta(days=90)
    mails = [job.payload for job in jobs(live) if job.queue == "mail"]
    told = {"about": "fax", "fax": fax.id, "event": "fax.received", "to": ["paul@martin.example"]}
    assert mails == ([told] if number == "+33123456790" else [])  # whom its number names


def jobs(live: Live) -> list[Job]:
    with operator(live.engine, read_only=True) as session:
        found = list(session.scalars(select(Job)))
        session.expunge_all()
        return found


def test_what_broke_off_is_kept_and_marked(live: Live, tmp_path: Path) -> None:
    file = sample(tmp_path / "theirs.tif", 1, density=4)
    sends(live, "+33123456790", file=str(file), pages=2, drops_in=2)
    (fax,) = live.until(lambda: received(live))
    assert (fax.state, fax.pages_confirmed, fax.code) == ("partial", 1, 49)
    assert opened(live, fax) == file.read_bytes()


def test_a_voice_at_a_fax_number_leaves_only_a_call(live: Live) -> None:
    sends(live, "+33123456790", voice=True)
    assert live.record().fax["code"] == 3
    assert received(live) == []


def test_a_person_at_a_number_for_both_hears_the_flow(live: Live) -> None:
    person = live.outside.from_trunk("+33123456791")
    assert person.hears_something()
    record = live.record()
    assert (record.fax, live.path(record)) == (None, ["choose", "sorry", "end"])


def test_a_fax_that_came_while_the_database_was_away_is_kept(live: Live, tmp_path: Path) -> None:
    file = sample(tmp_path / "theirs.tif", 1, density=4)
    outage = Embedded(live.settings.data_dir)
    caller = sends(live, "+33123456790", file=str(file))
    assert caller.answered.wait(5)
    outage.leave()
    try:
        live.until(caller.ended.is_set)
        live.until(lambda: live.controller.writer.away)
        assert len(list(live.settings.fax_dir.glob("*.tif"))) == 1
    finally:
        outage.come_back()
    (fax,) = live.until(lambda: received(live))
    assert opened(live, fax) == file.read_bytes()
    live.until(lambda: not list(live.settings.fax_dir.glob("*.tif")))
