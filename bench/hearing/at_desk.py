"""An agent's desk beside a call: when the card of a phrase is on the page of a real browser.

`python -m bench.hearing.at_desk` runs the speech process, the virtual switch, a controller, the web UI and Chromium. A
customer says sentences that a person recorded, each a rule's phrase. It prints one line of JSON: for each sentence
whether its card came, seconds from the end of the words to the card on the page, and from the controller to the page.
"""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import json
import os
import random
import time
from array import array
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gevent
import yaml

from bench.hearing import ours
from bench.hearing.prompts import RATE, SOUNDS, Prompt, prompts
from tests.browser.seat import Seat
from tests.calls.live import free_port, running
from tests.calls.prompted import ANNE, NUMBER, SLUG, Page, make
from tests.outside.virtual import VirtualOutside

SAID = 24
SHORTEST, LONGEST = 0.8, 3.0  # seconds of a sentence
PAUSE = 1.5
LOUD = 500  # of 32768: what is quieter is no speech
SEED = 7


def main() -> None:
    """Say the sentences, and tell when their cards came."""
    said = [one for one in prompts() if SHORTEST <= one.seconds <= LONGEST and 2 <= len(one.words) <= 6]
    random.Random(SEED).shuffle(said)
    said = _unlike(said)[:SAID]
    with TemporaryDirectory(prefix="souffleur-bench-", dir=ours.SHM) as name, ours.serving() as speech:
        folder, offer = Path(name), free_port()
        os.environ["SOUFFLEUR_TEST_SOUNDS"] = str(folder / "sounds")
        outside = VirtualOutside(offer, speed=1.0)
        socket = {"SOUFFLEUR_SPEECH_SOCKET": str(speech.socket)}
        with running(outside, folder, offer, free_port(), **socket) as live:
            house = make(folder / "houses", budget=60)
            (house / "prompter" / "rules.yaml").write_text(yaml.safe_dump([_rule(one) for one in said]))
            live.load(house)
            seat = Seat(live.environ, live.engine, live.settings.web_secret, ANNE, free_port())
            try:
                outside.phone("201", SLUG)
                customer = outside.from_trunk(NUMBER)
                page = Page(live)
                page.until("call", state="talking")
                live.until(lambda: list(live.settings.tap_dir.iterdir()))
                gevent.sleep(PAUSE)
                over = {one.name: _says(customer, one) for one in said}
                cards = {card["rule"]: card for card in page.of("card")}
                print(json.dumps([_told(one, over[one.name], cards, _shown(seat)) for one in said]), flush=True)
            finally:
                seat.close()


def _unlike(said: list[Prompt]) -> list[Prompt]:
    """Those that share few words with one before: a card must be its own sentence's."""
    found: list[Prompt] = []
    for one in said:
        if all(len(set(one.words) & set(other.words)) * 2 < len(set(one.words)) for other in found):
            found.append(one)
    return found


def _rule(prompt: Prompt) -> dict[str, Any]:
    said = {"by": "customer", "phrases": {"en": [" ".join(prompt.words)]}, "similarity": 75}
    return {"name": prompt.name, "title": {"en": prompt.name}, "cooldown": 0, "when": {"said": said}}


def _says(customer: Any, prompt: Prompt) -> float:
    """When its last word was over."""
    began = time.time()
    customer.says(str(SOUNDS / f"{prompt.name}.wav"))
    gevent.sleep(prompt.seconds + PAUSE)
    return began + _ends(prompt)


def _ends(prompt: Prompt) -> float:
    loud = [place for place, sample in enumerate(array("h", prompt.samples)) if abs(sample) > LOUD]
    return (loud[-1] + 1) / RATE


def _shown(seat: Seat) -> dict[str, float]:
    return {title.rpartition("/")[0]: at for title, at in seat.do("shown").items()}


def _told(prompt: Prompt, over: float, cards: dict[str, Any], shown: dict[str, float]) -> dict[str, Any]:
    card, at = cards.get(prompt.name), shown.get(prompt.name)
    if card is None or at is None:
        return {"name": prompt.name, "heard": card is not None}
    return {"name": prompt.name, "heard": True, "late": at - over, "way": at - card["shown_at"]}


if __name__ == "__main__":
    main()
