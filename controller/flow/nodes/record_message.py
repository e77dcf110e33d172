"""record_message: the caller leaves a message after the tone."""

import dataclasses
from typing import ClassVar

from pydantic import Field, model_validator

from controller.flow import ask
from controller.flow.commands import HungUp, Recorded
from controller.flow.commands import RecordMessage as Record
from controller.flow.fields import Announcement, Escalation, Seconds, Tries, nth, wrong
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_

HEAR_AGAIN, RECORD_AGAIN = "1", "2"
MOST_REVIEWS = 9
SECONDS = "message_seconds"


class RecordMessage(Node):
    """Record what the caller says after the tone."""

    kind: ClassVar[str] = "record_message"
    title: ClassVar[str] = N_("Take a message")
    help: ClassVar[str] = N_(
        "The caller hears the prompt and a tone, and is recorded until #, a silence, or the longest time. A message "
        "left by hanging up counts. What is too short brings the words of “Too short”, and the tone again. With “Review"
        "” the caller may hear it again with 1, record it anew with 2, and keeps it with any other key, or none. The "
        "message is sealed and put into words, and stands with the call. “message_seconds” tells how long it is."
    )
    icon: ClassVar[str] = "voicemail"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("recorded", N_("Recorded"), N_("There is a message."), progress=True),
        Exit("no_message", N_("No message"), N_("Nothing was said in any try, or nothing could be recorded.")),
    )

    prompt: Announcement | None = Field(
        None, title=N_("Prompt"), description=N_("Said before the tone: Please leave a message.")
    )
    tone: bool = Field(True, title=N_("Tone"), description=N_("A tone tells the caller to speak."))
    longest: float = Field(
        120.0, ge=5, le=1800, title=N_("Longest"), description=N_("Seconds after which the recording ends.")
    )
    shortest: float = Field(
        1.5, ge=0, le=60, title=N_("Shortest"), description=N_("Seconds; what is shorter is no message.")
    )
    silence: float = Field(
        4.0,
        ge=0,
        le=60,
        title=N_("Silence that ends"),
        description=N_("Seconds of silence after which all is said; 0: none."),
    )
    too_short: Escalation = Field(
        (), title=N_("Too short"), description=N_("Said before the next try: We heard no message.")
    )
    tries: Tries = Field(2, title=N_("Tries"), description=N_("How often the caller may begin."))
    review: Announcement | None = Field(
        None,
        title=N_("Review"),
        description=N_(
            "Such as: To hear your message, press 1. To record it again, 2. To keep it, hang up or press 3."
        ),
    )
    wait: Seconds = Field(
        4.0, title=N_("Wait for a key"), description=N_("Seconds the caller has to decide; then the message is kept.")
    )

    @model_validator(mode="after")
    def fits(self) -> "RecordMessage":
        if self.shortest > self.longest:
            raise wrong("shortest_over_longest", N_("The shortest message is longer than the longest."))
        return self

    @property
    def saves(self) -> tuple[str, ...]:
        return (SECONDS,)

    def run(self, call: Call) -> Steps:
        recorded, tried = Recorded(), 0
        while tried < self.tries:
            sorry = nth(self.too_short, tried) if not recorded.message else ()
            taken = yield from self.take(call, sorry, recorded.message)
            tried += 1
            if taken.message:
                recorded, tried = taken, 0
                call.save(SECONDS, f"{taken.seconds:.0f}")
                try:
                    if taken.ended == "hung_up" or not (yield from self.is_taken_again(call, taken.message)):
                        return "recorded"
                except HungUp:  # the message is there
                    return "recorded"
            elif taken.ended in ("hung_up", "nothing"):
                break
        return "recorded" if recorded.message else "no_message"

    def take(self, call: Call, sorry: tuple[Announcement, ...], replaces: str) -> ask.Asking[Recorded]:
        """Record once."""
        prompt = (self.prompt,) if self.prompt and not sorry else ()
        command = Record(call.sounds(*sorry, *prompt), self.tone, self.longest, self.shortest, self.silence)
        return (yield from ask.record_message(dataclasses.replace(command, replaces=replaces)))

    def is_taken_again(self, call: Call, message: str) -> ask.Asking[bool]:
        """Let the caller hear the message; whether it is to be recorded again."""
        if self.review is None:
            return False
        for _ in range(MOST_REVIEWS):
            keys = yield from ask.collect(*call.sounds(self.review), first_digit_timeout=self.wait)
            if keys.digits != HEAR_AGAIN:
                return keys.digits == RECORD_AGAIN
            yield from ask.play_message(message)
        return False
