"""The built front end: which files an entry needs, from Vite's manifest; and icons inside the page."""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup, escape

BUILT = Path(__file__).parent / "static" / "built"
MANIFEST = str(BUILT / ".vite" / "manifest.json")
_ICON = re.compile(r"[a-z0-9-]{1,64}")


def init_app(app: Flask) -> None:
    """Give templates `entry(name)` and `icon(name)`."""
    app.jinja_env.globals.update(entry=entry, icon=icon)


def entry(name: str) -> Markup:
    """The tags that load an entry, such as `shell/main.ts`, with its style sheets."""
    return _tags(name, _changed(), request.script_root)


@lru_cache(maxsize=64)
def _tags(name: str, changed_at: float, _root: str) -> Markup:
    files = _manifest(changed_at).get(name)
    if files is None:
        return Markup("<!-- not built -->")
    tags = [Markup('<link rel="stylesheet" href="{}">').format(_url(css)) for css in _styles(name, changed_at)]
    tags.append(Markup('<script type="module" src="{}"></script>').format(_url(files["file"])))
    return Markup("").join(tags)


def icon(name: str, label: str = "") -> Markup:
    """A Lucide icon in the page; with a label it says something, without it only decorates."""
    if not label:
        return _decoration(name, _changed())
    told = Markup(' role="img" aria-label="{}"').format(label)
    return Markup('<span class="icon"{}>{}</span>').format(told, _drawing(name, _changed()))


def _url(file: str) -> str:
    return url_for("static", filename=f"built/{file}")


def _changed() -> float:
    """When the front end was built; asked for each icon of a page."""
    try:
        return os.stat(MANIFEST).st_mtime
    except OSError:
        return 0.0


@lru_cache(maxsize=1)
def _manifest(_changed_at: float) -> dict[str, Any]:
    path = Path(MANIFEST)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _styles(name: str, changed_at: float) -> list[str]:
    """The style sheets of an entry and of what it imports, each once."""
    manifest = _manifest(changed_at)
    found: dict[str, None] = {}

    def visit(one: str) -> None:
        for other in manifest[one].get("imports", ()):
            visit(other)
        found.update(dict.fromkeys(manifest[one].get("css", ())))

    visit(name)
    return list(found)


@lru_cache(maxsize=256)
def _decoration(name: str, changed_at: float) -> Markup:
    return Markup('<span class="icon" aria-hidden="true">{}</span>').format(_drawing(name, changed_at))


@lru_cache(maxsize=256)
def _drawing(name: str, _changed_at: float) -> Markup:
    path = BUILT / "icons" / f"{name}.svg"
    if not _ICON.fullmatch(name) or not path.exists():
        return escape("")
    text = re.sub(r"<!--.*?-->|\sclass=\"[^\"]*\"", "", path.read_text(), flags=re.DOTALL)
    return Markup(re.sub(r"\s+", " ", text).strip())  # noqa: S704  a file of ours, from the package of icons
