"""collect: ask the caller for a number, such as a customer number or a PIN, by keys or by voice."""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field, model_validator

from controller.flow import ask
from controller.flow.commands import Digits, Listen
from controller.flow.fields import Announcement, Escalation, Seconds, Tries, Variable, nth, wrong
from controller.flow.listening import exhausted, hear
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_
from controller.flow.understanding import digits, yes_no

SPOKEN_PAUSE = 1.2  # seconds: people stop between two pairs of digits


class Collect(Node):
    """Ask for keys and keep them in a variable."""

    kind: ClassVar[str] = "collect"
    title: ClassVar[str] = N_("Ask for digits")
    help: ClassVar[str] = N_(
        "The caller hears the prompt and keys in a number; # ends it early. Too few digits, or none, bring the prompt "
        "again, after the words of “Again”. With “Confirm” the caller hears those words and presses 1 to agree; any "
        "other key, or none, asks anew. When the tries are used up the call leaves by what happened last. With "
        "“Spoken” the caller may say the digits, and yes, instead."
    )
    icon: ClassVar[str] = "hash"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("ok", N_("Digits"), N_("The digits are in the variable."), progress=True),
        Exit("no_input", N_("No input"), N_("The caller pressed nothing in the last try.")),
        Exit("invalid", N_("Invalid"), N_("Too few digits, or not confirmed, in the last try.")),
    )

    prompt: Announcement = Field(title=N_("Prompt"), description=N_("What the caller hears first, and in every try."))
    save: Variable = Field(title=N_("Variable"), description=N_("Where the digits are kept."))
    min_digits: int = Field(1, ge=1, le=30, title=N_("Fewest digits"), description=N_("Fewer are a mistake."))
    max_digits: int = Field(
        20, ge=1, le=30, title=N_("Most digits"), description=N_("After this many the call goes on at once.")
    )
    again: Escalation = Field(
        (), title=N_("Again"), description=N_("Said before the prompt is repeated: first, second, … mistake.")
    )
    confirm: Announcement | None = Field(
        None, title=N_("Confirm"), description=N_("Such as: You keyed {{code}}. If that is right, press 1.")
    )
    tries: Tries = Field(3, title=N_("Tries"), description=N_("How often the caller is asked."))
    secret: bool = Field(
        False,
        title=N_("Secret"),
        description=N_("For a PIN: kept out of records and history; asked again if the controller restarts."),
    )
    spoken: bool = Field(
        False,
        title=N_("Spoken"),
        description=N_("The caller may also say the digits, one by one or in pairs, in the language of the call."),
    )
    first_digit_timeout: Seconds = Field(
        5.0, title=N_("Wait for a key"), description=N_("Seconds the caller has to press the first key.")
    )
    digit_timeout: Seconds = Field(3.0, title=N_("Wait between keys"), description=N_("Seconds between two keys."))

    @model_validator(mode="after")
    def fits(self) -> "Collect":
        if self.min_digits > self.max_digits:
            raise wrong("min_over_max", N_("The fewest digits are more than the most."))
        if self.secret and self.confirm:
            raise wrong("secret_spoken", N_("A secret cannot be confirmed by saying it."))
        if self.secret and self.spoken:
            raise wrong("secret_said", N_("A secret is keyed: whoever stands by would hear it."))
        return self

    @property
    def saves(self) -> tuple[str, ...]:
        return (self.save,)

    def run(self, call: Call) -> Steps:
        failed = "no_input"
        for mistakes in range(self.tries):
            if self.spoken and exhausted(call):
                break
            heard = yield from self.ask_for_digits(call, nth(self.again, mistakes))
            if not heard.digits and heard.ended != "terminator":
                failed = "no_input"
            elif len(heard.digits) < self.min_digits:
                failed = "invalid"
            else:
                call.save(self.save, heard.digits, secret=self.secret)
                if self.confirm is None or (yield from self.agreed(call, self.confirm)):
                    return "ok"
                failed = "invalid"
        return failed

    def ask_for_digits(self, call: Call, sorry: tuple[Announcement, ...]) -> ask.Asking[Digits]:
        """Say the prompt and hear the digits."""
        sounds = call.sounds(*sorry, self.prompt)
        if self.spoken:
            phrases = digits.phrases(call.value("language"))
            command = Listen(sounds, phrases=phrases, max_digits=self.max_digits, digit_timeout=self.digit_timeout)
            heard = yield from hear(call, replace(command, silence=self.first_digit_timeout, pause=SPOKEN_PAUSE))
            if heard.ended == "speech":
                said = digits.read(heard.text, call.value("language"), self.min_digits, self.max_digits)
                return Digits(said or "", "terminator")
            if heard.ended != "deaf":
                return Digits(heard.digits, "terminator" if heard.ended == "keys" else "nothing")
        return (
            yield from ask.collect(
                *sounds,
                min_digits=self.min_digits,
                max_digits=self.max_digits,
                first_digit_timeout=self.first_digit_timeout,
                digit_timeout=self.digit_timeout,
                secret=self.secret,
            )
        )

    def agreed(self, call: Call, question: Announcement) -> ask.Asking[bool]:
        """Say the digits and hear whether they are right: 1 is yes."""
        sounds = call.sounds(question)
        if self.spoken:
            phrases = yes_no.phrases(call.value("language"))
            heard = yield from hear(call, Listen(sounds, phrases=phrases, silence=self.first_digit_timeout, own=True))
            if heard.ended != "deaf":
                return heard.digits == "1" or yes_no.read(heard.text, call.value("language")) is True
        keys = yield from ask.collect(*sounds, first_digit_timeout=self.first_digit_timeout)
        return keys.digits == "1"
