"""The prompter's rules in the words of the person who reads them: what fires them, whom they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.person import me
from conf.models import Document

KINDS: dict[str, Any] = {
    "said": _l("Words are said"),
    "absent": _l("Words are missing"),
    "silence": _l("Nobody speaks"),
    "cross_talk": _l("Both speak at once"),
    "monologue": _l("One side speaks on and on"),
    "rate": _l("Somebody speaks too fast or too slowly"),
    "event": _l("Something happens to the call"),
}
SIDES: dict[str, Any] = {
    "customer": _l("The customer"),
    "agent": _l("The agent"),
    "either": _l("Either of them"),
}
AUDIENCES: dict[str, Any] = {"agent": _l("The agent"), "supervisor": _l("Supervisors")}
EVENTS: dict[str, Any] = {
    "answer": _l("the call is answered"),
    "hold": _l("the customer is put on hold"),
    "unhold": _l("the customer is taken off hold"),
    "key": _l("a key is pressed"),
    "node": _l("the call comes to a node of its flow"),
    "queue": _l("the call comes to a queue"),
    "called": _l("a number was called"),
    "attribute": _l("something is known of the customer"),
    "transfer": _l("the call is transferred"),
}
AFTER: dict[str, Any] = {name: EVENTS[name] for name in ("answer", "unhold", "node", "queue", "transfer")}
MARKS: dict[str, tuple[str, Any]] = {
    "used": ("green", _l("used")),
    "wrong": ("red", _l("wrong")),
    "dismissed": ("", _l("dismissed")),
}
DIRECTIONS: dict[str, Any] = {"inbound": _l("Incoming"), "outbound": _l("Outgoing"), "internal": _l("Internal")}
MOST_QUOTED = 3


def spoken(texts: Mapping[str, str] | None) -> str:
    """A text of several languages, in the reader's; in any when it has none."""
    locale = get_locale()
    texts = texts or {}
    own = texts.get(locale.language if locale else "en") or texts.get(me().language)
    return own or next((text for text in texts.values() if text), "")


def trigger(when: Any) -> str:
    """What makes a rule fire, as a sentence; "" for what is not whole."""
    if not isinstance(when, dict) or len(when) != 1:
        return ""
    kind, about = next(iter(when.items()))
    return _TRIGGERS[kind](about) if kind in _TRIGGERS and isinstance(about, dict) else ""


def unless(about: Document | None) -> str:
    """The words that keep a rule back; "" when there are none."""
    if not about:
        return ""
    if about.get("within"):
        return _("Not when %(words)s was said in the %(seconds)s s before.", words=_words(about),
                 seconds=number(about["within"]))  # fmt: skip
    return _("Not when the same sentence holds %(words)s.", words=_words(about))


def number(value: Any) -> str:
    """A number without needless zeros, as the reader writes it."""
    return format_decimal(value, format="0.##") if isinstance(value, int | float) else str(value)


def _said(about: Document) -> str:
    words = _words(about)
    return {
        "customer": _("The customer says %(words)s.", words=words),
        "agent": _("The agent says %(words)s.", words=words),
    }.get(about.get("by", ""), _("The customer or the agent says %(words)s.", words=words))


def _absent(about: Document) -> str:
    words = _words(about)
    if about.get("before"):
        before = _words(about["before"])
        return _("Somebody says %(before)s before %(words)s was said.", before=before, words=words)
    after = AFTER.get(about.get("after", "answer"), "")
    return _("%(words)s is not said within %(seconds)s s after %(event)s.", words=words[:1].upper() + words[1:],
             seconds=number(about.get("within", "")), event=after)  # fmt: skip


def _silence(about: Document) -> str:
    return _("Nobody speaks for %(seconds)s s.", seconds=number(about.get("longer", "")))


def _cross_talk(about: Document) -> str:
    return _("Both speak at once for %(seconds)s s.", seconds=number(about.get("longer", "")))


def _monologue(about: Document) -> str:
    seconds = number(about.get("longer", ""))
    return {
        "customer": _("The customer speaks on for %(seconds)s s.", seconds=seconds),
        "either": _("One side speaks on for %(seconds)s s.", seconds=seconds),
    }.get(about.get("by", "agent"), _("The agent speaks on for %(seconds)s s.", seconds=seconds))


def _rate(about: Document) -> str:
    side = str(SIDES[about.get("by", "agent")])
    if about.get("below") is not None:
        return _("%(side)s speaks slower than %(rate)s words a minute.", side=side, rate=number(about["below"]))
    return _("%(side)s speaks faster than %(rate)s words a minute.", side=side, rate=number(about.get("above", "")))


def _event(about: Document) -> str:
    kind, value = about.get("kind", ""), about.get("is", "")
    if kind == "hold" and about.get("longer"):
        return _("The customer is on hold for %(seconds)s s.", seconds=number(about["longer"]))
    if kind == "attribute":
        return _("The customer's “%(name)s” is “%(value)s”.", name=about.get("name", ""), value=value or "*")
    what = str(EVENTS.get(kind, kind))
    what = what[:1].upper() + what[1:]
    return _("%(what)s: %(value)s.", what=what, value=value) if value else f"{what}."


_TRIGGERS = {
    "said": _said,
    "absent": _absent,
    "silence": _silence,
    "cross_talk": _cross_talk,
    "monologue": _monologue,
    "rate": _rate,
    "event": _event,
}


def _words(about: Document) -> str:
    """The first phrases, those of the reader's language before others."""
    phrases: Mapping[str, list[str]] = about.get("phrases") or {}
    locale = get_locale()
    own = phrases.get(locale.language if locale else "en") or []
    every = [*own, *(one for said in phrases.values() for one in said if said is not own), *about.get("regex", ())]
    shown = " / ".join(_("“%(words)s”", words=one) for one in every[:MOST_QUOTED])
    if len(every) <= MOST_QUOTED:
        return shown
    return _("%(words)s or one of %(count)s more", words=shown, count=len(every) - MOST_QUOTED)
