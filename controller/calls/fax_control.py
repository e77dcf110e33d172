"""Control's part for faxes: an attempt is asked for, looked at, and ended."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, NotFound, ServiceUnavailable
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from controller.calls.fax_calls import FaxCalls, NotYet, read_fax

RULES = (
    Rule("/v1/faxes", endpoint="send_fax", methods=["POST"]),
    Rule("/v1/faxes/<attempt>", endpoint="fax", methods=["GET"]),
    Rule("/v1/faxes/<attempt>/hang_up", endpoint="end_fax", methods=["POST"]),
)
AWAY = "The database is away: nothing was dialled."


class FaxControl:
    """The endpoints of `RULES`; `calls` places the calls."""

    def __init__(self, calls: FaxCalls) -> None:
        self._calls = calls

    def answer(self, endpoint: str, request: Request, **arguments: Any) -> Response:
        """Do what one of the endpoints does."""
        try:
            if endpoint == "send_fax":
                return self._send(request)
            slug = request.args.get("subscriber", "")
            return self._state(slug, **arguments) if endpoint == "fax" else self._end(slug, **arguments)
        except LookupError as error:
            raise NotFound(str(error.args[0] if error.args else error)) from error
        except NotYet as error:  # who asks takes a 404 as the last word
            raise ServiceUnavailable(str(error)) from error
        except SQLAlchemyError as error:
            raise ServiceUnavailable(AWAY) from error

    def _send(self, request: Request) -> Response:
        """Place the call of an attempt, or tell which call it has."""
        try:
            document = orjson.loads(request.get_data())
            if not isinstance(document, dict):
                raise BadRequest("The body is not a JSON object.")
            wish = read_fax(document, self._calls.folder)
        except orjson.JSONDecodeError as error:
            raise BadRequest("The body is not JSON.") from error
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return _json({"call": self._calls.place(wish)}, 201)

    def _state(self, slug: str, attempt: str) -> Response:
        found = self._calls.state(slug, attempt)
        if found is None:
            raise NotFound("This FreeSWITCH has no call of the attempt.")
        return _json(found)

    def _end(self, slug: str, attempt: str) -> Response:
        call = self._calls.hang_up(slug, attempt)
        if not call:
            raise NotFound("This FreeSWITCH has no call of the attempt.")
        return _json({"call": call})


def _json(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, mimetype="application/json")
