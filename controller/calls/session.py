"""One call walks one flow on a channel, from the offer to the record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conf.snapshot import Snapshot
from controller.calls import fax_ear, placed
from controller.calls.attendants.calls import Place
from controller.calls.attendants.seat import Seat
from controller.calls.channel import Channel
from controller.calls.checkpoint import Checkpoint
from controller.calls.dialling import Dialling
from controller.calls.earlier import Earlier
from controller.calls.fax_facts import ATTEMPT, result_fact
from controller.calls.fax_flow import RECEIVE
from controller.calls.faxing import Faxing
from controller.calls.gap import Gap
from controller.calls.holding import Holding
from controller.calls.house import House
from controller.calls.journal import Log
from controller.calls.listening import Listening
from controller.calls.loops import CAUSE as LOOP
from controller.calls.messaging import Messaging
from controller.calls.offer import CALL, HOME, OWNER, REDIRECT, TAKEN, Offer, read_offer
from controller.calls.record import Record
from controller.calls.routing import NoRoute, Route, leads_to
from controller.calls.sealed import Seal
from controller.calls.spool import Fact
from controller.calls.tally import Tally
from controller.calls.walker import HandOver, Walker
from controller.calls.ways import FAILED, Ways, call_variables
from controller.esl.api import Named
from controller.esl.connection import Session
from controller.esl.errors import CallEnded, ConnectionLost, EslError
from controller.esl.fence import Fence
from controller.esl.fields import Ending, Headers
from controller.flow.commands import HungUp
from controller.flow.problem import FlowError

log = logging.getLogger(__name__)
AGAIN = Named("souffleur_again", "souffleur")  # where the dialplan offers a call to every controller in turn
LAST_WORDS = 10.0  # seconds that FreeSWITCH has to say how a call ended


class Conversation:
    """A call on its way through its flow; `run` returns when the call, or its socket, has ended."""

    def __init__(self, house: House, session: Session) -> None:
        self._house = house
        self._session = session
        self._headers = session.session_data or {}
        session.session_data = None  # what is read of it is in the offer
        self.offer: Offer = read_offer(self._headers)
        self._earlier = Earlier(self.offer, house.owner)
        self._ways = Ways(house.configuration, self.offer)
        self.owner = self._earlier.owner
        self._seal = Seal(house.secret, self.offer.call)
        self.log = Log(house.journal, self.offer.call, self.owner.epoch - 1)
        self.record = Record(self.offer, controller=house.owner.controller)
        if self._earlier.saved and self._earlier.adopted:
            self.record.resume(self._earlier.saved)
            self.record.tally.connected = self.record.tally.connected or list(self.offer.connected)
        self._talk_before = self.record.tally.connected  # had ended when the call was offered; when, nobody heard
        self._holding = Holding(session, self.log.note, self.record.tally.hold, self.offer.held)
        self.subscriber: Snapshot | None = None
        self._dialling: Dialling | None = None
        self._walker: Walker | None = None
        self._gap: Gap | None = None
        self._seat: Seat | None = None
        self._rounds = ExitStack()
        self._came = house.now()
        # From now on: who stood still since the call came may not even say whose it is.
        session.fence = Fence(OWNER, str(self.owner), house.gap_ended)

    # --- the whole call ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Walk the call to its end and put it on record."""
        try:
            with self._rounds:
                self._run()
        finally:
            if self._seat:
                self._seat.leave()

    def _run(self) -> None:
        try:
            self._take()
        except (CallEnded, HungUp):
            pass
        except HandOver:
            if self._hand_over():
                return
        except ConnectionLost:
            # A newer socket has the call, or the dialplan offers it anew: whoever takes it puts it on record.
            leaves = self._house.ending() and not self._gap and not self._session.hung_up
            if self._session.superseded or leaves:
                return
            self._gap = self._gap or self._house.gone(self.offer.uuid)
            if self._gap is None or self._session.superseded:
                return
        except Exception as error:  # noqa: BLE001 whatever befell us, the call must end and be on record
            log.exception("call %s", self.offer.call)
            self.record.tally.problem = f"{type(error).__name__}: {error}"
            self._session.hang_up_quietly(FAILED)
        self._finish()

    def _take(self) -> None:
        way = self._unless_it_loops(self._ways.way(self._earlier))
        if not self._earlier.adopted:
            self.record.follow(way)
        self.subscriber = way.subscriber
        if self._earlier.adopted:
            self._forget_who_left()
        self.log.subscriber = self.record.subscriber
        self.log.note("adopted" if self._earlier.adopted else "offered", **self._first_entry(way))
        # Only now: a caller who leaves this early is on record with the number and the subscriber all the same.
        told = {CALL: self.offer.call, TAKEN: "true", OWNER: str(self.owner), HOME: self._house.address()}
        self._session.set_variables(told | self._earlier.transferred())
        if self.offer.owner and self._house.ears:
            self._house.ears.taps.clear(self._session)
        self._walker = self._make_walker()
        if isinstance(way, NoRoute) and way.cause == LOOP:  # nobody would hear that we are sorry
            self.hang_up(LOOP)
            return
        if isinstance(way, NoRoute):
            self._fall_back(self._walker, way.reason, way.fallback, way.cause)
            return
        try:
            self._follow(self._walker, way)
        except FlowError as error:
            self._fall_back(self._walker, str(error), way.fallback, FAILED)
        except (CallEnded, HungUp, ConnectionLost, HandOver):
            raise
        except Exception as error:  # a fault of ours is no reason to leave the caller in silence
            log.exception("call %s", self.offer.call)
            self._fall_back(self._walker, f"{type(error).__name__}: {error}", way.fallback, FAILED)

    def _unless_it_loops(self, way: Route | NoRoute) -> Route | NoRoute:
        """The way, but for a call from outside that has come back to itself often enough."""
        if isinstance(way, NoRoute) or way.direction != "inbound" or self._earlier.adopted:
            return way
        key = (way.subscriber.subscriber_id, self.offer.caller, way.number)
        if self._house.loops.closes(key):
            reason = f"the call to {way.number} comes back to itself"
            return NoRoute(reason, LOOP, way.subscriber, way.number, trunk=way.trunk)
        outside = self._house.loops.round(key, lambda: self._dialling is not None and self._dialling.outside)
        self._rounds.enter_context(outside)
        return way

    def _follow(self, walker: Walker, way: Route) -> None:
        kept: Headers | None = None
        if self._earlier.adopted:
            otherwise = call_variables(self.offer, way.subscriber, way.number)
            walk = self._earlier.walk(self._ways.library(way.subscriber), self.record.tally, self._seal, otherwise)
            command, kept = walk.waiting, self._headers
        else:
            walk = self._ways.begin(way.subscriber, way.flow, way.number)
            command = walk.begin()
        self._headers = {}
        if way.direction != "outbound":
            self._hear_faxes(way)
        flow, tally = walk.frames[0].flow, self.record.tally
        tally.flow, tally.version = tally.flow or flow.name, tally.version or flow.version
        if self.offer.redirect and (onto := self._ways.onto(self.subscriber, self.offer.redirect)):
            self._session.set_variable(REDIRECT, "")
            self.log.note("redirected", to=self.offer.redirect)
            walk = walker.leave_for(walk, onto, kept or {})
            command, kept = walk.begin(), None
        elif self.subscriber and self.offer.fax_heard and self._takes_both(way) and not fax_ear.is_fax(walk):
            self.log.note("fax_heard")
            walk = walker.leave_for(walk, self._ways.onto_fax(self.subscriber), kept or {})
            command, kept = walk.begin(), None
        walker.drive(walk, command, kept)

    def _takes_both(self, way: Route) -> bool:
        """Whether the number takes calls and faxes."""
        return way.subscriber.numbers.get(self.record.number, {}).get("mode") == "both"

    def _hear_faxes(self, way: Route) -> None:
        if self._house.faxes is None:
            return
        if self._takes_both(way):
            fax_ear.listen(self._session, self.offer, self._move_to_fax)
        elif way.flow == RECEIVE and not self.offer.answered:
            fax_ear.only_fax_codecs(self._session)

    def _move_to_fax(self) -> None:
        """A machine calls: whatever the flow is doing ends, and the fax is received."""
        walker = self._walker
        if self.subscriber is None or walker is None or walker.walk is None or fax_ear.is_fax(walker.walk):
            return
        self.log.note("fax_heard")
        walker.redirect(self._ways.onto_fax(self.subscriber))

    def _fall_back(self, walker: Walker, reason: str, fallback: str, cause: str) -> None:
        """Say sorry, or ring the fallback: a caller is never left in silence because of us."""
        log.warning("call %s: %s", self.offer.call, reason)
        self.record.tally.problem = reason
        self.log.note("fallback", reason=reason, to=fallback)
        if fallback and self.subscriber:
            try:
                walk = self._ways.begin(self.subscriber, leads_to(self.subscriber, fallback), self.record.number)
                walker.drive(walk, walk.begin())
                return
            except FlowError as error:
                log.warning("call %s: the fallback is broken too: %s", self.offer.call, error)
                self.log.note("fallback", reason=str(error), to="")
        walk = self._ways.sorry(self.subscriber, cause)
        walker.drive(walk, walk.begin())

    def _finish(self) -> None:
        ending = self._session.wait_for_ending(LAST_WORDS)
        if ending is None and self._gap:
            self.record.tally.problem = self._gap.text()
            self.log.note("gap", **self._gap.told())
        if self._walker:
            self._walker.finish()
        if self._seat:
            self._seat.end()
        self._close_talk(ending)
        self._forget_who_left()
        self.record.tally.hold = self._holding.seconds
        self.record.ended_by = self.record.ended_by or self._ended_by()
        fact = self.record.fact(ending, self._house.now())
        self._house.put(fact)
        self._tell_attempt(fact)
        self.log.note("ended", cause=fact["cause"] or "unknown", by=fact["hung_up_by"], disposition=fact["disposition"])

    def _tell_attempt(self, fact: Fact) -> None:
        """A call that was placed for a fax is over, however far it came; what the fax itself told comes first.

        Where nobody saw the end, nothing is told: nobody knows what the far end has.
        """
        if fact["disposition"] == "lost":
            return
        given = placed.read(self.offer.given)
        attempt = given.variables.get(ATTEMPT, "") if given else ""
        if attempt and fact["subscriber"] is not None:
            about = {"cause": fact["cause"], "answered": bool(fact["answered_at"])}
            self._house.put(result_fact(fact["subscriber"], attempt, fact["ended_at"], None, **about))

    def _close_talk(self, ending: Ending | None) -> None:
        """Somebody talked, and the end of that was not heard as a dial's result."""
        if not self.record.tally.connected:
            return
        if self.record.tally.connected is self._talk_before:
            until = self.offer.ended_talking(self._came)
        else:
            until = ending.ended if ending else self._gap.after if self._gap else self._house.now()
        self.record.close_talk(until)

    def _forget_who_left(self) -> None:
        """A subscriber that is gone took its own with it, but not that somebody called."""
        known, subscriber = self._house.configuration, self.record.subscriber
        if subscriber is not None and known.reachable and known.subscriber(subscriber) is None:
            self.record.subscriber = self.log.subscriber = None

    def _ended_by(self) -> str:
        if not self._walker or not self._walker.hung_up:
            return ""
        return "called" if self._dialling and self._dialling.just_talked else "flow"

    # --- what others ask of a call ----------------------------------------------------------------------------------

    def redirect(self, target: str) -> bool:
        """Take the caller away and ring `target`, an extension or an E.164 number; False when it is neither."""
        onto = self._ways.onto(self.subscriber, target)
        if onto is None or self._walker is None:
            return False
        self.log.note("redirected", to=target)
        self._walker.redirect(onto)
        return True

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call."""
        self.record.ended_by = "controller"
        self._session.hangup(cause)

    def _hand_over(self) -> bool:
        """Give the call to another controller; False when it has ended."""
        self.log.note("handed_over")
        try:
            self._session.hand_over(AGAIN)
        except CallEnded:
            return False
        except EslError as error:
            log.info("call %s: %s", self.offer.call, error)
        return True

    def be_sure(self) -> None:
        """Let go of the call if another controller has it."""
        try:
            self._session.be_sure()
        except EslError as error:
            log.info("call %s: %s", self.offer.call, error)

    def abandon(self, gap: Gap) -> None:
        """FreeSWITCH has lost the channel: stop waiting for it."""
        self._gap = gap
        self._session.close("gone from FreeSWITCH")

    def state(self) -> dict[str, Any]:
        """The call as the live board shows it."""
        walk = self._walker.walk if self._walker else None
        waiting = self._walker.waiting if self._walker else None
        return {
            "call": self.offer.call,
            "uuid": self.offer.uuid,
            "epoch": self.owner.epoch,
            "subscriber": self.subscriber.slug if self.subscriber else "",
            "direction": self.record.direction,
            "from": self.offer.caller,
            "to": self.offer.dialled,
            "since": self.offer.created,
            "flow": walk.here.flow if walk else "",
            "node": walk.here.node if walk else "",
            "doing": type(waiting).__name__ if waiting else "",
            "talking_to": self._dialling.talking_to if self._dialling else "",
        }

    # --- its parts --------------------------------------------------------------------------------------------------

    def _make_walker(self) -> Walker:
        house, offer, subscriber = self._house, self.offer, self.subscriber
        if subscriber:
            trunks, record = house.configuration.trunks(), self.record
            about = (subscriber, record.direction, record.number, self.owner.epoch, self._place)
            self._seat = Seat(house.desk, self._session, offer, *about)
            self._dialling = Dialling(
                subscriber,
                offer.call,
                offer.user,
                trunks,
                house.domain,
                self.log.note,
                offer.dialled,
                tally=self.record.tally,
                on_connected=self._note_connected,
                rules=house.configuration.outbound_rules(),
                seat=self._seat,
            )
        means = (self._listening(), self._faxing(), self._messaging())
        channel = Channel(self._session, offer, self._files(), self._dialling, self.owner.epoch, *means)
        return Walker(
            offer.call,
            channel,
            house.lookups,
            subscriber,
            self.log,
            self._mark,
            self.record.tally,
            house.leaving,
            intent=offer.intent,
            base=self._earlier.saved.base if self._earlier.saved else 0,
        )

    def _note_connected(self) -> None:
        """Somebody answered: who, and when, must outlive us."""
        try:
            if self._walker:
                self._walker.checkpoint()
        except (EslError, HungUp) as error:
            log.debug("call %s: %s", self.offer.call, error)

    def _place(self) -> Place:
        walk = self._walker.walk if self._walker else None
        if walk is None or not walk.path:
            return Place()
        return Place(walk.here.flow, walk.here.node, walk.call.value("language"))

    def _listening(self) -> Listening | None:
        ears, subscriber = self._house.ears, self.subscriber
        if ears is None or subscriber is None:
            return None
        zone = ZoneInfo(subscriber.time_zone)
        return ears.of(
            self._session,
            subscriber.language,
            lambda: datetime.fromtimestamp(self._house.now(), zone).isoformat(timespec="seconds"),
        )

    def _faxing(self) -> Faxing | None:
        faxes, subscriber, record = self._house.faxes, self.subscriber, self.record
        if faxes is None or subscriber is None:
            return None
        about = (subscriber.subscriber_id, subscriber.name, self.offer, record.number, record.tally)
        return Faxing(self._session, faxes, *about, self.log.note)

    def _messaging(self) -> Messaging | None:
        messages, subscriber = self._house.messages, self.subscriber
        if messages is None or subscriber is None:
            return None
        return Messaging(self._session, messages, subscriber.subscriber_id, self.offer, self._where, self.log.note)

    def _where(self) -> tuple[str, str, str]:
        """The flow and the node that the call is in, and its language."""
        walk = self._walker.walk if self._walker else None
        if walk is None:
            return "", "", self.subscriber.language if self.subscriber else ""
        return walk.here.flow, walk.here.node, walk.call.variables.get("language", "")

    def _files(self) -> Callable[[Any], list[str]]:
        return lambda sounds: self._house.sounds.files(sounds, self.subscriber)

    def _mark(self, base: int, walk: dict[str, Any], tally: Tally) -> Checkpoint | None:
        if self.subscriber is None:
            return None
        record, owner = self.record, self.owner
        tally.hold = self._holding.seconds
        subscriber = self.subscriber.subscriber_id
        about = (owner.controller, owner.epoch, subscriber, record.direction, record.number, base)
        return Checkpoint(*about, walk, tally).sealed(self._seal)

    def _first_entry(self, way: Route | NoRoute) -> dict[str, Any]:
        flow = way.flow if isinstance(way, Route) else ""
        told = {"from": self.offer.caller, "to": self.offer.dialled, "number": way.number, "direction": way.direction}
        return told | {"trunk": way.trunk, "flow": flow}

