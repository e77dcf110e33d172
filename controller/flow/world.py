"""World: what a subscriber has beside the flow. The checker looks names up in it; tests and the simulator act in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from controller.flow import lists, schedules
from controller.flow.commands import (
    Answer,
    CheckHours,
    CheckList,
    Command,
    Count,
    Counted,
    Done,
    Faxed,
    Play,
    Played,
    PlayMessage,
    Prompt,
    ReceiveFax,
    Result,
    SendFax,
    Sound,
)
from controller.flow.document import Flow
from controller.flow.problem import N_, FlowError

Doc = Mapping[str, Any]
ONE_PAGE = Faxed(True, 0, 1, 1, rate=14400, ecm=True, t38=True, seconds=40.0)  # a fax that goes well


@dataclass(frozen=True)
class World:
    """A subscriber's documents by name, as apply.md writes them; flows by name and version."""

    schedules: Mapping[str, Doc] = field(default_factory=dict)
    lists: Mapping[str, Doc] = field(default_factory=dict)
    prompts: Mapping[str, Doc] = field(default_factory=dict)
    flows: Mapping[str, Mapping[int, Doc]] = field(default_factory=dict)
    extensions: Collection[str] = ()
    trunks: Collection[str] = ()
    language: str = "en"
    languages: Collection[str] = ()  # those every text must be given in
    time_zone: str = "UTC"
    country: str = ""

    def flow_doc(self, name: str, version: int = 0) -> Doc | None:
        """Find a flow's document; version 0 is the newest."""
        versions = self.flows.get(name) or {}
        return versions.get(version or max(versions, default=0))

    def library(self, name: str, version: int) -> Flow:
        """Find a flow for the engine. Raises LookupError, or FlowError when it cannot run."""
        doc = self.flow_doc(name, version)
        if doc is None:
            raise LookupError(name)
        return Flow.load(doc, version or max(self.flows[name]))

    def answer(self, command: Command, at: datetime, counters: MutableMapping[str, int]) -> Result | None:
        """Answer what needs no person: hours, lists, counters, prompts. None for the rest. Raises FlowError."""
        match command:
            case Answer():
                return Done()
            case Play():
                return Played(any(map(self.can_be_heard, command.sounds)))
            case PlayMessage():
                return Played()
            case SendFax() | ReceiveFax():
                return ONE_PAGE
            case CheckHours():
                schedule = self.find("schedule", self.schedules, command.schedule)
                return schedules.state(schedule, at, self.country)
            case CheckList():
                found = self.find("list", self.lists, command.list)
                return lists.match(found, command.number, self.country, at)
            case Count():
                counters[command.counter] = counters.get(command.counter, 0) + 1
                return Counted(counters[command.counter])
        return None

    def can_be_heard(self, sound: Sound) -> bool:
        """Whether there is something to play."""
        return sound.name in self.prompts if isinstance(sound, Prompt) else bool(sound.text.strip())

    def words(self, sound: Sound) -> str:
        """Write what the caller hears: a text, or a prompt's text or name."""
        if not isinstance(sound, Prompt):
            return sound.text
        return self.prompt_text(sound)[0] or sound.name

    def prompt_text(self, prompt: Prompt) -> tuple[str, str]:
        """A prompt's text in the language wanted, else in the subscriber's, else in any, and which; "" for a file."""
        texts = self.prompts.get(prompt.name, {}).get("text") or {}
        for language in (prompt.language, self.language, *texts):
            if texts.get(language):
                return str(texts[language]), language
        return "", prompt.language

    def find(self, what: str, documents: Mapping[str, Doc], name: str) -> Doc:
        """Find a document by name. Raises FlowError."""
        if name not in documents:
            raise FlowError(N_("There is no {what} “{name}”."), what=what, name=name)
        return documents[name]


def pin(doc: Doc, newest: Mapping[str, int]) -> dict[str, Any]:
    """Pin the subflows that name no version to the newest one: what publishing does. Returns a new document."""
    pinned = deepcopy(dict(doc))
    for node in pinned["nodes"].values():
        if node.get("kind") == "subflow" and not node.get("version") and node.get("flow") in newest:
            node["version"] = newest[node["flow"]]
    return pinned
