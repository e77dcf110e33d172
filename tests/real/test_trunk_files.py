"""A trunk that the operator adds or removes in the database is there, or gone, on a running FreeSWITCH."""

from __future__ import annotations

from pathlib import Path

import pytest

from conf.apply import apply
from conf.freeswitch import find_binary
from conf.freeswitch.keep import write
from tests.calls.live import Live, free_port
from tests.outside.real import start_real
from tests.real.conftest import missing

CARRIER = "- {name: carrier, host: 127.0.0.9, allow: [127.0.0.9/32]}\n"
SECOND = "- {name: second, host: 127.0.0.11, allow: [127.0.0.11/32]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "operator"
    made.mkdir()
    return made


def test_trunks_follow_the_database(tmp_path: Path, folder: Path) -> None:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    real = start_real(binary, tmp_path, offer, directory)
    write(real.switch.settings, real.switch.conf_dir)
    live = Live(real, tmp_path / "data", offer, directory, SOUFFLEUR_FREESWITCH_CONF=str(real.switch.conf_dir))

    def bring(text: str) -> None:
        (folder / "trunks.yaml").write_text(text)
        apply(live.engine, folder, prompts_dir=live.settings.prompts_dir)

    def gateways() -> list[str]:
        lists = (real.switch.api(f"sofia profile external gwlist {state}") for state in ("up", "down"))
        return " ".join(lists).split()

    try:
        bring(CARRIER)
        live.start()
        bring(CARRIER + SECOND)
        live.until(lambda: "second" in gateways(), 15)
        assert "carrier" in gateways()
        live.until(lambda: real.switch.api("acl 127.0.0.11 second") == "true")
        bring(CARRIER + SECOND.replace("host: 127.0.0.11", "host: 127.0.0.12"))
        live.until(lambda: "sip:127.0.0.12" in real.switch.api("sofia status gateway second"), 15)
        bring(CARRIER)
        live.until(lambda: "second" not in gateways(), 15)
        assert "carrier" in gateways()
    finally:
        real.close()
        live.stop()
        real.switch.stop()
