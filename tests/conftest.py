"""One run, one event loop: gevent is patched before anything else is imported. Texts are spoken once for all tests."""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import workers
from tests.calls.shop import Shop

workers.prepare()
settings.register_profile("busy", suppress_health_check=[HealthCheck.too_slow], deadline=None)  # machines may be slow
settings.load_profile("busy")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> workers.Scheduling:
    return workers.Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    os.environ["SOUFFLEUR_TEST_SOUNDS"] = str(tmp_path_factory.mktemp("sounds"))
    yield
    del os.environ["SOUFFLEUR_TEST_SOUNDS"]


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A web shop that flows ask."""
    made = Shop()
    yield made
    made.close()
