"""What is exported is what was applied: the same documents, and applied elsewhere, the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from conf import documents
from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.document_problems import check
from conf.export import dump, export, export_trunks
from conf.models import Base
from conf.problems import ConfigurationError
from conf.yaml_source import Source, read
from tests.conf.conftest import SAMPLES
from tests.conf.folders import FLOW, folder, sound

MADE_ANEW = {"id", "created_at", "sip_a1"}  # differ between two databases: keys, moments, generated passwords


def parsed(root: Path) -> dict[str, Any]:
    """Every file of a folder, read; sounds by their bytes."""
    found: dict[str, Any] = {}
    for path in sorted(root.rglob("*.*")):
        name = path.relative_to(root).as_posix()
        found[name] = read(path, name).value if path.suffix == ".yaml" else path.read_bytes().hex()
    return found


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL souffleur.subscriber = '*'")
        return {
            table.name: [
                {key: value for key, value in row._mapping.items() if key not in MADE_ANEW}
                for row in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("sample", ["martin", "duval"])
def test_a_sample_there_and_back(engine: Engine, tmp_path: Path, sample: str) -> None:
    prompts, out = tmp_path / "prompts", tmp_path / "out"
    apply(engine, SAMPLES / sample, prompts_dir=prompts)
    export(engine, sample, out, prompts_dir=prompts)
    assert dump(parsed(out)) == dump(parsed(SAMPLES / sample))  # as text: the order of keys counts
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    apply(other, out, prompts_dir=prompts)
    assert rows(other) == rows(engine)


FULL = {
    "users": """\
        - login: claire@m.example
          role: administrator      # the order of keys is kept, as odd as it is
          name: "Claire: l'été"
          sip_password: "***"
          extension: "101"
          forward: {}
        """,
    "lists": """\
        - entries:
            - {number: "+33899*", until: 2026-12-31, note: "on, off"}
            - {anonymous: true}
          name: l
          kind: white
        """,
    "prompts": """\
        - {name: p, file: sounds/p.wav, note: ""}
        - name: long
          text:
            fr: |
              Une ligne.
              Une autre.
        """,
    "flows__a": """\
        name: a
        start: end
        note: of the whole flow
        nodes:
          end: {kind: hang_up, at: [10.5, -3.0], note: "où ?"}
          2: {kind: hang_up}
        tests:
          - name: t
            expect: {path: [end]}
        """.replace("2:", '"2":'),
}


def test_everything_odd_there_and_back(engine: Engine, tmp_path: Path) -> None:
    prompts, out = tmp_path / "prompts", tmp_path / "out"
    source = tmp_path / "in"
    sound(source / "sounds" / "p.wav")
    apply(engine, folder(source, **FULL), prompts_dir=prompts)
    export(engine, "martin", out, prompts_dir=prompts)
    assert dump(parsed(out)) == dump(parsed(source))
    assert apply(engine, out, prompts_dir=prompts).changes == ()


def test_an_export_over_a_folder_keeps_what_says_the_same(engine: Engine, tmp_path: Path) -> None:
    source = folder(tmp_path / "in", flows__a=FLOW.format(name="a"), flows__b=FLOW.format(name="b"))
    apply(engine, source, prompts_dir=tmp_path)
    commented = "# my own words\n" + (source / "flows" / "a.yaml").read_text()
    (source / "flows" / "a.yaml").write_text(commented)
    assert export(engine, "martin", source, prompts_dir=tmp_path) == []
    assert (source / "flows" / "a.yaml").read_text() == commented
    (source / "flows" / "b.yaml").unlink()
    apply(engine, source, prompts_dir=tmp_path)
    (source / "flows" / "c.yaml").write_text(FLOW.format(name="c"))
    assert export(engine, "martin", source, prompts_dir=tmp_path) == ["flows/c.yaml"]  # it would come back otherwise
    assert not (source / "flows" / "c.yaml").exists()


def test_no_secret_is_exported(engine: Engine, tmp_path: Path) -> None:
    users = '- {login: c@m.example, name: C, role: agent, extension: "101", sip_password: correct-horse-battery}\n'
    apply(engine, folder(tmp_path / "in", users=users), prompts_dir=tmp_path)
    trunks = tmp_path / "operator"
    trunks.mkdir()
    (trunks / "trunks.yaml").write_text("- {name: t, host: h, username: u, password: secret-word, register: true}\n")
    apply(engine, trunks, prompts_dir=tmp_path)
    export(engine, "martin", tmp_path / "out", prompts_dir=tmp_path)
    export_trunks(engine, tmp_path / "out")
    text = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.yaml"))
    assert "secret-word" not in text
    assert "correct-horse" not in text
    with operator(engine) as session:
        from conf.models import User

        assert session.query(User).one().sip_a1 not in text
    assert "sip_password: '***'" in text
    assert "password: '***'" in (tmp_path / "out" / "trunks.yaml").read_text()


def test_another_s_folder_is_not_written_over(engine: Engine, tmp_path: Path) -> None:
    for sample in ("martin", "duval"):
        apply(engine, SAMPLES / sample, prompts_dir=tmp_path)
    export(engine, "martin", tmp_path / "out", prompts_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="holds another subscriber"):
        export(engine, "duval", tmp_path / "out", prompts_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="there is no subscriber nobody"):
        export(engine, "nobody", tmp_path / "out2", prompts_dir=tmp_path)


# --- documents that nobody thought of ------------------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
DAYS = st.dates().map(str)
SPANS = st.tuples(st.times(), st.times()).map(lambda pair: f"{pair[0]:%H:%M}-{pair[1]:%H:%M}")
SHORT = st.from_regex(r"[0-9]{2,8}", fullmatch=True).filter(lambda number: number not in ("15", "112"))
E164 = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
WEEKDAYS = st.sampled_from(["mon", "tue-thu", "sat,sun", "fri-mon"])


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the keys, in any order."""
    keys = st.tuples(st.permutations(sorted(values)), st.integers(0, len(values))).map(lambda pair: pair[0][: pair[1]])
    return keys.flatmap(lambda names: st.fixed_dictionaries({name: values[name] for name in names}))


def with_(required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> Any:
    return st.builds(lambda a, b: {**b, **a}, st.fixed_dictionaries(required), some(**optional))


FORWARD = with_({"to": SHORT | E164 | st.just("voicemail")}, after=st.integers(1, 120))
DOCUMENTS: dict[type[Any], st.SearchStrategy[Any]] = {
    documents.User: with_(
        {"login": st.just("a@b.example"), "name": LINES, "role": st.sampled_from(["agent", "fax"])},
        extension=SHORT,
        mobile=E164,
        simultaneous_calls=st.integers(1, 100),
        call_waiting=st.booleans(),
        forward=some(always=FORWARD, busy=FORWARD, no_answer=FORWARD, unregistered=FORWARD),
        sip_password=st.just("***"),
    ),
    documents.Schedule: with_(
        {"name": st.just("s")},
        hours=st.dictionaries(WEEKDAYS, st.lists(SPANS, max_size=3)),
        holidays=st.sampled_from(["FR", "DE-BY", True]),
        exceptions=st.lists(
            with_({"date": DAYS, "closed": st.just(True)}, to=DAYS, note=LINES)
            | with_({"date": DAYS, "hours": st.lists(SPANS, min_size=1, max_size=2)}),
            max_size=3,
        ),
    ),
    documents.List: with_(
        {"name": st.just("l")},
        kind=st.sampled_from(["black", "white"]),
        entries=st.lists(
            with_({"number": E164 | E164.map(lambda number: number[:5] + "*")}, until=DAYS, note=LINES)
            | st.just({"anonymous": True})
            | with_({"country": st.sampled_from(["FR", "no"])}),
            max_size=5,
        ),
        action=st.sampled_from(["busy", "voicemail", {"reject": "CALL_REJECTED"}, {"tag": "x"}]),
    ),
    documents.Prompt: with_(
        {"name": st.just("p"), "text": st.dictionaries(st.sampled_from(["fr", "en"]), LINES, min_size=1)}, note=LINES
    ),
}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(doc=st.fixed_dictionaries({kind.__name__: strategy for kind, strategy in DOCUMENTS.items()}))
def test_any_document_there_and_back(sqlite: Engine, tmp_path: Path, doc: dict[str, Any]) -> None:
    for kind in DOCUMENTS:
        assert check(kind, doc[kind.__name__], Source("x")) == []
    files = {"users": "User", "schedules": "Schedule", "lists": "List", "prompts": "Prompt"}
    doc["User"].pop("forward", None)  # its targets would have to exist
    source = folder(tmp_path / "in", **{name: dump([doc[kind]]) for name, kind in files.items()})
    apply(sqlite, source, prompts_dir=tmp_path)
    export(sqlite, "martin", tmp_path / "out", prompts_dir=tmp_path)
    assert dump(parsed(tmp_path / "out")) == dump(parsed(source))
    assert apply(sqlite, tmp_path / "out", prompts_dir=tmp_path).changes == ()
