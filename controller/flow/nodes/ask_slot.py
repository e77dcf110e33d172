"""ask_slot: a robot asks for one value, such as a date or a name, makes sure of it, and keeps it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from controller.flow import ask
from controller.flow.commands import Listen, Phrase, Sound, Utterance
from controller.flow.fields import Announcement, Escalation, Name, Regex, Seconds, Tries, Variable, nth, wrong
from controller.flow.listening import Phrases, exhausted, hear
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_
from controller.flow.slots import FREE, Slot, SlotType, bound_fits, day_said
from controller.flow.understanding import yes_no
from controller.flow.understanding.aloud import aloud

BOUNDED = ("digits", "number", "amount", "date", "time")
KEYPAD_TRIES = 2
IMPLICIT_PAUSE = 1.5  # seconds a caller has to object
RIGHT = {
    "fr": "{value}, c'est bien cela\N{NO-BREAK SPACE}?",
    "en": "{value}, is that right?",
    "de": "{value}, ist das richtig?",
}


class AskSlot(Node):
    """Ask for a value until it is understood, or until the tries are used up."""

    kind: ClassVar[str] = "ask_slot"
    title: ClassVar[str] = N_("Ask for a value")
    help: ClassVar[str] = N_(
        "Asks the caller for a value and understands the answer, such as the 14th, next Friday, or double four six. "
        "What is not understood, or is out of bounds, brings the prompt again, after the words of “Again”; silence has "
        "words of its own. With a confirmation the caller may say at once: no, the 15th. The value is in the variable, "
        "what was said in the same name with _said, and how it is said aloud with _spoken. When the tries are used up, "
        "or nobody listens, the caller may key the value, if there are words for it; else the call leaves by “Failed”."
    )
    icon: ClassVar[str] = "message-circle-question"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("ok", N_("Understood"), N_("The value is in the variable."), progress=True),
        Exit("failed", N_("Failed"), N_("No value was understood, or a limit of the robot is reached.")),
    )

    prompt: Announcement = Field(title=N_("Question"), description=N_("What the caller hears first, and in every try."))
    save: Variable = Field(title=N_("Variable"), description=N_("Where the value is kept: a date as 2026-12-24."))
    type: SlotType = Field("text", title=N_("Type"), description=N_("What kind of value is asked for."))
    choices: dict[Name, Phrases] = Field(
        default_factory=dict,
        max_length=50,
        title=N_("Choices"),
        description=N_("For a choice: each value, and the words that mean it in the languages of the callers."),
    )
    least: str | int | float = Field(
        "",
        title=N_("At least"),
        description=N_("The smallest number, the fewest digits, the first day (2026-12-24, or days from now) or time."),
    )
    most: str | int | float = Field(
        "", title=N_("At most"), description=N_("The largest number, the most digits, the last day or time.")
    )
    prefer: Literal["future", "past"] = Field(
        "future", title=N_("Days lie"), description=N_("Where a day without its month or year lies: ahead, or behind.")
    )
    pattern: Regex = Field("", title=N_("Pattern"), description=N_("A regular expression that the value must match."))
    out_of_bounds: Announcement | None = Field(
        None, title=N_("Out of bounds"), description=N_("Said instead of “Again”: We are open from 9 to 6.")
    )
    confirmation: Literal["none", "implicit", "explicit", "by_certainty"] = Field(
        "none",
        title=N_("Confirmation"),
        description=N_(
            "Implicit says the value and goes on unless the caller objects; explicit asks for a yes; by certainty asks "
            "only when the recogniser was not sure."
        ),
    )
    confirm: Announcement | None = Field(
        None, title=N_("Words to confirm"), description=N_("Such as: {{day_spoken}}, is that right?")
    )
    sure: float = Field(
        0.8, ge=0, le=1, title=N_("Sure from"), description=N_("The certainty from which nothing is asked, 0 to 1.")
    )
    again: Escalation = Field(
        (), title=N_("Again"), description=N_("Said before the prompt is repeated: first, second, … mistake.")
    )
    again_silent: Escalation = Field(
        (), title=N_("Again, after silence"), description=N_("Said in its place when the caller said nothing.")
    )
    tries: Tries = Field(3, title=N_("Tries"), description=N_("How many mistakes, and how many silences, are allowed."))
    keypad: Announcement | None = Field(
        None,
        title=N_("By the keys"),
        description=N_("Said when speech does not help: Key the day, the month and the year, such as 24 12 2026."),
    )
    silence: Seconds = Field(5.0, title=N_("Wait for words"), description=N_("Seconds the caller has to begin."))
    pause: float = Field(
        0.8, ge=0.3, le=5, title=N_("Pause that ends"), description=N_("Seconds of silence after which all is said.")
    )
    barge_in: bool = Field(
        True, title=N_("Words stop the prompt"), description=N_("If not, the caller is heard after the prompt's end.")
    )

    @model_validator(mode="after")
    def fits_its_type(self) -> AskSlot:
        if (self.type == "choice") != bool(self.choices):
            raise wrong("choices_of_a_choice", N_("Choices belong to the type “choice”, and it needs some."))
        if self.type in ("yes_no", *FREE) and self.confirmation in ("implicit", "by_certainty"):
            raise wrong("not_confirmed", N_("A value of this type is confirmed explicitly, or not at all."))
        for bound in (self.least, self.most):
            if bound != "" and not (self.type in BOUNDED and bound_fits(self.type, bound)):
                raise wrong("wrong_bound", N_("“{bound}” is no bound of this type."), bound=str(bound))
        return self

    @property
    def saves(self) -> tuple[str, ...]:
        return (self.save, f"{self.save}_said", f"{self.save}_spoken")

    def run(self, call: Call) -> Steps:
        silent = mistaken = 0
        sorry: tuple[Announcement, ...] = ()
        slot = self.slot(call)
        while max(silent, mistaken) < self.tries and not exhausted(call):
            phrases = slot.phrases(call.value("language"))
            heard = yield from self.listen(call, slot, phrases, call.sounds(*sorry, self.prompt))
            if heard.ended == "deaf":
                break
            if heard.ended == "silence":
                silent += 1
                sorry = nth(self.again_silent or self.again, silent)
                continue
            today = day_said(heard.at)
            value = self.understand(call, slot, heard, today)
            mistaken += 1
            sorry = nth(self.again, mistaken)
            if value is not None and not slot.fits(value, today):
                sorry = (self.out_of_bounds,) if self.out_of_bounds else sorry
            elif value is not None and (yield from self.agreed(call, slot, value, heard)):
                return "ok"
        return (yield from self.by_keys(call, slot))

    def slot(self, call: Call) -> Slot:
        """Say what is asked for."""
        return Slot(self.type, self.choices, self.least, self.most, self.pattern, self.prefer, call.value("country"))

    def listen(
        self, call: Call, slot: Slot, phrases: tuple[str, ...], sounds: tuple[Sound, ...], silence: float = 0.0
    ) -> ask.Asking[Utterance]:
        """Say something and hear words, or the keys of a value; with a `silence` of its own none is expected."""
        command = Listen(
            sounds,
            phrases=phrases,
            barge_in=self.barge_in,
            silence=silence or self.silence,
            pause=self.pause,
            max_digits=slot.most_keys,
            digit_timeout=3.0,
            own=slot.type in ("yes_no", "choice"),
        )
        return (yield from hear(call, command, question=not silence))

    def understand(self, call: Call, slot: Slot, heard: Utterance, today: date | None) -> str | None:
        """Read what was said or keyed."""
        if heard.ended == "keys":
            return slot.keyed(heard.digits, today)
        return slot.read(heard.text, call.value("language"), today)

    def agreed(self, call: Call, slot: Slot, value: str, heard: Utterance) -> ask.Asking[bool]:
        """Keep a value; where it is confirmed, only once the caller agrees, who may also correct it."""
        how = self.how(heard)
        for _ in range(self.tries):
            today = day_said(heard.at)
            self.keep(call, value, heard, today)
            if how == "none":
                return True
            answer = yield from self.confirm_by(call, slot, how)
            new = self.answered(call, slot, answer, value, how == "implicit")
            if new == value:
                return True
            if new is None or exhausted(call) or not slot.fits(new, day_said(answer.at)):
                break
            value, heard = new, answer
        self.forget(call)
        return False

    def how(self, heard: Utterance) -> Literal["none", "implicit", "explicit"]:
        """Say how this answer is confirmed; what was keyed is certain."""
        if heard.ended == "keys" and self.confirmation == "by_certainty":
            return "none"
        if self.confirmation == "by_certainty":
            return "none" if heard.certainty >= self.sure else "explicit"
        return self.confirmation

    def confirm_by(self, call: Call, slot: Slot, how: str) -> ask.Asking[Utterance]:
        """Say the value and hear what the caller says to it; a question that is not answered is asked once more."""
        language = call.value("language")
        phrases = slot.phrases(language)
        phrases = (*yes_no.phrases(language), *phrases) if phrases else ()
        pause = IMPLICIT_PAUSE if how == "implicit" else 0.0
        sounds = self.question(call, how)
        heard = yield from self.listen(call, slot, phrases, sounds, pause)
        if how == "explicit" and heard.ended == "silence" and not exhausted(call):
            heard = yield from self.listen(call, slot, phrases, sounds)
        if how == "explicit" and heard.ended == "deaf":
            keys = yield from ask.collect(*sounds)
            return Utterance(digits=keys.digits, ended="keys" if keys.digits else "silence")
        return heard

    def question(self, call: Call, how: str) -> tuple[Sound, ...]:
        """The words that say the value again."""
        if self.confirm:
            return call.sounds(self.confirm)
        language = call.value("language")
        language = language if language in RIGHT else "en"
        name = f"{self.save}_spoken"
        words = "{value}." if how == "implicit" else RIGHT[language]
        said = words.format(value=call.value(name))
        return (Phrase(said, language, words.format(value=f"{{{{{name}}}}}")),)

    def answered(self, call: Call, slot: Slot, heard: Utterance, value: str, implicit: bool) -> str | None:
        """Read the answer to "is that right?": the same value for yes, another one for a correction, None for no."""
        if heard.ended == "keys":
            return value if heard.digits == "1" else None
        if heard.ended != "speech":
            return value if implicit else None
        language = call.value("language")
        if self.type != "yes_no" and (new := slot.corrected(heard.text, language, day_said(heard.at), value)):
            return new
        answer = yes_no.read(heard.text, language)
        return value if answer or (implicit and answer is None) else None

    def by_keys(self, call: Call, slot: Slot) -> ask.Asking[str]:
        """Ask for keys at last, where there are words for it."""
        today = None
        for _ in range(KEYPAD_TRIES if self.keypad and slot.most_keys and not exhausted(call) else 0):
            assert self.keypad is not None
            heard = yield from ask.collect(*call.sounds(self.keypad), max_digits=slot.most_keys, digit_timeout=3.0)
            value = slot.keyed(heard.digits, today)
            if value is not None and slot.fits(value, today):
                self.keep(call, value, Utterance(digits=heard.digits, ended="keys"), today)
                return "ok"
        return "failed"

    def keep(self, call: Call, value: str, heard: Utterance, today: date | None) -> None:
        """Write the value, what was said, and how the value is said aloud."""
        call.save(self.save, value)
        call.save(f"{self.save}_said", heard.text or heard.digits)
        call.save(f"{self.save}_spoken", aloud(self.type, value, call.value("language"), today))

    def forget(self, call: Call) -> None:
        """Take back a value that the caller did not agree to."""
        for name in self.saves:
            call.save(name, "")
