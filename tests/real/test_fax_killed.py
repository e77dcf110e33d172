"""A controller is killed while a real fax is on its way: the pages arrive once, and what became of them is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conf.freeswitch import find_binary
from tests.calls.live import free_port
from tests.calls.processes import Processes
from tests.calls.test_fax import ask, attempt, opened, over, queued, received
from tests.fax.pages import differences, sample
from tests.outside.real import TRUNK, start_real
from tests.real.conftest import missing
from tests.real.far import FarEnd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
A_FAX = 150.0
TO, OURS = "+33699099901", "+33123456790"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Processes, FarEnd]]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    folder, doors = tmp_path_factory.mktemp("live"), {"a": (free_port(), free_port()), "b": (free_port(), free_port())}
    offers, directories = zip(*doors.values(), strict=True)
    (folder / "cdr").mkdir()
    where = tmp_path_factory.mktemp("freeswitch")
    real = start_real(binary, where, offers, directories, give_up=60, cdr_dir=str(folder / "cdr"))
    far = FarEnd(binary, tmp_path_factory.mktemp("far"), TRUNK, real._trunk_ports["carrier"])
    made = Processes(real, folder, doors)
    try:
        far.start()
        yield made, far
    finally:
        far.stop()
        real.switch.stop()
        made.stop()


def test_both_ways(place: tuple[Processes, FarEnd]) -> None:
    """Killed after the first page of two that go, and of two that come; the one that comes ends while nobody lives."""
    site, far = place
    site.start("a")
    out = site.settings.fax_dir / "out"
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, theirs = sample(out / "x.tif", 3), sample(far.folder / "theirs.tif", 2, density=4)
    key = queued(site, to=TO)
    call = ask(site, key, file, control=site["a"].control, to=TO)
    to = f"127.0.0.1:{site.outside.switch.settings.external_port}"
    coming = far.sends(theirs, OURS, to, fax_enable_t38="true", fax_enable_t38_request="true")
    site.until(lambda: attempt(site, key).pages_confirmed == 1, A_FAX)
    site["a"].kill()
    site.until(lambda: far.api(f"uuid_exists {coming}") == "false", A_FAX)
    site.start("b")
    done = over(site, key, A_FAX)
    assert (done.code, done.pages_confirmed, done.call) == (0, 3, call)
    assert ask(site, key, file, control=site["b"].control, to=TO) == call
    (went,) = far.received(TO)
    assert differences(file, went) == []
    (fax,) = site.until(lambda: received(site), A_FAX)
    came = far.folder / "came.tif"
    came.write_bytes(opened(site, fax))
    assert (fax.state, fax.pages, differences(theirs, came)) == ("received", 2, [])
    assert len(far.received(TO)) == 1
