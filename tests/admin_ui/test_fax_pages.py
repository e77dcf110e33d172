"""The fax box: a fax is written, lies in its folder, is looked at and cancelled."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from conf.database import scoped
from conf.models import Fax, FaxDocument
from tests.admin_ui.site import Site
from tests.admin_ui.test_faxes_api import arrived


@pytest.fixture
def user(site: Site) -> Any:
    return site.as_role("fax", slug="martin")


def sent(browser: Any, **fields: Any) -> Any:
    form = {"to": "01 45 67 89 01", "files": (io.BytesIO(b"Bonjour"), "letter.txt"), "key": "a"} | fields
    return browser.post("/fax/new", data=form, content_type="multipart/form-data")


def test_a_fax_is_written_once_and_cancelled(site: Site, user: Any) -> None:
    answer = sent(user)
    assert answer.status_code == 303, answer.text
    assert sent(user).headers["Location"] == answer.headers["Location"]  # a second click
    page = user.get(answer.headers["Location"]).text
    assert "01 45 67 89 01" in page
    assert "In the queue" in page
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert session.scalars(select(FaxDocument.name)).all() == ["letter.txt"]
        (fax_id,) = session.scalars(select(Fax.id))
    gone = user.post(f"/fax/{fax_id}/act", data={"what": "cancel"})
    assert "folder=cancelled" in gone.headers["Location"]
    assert "Was cancelled" in user.get(gone.headers["Location"]).text
    user.post(f"/fax/{fax_id}/act", data={"what": "cancel"})
    assert "there is nothing to cancel" in user.get("/fax?folder=cancelled").text


def test_what_was_typed_stays_with_what_is_wrong(user: Any) -> None:
    answer = sent(user, to="12", message="Bien à vous")
    assert answer.status_code == 422
    assert "too short" in answer.text
    assert "Bien à vous" in answer.text
    assert "Choose the files again" in answer.text


def test_its_pages_are_shown_and_downloaded(site: Site, user: Any, tmp_path: Path) -> None:
    sent(user)
    arrived(site, 1, tmp_path)
    assert "/fax/1/pages/1" in user.get("/fax?folder=sent&fax=1").text
    assert user.get("/fax/1/pages/1").data[:4] == b"\x89PNG"
    assert user.get("/fax/1/pages/2").status_code == 404
    assert user.get("/fax/1/pdf").mimetype == "application/pdf"
    assert user.get("/fax?folder=sent&q=4567").text.count("fax-row") == 1
    assert user.get("/fax?folder=sent&q=9999").text.count("fax-row") == 0
