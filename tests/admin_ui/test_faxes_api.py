"""Faxes over the API: what is put in is queued once, told of, cancelled and downloaded, and is nobody else's."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from conf.database import scoped
from conf.fax.content import Store
from conf.models import Fax, FaxBatch
from conf.vault import Vault
from fax.bits import encoded
from fax.tiff import RESOLUTIONS, Writer
from tests.admin_ui.site import Site

TO = "01 45 67 89 01"


@pytest.fixture
def sender(site: Site) -> Any:
    return site.as_role("administrator", slug="martin")


def put_in(browser: Any, **fields: Any) -> Any:
    form = {"to": TO, "files": (io.BytesIO(b"Bonjour"), "letter.txt")} | fields
    return browser.post("/api/v1/faxes", data=form, content_type="multipart/form-data")


def arrived(site: Site, fax_id: int, folder: Path) -> None:
    """The worker has made the pages, and they were sent."""
    with Writer(folder / "pages.tiff") as writer:
        writer.add(encoded(np.zeros((400, 1728), dtype=np.bool_), RESOLUTIONS["fine"]))
    settings = site.app.config["SETTINGS"]
    store = Store(Vault(settings.data_dir / "vault"), settings.web_secret)
    with scoped(site.engine, site.subscriber_id()) as session, (folder / "pages.tiff").open("rb") as file:
        row = session.scalars(select(Fax).where(Fax.id == fax_id)).one()
        row.tiff = store.put(session, row.subscriber_id, file, "tiff")
        row.state, row.reason, row.pages, row.pages_confirmed = "sent", "sent", 1, 1


def test_a_fax_is_put_in_once_listed_and_cancelled(site: Site, sender: Any) -> None:
    made = put_in(sender, key="letter-1", subject="Facture")
    assert made.status_code == 201, made.text
    (one,) = made.json["items"]
    assert (one["state"], one["to"], one["from"]) == ("queued", "+33145678901", "+33123456780")
    assert put_in(sender, key="letter-1", subject="Facture").json == made.json
    assert put_in(sender, key="letter-1", subject="Another").status_code == 409
    assert [row["id"] for row in sender.get("/api/v1/faxes?direction=out&q=0145").json["items"]] == [one["id"]]
    assert sender.get("/api/v1/faxes?direction=in").json["items"] == []
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        assert b"Facture" in session.scalars(select(FaxBatch)).one().cover.stored  # type: ignore[union-attr]
    assert sender.get(f"/api/v1/faxes/{one['id']}/pdf").status_code == 404
    assert sender.post(f"/api/v1/faxes/{one['id']}/cancel").json["state"] == "cancelled"
    again = sender.post(f"/api/v1/faxes/{one['id']}/cancel")
    assert (again.status_code, again.json["errors"][0]["code"]) == (422, "ended")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"to": "12"}, "to.0", "too_short"),
        ({"to": [TO, "+1 212 555 0100"]}, "to.1", "abroad"),
        ({"from": "+33999999999"}, "from", "not_ours"),
        ({"resolution": "best"}, "resolution", "literal_error"),
        ({"files": (io.BytesIO(b""), "empty.txt")}, "files", "empty"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
    ],
)
def test_what_is_wrong_is_named(sender: Any, fields: dict[str, Any], field: str, code: str) -> None:
    refused = put_in(sender, **fields)
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in refused.json["errors"]] == [(field, code)]
    assert sender.get("/api/v1/faxes").json["items"] == []


def test_the_very_pages_are_downloaded(site: Site, sender: Any, tmp_path: Path) -> None:
    (one,) = put_in(sender).json["items"]
    arrived(site, one["id"], tmp_path)
    pdf = sender.get(f"/api/v1/faxes/{one['id']}/pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert sender.get(f"/api/v1/faxes/{one['id']}").json["result"] == "The fax was sent."


def test_one_that_came_in_is_being_prepared(site: Site, sender: Any) -> None:
    """Until the process of faxes has looked at it, its TIFF is what the line left of it."""
    settings = site.app.config["SETTINGS"]
    store = Store(Vault(settings.data_dir / "vault"), settings.web_secret)
    with scoped(site.engine, site.subscriber_id()) as session:
        raw = store.put(session, site.subscriber_id(), io.BytesIO(b"II*\0 as the line left it"), "tiff")
        row = Fax(direction="in", state="received", pages=2, pages_confirmed=2, tiff=raw, from_number="+33145678901")
        session.add(row)
        session.flush()
        number = row.id
    page = sender.get(f"/fax?fax={number}").get_data(as_text=True)
    assert "being prepared" in page
    assert f"/fax/{number}/pdf" not in page
    assert f"/fax/{number}/pages/" not in page
    assert 'hx-trigger="every 3s"' in page
    for address in (f"/fax/{number}/pdf", f"/fax/{number}/pages/1", f"/api/v1/faxes/{number}/pdf"):
        assert sender.get(address).status_code == 404
    with scoped(site.engine, site.subscriber_id()) as session:
        session.scalars(select(Fax).where(Fax.id == number)).one().created_at -= timedelta(hours=1)
    assert "could not read them" in sender.get(f"/fax?fax={number}").get_data(as_text=True)


def test_why_a_document_was_not_taken_is_on_the_page(site: Site, sender: Any) -> None:
    (one,) = put_in(sender).json["items"]
    with scoped(site.engine, site.subscriber_id()) as session:
        row = session.scalars(select(Fax).where(Fax.id == one["id"])).one()
        row.state, row.reason = "failed", "document"
        row.problem = ["letter.txt", "took more than {seconds} s", {"seconds": 60}]  # as the worker writes it
    page = sender.get(f"/fax?folder=failed&fax={one['id']}")
    assert page.status_code == 200
    assert "letter.txt: took more than 60 s" in page.get_data(as_text=True)
