"""who_answers: tell whether a person or an answering machine picked up a call that we placed."""

import dataclasses
from typing import ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import Listen
from controller.flow.fields import Seconds
from controller.flow.listening import hear
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_
from controller.flow.understanding import machine

LONGEST = 4.0  # seconds; whoever talks longer is a machine, and need not be heard to the end
NO_TONE = 3.5  # seconds of silence after which no tone is to come
GREETING = 45.0  # seconds, the longest that a machine's own words are waited for


class WhoAnswers(Node):
    """Hear who picked up."""

    kind: ClassVar[str] = "who_answers"
    revision: ClassVar[int] = 2
    title: ClassVar[str] = N_("Person or machine?")
    help: ClassVar[str] = N_(
        "For the beginning of a call that a campaign places: listens to the first words. A person says a word and "
        "waits; a machine talks on, or names a message or a tone. With “Wait for the end” a machine is heard out "
        "first, so that a message can be left after it, and with “Wait for the tone” up to its tone. Who says nothing, "
        "or cannot be heard, leaves by “Person”."
    )
    icon: ClassVar[str] = "bot"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("person", N_("Person"), N_("Somebody is there, or nothing was said."), progress=True),
        Exit("machine", N_("Machine"), N_("An answering machine, or a mailbox."), progress=True),
    )

    patience: Seconds = Field(
        2.5, title=N_("Wait for a word"), description=N_("Seconds until somebody who says nothing counts as a person.")
    )
    hear_out: bool = Field(
        False,
        title=N_("Wait for the end"),
        description=N_("A machine's greeting is heard to its end before the call goes on, to leave a message."),
    )

    tone: bool = Field(
        True,
        title=N_("Wait for the tone"),
        description=N_("With “Wait for the end”: the call goes on after the tone, or after some seconds without one."),
    )

    def run(self, call: Call) -> Steps:
        first = Listen(silence=self.patience, pause=0.6, longest=LONGEST, max_digits=0, until_beep=True)
        heard = yield from hear(call, first)
        if heard.ended == "beep":
            return "machine"
        if heard.ended != "speech" or self.who(call, heard.text, heard.seconds) != "machine":
            return "person"
        if self.hear_out:
            # It talks in sentences: silence means that its tone was, or is about to be.
            silence, pause = (NO_TONE, NO_TONE) if self.tone else (1.2, 1.8)
            rest = Listen(language=call.value("language"), silence=silence, pause=pause, longest=GREETING, max_digits=0)
            yield from ask.listening(dataclasses.replace(rest, until_beep=self.tone))
        return "machine"

    def who(self, call: Call, said: str, seconds: float) -> machine.Who:
        """Tell by the words, and by how long they took."""
        return machine.who(said, seconds, call.value("language"))
