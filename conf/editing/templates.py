"""Ready-made flows: what many begin with, in the language of who makes one, fitted to what the subscriber has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from conf.editing import flow_names, stored
from conf.folder import Folder
from conf.models import Document
from conf.yaml_source import read

FOLDER = Path(__file__).with_name("flow_templates")
ORDER = ("opening_hours_menu", "reception", "night_service", "survey")
ANYBODY = "anybody"  # in a dial node's `to`: the subscriber's first telephones
MOST_RUNG = 3
NOBODY = "{{extension}}"  # rung while the subscriber has no telephone: empty, so the call leaves by failed
EMPTY: Document = {"name": "", "start": "", "nodes": {}}


@dataclass(frozen=True)
class Template:
    """A ready-made flow. `needs` names what the subscriber should have: `{"schedules": ["office"]}`."""

    key: str
    title: str
    help: str
    name: str
    needs: dict[str, list[str]]
    doc: Document = field(repr=False)


def templates(language: str = "en") -> list[Template]:
    """The ready-made flows in a language; English for one that they do not have."""
    return [template(key, language) for key in ORDER]


def template(key: str, language: str = "en") -> Template:
    """One ready-made flow. LookupError when there is none of that key."""
    about = _read(key)
    words, labels = ({name: _in(said, language) for name, said in about[part].items()} for part in ("words", "labels"))
    doc = _named(about["flow"], words, labels)
    doc = {**doc, "name": _in(about["name"], language)}
    needs: dict[str, list[str]] = {}
    for kind, name, _ in flow_names.named(doc):
        if kind not in ("flows", "extensions") and name not in needs.setdefault(kind, []):
            needs[kind].append(name)
    return Template(key, _in(about["title"], language), _in(about["help"], language), doc["name"], needs, doc)


def fitted(session: Session, subscriber_id: int, key: str, name: str, language: str = "en") -> Document:
    """A ready-made flow under a name, with the subscriber's first schedule and telephones where it needs some."""
    folder = stored.folder(session, subscriber_id)
    doc = {**template(key, language).doc, "name": name}
    schedules = [item.doc["name"] for item in folder.schedules]
    for kind, named, _ in [*flow_names.named(doc)] if schedules else ():
        if kind == "schedules" and named not in schedules:
            doc = flow_names.renamed(doc, kind, named, schedules[0])
    phones = list(_telephones(folder))[:MOST_RUNG] or [NOBODY]
    nodes = {key: _rung(node, phones) for key, node in doc["nodes"].items()}
    return {**doc, "nodes": nodes}


@cache
def _read(key: str) -> dict[str, Any]:
    if key not in ORDER:
        raise LookupError(f"no flow template {key}")
    source = read(FOLDER / f"{key}.yaml", f"{key}.yaml")
    assert not source.problems, source.problems
    value: dict[str, Any] = source.value
    return value


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])


def _telephones(folder: Folder) -> Iterator[str]:
    yield from (item.doc["extension"] for item in folder.users if item.doc.get("extension"))


def _rung(node: Document, phones: list[str]) -> Document:
    return {**node, "to": phones} if node.get("to") == [ANYBODY] else node


def _named(flow: Document, words: dict[str, str], labels: dict[str, str]) -> Document:
    """The flow with its nodes named in a language, wherever they are named, and with its labels in it."""
    nodes = {words[name]: _wired(node, words, labels) for name, node in flow["nodes"].items()}
    named = {**flow, "start": words[flow["start"]], "nodes": nodes}
    if "tests" in flow:
        named["tests"] = [_expected(test, words, labels) for test in flow["tests"]]
    return named


def _wired(node: Document, words: dict[str, str], labels: dict[str, str]) -> Document:
    said = dict(node)
    if "exits" in node:
        said["exits"] = {name: words[target] for name, target in node["exits"].items()}
    if "choices" in node:
        said["choices"] = {key: labels[label] for key, label in node["choices"].items()}
    if "spoken" in node:
        said["spoken"] = {key: [labels[phrase] for phrase in phrases] for key, phrases in node["spoken"].items()}
    if "note" in node:
        said["note"] = labels[node["note"]]
    return said


def _expected(test: Document, words: dict[str, str], labels: dict[str, str]) -> Document:
    expect = {**test["expect"], "path": [words[name] for name in test["expect"]["path"]]}
    script = [{**line, "say": labels[line["say"]]} if "say" in line else line for line in test.get("script", [])]
    return {**test, "name": labels[test["name"]], "script": script, "expect": expect}
