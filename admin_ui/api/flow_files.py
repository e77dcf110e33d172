"""Flows as files, ready-made flows, and the kinds of nodes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request
from flask_babel import get_locale
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui import flow_work
from admin_ui.api.flows import DOC, FlowProblem
from admin_ui.api.parts import Answer, answer, scope
from admin_ui.database import confine, db
from admin_ui.person import subscriber_id
from conf.editing import flows, templates
from conf.editing.flow_files import export_flow, import_flow
from controller.flow.form import forms

blueprint = APIBlueprint("api_flow_files", __name__, url_prefix="/api/v1", tag="Flows")
YAML = "text/yaml"
EXAMPLE = "name: hello\nstart: end\nnodes:\n  end: {kind: hang_up}\n"


def takes_yaml(view: Callable[[str], Answer]) -> Callable[[], Answer]:
    """Give a view the request's body as text; what is no UTF-8 in it the reader complains of."""

    @wraps(view)
    def asked() -> Answer:
        return view(request.get_data().decode("utf-8", errors="surrogateescape"))

    spec = {"body": {"type": "string"}, "body_example": EXAMPLE, "content_type": YAML}
    asked._spec = {**getattr(view, "_spec", {}), **spec}  # type: ignore[attr-defined]  # APIFlask's words
    return asked


class Imported(BaseModel):
    """A flow that was read from a file, not saved; and what is wrong with it."""

    doc: dict[str, Any]
    problems: list[FlowProblem]


class Template(BaseModel):
    """A ready-made flow. `needs` names what a subscriber should have: `{"schedules": ["office"]}`."""

    key: str
    title: str
    help: str
    name: str
    needs: dict[str, list[str]]
    doc: dict[str, Any]


class Templates(BaseModel):
    """The ready-made flows."""

    items: list[Template]


class NodeKind(BaseModel):
    """A kind of node: its form, as JSON Schema with hints for editors, its exits, its help."""

    kind: str
    revision: int = Field(description="Grows when calls in the middle of it must begin it again.")
    title: str
    help: str
    icon: str
    group: str
    exits: list[dict[str, Any]]
    open_exits: bool
    form: dict[str, Any] = Field(alias="schema")


class NodeKinds(BaseModel):
    """The kinds of nodes there are."""

    items: list[NodeKind]


@blueprint.get("/nodes")
@scope("flows:read")
@blueprint.output(NodeKinds)
def nodes() -> Answer:
    """List the kinds of nodes.

    All that an editor needs to show them, in the caller's language."""
    return answer({"items": list(forms(_).values())})


@blueprint.get("/flow-templates")
@scope("flows:read")
@blueprint.output(Templates)
def ready_made() -> Answer:
    """List the ready-made flows."""
    found = templates.templates(get_locale().language)
    return answer({"items": [vars(one) for one in found]})


@blueprint.get("/flows/<name>/export")
@scope("flows:read")
@blueprint.output(FileSchema(), content_type=YAML)
def export(name: str) -> Response:
    """Export the draft as a file.

    YAML as `apply` reads it."""
    doc = flows.draft(db.session(), subscriber_id(), name).doc
    response = Response(export_flow(doc), mimetype=YAML)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.yaml")
    return response


@blueprint.post("/flows/import")
@scope("flows:read")
@takes_yaml
@blueprint.output(Imported, example={"doc": DOC, "problems": []})
def read_file(text: str) -> Answer:
    """Read a flow from a file.

    YAML as `apply` reads it. Nothing is saved: send the document to POST /flows, or to a draft."""
    confine(subscriber_id(), read_only=True)
    doc, problems = import_flow(text)
    if problems:
        told = [{**flow_work.shown(one), "text": _in_line(one.line, flow_work.text(one))} for one in problems]
        return answer({"doc": doc, "problems": told})
    return answer({"doc": doc, "problems": flow_work.problems(doc)})


def _in_line(line: int, text: str) -> str:
    return _("line %(line)s: %(text)s", line=line, text=text) if line else text
