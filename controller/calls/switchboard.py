"""The live calls of this controller: who is in which node, and what may be done to them from outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import gevent
import orjson

from controller.calls.attended import Attended
from controller.calls.checkpoint import read
from controller.calls.gap import Gap
from controller.calls.house import House
from controller.calls.offer import read_offer
from controller.calls.session import Conversation
from controller.esl import api
from controller.esl.connection import Session
from controller.esl.errors import EslError
from controller.esl.event import Event
from controller.esl.fields import partner
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)


class UnknownCall(LookupError):
    """No such call, or not this subscriber's: nobody learns which."""


class Switchboard:
    """Every conversation while it lasts. `take` is what the server runs for each offered call."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._live: dict[str, Conversation] = {}
        self._attended: dict[str, Attended] = {}
        self.taken = 0
        self.dropped = 0  # live-feed events that calls were too slow to handle

    def __len__(self) -> int:
        return len(self._live) + len(self._attended)

    @property
    def walking(self) -> int:
        """How many calls this controller walks itself."""
        return len(self._live)

    def take(self, session: Session) -> None:
        """Walk an offered call to its end."""
        conversation = Conversation(self._house, session)
        call = conversation.offer.call
        self._live[call] = conversation
        self._attended.pop(call, None)
        self.taken += 1
        try:
            conversation.run()
        except Exception:
            log.exception("call %s", call)
            raise
        finally:
            self.dropped += session.dropped
            # A newer socket for the same call may have taken the place.
            if self._live.get(call) is conversation:
                del self._live[call]

    def states(self, subscriber: str | None = None) -> Iterator[dict[str, Any]]:
        """The live calls of a subscriber (a slug), or of all for the operator."""
        everybody: list[Conversation | Attended] = [*self._live.values(), *self._attended.values()]
        for conversation in everybody:
            state = conversation.state()
            if subscriber is None or state["subscriber"] == subscriber:
                yield state

    def find(self, call: str, subscriber: str | None) -> Conversation | Attended:
        """A live call; raises UnknownCall when there is none or it is another subscriber's."""
        conversation = self._live.get(call) or self._attended.get(call)
        mine = conversation and (
            subscriber is None or (conversation.subscriber is not None and conversation.subscriber.slug == subscriber)
        )
        if not conversation or not mine:
            raise UnknownCall(call)
        return conversation

    def lost(self, uuids: set[str], gap: Gap) -> None:
        """FreeSWITCH no longer has these channels: their sessions end now, marked as lost, with the gap's reason."""
        for conversation in list(self._live.values()):
            if conversation.offer.uuid in uuids:
                log.warning("call %s is gone from FreeSWITCH", conversation.offer.call)
                try:
                    conversation.abandon(gap)
                except EslError as error:
                    log.warning("call %s: %s", conversation.offer.call, error)

    def restarted(self, gap: Gap) -> None:
        """FreeSWITCH lives anew: the calls that were followed there from outside are over."""
        attended, self._attended = self._attended, {}
        for one in attended.values():
            one.lost(gap)

    def attend(self, connection: Inbound, uuid: str, address: str) -> bool:
        """Follow a call that talks while its controller is dead; False when its channel does not tell what it is."""
        headers = orjson.loads(connection.api(api.uuid_dump(uuid)))
        offer = read_offer(headers)
        saved = read(offer.checkpoint)
        if saved and offer.call not in self._live and offer.call not in self._attended:
            self._attended[offer.call] = attended = Attended(self._house, connection, offer, saved, address)
            attended.answered(headers)
        return saved is not None

    def attended(self, connection: Inbound) -> set[str]:
        """The channels that are followed from outside; from now on over this connection."""
        for attended in self._attended.values():
            attended.connection = connection
        return {attended.offer.uuid for attended in self._attended.values()}

    def keep_attended(self, uuids: set[str]) -> None:
        """Let go of the attended calls that do not ring or talk any more."""
        gone = [call for call, one in self._attended.items() if one.offer.uuid not in uuids]
        for call in gone:
            self._attended.pop(call).ended()

    def joined(self, event: Event) -> None:
        """Somebody has answered, or a talk begins anew."""
        for attended in list(self._attended.values()):
            if attended.offer.uuid == event.get("Unique-ID"):
                attended.answered(event.headers)
            elif attended.offer.uuid == partner(event.headers):
                attended.talks_on()

    def parted(self, uuid: str) -> None:
        """A talk has ended."""
        for attended in list(self._attended.values()):
            if attended.offer.uuid == uuid:
                attended.parted()

    def be_sure(self) -> None:
        """Ask each channel whose it is, after this process stood still: those that others took are let go."""
        for conversation in list(self._live.values()):
            gevent.spawn(conversation.be_sure)
        if self._attended:
            gevent.spawn(self._let_go_of_others)

    def _let_go_of_others(self) -> None:
        for call, attended in list(self._attended.items()):
            if not attended.is_ours() and self._attended.get(call) is attended:
                del self._attended[call]
                attended.left()

    def uuids(self) -> set[str]:
        """The channels that walk a flow here."""
        return {conversation.offer.uuid for conversation in self._live.values()}
