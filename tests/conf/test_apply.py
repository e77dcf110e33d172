"""Applying a folder: everything or nothing, nothing twice, and the files are the truth."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from conf import snapshot
from conf.applied import Applied
from conf.apply import apply
from conf.database import operator, scoped
from conf.models import Base, Extension, Flow, FlowVersion, ListEntry, Subscriber, Trunk, User
from conf.problems import ConfigurationError
from conf.snapshot import Snapshot
from tests.conf.conftest import SAMPLES
from tests.conf.folders import FLOW, folder, sound

Load = Callable[..., Applied]

USERS = """\
    - {login: claire@m.example, name: Claire, role: administrator, extension: "101"}
    - {login: paul@m.example, name: Paul, role: agent, extension: "102"}
    """


@pytest.fixture
def load(engine: Engine, tmp_path: Path) -> Load:
    """Apply files given as text, in a fresh folder; what is not given is not there."""

    def act(dry_run: bool = False, sounds: dict[str, float] | None = None, **files: str) -> Applied:
        root = tmp_path / f"folder{len(list(tmp_path.iterdir()))}"
        for name, seconds in (sounds or {}).items():
            sound(root / name, seconds)
        return apply(engine, folder(root, **files), prompts_dir=tmp_path / "prompts", dry_run=dry_run)

    return act


def taken(engine: Engine, slug: str = "martin") -> Snapshot:
    with operator(engine, read_only=True) as session:
        return snapshot.take(session, snapshot.domains(session)[slug])


def told(done: Applied) -> list[str]:
    return [line for change in done.changes for line in change.lines()]


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Everything in the database."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL souffleur.subscriber = '*'")
        return {t.name: [dict(r._mapping) for r in connection.execute(t.select())] for t in Base.metadata.sorted_tables}


def test_the_samples_twice(engine: Engine, tmp_path: Path) -> None:
    for name in ("operator", "martin", "duval"):
        assert apply(engine, SAMPLES / name, prompts_dir=tmp_path).changes
    before = rows(engine)
    for name in ("operator", "martin", "duval"):
        again = apply(engine, SAMPLES / name, prompts_dir=tmp_path)
        assert (again.changes, again.credentials) == ((), ())
    assert rows(engine) == before  # no version raised, no flow published anew
    martin, duval = taken(engine), taken(engine, "duval")
    assert martin.extensions["101"]["user"] == "claire@martin.example"
    assert duval.extensions["101"]["user"] == "anna@duval.example"
    assert martin.extensions["1000"] == {"extension": "1000", "flow": "reception"}
    assert martin.schedules["office"]["exceptions"][0]["date"] == "2026-12-24"
    with operator(engine, read_only=True) as session:
        assert snapshot.owners(session)["+33123456789"] == martin.subscriber_id
        assert [trunk["name"] for trunk in snapshot.trunks(session)] == ["carrier"]


def test_what_changed_is_said_and_the_version_raised(engine: Engine, load: Load) -> None:
    first = load(users=USERS)
    changed = USERS.replace("Paul,", "Pauline,").replace('"101"', '"103"')
    done = load(users=changed, extensions='- {extension: "199", external: "+33612345678"}\n')
    assert told(done) == [
        "~ user claire@m.example",
        '    extension: "101" -> "103"',
        "~ user paul@m.example",
        '    name: "Paul" -> "Pauline"',
        "~ telephone claire@m.example",
        "+ extension 199",
    ]
    assert done.version == first.version + 1
    assert set(taken(engine).extensions) == {"103", "102", "199"}


def test_what_is_no_longer_in_the_files_goes(engine: Engine, load: Load) -> None:
    load(users=USERS, flows__a=FLOW.format(name="a"), prompts="- {name: p, text: {fr: x}}\n")
    done = load(users=USERS.splitlines()[0])
    assert told(done) == ["- user paul@m.example", "- prompt p", "- flow a"]
    left = taken(engine)
    assert (set(left.extensions), left.prompts, left.flows) == ({"101"}, {}, {})


def test_extensions_change_hands(engine: Engine, load: Load) -> None:
    """The number stays unique at every moment, also while its owners change and go."""
    load(users=USERS)
    swapped = USERS.replace("101", "x").replace("102", "101").replace("x:", "x:").replace('"x"', '"102"')
    load(users=swapped)
    assert taken(engine).extensions["101"]["user"] == "paul@m.example"
    load(users='- {login: new@m.example, name: N, role: agent, extension: "101"}\n')
    assert taken(engine).extensions == {"101": {"extension": "101", "user": "new@m.example"}}
    load(extensions='- {extension: "101", flow: a}\n', flows__a=FLOW.format(name="a"))
    assert taken(engine).extensions == {"101": {"extension": "101", "flow": "a"}}
    with operator(engine) as session:
        assert session.scalars(select(Extension.user_id)).all() == [None]


def test_a_dry_run_says_the_same_and_does_nothing(engine: Engine, load: Load, tmp_path: Path) -> None:
    load(users=USERS)
    before = rows(engine)
    files = {"users": USERS.replace("Paul,", "Pauline,"), "prompts": "- {name: p, file: p.wav}\n"}
    dry = load(dry_run=True, sounds={"p.wav": 0.01}, **files)
    assert rows(engine) == before
    assert not (tmp_path / "prompts").exists()
    assert told(load(sounds={"p.wav": 0.01}, **files)) == told(dry)


def test_one_mistake_and_nothing_is_done(engine: Engine, load: Load) -> None:
    load(users=USERS)
    before = rows(engine)
    with pytest.raises(ConfigurationError):
        load(users=USERS.replace("Paul,", "Pauline,"), numbers='- {number: "12"}\n')
    assert rows(engine) == before


def test_a_failure_half_way_leaves_nothing(engine: Engine, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    load(users=USERS)
    before = rows(engine)
    monkeypatch.setattr("conf.publishing.publish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load(users=USERS.replace("Paul,", "Pauline,"), flows__a=FLOW.format(name="a"))
    assert rows(engine) == before


def test_another_s_number_is_not_available_and_not_told_whose(engine: Engine, load: Load) -> None:
    load(numbers='- {number: "+33123456789"}\n')
    duval = "name: Duval\nslug: duval\nlanguage: fr\ntime_zone: UTC\ncountry: FR\n"
    with pytest.raises(ConfigurationError) as error:
        load(subscriber=duval, numbers='- {number: "+33987654321"}\n- {number: "+33123456789"}\n')
    assert str(error.value) == "numbers.yaml:2: [1].number: +33123456789 is not available"
    with operator(engine) as session:
        assert session.scalars(select(Subscriber.slug)).all() == ["martin"]


# --- telephones ----------------------------------------------------------------------------------------------------


def test_a_telephone_s_password_is_told_once_and_kept_as_a_digest(engine: Engine, load: Load) -> None:
    done = load(users=USERS)
    assert [(new.login, new.username, new.domain) for new in done.credentials] == [
        ("claire@m.example", "101", "martin.pbx.localhost"),
        ("paul@m.example", "102", "martin.pbx.localhost"),
    ]
    claire = done.credentials[0]
    expected = hashlib.md5(f"101:martin.pbx.localhost:{claire.password}".encode()).hexdigest()
    assert taken(engine).users[0]["sip_a1"] == expected
    assert claire.password not in f"{rows(engine)} {done!r}"
    assert load(users=USERS).credentials == ()


def test_a_given_password_is_taken_and_stars_keep_it(engine: Engine, load: Load) -> None:
    def with_password(word: str) -> str:
        return f'- {{login: c@m.example, name: C, role: agent, extension: "101", sip_password: "{word}"}}\n'

    digest = hashlib.md5(b"101:martin.pbx.localhost:correct-horse-battery").hexdigest()
    assert load(users=with_password("correct-horse-battery")).credentials == ()
    assert taken(engine).users[0]["sip_a1"] == digest
    assert taken(engine).users[0]["sip_password"] == "***"
    assert "correct-horse" not in str(rows(engine))
    assert load(users=with_password("***")).changes == ()
    assert load(users=with_password("correct-horse-battery")).changes == ()
    assert taken(engine).users[0]["sip_a1"] == digest
    assert told(load(users=with_password("another-horse-battery"))) == ["~ telephone c@m.example"]


def test_a_new_extension_needs_a_new_password(engine: Engine, load: Load) -> None:
    """The digest holds the name: the old password would be of no use."""
    load(users=USERS)
    done = load(users=USERS.replace("101", "103"))
    assert [new.username for new in done.credentials] == ["103"]
    done = load(users=USERS.replace(', extension: "101"', ""))
    assert "- telephone claire@m.example" in told(done)
    assert taken(engine).users[0]["sip_a1"] == ""


# --- flows ---------------------------------------------------------------------------------------------------------

OUTER = """\
    name: outer
    start: in
    nodes:
      in: {kind: subflow, flow: inner, exits: {done: end}}
      end: {kind: hang_up}
    """


def published(engine: Engine, name: str) -> tuple[int, dict[str, Any]]:
    return taken(engine).flows[name]


def test_a_changed_flow_is_a_new_version_and_the_old_one_stays(engine: Engine, load: Load) -> None:
    load(flows__a=FLOW.format(name="a"))
    version, _ = published(engine, "a")
    load(flows__a=FLOW.format(name="a"))
    assert published(engine, "a")[0] == version == 1
    done = load(flows__a=FLOW.format(name="a").replace("hang_up}", "hang_up, cause: USER_BUSY}"))
    assert told(done) == ["~ flow a", '    nodes.end.cause: (nothing) -> "USER_BUSY"']
    assert published(engine, "a")[0] == 2
    with operator(engine, read_only=True) as session:
        one = snapshot.domains(session)["martin"]
        assert "cause" not in snapshot.flow_version(session, one, "a", 1)["nodes"]["end"]
        with pytest.raises(LookupError):
            snapshot.flow_version(session, one, "a", 3)
        with pytest.raises(LookupError):
            snapshot.flow_version(session, one + 1, "a", 1)


TESTED = """\
    name: a
    start: end
    nodes:
      end: {kind: hang_up}
    tests:
      - {name: one, given: {caller: "+33611111111"}, script: [{press: "1"}], expect: {path: [end]}}
      - {name: two, given: {caller: "+33611111112"}, script: [{press: "2"}], expect: {path: [end]}}
      - {name: three, given: {caller: "+33611111113"}, expect: {path: [end]}}
    """


def test_a_change_deep_in_a_long_list_is_shown_where_it_is(load: Load) -> None:
    load(flows__a=TESTED)
    done = load(flows__a=TESTED.replace('{press: "2"}', '{press: "3"}'))
    assert told(done) == ["~ flow a", '    tests[1].script: [{"press": "2"}] -> [{"press": "3"}]']
    second = TESTED.splitlines(keepends=True)[-3]
    load(flows__a=TESTED)
    done = load(flows__a=TESTED.replace(second, ""))
    assert [line.split(": ")[0].strip() for line in told(done)] == ["~ flow a", "tests[1]"]
    assert told(done)[1].endswith(" -> (nothing)")
    done = load(flows__a=TESTED)
    assert told(done)[1].startswith('    tests[1]: (nothing) -> {"name": "two"')


def test_a_change_late_in_a_long_text_is_shown(load: Load) -> None:
    text = "welcome " * 40
    load(prompts=f"- {{name: p, text: {{fr: '{text}one two'}}}}\n")
    line = told(load(prompts=f"- {{name: p, text: {{fr: '{text}one three'}}}}\n"))[1]
    assert 'two" -> …' in line
    assert line.endswith('three"')
    assert len(line) < 200


def test_a_subflow_is_pinned_and_a_new_one_is_entered_by_a_new_version(engine: Engine, load: Load) -> None:
    inner = FLOW.format(name="inner")
    load(flows__outer=OUTER, flows__inner=inner)
    assert published(engine, "outer")[1]["nodes"]["in"]["version"] == 1
    done = load(flows__outer=OUTER, flows__inner=inner.replace("hang_up}", "hang_up, note: x}"))
    assert told(done)[-2:] == ["~ flow outer", "    nodes.in.version: 1 -> 2"]
    assert published(engine, "outer") [0] == 2
    assert published(engine, "outer")[1]["nodes"]["in"]["version"] == 2
    with operator(engine, read_only=True) as session:
        one = snapshot.domains(session)["martin"]
        assert snapshot.flow_version(session, one, "outer", 1)["nodes"]["in"]["version"] == 1
    assert load(flows__outer=OUTER, flows__inner=inner.replace("hang_up}", "hang_up, note: x}")).changes == ()


def test_a_pinned_version_stays_pinned(engine: Engine, load: Load) -> None:
    inner = FLOW.format(name="inner")
    pinned = OUTER.replace("flow: inner", "flow: inner, version: 1")
    load(flows__outer=pinned, flows__inner=inner)
    load(flows__outer=pinned, flows__inner=inner.replace("hang_up}", "hang_up, note: x}"))
    assert published(engine, "inner")[0] == 2
    assert published(engine, "outer")[0] == 1


def test_a_withdrawn_flow_comes_back_as_it_was(engine: Engine, load: Load) -> None:
    load(flows__a=FLOW.format(name="a"))
    assert told(load()) == ["- flow a"]
    with operator(engine) as session:
        assert session.scalars(select(Flow.published)).one() is None
        assert len(session.scalars(select(FlowVersion)).all()) == 1
    assert told(load(flows__a=FLOW.format(name="a"))) == ["+ flow a"]
    assert published(engine, "a")[0] == 1


# --- prompts, lists, trunks ----------------------------------------------------------------------------------------


def test_a_sound_is_kept_by_its_content(engine: Engine, load: Load, tmp_path: Path) -> None:
    files = {"prompts": "- {name: p, file: sounds/p.wav}\n"}
    load(sounds={"sounds/p.wav": 0.01}, **files)
    with operator(engine, read_only=True) as session:
        one = snapshot.domains(session)["martin"]
        first = Path(snapshot.take(session, one, tmp_path / "prompts").prompts["p"]["file"])
    assert first.is_file()
    assert first.parent.name == str(one)
    assert load(sounds={"sounds/p.wav": 0.01}, **files).changes == ()
    assert told(load(sounds={"sounds/p.wav": 0.02}, **files)) == ["~ sound p"]
    with operator(engine, read_only=True) as session:
        second = Path(snapshot.take(session, one, tmp_path / "prompts").prompts["p"]["file"])
    assert second != first
    assert first.is_file()  # a call may be playing it
    assert told(load(prompts="- {name: p, text: {fr: x}}\n"))[-1] == "- sound p"


def test_entries_that_stay_keep_their_rows(engine: Engine, load: Load) -> None:
    def listed(*numbers: str) -> str:
        return "- name: l\n  entries:\n" + "".join(f'    - {{number: "{number}"}}\n' for number in numbers)

    def keys() -> dict[str, int]:
        with operator(engine) as session:
            found = session.scalars(select(ListEntry).order_by(ListEntry.position))
            return {entry.value: entry.id for entry in found}

    load(lists=listed("+331*", "+332*", "+333*"))
    before = keys()
    load(lists=listed("+333*", "+334*", "+331*"))
    after = keys()
    assert list(after) == ["+333*", "+334*", "+331*"]
    assert (after["+333*"], after["+331*"]) == (before["+333*"], before["+331*"])


def test_order_is_kept_and_its_change_is_one(engine: Engine, load: Load) -> None:
    load(users=USERS)
    done = load(users="\n".join(reversed(USERS.splitlines()[:2])))
    assert told(done) == ["= user paul@m.example", "= user claire@m.example"]
    assert [user["name"] for user in taken(engine).users] == ["Paul", "Claire"]


def test_the_order_of_keys_is_kept_too(engine: Engine, load: Load) -> None:
    load(lists='- {name: l, kind: black, entries: [{country: FR}]}\n')
    assert told(load(lists='- {kind: black, entries: [{country: FR}], name: l}\n'))[0] == "~ list l"
    assert list(taken(engine).lists["l"]) == ["kind", "entries", "name"]
    load(users='- {login: c@m.example, name: C, role: fax}\n')
    load(users='- {role: fax, name: C, login: c@m.example}\n')
    assert list(taken(engine).users[0])[:3] == ["role", "name", "login"]


def test_trunks_are_the_operator_s(engine: Engine, tmp_path: Path) -> None:
    def trunks(text: str) -> Applied:
        (tmp_path / "trunks.yaml").write_text(text)
        return apply(engine, tmp_path, prompts_dir=tmp_path)

    assert told(trunks("- {name: t, host: h, username: u, password: secret-word}\n")) == ["+ trunk t", "+ password t"]
    with operator(engine, read_only=True) as session:
        assert snapshot.trunks(session)[0]["password"] == "secret-word"
        assert session.scalars(select(Trunk)).one().doc["password"] == "***"
    assert trunks('- {name: t, host: h, username: u, password: "***"}\n').changes == ()
    done = trunks('- {name: t, host: h, username: u, password: "***"}\n- {name: n, host: h, password: "***"}\n')
    assert [warning.text() for warning in done.warnings] == [
        "trunks.yaml:2: [1].password: keeps a password that is not there: give one"
    ]
    assert told(trunks("- {name: n, host: h}\n")) == ["~ trunk n", '    password: "***" -> (nothing)', "- trunk t"]
    with pytest.raises(ConfigurationError, match="needs a username and a password to register"):
        trunks("- {name: n, host: h, register: true}\n")


def test_subscribers_do_not_touch_one_another(engine: Engine, tmp_path: Path) -> None:
    for name in ("martin", "duval"):
        apply(engine, SAMPLES / name, prompts_dir=tmp_path)
    before = taken(engine, "duval")
    apply(engine, folder(tmp_path / "empty"), prompts_dir=tmp_path)
    assert taken(engine).users == ()
    assert taken(engine, "duval") == before
    with scoped(engine, before.subscriber_id) as session:
        assert len(session.scalars(select(User)).all()) == 2
