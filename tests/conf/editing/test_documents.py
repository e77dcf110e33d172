"""Documents are edited one by one, with the checks and the rows of `apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from conf import snapshot
from conf.apply import apply
from conf.database import operator
from conf.editing import documents
from conf.editing.documents import Stale, etag, read, read_all, remove, save
from conf.problems import ConfigurationError
from tests.conf.conftest import SAMPLES
from tests.conf.editing.conftest import Open

DOMAIN = "pbx.localhost"
CLAIRE = "claire@martin.example"


def refused(error: pytest.ExceptionInfo[ConfigurationError]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.value.problems if problem.severity == "error"]


def test_a_document_is_saved_and_read_back(opened: Open, martin: int) -> None:
    doc = {"name": "summer", "hours": {"mon-fri": ["08:00-12:00"]}}
    with opened() as session:
        saved = save(session, martin, "schedules", None, doc, domain=DOMAIN)
    assert saved.change is not None
    assert (saved.change.kind, saved.change.name, saved.change.what) == ("schedule", "summer", "added")
    with opened() as session:
        assert read(session, martin, "schedules", "summer") == doc
        assert [found["name"] for found in read_all(session, martin, "schedules")] == ["office", "summer"]


def test_saving_the_same_changes_nothing(opened: Open, martin: int, engine: Engine) -> None:
    with operator(engine, read_only=True) as session:
        before = snapshot.versions(session)[martin]
    for kind in ("users", "extensions", "numbers", "schedules", "lists", "prompts", "subscriber"):
        with opened() as session:
            for doc in read_all(session, martin, kind):
                name = next(iter(doc.values())) if kind != "subscriber" else doc["slug"]
                assert save(session, martin, kind, name, doc, domain=DOMAIN).change is None
    with operator(engine, read_only=True) as session:
        assert snapshot.versions(session)[martin] == before


def test_what_was_edited_is_what_apply_would_have_loaded(
    opened: Open, martin: int, engine: Engine, tmp_path: Path
) -> None:
    """Edited away and back again, the files find nothing to change."""
    new: list[tuple[str, Any]] = [
        ("users", {"login": "eva@martin.example", "name": "Eva", "role": "agent", "extension": "103"}),
        ("extensions", {"extension": "120", "flow": "reception"}),
        ("numbers", {"number": "+33123456700", "flow": "reception"}),
        ("lists", {"name": "vip", "kind": "white", "entries": [{"number": "+336*"}], "action": {"tag": "vip"}}),
        ("prompts", {"name": "hello", "text": {"fr": "Bonjour"}}),
    ]
    for kind, doc in new:
        with opened() as session:
            save(session, martin, kind, None, doc, domain=DOMAIN)
    for kind, doc in new:
        with opened() as session:
            assert read(session, martin, kind, next(iter(doc.values()))) == doc
            remove(session, martin, kind, next(iter(doc.values())))
    assert apply(engine, SAMPLES / "martin", prompts_dir=tmp_path / "prompts").changes == ()


def test_removing_in_the_middle_leaves_no_hole(opened: Open, martin: int) -> None:
    with opened() as session:
        save(session, martin, "prompts", None, {"name": "last", "text": {"fr": "x"}}, domain=DOMAIN)
        present = read(session, martin, "extensions", "1001")
        remove(session, martin, "extensions", "1001")
        save(session, martin, "extensions", None, present, domain=DOMAIN)
        assert [doc["extension"] for doc in read_all(session, martin, "extensions")] == ["1000", "199", "1001"]


@pytest.mark.parametrize(
    ("kind", "doc", "told"),
    [
        (
            "users",
            {"login": "x", "name": "", "role": "boss"},
            [("login", "not_a_login"), ("name", "string_too_short"), ("role", "literal_error")],
        ),
        ("users", {"login": CLAIRE, "name": "C", "role": "agent"}, [("login", "given_twice")]),
        (
            "users",
            {"login": "n@m.example", "name": "N", "role": "agent", "extension": "101"},
            [("extension", "extension_taken")],
        ),
        (
            "users",
            {"login": "n@m.example", "name": "N", "role": "agent", "extension": "112"},
            [("extension", "emergency")],
        ),
        (
            "users",
            {"login": "n@m.example", "name": "N", "role": "agent", "forward": {"busy": {"to": "555"}}},
            [("forward.busy.to", "no_extension")],
        ),
        ("extensions", {"extension": "102", "flow": "reception"}, [("extension", "extension_taken")]),
        ("extensions", {"extension": "1000", "flow": "reception"}, [("extension", "given_twice")]),
        ("extensions", {"extension": "130", "flow": "nowhere"}, [("flow", "no_flow")]),
        ("numbers", {"number": "+33123456789"}, [("number", "given_twice")]),
        ("numbers", {"number": "+33123456701", "fax_to": [CLAIRE, "who@x"]}, [("fax_to[1]", "no_user")]),
        (
            "lists",
            {"name": "l", "entries": [{"number": "+331"}, {"regex": "("}]},
            [("entries[1].regex", "not_a_regex")],
        ),
        ("prompts", {"name": "p", "text": {"fr": "a\x00b"}}, [("text.fr", "unstorable")]),
        ("prompts", {"name": "p"}, [("", "silent")]),
        ("prompts", ["no document"], [("", "model_type")]),
    ],
)
def test_what_is_wrong_is_told_at_its_field(opened: Open, martin: int, kind: str, doc: Any, told: list[Any]) -> None:
    with pytest.raises(ConfigurationError) as error, opened() as session:
        save(session, martin, kind, None, doc, domain=DOMAIN)
    assert refused(error) == told
    assert all(problem.file == "" and problem.line == 0 for problem in error.value.problems)


def test_a_number_of_another_subscriber_is_not_available(opened: Open, martin: int, engine: Engine) -> None:
    with operator(engine, read_only=True) as session:
        other = next(number for number, owner in snapshot.owners(session).items() if owner != martin)
    with pytest.raises(ConfigurationError) as error, opened() as session:
        save(session, martin, "numbers", None, {"number": other}, domain=DOMAIN)
    assert refused(error) == [("number", "number_taken")]
    assert error.value.problems[0].text() == f"number: {other} is not available"


def test_who_saves_over_another_s_work_is_told(opened: Open, martin: int) -> None:
    with opened() as session:
        seen = etag(read(session, martin, "users", CLAIRE))
        first = read(session, martin, "users", CLAIRE) | {"name": "Claire M."}
        save(session, martin, "users", CLAIRE, first, domain=DOMAIN, expected=seen)
    with pytest.raises(Stale) as stale, opened() as session:
        save(session, martin, "users", CLAIRE, first | {"name": "C."}, domain=DOMAIN, expected=seen)
    assert stale.value.present == first
    with pytest.raises(Stale), opened() as session:
        remove(session, martin, "users", CLAIRE, expected=seen)


def test_a_telephone_password_is_shown_once(opened: Open, martin: int) -> None:
    doc = {"login": "n@m.example", "name": "N", "role": "agent", "extension": "140"}
    with opened() as session:
        made = save(session, martin, "users", None, doc, domain=DOMAIN).credentials
        assert made is not None
        assert (made.username, made.domain) == ("140", "martin.pbx.localhost")
        assert save(session, martin, "users", "n@m.example", doc | {"name": "M"}, domain=DOMAIN).credentials is None
        other = documents.new_sip_password(session, martin, "n@m.example", domain=DOMAIN)
        assert other.password != made.password
        moved = save(session, martin, "users", "n@m.example", doc | {"extension": "141"}, domain=DOMAIN)
        assert moved.credentials is not None
        assert [(change.kind, change.what) for change in moved.others] == [("telephone", "changed")]
        with pytest.raises(LookupError):
            documents.new_sip_password(session, martin, "nobody@x", domain=DOMAIN)


def test_a_given_password_is_never_kept_in_the_document(opened: Open, martin: int) -> None:
    with opened() as session:
        doc = read(session, martin, "users", CLAIRE) | {"sip_password": "correct-horse-battery"}
        saved = save(session, martin, "users", CLAIRE, doc, domain=DOMAIN)
        assert saved.doc is not None
        assert saved.doc["sip_password"] == read(session, martin, "users", CLAIRE)["sip_password"] == "***"
        assert "horse" not in repr(saved)
        again = save(session, martin, "users", CLAIRE, doc | {"sip_password": "another-long-password"}, domain=DOMAIN)
        assert [change.kind for change in again.others] == ["telephone"]


USED = [
    (
        "users",
        CLAIRE,
        {
            ("numbers", "+33123456780", "fax_to[0]"),
            ("flows", "reception", "nodes.shop.to[0]"),
            ("subscriber", "martin", "fallback"),
        },
    ),
    (
        "users",
        "paul@martin.example",
        {
            ("users", CLAIRE, "forward.busy.to"),
            ("numbers", "+33123456789", "fallback"),
            ("flows", "reception", "nodes.shop.to[1]"),
        },
    ),
    (
        "numbers",
        "+33123456789",
        {("users", CLAIRE, "outbound_number"), ("users", "paul@martin.example", "outbound_number")},
    ),
    ("schedules", "office", {("flows", "reception", "nodes.opening.schedule")}),
    ("lists", "unwanted", {("flows", "reception", "nodes.filter.list")}),
    ("prompts", "holiday", {("flows", "reception", "nodes.feast.prompt")}),
    ("prompts", "closed", {("flows", "reception", "nodes.night.prompt.prompt")}),
    ("flows", "orders", {("flows", "reception", "nodes.orders.flow")}),
    ("flows", "reception", {("extensions", "1000", "flow"), ("numbers", "+33123456789", "flow")}),
    ("extensions", "199", set()),
]


@pytest.mark.parametrize(("kind", "name", "where"), USED)
def test_what_is_used_says_where_and_stays(opened: Open, martin: int, kind: str, name: str, where: set[Any]) -> None:
    with opened() as session:
        found = documents.where_used(session, martin, kind, name)
    assert {(use.kind, use.name, use.field) for use in found} == where
    if kind == "flows" or not where:
        return
    with opened() as session:  # the last administrator would stay for a reason of his own
        paul = read(session, martin, "users", "paul@martin.example") | {"role": "administrator"}
        save(session, martin, "users", paul["login"], paul, domain=DOMAIN)
    with pytest.raises(ConfigurationError) as error, opened() as session:
        remove(session, martin, kind, name)
    assert {(problem.code, problem.fields["name"], problem.fields["place"]) for problem in error.value.problems} == {
        ("in_use", used_by, place) for _, used_by, place in where
    }


def test_a_new_name_is_carried_where_nothing_is_published(opened: Open, martin: int) -> None:
    with opened() as session:
        doc = read(session, martin, "numbers", "+33123456789") | {"number": "+33123456799"}
        with pytest.raises(ConfigurationError) as error:
            save(session, martin, "numbers", "+33123456789", doc, domain=DOMAIN)
        assert refused(error) == [("number", "in_use")] * 2
        saved = save(session, martin, "numbers", "+33123456789", doc, domain=DOMAIN, carry=True)
        assert {(change.kind, change.name) for change in saved.others} == {
            ("user", CLAIRE),
            ("user", "paul@martin.example"),
        }
        assert read(session, martin, "users", CLAIRE)["outbound_number"] == "+33123456799"


def test_what_is_published_carries_no_new_name(opened: Open, martin: int) -> None:
    with opened() as session:
        doc = read(session, martin, "schedules", "office") | {"name": "shop"}
        with pytest.raises(ConfigurationError) as error:
            save(session, martin, "schedules", "office", doc, domain=DOMAIN, carry=True)
    assert refused(error) == [("name", "in_use")]
    assert "what is published never changes" in error.value.problems[0].message


def test_old_mistakes_elsewhere_do_not_stand_in_the_way(opened: Open, martin: int, engine: Engine) -> None:
    with opened() as session:
        from conf.editing import rows

        broken = rows.row(session, martin, "numbers", "+33123456789")
        broken.doc = {"number": "+33123456789", "flow": "gone"}
    with opened() as session:
        doc = {"login": "n@m.example", "name": "N", "role": "agent"}
        assert save(session, martin, "users", None, doc, domain=DOMAIN).change is not None
        with pytest.raises(ConfigurationError):
            save(
                session,
                martin,
                "numbers",
                "+33123456789",
                {"number": "+33123456789", "flow": "gone", "mode": "both"},
                domain=DOMAIN,
            )


def test_the_subscriber_s_own_settings(opened: Open, martin: int) -> None:
    with opened() as session:
        doc = read(session, martin, "subscriber", "martin")
        assert save(session, martin, "subscriber", "martin", doc | {"name": "Martin & fils"}, domain=DOMAIN).change
        with pytest.raises(ConfigurationError) as error:
            save(session, martin, "subscriber", "martin", doc | {"slug": "other"}, domain=DOMAIN)
        assert refused(error) == [("slug", "slug_fixed")]
        with pytest.raises(ConfigurationError) as error:
            save(session, martin, "subscriber", "martin", doc | {"emergency": ["102"]}, domain=DOMAIN)
        assert [(problem.file, problem.code) for problem in error.value.problems] == [
            ("users/paul@martin.example", "emergency")
        ]


def test_entries_of_a_list_keep_their_rows(opened: Open, martin: int) -> None:
    from conf.models import ListEntry

    with opened() as session:
        before = [entry.id for entry in session.query(ListEntry).order_by(ListEntry.position)]
        doc = read(session, martin, "lists", "unwanted")
        changed = doc | {"entries": [*doc["entries"][1:], {"number": "+33900*"}]}
        save(session, martin, "lists", "unwanted", changed, domain=DOMAIN)
    with opened() as session:
        assert read(session, martin, "lists", "unwanted") == changed
        assert [entry.id for entry in session.query(ListEntry).order_by(ListEntry.position)][:2] == before[1:]


def test_the_operator_s_trunks_and_rules(engine: Engine, martin: int) -> None:
    with operator(engine) as session:
        doc = {
            "name": "backup",
            "host": "sip.backup.example",
            "username": "u",
            "password": "p-secret",
            "register": True,
        }
        saved = save(session, 0, "trunks", None, doc, domain=DOMAIN)
        assert [change.kind for change in saved.others] == ["password"]
        rule = {"name": "france", "match": "+33*", "trunks": ["carrier", "backup"]}
        with pytest.raises(ConfigurationError) as error:
            save(session, 0, "outbound", None, rule | {"trunks": ["nowhere"]}, domain=DOMAIN)
        assert refused(error) == [("trunks[0]", "no_trunk")]
        save(session, 0, "outbound", None, rule, domain=DOMAIN)
        with pytest.raises(ConfigurationError) as error:
            remove(session, 0, "trunks", "backup")
        assert refused(error) == [("name", "in_use")]
        kept = save(session, 0, "trunks", "backup", doc | {"password": "***", "channels": 10}, domain=DOMAIN)
        assert kept.change is not None
        assert kept.others == ()
        assert snapshot.trunks(session)[-1]["password"] == "p-secret"
        assert read(session, 0, "trunks", "backup")["password"] == "***"
        save(session, 0, "trunks", "backup", kept.doc | {"name": "second"}, domain=DOMAIN, carry=True)  # type: ignore[operator]
        assert read(session, 0, "outbound", "france")["trunks"] == ["carrier", "second"]
        remove(session, 0, "outbound", "france")
        remove(session, 0, "trunks", "second")
        assert [doc["name"] for doc in read_all(session, 0, "trunks")] == ["carrier"]


def test_rules_are_put_in_order(engine: Engine, martin: int) -> None:
    with operator(engine) as session:
        for name in ("one", "two"):
            save(session, 0, "outbound", None, {"name": name, "match": "+1*", "trunks": ["carrier"]}, domain=DOMAIN)
        before = [doc["name"] for doc in read_all(session, 0, "outbound")]
        moved = documents.move(session, 0, "outbound", "two", 0)
        assert moved.change is not None
        assert (moved.change.what, moved.change.position) == ("moved", 0)
        assert [doc["name"] for doc in read_all(session, 0, "outbound")] == ["two", *before[:-1]]
        assert documents.move(session, 0, "outbound", "two", -3).change is None
        documents.move(session, 0, "outbound", "two", 99)
        assert [doc["name"] for doc in read_all(session, 0, "outbound")] == before
