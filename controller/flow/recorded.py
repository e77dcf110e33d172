"""A recorded call: what its journal tells of its commands and results, written by the controller and read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from controller.flow import codec
from controller.flow.call import Call
from controller.flow.commands import (
    Collect,
    Command,
    Dial,
    Digits,
    HungUp,
    Listen,
    Phrase,
    Replied,
    Request,
    Result,
    SendFax,
    Utterance,
)

Data = Mapping[str, Any]
NOT_THE_COMMAND = ("flow", "version", "node", "index", "gone")

# Why a command has no result that could be heard again.
SECRET, WORDS, CONTENT, OPEN, UNREADABLE = "secret", "words", "content", "open", "unreadable"


@dataclass
class Beat:
    """One command of a recorded call. `told` is the command as the journal tells it, None when that entry is lost.

    Without a `result`, `missing` says why.
    """

    index: int
    told: dict[str, Any] | None = None
    node: str = ""
    result: Result | HungUp | None = None
    missing: str = OPEN
    gone: bool = False  # the caller had left before


@dataclass(frozen=True)
class Recording:
    """A call's commands by their index.

    `cut` is the entry with which the call left the flow's walk, `ended` how it ended; `adopted` are the commands that
    another controller took over while they waited.
    """

    beats: Mapping[int, Beat] = field(default_factory=dict)
    cut: tuple[str, Data] | None = None
    ended: str | None = None
    adopted: frozenset[int] = frozenset()

    @property
    def last(self) -> int:
        """The index of the last command."""
        return max(self.beats, default=-1)


# --- writing ----------------------------------------------------------------------------------------------------------


def shown(command: Command) -> dict[str, Any]:
    """A command as the journal may tell it: a request without what may hold secrets or content, and its address and a
    text that is spoken as the flow has them, with the names of variables and not their values."""
    told = codec.dump(_unfilled(command))
    if isinstance(command, Request):
        url = urlsplit(command.template or command.url)
        return {"type": told["type"], "method": command.method, "url": f"{url.scheme}://{url.hostname}{url.path}"}
    if isinstance(command, Dial):
        told.pop("carried", None)  # what the caller told, for who is rung
    if isinstance(command, SendFax):
        told.pop("header", None)  # it is printed on the pages
    return told


def _unfilled(command: Command) -> Command:
    held = {one.name: getattr(command, one.name) for one in fields(command) if one.init}
    texts: Any = {name: tuple(map(_template, value)) for name, value in held.items() if isinstance(value, tuple)}
    return replace(command, **texts)


def _template(part: Any) -> Any:
    return Phrase(part.template, part.language) if isinstance(part, Phrase) and part.template else part


def without_secrets(told: Any, call: Call) -> Any:
    """What a command tells, with a caller's secrets (a PIN) blotted out wherever they stand in a text."""
    secrets = [call.variables.get(name, "") for name in call.secrets]
    if not any(secrets):
        return told
    if isinstance(told, dict):
        return {key: without_secrets(value, call) for key, value in told.items()}
    if isinstance(told, list):
        return [without_secrets(value, call) for value in told]
    if isinstance(told, str):
        for secret in filter(None, secrets):
            told = told.replace(secret, "***")
    return told


def shown_result(command: Command, result: Result) -> dict[str, Any]:
    """A result as the journal may tell it: without secret digits, and what a web service answered.

    Of what is said it tells how many words it was, but for a phrase of the flow's own, which says where the call goes.
    """
    told = codec.dump(result)
    if isinstance(command, Collect) and command.secret and isinstance(result, Digits):
        told["digits"] = "*" * len(result.digits)
    chosen = isinstance(command, Listen) and command.own and command.phrases
    if isinstance(result, Utterance) and result.text and not chosen:
        del told["text"]
        told["words"] = len(result.text.split())
    if isinstance(result, Replied):
        told["saved"] = [name for name, _ in result.saved]  # the values are the subscriber's content
    return told


# --- reading ----------------------------------------------------------------------------------------------------------


def read_recording(entries: Iterable[Data]) -> Recording:
    """Read a call's journal: `{kind, data}` each, in order. Entries of another kind, or older than this, say nothing.

    A reply's `saved` holds pairs of name and value where they are known from elsewhere.
    """
    return _Reader().read(entries)


class _Reader:
    def __init__(self) -> None:
        self.beats: dict[int, Beat] = {}
        self.adopted: set[int] = set()
        self.cut: tuple[str, Data] | None = None
        self.ended: str | None = None
        self.begun = False
        self.taken_over = False  # and nothing is written yet by who took the call over

    def read(self, entries: Iterable[Data]) -> Recording:
        for entry in entries:
            kind, data = entry.get("kind"), entry.get("data")
            if not isinstance(data, Mapping):
                continue
            if kind in ("redirected", "fallback") or (kind == "offered" and self.begun):
                self.cut = self.cut or (str(kind), data)
            if kind == "ended":
                self.ended = str(data.get("cause", ""))
            if self.cut is None:
                self._take(str(kind), data)
        self._who_left()
        return Recording(self.beats, self.cut, self.ended, frozenset(self.adopted))

    def _take(self, kind: str, data: Data) -> None:
        index = data.get("index")
        if kind == "offered":
            self.begun = True
        elif kind == "adopted":
            self.taken_over = True
            self.adopted.update([max(self.beats)] if self.beats else [])
        elif kind in ("command", "result") and isinstance(index, int):
            self._forget_after(index)
            self._write(kind, index, data)

    def _forget_after(self, index: int) -> None:
        """What a controller did that died before the next one could know of it was done for nothing."""
        if self.taken_over:
            self.beats = {known: beat for known, beat in self.beats.items() if known <= index}
            self.taken_over = False

    def _write(self, kind: str, index: int, data: Data) -> None:
        if kind == "command":
            told = {name: value for name, value in data.items() if name not in NOT_THE_COMMAND}
            self.beats[index] = Beat(index, told, str(data.get("node", "")), gone=data.get("gone") is True)
        else:
            self._hear(self.beats.setdefault(index, Beat(index)), data)

    def _hear(self, beat: Beat, data: Data) -> None:
        told = {name: value for name, value in data.items() if name != "index"}
        if (beat.told or {}).get("secret") and told.get("digits"):
            beat.missing = SECRET
        elif told.get("type") == "utterance" and "words" in told:
            beat.missing = WORDS
        elif isinstance(saved := told.get("saved"), list) and any(isinstance(name, str) for name in saved):
            beat.missing = CONTENT
        else:
            beat.result, beat.missing = _read(told)

    def _who_left(self) -> None:
        """The command in which the caller left has no result: it comes before the first one without a caller."""
        after = min((index for index, beat in self.beats.items() if beat.gone), default=None)
        if after is not None:
            self._leave(after - 1)
        elif self.ended is not None and self.cut is None and self.beats:
            last = max(self.beats)
            self._leave(last if self.beats[last].missing == OPEN and self.beats[last].result is None else last + 1)

    def _leave(self, index: int) -> None:
        beat = self.beats.setdefault(index, Beat(index))
        if beat.result is None and beat.missing == OPEN:
            beat.result = HungUp(self.ended or "")


def _read(told: Data) -> tuple[Result | HungUp | None, str]:
    try:
        return codec.load_event(told), ""
    except codec.Unreadable:
        return None, UNREADABLE
