"""Control: what the UI and the terminal ask of this controller, over HTTP on loopback with a secret.

Every answer is JSON; `/v1/events` is a stream of server-sent events. A request names the subscriber that it acts for
(`?subscriber=SLUG`); without one it is the operator's. A call of another subscriber is answered like no call at all.
What is asked of a call that another controller has is passed on to that one.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import gevent
import orjson
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, ServiceUnavailable, Unauthorized
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from conf.secret_files import valid
from controller.calls import fax_control, prompter_control
from controller.calls.board import Board
from controller.calls.doorkeeper import Doorkeeper
from controller.calls.fax_control import FaxControl
from controller.calls.journal import Entry, Journal
from controller.calls.originate import Wish, read_wish
from controller.calls.peers import PASSED_ON, Peers
from controller.calls.prompter_control import PrompterControl
from controller.calls.switchboard import Switchboard, UnknownCall
from controller.calls.trial import Trial, read_trial
from controller.esl.errors import EslError, NoReply

log = logging.getLogger(__name__)
PATIENCE = 8.0  # seconds for an answer, also while FreeSWITCH hangs
KEEP_ALIVE = 15.0  # seconds between two comments on a quiet stream
MAX_BODY = 64 * 1024

ROUTES = Map(
    [
        Rule("/v1/status", endpoint="status", methods=["GET"]),
        Rule("/v1/board", endpoint="whole_board", methods=["GET"]),
        Rule("/v1/calls", endpoint="calls", methods=["GET"]),
        Rule("/v1/calls", endpoint="place", methods=["POST"]),
        Rule("/v1/originate", endpoint="originate", methods=["POST"]),
        Rule("/v1/calls/<call>/hang_up", endpoint="hang_up", methods=["POST"]),
        Rule("/v1/calls/<call>/transfer", endpoint="transfer", methods=["POST"]),
        Rule("/v1/blocked", endpoint="blocked", methods=["GET"]),
        Rule("/v1/blocked", endpoint="free", methods=["DELETE"]),
        Rule("/v1/events", endpoint="events", methods=["GET"]),
        *fax_control.RULES,
        *prompter_control.RULES,
    ]
)


@dataclass(frozen=True)
class Control:
    """The WSGI application. `trial` places a trial call, `connect` a user's; `subscriber_id` finds a slug's id.

    `end` ends a call by its channel, whoever has it, unless it is another subscriber's. `instance` names this process:
    the positions of its feed mean nothing to the next one.
    """

    secret: str
    switchboard: Switchboard
    journal: Journal
    trial: Callable[[Trial], str]
    connect: Callable[[Wish], str]
    state: Callable[[], dict[str, Any]]
    subscriber_id: Callable[[str], int | None]
    board: Board
    peers: Peers
    instance: str
    doorkeeper: Doorkeeper
    end: Callable[[str, int | None], bool]
    faxes: FaxControl
    prompter: PrompterControl

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.max_content_length = MAX_BODY
        try:
            self._admit(request)
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            with gevent.Timeout(PATIENCE, NoReply("it does not answer now; what was asked may still be done")):
                response = self._answer(endpoint, request, arguments)
        except HTTPException as error:
            response = _json({"error": error.description}, error.code or 500)
        except UnknownCall:
            response = _json({"error": "There is no such call."}, 404)
        except EslError as error:
            response = _json({"error": f"FreeSWITCH: {error}"}, 503)
        return response(environ, start_response)

    def _answer(self, endpoint: str, request: Request, arguments: Mapping[str, Any]) -> Response:
        if any(rule.endpoint == endpoint for rule in fax_control.RULES):
            return self.faxes.answer(endpoint, request, **arguments)
        if endpoint in prompter_control.ENDPOINTS:
            try:
                return self.prompter.answer(endpoint, request, **arguments)
            except UnknownCall:
                return self._pass_on(request)
        response: Response = getattr(self, endpoint)(request, **arguments)
        return response

    def status(self, request: Request) -> Response:
        """How this controller is."""
        return _json(self.state())

    def whole_board(self, request: Request) -> Response:
        """All controllers and all their calls; `?alone=1`: what this one has."""
        subscriber = _subscriber(request)
        alone = request.args.get("alone") or PASSED_ON in request.headers
        return _json(self.board.own(subscriber) if alone else self.board.whole(subscriber))

    def calls(self, request: Request) -> Response:
        """The live calls of this controller."""
        return _json({"calls": list(self.switchboard.states(_subscriber(request)))})

    def place(self, request: Request) -> Response:
        """Place a trial call."""
        try:
            return _json({"call": self.trial(read_trial(_body(request)))}, 201)
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def originate(self, request: Request) -> Response:
        """Ring a user's phone and connect it."""
        try:
            return _json({"call": self.connect(read_wish(_body(request)))}, 201)
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def hang_up(self, request: Request, call: str) -> Response:
        """End a call."""
        try:
            self.switchboard.find(call, _subscriber(request)).hang_up()
        except UnknownCall:
            return self._pass_on(request, lambda: self._end(call, _subscriber(request)))
        return _json({"call": call})

    def transfer(self, request: Request, call: str) -> Response:
        """Take a caller to another extension or number."""
        target = str(_body(request).get("to", ""))
        try:
            conversation = self.switchboard.find(call, _subscriber(request))
        except UnknownCall:
            return self._pass_on(request)
        if not conversation.redirect(target):
            raise BadRequest(f"to: {target!r} is neither an extension nor a number that can be called.")
        return _json({"call": call, "to": target})

    def _end(self, call: str, slug: str | None) -> Response | None:
        subscriber = self.subscriber_id(slug) if slug else None
        mine = subscriber is not None or not slug
        return _json({"call": call}) if mine and self.end(call, subscriber) else None

    def _pass_on(self, request: Request, otherwise: Callable[[], Response | None] = lambda: None) -> Response:
        """Have another controller do it: the one that has the call. UnknownCall when nobody has.

        `otherwise` may be able to do it when somebody who may have the call does not answer.
        """
        if PASSED_ON in request.headers:
            raise UnknownCall
        path = f"{quote(request.path)}?{request.query_string.decode('latin-1')}"
        answers = self.peers.ask(self.peers.alive(), request.method, path, request.get_data())
        for answer in answers.values():
            if answer and answer.status != NotFound.code:
                return _json(answer.document, answer.status)
        if silent := [name for name, answer in answers.items() if answer is None]:
            if done := otherwise():
                return done
            error = "No controller that answers has this call; {names} may have it, and does not answer."
            return _json({"error": error.format(names=", ".join(silent))}, 503)
        raise UnknownCall

    def blocked(self, request: Request) -> Response:
        """The addresses that nobody listens to now."""
        _operator_only(request)
        blocks = [asdict(block) for block in self.doorkeeper.blocks()]
        return _json({"blocked": blocks, "enforced_by": self.doorkeeper.enforced_by})

    def free(self, request: Request) -> Response:
        """Listen to an address again: `?address=`."""
        _operator_only(request)
        address = request.args.get("address", "")
        try:
            freed = self.doorkeeper.free(address)
        except SQLAlchemyError as error:
            raise ServiceUnavailable("The database is away: the address is free here, not elsewhere.") from error
        if not freed:
            raise NotFound("This address is not blocked.")
        return _json({"address": address})

    def events(self, request: Request) -> Response:
        """The live feed: of a call, of a subscriber, or of all; `Last-Event-ID` goes on after an entry."""
        entries = self._stream(self._wanted(request), _after(request, self.instance))
        return Response(entries, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    def _admit(self, request: Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not any(hmac.compare_digest(given.encode(), secret.encode()) for secret in valid(self.secret)):
            raise Unauthorized("The control secret is missing or wrong.")

    def _wanted(self, request: Request) -> Callable[[Entry], bool]:
        call, slug = request.args.get("call"), _subscriber(request)
        subscriber = self.subscriber_id(slug) if slug else None
        if slug and subscriber is None:
            raise NotFound("There is no such subscriber.")
        return lambda entry: (not call or entry.call == call) and (not slug or entry.subscriber == subscriber)

    def _stream(self, wanted: Callable[[Entry], bool], after: int | None) -> Iterator[bytes]:
        # Followed from here on, since what never begins is never left: nobody reads the stream of a HEAD request.
        begun = self.journal.position if after is None else after
        follower = self.journal.follow(wanted, after)
        try:
            # The position, for a reader who breaks off before the first entry comes.
            yield b": hello\nid: %s-%d\n\n" % (self.instance.encode(), begun)
            lost = 0
            while True:
                entry = follower.next(KEEP_ALIVE)
                if follower.dropped > lost:
                    lost = follower.dropped
                    yield b"event: dropped\ndata: %d\n\n" % lost
                yield _event(entry, self.instance) if entry else b": still here\n\n"
        finally:
            self.journal.leave(follower)


def _event(entry: Entry, instance: str) -> bytes:
    return b"id: %s-%d\ndata: %s\n\n" % (instance.encode(), entry.position, orjson.dumps(asdict(entry)))


def _operator_only(request: Request) -> None:
    if _subscriber(request):
        raise NotFound("There is no such page.")


def _subscriber(request: Request) -> str | None:
    return request.args.get("subscriber") or None


def _after(request: Request, instance: str) -> int | None:
    """The position after which the reader goes on: from the beginning, when it was another process's."""
    text = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    whose, _, position = text.rpartition("-")
    if not position.isdecimal():
        return None
    return int(position) if whose in ("", instance) else 0


def _body(request: Request) -> dict[str, Any]:
    try:
        document = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(document, dict):
        raise BadRequest("The body is not a JSON object.")
    return document


def _json(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, mimetype="application/json")
