"""PostgreSQL for tests: `postgres.database()` is the address of a new, empty database; its owner is no superuser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres_server import PORT, ROLE, NotHere, Postgres, started

__all__ = ["PORT", "ROLE", "Postgres", "postgres"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole run; skips with the reason where there is none."""
    try:
        with started() as server:
            yield server
    except NotHere as reason:
        pytest.skip(str(reason))
