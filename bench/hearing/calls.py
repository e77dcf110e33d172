"""People who call and speak into a prompt: when the controller hears words, and when the prompt falls silent.

`python -m bench.hearing.calls` runs a controller, the speech process and a FreeSWITCH of its own (the virtual switch
where there is none). It takes lines of JSON, `say` the names of prompts that are said at once, and answers each with
what came of them; it ends when there is nothing to say. Times are seconds since a prompt's first sample was spoken; a
phone sends it 20 ms later.
"""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gevent
from gevent import get_hub

from bench.hearing import ours
from bench.hearing.prompts import SOUNDS, Prompt, digits, prompts
from bench.hearing.told import texts
from conf.freeswitch import find_binary
from controller.calls.listening import Listening
from controller.calls.turn import Turn
from controller.flow.commands import Utterance
from speech.client import Heard
from tests.calls.listening_node import known, make
from tests.calls.live import Live, free_port, running
from tests.outside.real import RealOutside, RealPerson, start_real
from tests.outside.virtual import VirtualOutside

FREE, PHRASES = "+33987100001", "+33987100002"
PACKET = 0.02  # seconds
PATIENCE = 20.0  # seconds that a call may last


class Ears:
    """Keeps what each call hears and when, by the number that called."""

    def __init__(self) -> None:
        self.heard: dict[str, list[tuple[float, Heard]]] = {}
        perform, hear = Listening.perform, Turn.hear
        current: dict[Any, list[tuple[float, Heard]]] = {}

        def performed(listening: Listening, *arguments: Any) -> Utterance:
            mine = current[gevent.getcurrent()] = self.heard.setdefault(listening._session.caller_id_number, [])
            try:
                return perform(listening, *arguments)
            finally:
                mine.append((time.monotonic(), Heard("done")))
                del current[gevent.getcurrent()]

        def heard(turn: Turn, one: Heard, now: float) -> None:
            current[gevent.getcurrent()].append((time.monotonic(), one))
            hear(turn, one, now)

        Listening.perform, Turn.hear = performed, heard  # type: ignore[method-assign]


def main() -> None:
    """Say the prompts that are asked for, until nobody asks."""
    ears, found = Ears(), {prompt.name: prompt for prompt in [*prompts(), *digits()]}
    with TemporaryDirectory(prefix="souffleur-bench-", dir=ours.SHM) as name, ours.serving() as speech, known():
        folder = Path(name)
        os.environ["SOUFFLEUR_TEST_SOUNDS"] = str(folder / "sounds")
        with _outside(folder) as (outside, offer, directory):
            socket = {"SOUFFLEUR_SPEECH_SOCKET": str(speech.socket)}
            with running(outside, folder, offer, directory, **socket) as live:
                phrases = [prompt.words[0] for prompt in digits()]
                live.load(make(folder / "houses", {FREE: {"keys": 0}, PHRASES: {"keys": 0, "phrases": phrases}}))
                print(json.dumps({"switch": outside.kind}), flush=True)
                while names := json.loads(get_hub().threadpool.apply(sys.stdin.readline) or "{}").get("say"):
                    batch = [found[name] for name in names]
                    jobs = [gevent.spawn(_call, live, ears, one, place) for place, one in enumerate(batch)]
                    print(json.dumps({one.name: job.get() for one, job in zip(batch, jobs, strict=True)}), flush=True)


@contextmanager
def _outside(folder: Path) -> Iterator[tuple[RealOutside | VirtualOutside, int, int]]:
    offer, directory = free_port(), free_port()
    if binary := find_binary():
        (folder / "freeswitch").mkdir()
        real = start_real(binary, folder / "freeswitch", offer, directory)
        try:
            yield real, offer, directory
        finally:
            real.switch.stop()
    else:
        yield VirtualOutside(offer, speed=1.0), offer, directory


def _call(live: Live, ears: Ears, prompt: Prompt, place: int) -> dict[str, object]:
    gevent.sleep(place * 0.13)
    number = f"+336{random.randrange(10**8):08d}"
    caller = live.outside.from_trunk(PHRASES if prompt.name.startswith("digits/") else FREE, caller=number)
    assert caller.hears_something()
    gevent.sleep(0.7)
    quiet = Quiet(caller)
    caller.says(str(SOUNDS / f"{prompt.name}.wav"))
    ended = caller.has_ended(PATIENCE)
    began, silent = quiet.moments(prompt.seconds)
    if not ended:
        caller.hangs_up()
    heard = [(at - began, one) for at, one in ears.heard.get(number, ())]
    return {
        "silent": silent - began if ended else None,
        "voice": next((at for at, one in heard if one.type == "voice" and at > 0), None),
        "heard": texts(heard),
    }


class Quiet:
    """When somebody began to speak, and when the prompt they heard fell silent; by this process's clock."""

    def __init__(self, caller: Any) -> None:
        self._caller = caller
        self._last = 0.0
        self._reader = gevent.spawn(self._read) if isinstance(caller, RealPerson) else None

    def moments(self, seconds: float) -> tuple[float, float]:
        """Both; `seconds`: how long they spoke."""
        if self._reader:
            self._reader.kill()
            return self._caller.mouth.began - PACKET, self._last + PACKET
        party = self._caller.caller
        zero = time.monotonic() - party.clock.now()
        stopped = max((one.time for one in party.events if one.name == "PLAYBACK_STOP"), default=0.0)
        return zero + party.speaks_until - seconds, zero + stopped

    def _read(self) -> None:
        while True:
            self._caller.agent.media.recv(2048)
            self._last = time.monotonic()


if __name__ == "__main__":
    runs = gevent.spawn(main)
    gevent.signal_handler(signal.SIGTERM, runs.kill, block=False)  # so that whatever was started is ended
    runs.join()
    print(json.dumps({"ended": runs.successful()}), flush=True)
