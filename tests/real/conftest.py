"""A real FreeSWITCH for the whole run, where the machine has one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conf.freeswitch import Trunk, certificates, find_binary
from controller.calls.directory import Directory, DirectoryUser, a1_hash
from tests.real.offers import Offers
from tests.real.ports import free_port
from tests.real.sip import Agent
from tests.real.switch import RealSwitch, settings_for

TRUNK, STRANGER = "127.0.0.9", "127.0.0.10"
CARRIER = "127.0.0.11"  # reached over TLS
PASSWORD = "phone-secret"
A, B = "martin.pbx.example", "durand.pbx.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.real)


def missing(reason: str) -> Any:
    """Skip with a reason; REQUIRE_REAL=1 makes that a failure."""
    if os.environ.get("REQUIRE_REAL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class Phones:
    """The database of this run: users 101 and 102 of two subscribers."""

    def __init__(self) -> None:
        self.users = {
            (domain, user): DirectoryUser(slug, user, domain, a1_hash(user, domain, PASSWORD), f"{user}@{slug}")
            for slug, domain in (("martin", A), ("durand", B))
            for user in ("101", "102")
        }
        self.away = False
        self.asked: list[str] = []
        self.refuses: Callable[[str, str, str, str], bool] = lambda *_stranger: False
        self.on_transfer: Callable[[dict[str, str]], object] = lambda _question: None

    def find(self, domain: str, user: str) -> DirectoryUser | None:
        self.asked.append(user)
        if self.away:
            raise ConnectionError("the database is away")
        return self.users.get((domain, user))


@pytest.fixture(scope="session")
def phones() -> Phones:
    return Phones()


@pytest.fixture(scope="session")
def freeswitch(tmp_path_factory: pytest.TempPathFactory, phones: Phones) -> Iterator[RealSwitch]:
    """FreeSWITCH with our configuration: both profiles on free ports, with a certificate, one trunk at 127.0.0.9."""
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    folder = tmp_path_factory.mktemp("freeswitch")
    trunk = Trunk("carrier", f"{TRUNK}:{free_port(TRUNK)}", (f"{TRUNK}/32",))
    certificates.make(folder / "certificates", [A, B, "127.0.0.1"])
    with open(folder / "certificates" / certificates.TRUSTED, "ab") as trusted:
        for carrier, name in (("carrier", CARRIER), ("other", "other.example")):
            certificates.make(folder / carrier, [name])
            trusted.write((folder / carrier / certificates.AUTHORITY).read_bytes())
    options = {"trunks": (trunk,), "certificate_dir": str(folder / "certificates")}
    switch = RealSwitch(binary, folder, settings_for(folder, **options))
    host, _, port = switch.settings.directories[0].rpartition(":")
    directory = Directory(
        phones.find,
        switch.settings.directory_secret,
        refuses=lambda *stranger: phones.refuses(*stranger),
        on_transfer=lambda question: phones.on_transfer(question),
    )
    server = directory.listen(host, int(port))
    try:
        switch.start()
        yield switch
    finally:
        switch.stop()
        server.stop(timeout=1)


@pytest.fixture
def offers(freeswitch: RealSwitch) -> Iterator[Offers]:
    """The controller's place. Not listening until `open()`."""
    offers = Offers(freeswitch.settings.offers[0])
    with freeswitch.calls_ended():
        yield offers
    offers.end()


@pytest.fixture
def agent(freeswitch: RealSwitch) -> Iterator[Callable[..., Agent]]:
    """Makes phones and trunks: agent("101", A) is a phone, agent("carrier", TRUNK) stands on the outside."""
    made: list[Agent] = []

    def make(user: str, domain: str, password: str = PASSWORD, **options: Any) -> Agent:
        outside = domain in (TRUNK, STRANGER)
        port = freeswitch.settings.external_port if outside else freeswitch.settings.internal_port
        if outside:
            options = {"address": domain, **options}
            domain, password = freeswitch.address, ""
        made.append(Agent((freeswitch.address, port), user, domain, password, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
