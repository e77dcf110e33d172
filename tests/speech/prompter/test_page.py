"""What the documentation shows is right."""

from __future__ import annotations

from pathlib import Path

from conf.documents import Subscriber
from conf.prompter import files
from conf.yaml_source import read_content
from speech.hints import Checklists, Rules
from tests.conf.conftest import about

PAGE = (Path(__file__).parents[3] / "docs" / "prompter.md").read_text()


def test_its_examples_can_be_applied() -> None:
    policy, rules, checklists = (block.split("```")[0] for block in PAGE.split("```yaml\n")[1:])
    for kind, text in (("rules", rules), ("checklists", checklists)):
        docs, problems = files.read(text.encode(), kind)
        assert (len(docs), problems) == (1, [])
        assert (Rules if kind == "rules" else Checklists).load(docs).problems == ()
    doc = about("martin") | read_content(policy.encode(), "").value
    assert Subscriber.model_validate(doc).prompter is not None
