"""The operator's outbound rules as files: what may stand in them, and that they come and go with their trunks."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from conf import snapshot
from conf.applied import Applied
from conf.apply import apply
from conf.database import operator
from conf.export import export_trunks
from conf.models import Document
from conf.problems import ConfigurationError
from tests.conf.conftest import SAMPLES

TRUNKS = "- {name: carrier, host: h}\n- {name: second, host: h}\n"
FULL = """\
- {name: premium, match: ["+33899*", "+49900*"], blocked: true}
- {name: neighbours, countries: [DE, BE], trunks: [second, carrier], caller: own, strip: 1, prefix: "00"}
- {name: rest, match: "*", trunks: [carrier], note: all others}
"""


def load(engine: Engine, folder: Path, rules: str | None) -> Applied:
    folder.mkdir(exist_ok=True)
    (folder / "trunks.yaml").write_text(TRUNKS)
    if rules is None:
        (folder / "outbound.yaml").unlink(missing_ok=True)
    else:
        (folder / "outbound.yaml").write_text(rules)
    return apply(engine, folder, prompts_dir=folder)


def standing(engine: Engine) -> tuple[Document, ...]:
    with operator(engine, read_only=True) as session:
        return snapshot.outbound_rules(session)


def told(done: Applied) -> list[str]:
    return [line for change in done.changes for line in change.lines()]


def test_rules_come_and_go_with_their_file(engine: Engine, tmp_path: Path) -> None:
    assert standing(engine) == ()
    done = load(engine, tmp_path, FULL)
    assert [line for line in told(done) if "trunk" not in line] == [
        "+ outbound premium", "+ outbound neighbours", "+ outbound rest",
    ]  # fmt: skip
    assert [rule["name"] for rule in standing(engine)] == ["premium", "neighbours", "rest"]
    assert load(engine, tmp_path, FULL).changes == ()
    assert told(load(engine, tmp_path, None)) == ["- outbound premium", "- outbound neighbours", "- outbound rest"]
    assert standing(engine) == ()


def test_the_order_is_that_of_the_file(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, FULL)
    premium, neighbours, rest = FULL.splitlines(keepends=True)
    done = load(engine, tmp_path, neighbours + premium.replace("+33899*", "+3389*") + rest)
    assert told(done)[:2] == ["= outbound neighbours", "~ outbound premium"]
    assert [rule["name"] for rule in standing(engine)] == ["neighbours", "premium", "rest"]
    assert standing(engine)[1]["match"] == ["+3389*", "+49900*"]


def test_there_and_back(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in", FULL)
    out = tmp_path / "out"
    out.mkdir()
    assert export_trunks(engine, out) == ["trunks.yaml", "outbound.yaml"]
    assert apply(engine, out, prompts_dir=tmp_path).changes == ()
    assert export_trunks(engine, out) == []
    load(engine, tmp_path / "in", None)
    export_trunks(engine, out)
    assert apply(engine, out, prompts_dir=tmp_path).changes == ()


def test_the_sample_is_right(engine: Engine, tmp_path: Path) -> None:
    assert apply(engine, SAMPLES / "operator", prompts_dir=tmp_path).warnings == ()
    assert {rule["name"]: rule.get("blocked", False) for rule in standing(engine)} == {
        "premium": True, "everywhere": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ('match: "+336*", trunks: [carrier, third]', "[0].trunks[1]: there is no trunk third"),
        ('match: "+336*"', "needs either trunks or blocked: true"),
        ('match: "+336*", trunks: [carrier], blocked: true', "needs either trunks or blocked: true"),
        ("trunks: [carrier]", "needs either match or countries"),
        ('match: "+336*", countries: [FR], trunks: [carrier]', "needs either match or countries"),
        ('match: "0899*", blocked: true', "[0].match: is neither a number, nor the beginning of one"),
        ('match: ["+336*", "+33 7*"], blocked: true', "[0].match[1]: is neither a number, nor the beginning"),
        ("match: [], blocked: true", "[0].match: needs at least 1"),
        ("match: 33, blocked: true", "[0].match: must be a text"),
        ("countries: [fr], blocked: true", "[0].countries[0]: is not a country's code"),
        ('match: "*", trunks: [carrier], caller: mine', "[0].caller: is neither keep, own, anonymous"),
        ('match: "*", trunks: [carrier], strip: 16', "[0].strip: must be at most 15"),
        ('match: "*", trunks: [carrier], prefix: 0w0', "[0].prefix: may hold a +"),
        ('match: "*", trunk: carrier', "[0].trunk: is not known here"),
    ],
)
def test_what_is_wrong_is_named(engine: Engine, tmp_path: Path, rule: str, problem: str) -> None:
    load(engine, tmp_path, FULL)
    with pytest.raises(ConfigurationError) as found:
        load(engine, tmp_path, f"- {{name: r, {rule}}}\n")
    told = [one.text() for one in found.value.problems]
    assert len(told) == 1
    assert problem in told[0]
    assert told[0].startswith("outbound.yaml:1: ")
    assert len(standing(engine)) == 3


def test_a_trunk_that_a_rule_names_stays(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path, FULL)
    (tmp_path / "trunks.yaml").write_text("- {name: carrier, host: h}\n")
    with pytest.raises(ConfigurationError, match="there is no trunk second"):
        apply(engine, tmp_path, prompts_dir=tmp_path)


def test_a_rule_after_everything_is_never_used(engine: Engine, tmp_path: Path) -> None:
    lines = FULL.splitlines(keepends=True)
    done = load(engine, tmp_path, lines[2] + lines[0])
    assert [warning.text() for warning in done.warnings] == [
        "outbound.yaml:2: [1]: is never used: rest takes every number before it"
    ]


def test_a_name_is_given_once(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="rest is given twice"):
        load(engine, tmp_path, FULL + FULL.splitlines()[2] + "\n")
