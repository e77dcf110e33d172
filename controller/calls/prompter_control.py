"""Control's part for the prompter: the feed of what is said and shown in a user's calls, and ticks by hand.

`GET /v1/prompter?subscriber=SLUG&user=LOGIN` is a stream of server-sent events, each a document; with
`audience=supervisor` instead of a user, the supervisor's cards of all calls. It begins with everything there is, so a
reader who was cut off needs no position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from controller.calls.attendants.desk import Desk
from controller.calls.switchboard import UnknownCall

RULES = (
    Rule("/v1/prompter", endpoint="prompter", methods=["GET"]),
    Rule("/v1/calls/<call>/prompter/tick", endpoint="prompter_tick", methods=["POST"]),
)
ENDPOINTS = frozenset(rule.endpoint for rule in RULES)
KEEP_ALIVE = 15.0  # seconds between two comments on a quiet stream


class PrompterControl:
    """The endpoints of `RULES`; `subscriber_id` finds a slug's id."""

    def __init__(self, desk: Desk, subscriber_id: Callable[[str], int | None]) -> None:
        self._desk, self._subscriber_id = desk, subscriber_id

    def answer(self, endpoint: str, request: Request, **arguments: Any) -> Response:
        """Do what one of the endpoints does. UnknownCall: this controller has no such call of this user."""
        subscriber = self._subscriber_id(request.args.get("subscriber", ""))
        if subscriber is None:
            raise NotFound("There is no such subscriber.")
        return (
            self._feed(subscriber, request) if endpoint == "prompter" else self._tick(subscriber, request, **arguments)
        )

    def _feed(self, subscriber: int, request: Request) -> Response:
        user = request.args.get("user", "")
        if not user and request.args.get("audience") != "supervisor":
            raise BadRequest("user: say whose calls are meant, or audience=supervisor.")
        feed = self._stream(subscriber, user)
        return Response(feed, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    def _tick(self, subscriber: int, request: Request, call: str) -> Response:
        wish = _body(request)
        attendant = self._desk.find(call, subscriber, wish["user"])
        if attendant is None:
            raise UnknownCall(call)
        if not attendant.tick(wish["checklist"], wish["step"]):
            raise BadRequest(f"step: there is no step {wish['step']!r} in a checklist {wish['checklist']!r}.")
        return _json({"call": call, "checklist": wish["checklist"], "step": wish["step"]})

    def _stream(self, subscriber: int, user: str) -> Iterator[bytes]:
        # Followed from here on, since what never begins is never left: nobody reads the stream of a HEAD request.
        follower = self._desk.stages.follow(subscriber, user)
        try:
            yield b": hello\n\n"
            while True:
                document = follower.next(KEEP_ALIVE)
                yield b": still here\n\n" if document is None else b"data: %s\n\n" % orjson.dumps(document)
        finally:
            self._desk.stages.leave(follower)


def _body(request: Request) -> dict[str, str]:
    try:
        document = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise BadRequest("The body is not a JSON object.")
    for name in ("user", "checklist", "step"):
        if not isinstance(document.get(name), str) or not document[name]:
            raise BadRequest(f"{name}: must be a text.")
    return document


def _json(document: Any) -> Response:
    return Response(orjson.dumps(document), mimetype="application/json")
