"""The prompter's rules and checklists as files: the YAML of `prompter/*.yaml`, out and in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui.api.parts import Answer, Query, answer, asks, problem, scope
from admin_ui.api.parts.problems import reason
from admin_ui.api.prompter import CHECKS, EXAMPLES, note_all
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf.difference import Change
from conf.problems import ConfigurationError, Problem
from conf.prompter import editing, files
from conf.prompter.editing import KINDS

blueprint = APIBlueprint("api_prompter_files", __name__, url_prefix="/api/v1", tag="Prompter")
YAML = "text/yaml"


class Importing(Query):
    """Whether a file is only looked at."""

    check: bool = Field(False, description="Save nothing: only tell what would change.")


class Imported(BaseModel):
    """What one document of a file did."""

    what: Literal["added", "changed"]
    name: str


class Loaded(BaseModel):
    """What a file changed; documents that were the same are not told."""

    items: list[Imported]




def takes_yaml(kind: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Give a view the request's body, as bytes."""

    def decorate(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def asked(**options: Any) -> Answer:
            return view(content=request.get_data(), **options)

        example = files.write([EXAMPLES[kind]])
        spec = {"body": {"type": "string"}, "body_example": example, "content_type": YAML}
        asked._spec = {**getattr(view, "_spec", {}), **spec}  # type: ignore[attr-defined]  # APIFlask's words
        return asked

    return decorate


def _operations(kind: str) -> None:
    """The operations of a kind: out and in."""

    def send() -> Response:
        response = Response(exported(kind), mimetype=YAML)
        response.headers.set("Content-Disposition", "attachment", filename=f"{kind}.yaml")
        return response

    def load(content: bytes, query: Importing) -> Answer:
        try:
            changes = imported(kind, content)
        except ConfigurationError as error:
            return refused(error)
        if query.check:
            db.session.rollback()
        else:
            db.session.commit()
        return answer({"items": [{"what": change.what, "name": change.name} for change in changes]})

    send.__name__, send.__doc__ = f"export_{kind}", f"Export the {kind} as a file.\n\nYAML as `apply` reads it."
    load.__name__ = f"import_{kind}"
    load.__doc__ = (
        f"Load {kind} from a file.\n\nYAML as `apply` reads it. Those of the same names are written over, the others "
        "come last; what is not in the file stays. With a mistake in it nothing is saved; `errors` names lines."
    )
    path, example = f"/prompter/files/{kind}", {"items": [{"what": "changed", "name": EXAMPLES[kind]["name"]}]}
    blueprint.get(path)(scope("prompter:read")(blueprint.output(FileSchema(), content_type=YAML)(send)))
    taken = takes_yaml(kind)(asks(Importing)(blueprint.output(Loaded, example=example)(load)))
    blueprint.post(path)(scope("prompter:write")(taken))


for _kind in KINDS:
    _operations(_kind)


# --- what the page does too; the caller commits ----------------------------------------------------------------------


def exported(kind: str) -> str:
    """All the documents of a kind as YAML."""
    return files.write(editing.read_all(db.session(), subscriber_id(), kind))


def imported(kind: str, content: bytes) -> list[Change]:
    """Save the documents of a file. ConfigurationError with everything that is wrong in it; nothing is saved then."""
    docs, problems = files.read(content, kind)
    if any(one.severity == "error" for one in problems):
        raise ConfigurationError(problems)
    changes = files.load(db.session(), subscriber_id(), kind, docs, check=CHECKS[kind])
    note_all(changes)
    return changes


def refused(error: ConfigurationError) -> Response:
    """What is wrong with a file, with its lines and fields."""
    found = [one for one in error.problems if one.severity == "error"]
    told = [{"field": field(one), "code": one.code, "reason": text(one)} for one in found]
    return problem(422, "", _("The file was not loaded: nothing is changed."), errors=told)


def field(one: Problem) -> str:
    """Where in its document something is wrong; the name of the document leads where no line says which one it is."""
    _kind, _slash, name = one.file.partition("/")
    return ".".join(part for part in (name, one.field) if part)


def text(one: Problem) -> str:
    """What is wrong, after the line where it stands."""
    return _("line %(line)s: %(text)s", line=one.line, text=reason(one)) if one.line else reason(one)
