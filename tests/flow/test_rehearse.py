"""Rehearsals: a flow's own tests pass, and fail for the reason there is."""

from dataclasses import replace

import pytest
import yaml

from controller.flow.rehearse import rehearse
from tests.flow.martin import WORLD, flow, reception

MORNING = {"caller": "+33611111111", "called": "+33123456789", "at": "2026-11-23T09:00"}


def play(script="[]", expect="{}", doc=None, given=None, world=WORLD):
    doc = doc or reception()
    doc["tests"] = [{"name": "t", "given": MORNING | (given or {}), "script": yaml.safe_load(script)}]
    doc["tests"][0]["expect"] = yaml.safe_load(expect)
    (rehearsed,) = rehearse(doc, world)
    return rehearsed


def test_the_receptions_own_test():
    (rehearsed,) = rehearse(reception(), WORLD)
    assert rehearsed.ok
    assert rehearsed.name == "a customer in the morning"
    assert rehearsed.said == ("Boulangerie Martin, bonjour.",)


@pytest.mark.parametrize(
    ("given", "script", "expect"),
    [
        ({}, '[{press: "1"}, {busy: "101"}]', "{path: [opening, filter, choose, shop, night, goodbye]}"),
        ({}, '[{press: "1"}, {no_answer: true}]', "{said: [fermés], hung_up: NORMAL_CLEARING}"),
        ({}, '[{press: "102#"}, {answer: "102"}]', '{variables: {extension: "102", answered_by: "102"}}'),
        ({}, '[{press: "9"}, {wait: true}, {press: "1"}, {failed: true}]', "{said: [Je n'ai pas, bonjour, fermés]}"),
        ({}, "[{wait: true}, {wait: true}, {wait: true}]", "{path: [opening, filter, choose, goodbye]}"),
        ({}, '[{press: "2"}, {http: {json: {status: prête}}}]', "{said: [Votre commande est prête.], hung_up: true}"),
        ({}, '[{press: "2"}, {http: {saved: {status: prête, other: x}}}]', "{said: [Votre commande est prête.]}"),
        (
            {},
            '[{press: "2"}, {http: {status: 500}}, {answer: true}]',
            "{path: [opening, filter, choose, orders, shop, end]}",
        ),
        ({}, '[{press: "2"}, {http: {outcome: unknown}}, {answer: true}]', "{hung_up: true}"),
        ({}, "[{hang_up: true}]", "{path: [opening, filter, choose], hung_up: true}"),
        ({}, '[{press: "1"}, {hang_up: shop}]', "{path: [opening, filter, choose, shop]}"),
        ({}, "[]", "{path: [opening, filter, choose], hung_up: false}"),
        ({"at": "2026-11-23T13:00"}, "[]", "{path: [opening, night, goodbye]}"),
        ({"at": "2026-12-25T10:00"}, "[]", "{path: [opening, night, goodbye]}"),
        ({"at": "2026-11-23T08:00:00+00:00"}, "[]", "{path: [opening, filter, choose]}"),
        ({"caller": "+33899123456"}, "[]", "{path: [opening, filter, goodbye]}"),
        ({"language": "en"}, "[{wait: true}]", "{said: ['Sorry?', Martin bakery]}"),
    ],
)
def test_scripts(given, script, expect):
    assert play(script, expect, given=given).problems == ()


@pytest.mark.parametrize(
    ("script", "expect", "field", "message"),
    [
        ("[]", "{path: [opening]}", "tests.0.expect.path", "The call went opening → filter → choose, not opening."),
        ("[]", "{said: [Salut]}", "tests.0.expect.said", "“Salut” was not said; the caller heard: Boulangerie Martin"),
        ("[]", "{hung_up: true}", "tests.0.expect.hung_up", "The call's end is “”, not “True”."),
        ("[]", "{variables: {status: x}}", "tests.0.expect.variables.status", "“status” is “”, not “x”."),
        ("[{answer: '101'}]", "{}", "tests.0.script.0", "Keys are waited for here, and the script says answer: 101."),
        (
            "[{press: '1'}, {wait: true}]",
            "{}",
            "tests.0.script.1",
            "A phone rings here, and the script says wait",
        ),
        ("[{press: '1'}, {answer: '199'}]", "{}", "tests.0.script.1", "199 is not rung here; these are: 101, 102."),
        ("[{press: '2'}, {press: '1'}]", "{}", "tests.0.script.1", "A web request waits for http here"),
        ("[{press: '1#2'}]", "{}", "tests.0.script.0", "2 comes after the last key"),
        ("[{press: '1'}, {answer: true}, {press: '1'}]", "{}", "tests.0.script.2", "press: 1 was never needed"),
    ],
)
def test_what_differs_is_said(script, expect, field, message):
    (problem,) = play(script, expect).problems
    assert problem.field == field
    assert message in problem.text()


def test_a_flow_error_is_a_failure():
    (problem,) = play(doc=reception(choose={"exits": {}}), script="[{press: '1'}]").problems
    assert problem.text() == "The exit “1” of the node choose in the flow reception leads nowhere."
    (problem,) = play(world=replace(WORLD, schedules={})).problems
    assert problem.text() == "There is no schedule “office”."


def test_a_flow_that_never_ends_is_a_failure():
    music = {"kind": "say", "text": {"fr": "la la"}, "exits": {"next": "a"}}
    (problem,) = play(doc=flow(a=music)).problems
    assert problem.code == "too_long"


def test_counters_start_where_they_are_said_to():
    count = {"kind": "count", "counter": "n", "scope": "subscriber", "limit": 3}
    doc = flow(a=count | {"exits": {"below": "end", "reached": "b", "unknown": "end"}}, b={"kind": "hang_up"})
    doc["nodes"]["end"] = {"kind": "hang_up"}
    assert play(doc=doc, given={"counters": {"n": 2}}, expect="{path: [a, b], variables: {n: '3'}}").ok
    assert play(doc=doc, expect="{path: [a, end]}").ok


def test_a_subflow_is_walked_too():
    inner = flow("ask", "inner", ask={"kind": "say", "text": {"fr": "?"}, "exits": {"next": "out"}})
    inner["nodes"]["out"] = {"kind": "leave", "exit": "done"}
    doc = flow(a={"kind": "subflow", "flow": "inner", "exits": {"done": "b"}}, b={"kind": "hang_up"})
    world = replace(WORLD, flows={"inner": {4: inner}})
    assert play(doc=doc, expect="{path: [a, inner/ask, inner/out, b]}", world=world).problems == ()


def test_the_flow_goes_on_after_the_caller():
    log = {"kind": "http", "url": "https://example.com/", "exits": {"ok": "end", "failed": "end", "unknown": "end"}}
    doc = flow(a={"kind": "say", "text": {"fr": "?"}, "exits": {"next": "end", "hung_up": "log"}}, log=log)
    doc["nodes"]["end"] = {"kind": "hang_up"}
    assert play("[{hang_up: true}, {http: {}}]", "{path: [a, log, end]}", doc=doc).problems == ()


@pytest.mark.parametrize(
    ("tests", "field"),
    [
        (5, "tests"),
        ([5], "tests.0"),
        ([{"name": "x", "script": [{"press": "A"}]}], "tests.0.script.0.press"),
        ([{"name": "x", "script": [{"press": "1", "wait": True}]}], "tests.0.script.0"),
        ([{"name": "x", "given": {"at": "noon"}}], "tests.0.given.at"),
        ([{"name": "x", "expects": {}}], "tests.0.expects"),
        ([{"name": "x", "script": [{"hear": "a.wav"}]}], "tests.0.script.0"),
        ([{"name": "x", "script": [{"press": "1", "noise": 10}]}], "tests.0.script.0"),
        ([{"name": "x", "script": [{"hear": "a.wav", "text": "a", "line": "gsm"}]}], "tests.0.script.0.line"),
        ([{"name": "x", "variants": [{"noise": 99}]}], "tests.0.variants.0.noise"),
    ],
)
def test_what_cannot_be_read_is_said(tests, field):
    (rehearsed,) = rehearse(reception() | {"tests": tests}, WORLD)
    assert [problem.field for problem in rehearsed.problems] == [field]
    (rehearsed,) = rehearse({"name": "x", "tests": []}, WORLD)
    assert not rehearsed.ok


def test_tests_without_end_are_not_played_for_ever():
    music = {"kind": "say", "text": {"fr": "la"}, "exits": {"next": "a"}}
    doc = flow(a=music) | {"tests": [{"name": "t"}] * 13}
    codes = [[problem.code for problem in one.problems] for one in rehearse(doc, WORLD)]
    assert codes == [["too_long"]] * 13
    assert "was not played" in rehearse(doc, WORLD)[-1].problems[0].text()
    (rehearsed,) = rehearse(doc | {"tests": [{"name": "t"}] * 201}, WORLD)
    assert [(problem.field, problem.code) for problem in rehearsed.problems] == [("tests", "too_long")]


def test_what_is_said_in_a_sound_file_is_said_by_text_too():
    """Nothing takes time by text: neither line nor call is too slow."""
    ask = {"kind": "ask_slot", "save": "n", "type": "number", "prompt": {"text": {"en": "?"}}}
    doc = flow(a=ask | {"exits": {"ok": "end", "failed": "end"}}, end={"kind": "hang_up"})
    script = "[{hear: sounds/twelve.wav, text: twelve, noise: 5, line: alaw, within: 0.1, certainty: 0.9}]"
    expect = "{variables: {n: '12'}, within: 0.1}"
    assert play(script, expect, doc=doc, given={"language": "en"}).problems == ()
    (problem,) = play(script, "{variables: {n: '13'}}", doc=doc, given={"language": "en"}).problems
    assert problem.code == "variable"
