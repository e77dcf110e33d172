"""A campaign's page: how far it is, its contacts, and for one of them every reason why it is not called now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select

from admin_ui import campaign_words as words
from admin_ui.api.campaign_contacts import ContactsWanted, forget, said, verdict_now, wanted
from admin_ui.api.parts import keyset
from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms.told import told
from admin_ui.pages import campaigns
from admin_ui.pages.calls import typed_number
from admin_ui.pages.campaigns import read
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE
from conf.campaigns import progress
from conf.models import CallRecord, Campaign, CampaignCall, CampaignContact
from conf.problems import ConfigurationError

pages = campaigns.blueprint  # one entry of the navigation


@dataclass(frozen=True)
class Newest:
    """The newest call of a contact, how many there were, and whether it has a page of its own."""

    call: CampaignCall
    tries: int
    recorded: bool


@pages.get("/campaigns/<name>/progress")
@allowed(CONFIGURE)
def one(name: str) -> ResponseReturnValue:
    """How far a campaign is, and its contacts. Asked again while it runs, it has the page reloaded when it stops."""
    campaign = read(name)
    if request.args.get("seen", campaign.state) != campaign.state and request.headers.get("HX-Request"):
        return Response(headers={"HX-Refresh": "true"})
    args = {key: request.args.get(key, "") for key in ("state", "outcome", "q")}
    args["state"] = args["state"] if args["state"] in words.CONTACT_STATES else ""
    args["outcome"] = args["outcome"] if args["outcome"] in words.OUTCOMES else ""
    cursor = request.args.get("cursor", "")[:1000]
    query = ContactsWanted(limit=50, cursor=cursor, state=args["state"], outcome=args["outcome"])
    try:
        page = keyset(db.session(), _searched(wanted(campaign, query), args["q"]), [(CampaignContact.id, False)], query)
    except ConfigurationError:
        abort(404)
    return render_template(
        "campaigns/one.html",
        campaign=campaign,
        progress=progress.progress(db.session(), campaign),
        page=page,
        newest=_newest([row.id for row in page.items]),
        args={key: value for key, value in args.items() if value},
        cursor=cursor,
        words=words,
        forewarned=_forewarned(campaign),
        now=datetime.now(UTC),
    )


@pages.get("/campaigns/<name>/contacts/<number>")
@allowed(CONFIGURE)
def contact(name: str, number: str) -> ResponseReturnValue:
    """One contact: may it be called now, why not, when again; its calls."""
    campaign = read(name)
    mine = (CampaignContact.campaign_id == campaign.id, CampaignContact.number == number)
    row = db.session.scalars(select(CampaignContact).where(*mine)).one_or_none()
    if row is None:
        abort(404)
    verdict = verdict_now(campaign, number)
    calls = db.session.scalars(
        select(CampaignCall).where(CampaignCall.contact_id == row.id).order_by(CampaignCall.id.desc())
    ).all()
    return render_template(
        "campaigns/contact.html",
        campaign=campaign,
        contact=row,
        verdict=verdict,
        reasons=[(said(one), one.again_at) for one in verdict.reasons],
        calls=calls,
        recorded=_recorded(one.call for one in calls),
        words=words,
        now=datetime.now(UTC),
    )


@pages.post("/campaigns/<name>/contacts/<number>/remove")
@allowed(CONFIGURE)
def forget_contact(name: str, number: str) -> ResponseReturnValue:
    """Remove a contact; its number goes on the do-not-call list when that is wanted."""
    never_call = bool(request.form.get("never_call"))
    try:
        forget(read(name), number, never_call=never_call)
    except LookupError:
        abort(404)
    except ConfigurationError as error:
        db.session.rollback()
        flash(told(error.problems[0]), "error")
        return redirect(url_for("campaigns.contact", name=name, number=number), 303)
    db.session.commit()
    text = _("%(number)s is removed, and on the do-not-call list.") if never_call else _("%(number)s is removed.")
    flash(text % {"number": phone(number)})
    return redirect(url_for("campaigns.one", name=name), 303)


def _searched(found: Any, text: str) -> Any:
    """Only contacts whose number or name has a text."""
    text = text.replace("\0", "").strip()[:100]
    if not text:
        return found
    named = CampaignContact.name.icontains(text, autoescape=True)
    number = typed_number(text)
    numbered = [CampaignContact.number.contains(number, autoescape=True)] if number.lstrip("+").isdigit() else []
    return found.where(or_(named, *numbered))


def _newest(contact_ids: list[int]) -> dict[int, Newest]:
    calls: dict[int, list[CampaignCall]] = {}
    found = select(CampaignCall).where(CampaignCall.contact_id.in_(contact_ids)).order_by(CampaignCall.id)
    for call in db.session.scalars(found):
        calls.setdefault(call.contact_id, []).append(call)
    recorded = _recorded(some[-1].call for some in calls.values())
    return {key: Newest(some[-1], len(some), some[-1].call in recorded) for key, some in calls.items()}


def _recorded(calls: Iterable[str]) -> set[str]:
    """Those calls that have a page: not every call got as far as to be written down."""
    mine = (CallRecord.subscriber_id == subscriber_id(), CallRecord.call.in_(list(calls)))
    return set(db.session.scalars(select(CallRecord.call).where(*mine)))


def _forewarned(campaign: Campaign) -> list[str]:
    """What keeps the next contact from being called at all, said before the campaign is started."""
    if campaign.state not in ("draft", "paused"):
        return []
    waiting = select(CampaignContact.number).where(
        CampaignContact.campaign_id == campaign.id, CampaignContact.state == "waiting"
    )
    number = db.session.scalars(waiting.order_by(CampaignContact.due_at, CampaignContact.id).limit(1)).first()
    if number is None:
        return []
    return [said(one) for one in verdict_now(campaign, number).reasons if one.again_at is None]
