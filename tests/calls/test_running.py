"""What keeps `python -m controller run` from starting is said in one line; what runs is looked after."""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys
from pathlib import Path

import gevent
import pytest

from conf.database import migrate, open_engine
from conf.freeswitch import certificates
from conf.settings import Settings, load
from controller.running import CannotStart, freeswitch, run, speech, switch, taken_ports
from controller.supervisor import Child, Supervisor, python
from controller.virtual import VirtualSwitch
from tests.calls.live import free_port


def settings(folder: Path, **changes: str) -> Settings:
    ports = {f"SOUFFLEUR_{name}_PORT": str(free_port()) for name in ("ESL", "OFFER", "CONTROL", "DIRECTORY")}
    return load({"SOUFFLEUR_DATA_DIR": str(folder), "SOUFFLEUR_ESL_PASSWORD": "event-socket-secret"} | ports | changes)


@pytest.mark.parametrize("name", ["OFFER", "CONTROL", "DIRECTORY"])
def test_a_taken_port_is_named_with_its_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        mine = settings(tmp_path, **{f"SOUFFLEUR_{name}_PORT": str(port)})
        assert list(taken_ports(mine)) == [f"127.0.0.1:{port} is taken (SOUFFLEUR_{name}_PORT)."]
        assert run(mine) == 1
    assert f"SOUFFLEUR_{name}_PORT" in capsys.readouterr().err


def test_a_freeswitch_that_takes_our_password_is_used(tmp_path: Path) -> None:
    with VirtualSwitch("event-socket-secret") as there:
        assert switch(settings(tmp_path, SOUFFLEUR_ESL_PORT=str(there.port))) == []


def test_a_freeswitch_with_another_password(tmp_path: Path) -> None:
    with VirtualSwitch("another-secret") as there, pytest.raises(CannotStart, match="SOUFFLEUR_ESL_PASSWORD"):
        switch(settings(tmp_path, SOUFFLEUR_ESL_PORT=str(there.port)))


def test_something_else_on_the_event_sockets_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(CannotStart, match="no FreeSWITCH"):
        switch(settings(tmp_path, SOUFFLEUR_ESL_PORT=str(other.getsockname()[1])))


def test_a_port_for_tls_is_looked_at_once_there_is_a_certificate(tmp_path: Path) -> None:
    names = ("SIP_INTERNAL", "SIP_EXTERNAL", "SIP_INTERNAL_TLS", "SIP_EXTERNAL_TLS")
    ports = {f"SOUFFLEUR_{name}_PORT": str(free_port()) for name in names}
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports["SOUFFLEUR_SIP_EXTERNAL_TLS_PORT"] = str(other.getsockname()[1])
        mine = settings(tmp_path, **ports)
        migrate(open_engine(mine.database_url))
        assert freeswitch(mine, "/usr/bin/freeswitch").name == "FreeSWITCH"
        certificates.make(mine.certificate_dir, [mine.domain])
        with pytest.raises(CannotStart, match="SOUFFLEUR_SIP_EXTERNAL_TLS_PORT"):
            freeswitch(mine, "/usr/bin/freeswitch")


def test_what_keeps_freeswitch_from_being_configured_is_said_in_a_line(tmp_path: Path) -> None:
    mine = settings(tmp_path, SOUFFLEUR_REQUIRE_TLS="true", SOUFFLEUR_SIP_INTERNAL_PORT=str(free_port()))
    migrate(open_engine(mine.database_url))
    with pytest.raises(CannotStart, match="needs a certificate"):
        freeswitch(mine, "/usr/bin/freeswitch")


def test_what_a_child_writes_is_closed_to_others(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'log')!r}, 'w').close(); import time; time.sleep(60)"
    supervisor = Supervisor([Child("writer", [sys.executable, "-c", code])], sleep=gevent.sleep)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    running = gevent.spawn(supervisor.run)
    try:
        file = until(lambda: tmp_path / "log" if (tmp_path / "log").exists() else None)
        assert stat.S_IMODE(file.stat().st_mode) & 0o007 == 0
    finally:
        supervisor._stop(signal.SIGTERM, None)
        running.join(20)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_child_that_dies_is_started_again_and_all_end_together(tmp_path: Path) -> None:
    child = Child("sleeper", python("http.server", "0", "--bind", "127.0.0.1"))
    supervisor = Supervisor([child], sleep=gevent.sleep)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    running = gevent.spawn(supervisor.run)
    try:
        first = until(lambda: child.process)
        os.kill(first.pid, signal.SIGKILL)
        second = until(lambda: child.process if child.process not in (None, first) else None)
        assert child.deaths == 1
        supervisor._stop(signal.SIGTERM, None)
        running.get(timeout=10)
        assert second.poll() is not None
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def until(met):
    with gevent.Timeout(10):
        while not (found := met()):
            gevent.sleep(0.02)
        return found


def test_callers_are_understood_where_a_model_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    mine = settings(tmp_path, SOUFFLEUR_SPEECH_PORT=str(port))
    assert speech(mine) == []
    assert f"no model is in {mine.models_dir}" in capsys.readouterr().out
    for part in ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst"):
        file = mine.models_dir / "vosk-model-small-fr-0.22" / part
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert [child.command[1:] for child in speech(mine)] == [["-m", "speech", "serve"]]
    with socket.create_server(("127.0.0.1", port)):
        assert list(taken_ports(mine)) == [f"127.0.0.1:{port} is taken (SOUFFLEUR_SPEECH_PORT)."]
