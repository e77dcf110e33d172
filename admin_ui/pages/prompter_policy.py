"""What the settings of the prompter mask, tried on a sentence."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin_ui.database import confine
from admin_ui.forms.nested import lines
from admin_ui.forms.rule import languages
from admin_ui.pages import subscriber
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import ACCOUNT
from conf.document_problems import check
from conf.prompter.policy import Policy
from conf.yaml_source import Source
from speech.masking import mask_text

pages = subscriber.blueprint  # one entry of the navigation
LONGEST = 500  # characters


@pages.post("/settings/prompter/mask")
@allowed(ACCOUNT)
def mask() -> ResponseReturnValue:
    """Show a sentence as it would be kept, with the patterns as they stand in the form."""
    confine(subscriber_id(), read_only=True)
    text = request.form.get("mask.text", "").strip()[:LONGEST]
    patterns = lines(request.form.get("prompter.mask", ""))
    if not text:
        return render_template("prompter/not_whole.html", wrong=[_("Type what is said first.")])
    if [*check(Policy, {"mask": patterns}, Source(""))]:
        return render_template("prompter/not_whole.html", wrong=[_("One of the patterns is no regular expression.")])
    kept = mask_text(text, languages()[0][0], patterns)
    return render_template("prompter/masked.html", kept=kept, same=kept.split() == text.split())
