"""How one call finds its way: the flow that answers it, those it is sent to, and what it hears when all fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conf.snapshot import Snapshot
from controller.calls import placed
from controller.calls.apology import APOLOGY, apology, apology_flow
from controller.calls.configuration import Configuration
from controller.calls.earlier import Earlier
from controller.calls.fax_flow import FAX, RECEIVE, fax_flow
from controller.calls.offer import Offer
from controller.calls.routing import NoRoute, Route, can_reach, leads_to, route
from controller.flow.call import Call
from controller.flow.engine import Flow, Library, Walk
from controller.flow.problem import FlowError

FAILED = "NORMAL_TEMPORARY_FAILURE"


class Ways:
    """The ways of one call."""

    def __init__(self, configuration: Configuration, offer: Offer) -> None:
        self._configuration = configuration
        self._offer = offer

    def way(self, earlier: Earlier) -> Route | NoRoute:
        """Where the call goes, or went on its way when a controller lost it."""
        known, saved = self._configuration, earlier.saved
        if saved and (subscriber := known.subscriber(saved.subscriber)):
            if not earlier.adopted:
                return route(replace(self._offer, subscriber=subscriber.slug), known)
            return Route(subscriber, earlier.flow(), saved.number, saved.direction, subscriber.fallback)
        if not known.read_once:
            return NoRoute("the database is away and nothing is known yet", FAILED, number=self._offer.dialled)
        if saved and earlier.adopted:  # whoever has its number now is another one
            return NoRoute("the subscriber of this call is gone", FAILED, number=saved.number)
        return route(self._offer, known)

    def library(self, subscriber: Snapshot) -> Library:
        """How the call finds flows: the subscriber's, and those of our own."""
        theirs = self._configuration.library(subscriber)

        def find(name: str, version: int) -> Flow:
            if name.startswith(APOLOGY):
                return Flow.load(apology_flow(name))
            return Flow.load(fax_flow(name)) if name.startswith(FAX) else theirs(name, version)

        return find

    def begin(self, subscriber: Snapshot, flow: str, number: str) -> Walk:
        """The walk of a flow from its beginning. Raises FlowError."""
        library = self.library(subscriber)
        return Walk(library(flow, 0), Call(call_variables(self._offer, subscriber, number)), library)

    def onto(self, subscriber: Snapshot | None, target: str) -> Callable[[Walk], Walk] | None:
        """How to leave a walk for the flow that rings `target`; None when nobody could be rung there."""
        if not subscriber or not can_reach(subscriber, target):
            return None
        library = self.library(subscriber)
        try:
            flow = library(leads_to(subscriber, target), 0)
        except FlowError:
            return None
        return lambda walk: Walk(flow, walk.call, library)

    def onto_fax(self, subscriber: Snapshot) -> Callable[[Walk], Walk]:
        """How to leave a walk to receive a fax."""
        library = self.library(subscriber)
        flow = library(RECEIVE, 0)
        return lambda walk: Walk(flow, walk.call, library)

    def sorry(self, subscriber: Snapshot | None, cause: str) -> Walk:
        """The walk that says sorry and hangs up with a cause."""
        language = subscriber.language if subscriber else "en"
        return Walk(Flow.load(apology_flow(apology(language, cause))), Call({"language": language}))


def call_variables(offer: Offer, subscriber: Snapshot, number: str) -> dict[str, str]:
    """What a flow knows of the call when it begins."""
    given = placed.read(offer.given)
    return {
        **(given.variables if given else {}),
        "call": offer.call,
        "caller": offer.caller,
        "caller_name": offer.caller_name,
        "called": number,
        "subscriber": subscriber.slug,
        "language": subscriber.language,
        "country": subscriber.country,
        "time_zone": subscriber.time_zone,
    }
