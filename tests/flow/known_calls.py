"""Calls that must be among the generated ones, whatever is drawn: one of every kind of node, and one that was wrong."""

from __future__ import annotations

from tests.flow.whole_flows import INNER, MAIN, NUMBER, UNLISTED, Doc, Whole

LAST_IS_BUSY = Whole(
    doc={
        "name": MAIN,
        "start": "ring",
        "nodes": {
            "ring": {
                "kind": "dial",
                "to": ["101", "102"],
                "strategy": "in_turn",
                "ring": 1.0,
                "exits": {"answered": "end", "busy": "engaged", "no_answer": "end", "failed": "end"},
            },
            "engaged": {"kind": "hang_up", "cause": "USER_BUSY"},
            "end": {"kind": "hang_up"},
        },
    },
    inner={"name": INNER, "start": "out", "nodes": {"out": {"kind": "leave", "exit": "done"}}},
    given={"caller": UNLISTED, "called": NUMBER, "busy": ["102"]},
    script=[{"no_answer": True}],
    phones={"101": "no_answer", "102": "busy"},
)

_PLAIN = {"text": {"fr": "Oui."}}
_FAST = {"first_digit_timeout": 1.5, "digit_timeout": 1.0}

_EVERY_KIND: Doc = {
    "name": MAIN,
    "start": "answer",
    "nodes": {
        "answer": {"kind": "answer", "exits": {"next": "opening"}},
        "opening": {"kind": "hours", "schedule": "always", "exits": {"open": "filter", "closed": "end"}},
        "filter": {"kind": "check_list", "list": "unwanted", "exits": {"listed": "end", "not_listed": "greet"}},
        "greet": {"kind": "say", **_PLAIN, "exits": {"next": "number"}},
        "number": {"kind": "collect", "prompt": _PLAIN, "save": "got", "max_digits": 4, **_FAST,
                   "exits": {"ok": "tally", "no_input": "end", "invalid": "end"}},
        "tally": {"kind": "count", "counter": "calls", "scope": "subscriber", "limit": 2,
                  "exits": {"below": "ask", "reached": "end", "unknown": "end"}},
        "ask": {"kind": "http", "url": "http://shop.example/{{got}}", "save": {"status": "$.status"},
                "exits": {"ok": "keep", "failed": "end", "unknown": "end"}},
        "keep": {"kind": "set", "variables": {"kept": "{{status}}!"}, "exits": {"next": "ready"}},
        "ready": {"kind": "when", "conditions": [{"variable": "kept", "test": "is", "value": "ready!"}],
                  "exits": {"yes": "inside", "no": "end"}},
        "inside": {"kind": "subflow", "flow": INNER, "exits": {"done": "ring", "again": "end"}},
        "ring": {"kind": "dial", "to": ["101", "102"], "ring": 3.0,
                 "exits": {"answered": "choose", "busy": "end", "no_answer": "end", "failed": "end"}},
        "choose": {"kind": "menu", "prompt": _PLAIN, "choices": {"1": "x", "2": "y"}, **_FAST,
                   "exits": {"1": "greet", "2": "end", "no_input": "end", "invalid": "end", "hung_up": "after"}},
        "after": {"kind": "count", "counter": "gone", "scope": "caller", "exits": {"next": "end"}},
        "end": {"kind": "hang_up"},
    },
}  # fmt: skip
_INSIDE: Doc = {
    "name": INNER,
    "start": "words",
    "nodes": {"words": {"kind": "say", **_PLAIN, "exits": {"next": "out"}}, "out": {"kind": "leave", "exit": "done"}},
}
EVERY_KIND = Whole(
    doc=_EVERY_KIND,
    inner=_INSIDE,
    given={"caller": UNLISTED, "called": NUMBER, "busy": ["102"]},
    script=[{"press": "12#"}, {"http": {"json": {"status": "ready"}}}, {"answer": "101"}, {"press": "2"}],
    phones={"101": "answers", "102": "busy"},
)
