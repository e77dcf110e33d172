"""Databases that are made once and copied: SQLite at its newest migration, and the same with the tests' subscribers."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from conf.apply import apply
from conf.database import migrate, open_engine
from conf.settings import Settings

HOUSES = Path(__file__).parent / "houses"
DOMAIN = "pbx.localhost"


def place(settings: Settings) -> None:
    """Put what a controller keeps in its folder, with the operator and martin: applying them again is quick.

    Nothing happens where the database is not a new file in that folder, or the domain not the usual one.
    """
    file = settings.data_dir / "souffleur.db"
    if file.exists() or settings.database_url != f"sqlite:///{file}" or settings.domain != DOMAIN:
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_with_houses(), settings.data_dir, dirs_exist_ok=True)


@cache
def migrated() -> Path:
    """A database at its newest migration."""
    folder = _folder("migrated")
    engine = open_engine(f"sqlite:///{folder / 'souffleur.db'}")
    migrate(engine)
    engine.dispose()
    return folder / "souffleur.db"


@cache
def _with_houses() -> Path:
    folder = _folder("houses")
    shutil.copy(migrated(), folder)
    engine = open_engine(f"sqlite:///{folder / 'souffleur.db'}")
    for house in ("operator", "martin"):
        apply(engine, HOUSES / house, prompts_dir=folder / "prompts", domain=DOMAIN)
    engine.dispose()
    return folder


def _folder(name: str) -> Path:
    made = Path(os.environ["SOUFFLEUR_TEST_SOUNDS"]).with_name(f"template-{name}")
    made.mkdir()
    return made
