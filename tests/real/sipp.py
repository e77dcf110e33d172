"""Runs sipp as the outside world: calls with real RTP, as many as a test wants."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.real.ports import free_port

SCENARIOS = Path(__file__).parent / "sipp"


def found() -> bool:
    """Whether sipp is on this machine."""
    return shutil.which("sipp") is not None


def a_law(sample: int) -> int:
    """One sample of 16 bits in G.711 A-law (ITU-T G.711, table 1)."""
    sign, magnitude = (0x80, sample >> 4) if sample >= 0 else (0, (-sample - 1) >> 4)
    if magnitude < 32:
        return (sign | magnitude >> 1) ^ 0x55
    exponent = magnitude.bit_length() - 5
    return (sign | exponent << 4 | (magnitude >> exponent) & 0x0F) ^ 0x55


def tone(seconds: float = 1.0, hertz: float = 425.0) -> bytes:
    """A tone at 8 kHz in A-law."""
    samples = (8000 * math.sin(2 * math.pi * hertz * place / 8000) for place in range(int(seconds * 8000)))
    return bytes(a_law(int(sample)) for sample in samples)


class Sipp:
    """One run of a scenario of tests/real/sipp. Ended by its own pid."""

    def __init__(
        self, scenario: str, folder: Path, address: str, port: int = 0, remote: str = "", words: Sequence[str] = ()
    ) -> None:
        self.port = port or free_port(address)
        (folder / "tone.alaw").write_bytes(tone())
        command = ["sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", address, "-p", str(self.port), "-m", "1"]
        command += ["-mi", address, "-mp", str(free_port(address)), "-nostdin", "-timeout", "30s", "-trace_err", *words]
        command += [remote] if remote else []
        self._output = open(folder / f"{scenario}.out", "w+b")  # noqa: SIM115 closed with the process
        self._process = subprocess.Popen(command, cwd=folder, stdout=self._output, stderr=subprocess.STDOUT)

    def finished(self, within: float = 30.0) -> int:
        """Wait for the end of the scenario; returns its exit status, 0 when everything went as written."""
        return self._process.wait(within)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
        self._output.close()

    @property
    def said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode("latin-1")
