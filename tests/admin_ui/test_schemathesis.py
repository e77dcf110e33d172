"""Schemathesis against the real server: every operation as its description says, for each kind of token.

It runs as a process of its own: in ours it would import ssl before gevent patches it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gevent.subprocess
import pytest

from conf import webhooks
from conf.accounts import tokens
from conf.database import operator, scoped
from conf.models import CallEvent, CallRecord, Fax
from conf.prompter import shown
from conf.wrap_up import AtDesk, begin
from tests.admin_ui.room import CALL
from tests.admin_ui.site import Site
from tests.admin_ui.test_api_parts import Program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ENGINEER = (
    "flows:write",
    "numbers:write",
    "schedules:write",
    "lists:write",
    "prompts:write",
    "prompter:write",
    "calls:read",
    "live:write",
)
OPERATORS = ("Operator", "Audit", "Tokens")  # the tags of what an operator's token may ask


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """The web UI's process, over a subscriber that has something of everything."""
    _fill(site)
    own = {"SOUFFLEUR_DATA_DIR": site.settings.data_dir, "SOUFFLEUR_DATABASE_URL": site.settings.database_url}
    environ = os.environ | {name: str(value) for name, value in own.items()}
    command = [sys.executable, "-m", "tests.admin_ui.serve"]
    with gevent.subprocess.Popen(command, env=environ, cwd=ROOT, stdout=gevent.subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def test_an_administrator_s_token(site: Site, address: str) -> None:
    _run(address, Program(site).token, "--phases", "examples,coverage")


def test_an_engineer_s_token(site: Site, address: str) -> None:
    _run(address, Program(site, *ENGINEER).token, "--phases", "examples")


def test_an_operator_s_token(site: Site, address: str) -> None:
    tags = [option for tag in OPERATORS for option in ("--include-tag", tag)]
    _run(address, Program(site, slug="").token, "--phases", "examples,coverage,fuzzing", *tags)


def _run(address: str, token: str, *options: str) -> None:
    command = [
        *(
            str(Path(sys.executable).with_name("st")),
            "--config-file",
            str(CONFIG),
            "run",
            f"{address}/api/v1/openapi.json",
        ),
        *("--header", f"Authorization: Bearer {token}", "--seed", "7", "--max-examples", "3"),
        *("--request-timeout", "60"),
        *("--no-shrink", "--no-color", *options),
    ]
    done = gevent.subprocess.run(command, capture_output=True, text=True, timeout=880)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]


def _fill(site: Site) -> None:
    """Something for every number and name that the configuration gives schemathesis."""
    martin = site.subscriber_id()
    accounts = {role: site.account_id(role) for role in ("administrator", "operator")}
    with operator(site.engine) as session:
        for owner, role in ((martin, "administrator"), (None, "operator")):
            given = {"scopes": ["tokens:read"], "role": role, "made_by": "x", "account_id": accounts[role], "now": NOW}
            tokens.create(session, name="other", subscriber_id=owner, **given)  # type: ignore[arg-type]
        times = {"started_at": NOW, "answered_at": NOW, "ended_at": NOW + timedelta(seconds=9)}
        session.add(CallRecord(call=CALL, subscriber_id=martin, direction="inbound", flow="reception", **times))
        session.add(CallEvent(call=CALL, subscriber_id=martin, sequence=9, at=NOW, kind="ended", data={}))
    with scoped(site.engine, martin) as session:
        given = webhooks.Given("CRM", "https://crm.example/souffleur")
        begin(session, martin, AtDesk(CALL, "claire@martin.example", NOW, "inbound", "+33612345678"))
        card = shown.Hint(CALL, 1, "refund", "x", "agent", "claire@martin.example", NOW, 1.0, {})
        shown.put(session, martin, card)
        session.add(Fax(to_number="+33198765432", name="order"))
        hook, _ = webhooks.create(session, given, looked_at=0, secret=site.settings.web_secret)
        webhooks.send_test(session, hook, "martin", NOW)
