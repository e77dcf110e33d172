"""docs/nodes.md is written by hand; it names every node, field and exit there is."""

import re
from pathlib import Path

import pytest
import yaml

from controller.flow.check import check
from controller.flow.form import EVERY_NODE_HAS, forms
from controller.flow.script import Expect, Given, Line

PAGE = (Path(__file__).parents[2] / "docs" / "nodes.md").read_text()
FORMS = forms()


@pytest.mark.parametrize("kind", FORMS)
def test_the_page_names_everything(kind):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}`"))
    told = set(re.findall(r"`(\w+)`", row))
    assert set(FORMS[kind]["schema"]["properties"]) - set(EVERY_NODE_HAS) <= told
    assert {way["name"] for way in FORMS[kind]["exits"] if "name" in way} - {"hung_up"} <= told


def test_the_pages_flow_is_right():
    doc = yaml.safe_load(re.search(r"```yaml\n(name:.*?)```", PAGE, re.DOTALL)[1])
    assert check(doc) == []


def test_the_page_names_every_word_of_a_test():
    told = set(re.findall(r"\b(\w+)\b", PAGE[PAGE.index("## Tests of a flow") :]))
    for model in (Given, Line, Expect):
        assert set(model.model_fields) <= told
