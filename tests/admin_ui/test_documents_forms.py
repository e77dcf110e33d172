"""Forms and documents: what a form shows and saves unchanged leaves the document as it was written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_login import login_user
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_ui.forms.form import Form
from admin_ui.identity import find
from admin_ui.pages import extensions, lists, numbers, prompts, schedules, subscriber, users
from tests.admin_ui.site import Site

FORMS: dict[str, Callable[[], Form]] = {
    "numbers": numbers.form,
    "users": users.form,
    "extensions": extensions.form,
    "schedules": schedules.form,
    "lists": lists.form,
    "prompts": prompts.form,
    "subscriber": subscriber.form,
}
NUMBERS = st.sampled_from(["+33123456789", "+33612345678", "+4930123456", "+3531234567"])
SHORT = st.sampled_from(["101", "102", "1000", "00", "12345678"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20).map(
    str.strip
)
NAMES = TEXTS.filter(lambda text: text and not text.startswith(".") and "/" not in text)
SPANS = st.lists(st.sampled_from(["08:30-12:30", "14:00-18:00", "22:00-06:00", "18:00-24:00"]), max_size=3, unique=True)
DAYS = st.sampled_from(["2026-12-24", "2027-01-02", "2027-05-01"])
FORWARD = st.fixed_dictionaries(
    {"to": st.one_of(st.just("voicemail"), SHORT, NUMBERS)}, optional={"after": st.integers(1, 120)}
)


def shuffled(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with their keys in any order: people write them by hand."""
    made = st.fixed_dictionaries(required, optional=optional)
    return made.flatmap(lambda doc: st.permutations(list(doc)).map(lambda keys: {key: doc[key] for key in keys}))


SPECIALS = st.one_of(
    shuffled({"date": DAYS, "closed": st.just(True)}, {"to": DAYS, "note": TEXTS.filter(bool)}),
    shuffled({"date": DAYS, "holiday": st.just(True)}, {}),
    shuffled({"date": DAYS, "hours": SPANS.filter(bool)}, {"closed": st.just(False), "holiday": st.just(False)}),
)
DOCUMENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "numbers": shuffled(
        {"number": NUMBERS},
        {
            "mode": st.sampled_from(["voice", "fax", "both"]),
            "flow": NAMES,
            "fax_to": st.lists(st.just("claire@martin.example"), max_size=1),
            "fallback": st.one_of(SHORT, NUMBERS, st.just("")),
        },
    ),
    "users": shuffled(
        {"login": st.just("x@y.example"), "name": TEXTS.filter(bool), "role": st.sampled_from(["agent", "fax"])},
        {
            "language": st.sampled_from(["fr", "en"]),
            "extension": SHORT,
            "sip_password": st.just("***"),
            "mobile": NUMBERS,
            "simultaneous_calls": st.integers(1, 100),
            "call_waiting": st.booleans(),
            "forward": st.dictionaries(
                st.sampled_from(["always", "busy", "no_answer", "unregistered"]), st.one_of(st.none(), FORWARD)
            ),
            "outbound_number": NUMBERS,
        },
    ),
    "extensions": st.one_of(
        shuffled({"extension": SHORT, "flow": NAMES}, {}), shuffled({"extension": SHORT, "external": NUMBERS}, {})
    ),
    "schedules": shuffled(
        {"name": NAMES},
        {
            "hours": st.dictionaries(st.sampled_from(["mon-fri", "sat,sun", "fri-mon", "wed"]), SPANS, max_size=3),
            "holidays": st.sampled_from(["", "FR", "DE-BY", True, False]),
            "exceptions": st.lists(SPECIALS, max_size=3),
            "time_zone": st.just("Europe/Paris"),
            "note": TEXTS,
        },
    ),
    "lists": shuffled(
        {"name": NAMES},
        {
            "kind": st.sampled_from(["black", "white"]),
            "entries": st.just([{"anonymous": True}]),
            "action": st.sampled_from(["busy", "voicemail", {"reject": "USER_BUSY"}, {"flow": "x"}, {"tag": "vip"}]),
            "note": TEXTS,
        },
    ),
    "prompts": shuffled(
        {"name": NAMES},
        {
            "text": st.dictionaries(st.sampled_from(["fr", "en", "de", "it"]), TEXTS.filter(bool), min_size=1),
            "file": st.just("sounds/x.wav"),
            "note": TEXTS,
        },
    ),
    "subscriber": shuffled(
        {"name": TEXTS.filter(bool), "slug": st.just("x"), "language": st.just("fr"), "time_zone": st.just("UTC")},
        {"country": st.just("FR"), "emergency": st.lists(st.sampled_from(["15", "112"])), "fallback": SHORT},
    ),
}


@pytest.fixture(scope="module")
def inside(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A request of an administrator."""
    folder = tmp_path_factory.mktemp("forms")
    shutil.copy(filled, folder / "web.db")
    site = Site(f"sqlite:///{folder / 'web.db'}", folder / "var", samples=())
    token = site.token("administrator")
    with site.app.test_request_context():
        person = find(token)
        assert person is not None
        login_user(person)
        yield site
    site.close()


@pytest.mark.parametrize("kind", FORMS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_form_that_nobody_changed_changes_nothing(inside: Site, kind: str, data: st.DataObject) -> None:
    doc = data.draw(DOCUMENTS[kind])
    form = FORMS[kind]()
    shown = form.filled(doc).values
    sent = {name: [value.replace("\n", "\r\n") for value in values] for name, values in shown.items()}
    assert json.dumps(form.read(sent, doc)) == json.dumps(doc)


@pytest.mark.parametrize("kind", FORMS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_typed_anew_means_the_same(inside: Site, kind: str, data: st.DataObject) -> None:
    """A document read into an empty form and out of it shows the same form again."""
    form, doc = FORMS[kind](), data.draw(DOCUMENTS[kind])
    shown = form.filled(doc).values
    again = form.filled(form.read(shown, {})).values
    assert form.read(again, {}) == form.read(shown, {})


def test_new_keys_stand_where_people_write_them(inside: Site) -> None:
    doc = {"number": "+33123456789", "fallback": "102"}
    sent = {**numbers.form().filled(doc).values, "flow": ["reception"], "mode": ["both"]}
    assert list(numbers.form().read(sent, doc)) == ["number", "flow", "mode", "fallback"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("01 23 45 67 89", "+33123456789"), ("+33 1.23.45.67.89", "+33123456789"), ("102", "102"), ("abc", "abc")],
)
def test_numbers_are_written_as_people_write_them(inside: Site, typed: str, kept: str) -> None:
    assert numbers.form().read({"number": ["+33999999999"], "fallback": [typed]}, {})["fallback"] == kept


def test_hours_are_typed_in_any_way(inside: Site) -> None:
    sent = {"name": ["x"]}
    for day in ("mon", "tue", "wed"):
        sent |= {f"hours.{day}.0.from": ["8h30"], f"hours.{day}.0.to": ["12"]}
    sent |= {"hours.sat.3.from": ["0900"], "hours.sat.3.to": ["24:00"]}
    assert schedules.form().read(sent, {})["hours"] == {"mon-wed": ["08:30-12:00"], "sat": ["09:00-24:00"]}
