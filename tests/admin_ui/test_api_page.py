"""The examples on the page about the API run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import gevent.subprocess
import pytest

from admin_ui.serving import server
from conf.accounts.scopes import AREAS
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import Program

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    serving = server(site.app, "127.0.0.1", 0)
    serving.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.stop(1)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed (apt-get install curl)")
def test_the_examples_run(site: Site, address: str) -> None:
    program = Program(site)
    program.ask("POST", "/api/v1/tokens", json={"name": "a", "scopes": ["calls:read"]})  # something to read in the log
    program.ask("POST", "/api/v1/tokens", json={"name": "b", "scopes": ["calls:read"]})
    told = []
    for example in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        environ = {**os.environ, "SOUFFLEUR": address, "TOKEN": program.token}
        command = ["bash", "-euo", "pipefail", "-c", example]
        done = gevent.subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, example + done.stdout + done.stderr
        told.append(done.stdout)
    numbers, wrong, log, twice, changed = told
    assert len(json.loads(numbers)["items"]) == 2
    assert json.loads(wrong)["errors"] == [{"field": "scopes", "code": "missing", "reason": "manque"}]
    assert json.loads(log)["items"][0]["name"] == "a"
    first, second = twice.strip().splitlines()
    assert first == second
    assert json.loads(changed)["url"] == "https://crm.example/v2"


def test_every_scope_is_on_the_page() -> None:
    assert [area for area in AREAS if f"`{area}`" not in PAGE] == []
