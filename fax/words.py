"""The words of what we write on paper, in the language of the fax, not of whoever looks at a page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime

_WORDS = {
    "fax": ("Fax", "Télécopie", "Fax"),
    "to": ("To", "Destinataire", "An"),
    "from": ("From", "Expéditeur", "Von"),
    "date": ("Date", "Date", "Datum"),
    "pages": ("Pages", "Pages", "Seiten"),
    "subject": ("Subject", "Objet", "Betreff"),
    "with_cover": ("{pages}, this one included", "{pages}, celle-ci comprise", "{pages}, diese inbegriffen"),
    "cut": (
        "[The message is longer; the rest has been left out.]",
        "[Le message est plus long ; la suite n'est pas reproduite.]",
        "[Die Nachricht ist länger; der Rest wurde weggelassen.]",
    ),
    "continued": (
        "Continued: pages {first} to {last} of {total}",
        "Suite : pages {first} à {last} sur {total}",
        "Fortsetzung: Seiten {first} bis {last} von {total}",
    ),
    "continued_one": (
        "Continued: page {first} of {total}",
        "Suite : page {first} sur {total}",
        "Fortsetzung: Seite {first} von {total}",
    ),
    "interrupted": (
        "The line was lost. The pages before these have reached you and are not sent again.",
        "La communication a été coupée. Les pages précédentes vous sont parvenues et ne sont pas renvoyées.",
        "Die Verbindung wurde unterbrochen. Die vorigen Seiten haben Sie erreicht und werden nicht erneut gesendet.",
    ),
    "receipt": ("Fax transmission report", "Rapport de transmission de télécopie", "Fax-Sendebericht"),
    "received_report": ("Fax reception report", "Rapport de réception de télécopie", "Fax-Empfangsbericht"),
    "result": ("Result", "Résultat", "Ergebnis"),
    "pages_sent": ("Pages sent", "Pages transmises", "Gesendete Seiten"),
    "of": ("{sent} of {total}", "{sent} sur {total}", "{sent} von {total}"),
    "remote_id": ("Remote station", "Identifiant du correspondant", "Kennung der Gegenstelle"),
    "started": ("Started", "Début", "Beginn"),
    "duration": ("Duration", "Durée", "Dauer"),
    "rate": ("Rate", "Débit", "Übertragungsrate"),
    "bits": ("{rate} bit/s", "{rate} bit/s", "{rate} bit/s"),
    "ecm": ("Error correction (ECM)", "Correction d'erreurs (ECM)", "Fehlerkorrektur (ECM)"),
    "carried": ("Carried by", "Acheminée par", "Übertragen über"),
    "audio": ("audio", "audio", "Audio"),
    "bad_rows": ("Bad rows", "Lignes erronées", "Fehlerhafte Zeilen"),
    "attempts": ("Calls", "Appels", "Anrufe"),
    "reference": ("Reference", "Référence", "Referenz"),
    "first_page": ("First page", "Première page", "Erste Seite"),
    "yes": ("yes", "oui", "ja"),
    "no": ("no", "non", "nein"),
}  # fmt: skip
LANGUAGES = ("en", "fr", "de")


def word(name: str, language: str, **fields: object) -> str:
    """A word or sentence in a language; English where we have none."""
    index = LANGUAGES.index(language) if language in LANGUAGES else 0
    return _WORDS[name][index].format(**fields)


def moment(at: datetime, time_zone: str, language: str) -> str:
    """A date and time as they are written, on the clock of a zone."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    locale = language if language in LANGUAGES else "en"
    return str(format_datetime(at, "d MMMM yyyy, HH:mm", tzinfo=zone, locale=locale)) + f" ({zone.key})"


def lasting(seconds: float) -> str:
    """`1:05` for 65 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
