"""Checkpoint: where a call is, small enough for a channel variable (4 kB of JSON), enough to walk on elsewhere."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from controller.flow import codec
from controller.flow.commands import HungUp, Result
from controller.flow.problem import N_, FlowError


class Place(BaseModel):
    """A node in a flow, and the revision of its code."""

    model_config = ConfigDict(extra="forbid", strict=True)

    flow: str
    version: int
    node: str
    kind: str
    revision: int


class Checkpoint(BaseModel):
    """The state of a walk at a command whose result is not known yet. Secrets are not in it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    v: Literal[1] = 1
    stack: list[Place] = Field(min_length=1, max_length=20)  # the outermost flow first
    variables: dict[str, str]  # as they were when the present node was entered
    secrets: dict[str, str] = {}  # name of a secret variable, node that asks for it
    heard: list[dict[str, Any]] | None = []  # inside the present node; None: a secret was heard, start the node again
    command: int  # index of the command waiting
    idle: int = 0
    gone: bool = False

    def dump(self) -> dict[str, Any]:
        """Write it as JSON data, places as short lists."""
        data = self.model_dump(exclude_defaults=True)
        return {"v": self.v, **data, "stack": [list(place.model_dump().values()) for place in self.stack]}

    @classmethod
    def load(cls, data: object) -> Checkpoint:
        """Read JSON data. Raises FlowError for anything else."""
        try:
            assert isinstance(data, dict)
            stack = [dict(zip(Place.model_fields, place, strict=True)) for place in data["stack"]]
            return cls.model_validate({**data, "stack": stack})
        except (AssertionError, KeyError, TypeError, ValueError, ValidationError) as wrong:
            raise FlowError(N_("The call's checkpoint cannot be read: {reason}"), reason=str(wrong)) from None

    def events(self) -> list[Result | HungUp]:
        """Read what the present node has heard. Raises FlowError."""
        try:
            return [codec.load_event(event) for event in self.heard or []]
        except codec.Unreadable as wrong:
            raise FlowError(N_("The call's checkpoint cannot be read: {reason}"), reason=str(wrong)) from None
