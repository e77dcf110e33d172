"""What all modules of the API stand on. A view looks like this:

    blueprint = APIBlueprint("api_tokens", __name__, url_prefix="/api/v1", tag="Tokens")

    @blueprint.put("/things/<name>")
    @scope("things:write")          # who may: a token with the scope, or a person whose role allows it
    @matched                        # `expected`: the ETag of If-Match, which is required (428)
    @takes(Thing, example={...})    # `body`: a Thing, checked; `asks(Query)` gives `query`
    @blueprint.output(ThingOut, example={...})
    def save(name: str, expected: str | None, body: Thing) -> Answer:
        \"\"\"Save a thing.

        The first line is the operation's summary, the rest its description.\"\"\"
        ...
        return answer(doc, etag=etag(doc))

Raise what `conf` raises (ConfigurationError, Stale, LookupError): it becomes problem+json in the caller's language.
Idempotency-Key on POST, rate limits and the answers' error forms need nothing from a view.
"""

from flask import Flask

from admin_ui.api.parts import idempotency, problems
from admin_ui.api.parts.answers import Answer, answer
from admin_ui.api.parts.etags import matched
from admin_ui.api.parts.guard import caller, scope
from admin_ui.api.parts.input import Body, Moment, Query, asks, takes, takes_document
from admin_ui.api.parts.output import gives
from admin_ui.api.parts.paging import Page, Paging, cut, keyset, listed, listing
from admin_ui.api.parts.problems import problem, refuse

__all__ = [
    "Answer",
    "Body",
    "Moment",
    "Page",
    "Paging",
    "Query",
    "answer",
    "asks",
    "caller",
    "cut",
    "gives",
    "init_app",
    "keyset",
    "listed",
    "listing",
    "matched",
    "problem",
    "refuse",
    "scope",
    "takes",
    "takes_document",
]


def init_app(app: Flask) -> None:
    """What stands before and after every operation."""
    app.json.sort_keys = False  # type: ignore[attr-defined]  # a document keeps its order
    for part in (problems, idempotency):
        part.init_app(app)
