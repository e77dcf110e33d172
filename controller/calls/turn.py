"""A caller's turn: when a prompt is to be stopped, and when what the caller says or presses is complete.

No clock, no sockets: moments are told in seconds of any steady clock. `stops`, `resumes` and `flushes` say what is to
be done now and are taken back by who does it; `result` ends the turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from controller.flow.backchannel import UNKNOWN, is_backchannel, words
from controller.flow.commands import Listen, Utterance
from speech.client import Heard

FALSE_START = 1.0  # seconds, after the pause that ends what is said; then nothing was said after all
LAST_WORDS = 1.0  # seconds that the recogniser has for them when it is told to end
A_KEY = 1.0  # seconds that a key has after the prompt where nobody listens: the flow asks for keys then
FATAL = ("too_busy", "no_model")


@dataclass
class Turn:
    """Hears a command's caller. `prompt` is over at once where there is none to play."""

    command: Listen
    language: str
    now: float
    prompt: Literal["playing", "stopped", "over"] = "playing"
    result: Utterance | None = None
    stops: bool = False
    resumes: bool = False
    flushes: bool = False
    digits: str = ""
    deaf: bool = False
    _over: float = 0.0  # when the prompt ended
    _key: float = 0.0  # when the last key came
    _voice: bool = False
    _begun: float | None = None  # when the caller began to say what is not complete yet
    _sign: float = 0.0  # of life: a word, a voice's end
    _partial: str = ""
    _flushed: float | None = None
    _own: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._over = self.now
        self._own = frozenset(" ".join(words(phrase)) for phrase in self.command.phrases)

    # --- what happens -----------------------------------------------------------------------------------------------

    def prompt_ended(self, now: float) -> None:
        """It was played to its end, or there was nothing to play."""
        if self.prompt == "playing":
            self.prompt, self._over = "over", now

    def press(self, key: str, now: float) -> None:
        """A key came. A terminator before any digit is left from before, and means nothing."""
        if self.command.max_digits == 0 or (key in self.command.terminators and not self.digits):
            return
        self._stop_prompt(now)
        if key not in self.command.terminators:
            self.digits += key
            self._key = now
        if key in self.command.terminators or len(self.digits) >= self.command.max_digits:
            self._end_by_keys()

    def hear(self, heard: Heard, now: float) -> None:
        """The recogniser tells something; keys that were begun count for more."""
        if self.digits or self.result:
            return
        match heard.type:
            case "voice":
                self._voice, self._begun, self._sign = True, self._begun or now, now
            case "beep" if self.command.until_beep:
                self.result = Utterance(self._partial.strip(), ended="beep")
            case "quiet":
                self._voice, self._sign = False, now
            case "partial":
                self._hear_partial(heard.text, now)
            case "final":
                self._hear_final(heard, now)
            case "degraded" if heard.reason in FATAL:
                self.be_deaf(now)
            case "error":
                self.be_deaf(now)
            case "ended" if self._flushed is not None:
                self.result = Utterance(ended="silence")

    def be_deaf(self, now: float) -> None:
        """Nobody listens (any more)."""
        self.deaf, self._voice, self._begun = True, False, None
        if self.prompt == "stopped" and not self.digits:
            self.prompt, self._over = "over", now

    def pass_time(self, now: float) -> None:
        """Look at the clock; nothing happens before `due`."""
        if self.result or now < self.due:
            return
        if self.digits:
            self._end_by_keys()
        elif self.deaf:
            self.result = Utterance(ended="deaf")
        elif self._flushed is not None:
            self._end_as_it_is()
        elif self._begun is not None and now >= self._too_long:
            self.flushes, self._flushed = True, now
        elif self.prompt == "stopped":
            self._resume(now)
        elif self._partial:
            self._partial, self._begun = "", None
        else:
            self.result = Utterance(ended="silence")

    @property
    def due(self) -> float:
        """The moment from which `pass_time` does something, as things are."""
        if self.digits:
            return self._key + self.command.digit_timeout
        if self._flushed is not None:
            return self._flushed + LAST_WORDS
        if self.prompt == "playing":
            return float("inf")
        if self.deaf:
            return self._over + (min(self.command.silence, A_KEY) if self.command.max_digits else 0.0)
        if self._voice or self._partial:
            return min(self._too_long, float("inf") if self._voice else self._nothing_said)
        if self.prompt == "stopped":
            return self._nothing_said
        silence = self._over + self.command.silence
        # What began just before the end of the silence may yet turn out to be words.
        return silence if self._begun is None else max(silence, self._nothing_said)

    # --- the rules --------------------------------------------------------------------------------------------------

    @property
    def _nothing_said(self) -> float:
        return self._sign + self.command.pause + FALSE_START

    @property
    def _too_long(self) -> float:
        began = self._begun if self._begun is not None else self._over
        return max(began, self._over) + self.command.longest

    def _hear_partial(self, text: str, now: float) -> None:
        if not words(text):
            return
        self._begun, self._sign, self._partial = self._begun or now, now, text
        if self.prompt == "playing" and self._interrupts(text, whole=False):
            self._stop_prompt(now)

    def _hear_final(self, heard: Heard, now: float) -> None:
        self._partial, self._begun, self._sign = "", None, now
        if self.prompt == "playing" and not self._interrupts(heard.text, whole=True):
            return
        if heard.text.strip():
            self._stop_prompt(now)
            spoken = max(0.0, heard.end - heard.start)
            self.result = Utterance(heard.text, ended="speech", certainty=heard.certainty, seconds=spoken)
        elif self._flushed is not None:
            return  # `ended` follows
        elif self.prompt == "stopped":
            self._resume(now)

    def _interrupts(self, text: str, *, whole: bool) -> bool:
        said = words(text)
        if not self.command.barge_in or not said:
            return False
        own = " ".join(said)
        if own in self._own or (not whole and any(phrase.startswith(own + " ") for phrase in self._own)):
            return True
        return not is_backchannel(text, self.language, whole=whole)

    def _stop_prompt(self, now: float) -> None:
        if self.prompt == "playing":
            self.prompt, self.stops, self._over = "stopped", True, now

    def _resume(self, now: float) -> None:
        """It was a false start."""
        self.prompt, self.resumes = "playing", True
        self._partial, self._begun, self._sign = "", None, now

    def _end_by_keys(self) -> None:
        self.result = Utterance(digits=self.digits, ended="keys")

    def _end_as_it_is(self) -> None:
        said = self._partial.strip()
        self.result = Utterance(said, ended="speech") if said and said != UNKNOWN else Utterance(ended="silence")
