"""One call walks one flow on a channel, from the offer to the record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from conf.snapshot import Snapshot
from controller.calls.apology import apology_flow
from controller.calls.channel import Channel
from controller.calls.checkpoint import Checkpoint, read
from controller.calls.configuration import Configuration
from controller.calls.dialling import Dialling
from controller.calls.journal import Journal, Log
from controller.calls.lookups import Lookups
from controller.calls.offer import CALL, CHECKPOINT, TAKEN, Offer, read_offer
from controller.calls.record import Record
from controller.calls.routing import DIRECT, NoRoute, Route, route
from controller.calls.sounds import Sounds
from controller.calls.spool import Fact
from controller.esl.connection import Session
from controller.esl.errors import CallEnded, ConnectionLost
from controller.esl.fields import variable
from controller.flow import checkpoint as flow_checkpoint
from controller.flow import codec
from controller.flow.call import Call
from controller.flow.commands import (
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Digits,
    HangUp,
    HungUp,
    Recovery,
    Request,
    Result,
)
from controller.flow.engine import Flow, Walk
from controller.flow.problem import FlowError

log = logging.getLogger(__name__)
LOOKUPS = (CheckHours, CheckList, Count, Request)
CHECKPOINTED = (Recovery.OBSERVE, Recovery.KEYED)


@dataclass(frozen=True)
class House:
    """What every call of a controller shares."""

    controller: str
    domain: str
    configuration: Configuration
    lookups: Lookups
    sounds: Sounds
    journal: Journal
    put: Callable[[Fact], None]
    now: Callable[[], float]


class Conversation:
    """A call on its way through its flow; `run` returns when the call, or its socket, has ended."""

    def __init__(self, house: House, session: Session) -> None:
        self._house = house
        self._session = session
        headers = session.session_data or {}
        self.offer: Offer = read_offer(headers)
        self._saved = read(self.offer.checkpoint)
        # A call that a phone transferred comes with its old checkpoint, and begins something new.
        self._resuming = self._saved is not None and self.offer.origin != "transfer"
        self._variables = {key: variable(headers, key) for key in _kept_names(headers)} if self._resuming else {}
        session.session_data = None
        self.epoch = self._saved.epoch + 1 if self._saved else 1
        self.log = Log(house.journal, self.offer.call, self.epoch - 1)
        self.record = Record(self.offer, controller=house.controller)
        self.subscriber: Snapshot | None = None
        self.walk: Walk | None = None
        self.waiting: Command | None = None
        self._base = self._saved.base if self._saved else 0
        self._redirect = ""
        self._dialling: Dialling | None = None
        self._channel: Channel | None = None

    # --- the whole call ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the call to its end and put it on record."""
        try:
            self._take()
        except (CallEnded, HungUp):
            pass
        except ConnectionLost:
            if self._session.superseded:
                return  # a newer socket has the call, and will put it on record
        except Exception as error:  # noqa: BLE001 whatever befell us, the call must end and be on record
            log.exception("call %s", self.offer.call)
            self.record.problem = f"{type(error).__name__}: {error}"
            self._session.hang_up_quietly("NORMAL_TEMPORARY_FAILURE")
        self._finish()

    def _take(self) -> None:
        self._session.set_variable(CALL, self.offer.call)
        self._session.set_variable(TAKEN, "true")
        way = self._way()
        self.subscriber = way.subscriber
        self.log.subscriber = way.subscriber.subscriber_id if way.subscriber else None
        self.record.follow(way)
        self.log.note("adopted" if self._resuming else "offered", **self._first_entry(way))
        self._dialling = self._make_dialling()
        self._channel = Channel(self._session, self.offer, self._files, self._dialling, self.epoch)
        if isinstance(way, NoRoute):
            self._fall_back(way.reason, way.fallback, way.cause)
            return
        try:
            self._follow(way)
        except FlowError as error:
            self._fall_back(str(error), way.fallback, "NORMAL_TEMPORARY_FAILURE")

    def _way(self) -> Route | NoRoute:
        known = self._house.configuration
        saved = self._saved
        if saved and (subscriber := known.subscriber(saved.subscriber)):
            if self.offer.origin == "transfer":
                return route(replace(self.offer, subscriber=subscriber.slug), known)
            return Route(subscriber, main_flow(saved.walk), saved.number, saved.direction, subscriber.fallback or "")
        if not known.read_once:
            return NoRoute(
                "the database is away and nothing is known yet", "NORMAL_TEMPORARY_FAILURE", number=self.offer.dialled
            )
        return route(self.offer, known)

    def _follow(self, way: Route) -> None:
        library = self._house.configuration.library(way.subscriber)
        if self._saved and self._resuming:
            walk = Walk.resume(self._saved.walk, library)
            flow = walk.frames[0].flow
            self.record.flow, self.record.version = flow.name, flow.version
            self._drive(walk, walk.waiting, recovering=True)
            return
        flow = library(way.flow, 0)
        self.record.flow, self.record.version = flow.name, flow.version
        walk = Walk(flow, Call(self._call_variables(way)), library)
        self._drive(walk, walk.begin())

    def _fall_back(self, reason: str, fallback: str, cause: str) -> None:
        """Say sorry, or ring the fallback: a caller is never left in silence because of us."""
        log.warning("call %s: %s", self.offer.call, reason)
        self.record.problem = reason
        self.log.note("fallback", reason=reason, to=fallback)
        language = self.subscriber.language if self.subscriber else "en"
        known = self._house.configuration
        if fallback and self.subscriber:
            flow = known.flow(self.subscriber, f"{DIRECT}{fallback}")
        else:
            flow = Flow.load(apology_flow(language, cause))
        walk = Walk(flow, Call({"language": language}), lambda name, version: flow)
        self._drive(walk, walk.begin())

    def _finish(self) -> None:
        ending = self._session.wait_for_ending(10.0)
        if self.walk:
            self.record.path += [asdict(step) for step in self.walk.path]
        if self._dialling:
            self.record.dialled = self._dialling.results
            self.record.presented, self.record.ringing_since = self._dialling.presented, self._dialling.ringing_since
        fact = self.record.fact(ending, self._house.now())
        self._house.put(fact)
        self.log.note("ended", cause=fact["cause"] or "unknown", by=fact["hung_up_by"], disposition=fact["disposition"])

    # --- one command after the other --------------------------------------------------------------------------------

    def _drive(self, walk: Walk, command: Command | None, recovering: bool = False) -> None:
        self._leave_walk(walk)
        while command is not None:
            self.waiting = command
            try:
                result = self._perform(walk, command, recovering)
            except HungUp as gone:
                command = walk.hang_up(gone.cause)
                continue
            finally:
                recovering = False
            self._note_result(command, result)
            if self._redirect:
                walk = self._redirected(walk)
                command = walk.begin()
            else:
                command = walk.hear(result)

    def _perform(self, walk: Walk, command: Command, recovering: bool) -> Result:
        assert self._channel
        key = str(self._base + walk.index)
        if isinstance(command, LOOKUPS):
            assert self.subscriber
            if isinstance(command, Count | Request):
                self._checkpoint(walk)
                if recovering:
                    return self._house.lookups.recover(command, self.subscriber, self.offer.call, key)
            self._note(walk, command)
            return self._house.lookups.perform(command, self.subscriber, self.offer.call, key)
        if recovering and (kept := self._channel.kept(command, key, lambda name: self._variables.get(name, ""))):
            return kept
        if command.waits:
            self._checkpoint(walk)
        self._note(walk, command)
        if isinstance(command, HangUp):
            talked = self._dialling and self._dialling.results and self._dialling.results[-1].outcome == "answered"
            self.record.ended_by = "called" if talked else "flow"
        return self._channel.perform(command, key)

    def _checkpoint(self, walk: Walk) -> None:
        if not self.subscriber or not self._channel or self._session.hung_up:
            return
        number, direction = self.record.number, self.record.direction
        mine = (self._house.controller, self.epoch, self.subscriber.subscriber_id, direction, number)
        text = Checkpoint(*mine, self._base, walk.checkpoint()).dump()
        if text is None:
            self.log.note("checkpoint_too_long", node=walk.here.node)
        else:
            self._channel.checkpoint(CHECKPOINT, text)

    # --- what others ask of a call ----------------------------------------------------------------------------------

    def redirect(self, target: str) -> bool:
        """Take the caller away and ring `target`, an extension or an E.164 number; False when it is neither."""
        if not self._channel or not self._dialling or not self._dialling.knows(target):
            return False
        self.log.note("redirected", to=target)
        self._redirect = target
        if self._dialling.partner:
            self._session.kill(self._dialling.partner, "NORMAL_CLEARING")
        else:
            self._channel.interrupt()
        return True

    def abandon(self) -> None:
        """FreeSWITCH has lost the channel: stop waiting for it."""
        self._session.close("gone from FreeSWITCH")

    def _redirected(self, walk: Walk) -> Walk:
        assert self.subscriber
        flow = self._house.configuration.flow(self.subscriber, f"{DIRECT}{self._redirect}")
        self._redirect = ""
        redirected = Walk(flow, walk.call, lambda name, version: flow)
        self._leave_walk(redirected)
        return redirected

    def _leave_walk(self, new: Walk) -> None:
        """Walk another flow from now on; what was walked so far stays in the record."""
        if self.walk:
            self.record.path += [asdict(step) for step in self.walk.path]
            self._base += self.walk.index + 1
        self.walk = new

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call."""
        self.record.ended_by = "controller"
        self._session.kill(self.offer.uuid, cause)

    def state(self) -> dict[str, Any]:
        """The call as the live board shows it."""
        here = self.walk.here if self.walk else None
        return {
            "call": self.offer.call,
            "uuid": self.offer.uuid,
            "subscriber": self.subscriber.slug if self.subscriber else "",
            "direction": self.record.direction,
            "from": self.offer.caller,
            "to": self.offer.dialled,
            "since": self.offer.created,
            "answered": bool(self._channel and self._channel.answered),
            "flow": here.flow if here else "",
            "node": here.node if here else "",
            "doing": type(self.waiting).__name__.lower() if self.waiting else "",
            "talking_to": self._dialling.talking_to if self._dialling else "",
        }

    # --- small change -----------------------------------------------------------------------------------------------

    def _files(self, sounds: Any) -> list[str]:
        return self._house.sounds.files(sounds, self.subscriber)

    def _make_dialling(self) -> Dialling | None:
        if not self.subscriber:
            return None
        trunks = self._house.configuration.trunks()
        return Dialling(self.subscriber, self.offer.call, self.offer.user, trunks, self._house.domain, self.log.note)

    def _call_variables(self, way: Route) -> dict[str, str]:
        return {
            "call": self.offer.call,
            "caller": self.offer.caller,
            "caller_name": self.offer.caller_name,
            "called": way.number,
            "subscriber": way.subscriber.slug,
            "language": way.subscriber.language,
            "country": way.subscriber.country,
            "time_zone": way.subscriber.time_zone,
        }

    def _first_entry(self, way: Route | NoRoute) -> dict[str, Any]:
        flow = way.flow if isinstance(way, Route) else ""
        return {
            "from": self.offer.caller,
            "to": self.offer.dialled,
            "direction": way.direction,
            "trunk": way.trunk,
            "flow": flow,
        }

    def _note(self, walk: Walk, command: Command) -> None:
        here = walk.here
        self.log.note("command", flow=here.flow, version=here.version, node=here.node, **shown(command))

    def _note_result(self, command: Command, result: Result) -> None:
        shown = codec.dump(result)
        if isinstance(command, Collect) and command.secret and isinstance(result, Digits):
            shown["digits"] = "*" * len(result.digits)
        self.log.note("result", **shown)


def shown(command: Command) -> dict[str, Any]:
    """A command as the journal may tell it: a request without what may hold secrets or content."""
    told = codec.dump(command)
    if isinstance(command, Request):
        url = urlsplit(command.url)
        return {"type": told["type"], "method": command.method, "url": f"{url.scheme}://{url.hostname}{url.path}"}
    return told


def main_flow(walk: dict[str, Any]) -> str:
    """The flow that a checkpointed walk began with."""
    return flow_checkpoint.Checkpoint.load(walk).stack[0].flow


def _kept_names(headers: Any) -> list[str]:
    return [name.removeprefix("variable_") for name in headers if name.startswith("variable_souffleur_")]
