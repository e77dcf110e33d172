"""Hypothesis: any result of any command, any wiring of every kind of node, any JSON."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from controller.flow.commands import (
    Answer,
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Counted,
    Dial,
    Dialled,
    Digits,
    Done,
    Hours,
    Listed,
    Listen,
    Play,
    Played,
    Replied,
    Request,
    Result,
    Utterance,
)
from controller.flow.document import read_node

texts = st.text(max_size=20)
seconds = st.floats(0, 100)


def results(command: Command) -> st.SearchStrategy[Result]:
    """Any result a command can have."""
    match command:
        case Answer():
            return st.just(Done())
        case Play():
            return st.builds(Played, st.booleans())
        case Collect():
            ends = st.sampled_from(["length", "terminator", "timeout", "nothing"])
            return st.builds(Digits, st.text("0123456789*", max_size=command.max_digits), ends, st.booleans())
        case Listen():
            return utterances(command)
        case Dial():
            ends = st.sampled_from(["answered", "busy", "no_answer", "failed"])
            return st.builds(Dialled, ends, texts, texts, seconds, seconds)
        case CheckHours():
            return st.builds(Hours, st.sampled_from(["open", "closed", "holiday"]), texts)
        case CheckList():
            return st.builds(Listed, st.booleans(), texts, texts, texts)
        case Count():
            return st.builds(Counted, st.none() | st.integers(0, 10))
        case Request():
            saved = st.tuples(*(st.tuples(st.just(name), texts) for name, _ in command.save))
            return st.builds(Replied, st.sampled_from(["ok", "failed", "unknown"]), st.integers(0, 599), saved, texts)
    return st.just(Done())


def utterances(command: Listen) -> st.SearchStrategy[Utterance]:
    """Anything that may be heard: words of the grammar and others, keys, nothing."""
    said = st.lists(st.sampled_from([*command.phrases, "[unk]", "oui", "non", "le quinze", "zéro six"]), max_size=4)
    keys = st.text("0123456789*", max_size=command.max_digits)
    spoken = st.builds(Utterance, said.map(" ".join), ended=st.just("speech"), certainty=st.floats(0, 1))
    pressed = st.builds(Utterance, digits=keys, ended=st.just("keys"))
    nothing = st.builds(Utterance, ended=st.sampled_from(["silence", "deaf"]), prompt_heard=st.booleans())
    return spoken | pressed | nothing


KINDS: dict[str, dict[str, Any]] = {
    "answer": {"kind": "answer"},
    "say": {"kind": "say", "text": {"fr": "Bonjour {{caller_name}} {{got}}"}},
    "menu": {"kind": "menu", "prompt": {"prompt": "welcome"}, "choices": {"1": "a", "*": "b"}, "direct_dial": True},
    "speak": {
        "kind": "menu",
        "prompt": {"prompt": "welcome"},
        "choices": {"1": "a", "2": "b"},
        "spoken": {"1": ["oui", "le quinze"], "2": "non"},
    },
    "robot": {"kind": "robot", "disclosure": {"text": {"fr": "Un robot."}}, "turns": 3, "unanswered": 2},
    "slot": {
        "kind": "ask_slot",
        "prompt": {"prompt": "ask"},
        "save": "got",
        "type": "digits",
        "confirmation": "explicit",
        "keypad": {"prompt": "keys"},
        "tries": 2,
    },
    "day": {"kind": "ask_slot", "prompt": {"prompt": "ask"}, "save": "day", "type": "date", "confirmation": "implicit"},
    "intent": {"kind": "intent", "prompt": {"prompt": "ask"}, "intents": {"yes": ["oui"], "no": ["non"]}},
    "hand_over": {"kind": "hand_over", "to": ["101"], "summary": "{{got}} {{day}}", "slots": ["got", "day"]},
    "collect": {
        "kind": "collect",
        "prompt": {"prompt": "ask"},
        "save": "got",
        "confirm": {"text": {"fr": "{{got}} ?"}},
    },
    "dial": {"kind": "dial", "to": ["101", "{{extension}}"]},
    "hours": {"kind": "hours", "schedule": "office"},
    "check_list": {"kind": "check_list", "list": "unwanted"},
    "when": {"kind": "when", "conditions": [{"variable": "got", "test": "more", "value": 5}]},
    "set": {"kind": "set", "variables": {"got": "{{got}}1", "language": "fr"}},
    "tries": {"kind": "count", "counter": "tries", "limit": 3},
    "calls": {"kind": "count", "counter": "calls", "scope": "subscriber", "limit": 3},
    "http": {"kind": "http", "url": "https://example.com/{{got}}", "save": {"got": "$.x"}},
    "sub": {"kind": "subflow", "flow": "inner"},
    "hang_up": {"kind": "hang_up"},
    "leave": {"kind": "leave", "exit": "done"},
}


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A flow of every kind of node, each exit wired at random; some lead nowhere."""
    targets = st.sampled_from([*KINDS, *KINDS, "nowhere"])
    # Copies: whoever draws a flow may break it, and the next one is drawn from whole nodes.
    nodes = {name: deepcopy(node) | {"exits": draw(wires(name, targets))} for name, node in KINDS.items()}
    return {"name": "main", "start": draw(st.sampled_from(list(KINDS))), "nodes": nodes}


def wires(name: str, targets: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    """Wires of a node's exits, `hung_up` among them."""
    node = read_node(name, KINDS[name], [])
    assert node is not None
    exits = ("done", "again") if name == "sub" else node.exits
    return st.fixed_dictionaries(dict.fromkeys(exits, targets), optional={"hung_up": targets})


INNER = {
    "name": "inner",
    "start": "ask",
    "nodes": {
        "ask": {
            **KINDS["menu"],
            "exits": {"1": "yes", "*": "no", "extension": "deeper", "no_input": "no", "invalid": "no"},
        },
        "deeper": {"kind": "subflow", "flow": "inner", "exits": {"done": "yes", "again": "ask"}},
        "yes": {"kind": "leave", "exit": "done"},
        "no": {"kind": "leave", "exit": "again"},
    },
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
