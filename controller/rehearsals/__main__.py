"""Plays tests by sound for `python -m conf flows test --sound`. gevent is patched before anything else.

On stdin one JSON document {root, world, flows: {name: document}}; on stdout a line {flow, tests} for each flow.
"""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conf.settings import load
from controller.flow.world import World
from controller.rehearsals.by_sound import BySound
from controller.rehearsals.ears import NoEars, ears
from speech.client import Voice


def main() -> int:
    """Play them; 2 when nothing can be understood here."""
    settings, asked = load(), json.load(sys.stdin)
    voice = Voice(settings.sounds_dir / "spoken")
    voice.start()
    try:
        with ears(settings) as speech, TemporaryDirectory(prefix="souffleur-taps-") as taps:
            player = BySound(Path(asked["root"]), world(asked["world"]), voice.speak, speech, Path(taps))
            for name, doc in asked["flows"].items():
                print(json.dumps({"flow": name, "tests": [asdict(one) for one in player.play(doc)]}), flush=True)
            player.close()
    except NoEars as reason:
        print(reason, file=sys.stderr)
        return 2
    finally:
        voice.close()
    return 0


def world(told: dict[str, Any]) -> World:
    """A subscriber's world; JSON has written the versions of flows as texts."""
    versions = {name: {int(number): doc for number, doc in docs.items()} for name, docs in told["flows"].items()}
    return World(**(told | {"flows": versions}))


if __name__ == "__main__":
    sys.exit(main())
