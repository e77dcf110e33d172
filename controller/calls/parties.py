"""Whom a dial rings: each target becomes a party, with a leg for each trunk that may carry it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from conf.snapshot import Snapshot
from controller.calls.offer import ANSWERER, RINGER
from controller.calls.outbound import KEEP, OWN, Documents, WayOut, way_out
from controller.calls.routing import user_of
from controller.esl.applications import Leg
from controller.esl.bridge_string import ANONYMOUS
from controller.flow.commands import Dial, Extension, External, Target
from controller.flow.numbers import e164, is_anonymous, is_emergency


@dataclass(frozen=True)
class Party:
    """Somebody to ring, by a trunk unless it is a phone. `then` is the same one by the next trunk."""

    name: str
    leg: Leg
    trunk: str = ""
    then: Party | None = None

    def all(self) -> list[Party]:
        """This one, by every trunk."""
        return [self, *(self.then.all() if self.then else ())]


class Parties:
    """Makes the parties of one call of a subscriber.

    Of the command last asked for: `presented` is the number that the last one outside is shown, `refused` the numbers
    that no trunk may or can carry, each with the reason.
    """

    def __init__(
        self,
        subscriber: Snapshot,
        call: str,
        user: str,
        domain: str,
        dialled: str,
        trunks: Documents,
        rules: Documents,
    ) -> None:
        self._subscriber = subscriber
        self._call = call
        self._user = user
        self._domain = domain
        self._dialled = dialled
        self._trunks = trunks
        self._rules = rules
        self.presented = ""
        self.refused: list[tuple[str, WayOut]] = []

    def of(self, command: Dial) -> list[Party]:
        """Everybody whom a command rings."""
        self.presented, self.refused = "", []
        return [party for target in command.targets for party in self._of(target, command)]

    def _of(self, target: Target, command: Dial) -> list[Party]:
        if isinstance(target, Extension):
            return self._extension(target, command)
        return self._external(target, command)

    def _extension(self, target: Extension, command: Dial) -> list[Party]:
        if user := user_of(self._subscriber, target.number):
            uuid = str(uuid4())
            # FreeSWITCH copies this to the caller's channel (`import` in vars.xml): should the phone transfer it, the
            # rights are this user's.
            told = self._own() | {ANSWERER: f"{uuid}:{user.get('login', '')}"}
            domain = f"{self._subscriber.slug}.{self._domain}"
            leg = Leg.phone(target.number, domain, uuid=uuid, variables=told)
            # What a robot learnt is for people of the subscriber: it never leaves by a trunk.
            headers = {f"X-Souffleur-{name}": text for name, text in command.carried} if command.headers else {}
            return [Party(target.number, replace(leg, headers=headers))]
        if self._calls_for_help(target.number):
            return self._external(External(target.number), command, emergency=True)
        external = self._subscriber.extensions.get(target.number, {}).get("external")
        return self._external(External(external), command) if external else []

    def _calls_for_help(self, number: str) -> bool:
        # Only somebody on a phone of the subscriber: a stranger's keys in a menu reach no emergency service. What is
        # merely the country's emergency number must have been dialled so: an extension may have been called like it.
        if not self._user:
            return False
        dialled = number == self._dialled and is_emergency(number, self._subscriber.country)
        return dialled or number in self._subscriber.emergency

    def _external(self, target: External, command: Dial, emergency: bool = False) -> list[Party]:
        way = way_out(target, self._trunks, self._rules, emergency)
        if not way.trunks:
            self.refused.append((target.number, way))
            return []
        self.presented = self._presented(command.presented, way.caller)
        party: Party | None = None
        for trunk in reversed(way.trunks):
            told = self._own()
            leg = Leg.gateway(trunk, way.number, uuid=str(uuid4()), variables=told, caller_number=self.presented)
            party = Party(target.number, leg, trunk, party)
        return [party] if party else []

    def _own(self) -> dict[str, str]:
        ringer = {RINGER: self._user} if self._user else {}
        return {"souffleur_call": self._call, "souffleur_subscriber": self._subscriber.slug} | ringer

    def _presented(self, wanted: str, rule: str) -> str:
        """The number shown: the one a flow wants (perhaps a caller's, who sent what he liked), else our own.

        The rule that decided on the trunk may say another: a carrier may refuse what is not the subscriber's.
        """
        if rule not in (KEEP, OWN):
            return rule
        if wanted and is_anonymous(wanted):
            return ANONYMOUS
        number = e164(wanted, self._subscriber.country)
        if number and (rule == KEEP or number in self._subscriber.numbers):
            return number
        return self._number_to_show()

    def _number_to_show(self) -> str:
        user = next((user for user in self._subscriber.users if user.get("login") == self._user), {})
        return user.get("outbound_number") or next(iter(self._subscriber.numbers), "")
