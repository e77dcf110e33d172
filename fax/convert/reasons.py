"""Why a document is not taken, and what was done to one that was: English templates, for whoever shows them."""

from __future__ import annotations

from typing import Any

from conf.problems import N_, Problem

REASONS = {
    "not_there": N_("cannot be read"),
    "empty": N_("is empty"),
    "unknown_kind": N_("cannot be faxed: PDF, TIFF, PNG, JPEG, text and Office files can"),
    "encrypted": N_("is protected by a password: save it without one"),
    "damaged": N_("is damaged and could not be repaired"),
    "page_damaged": N_("page {page} is damaged and cannot be drawn"),
    "no_pages": N_("has no pages"),
    "all_blank": N_("has only blank pages"),
    "too_many_pages": N_("makes the fax longer than {limit} pages"),
    "picture_too_large": N_("holds a picture of {width} x {height} dots: {limit} million dots are the most"),
    "too_much_memory": N_("is too large or too complicated to be drawn"),
    "too_slow": N_("takes longer than {seconds} seconds to be drawn"),
    "no_office": N_("is an Office file, and LibreOffice is not installed here: save it as PDF"),
    "office_failed": N_("could not be opened by LibreOffice: save it as PDF"),
    "failed": N_("could not be drawn"),
    "no_room": N_("could not be kept: the disk is full"),
}
WARNINGS = {
    "turned": N_("turned to stand upright: page {pages}"),
    "scaled": N_("made smaller to fit the paper: page {pages}"),
    "trimmed": N_("blank and left out: page {pages}"),
    "repaired": N_("was damaged and has been repaired: look at its pages"),
    "letters": N_("{count} characters are missing in the fax's font and are shown as boxes"),
    "encoding": N_("is no UTF-8 and was read as {encoding}"),
    "network": N_("was drawn with the network in reach: this system forbids to take it away"),
}


def warning(code: str, file: str, **fields: Any) -> Problem:
    """What was done to a document."""
    return Problem(code, WARNINGS[code], fields, file=file, severity="warning")
