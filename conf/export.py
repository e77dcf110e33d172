"""Writing a subscriber (or the operator's trunks and rules) back to files, in the form that `apply` reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from conf.database import operator, scoped
from conf.folder import LISTS, SUBSCRIBER
from conf.models import (
    Checklist,
    Document,
    Extension,
    Number,
    Prompt,
    PrompterRule,
    Schedule,
    Subscriber,
    Trunk,
    User,
)
from conf.problems import N_, ConfigurationError, Problem
from conf.snapshot import in_order, number_lists, outbound_rules, published
from conf.yaml_source import read

ONE_LINE = 90  # characters of a mapping or list that is not spread over lines


def export(engine: Engine, slug: str, root: Path, *, prompts_dir: Path) -> list[str]:
    """Write a subscriber's folder and name the files that changed. Files that say the same are left, comments and all.

    Secrets are never written. Raises ConfigurationError for an unknown subscriber, or a folder of another one.
    """
    with operator(engine, read_only=True) as session:
        found = session.scalars(select(Subscriber.id).where(Subscriber.slug == slug)).one_or_none()
    if found is None:
        raise ConfigurationError([Problem("no_subscriber", N_("there is no subscriber {slug}"), {"slug": slug})])
    _refuse_another(root, slug)
    with scoped(engine, found, read_only=True) as session:
        files = _files(session, found)
        changed = [name for name, value in files.items() if _write(root / name, value)]
        changed += _sounds(session, found, root, prompts_dir)
    return sorted(changed + _remove_stale(root, files))


def export_trunks(engine: Engine, root: Path) -> list[str]:
    """Write the operator's folder. Passwords are written as `***`."""
    with operator(engine, read_only=True) as session:
        files = {"trunks.yaml": [row.doc for row in session.scalars(select(Trunk).order_by(Trunk.position, Trunk.id))]}
        files["outbound.yaml"] = list(outbound_rules(session))
    if not files["outbound.yaml"] and not (root / "outbound.yaml").exists():
        del files["outbound.yaml"]
    return [name for name, docs in files.items() if _write(root / name, docs)]


def dump(value: Any) -> str:
    """A value as YAML that `conf.yaml_source` reads back to the same value: keys in order, small things on one line."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes a collection on one line when it fits there; the whole document never."""

    def represent(self, data: Any) -> None:
        node = self.represent_data(data)
        if isinstance(node, MappingNode | SequenceNode) and node.value:
            node.flow_style = False
        self.serialize(node)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _fits(mapping)
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = _fits(sequence)
        return node

    def represent_str(self, data: str) -> ScalarNode:
        style = '"' if any(char in data for char in "\x85\u2028\u2029") else None  # line ends to YAML, not to people
        return self.represent_scalar("tag:yaml.org,2002:str", data, style)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, _Dumper.represent_str)


def _fits(value: Any) -> bool:
    return len(json.dumps(value, ensure_ascii=False)) <= ONE_LINE


def _files(session: Session, subscriber_id: int) -> dict[str, Any]:
    subscriber = session.get_one(Subscriber, subscriber_id)
    extensions = [row.doc for row in in_order(session, Extension, subscriber_id) if row.kind != "user"]
    collections: dict[str, Iterable[Document]] = {
        "users": (row.doc for row in in_order(session, User, subscriber_id)),
        "extensions": extensions,
        "numbers": (row.doc for row in in_order(session, Number, subscriber_id)),
        "schedules": (row.doc for row in in_order(session, Schedule, subscriber_id)),
        "lists": number_lists(session, subscriber_id),
        "prompts": (row.doc for row in in_order(session, Prompt, subscriber_id)),
        "rules": (row.doc for row in in_order(session, PrompterRule, subscriber_id)),
        "checklists": (row.doc for row in in_order(session, Checklist, subscriber_id)),
    }
    files: dict[str, Any] = {SUBSCRIBER: subscriber.doc}
    for kind, docs in collections.items():
        listed = list(docs)
        if listed:
            files[LISTS[kind][0]] = listed
    files |= {f"flows/{name}.yaml": version.doc for name, version in published(session, subscriber_id)}
    return files


def _write(path: Path, value: Any) -> bool:
    if path.exists():
        present = read(path, path.name)
        if not present.problems and dump(present.value) == dump(value):
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(value), encoding="utf-8")
    return True


def _sounds(session: Session, subscriber_id: int, root: Path, prompts_dir: Path) -> list[str]:
    written = []
    for row in in_order(session, Prompt, subscriber_id):
        name = row.doc.get("file", "")
        kept, target = prompts_dir / row.sound, root / name
        if not name or not row.sound or (target.is_file() and target.read_bytes() == kept.read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, target)
        written.append(name)
    return written


def _refuse_another(root: Path, slug: str) -> None:
    if not (root / SUBSCRIBER).exists():
        return
    value = read(root / SUBSCRIBER, SUBSCRIBER).value
    if not isinstance(value, dict) or value.get("slug") != slug:
        message = N_("{folder} holds another subscriber")
        raise ConfigurationError([Problem("another_subscriber", message, {"folder": str(root)}, file=SUBSCRIBER)])


def _remove_stale(root: Path, files: dict[str, Any]) -> list[str]:
    """A file whose documents are gone would bring them back at the next `apply`."""
    known = [root / about[0] for about in LISTS.values()] + sorted(root.glob("flows/*.yaml"))
    stale = [path for path in known if path.exists() and path.relative_to(root).as_posix() not in files]
    for path in stale:
        path.unlink()
    return [path.relative_to(root).as_posix() for path in stale]
