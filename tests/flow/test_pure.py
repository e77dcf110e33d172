"""The flow is pure: nothing in it reads a clock, a file, a socket, chance or another room."""

import ast
from pathlib import Path

import pytest

import controller.flow

FOLDER = Path(controller.flow.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))

FORBIDDEN = {
    *("conf", "speech", "fax", "admin_ui", "gevent", "greenswitch", "flask", "sqlalchemy", "httpx", "logging"),
    *("socket", "ssl", "http", "time", "random", "secrets", "uuid", "os", "io", "sys", "subprocess", "threading"),
    *("asyncio", "pathlib", "tempfile", "shutil", "urllib.request"),
}
CLOCKS = {"now", "utcnow", "today", "open", "eval", "exec", "print", "input"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_pure(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        for name in imported(node):
            assert name.split(".")[0] not in FORBIDDEN
            assert name not in FORBIDDEN
            assert not name.startswith("controller.") or name.startswith("controller.flow")
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in CLOCKS


def imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
