"""A fax as files: its PDF and TIFF, a page as a picture, the small picture of its first page."""

from __future__ import annotations

from flask import Response, abort

from admin_ui import faxes
from admin_ui.pages import fax
from admin_ui.person import allowed
from conf.accounts.permissions import FAX
from conf.models import Fax

pages = fax.blueprint  # one entry of the navigation


@pages.get("/fax/<int:fax_id>/pdf")
@allowed(FAX)
def pdf(fax_id: int) -> Response:
    """The pages as a PDF."""
    return faxes.pdf(found(fax_id))


@pages.get("/fax/<int:fax_id>/tiff")
@allowed(FAX)
def tiff(fax_id: int) -> Response:
    """The pages as they go over the line."""
    return faxes.tiff(found(fax_id))


@pages.get("/fax/<int:fax_id>/pages/<int:number>")
@allowed(FAX)
def picture(fax_id: int, number: int) -> Response:
    """One page (from 1) as a picture."""
    return faxes.picture(found(fax_id), number - 1, 864)


@pages.get("/fax/<int:fax_id>/thumbnail")
@allowed(FAX)
def thumbnail(fax_id: int) -> Response:
    """The first page, small."""
    return faxes.thumbnail(found(fax_id))


def found(fax_id: int) -> Fax:
    """A fax that the person may see; else 404, as if there were none."""
    try:
        return faxes.find(fax_id)
    except LookupError:
        abort(404)
