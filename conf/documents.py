"""What may stand in a subscriber's files (and in the operator's): one class per document.

A document is kept as it was written; these classes only say whether it is right. Unknown keys are refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from conf.document_fields import (
    E164,
    Code,
    Country,
    Day,
    Days,
    DialPrefix,
    Forwarded,
    Holidays,
    Host,
    Inside,
    Language,
    Login,
    Name,
    Network,
    Note,
    Password,
    Pattern,
    Phrases,
    Presented,
    Reachable,
    Reached,
    Regex,
    Service,
    Short,
    Slug,
    Span,
    Title,
    TrunkName,
    Zone,
    wrong,
)
from conf.problems import N_
from conf.prompter.policy import Policy


class Written(BaseModel):
    """A document, or a part of one."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Subscriber(Written):
    """subscriber.yaml. `fallback` is dialled when a flow is broken or missing; `prompter` says whom it listens to.

    `require_two_step`: whoever logs in to the web UI needs a second factor.
    """

    name: Title
    slug: Slug
    language: Language
    time_zone: Zone
    country: Country
    emergency: Annotated[list[Service], Field(max_length=50)] = []
    fallback: Reached = ""
    prompter: Policy | None = None
    require_two_step: bool = False


class Forward(Written):
    """Where a call goes instead. `after` is seconds of ringing."""

    to: Forwarded
    after: Annotated[int, Field(ge=1, le=120)] = 20


class Forwards(Written):
    """When a user's calls go elsewhere."""

    always: Forward | None = None
    busy: Forward | None = None
    no_answer: Forward | None = None
    unregistered: Forward | None = None


class User(Written):
    """A line of users.yaml. A user without an extension has no telephone."""

    login: Login
    name: Title
    role: Literal["administrator", "engineer", "agent", "fax"]
    language: Language = "en"
    extension: Short = ""
    sip_password: Password = "***"  # noqa: S105  it means: keep the one there is
    mobile: E164 = ""
    simultaneous_calls: Annotated[int, Field(ge=1, le=100)] = 2
    call_waiting: bool = True
    forward: Forwards = Forwards()
    outbound_number: E164 = ""


class Extension(Written):
    """A line of extensions.yaml: a short number that no user has."""

    extension: Short
    flow: Name = ""
    external: E164 = ""

    @model_validator(mode="after")
    def _leads_to_one(self) -> Extension:
        if bool(self.flow) == bool(self.external):
            raise wrong("not_one_target", N_("needs either flow or external"))
        return self


class Number(Written):
    """A line of numbers.yaml."""

    number: E164
    flow: Name = ""
    mode: Literal["voice", "fax", "both"] = "voice"
    fax_to: Annotated[list[Login], Field(max_length=100)] = []
    fallback: Reached = ""


class Trunk(Written):
    """A line of the operator's trunks.yaml. It carries `channels` calls at once; calls come in from `allow` alone."""

    name: TrunkName
    host: Host
    username: Annotated[str, Field(max_length=200)] = ""
    password: Annotated[str, Field(max_length=200)] = ""
    register_: Annotated[bool, Field(alias="register")] = False
    allow: Annotated[list[Network], Field(max_length=200)] = []
    channels: Annotated[int, Field(ge=1, le=10000)] = 30
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: bool | None = None  # where the transport is tls, unless it says otherwise

    @model_validator(mode="after")
    def _can_register(self) -> Trunk:
        if self.register_ and not (self.username and self.password):
            raise wrong("no_login", N_("needs a username and a password to register"))
        if self.srtp and self.transport != "tls":
            raise wrong("open_keys", N_("srtp needs the transport tls: its keys would travel in the open"))
        return self


def _several(match: Any) -> str:
    return "list" if isinstance(match, list) else "one"


Matched = Annotated[
    Annotated[Reachable, Tag("one")] | Annotated[list[Reachable], Field(min_length=1, max_length=1000), Tag("list")],
    Discriminator(_several),
]


class OutboundRule(Written):
    """A line of the operator's outbound.yaml: the first rule that fits a dialled number decides how it leaves.

    `trunks` are tried in their order; `strip` signs are cut off the number (+33...) and `prefix` is written before it.
    `caller` is the number shown: `keep` shows what the flow or the user wants, `own` only a number of the subscriber.
    """

    name: Name
    match: Matched | None = None
    countries: Annotated[list[Country], Field(min_length=1, max_length=300)] | None = None
    trunks: Annotated[list[TrunkName], Field(max_length=20)] = []
    blocked: bool = False
    caller: Presented = "keep"
    strip: Annotated[int, Field(ge=0, le=15)] = 0
    prefix: DialPrefix = ""
    note: Note = ""

    @model_validator(mode="after")
    def _says_what_and_how(self) -> OutboundRule:
        if (self.match is None) == (self.countries is None):
            raise wrong("not_one_destination", N_("needs either match or countries"))
        if bool(self.trunks) == self.blocked:
            raise wrong("not_one_way", N_("needs either trunks or blocked: true"))
        return self


class Special(Written):
    """A day, or the days up to `to`, that differ from the week."""

    date: Day
    to: Day = ""
    hours: Annotated[list[Span], Field(min_length=1, max_length=24)] = []
    closed: bool = False
    holiday: bool = False
    note: Note = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Special:
        if sum((bool(self.hours), self.closed, self.holiday)) != 1:
            raise wrong("not_one_exception", N_("needs one of hours, closed: true, holiday: true"))
        return self


class Schedule(Written):
    """A line of schedules.yaml. `holidays` is a country, a part of one, or true for the subscriber's own."""

    name: Name
    hours: dict[Days, Annotated[list[Span], Field(max_length=24)]] = {}
    holidays: Holidays | bool = ""
    exceptions: Annotated[list[Special], Field(max_length=1000)] = []
    time_zone: Zone = "UTC"
    note: Note = ""


class Entry(Written):
    """A line of a list's entries. `until` is the last day it counts."""

    number: Pattern = ""
    anonymous: Literal[True] | None = None
    country: Code = ""
    regex: Regex = ""
    until: Day = ""
    note: Note = ""

    @model_validator(mode="after")
    def _is_one_kind(self) -> Entry:
        if sum(map(bool, (self.number, self.anonymous, self.country, self.regex))) != 1:
            raise wrong("not_one_entry", N_("needs one of number, anonymous, country, regex"))
        return self


class Action(Written):
    """What a listed caller meets: a refusal with a cause, another flow, or only a tag on the call."""

    reject: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{2,63}$")] = ""
    flow: Name = ""
    tag: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _is_one(self) -> Action:
        if sum(map(bool, (self.reject, self.flow, self.tag))) != 1:
            raise wrong("not_one_action", N_("needs one of reject, flow, tag"))
        return self


def _form(action: Any) -> str:
    return "mapping" if isinstance(action, dict | Action) else "word"


Met = Annotated[
    Annotated[Action, Tag("mapping")] | Annotated[Literal["busy", "voicemail"], Tag("word")], Discriminator(_form)
]


class List(Written):
    """A line of lists.yaml. `action` is what those on it meet."""

    name: Name
    kind: Literal["black", "white"] = "black"
    entries: Annotated[list[Entry], Field(max_length=100_000)] = []
    action: Met = "busy"
    note: Note = ""


class Prompt(Written):
    """A line of prompts.yaml: a sound's file, a text by language, or both."""

    name: Name
    text: Phrases = {}
    file: Inside = ""
    note: Note = ""

    @model_validator(mode="after")
    def _says_something(self) -> Prompt:
        if not self.text and not self.file:
            raise wrong("silent", N_("needs a text or a file"))
        return self


class Flow(BaseModel):
    """A file of flows/. Only what files need is looked at here: the rest is the flow checker's."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    name: Name
    start: str
    nodes: dict[str, Any]
