"""The live calls of this controller: who is in which node, and what may be done to them from outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from controller.calls.gap import Gap
from controller.calls.house import House
from controller.calls.session import Conversation
from controller.esl.connection import Session
from controller.esl.errors import EslError

log = logging.getLogger(__name__)


class UnknownCall(LookupError):
    """No such call, or not this subscriber's: nobody learns which."""


class Switchboard:
    """Every conversation while it lasts. `take` is what the server runs for each offered call."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._live: dict[str, Conversation] = {}
        self.taken = 0
        self.dropped = 0  # live-feed events that calls were too slow to handle

    def __len__(self) -> int:
        return len(self._live)

    def take(self, session: Session) -> None:
        """Walk an offered call to its end."""
        conversation = Conversation(self._house, session)
        call = conversation.offer.call
        self._live[call] = conversation
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
        for conversation in list(self._live.values()):
            state = conversation.state()
            if subscriber is None or state["subscriber"] == subscriber:
                yield state

    def find(self, call: str, subscriber: str | None) -> Conversation:
        """A live call; raises UnknownCall when there is none or it is another subscriber's."""
        conversation = self._live.get(call)
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

    def uuids(self) -> set[str]:
        """The channels that walk a flow here."""
        return {conversation.offer.uuid for conversation in self._live.values()}
