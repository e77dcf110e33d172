"""Secrets beside a real FreeSWITCH: changed while a call is up, and in no log, at whatever level."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent import subprocess

from conf.__main__ import main as configure
from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.freeswitch import find_binary
from conf.freeswitch.command import from_settings
from conf.freeswitch.keep import write
from conf.freeswitch.trunk import Trunk
from conf.secret_files import newest
from conf.settings import SECRETS, load
from conf.snapshot import trunks as trunks_of
from conf.telephone import digest
from controller.terminal import ControlClient, Refused
from tests.calls.live import HOUSES
from tests.real.conftest import missing
from tests.real.ports import free_port, free_range
from tests.real.sip import Agent
from tests.real.switch import RealSwitch
from tests.real.switch import Refused as Unlucky

TRUNKS = """\
- {name: carrier, host: 127.0.0.9:5999, allow: [127.0.0.9/32]}
- {name: paid, host: 127.0.0.9:5998, username: u1, password: trunk-word-4711, register: true}
"""
PASSWORD = "claire-phone-1"
DOMAIN = "martin.pbx.localhost"
SERVE = """\
from gevent import monkey; monkey.patch_all()
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
from controller.__main__ import main
sys.exit(main(["serve"]))
"""


class House:
    """An installation as an operator has it: its own secrets, a FreeSWITCH rendered from it, one controller."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.folder = folder
        ports = ("ESL", "OFFER", "CONTROL", "DIRECTORY", "SIP_INTERNAL", "SIP_EXTERNAL")
        self.environ = {f"SOUFFLEUR_{name}_PORT": str(free_port()) for name in ports}
        self.environ |= {"SOUFFLEUR_DATA_DIR": str(folder / "var"), "SOUFFLEUR_LANGUAGE": "en"}
        self.environ["SOUFFLEUR_SOUNDS_DIR"] = os.environ["SOUFFLEUR_TEST_SOUNDS"]
        self.settings = load(self.environ)
        engine = open_engine(self.settings.database_url)
        migrate(engine)
        (folder / "operator").mkdir()
        (folder / "operator/trunks.yaml").write_text(TRUNKS)
        apply(engine, folder / "operator", prompts_dir=self.settings.prompts_dir)
        apply(engine, HOUSES / "martin", prompts_dir=self.settings.prompts_dir, domain=self.settings.domain)
        with operator(engine, read_only=True) as session:
            trunks = tuple(Trunk.from_document(trunk, trunk["password"]) for trunk in trunks_of(session))
        engine.dispose()
        self.freeswitch = RealSwitch(binary, folder, from_settings(self.settings, trunks, rtp_ports=free_range(400)))
        self.freeswitch.conf_dir = self.settings.freeswitch_conf
        for name in ("sounds_dir", "spool_dir"):
            Path(getattr(self.settings, name)).mkdir(parents=True, exist_ok=True)
        write(self.freeswitch.settings, self.freeswitch.conf_dir)
        self.freeswitch.start()
        self.controller: Any = None
        self.agents: list[Agent] = []
        self.command_lines = b""

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.settings.control_host, self.settings.control_port, self.settings.control_secret)

    def serve(self) -> None:
        """Start the controller, its log at the lowest level."""
        with open(self.folder / "controller.log", "ab") as log:
            command = [sys.executable, "-c", SERVE]
            self.controller = subprocess.Popen(command, env=os.environ | self.environ, stdout=log, stderr=log)
        self.until(self.control.is_ready)

    def until(self, met: Any, within: float = 30.0) -> None:
        with gevent.Timeout(within, AssertionError(f"not so: see {self.folder}")):
            while not met():
                gevent.sleep(0.05)

    def phone(self, password: str) -> Agent:
        """The user 101."""
        return self._agent(self.settings.sip_internal_port, "101", DOMAIN, password)

    def caller(self) -> Agent:
        """Somebody outside."""
        return self._agent(self.settings.sip_external_port, "+33611111111", "127.0.0.1", address="127.0.0.9")

    def _agent(self, port: int, *words: str, **options: str) -> Agent:
        self.agents.append(Agent((self.freeswitch.address, port), *words, **options))
        return self.agents[-1]

    def logs(self) -> list[Path]:
        return [self.folder / "controller.log", self.folder / "state/log/freeswitch.log"]

    def kill_freeswitch(self) -> None:
        """kill -9, its command line noted before."""
        pids = (self.freeswitch.pid, self.controller.pid)
        self.command_lines = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)
        os.kill(self.freeswitch.pid, signal.SIGKILL)

    def stop(self) -> None:
        for agent in self.agents:
            agent.close()
        if self.controller:
            self.controller.send_signal(signal.SIGTERM)
            self.controller.wait(20)
        self.freeswitch.stop()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    made = House(binary, tmp_path)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    yield made
    made.stop()


def test_secrets_change_while_a_call_is_up(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The call goes on, a phone registers at every moment, and in the end the old values open nothing."""
    house.serve()
    before = {name: str(getattr(house.settings, name)) for name in SECRETS}
    caller = house.caller()
    call = caller.invite("+33123456789")
    assert call.response().status == 200
    assert configure(["secret", "rotate", "all"]) == 0
    told = capsys.readouterr().out
    assert "directory_secret: FreeSWITCH uses the new one." in told
    assert "esl_password: FreeSWITCH keeps the one before while calls are up" in told
    now = {name: str(newest(getattr(house.settings, name))) for name in SECRETS}
    assert not set(now.values()) & set(before.values())
    assert house.control.is_ready()  # the client shows the new one
    assert ControlClient("127.0.0.1", house.settings.control_port, before["control_secret"]).is_ready()
    assert len(house.control.ask("GET", "/v1/calls")["calls"]) == 1
    assert call.bye().status == 200
    house.until(lambda: house.freeswitch.connect(before["esl_password"]).api("show channels count") == "0 total.")
    assert configure(["secret", "finish"]) == 0
    told = capsys.readouterr().out
    assert "esl_password: FreeSWITCH uses the new one." in told
    assert told.count("is not good any more") == len(SECRETS)
    house.until(house.control.is_ready)  # it has connected again
    again = caller.invite("+33123456789")
    assert again.response().status == 200
    assert again.bye().status == 200
    assert not ControlClient("127.0.0.1", house.settings.control_port, before["control_secret"]).is_ready()
    with pytest.raises(Exception, match="password"):
        house.freeswitch.connect(before["esl_password"])


LOWEST = ("reloadxml", "reload mod_logfile", "fsctl loglevel debug", "sofia loglevel all 9", "sofia global siptrace on")


def test_no_log_and_no_command_line_holds_a_secret(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """At the lowest level, while phones prove their passwords, trunks register, secrets change and things go wrong."""
    mapping = house.freeswitch.conf_dir / "autoload_configs/logfile.conf.xml"
    mapping.write_text(mapping.read_text().replace('value="console,notice', 'value="console,debug,info,notice'))
    for command in LOWEST:
        house.freeswitch.api(command)
    house.serve()
    seen = {name: [str(getattr(house.settings, name))] for name in SECRETS}
    phone, liar, caller = house.phone(PASSWORD), house.phone("liar-word-0815"), house.caller()
    assert (phone.register(), liar.register()) == (200, 403)
    call = phone.invite("+33123456789")
    assert call.response().status == 200
    with pytest.raises(Refused):
        ControlClient("127.0.0.1", house.settings.control_port, "guess-word-1234").status()
    with pytest.raises(Unlucky):
        house.freeswitch.connect("guess-word-1234")
    assert configure(["secret", "rotate", "all"]) == 0
    house.freeswitch.api("sofia profile external killgw paid")
    house.freeswitch.api("sofia profile external rescan")
    assert call.bye().status == 200
    house.until(lambda: house.freeswitch.connect(seen["esl_password"][0]).api("show channels count") == "0 total.")
    assert configure(["secret", "finish"]) == 0
    house.until(house.control.is_ready)
    lost = caller.invite("+33123456789")
    assert lost.response().status == 200
    house.kill_freeswitch()  # whatever the controller says about that
    house.until(lambda: not house.control.is_ready())
    said = capsys.readouterr()
    for name, values in seen.items():
        values.append(newest(getattr(house.settings, name)))
    words = (PASSWORD, "liar-word-0815")
    seen["phone"] = [*words, *(digest("101", DOMAIN, word) for word in words)]
    seen["trunk"], seen["guess"] = ["trunk-word-4711"], ["guess-word-1234"]
    logs = {path: path.read_bytes() for path in house.logs()}
    assert b"Digest username" in logs[house.logs()[1]]  # the level is that low
    assert b"DEBUG" in logs[house.logs()[0]]
    logs |= {"terminal": (said.out + said.err).encode(), "command lines": house.command_lines}
    for log, text in logs.items():
        assert [name for name, values in seen.items() for value in values if value.encode() in text] == [], log


def test_what_freeswitch_writes_of_its_configuration_is_closed_to_others(house: House) -> None:
    """It keeps all of it in one file beside its log, secrets included, readable by whoever gets at the folder."""
    whole = house.freeswitch.folder / "state/log/freeswitch.xml.fsxml"
    assert house.settings.esl_password in whole.read_text()
    for folder in (whole.parent, house.freeswitch.folder / "state/db", house.freeswitch.folder / "state/certs"):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0
