"""The cast of a test by sound: the caller speaks and presses keys on a real channel; everybody else acts as written."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gevent

from conf import sounds
from conf.problems import Wrong
from controller.calls.channel import Channel
from controller.flow.cast import Cast, Scripted
from controller.flow.commands import (
    Answer,
    Collect,
    Command,
    Dialled,
    Digits,
    HungUp,
    Listen,
    Play,
    Recorded,
    Replied,
    Result,
    Utterance,
)
from controller.flow.line import Line, Unfit, Variant
from controller.flow.problem import N_
from controller.flow.script import FlowTest
from controller.flow.world import World
from controller.rehearsals.sound import spoken
from controller.rehearsals.stand import Files
from controller.virtual import Caller, Happening

REACTION = 0.4  # seconds from a question's end to the answer
PATIENCE = 1800.0  # seconds; a prompt that goes on for longer is not waited for


class SpeakingCast(Cast):
    """Gives a stage its cues from a call. `root` is the folder of the sound files, `aside` one for what is made.

    `variant` is how every file comes over the line that does not say it itself.
    """

    def __init__(self, test: FlowTest, world: World, variant: Variant, root: Path, aside: Path, files: Files) -> None:
        super().__init__(test.given, test.script, world)
        self._variant, self._root, self._aside, self._files = variant, root, aside, files
        self._made = self._asked = 0
        self._channel: Channel | None = None
        self._caller: Caller | None = None
        self._begun = 0.0

    def on(self, channel: Channel, caller: Caller) -> None:
        """Act on this call from now on."""
        self._channel, self._caller, self._begun = channel, caller, caller.clock.now()

    def over(self) -> None:
        """Note how long the call was."""
        if self._caller:
            self.lasted = self._caller.clock.now() - self._begun

    def answer(self, command: Command) -> Result | None:
        """What the channel answers, or the world."""
        if isinstance(command, Answer | Play):
            return self._perform(command)
        return super().answer(command)

    def act(self, line: Line, command: Scripted) -> Digits | Utterance | Recorded | Dialled | Replied:
        """Speak, press keys or wait on the channel; phones and web services do what is written."""
        if line.say is not None or line.deaf:
            raise Unfit(N_("By sound the caller says what is in a file (hear), and the script says {line}."))
        if not isinstance(command, Collect | Listen):
            return line.act(command)
        line.act(command)  # raises Unfit where the line is no answer to this
        assert self._caller
        speaks = gevent.spawn(self._speak, line, command, self._caller.clock.now(), self._file(line))
        try:
            result = self._perform(command)
        finally:
            speaks.kill()
        assert isinstance(result, Digits | Utterance)
        if isinstance(result, Utterance) and result.ended == "deaf":
            raise Unfit(N_("Nobody listens: no model of the language, or speech is away. The script says {line}."))
        self._in_time(line)
        self._caller.is_silent()
        return replace(result, at=self.at.isoformat()) if isinstance(result, Utterance) else result

    def _perform(self, command: Answer | Play | Collect | Listen) -> Result:
        assert self._channel
        self._asked += 1
        try:
            return self._channel.perform(command, str(self._asked))
        except HungUp as gone:
            raise Unfit(N_("The call ended by itself ({cause})."), cause=gone.cause) from gone

    def _file(self, line: Line) -> str:
        """What is said, as it comes over the line."""
        if line.hear is None:
            return ""
        own = Variant(noise=line.noise, line=line.line)
        told = self._variant.model_copy(update=own.model_dump(exclude_none=True))
        self._made += 1
        try:
            file = sounds.found(self._root, line.hear)
            return str(spoken(file, told, self._aside / f"{self._made}.wav"))
        except Wrong as wrong:
            raise Unfit("{sound}: {reason}", sound=line.hear, reason=wrong.problem.text()) from None
        except (OSError, wave.Error) as error:
            raise Unfit("{sound}: {reason}", sound=line.hear, reason=str(error)) from None

    def _speak(self, line: Line, command: Collect | Listen, begun: float, file: str) -> None:
        """Hear the question out, and answer it."""
        assert self._caller
        if isinstance(command, Collect):
            self._caller.wait("CHANNEL_EXECUTE", PATIENCE, application="play_and_get_digits")
        else:
            self._caller.wait(_asked(len(self._files(command.prompt)), begun), PATIENCE)
        self._caller.clock.sleep(REACTION)
        if file:
            self._caller.says(file)
        elif line.press:
            self._caller.presses(line.press)

    def _in_time(self, line: Line) -> None:
        assert self._caller
        late = self._caller.clock.now() - self._caller.speaks_until
        if line.within is not None and late > line.within:
            message = N_("The call went on {found} s after the words, not within {expected} s: {line}.")
            raise Unfit(message, found=f"{late:.1f}", expected=f"{line.within:g}")


def _asked(prompts: int, begun: float) -> Callable[[Happening], bool]:
    """Tell when so many sounds have been played, and somebody listens."""
    left = {"PLAYBACK_STOP": prompts, "RECORD_START": 1}

    def so(one: Happening) -> bool:
        if one.time >= begun and one.name in left:
            left[one.name] -= 1
        return all(count <= 0 for count in left.values())

    return so
