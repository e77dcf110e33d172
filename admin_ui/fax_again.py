"""A fax once more: the same documents to the same number, or its very pages to another one."""

from __future__ import annotations

import io

from admin_ui import faxes
from admin_ui.database import db
from admin_ui.person import me
from conf.fax import content, listing, profiles
from conf.fax.queueing import PRIORITIES, Given, To, Wanted
from conf.models import Fax
from conf.problems import N_, ConfigurationError, Problem


def again(row: Fax, key: str) -> Wanted:
    """The same fax anew, with all its pages. Raises ConfigurationError when what it was made of is not there."""
    if row.batch_id is None or row.direction == "in":
        raise _refused("not_ours", N_("came in: forward it instead"))
    batch = listing.batch(db.session(), row.batch_id)
    documents = listing.documents(db.session(), batch.id)
    cover = content.opened(batch.cover)
    forgotten = any(not one.stored for one in documents) or not (documents or batch.cover)
    if forgotten or (batch.cover is not None and cover is None):
        raise _refused("forgotten", N_("cannot be sent again: its documents are not kept any more"))
    return Wanted(
        to=[To(row.to_number, row.name)],
        documents=[Given(one.name, io.BytesIO(faxes.content(row, one.stored))) for one in documents],
        cover=cover,
        from_number=_sender(row.from_number),
        resolution=batch.resolution,
        priority=next(name for name, value in PRIORITIES.items() if value == row.priority),
        key=key,
        created_by=me().login,
        options=batch.options,
    )


def forwarded(row: Fax, to: str, message: str, key: str) -> Wanted:
    """The pages of a fax to another number, behind a cover when there is a message."""
    if not faxes.has_pages(row):
        raise _refused("no_pages", N_("has no pages to forward"))
    return Wanted(
        to=[To(to)],
        documents=[Given(f"fax-{row.id}.tiff", io.BytesIO(faxes.content(row, row.tiff)))],
        cover={"message": message} if message else None,
        from_number=_sender(row.to_number if row.direction == "in" else row.from_number),
        resolution=row.resolution,
        key=key,
        created_by=me().login,
    )


def _sender(number: str) -> str:
    """The number it had, where this person may send from it; else as usual."""
    return number if number in profiles.senders(db.session(), me().login) else ""


def _refused(code: str, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(code, message)])
