"""intent: the caller says freely what the call is about, and goes where that is dealt with."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from controller.flow.commands import Listen
from controller.flow.fields import Announcement, Escalation, Name, Seconds, Tries, nth, wrong
from controller.flow.listening import Phrases, exhausted, hear
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_
from controller.flow.understanding import choice
from controller.flow.understanding.words import known_words

OWN_EXITS = ("unknown", "silence", "deaf")


class Intent(Node):
    """Hear what the caller wants."""

    kind: ClassVar[str] = "intent"
    title: ClassVar[str] = N_("What is it about?")
    help: ClassVar[str] = N_(
        "The caller says freely what the call is about; the examples of each intent say how people put it. The call "
        "leaves by the intent whose examples come nearest. What comes near none, or two, brings the prompt again, "
        "after the words of “Again”. The intent is in the variable “intent”, what was said in “intent_said”."
    )
    icon: ClassVar[str] = "messages-square"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit(each="intents", progress=True, help=N_("The caller means this.")),
        Exit("unknown", N_("Not understood"), N_("No intent came near in the last try, or a limit is reached.")),
        Exit("silence", N_("Silence"), N_("The caller said nothing in every try.")),
        Exit("deaf", N_("Nobody listens"), N_("No recogniser of the language is free; not wired: “Not understood”."),
             optional=True),
    )  # fmt: skip

    prompt: Announcement = Field(title=N_("Question"), description=N_("What the caller hears first, and in every try."))
    intents: dict[Name, Phrases] = Field(
        min_length=1,
        max_length=50,
        title=N_("Intents"),
        description=N_("Each is an exit, with examples of what callers say, in every language they speak."),
    )
    threshold: float = Field(
        choice.THRESHOLD,
        ge=0.3,
        le=1,
        title=N_("Threshold"),
        description=N_("How near an example must come, from 0 to 1. Lower understands more, and more wrongly."),
    )
    only_examples: bool = Field(
        False,
        title=N_("Only these words"),
        description=N_("Listen for the words of the examples only: surer for short answers, useless for long ones."),
    )
    again: Escalation = Field(
        (), title=N_("Again"), description=N_("Said before the prompt is repeated: first, second, … mistake.")
    )
    again_silent: Escalation = Field(
        (), title=N_("Again, after silence"), description=N_("Said in its place when the caller said nothing.")
    )
    tries: Tries = Field(3, title=N_("Tries"), description=N_("How many mistakes, and how many silences, are allowed."))
    silence: Seconds = Field(5.0, title=N_("Wait for words"), description=N_("Seconds the caller has to begin."))
    barge_in: bool = Field(
        True, title=N_("Words stop the prompt"), description=N_("If not, the caller is heard after the prompt's end.")
    )

    @model_validator(mode="after")
    def names_are_free(self) -> Intent:
        for name in OWN_EXITS:
            if name in self.intents:
                raise wrong("exit_taken", N_("intents: “{name}” is the name of another exit."), name=name)
        return self

    @property
    def saves(self) -> tuple[str, ...]:
        return ("intent", "intent_said")

    def run(self, call: Call) -> Steps:
        silent = mistaken = 0
        sorry: tuple[Announcement, ...] = ()
        while max(silent, mistaken) < self.tries and not exhausted(call):
            heard = yield from hear(call, self.question(call, sorry))
            if heard.ended == "deaf":
                return "deaf" if "deaf" in self.wires else "unknown"
            if heard.ended == "silence":
                silent += 1
                sorry = nth(self.again_silent or self.again, silent)
                continue
            call.save("intent_said", " ".join(known_words(heard.text)))
            meant = choice.read(heard.text, call.value("language"), self.intents, self.threshold)
            if meant is not None:
                call.save("intent", meant)
                return meant
            mistaken += 1
            sorry = nth(self.again, mistaken)
        return "silence" if silent >= self.tries else "unknown"

    def question(self, call: Call, sorry: tuple[Announcement, ...]) -> Listen:
        """Say the prompt and hear words, no keys."""
        phrases = tuple(phrase for phrases in self.intents.values() for phrase in phrases) if self.only_examples else ()
        sounds = call.sounds(*sorry, self.prompt)
        return Listen(sounds, phrases=phrases, barge_in=self.barge_in, silence=self.silence, max_digits=0, own=True)
