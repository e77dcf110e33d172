"""What pages need is made before the first one is asked for, and then left alone by the garbage collector.

A collection that looks at everything, a quarter of a million objects that never go, would let every page wait for a
fifth of a second.
"""

from __future__ import annotations

import gc

from flask import Flask
from sqlalchemy.orm import configure_mappers

from admin_ui.languages import translator
from conf.translations import LANGUAGES


def warm(app: Flask) -> None:
    """Make templates, texts and tables ready; only what comes after is looked at by collections."""
    configure_mappers()
    for language in LANGUAGES:
        translator(language)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    gc.collect()
    gc.freeze()
