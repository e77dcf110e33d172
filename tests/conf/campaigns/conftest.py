"""The sample subscriber, whose campaigns these are."""

from tests.conf.editing.conftest import engine, martin, opened  # noqa: F401  fixtures
