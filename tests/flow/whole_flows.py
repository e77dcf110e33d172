"""Hypothesis: flows that are right by construction, of every kind of node, and calls that walk them to their end.

Wires lead onward only, so every call ends. Times are short, for those who play the calls on a switch. Phones behave
in one way for a whole call; `given` and `script` say the same in the words of a flow's test.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from controller.flow.try_out import Waiting, try_out
from controller.flow.world import World

Doc = dict[str, Any]

SCHEDULES = [
    {"name": "always", "hours": {"mon-sun": ["00:00-24:00"]}},
    {"name": "never", "hours": {}},
    {"name": "feast", "hours": {}, "exceptions": [{"date": "2000-01-01", "to": "2099-12-31", "holiday": True}]},
]
LISTED, UNLISTED = "+33622222222", "+33611111111"
LISTS = [{"name": "unwanted", "kind": "black", "entries": [{"number": LISTED}], "action": {"tag": "pest"}}]
PROMPTS = [{"name": "hello", "text": {"fr": "Bonjour."}}]
NUMBER = "+33123456789"
PHONES = ("101", "102")
SHOP = "http://shop.example"
MAIN, INNER = "main", "inner"

WORLD = World(
    schedules={doc["name"]: doc for doc in SCHEDULES},
    lists={doc["name"]: doc for doc in LISTS},
    prompts={doc["name"]: doc for doc in PROMPTS},
    extensions=PHONES,
    trunks=("carrier",),
    language="fr",
    languages=("fr",),
    time_zone="Europe/Paris",
    country="FR",
)


@dataclass(frozen=True)
class Whole:
    """A flow, the one that it enters, and a call: what is given, who does what, how the phones behave."""

    doc: Doc
    inner: Doc
    given: Doc
    script: list[Doc]
    phones: dict[str, str] = field(default_factory=dict)  # answers, busy, no_answer
    secrets: list[Doc] = field(default_factory=list)  # the lines that no record tells

    @property
    def world(self) -> World:
        return replace(WORLD, flows={INNER: {1: self.inner}})

    @property
    def replies(self) -> list[Doc]:
        """What the web services of the call answer, in order."""
        return [line["http"] for line in self.script if "http" in line]


# --- nodes ------------------------------------------------------------------------------------------------------------

VARIABLES = ("got", "status", "calls", "kept", "extension", "caller", "list_entry", "answered_by")
said = st.sampled_from([{"prompt": "hello"}, {"text": {"fr": "Oui."}}, {"text": {"fr": "Code {{kept}}."}}])
hurry = {"first_digit_timeout": 1.0, "digit_timeout": 1.0}
condition = st.fixed_dictionaries(
    {
        "variable": st.sampled_from(VARIABLES),
        "test": st.sampled_from(["is", "is_not", "contains", "starts_with", "less", "more"]),
        "value": st.sampled_from(["1", "12", "ready", UNLISTED]),
    }
) | st.fixed_dictionaries({"variable": st.sampled_from(VARIABLES), "test": st.just("empty")})


@st.composite
def menus(draw: st.DrawFn) -> Doc:
    keys = draw(st.sampled_from([("1", "2"), ("1", "12"), ("0", "*", "#")]))
    options = {"tries": draw(st.integers(1, 2)), "barge_in": draw(st.booleans()), "direct_dial": draw(st.booleans())}
    return {"kind": "menu", "prompt": draw(said), "choices": dict.fromkeys(keys, "x"), **options, **hurry}


@st.composite
def collects(draw: st.DrawFn) -> Doc:
    least = draw(st.integers(1, 2))
    node = {"kind": "collect", "prompt": draw(said), "save": "got", "tries": draw(st.integers(1, 2)), **hurry}
    node |= {"min_digits": least, "max_digits": draw(st.integers(least, 4))}
    match draw(st.sampled_from(["plain", "confirm", "secret"])):
        case "confirm":
            node["confirm"] = {"text": {"fr": "Oui."}}
        case "secret":
            node |= {"save": "pin", "secret": True}
    return node


@st.composite
def counts(draw: st.DrawFn) -> Doc:
    limit = draw(st.none() | st.integers(1, 2))
    scope = draw(st.sampled_from(["call", "caller", "subscriber"]))
    return {"kind": "count", "counter": "calls", "scope": scope} | ({} if limit is None else {"limit": limit})


@st.composite
def dials(draw: st.DrawFn) -> Doc:
    to = draw(st.sampled_from([["101"], ["102"], ["101", "102"], ["{{got}}"], ["{{extension}}"]]))
    return {"kind": "dial", "to": to, "ring": 1.0, "strategy": draw(st.sampled_from(["at_once", "in_turn"]))}


def decide(conditions: list[Doc]) -> Doc:
    """A node that looks at variables."""
    return {"kind": "when", "conditions": conditions}


def keep(text: str) -> Doc:
    """A node that sets a variable."""
    return {"kind": "set", "variables": {"kept": text}}


KINDS: dict[str, st.SearchStrategy[Doc]] = {
    "answer": st.just({"kind": "answer"}),
    "say": said.map(lambda words: {"kind": "say", **words}),
    "menu": menus(),
    "collect": collects(),
    "hours": st.sampled_from(SCHEDULES).map(lambda doc: {"kind": "hours", "schedule": doc["name"]}),
    "check_list": st.just({"kind": "check_list", "list": "unwanted"}),
    "when": st.lists(condition, min_size=1, max_size=2).map(decide),
    "dial": dials(),
    "set": st.sampled_from(["{{got}}", "{{status}}1", "1"]).map(keep),
    "count": counts(),
    "http": st.just({"kind": "http", "url": f"{SHOP}/{{{{got}}}}", "save": {"status": "$.status"}, "timeout": 5.0}),
    "subflow": st.just({"kind": "subflow", "flow": INNER}),
    "hang_up": st.sampled_from(["NORMAL_CLEARING", "USER_BUSY"]).map(lambda cause: {"kind": "hang_up", "cause": cause}),
}
EXITS = {
    "menu": ("extension", "no_input", "invalid"),
    "collect": ("ok", "no_input", "invalid"),
    "hours": ("open", "closed", "holiday"),
    "check_list": ("listed", "not_listed"),
    "when": ("yes", "no"),
    "dial": ("answered", "busy", "no_answer", "failed"),
    "http": ("ok", "failed", "unknown"),
    "subflow": ("done", "again"),
    "hang_up": (),
}
WAITS = ("say", "menu", "collect", "dial")


def exits(node: Doc) -> tuple[str, ...]:
    """The exits of a node that must be wired."""
    kind = node["kind"]
    if kind == "menu":
        return (*node["choices"], *(EXITS["menu"] if node["direct_dial"] else EXITS["menu"][1:]))
    if kind == "count":
        limited = ("below", "reached") + (("unknown",) if node["scope"] != "call" else ())
        return limited if "limit" in node else ("next",)
    return EXITS.get(kind, ("next",))


@st.composite
def wired(draw: st.DrawFn, name: str, nodes: list[Doc], last: tuple[str, ...]) -> Doc:
    """A flow of some nodes: each exit leads to one of the next, at the end to one of the `last`."""
    names = [f"{node['kind']}{number}" for number, node in enumerate(nodes)]
    made: Doc = {}
    for number, node in enumerate(nodes):
        onward = st.sampled_from((*names[number + 1 :], *last)[:3])
        wires = {left: draw(onward) for left in exits(node)}
        if node["kind"] in WAITS and draw(st.booleans()):
            wires["hung_up"] = draw(onward)
        made[names[number]] = node | {"exits": wires}
    return {"name": name, "start": names[0], "nodes": made}


@st.composite
def flows(draw: st.DrawFn) -> tuple[Doc, Doc]:
    """A flow of six to twelve nodes, and the one that it may enter."""
    picked = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=6, max_size=12))
    doc = draw(wired(MAIN, [draw(KINDS[kind]) for kind in picked], ("end",)))
    doc["nodes"]["end"] = {"kind": "hang_up"}
    inside = draw(st.lists(st.sampled_from(["say", "menu", "set", "when"]), min_size=1, max_size=3))
    inner = draw(wired(INNER, [draw(KINDS[kind]) for kind in inside], ("out", "back")))
    inner["nodes"] |= {"out": {"kind": "leave", "exit": "done"}, "back": {"kind": "leave", "exit": "again"}}
    return doc, inner


# --- calls ------------------------------------------------------------------------------------------------------------

manners = st.sampled_from(["answers", "busy", "no_answer"])


@st.composite
def calls(draw: st.DrawFn, leaves: bool = True) -> Whole:
    """A flow with a call that walks it to its end: what somebody is waited for is done by the script."""
    doc, inner = draw(flows())
    phones = {number: draw(manners) for number in PHONES}
    given = {"caller": draw(st.sampled_from([UNLISTED, LISTED])), "called": NUMBER}
    given["busy"] = [number for number, manner in phones.items() if manner == "busy"]
    whole = Whole(doc, inner, given, [], phones)
    while True:
        seen = try_out(doc, given, whole.script, whole.world)
        assert not seen.problems, seen.problems
        if seen.waiting is None:
            assert seen.ended
            return whole
        line = draw(lines(seen.waiting, phones, leaves))
        whole.script.append(line)
        if getattr(seen.waiting.command, "secret", False) and line.get("press", "#") != "#":
            whole.secrets.append(line)


@st.composite
def lines(draw: st.DrawFn, waiting: Waiting, phones: dict[str, str], leaves: bool) -> Doc:
    """One thing that whoever is waited for does."""
    match waiting.person:
        case "keys":
            if leaves and draw(st.integers(0, 9)) == 9:
                return {"hang_up": waiting.node}
            return {"wait": True} if draw(st.integers(0, 4)) == 4 else {"press": draw(keys(waiting.command))}
        case "phone":
            return rung(waiting.targets, phones)
    return {"http": draw(st.sampled_from([{"json": {"status": "ready"}}, {"json": {}}, {"status": 404}]))}


@st.composite
def keys(draw: st.DrawFn, command: Any) -> str:
    """Keys that this collection takes to the last, those that mean something above all."""
    likely = [text for text in ("1", "2", "12", "101", "*", "0", "1#") if fits(text, command)]
    if likely and draw(st.booleans()):
        return draw(st.sampled_from(likely))
    return draw(st.text("0123456789*", min_size=1, max_size=command.max_digits))


def fits(text: str, command: Any) -> bool:
    digits = text.rstrip(command.terminators or " ")
    return len(digits) <= command.max_digits and (text == digits or len(digits) < command.max_digits)


def rung(targets: tuple[str, ...], phones: dict[str, str]) -> Doc:
    """What comes of ringing these, none of them busy."""
    answering = [number for number in targets if phones.get(number) == "answers"]
    if answering:
        return {"answer": answering[0]}
    return {"no_answer": True} if any(number in phones for number in targets) else {"failed": True}
