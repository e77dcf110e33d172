"""Webhooks, on the page "API and webhooks": made, tested, switched off; the log of what they were told."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from admin_ui.api import webhooks as over_api
from admin_ui.api.parts import Paging, keyset
from admin_ui.database import db
from admin_ui.pages import tokens
from admin_ui.pages.tokens import by_field, told
from admin_ui.person import allowed, me
from conf import webhooks
from conf.accounts.permissions import ACCOUNT
from conf.models import Webhook, WebhookDelivery
from conf.problems import ConfigurationError

pages = tokens.blueprint  # one entry of the navigation
USUAL = ("offered", "connected", "ended")


@pages.get("/webhooks/new")
@allowed(ACCOUNT)
def new_webhook() -> ResponseReturnValue:
    """An empty form."""
    return _form(webhooks.Given("", "", USUAL), {}, None)


@pages.post("/webhooks/new")
@allowed(ACCOUNT)
def create_webhook() -> ResponseReturnValue:
    """Make a webhook and show its secret, this once."""
    given = _given(active=True)
    try:
        hook, secret = over_api.new(given)
    except ConfigurationError as error:
        db.session.rollback()
        return _form(given, by_field(error), None), 422
    db.session.commit()
    return render_template("webhooks/created.html", hook=hook, secret=secret)


@pages.get("/webhooks/<int:webhook_id>")
@allowed(ACCOUNT)
def webhook(webhook_id: int) -> ResponseReturnValue:
    """A webhook and the log of its deliveries."""
    hook = _read(webhook_id)
    state = request.args.get("state", "")
    wanted = webhooks.deliveries(hook.id, state if state in over_api.STATES else "")
    try:
        query = Paging(limit=50, cursor=request.args.get("cursor", "")[:1000])
        page = keyset(db.session(), wanted, [(WebhookDelivery.id, True)], query)
    except ConfigurationError:
        abort(404)
    return render_template(
        "webhooks/one.html",
        hook=hook,
        page=page,
        state=state,
        told=told(hook),
        failed=webhooks.failed(db.session(), hook.id),
        events=webhooks.EVENTS,
        reason=lambda row: webhooks.reason(row.error, _),
    )


@pages.get("/webhooks/<int:webhook_id>/edit")
@allowed(ACCOUNT)
def edit_webhook(webhook_id: int) -> ResponseReturnValue:
    """The form with what stands."""
    hook = _read(webhook_id)
    return _form(webhooks.Given(hook.name, hook.url, tuple(hook.events), hook.active), {}, hook)


@pages.post("/webhooks/<int:webhook_id>/edit")
@allowed(ACCOUNT)
def change_webhook(webhook_id: int) -> ResponseReturnValue:
    """Write over a webhook."""
    hook = _read(webhook_id)
    given = _given(active=hook.active)
    try:
        over_api.write(hook, given)
    except ConfigurationError as error:
        db.session.rollback()
        return _form(given, by_field(error), _read(webhook_id)), 422
    db.session.commit()
    flash(_("Saved."))
    return redirect(url_for("tokens.webhook", webhook_id=webhook_id), 303)


@pages.post("/webhooks/<int:webhook_id>/switch")
@allowed(ACCOUNT)
def switch_webhook(webhook_id: int) -> ResponseReturnValue:
    """Switch a webhook on or off."""
    hook = _read(webhook_id)
    active = request.form.get("active") == "true"
    over_api.write(hook, webhooks.Given(hook.name, hook.url, tuple(hook.events), active))
    db.session.commit()
    flash(_("%(name)s is on.", name=hook.name) if active else _("%(name)s is off.", name=hook.name))
    return redirect(url_for("tokens.webhook", webhook_id=webhook_id), 303)


@pages.post("/webhooks/<int:webhook_id>/test")
@allowed(ACCOUNT)
def test_webhook(webhook_id: int) -> ResponseReturnValue:
    """Send a test."""
    over_api.try_out(_read(webhook_id))
    db.session.commit()
    flash(_("A test is on its way. It stands on top of the log; what became of it is shown there."))
    return redirect(url_for("tokens.webhook", webhook_id=webhook_id), 303)


@pages.post("/webhooks/<int:webhook_id>/replay")
@allowed(ACCOUNT)
def replay_webhook(webhook_id: int) -> ResponseReturnValue:
    """Send everything again that failed."""
    count = over_api.all_again(_read(webhook_id))
    db.session.commit()
    flash(ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", count))
    return redirect(url_for("tokens.webhook", webhook_id=webhook_id), 303)


@pages.post("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/replay")
@allowed(ACCOUNT)
def replay_delivery(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send a delivery again."""
    _read(webhook_id)
    try:
        over_api.again(webhook_id, delivery_id)
    except LookupError:
        abort(404)
    db.session.commit()
    return redirect(url_for("tokens.webhook", webhook_id=webhook_id), 303)


@pages.post("/webhooks/<int:webhook_id>/remove")
@allowed(ACCOUNT)
def remove_webhook(webhook_id: int) -> ResponseReturnValue:
    """Remove a webhook with its log."""
    hook = _read(webhook_id)
    name = hook.name
    over_api.drop(hook)
    db.session.commit()
    flash(_("%(name)s is removed.", name=name))
    return redirect(url_for("tokens.index"), 303)


def _read(webhook_id: int) -> Webhook:
    if not me().subscriber_id:
        abort(403)
    try:
        return webhooks.read(db.session(), webhook_id)
    except LookupError:
        abort(404)


def _given(*, active: bool) -> webhooks.Given:
    form = request.form
    events = () if form.get("which") == "all" else tuple(form.getlist("events"))
    return webhooks.Given(form.get("name", ""), form.get("url", "").strip(), events, active)


def _form(given: webhooks.Given, errors: dict[str, list[str]], hook: Webhook | None) -> str:
    return render_template("webhooks/form.html", given=given, errors=errors, hook=hook, events=webhooks.EVENTS)
