"""menu: the caller hears a prompt and chooses by a key or by saying it, or dials an extension."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from controller.flow import ask
from controller.flow.commands import Digits, Listen, Utterance
from controller.flow.fields import Announcement, Escalation, Keys, Seconds, Tries, nth, wrong
from controller.flow.listening import Phrases, exhausted, hear
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.numbers import is_short
from controller.flow.problem import N_
from controller.flow.understanding import choice
from controller.flow.understanding.words import bare


class Menu(Node):
    """Say what can be chosen and leave by the key pressed."""

    kind: ClassVar[str] = "menu"
    title: ClassVar[str] = N_("Menu")
    help: ClassVar[str] = N_(
        "The caller hears the prompt and presses a key. A key that is no choice, or no key at all, brings the prompt "
        "again, after the words of “Again”. Wrong keys and silences are counted apart. When either has happened as "
        "often as there are tries, the call leaves by “Too many tries”; if that exit is not wired, it leaves by "
        "“Invalid” or “No input”, whichever happened last. With “Spoken words” the caller may say a choice instead, in "
        "the language of the call."
    )
    icon: ClassVar[str] = "list-ordered"
    group: ClassVar[str] = "talk"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit(each="choices", progress=True, help=N_("The caller pressed this key.")),
        Exit(
            "extension",
            N_("Extension"),
            N_("The caller dialled a short number; it is in the variable “extension”."),
            when="direct_dial",
            progress=True,
        ),
        Exit("no_input", N_("No input"), N_("The caller pressed nothing in every try."), optional=True),
        Exit("invalid", N_("Invalid"), N_("The last key was no choice, and no try is left."), optional=True),
        Exit("too_many", N_("Too many tries"), N_("All tries are used up, by silence or wrong keys."), optional=True),
    )

    prompt: Announcement = Field(
        title=N_("Prompt"), description=N_("What the caller hears first, and again in every try.")
    )
    choices: dict[Keys, str] = Field(
        min_length=1,
        max_length=30,
        title=N_("Choices"),
        description=N_("A key and what it stands for. Each is an exit."),
        json_schema_extra={"widget": "choices"},
    )
    spoken: dict[Keys, Phrases] = Field(
        default_factory=dict,
        max_length=30,
        title=N_("Spoken words"),
        description=N_(
            "A key and the words that choose it too, in every language the caller may speak: sales, the sales team."
        ),
        json_schema_extra={"widget": "choices"},
    )
    keypad: Announcement | None = Field(
        None,
        title=N_("When nobody listens"),
        description=N_("Said in place of the prompt when speech cannot be understood now: For sales, press 1."),
        json_schema_extra={"show_when": "spoken"},
    )
    again: Escalation = Field(
        (),
        title=N_("Again"),
        description=N_(
            "Said before the prompt is repeated: the first after the first mistake, the second after the second, "
            "the last one from then on."
        ),
    )
    again_silent: Escalation = Field(
        (), title=N_("Again, after silence"), description=N_("Said in its place when the caller pressed nothing.")
    )
    direct_dial: bool = Field(
        False, title=N_("Direct dial"), description=N_("The caller may also dial a short number of 2 or more digits.")
    )
    extension_digits: int = Field(
        4,
        ge=2,
        le=8,
        title=N_("Longest extension"),
        description=N_("A short number of this many digits is taken at once, a shorter one after a pause."),
        json_schema_extra={"show_when": "direct_dial"},
    )
    tries: Tries = Field(
        3, title=N_("Tries"), description=N_("How many wrong keys, and how many silences, are allowed.")
    )
    first_digit_timeout: Seconds = Field(
        5.0, title=N_("Wait for a key"), description=N_("Seconds the caller has to press the first key.")
    )
    digit_timeout: Seconds = Field(
        2.0, title=N_("Wait between keys"), description=N_("Seconds between two keys of one number.")
    )
    barge_in: bool = Field(
        True, title=N_("A key stops the prompt"), description=N_("If not, keys count only after the prompt's end.")
    )

    @model_validator(mode="after")
    def says_choices(self) -> "Menu":
        told: dict[str, str] = {}
        for key, phrases in self.spoken.items():
            if key not in self.choices:
                raise wrong("no_choice", N_("Spoken words: there is no choice {key}."), key=key)
            for phrase in phrases:
                if told.setdefault(bare(phrase), key) != key:
                    message = N_("Spoken words: “{phrase}” would mean two choices.")
                    raise wrong("said_twice", message, phrase=phrase)
        return self

    @property
    def saves(self) -> tuple[str, ...]:
        return ("extension",) if self.direct_dial else ()

    @property
    def required(self) -> tuple[str, ...]:
        given_up = () if "too_many" in self.wires else ("no_input", "invalid")
        return (*super().required, *given_up)

    def run(self, call: Call) -> Steps:
        silent = mistaken = 0
        sorry: tuple[Announcement, ...] = ()
        deaf = not self.spoken
        while not (self.spoken and exhausted(call)):
            heard = yield from (self.offer(call, (*sorry, self.prompt)) if deaf else self.listen(call, sorry))
            if heard is None:
                deaf = True
                heard = yield from self.offer(call, (self.keypad or self.prompt,))
            match self.understand(heard):
                case "choice":
                    return heard.digits
                case "extension":
                    call.save("extension", heard.digits)
                    return "extension"
                case "no_input":
                    silent += 1
                    sorry = nth(self.again_silent or self.again, silent)
                    if silent == self.tries:
                        return self.give_up("no_input")
                case "invalid":
                    mistaken += 1
                    sorry = nth(self.again, mistaken)
                    if mistaken == self.tries:
                        return self.give_up("invalid")
        return self.give_up("no_input" if silent else "invalid")

    def offer(self, call: Call, announcements: tuple[Announcement, ...]) -> ask.Asking[Digits]:
        """Say the prompt and hear the keys."""
        sounds = call.sounds(*announcements)
        if not self.barge_in:
            yield from ask.play(*sounds)
            sounds = ()
        return (
            yield from ask.collect(
                *sounds,
                max_digits=self.longest,
                terminators=self.terminators,
                first_digit_timeout=self.first_digit_timeout,
                digit_timeout=self.digit_timeout,
            )
        )

    def listen(self, call: Call, sorry: tuple[Announcement, ...]) -> ask.Asking[Digits | None]:
        """Say the prompt and hear words or keys; None when nobody listens."""
        sounds = call.sounds(*sorry, self.prompt)
        if not self.barge_in:
            yield from ask.play(*sounds)
            sounds = ()
        command = Listen(
            sounds,
            phrases=tuple(phrase for phrases in self.spoken.values() for phrase in phrases),
            silence=self.first_digit_timeout,
            max_digits=self.longest,
            terminators=self.terminators,
            digit_timeout=self.digit_timeout,
            own=True,
        )
        heard = yield from hear(call, command)
        return self.chosen(heard, call.value("language"))

    def chosen(self, heard: Utterance, language: str) -> Digits | None:
        """Write what was said as the key it stands for; words that are no choice are a wrong key."""
        match heard.ended:
            case "speech":
                return Digits(choice.read(heard.text, language, self.spoken) or "", "terminator")
            case "keys":
                return Digits(heard.digits, "terminator")
            case "silence":
                return Digits()
        return None

    @property
    def longest(self) -> int:
        """How many keys are taken at most."""
        longest = max(map(len, self.choices))
        return max(longest, self.extension_digits) if self.direct_dial else longest

    @property
    def terminators(self) -> str:
        """The key that ends a number, unless it is a choice."""
        return "" if "#" in self.choices else "#"

    def understand(self, heard: Digits) -> Literal["choice", "extension", "no_input", "invalid"]:
        """Tell what the keys mean. A lone # that ends nothing is a wrong key, not silence."""
        if heard.digits in self.choices:
            return "choice"
        if self.direct_dial and is_short(heard.digits):
            return "extension"
        return "invalid" if heard.digits or heard.ended == "terminator" else "no_input"

    def give_up(self, last: Literal["no_input", "invalid"]) -> str:
        """Leave when the tries are used up."""
        return "too_many" if "too_many" in self.wires else last
