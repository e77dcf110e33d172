"""Every mistake in a folder is said with its file, line and field, and all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from conf.apply import apply
from conf.database import operator
from conf.flow_checks import Checks
from conf.models import Subscriber
from conf.problems import ConfigurationError
from tests.conf.folders import FLOW, folder, sound

Case = tuple[dict[str, str], str]

USER = '- {{login: {login}, name: N, role: agent, extension: "{extension}"}}\n'
CLAIRE = USER.format(login="claire@m.example", extension="101")

CASES: dict[str, Case] = {
    "unknown key": ({"users": CLAIRE + "  \n- login: a@b.example\n  name: A\n  role: fax\n  rôle: x\n"},
                    "users.yaml:6: [1].rôle: is not known here"),
    "missing key": ({"users": "- login: a@b.example\n  role: fax\n"}, "users.yaml:1: [0].name: is missing"),
    "number for text": ({"users": "- login: a@b.example\n  name: A\n  role: fax\n  extension: 101\n"},
                        "users.yaml:4: [0].extension: must be a text: put it in quotes"),
    "text for number": ({"users": CLAIRE.replace("}", ', simultaneous_calls: "two"}')},
                        "users.yaml:1: [0].simultaneous_calls: must be a whole number"),
    "out of range": ({"users": CLAIRE.replace("}", ", simultaneous_calls: 0}")},
                     "[0].simultaneous_calls: must be at least 1"),
    "one of": ({"users": CLAIRE.replace("agent", "king")},
               "[0].role: must be one of administrator, engineer, agent, fax"),
    "not a list": ({"users": "login: x\n"}, "users.yaml:1: must be a list"),
    "not a mapping": ({"users": "- claire\n"}, "users.yaml:1: [0]: must be a mapping of names to values"),
    "nothing in a list": ({"users": CLAIRE + "-\n"}, "users.yaml:2: [1]: must be a mapping"),
    "given twice": ({"users": CLAIRE + CLAIRE.replace("101", "102")},
                    "users.yaml:2: [1].login: claire@m.example is given twice, first in line 1"),
    "same extension": ({"users": CLAIRE, "extensions": '- {extension: "101", external: "+33612345678"}\n'},
                       "extensions.yaml:1: [0].extension: the extension 101 is already given in users.yaml:1"),
    "same extension in one file": ({"extensions": '- {extension: "199", external: "+33612345678"}\n' * 2},
                                   "extensions.yaml:2: [1].extension: 199 is given twice, first in line 1"),
    "same extension of two users": ({"users": CLAIRE + CLAIRE.replace("claire", "paul")},
                                    "users.yaml:2: [1].extension: the extension 101 is already given in users.yaml:1"),
    "emergency extension": ({"users": CLAIRE.replace("101", "112")},
                            "users.yaml:1: [0].extension: 112 is an emergency number"),
    "two targets": ({"extensions": '- {extension: "1000", flow: a, external: "+33612345678"}\n', "flows__a": FLOW},
                    "extensions.yaml:1: [0]: needs either flow or external"),
    "dangling flow": ({"extensions": '- extension: "1000"\n  flow: nowhere\n'},
                      "extensions.yaml:2: [0].flow: there is no flow nowhere"),
    "dangling flow of a number": ({"numbers": '- number: "+33123456789"\n  flow: nowhere\n'},
                                  "numbers.yaml:2: [0].flow: there is no flow nowhere"),
    "dangling fallback": ({"numbers": '- number: "+33123456789"\n  fallback: "999"\n'},
                          "numbers.yaml:2: [0].fallback: there is no extension 999"),
    "dangling forward": ({"users": CLAIRE.replace("}", ', forward: {busy: {to: "999"}}}')},
                         "users.yaml:1: [0].forward.busy.to: there is no extension 999"),
    "dangling user": ({"numbers": '- number: "+33123456789"\n  fax_to: [no@m.example]\n'},
                      "numbers.yaml:2: [0].fax_to[0]: there is no user no@m.example"),
    "foreign outbound number": ({"users": CLAIRE.replace("}", ', outbound_number: "+33123456789"}')},
                                "[0].outbound_number: +33123456789 is none of this subscriber's numbers"),
    "dangling action": ({"lists": "- name: l\n  action: {flow: nowhere}\n"},
                        "lists.yaml:2: [0].action.flow: there is no flow nowhere"),
    "action of two": ({"lists": "- name: l\n  action: {tag: a, reject: CALL_REJECTED}\n"},
                      "lists.yaml:2: [0].action: needs one of reject, flow, tag"),
    "action unknown": ({"lists": "- name: l\n  action: sing\n"}, "[0].action: must be one of busy, voicemail"),
    "entry of two": ({"lists": '- name: l\n  entries:\n    - {number: "+33*"}\n    - {number: "+33*", country: FR}\n'},
                     "lists.yaml:4: [0].entries[1]: needs one of number, anonymous, country, regex"),
    "wrong regex": ({"lists": '- name: l\n  entries: [{regex: "(?=x)"}]\n'},
                    "lists.yaml:2: [0].entries[0].regex: is not a regular expression: invalid perl operator"),
    "wrong number": ({"numbers": '- number: "0123456789"\n'},
                     "[0].number: is not an international number such as +33123456789"),
    "wrong time zone": ({"subscriber": "name: M\nslug: martin\nlanguage: fr\ntime_zone: Paris\ncountry: FR\n"},
                        "subscriber.yaml:4: time_zone: is not a time zone such as Europe/Paris"),
    "wrong slug": ({"subscriber": "name: M\nslug: Martin!\nlanguage: fr\ntime_zone: UTC\ncountry: FR\n"},
                   "subscriber.yaml:2: slug: may hold small letters"),
    "wrong hours": ({"schedules": '- name: s\n  hours: {mon-fri: ["8-12"]}\n'},
                    "schedules.yaml:2: [0].hours.mon-fri[0]: is not a span of hours such as 08:30-12:30"),
    "wrong days": ({"schedules": '- name: s\n  hours:\n    monday: ["08:00-12:00"]\n'},
                   "schedules.yaml:3: [0].hours.monday: is not days"),
    "wrong date": ({"schedules": "- name: s\n  exceptions: [{date: 2026-13-24, closed: true}]\n"},
                   "[0].exceptions[0].date: is not a date such as 2026-12-24"),
    "two in an exception": ({"schedules": '- name: s\n  exceptions: [{date: 2026-12-24}]\n'},
                            "[0].exceptions[0]: needs one of hours, closed: true, holiday: true"),
    "silent prompt": ({"prompts": "- name: p\n"}, "prompts.yaml:1: [0]: needs a text or a file"),
    "missing sound": ({"prompts": "- name: p\n  file: sounds/p.wav\n"},
                      "prompts.yaml:2: [0].file: there is no such file in the folder"),
    "sound outside": ({"prompts": "- name: p\n  file: ../p.wav\n"},
                      "prompts.yaml:2: [0].file: is not the path of a file inside the folder"),
    "no sound": ({"prompts": "- name: p\n  file: subscriber.yaml\n"}, "[0].file: is not a WAV file"),
    "weak password": ({"users": CLAIRE.replace("}", ", sip_password: short}")},
                      "[0].sip_password: needs at least 12 characters"),
    "misnamed flow": ({"flows__a": FLOW.format(name="b")}, "flows/a.yaml:1: name: the flow b must stand in the file"),
    "flow without nodes": ({"flows__a": "name: a\nstart: x\n"}, "flows/a.yaml:1: nodes: is missing"),
    "circle": ({"flows__a": "name: a\nstart: x\nnodes:\n  x: {kind: subflow, flow: b}\n",
                "flows__b": "name: b\nstart: x\nnodes:\n  x: {kind: subflow, flow: a}\n"},
               "flows/a.yaml:3: nodes: flows enter one another in a circle: a -> b -> a"),
    "stranger": ({"user": CLAIRE}, "user.yaml: is not a file that is read here"),
    "trunks in a subscriber's folder": ({"trunks": "- {name: t, host: h}\n"}, "trunks.yaml: is not a file"),
    "broken file": ({"users": "- {login: [\n"}, "users.yaml:2: is not YAML"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_place_and_the_reason(sqlite: Engine, tmp_path: Path, name: str) -> None:
    files, said = CASES[name]
    files = {key: text.format(name="a") if text is FLOW else text for key, text in files.items()}
    problems = _problems(sqlite, folder(tmp_path / "f", **files))
    assert len(problems) == 1, problems
    assert said in problems[0]
    with operator(sqlite, read_only=True) as session:
        assert session.scalars(select(Subscriber)).all() == []


def test_all_at_once(sqlite: Engine, tmp_path: Path) -> None:
    """A mistake of form in one file does not hide a name that leads nowhere in another."""
    root = folder(
        tmp_path / "f",
        users=CLAIRE + "- {login: b, role: x}\n",
        numbers='- {number: "+33123456789", flow: nowhere}\n',
        lists="- name: l\n  kind: grey\n",
        extensions='- {extension: "1000", flow: broken}\n',
        flows__broken="name: broken\nnodes: [\n",
    )
    assert [problem.rpartition(": ")[0] for problem in _problems(sqlite, root)] == [
        "flows/broken.yaml:3: is not YAML",
        "lists.yaml:2: [0].kind",
        "users.yaml:2: [1].login",
        "users.yaml:2: [1].name",
        "users.yaml:2: [1].role",
        "numbers.yaml:1: [0].flow",
    ]


def test_a_broken_file_is_not_blamed_on_those_that_name_it(sqlite: Engine, tmp_path: Path) -> None:
    root = folder(
        tmp_path / "f",
        users="- {login: [\n",
        numbers='- {number: "+33123456789", fallback: "101", fax_to: [claire@m.example]}\n',
    )
    assert len(_problems(sqlite, root)) == 1


def test_a_link_that_leaves_the_folder(sqlite: Engine, tmp_path: Path) -> None:
    sound(tmp_path / "secret.wav")
    root = folder(tmp_path / "f", prompts="- {name: p, file: link.wav}\n")
    (root / "link.wav").symlink_to(tmp_path / "secret.wav")
    assert "leaves the folder" in _problems(sqlite, root)[0]


def test_the_sounds_of_a_flows_tests_are_looked_at(sqlite: Engine, tmp_path: Path) -> None:
    """One that is missing is said, and no more: an exported folder has none of them."""
    doc = "name: a\nstart: end\nnodes:\n  end: {{kind: hang_up}}\n"
    tests = doc + "tests:\n  - script: [{{hear: {file}, text: hello}}]\n"
    prompts = tmp_path / "prompts"
    root = folder(tmp_path / "a", flows__a=tests.format(file="sounds/hello.wav"))
    (warning,) = apply(sqlite, root, prompts_dir=prompts).warnings
    assert warning.text() == "flows/a.yaml:6: tests[0].script[0].hear: there is no such file in the folder"
    sound(root / "sounds" / "hello.wav")
    assert apply(sqlite, root, prompts_dir=prompts).warnings == ()
    root = folder(tmp_path / "b", flows__a=tests.format(file="../hello.wav"))
    with pytest.raises(ConfigurationError, match="leaves the folder"):
        apply(sqlite, root, prompts_dir=prompts)


def test_no_folder_and_an_empty_one(sqlite: Engine, tmp_path: Path) -> None:
    assert "there is no such folder" in _problems(sqlite, tmp_path / "nowhere")[0]
    assert _problems(sqlite, tmp_path) == ["subscriber.yaml: the file is missing"]


@dataclass(frozen=True)
class Said:
    """What a flow checker may say."""

    where: str
    field: str
    message: str = "{field} of {node} is {what}"
    code: str = "odd"
    severity: str = "error"
    fields: dict[str, Any] = field(default_factory=lambda: {"what": "odd"})


def test_the_flow_checker_s_problems_find_their_lines(sqlite: Engine, tmp_path: Path) -> None:
    flow = """\
        name: a
        start: m
        nodes:
          m:
            kind: menu
            choices:
              "1": shop
            to:
              - x
              - y
        tests:
          - name: t
            expect: {path: [m]}
        """

    def check(doc: dict[str, Any], known: Any) -> Iterator[Said]:
        assert known.names("flows") == {"a"}
        yield Said("m", "choices.1")
        yield Said("m", "to.1")
        yield Said("", "start")
        yield Said("m", "exits.9")
        yield Said("m", "tests.0.expect.path")

    problems = _problems(sqlite, folder(tmp_path / "f", flows__a=flow), Checks(check))
    assert problems == [
        "flows/a.yaml:2: start: start of  is odd",
        "flows/a.yaml:4: nodes.m.exits.9: exits.9 of m is odd",
        "flows/a.yaml:7: nodes.m.choices.1: choices.1 of m is odd",
        "flows/a.yaml:10: nodes.m.to[1]: to.1 of m is odd",
        "flows/a.yaml:13: tests[0].expect.path: tests.0.expect.path of m is odd",
    ]


def test_a_warning_does_not_stop(sqlite: Engine, tmp_path: Path) -> None:
    checks = Checks(lambda doc, known: [Said("", "start", severity="warning")])
    root = folder(tmp_path / "f", flows__a=FLOW.format(name="a"))
    done = apply(sqlite, root, prompts_dir=tmp_path / "prompts", checks=checks)
    assert [warning.line for warning in done.warnings] == [2]


def _problems(engine: Engine, root: Path, checks: Checks | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        apply(engine, root, prompts_dir=root.parent / "prompts", checks=checks or Checks())
    return [problem.text() for problem in error.value.problems]
