"""What earlier owners of a call left on its channel, and who has it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from controller.calls.checkpoint import Checkpoint, main_flow, read
from controller.calls.offer import BEGAN, TRANSFEROR, Offer
from controller.calls.ownership import Owner, read_owner
from controller.calls.sealed import Seal
from controller.calls.tally import Tally
from controller.flow.engine import Library, Walk
from controller.flow.problem import FlowError


class Earlier:
    """`saved` is the checkpoint, if there is one; it is walked on from when the call is `adopted`.

    A call that a phone transferred comes with its old checkpoint, and begins something new.
    """

    def __init__(self, offer: Offer, us: Owner) -> None:
        self._offer = offer
        self.saved: Checkpoint | None = read(offer.checkpoint)
        self.adopted = self.saved is not None and not self._begins_anew(self.saved)
        before = read_owner(offer.owner)
        last = max(self.saved.epoch if self.saved else 0, before.epoch if before else 0)
        self.owner = replace(us, epoch=last + 1)  # who has the call from now on

    def transferred(self) -> dict[str, str]:
        """What the channel is told of a transfer, so that whoever takes it next knows how far it came."""
        if self._offer.origin != "transfer" or self.adopted:
            return {}
        by = {TRANSFEROR: self._offer.transferor} if self._offer.transferor else {}
        return {BEGAN: str(self.owner.epoch)} | by

    def flow(self) -> str:
        """The flow that the call began with; "" when that cannot be read, and walking on says what is wrong."""
        assert self.saved
        try:
            return main_flow(self.saved)
        except FlowError:
            return ""

    def walk(self, library: Library, tally: Tally, seal: Seal, otherwise: Mapping[str, str]) -> Walk:
        """The walk, at the command whose result is not known; it takes the tally's path over. Raises FlowError.

        `otherwise` are the variables of a call whose own cannot be read.
        """
        assert self.saved
        waiting = self.saved.base + int(self.saved.walk.get("command", -1))
        walk = Walk.resume(self.saved.opened(seal, otherwise), library, sent=self._offer.intent == str(waiting))
        walk.came_by(tally.path)
        tally.path = []
        return walk

    def _begins_anew(self, saved: Checkpoint) -> bool:
        """Whether a phone transferred the call, and nothing is written down yet of what came after that."""
        return self._offer.origin == "transfer" and not 0 < self._offer.began <= saved.epoch
