"""Whether the names in a folder lead anywhere: extensions, flows, users, numbers, sounds."""

from __future__ import annotations

from collections.abc import Iterator

from conf import sounds
from conf.folder import Folder, Item
from conf.models import Document
from conf.problems import N_, Problem, Wrong
from conf.yaml_source import Path_


def check(folder: Folder) -> Iterator[Problem]:
    """Every name that leads nowhere, every short number given twice, every sound that is missing."""
    yield from names(folder)
    if folder.subscriber is not None:
        yield from _sounds(folder)


def names(folder: Folder) -> Iterator[Problem]:
    """Every name that leads nowhere, and every short number given twice."""
    yield from _outbound(folder)
    if folder.subscriber is None:
        return
    yield from _short_numbers(folder)
    yield from _users(folder)
    yield from _targets(folder)
    yield from _numbers(folder)


def _outbound(folder: Folder) -> Iterator[Problem]:
    everything = ""
    for item in folder.right("outbound"):
        if everything:
            message = N_("is never used: {other} takes every number before it")
            yield item.problem((), "never_used", message, other=everything).at(severity="warning")
        elif item.doc.get("match") in ("*", ["*"]):
            everything = item.doc["name"]
        for index, name in enumerate(item.doc.get("trunks", ())):
            if not _known(folder, "trunks", name):
                yield item.problem(("trunks", index), "no_trunk", N_("there is no trunk {name}"), name=name)


def _short_numbers(folder: Folder) -> Iterator[Problem]:
    assert folder.subscriber is not None
    emergency = set(folder.subscriber.doc.get("emergency", [])) if folder.subscriber.right else set()
    first: dict[str, Item] = {}
    for item in (*folder.right("users"), *folder.right("extensions")):
        number = item.doc.get("extension", "")
        if not number:
            continue
        if number in emergency:
            message = N_("{number} is an emergency number")
            yield item.problem(("extension",), "emergency", message, number=number)
        other = first.setdefault(number, item)
        # Twice in extensions.yaml is told already: there it is the key.
        if other is not item and not (item.source is other.source and "login" not in item.doc):
            place = other.source.place((*other.path, "extension"))
            message = N_("the extension {number} is already given in {place}")
            yield item.problem(("extension",), "extension_taken", message, number=number, place=place)


def _users(folder: Folder) -> Iterator[Problem]:
    for user in folder.right("users"):
        for when, forward in user.doc.get("forward", {}).items():
            if forward is not None:
                yield from _dialled(folder, user, ("forward", when, "to"), forward["to"])
        shown = user.doc.get("outbound_number", "")
        if shown and not _known(folder, "numbers", shown, "number"):
            message = N_("{number} is none of this subscriber's numbers")
            yield user.problem(("outbound_number",), "not_owned", message, number=shown)


def _targets(folder: Folder) -> Iterator[Problem]:
    for item in folder.right("extensions"):
        yield from _flow(folder, item, ("flow",), item.doc.get("flow", ""))
    for item in folder.right("lists"):
        action = item.doc.get("action")
        if isinstance(action, dict):
            yield from _flow(folder, item, ("action", "flow"), action.get("flow", ""))
    if folder.subscriber and folder.subscriber.right:
        yield from _dialled(folder, folder.subscriber, ("fallback",), folder.subscriber.doc.get("fallback", ""))
        yield from _prompter(folder, folder.subscriber)


def _prompter(folder: Folder, subscriber: Item) -> Iterator[Problem]:
    policy = subscriber.doc.get("prompter") or {}
    for index, number in enumerate(policy.get("numbers", ())):
        if not _known(folder, "numbers", number, "number"):
            message = N_("{number} is none of this subscriber's numbers")
            yield subscriber.problem(("prompter", "numbers", index), "not_owned", message, number=number)
    for index, login in enumerate(policy.get("users", ())):
        if not _known(folder, "users", login, "login"):
            path = ("prompter", "users", index)
            yield subscriber.problem(path, "no_user", N_("there is no user {login}"), login=login)


def _numbers(folder: Folder) -> Iterator[Problem]:
    for item in folder.right("numbers"):
        yield from _flow(folder, item, ("flow",), item.doc.get("flow", ""))
        yield from _dialled(folder, item, ("fallback",), item.doc.get("fallback", ""))
        for index, login in enumerate(item.doc.get("fax_to", [])):
            if not _known(folder, "users", login, "login"):
                yield item.problem(("fax_to", index), "no_user", N_("there is no user {login}"), login=login)


def _sounds(folder: Folder) -> Iterator[Problem]:
    for item in folder.right("prompts"):
        if item.doc.get("file"):
            yield from _sound(folder, item, ("file",), item.doc["file"])
    for item in folder.right("flows"):
        for path, name in _heard(item.doc):
            # An exported folder has the tests of flows without their sounds: what is by text is tested all the same.
            found = _sound(folder, item, path, name)
            yield from (one.at(severity="warning") if one.code == "no_sound" else one for one in found)


def _sound(folder: Folder, item: Item, path: Path_, name: str) -> Iterator[Problem]:
    try:
        sounds.found(folder.root, name)
    except Wrong as wrong:
        problem = wrong.problem
        yield item.problem(path, problem.code, problem.message, **problem.fields)


def _heard(flow: Document) -> Iterator[tuple[Path_, str]]:
    """The sound files of a flow's tests, each with its place; what has another form is the flow checker's to say."""
    tests = flow.get("tests")
    for number, test in enumerate(tests if isinstance(tests, list) else ()):
        script = test.get("script") if isinstance(test, dict) else ()
        for place, line in enumerate(script if isinstance(script, list) else ()):
            if isinstance(line, dict) and isinstance(line.get("hear"), str) and line["hear"]:
                yield ("tests", number, "script", place, "hear"), line["hear"]


def _flow(folder: Folder, item: Item, path: Path_, name: str) -> Iterator[Problem]:
    if name and not _known(folder, "flows", name):
        yield item.problem(path, "no_flow", N_("there is no flow {name}"), name=name)


def _dialled(folder: Folder, item: Item, path: Path_, target: str) -> Iterator[Problem]:
    if not target.isdigit() or target in folder.short_numbers() or folder.unreadable & {"users", "extensions"}:
        return
    yield item.problem(path, "no_extension", N_("there is no extension {number}"), number=target)


def _known(folder: Folder, kind: str, name: str, key: str = "name") -> bool:
    """Whether a name exists, as far as can be said: nothing is said against it when a file could not be read."""
    return kind in folder.unreadable or name in folder.names(kind, key)
