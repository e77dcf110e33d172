"""Where the web UI says something: in templates, in Python, in the editor's TypeScript."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from jinja2.lexer import TOKEN_BLOCK_BEGIN, TOKEN_DATA, TOKEN_VARIABLE_BEGIN
from jinja2.visitor import NodeVisitor

ROOT = Path(__file__).parents[2]
UI = ROOT / "admin_ui"
TEMPLATES = sorted((UI / "templates").rglob("*.html"))
LANGUAGES = ("fr", "de")
# The names of things that are called so in every language.
NAMES = {"Souffleur", "FreeSWITCH", "OpenAPI", "Linphone", "Zoiper"}
NAMES |= {"CSV", "JSON", "YAML", "API", "SIP", "TLS", "SRTP", "UDP", "TCP", "QR", "HTTP", "URL", "MOS", "TOTP"}
EDITORS = {"editor", "panels"}  # the families that only scripts read, apart from the others
ATTRIBUTES = ("title", "placeholder", "aria-label", "alt", "data-sure", "label")
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "N_": None,
    "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip
HOLE = "\ue000"  # where an expression stands in a template
_T = re.compile(r"""(?<![\w.])t\(\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`)""")
_INSIDE_A_TAG = re.compile(r"\{% block (?:body_class|\w+_attributes) %\}.*?\{% endblock %\}")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@dataclass(frozen=True)
class Said:
    """A text, and where it is said: `file:line`. `id` is a pair for one and many."""

    where: str
    id: str | tuple[str, ...]


@cache
def said() -> tuple[Said, ...]:
    """Every text of the web UI that wants a translation."""
    found: list[Said] = []
    for path in TEMPLATES:
        found += _extracted(path, "jinja2.ext:babel_extract")
    for path in [*UI.rglob("*.py"), *(ROOT / "conf" / "accounts").glob("*.py")]:
        if "node_modules" not in path.parts:
            found += _extracted(path, "python")
    for path in [*(UI / "editor").rglob("*.ts*"), *(UI / "shell").rglob("*.ts")]:
        if ".test." not in path.name and "dev" not in path.relative_to(UI).parts:
            found += _typescript(path)
    return tuple(found)


Texts = dict[str | tuple[str, ...], str | tuple[str, ...]]


@cache
def catalogue(language: str) -> Texts:
    """All translations into a language, those of `conf` among them."""
    found: Texts = {}
    ours = sorted((UI / "translations" / language).glob("*.po"))
    for path in [ROOT / "conf" / "translations" / f"{language}.po", *ours]:
        found |= translations(path)
    return found


def translations(path: Path) -> Texts:
    """What a file translates."""
    found: Texts = {}
    with path.open("rb") as stream:
        for message in read_po(stream, locale=path.parent.name if path.parent.name in LANGUAGES else path.stem):
            if message.id and all(message.string if isinstance(message.string, tuple) else [message.string]):
                found[_key(message.id)] = message.string
    return found


def placeholders(text: str | tuple[str, ...]) -> set[str]:
    """`%(name)s` and `{name}` of a text."""
    return {found for one in ([text] if isinstance(text, str) else text) for found in _PLACEHOLDER.findall(one)}


def _key(message_id: object) -> str | tuple[str, ...]:
    return tuple(message_id) if isinstance(message_id, list | tuple) else str(message_id)


def _extracted(path: Path, method: str) -> Iterator[Said]:
    for line, message, _comments, _context in extract(method, BytesIO(path.read_bytes()), KEYWORDS):  # type: ignore[arg-type]
        if message and _speaks(_PLACEHOLDER.sub("", message if isinstance(message, str) else message[0])):
            yield Said(f"{path.relative_to(ROOT)}:{line}", _key(message))


def _typescript(path: Path) -> Iterator[Said]:
    text = path.read_text()
    for found in _T.finditer(text):
        literal = found.group(1)
        plain = literal if literal[0] != "`" else '"' + literal[1:-1].replace('"', '\\"').replace("\n", "\\n") + '"'
        yield Said(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 1}", ast.literal_eval(plain))


def bare(path: Path) -> list[str]:
    """The texts of a template that nobody translates."""
    source = path.read_text()
    parser = _Bare()
    parser.feed(_without_expressions(_INSIDE_A_TAG.sub("", source)))
    parser.close()
    macros = _Macros()
    macros.visit(Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source))
    return parser.found + macros.found


def _without_expressions(source: str) -> str:
    """A template's plain text, a hole where each expression stands."""
    parts = []
    for _line, token, value in Environment(autoescape=True).lexer.tokeniter(source, None):
        if token == TOKEN_DATA:
            parts.append(value)
        elif token in (TOKEN_VARIABLE_BEGIN, TOKEN_BLOCK_BEGIN):
            parts.append(HOLE)
    return "".join(parts)


def _speaks(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", "", text))
    return bool(set(words) - NAMES)


class _Bare(HTMLParser):
    """Collects what a page would say without asking for a translation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("kbd", "script", "style", "code", "pre", "svg"):
            self.inside.append(tag)
        for name, value in attrs:
            if name in ATTRIBUTES and value and _speaks(value.replace(HOLE, " ")):
                self.found.append(f'{name}="{value.replace(HOLE, "…")}"')

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and _speaks(data.replace(HOLE, " ")):
            self.found.append(" ".join(data.replace(HOLE, "…").split()))


class _Macros(NodeVisitor):
    """Collects sentences that are given to the shared macros as they are: `ui.text("name", "A sentence")`."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Call(self, node: nodes.Call) -> None:
        called = node.node
        if isinstance(called, nodes.Getattr) and isinstance(called.node, nodes.Name) and called.node.name == "ui":
            given = [*node.args, *(keyword.value for keyword in node.kwargs)]
            texts = [one.value for one in given if isinstance(one, nodes.Const) and isinstance(one.value, str)]
            self.found += [f"ui.{called.attr}({text!r})" for text in texts if re.search(r"[a-zA-Z] [a-zA-Z]", text)]
        self.generic_visit(node)
