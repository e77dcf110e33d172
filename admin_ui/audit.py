"""Writing into the audit log from inside a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from admin_ui.database import confine, db
from admin_ui.person import me, subscriber_id
from conf import audit
from conf.difference import Change


def noted(action: str, kind: str, name: str, changes: Change | Iterable[Sequence[Any]] = ()) -> None:
    """Say in the audit log what this request did, in the transaction that does it: call it before the commit.

    `changes`: a Change (as `conf.editing` gives them), or (field, before, after). Secrets are shown as ***.
    """
    audit.record(db.session(), me().login, request.remote_addr or "", action, kind, name, changes)


def noted_reading(kind: str, name: str) -> None:
    """Say in the audit log that somebody reads what was said: before it is shown, in a transaction of its own."""
    db.session.close()
    confine(subscriber_id(), read_only=False)
    noted("read", kind, name)
    db.session.commit()
    confine(subscriber_id(), read_only=True)
