"""The languages of the pages. Catalogues are read as they are written: no compiling, a file per family of pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale
from flask_login import current_user
from markupsafe import Markup

from conf.translations import LANGUAGES

HERE = Path(__file__).parent / "translations"
SHARED = Path(__file__).parents[1] / "conf" / "translations"


@cache
def catalogue(language: str) -> Translations | NullTranslations:
    """All translations into a language, those of `conf` among them."""
    files = [*sorted((HERE / language).glob("*.po")), SHARED / f"{language}.po"]
    whole = Catalog(locale=language)
    for path in files:
        if not path.exists():
            continue
        with path.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string:
                    whole.add(message.id, message.string, context=message.context)
    if not len(whole):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


@cache
def texts(language: str, *families: str) -> dict[str, str]:
    """The texts of some files, for the scripts of a page."""
    found: dict[str, str] = {}
    for family in families:
        path = HERE / language / f"{family}.po"
        if path.exists():
            with path.open("rb") as stream:
                found |= {str(item.id): str(item.string) for item in read_po(stream) if item.id and item.string}
    return found


class Catalogues(Domain):
    """Flask-Babel's domain over those files."""

    def get_translations(self) -> Translations | NullTranslations:
        """The catalogue of the request's language."""
        return _spoken()


def _spoken() -> Translations | NullTranslations:
    locale = get_locale()
    return catalogue(locale.language if locale else "en")


@cache
def translator(language: str) -> Callable[..., Markup]:
    """`_()` of templates. A page has hundreds of texts, and Jinja's own asks anew for each which language it is in."""
    known = catalogue(language)

    def translated(text: str, **variables: object) -> Markup:
        found = Markup(known.ugettext(text))  # noqa: S704  a text of ours; what it is filled with is escaped
        return found % variables if variables or "%" in found else found

    return translated


def wanted_language() -> str:
    """What the person chose, else what the browser asks for."""
    chosen = request.cookies.get("language", "")
    if current_user and current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "en"


def wanted_zone() -> str:
    """The time zone of the subscriber."""
    return str(current_user.time_zone) if current_user and current_user.is_authenticated else "UTC"


def init_app(app: Flask) -> None:
    """Speak every language of the catalogues."""
    babel = Babel(app, locale_selector=wanted_language, timezone_selector=wanted_zone)
    babel.domain_instance = Catalogues()
