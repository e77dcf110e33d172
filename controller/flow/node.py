"""Node: one box of a flow. A node's file says everything about it: its fields, its exits, its help, what it does.

A node is a conversation: `run` yields commands through the verbs of `ask`, hears their results, and returns the exit
the call leaves by. Nodes are pure: what could differ between two runs (time, HTTP, chance) is heard as a result.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from controller.flow.call import Call
from controller.flow.commands import Command, Result
from controller.flow.fields import Name, Position
from controller.flow.problem import N_

HUNG_UP = "hung_up"  # an exit every node may wire: the flow goes on after the caller has left


@dataclass(frozen=True)
class Enter:
    """Returned by a node to walk another flow; the node's exit is the one that flow leaves by. Version 0: newest."""

    flow: str
    version: int = 0


@dataclass(frozen=True)
class Leave:
    """Returned by a node to leave the flow it is in by a named exit of the calling node."""

    exit: str


Steps: TypeAlias = Generator[Command, Result, str | Enter | Leave]


@dataclass(frozen=True)
class Exit:
    """One way out of a node, as the editor draws it.

    `each` names a field whose keys are the exits (a menu's choices); `when` a field that must be set for it to exist.
    `optional` exits may stay unwired. `progress`: taken only when something changed (a key, an answer, a count), so a
    loop through it ends; the checker looks for loops without.
    """

    name: str = ""
    title: str = ""
    help: str = ""
    optional: bool = False
    each: str = ""
    when: str = ""
    progress: bool = False

    def names(self, node: Node) -> tuple[str, ...]:
        """Name the exits this gives a node, from its fields."""
        if self.each:
            return tuple(getattr(node, self.each))
        return (self.name,) if not self.when or getattr(node, self.when) else ()


HUNG_UP_EXIT = Exit(
    HUNG_UP,
    N_("Hung up"),
    N_("The caller left while in this node; the flow may still count or send a web request."),
    optional=True,
)
NEXT = Exit("next", N_("Next"), N_("The call goes on."))

registry: dict[str, type[Node]] = {}


class Node(BaseModel):
    """One box of a flow; its fields are the editor's form."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    kind: ClassVar[str]
    revision: ClassVar[int] = 1  # raise it when `run` asks differently: a call met inside starts the node again
    title: ClassVar[str]
    help: ClassVar[str]
    icon: ClassVar[str] = "box"  # a Lucide icon
    group: ClassVar[str] = "talk"  # of the palette: talk, decide, connect, data, end
    ways_out: ClassVar[tuple[Exit, ...]] = (NEXT,)
    takes_time: ClassVar[bool] = False  # passing it takes the caller's time
    open_exits: ClassVar[bool] = False  # its exits are named elsewhere: a subflow leaves by its own names

    note: str = Field("", max_length=2000, title=N_("Note"), description=N_("For colleagues; callers never hear it."))
    at: Position | None = Field(None, title=N_("Position"), description=N_("Where the editor draws the node."))
    wires: dict[Name, Name] = Field(default_factory=dict, alias="exits", max_length=50)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            registry[cls.kind] = cls

    @property
    def exits(self) -> tuple[str, ...]:
        """Name the exits that make sense with the fields as they are."""
        return tuple(dict.fromkeys(name for way in self.ways_out for name in way.names(self)))

    @property
    def required(self) -> tuple[str, ...]:
        """Name the exits that must be wired before the flow is published."""
        return tuple(dict.fromkeys(name for way in self.ways_out if not way.optional for name in way.names(self)))

    @classmethod
    def title_of(cls, name: str) -> str:
        """Say what an exit is called, to be translated; one whose name comes from a field has only that."""
        return next((way.title for way in (*cls.ways_out, HUNG_UP_EXIT) if way.name == name and way.title), name)

    def exit_title(self, name: str) -> str:
        """Say what an exit is called, to be translated: a choice by its key and what it stands for."""
        for way in self.ways_out:
            meanings = getattr(self, way.each) if way.each else None
            if isinstance(meanings, Mapping) and meanings.get(name):
                return f"{name} · {meanings[name]}"
        return self.title_of(name)

    @property
    def saves(self) -> tuple[str, ...]:
        """Name the variables the node sets."""
        return ()

    def run(self, call: Call) -> Steps:
        """Ask, hear, and return the exit."""
        raise NotImplementedError



__all__ = ["HUNG_UP", "HUNG_UP_EXIT", "NEXT", "Call", "Enter", "Exit", "Leave", "Node", "Steps", "registry"]
