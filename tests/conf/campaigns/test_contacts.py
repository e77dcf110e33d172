"""Files of contacts: what is read, and what is said of every row that is not right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.campaigns import contacts
from conf.campaigns.contacts import Mapped, read
from conf.campaigns.verdict import Consent
from conf.problems import Wrong

MAPPED = Mapped("tel", name="nom", zone="fuseau", basis="base", since="depuis", others=("dossier",))
HEAD = "tel;nom;fuseau;base;depuis;dossier\n"


def test_a_file_as_a_spreadsheet_writes_it() -> None:
    rows = "06 12 34 56 78;Anne;;consent;2026-09-01;A1\r\n+590690123456;Léa;;contract;2026-01-02;B2\r\n"
    report = read("\ufeff" + HEAD + rows, MAPPED, "FR")
    assert report.problems == ()
    first, second = report.contacts
    assert (first.number, first.name, first.zones, first.country) == ("+33612345678", "Anne", ("Europe/Paris",), "FR")
    assert first.consent == Consent("consent", datetime(2026, 9, 1, tzinfo=UTC))
    assert first.data == {"dossier": "A1"}
    assert (second.country, second.zones, second.row) == ("GP", ("America/Guadeloupe",), 3)


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (";Anne;;;;", "not_a_number", "tel"),
        ("12;Anne;;;;", "not_a_number", "tel"),
        ("=1+1;Anne;;;;", "not_a_number", "tel"),
        ("0612345678;Anne;Mars/Base;;;", "wrong_time_zone", "fuseau"),
        ("0612345678;Anne;;friendship;2026-01-01;", "wrong_basis", "base"),
        ("0612345678;Anne;;consent;yesterday;", "wrong_day", "depuis"),
        ("0612345678;" + "A" * 501 + ";;;;", "too_long", "nom"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_read(row: str, code: str, field: str) -> None:
    report = read(HEAD + row + "\n0687654321;Luc;;consent;2026-09-01;\n", MAPPED, "FR")
    assert [(problem.code, problem.line, problem.field) for problem in report.problems] == [(code, 2, field)]
    assert [contact.name for contact in report.contacts] == ["Luc"]


def test_a_number_comes_once() -> None:
    text = HEAD + "0612345678;A;;consent;2026-09-01;\n+33612345678;B;;consent;2026-09-01;\n0687654321;C;;;;\n"
    report = read(text, MAPPED, "FR", known=["+33687654321"])
    assert [contact.name for contact in report.contacts] == ["A"]
    assert [(problem.code, problem.line) for problem in report.problems] == [("duplicate", 3), ("duplicate", 4)]
    assert (report.rows, report.duplicates) == (3, 2)


def test_what_will_keep_a_contact_from_being_called_is_said() -> None:
    report = read("tel\n+881612345678\n", Mapped("tel"), "FR")
    assert [(problem.code, problem.severity) for problem in report.problems] == [
        ("no_zone", "warning"),
        ("no_ground", "warning"),
    ]
    assert len(report.contacts) == 1


@pytest.mark.parametrize(
    ("text", "mapped", "code"),
    [
        ("", MAPPED, "no_columns"),
        ("\n0612345678\n", MAPPED, "no_columns"),
        ("tel;tel\n", Mapped("tel"), "column_twice"),
        ("tel;nom\n", MAPPED, "no_column"),
        ("tel\n", Mapped("phone"), "no_column"),
        ("tel\n" + "9" * 200_000, Mapped("tel"), "not_csv"),
    ],
)
def test_a_file_that_cannot_be_read(text: str, mapped: Mapped, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(text, mapped, "FR")
    assert wrong.value.problem.code == code


def test_a_file_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "MOST", 2)
    with pytest.raises(Wrong, match="2 contacts"):
        read("tel\n0612345678\n0612345679\n0612345670\n", Mapped("tel"), "FR")


@given(st.text(max_size=200))
def test_whatever_stands_in_it_is_reported(text: str) -> None:
    report = read("tel\n" + text, Mapped("tel"), "FR")
    assert len(report.contacts) + sum(problem.severity == "error" for problem in report.problems) == report.rows
