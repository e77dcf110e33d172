"""The web UI and the API as one Flask application."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from apiflask import APIFlask
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from admin_ui import (
    api,
    assets,
    bearer,
    errors,
    fax_mails,
    filters,
    identity,
    languages,
    live,
    pages,
    security,
    shell,
    static_files,
)
from admin_ui.database import db
from admin_ui.serving import LARGEST
from conf.secret_files import valid
from conf.settings import Settings

csrf = bearer.Protection()


class Id(IntegerConverter):
    """A number in an address, such as `<int:id>`: no larger than the database's keys."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:  # noqa: A002  Werkzeug's name
        super().__init__(map, *arguments, **{"max": 2**63 - 1, **options})


def create_app(settings: Settings, calls: live.Calls | None = None) -> Flask:
    """Put the application together. `calls` reaches the controllers; without it no live call is shown."""
    app = APIFlask(__name__, title="Souffleur", version="1", spec_path=None, docs_path=None)
    app.config.update(
        SECRET_KEY=valid(settings.web_secret)[0],
        SECRET_KEY_FALLBACKS=list(valid(settings.web_secret)[1:]),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SETTINGS=settings,
        SESSION_COOKIE_NAME="souffleur",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.web_address.startswith("https://"),
        MAX_CONTENT_LENGTH=LARGEST,
        WTF_CSRF_TIME_LIMIT=None,  # a form that stood open over lunch can still be sent
    )
    app.url_map.converters["int"] = Id
    if settings.web_proxies:
        trusted = settings.web_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, trusted, trusted, trusted, trusted)  # type: ignore[method-assign]
    app.json.sort_keys = False  # type: ignore[attr-defined]  # documents keep the order in which they were written
    db.init_app(app)
    csrf.init_app(app)
    for part in (identity, languages, security, errors, assets, filters, shell, static_files, fax_mails):
        part.init_app(app)
    app.extensions["calls"] = calls or live.NoCalls()
    for module in (*_modules(pages), *_modules(api)):
        app.register_blueprint(module.blueprint)
        if hasattr(module, "init_app"):
            module.init_app(app)
    return app


def _modules(package: ModuleType) -> list[ModuleType]:
    """The modules of a folder that have a blueprint: a new family of pages is a new file."""
    found = [import_module(f"{package.__name__}.{item.name}") for item in iter_modules(package.__path__)]
    return [module for module in found if hasattr(module, "blueprint")]


def settings_of(app: Flask) -> Settings:
    """The settings that an application was made with."""
    settings: Settings = app.config["SETTINGS"]
    return settings
