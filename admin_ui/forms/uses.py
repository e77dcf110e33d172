"""Where a document is used, as links."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from admin_ui.filters import phone
from admin_ui.person import me
from conf.accounts.permissions import ACCOUNT, CONFIGURE, OPERATE, PEOPLE
from conf.editing.documents import Use

_PAGES = {
    "users": ("users.edit", PEOPLE),
    "extensions": ("extensions.edit", PEOPLE),
    "numbers": ("numbers.edit", CONFIGURE),
    "lists": ("lists.edit", CONFIGURE),
    "schedules": ("schedules.edit", CONFIGURE),
    "prompts": ("prompts.edit", CONFIGURE),
    "flows": ("editor.page", CONFIGURE),
    "drafts": ("editor.page", CONFIGURE),
    "subscriber": ("subscriber.page", ACCOUNT),
    "outbound": ("outbound.edit", OPERATE),
}


def use_address(use: Use) -> str:
    """The page where a use can be looked at; "" where there is none for this person."""
    endpoint, permission = _PAGES.get(use.kind, ("", ""))
    if endpoint not in current_app.view_functions or not me().may(permission):
        return ""
    return url_for(endpoint) if use.kind == "subscriber" else url_for(endpoint, name=use.name)


def use_title(use: Use) -> str:
    """What uses it: "the flow reception"."""
    match use.kind:
        case "users":
            return _("the user %(name)s", name=use.name)
        case "extensions":
            return _("the short number %(name)s", name=use.name)
        case "numbers":
            return _("the number %(name)s", name=phone(use.name))
        case "lists":
            return _("the list %(name)s", name=use.name)
        case "flows":
            return _("the flow %(name)s", name=use.name)
        case "drafts":
            return _("the draft of the flow %(name)s", name=use.name)
        case "outbound":
            return _("the outbound rule %(name)s", name=use.name)
        case "subscribers":
            return ngettext("flows of %(num)s subscriber", "flows of %(num)s subscribers", int(use.name))
    return _("the settings of the organisation")


def use_place(use: Use) -> str:
    """Where in it: the node of a flow; "" where the whole is short enough to look through."""
    if len(use.path) > 1 and use.path[0] == "nodes":
        return _("node %(name)s", name=use.path[1])
    return ""
