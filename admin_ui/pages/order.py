"""Documents whose order counts: a button moves one up or down."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from admin_ui import ordering
from admin_ui.database import db
from admin_ui.forms.family import Family
from admin_ui.person import allowed


def movable(blueprint: Blueprint, family: Family) -> None:
    """Give a family's blueprint `move`: POST `name` with `to` = up or down."""

    def move() -> Response:
        names = ordering.order(family.owner(), family.kind)
        name, step = request.form.get("name", ""), {"up": -1, "down": 1}.get(request.form.get("to", ""))
        if name not in names or step is None:
            abort(404)
        ordering.move(family.owner(), family.kind, name, names.index(name) + step)
        db.session.commit()
        return redirect(url_for(".index"), 303)

    blueprint.add_url_rule(f"/{family.kind}/move", "move", allowed(family.permission)(move), methods=["POST"])
