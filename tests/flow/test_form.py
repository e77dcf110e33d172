"""Forms: every kind of node explains itself, in words that can be translated."""

import ast
import json
from pathlib import Path

import pytest

import controller.flow.nodes
from controller.flow.document import read_node
from controller.flow.form import form, forms
from controller.flow.node import registry
from controller.flow.problem import N_
from tests.flow.strategies import KINDS

FOLDER = Path(controller.flow.nodes.__file__).parent
KIND_NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def test_a_kind_is_a_file_and_a_test():
    assert sorted(registry) == KIND_NAMES
    for kind in KIND_NAMES:
        assert (Path(__file__).parent / "nodes" / f"test_{kind}.py").exists()
        assert registry[kind].__module__.endswith(f".{kind}")


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_field_and_exit_says_what_it_does(kind):
    told = form(kind)
    assert told["title"]
    assert told["help"].endswith(".")
    assert told["group"] in ("talk", "decide", "connect", "data", "end")
    for field in properties(told["schema"]):
        assert field["title"]
        assert field["description"].endswith((".", "?"))
    for way in told["exits"]:
        assert way["help"].endswith(".")
        assert way.get("each") or way["title"]
    json.dumps(told)


def properties(schema):
    """The properties of a schema and of the models in it."""
    for model in (schema, *schema.get("$defs", {}).values()):
        yield from model.get("properties", {}).values()


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_text_is_marked_for_translation(kind):
    marked = set().union(*(marked_in(path) for path in (FOLDER / f"{kind}.py", *FOLDER.parent.glob("*.py"))))
    shown = []
    form(kind, lambda text: shown.append(text) or text)
    assert [text for text in shown if text not in marked] == []


def marked_in(path):
    """The texts in N_() calls of a file."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {call.args[0].value for call in calls if getattr(call.func, "id", "") == "N_"}


def test_the_palette_speaks_the_users_language():
    french = {N_("Menu"): "Menu vocal", N_("Tries"): "Essais", N_("Extension"): "Poste"}
    told = forms(lambda text: french.get(text, text))["menu"]
    assert told["title"] == "Menu vocal"
    assert told["schema"]["properties"]["tries"]["title"] == "Essais"
    assert next(way for way in told["exits"] if way.get("name") == "extension")["title"] == "Poste"


@pytest.mark.parametrize("name", KINDS)
def test_the_form_gives_the_exits_the_node_has(name):
    """The editor draws exits from the form alone; it must come to what the engine comes to."""
    node = read_node(name, KINDS[name], [])
    drawn = []
    for way in form(node.kind)["exits"]:
        if "each" in way:
            drawn += getattr(node, way["each"])
        elif "when" not in way or getattr(node, way["when"]):
            drawn.append(way["name"])
    assert tuple(drawn) == (*node.exits, "hung_up")
