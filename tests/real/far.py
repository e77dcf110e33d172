"""The far end of faxes: a FreeSWITCH of its own at the trunk's address, which answers by the number that is dialled.

The number's last two digits say how: 01 takes T.38, 02 refuses it, 03 is busy, 04 never answers, 05 is a voice, 06
holds the line after the fax. It writes what comes to `folder/rx/NUMBER-CHANNEL.tif`.
"""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from uuid import uuid4

import gevent

from conf.freeswitch import command_line
from tests.real.ports import free_port, free_range
from tests.real.switch import ENDS_WITHIN, STARTS_WITHIN, EventSocket, Refused

PASSWORD = "far-event-socket"
MODULES = (
    "console", "event_socket", "commands", "dptools", "dialplan_xml", "spandsp", "sndfile", "tone_stream", "sofia",
)  # fmt: skip
FAX = (
    ("set", "fax_ident=+49305550100"),
    ("set", "fax_header=far"),
    ("answer", ""),
    ("playback", "silence_stream://500"),
)
RX = "{rx}/${{destination_number}}-${{uuid}}.tif"
NUMBERS = {
    "01": (("set", "fax_enable_t38=true"), *FAX, ("rxfax", RX), ("hangup", "")),
    "02": (("set", "fax_enable_t38=false"), *FAX, ("rxfax", RX), ("hangup", "")),
    "03": (("hangup", "USER_BUSY"),),
    "04": (("ring_ready", ""), ("sleep", "60000")),
    "05": (("answer", ""), ("playback", "tone_stream://%(100000,0,350,440)")),
    "06": (("set", "fax_enable_t38=true"), *FAX, ("rxfax", RX), ("park", "")),
}


def _files(folder: Path, address: str, port: int, esl: int, rtp: tuple[int, int]) -> dict[str, str]:
    rx = folder / "rx"
    extensions = "".join(
        f'<extension name="n{digits}"><condition field="destination_number" expression="{digits}$">'
        + "".join(f'<action application="{name}" data="{data.format(rx=rx)}"/>' for name, data in actions)
        + "</condition></extension>"
        for digits, actions in NUMBERS.items()
    )
    loads = "".join(f'<load module="mod_{name}"/>' for name in MODULES)

    def conf(name: str, inner: str) -> str:
        return f'<configuration name="{name}.conf">{inner}</configuration>'

    def params(**values: object) -> str:
        return "".join(f'<param name="{name.replace("_", "-")}" value="{value}"/>' for name, value in values.items())

    first, last = rtp
    profile = params(
        sip_ip=address, rtp_ip=address, sip_port=port, context="public", dialplan="XML", auth_calls="false",
        inbound_codec_prefs="PCMA,PCMU", outbound_codec_prefs="PCMA,PCMU", rtp_timer_name="soft",
        manage_presence="false",        accept_blind_auth="true", inbound_late_negotiation="true",
    )  # fmt: skip
    esl_params = params(listen_ip="127.0.0.1", listen_port=esl, password=PASSWORD, nat_map="false")
    spandsp = f"<fax-settings>{params(use_ecm='true', spool_dir=rx, file_prefix='fax')}</fax-settings>"
    configuration = "".join(
        (
            conf("modules", f"<modules>{loads}</modules>"),
            conf("switch", f"<settings>{params(loglevel='info', rtp_start_port=first, rtp_end_port=last)}</settings>"),
            conf("event_socket", f"<settings>{esl_params}</settings>"),
            conf("spandsp", spandsp),
            conf("console", "<settings/>"),
            conf("acl", "<network-lists/>"),
            conf(
                "sofia",
                f'<global_settings/><profiles><profile name="far"><settings>{profile}</settings></profile></profiles>',
            ),
        )
    )
    text = (
        '<?xml version="1.0"?><document type="freeswitch/xml">'
        f'<section name="configuration">{configuration}</section>'
        f'<section name="dialplan"><context name="public">{extensions}</context></section>'
        '<section name="directory"/></document>'
    )
    return {"freeswitch.xml": text.replace("><", ">\n<")}  # it reads lines of a bounded length


class FarEnd:
    """Runs from `start` to `stop`."""

    def __init__(self, binary: str, folder: Path, address: str, port: int) -> None:
        self.folder, self._binary = folder, binary
        self.rx = folder / "rx"
        self._esl = free_port()
        (folder / "conf").mkdir(parents=True)
        self.rx.mkdir()
        for name, text in _files(folder, address, port, self._esl, free_range(400)).items():
            (folder / "conf" / name).write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once its profile runs."""
        words = command_line(self._binary, self.folder / "conf", self.folder / "state")
        with open(self.folder / "console", "wb") as console:
            self._process = subprocess.Popen(words, stdout=console, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        with gevent.Timeout(STARTS_WITHIN, Refused(f"not ready: see {self.folder}")):
            while not self._is_ready():
                assert self._process.poll() is None, f"ended at once: see {self.folder}/console"
                gevent.sleep(0.1)

    def stop(self) -> None:
        """End it, and wait until it has."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(ENDS_WITHIN)

    def api(self, command: str) -> str:
        """Run one api command."""
        client = EventSocket(("127.0.0.1", self._esl), PASSWORD)
        try:
            return client.api(command)
        finally:
            client.close()

    def sends(self, file: Path, number: str, to: str, **variables: str) -> str:
        """Call a number at HOST:PORT as a fax machine and send a file; the channel."""
        uuid = str(uuid4())
        told = {
            "origination_uuid": uuid,
            "fax_ident": "+33611111111",
            "fax_header": "far",
            "ignore_early_media": "true",
        }
        written = ",".join(f"{name}={value}" for name, value in (told | variables).items())
        self.api(f"bgapi originate {{{written}}}sofia/far/{number}@{to} &txfax({file})")
        return uuid

    def received(self, number: str) -> list[Path]:
        """What came, the oldest first."""
        return sorted(self.rx.glob(f"{number}-*.tif"), key=lambda file: file.stat().st_mtime)

    def channel_of(self, number: str, within: float = 20.0) -> str:
        """The channel that takes a call to a number."""
        with gevent.Timeout(within, AssertionError(f"no call to {number} came")):
            while True:
                for line in self.api("show channels").splitlines():
                    if number in line:
                        return line.partition(",")[0]
                gevent.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return "RUNNING" in self.api("sofia status")
        except (OSError, Refused):
            return False
