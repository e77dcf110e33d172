"""Trunks on their way into a FreeSWITCH that goes away meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gevent.threadpool import ThreadPool

from conf.freeswitch import Switch
from conf.freeswitch.keep import write
from controller.calls.trunks import TrunkFiles
from controller.esl.errors import ConnectionLost

CARRIER = {"name": "carrier", "host": "192.0.2.1", "allow": ["192.0.2.1/32"]}


class Connection:
    """Takes so many commands before it breaks."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.commands: list[str] = []

    def bgapi(self, command: str) -> str:
        if len(self.commands) == self.takes:
            raise ConnectionLost("cut")
        self.commands.append(command)
        return "+OK"


@pytest.mark.parametrize("takes", range(4))
def test_freeswitch_reads_what_was_written_while_its_connection_broke(
    tmp_path: Path, pool: ThreadPool, takes: int
) -> None:
    write(Switch(esl_password="event-socket-secret", directory_secret="directory-secret"), tmp_path)
    files = TrunkFiles(tmp_path, "event-socket-secret", "directory-secret", pool)
    first: Any = Connection(takes)
    with pytest.raises(ConnectionLost):
        files.renew([CARRIER], first)
    second: Any = Connection(99)
    files.renew([CARRIER], second)
    reading = ["reloadxml", "reloadacl", "sofia profile external rescan"]
    assert second.commands == ["sofia profile external killgw carrier", *reading]
    third: Any = Connection(99)
    files.renew([CARRIER], third)
    assert third.commands == []
