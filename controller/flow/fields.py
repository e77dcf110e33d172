"""The types of nodes' fields: what may be written in them, and which widget the editor shows for them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from controller.flow import values
from controller.flow.numbers import parse_target
from controller.flow.patterns import regex
from controller.flow.problem import N_


def wrong(code: str, message: str, **fields: str) -> PydanticCustomError:
    """Refuse a value with a message that can be translated."""
    return PydanticCustomError(code, message, {**fields, "template": message})


def widget(name: str, **hints: Any) -> Any:
    """Tell the editor how to ask for a field; the checker reads it too (a `schedule` must exist)."""
    return Field(json_schema_extra={"widget": name, **hints})


def check_regex(pattern: str) -> str:
    """Refuse what is no regular expression."""
    try:
        regex(pattern)
    except ValueError as reason:
        raise wrong("wrong_regex", N_("{field} is not a regular expression: {reason}."), reason=str(reason)) from None
    return pattern


def _json_path(path: str) -> str:
    try:
        values.json_path(path)
    except ValueError as reason:
        raise wrong("wrong_path", N_("{field} is not a JSONPath: {reason}."), reason=str(reason)) from None
    return path


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong("wrong_url", N_("{field} is not a web address.")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(ord(char) < 33 for char in url.split("{")[0]):
        raise wrong("wrong_url", N_("{field} is not a web address: it begins with https:// and a host."))
    if "{" in parts.netloc:
        raise wrong("variable_in_host", N_("{field} has a variable in its host: callers must not choose the server."))
    return url


def _target(text: str) -> str:
    if next(values.names(text), None) is None:
        try:
            parse_target(text)
        except ValueError:
            message = N_("{field}: “{number}” is neither a short number nor an international one such as +33123456789.")
            raise wrong("wrong_number", message, number=text) from None
    return text


def _unreserved(name: str) -> str:
    if name in values.GIVEN and name != "language":
        raise wrong("reserved", N_("{field}: “{name}” is set by the call itself; choose another name."), name=name)
    return name


Lax = Strict(False)  # a list of the file becomes a tuple here; what is in it stays strictly checked

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^/\x00-\x1f]+$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Position: TypeAlias = Annotated[tuple[float, float], Lax]
Template = Annotated[str, Field(max_length=2000, json_schema_extra={"widget": "template"})]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"), AfterValidator(_unreserved)]
AnyVariable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$", json_schema_extra={"widget": "variable"})]
Regex = Annotated[str, AfterValidator(check_regex), widget("regex")]
JsonPath = Annotated[str, Field(max_length=200), AfterValidator(_json_path), widget("json_path")]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url), widget("url")]
Dialled = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_target), widget("target")]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")]
Keys = Annotated[str, Field(pattern=r"^([0-9*]{1,4}|#)$")]
Tries = Annotated[int, Field(ge=1, le=9)]
Seconds = Annotated[float, Field(gt=0, le=60)]

TextByLanguage = Annotated[dict[Language, Template], Field(max_length=20)]


def said(prompt: str, text: dict[str, str]) -> None:
    """Refuse an announcement that says nothing."""
    if not prompt and not any(text.values()):
        raise wrong("silent", N_("A prompt or a text is needed: the caller would hear nothing."))


class Announcement(BaseModel):
    """What the caller hears: a prompt of the library, a text by language, or the prompt and then the text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    prompt: Annotated[str, widget("prompt")] = Field(
        "", title=N_("Prompt"), description=N_("A sound or a text of the prompt library.")
    )
    text: TextByLanguage = Field(
        default_factory=dict,
        title=N_("Text"),
        description=N_("Spoken to the caller, in the caller's language when it is given."),
        json_schema_extra={"widget": "text_by_language"},
    )

    @model_validator(mode="after")
    def says_something(self) -> Announcement:
        said(self.prompt, self.text)
        return self


def one_or_more(value: object) -> object:
    """Let a file write one announcement where a list is meant."""
    return [value] if isinstance(value, dict | Announcement) else value


Escalation = Annotated[
    tuple[Announcement, ...],
    Lax,
    Field(max_length=9, json_schema_extra={"widget": "announcements"}),
    BeforeValidator(one_or_more),
]


def nth(announcements: tuple[Announcement, ...], n: int) -> tuple[Announcement, ...]:
    """Pick what to say after the n-th failure: the last one when they run out, nothing before the first."""
    return announcements[min(n, len(announcements)) - 1 :][:1] if n else ()


Cause = Literal[
    "NORMAL_CLEARING",
    "USER_BUSY",
    "NO_USER_RESPONSE",
    "NO_ANSWER",
    "CALL_REJECTED",
    "NUMBER_CHANGED",
    "UNALLOCATED_NUMBER",
    "DESTINATION_OUT_OF_ORDER",
    "INVALID_NUMBER_FORMAT",
    "NORMAL_TEMPORARY_FAILURE",
    "SWITCH_CONGESTION",
    "BEARERCAPABILITY_NOTAVAIL",
    "INCOMPATIBLE_DESTINATION",
]
