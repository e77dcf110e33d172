"""The verbs nodes speak: each yields one command and returns its typed result."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Literal, TypeAlias, TypeVar

from controller.flow.commands import (
    Answer,
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Counted,
    Dial,
    Dialled,
    Digits,
    Done,
    Faxed,
    HangUp,
    Hours,
    Listed,
    Listen,
    Play,
    Played,
    PlayMessage,
    ReceiveFax,
    Recorded,
    RecordMessage,
    Replied,
    Request,
    Result,
    SendFax,
    Sound,
    Target,
    Utterance,
)

T = TypeVar("T")
Asking: TypeAlias = Generator[Command, Result, T]


def _ask(command: Command, kind: type[T]) -> Asking[T]:
    heard = yield command
    if not isinstance(heard, kind):
        raise TypeError(f"{command!r} was answered with {heard!r}")
    return heard


def answer() -> Asking[Done]:
    """Answer the call."""
    return _ask(Answer(), Done)


def play(*sounds: Sound) -> Asking[Played]:
    """Play sounds to the caller, one after the other."""
    return _ask(Play(tuple(sounds)), Played)


def collect(
    *prompt: Sound,
    min_digits: int = 1,
    max_digits: int = 1,
    terminators: str = "#",
    first_digit_timeout: float = 5.0,
    digit_timeout: float = 2.0,
    secret: bool = False,
) -> Asking[Digits]:
    """Play a prompt that the first key stops, and collect keys; timeouts in seconds."""
    command = Collect(tuple(prompt), min_digits, max_digits, terminators, first_digit_timeout, digit_timeout, secret)
    return _ask(command, Digits)


def listen(
    *prompt: Sound,
    language: str = "",
    phrases: tuple[str, ...] = (),
    barge_in: bool = True,
    silence: float = 5.0,
    pause: float = 0.8,
    longest: float = 20.0,
    max_digits: int = 1,
    terminators: str = "#",
    digit_timeout: float = 2.0,
) -> Asking[Utterance]:
    """Play a prompt and hear what the caller says, or keys; times in seconds. See `Listen`."""
    spoken = Listen(tuple(prompt), language, phrases, barge_in, silence, pause, longest)
    return _ask(replace(spoken, max_digits=max_digits, terminators=terminators, digit_timeout=digit_timeout), Utterance)


def listening(command: Listen) -> Asking[Utterance]:
    """Hear what the caller says, or keys, as a command says."""
    return _ask(command, Utterance)


def record_message(command: RecordMessage) -> Asking[Recorded]:
    """Record what the caller says after a tone, as a command says."""
    return _ask(command, Recorded)


def play_message(message: str) -> Asking[Played]:
    """Play a message that the caller has just left."""
    return _ask(PlayMessage(message), Played)


def dial(
    targets: tuple[Target, ...],
    strategy: Literal["at_once", "in_turn"] = "at_once",
    ring: float = 25.0,
    presented: str = "",
    carried: tuple[tuple[str, str], ...] = (),
    headers: bool = True,
) -> Asking[Dialled]:
    """Ring targets and connect the caller with the one who answers; `ring` in seconds. See `Dial`."""
    return _ask(Dial(targets, strategy, ring, presented, carried, headers), Dialled)


def check_hours(schedule: str) -> Asking[Hours]:
    """Ask whether a schedule is open now."""
    return _ask(CheckHours(schedule), Hours)


def check_list(name: str, number: str) -> Asking[Listed]:
    """Ask whether a number stands on a list."""
    return _ask(CheckList(name, number), Listed)


def count(counter: str, period: Literal["ever", "day", "hour"] = "ever") -> Asking[Counted]:
    """Add one to a counter of the subscriber and read it."""
    return _ask(Count(counter, period), Counted)


def request(command: Request) -> Asking[Replied]:
    """Send an HTTP request through the guarded client."""
    return _ask(command, Replied)


def send_fax(command: SendFax) -> Asking[Faxed]:
    """Send a fax over the call."""
    return _ask(command, Faxed)


def receive_fax(ident: str = "") -> Asking[Faxed]:
    """Receive a fax over the call; `ident` is told to the machine that sends."""
    return _ask(ReceiveFax(ident), Faxed)


def hang_up(cause: str = "NORMAL_CLEARING", outcome: str = "") -> Asking[Done]:
    """End the call; the engine hears HungUp next."""
    return _ask(HangUp(cause, outcome), Done)
