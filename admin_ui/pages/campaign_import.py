"""Contacts are brought in: a table is pasted or uploaded, its columns are matched, it is checked, then kept."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_ui.api.campaign_contacts import ContactsIn, keep, looked_at
from admin_ui.database import confine, db, looking
from admin_ui.forms.told import told
from admin_ui.pages import campaigns
from admin_ui.pages.campaigns import read
from admin_ui.person import allowed, subscriber_id
from admin_ui.serving import LARGEST
from conf.accounts.permissions import CONFIGURE
from conf.campaigns import contacts
from conf.campaigns.policies import policy_of
from conf.models import Campaign
from conf.problems import ConfigurationError, Problem, Wrong

pages = campaigns.blueprint  # one entry of the navigation
SHOWN = 200  # wrong rows that are listed
FIRST = 3  # rows that are shown to recognise the columns by

# What a column may have, and the names that such columns go by, without accents and signs.
MEANINGS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "number": (
        _l("Telephone number"),
        ("number", "phone", "phonenumber", "tel", "telephone", "telefon", "telefonnummer", "rufnummer", "nummer")
        + ("numero", "numerodetelephone", "mobile", "portable", "gsm", "handy", "msisdn"),
    ),
    "name": (
        _l("Name"),
        ("name", "fullname", "contact", "nom", "nomcomplet", "nometprenom", "nomprenom", "client", "kunde"),
    ),
    "zone": (_l("Time zone"), ("zone", "timezone", "tz", "fuseau", "fuseauhoraire", "zeitzone")),
    "language": (_l("Language"), ("language", "lang", "langue", "sprache")),
    "basis": (_l("Ground of the call"), ("basis", "ground", "baselegale", "base", "rechtsgrundlage")),
    "since": (_l("Ground there since"), ("since", "consentdate", "depuis", "dateconsentement", "seit")),
}


@dataclass
class Checked:
    """What a table holds, as a person reads it: rows that are wrong or there already, warnings and their rows."""

    rows: int = 0
    right: int = 0
    duplicates: int = 0
    wrong: list[Problem] = field(default_factory=list)
    warnings: list[tuple[str, list[int]]] = field(default_factory=list)
    report: contacts.Report | None = None
    error: str = ""  # the table cannot be read at all

    @property
    def shown(self) -> list[tuple[Problem, str]]:
        """The wrong rows that are listed, each with its reason."""
        return [(one, told(one)) for one in self.wrong[:SHOWN]]


@pages.get("/campaigns/<name>/bring-in")
@allowed(CONFIGURE)
def bring_in(name: str) -> ResponseReturnValue:
    """Ask for a table."""
    return _first_step(read(name), "", "")


@pages.post("/campaigns/<name>/bring-in")
@allowed(CONFIGURE)
def brought_in(name: str) -> ResponseReturnValue:
    """Show what a table holds; bring it in once somebody has looked at that."""
    request.max_form_memory_size = LARGEST
    text = _text()
    with looking(subscriber_id()):
        campaign = read(name)
        try:
            names = contacts.columns(text)
        except Wrong as wrong:
            return _first_step(campaign, text, told(wrong.problem)), 422
        mapped = _mapped(names)
        checked = _check(campaign, _asked(text, mapped))
    if request.form.get("step") != "bring" or checked.error or not checked.right:
        status = 422 if checked.error else 200
        return _second_step(campaign, text, names, mapped, checked), status
    try:
        assert checked.report  # else there would be an error
        added = keep(name, checked.report)
    except ConfigurationError as error:
        db.session.rollback()
        confine(subscriber_id(), read_only=True)
        checked.error = " ".join(told(one) for one in error.problems)
        return _second_step(campaign, text, names, mapped, checked), 422
    flash(ngettext("%(num)s contact was brought in.", "%(num)s contacts were brought in.", added))
    return redirect(url_for("campaigns.one", name=name), 303)


def guessed(names: Sequence[str]) -> dict[str, str]:
    """Which column is likely to have what, by its name; a column has one thing at most."""
    found: dict[str, str] = {}
    for meaning, (_title, known) in MEANINGS.items():
        free = [name for name in names if name not in found.values()]
        exact = next((name for name in free if _plain(name) in known), "")
        if not exact and meaning == "number":
            exact = next((name for name in free if re.search("phone|^tel|mobil|portable", _plain(name))), "")
        if exact:
            found[meaning] = exact
    return found


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if sign.isascii() and sign.isalnum())


def _text() -> str:
    """The table: a file when one came, else what was typed or came with the second step."""
    upload = request.files.get("file")
    content = upload.read() if upload else b""
    return (_decoded(content) if content else request.form.get("text", "")).replace("\0", "")


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace")


def _mapped(names: Sequence[str]) -> dict[str, Any]:
    """Which column has what: as chosen, else guessed. Columns that are gone are nobody's."""
    sent = request.form
    if "number" not in sent:
        chosen = guessed(names)
        others = [name for name in names if name and name not in chosen.values()]
    else:
        chosen = {meaning: sent[meaning] for meaning in MEANINGS if sent.get(meaning, "") in names}
        others = [name for name in sent.getlist("others") if name in names and name not in chosen.values()]
    return {**{meaning: chosen.get(meaning, "") for meaning in MEANINGS}, "others": others[:50]}


def _asked(text: str, mapped: dict[str, Any]) -> ContactsIn:
    return ContactsIn.model_construct(text=text, **mapped)


def _check(campaign: Campaign, asked: ContactsIn) -> Checked:
    if not asked.number:
        return Checked(error=_("Say which column has the telephone number."))
    try:
        report = looked_at(campaign, asked)
    except ConfigurationError as error:
        return Checked(error=" ".join(told(one) for one in error.problems))
    wrong = [one for one in report.problems if one.severity == "error" and one.code != "duplicate"]
    warnings: dict[str, list[int]] = {}
    for one in report.problems:
        if one.severity == "warning" and not (one.code == "no_ground" and campaign.doc.get("ground")):
            warnings.setdefault(told(one), []).append(one.line or 0)
    for country in sorted({one.country for one in report.contacts}):
        if policy_of(country) is None:
            rows = [one.row for one in report.contacts if one.country == country]
            text = _("No rules are known for the country %(country)s: nobody there is called.", country=country or "?")
            warnings[text] = rows
    return Checked(report.rows, len(report.contacts), report.duplicates, wrong, list(warnings.items()), report=report)


def _first_step(campaign: Campaign, text: str, error: str) -> str:
    return render_template("campaigns/bring_in.html", campaign=campaign, text=text, error=error, checked=None)


def _second_step(campaign: Campaign, text: str, names: Sequence[str], mapped: dict[str, Any], checked: Checked) -> str:
    return render_template(
        "campaigns/bring_in.html",
        campaign=campaign,
        text=text,
        names=names,
        mapped=mapped,
        checked=checked,
        error=checked.error,
        meanings={meaning: title for meaning, (title, _known) in MEANINGS.items()},
        examples=_examples(text),
    )


def _examples(text: str) -> list[list[str]]:
    """The first values of each column, to recognise it by."""
    start = text.lstrip("\ufeff")[:20_000]
    sign = max(contacts.SIGNS, key=start.partition("\n")[0].count)
    rows = list(islice(csv.reader(io.StringIO(start, newline=""), delimiter=sign), 1, FIRST + 1))
    return [[row[place][:60] for row in rows if place < len(row)] for place in range(max(map(len, rows), default=0))]
