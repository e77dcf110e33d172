"""What a phone of tests/real says: a sound file as RTP in A-law, a packet every 20 ms by the wall clock."""

from __future__ import annotations

import re
import struct
import time
import wave
from pathlib import Path

import gevent

from tests.real.sip import Agent, Call

FRAME = 160  # samples
SILENCE = b"\xd5" * FRAME
PT = 8  # PCMA


def alaw(sample: int) -> int:
    """One 16-bit sample as A-law (ITU-T G.711)."""
    sign, value = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    value = min(value, 32635) >> 3
    exponent = max(0, value.bit_length() - 5)
    mantissa = (value >> max(1, exponent)) & 0x0F if exponent else value >> 1 & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


TABLE = bytes(alaw(index - 65536 if index > 32767 else index) for index in range(65536))


def packets(file: str | Path) -> list[bytes]:
    """An 8 kHz sound file as payloads."""
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        raw = sound.readframes(sound.getnframes())
    coded = bytes(TABLE[one] for (one,) in struct.iter_unpack("<H", raw))
    return [coded[at : at + FRAME].ljust(FRAME, b"\xd5") for at in range(0, len(coded), FRAME)]


class Mouth:
    """Sends silence, or what it is told to say, from the answer on."""

    def __init__(self, agent: Agent, call: Call) -> None:
        self._agent, self._call = agent, call
        self._to_say: list[bytes] = []
        self.began = 0.0  # time.monotonic() at the first packet of what was said last
        self._runner = gevent.spawn(self._run)

    def say(self, file: str | Path) -> None:
        """Begin to say a sound file, after what is being said."""
        self._to_say.extend(packets(file))

    def is_silent(self) -> None:
        """Stop speaking."""
        self._to_say.clear()

    def close(self) -> None:
        self._runner.kill()

    def _run(self) -> None:
        host, port = self._where()
        due, spoke = time.monotonic(), False
        while True:
            payload = self._to_say.pop(0) if self._to_say else SILENCE
            if not spoke and payload is not SILENCE:
                self.began = time.monotonic()
            spoke = payload is not SILENCE
            agent = self._agent
            agent.sequence = (getattr(agent, "sequence", 0) + 1) & 0xFFFF
            agent.stamp = (getattr(agent, "stamp", 0) + FRAME) & 0xFFFFFFFF
            head = struct.pack("!BBHII", 0x80, PT, agent.sequence, agent.stamp, 7)
            try:
                agent.media.sendto(head + payload, (host, port))
            except OSError:
                return
            due += 0.02
            gevent.sleep(max(0.0, due - time.monotonic()))

    def _where(self) -> tuple[str, int]:
        """Where the other side wants its sound, once it has said so."""
        while True:
            offered = [self._call.invite] if self._call.invite else []  # by who calls us
            for message in [*offered, *self._call.answers.queue]:
                host, port = re.search(r"c=IN IP4 (\S+)", message.body), re.search(r"m=audio (\d+)", message.body)
                if host and port:
                    return host[1], int(port[1])
            gevent.sleep(0.01)
