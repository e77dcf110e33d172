"""The keys of content: made once, granted, revoked, sealed anew."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from conf import content_keys, secret_files
from conf.accounts import sealing
from conf.database import scoped
from conf.models import KeyGrant
from conf.vault import Damaged, Vault

OLD, NEW = "an-old-secret-of-the-web", "a-new-secret-of-the-web"


def test_what_is_sealed_is_opened_by_its_owner_alone(engine: Engine, two: tuple[int, int], tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    opened = []
    for owner in two:
        with scoped(engine, owner) as session:
            public = content_keys.public_key(session, OLD)
        vault.put(owner, "fax", "one", io.BytesIO(b"the text"), public)
        with scoped(engine, owner) as session:
            assert content_keys.public_key(session, OLD) == public
            opened.append(content_keys.unlocked(session, OLD))
    assert vault.open(two[0], "fax", "one", opened[0]).read() == b"the text"
    with pytest.raises(Damaged):
        vault.open(two[0], "fax", "one", opened[1])


def test_what_was_not_granted_or_was_revoked_is_locked(engine: Engine, two: tuple[int, int]) -> None:
    with scoped(engine, two[0]) as session:
        with pytest.raises(content_keys.Locked):
            content_keys.unlocked(session, OLD)
        content_keys.public_key(session, OLD)
        with pytest.raises(content_keys.Locked):
            content_keys.unlocked(session, OLD, "robots")
        with pytest.raises(content_keys.Locked, match="gone"):
            content_keys.unlocked(session, NEW)
        session.scalars(select(KeyGrant)).one().revoked_at = datetime.now(UTC)
        with pytest.raises(content_keys.Locked):
            content_keys.unlocked(session, OLD)


def test_a_secret_that_changes_takes_the_grants_along(engine: Engine, two: tuple[int, int], tmp_path: Path) -> None:
    secret = secret_files.keep(name="web_secret", folder=tmp_path)
    with scoped(engine, two[0]) as session:
        content_keys.public_key(session, secret)
        before = content_keys.unlocked(session, secret)
    secret_files.change(secret)
    assert sealing.renew(engine, secret) == 1
    secret_files.forget(secret)
    with scoped(engine, two[0]) as session:
        assert content_keys.unlocked(session, secret) == before
