"""Documents whose order counts: a button moves one up or down."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.forms.family import Family
from admin_ui.person import allowed
from conf.editing import documents, rows


def movable(blueprint: Blueprint, family: Family) -> None:
    """Give a family's blueprint `move`: POST `name` with `to` = up or down."""

    def move() -> Response:
        names = [doc[family.key] for doc in documents.read_all(db.session(), family.owner(), family.kind)]
        name, step = request.form.get("name", ""), {"up": -1, "down": 1}.get(request.form.get("to", ""))
        if name not in names or step is None:
            abort(404)
        before = names.index(name)
        after = min(max(before + step, 0), len(names) - 1)
        names.insert(after, names.pop(before))
        for position, each in enumerate(names):
            row = rows.row(db.session(), family.owner(), family.kind, each)
            if row.position != position:
                row.position = position
        if before != after:
            noted("moved", family.word, name, [("place", before + 1, after + 1)])
        db.session.commit()
        return redirect(url_for(".index"), 303)

    blueprint.add_url_rule(f"/{family.kind}/move", "move", allowed(family.permission)(move), methods=["POST"])
