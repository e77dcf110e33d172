"""Plays the tests of flows by sound, each plainly and then as each of its variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conf.snapshot import Snapshot
from controller.calls.sounds import Sounds, Speak
from controller.calls.tap import Taps
from controller.flow.commands import Sound
from controller.flow.document import Flow
from controller.flow.problem import FlowError
from controller.flow.rehearse import Rehearsal, Rehearsed, read_tests
from controller.flow.script import FlowTest, Variant
from controller.flow.world import World
from controller.rehearsals.speaking import SpeakingCast
from controller.rehearsals.stand import Stand


class BySound:
    """Plays tests. `root` is the subscriber's folder, `speak` the voice, `speech` the recogniser's socket."""

    def __init__(self, root: Path, world: World, speak: Speak, speech: Path, taps: Path) -> None:
        self._root, self._world = root, world
        self._subscriber = subscriber(root, world)
        self._sounds = Sounds(speak)
        self._taps = Taps(taps)
        self._taps.start()
        self._stand = Stand(self._files, self._taps, speech)

    def play(self, doc: Mapping[str, Any]) -> Iterator[Rehearsed]:
        """Play those tests of a flow whose caller says what is in files."""
        try:
            flow = Flow.load(doc)
        except FlowError as broken:
            yield Rehearsed("", broken.problems)
            return
        tests, unreadable = read_tests(doc)
        if unreadable:
            yield Rehearsed("", tuple(unreadable))
            return
        for number, test in enumerate(tests):
            for variant in (Variant(), *test.variants) if test.by_sound else ():
                yield self._play(flow, test, f"tests.{number}", variant)

    def close(self) -> None:
        """End the switch."""
        self._stand.close()
        self._taps.stop()

    def _play(self, flow: Flow, test: FlowTest, field: str, variant: Variant) -> Rehearsed:
        given = test.given
        with TemporaryDirectory() as aside:
            made = SpeakingCast(test, self._world, variant, self._root, Path(aside), self._files)
            rehearsal = Rehearsal(flow, test, field, self._world, cast=lambda _: made)
            with self._stand.call(given.caller, given.language or self._world.language, made.at.isoformat()) as call:
                made.on(*call)
                played = rehearsal.play(then=made.over)
        return replace(played, name=f"{test.name} [{variant}]" if str(variant) else test.name)

    def _files(self, sounds: tuple[Sound, ...]) -> list[str]:
        return self._sounds.files(sounds, self._subscriber)


def subscriber(root: Path, world: World) -> Snapshot:
    """The subscriber of a folder, as far as sounds need it."""
    prompts = {
        name: dict(doc) | ({"file": str(root / doc["file"])} if doc.get("file") else {})
        for name, doc in world.prompts.items()
    }
    return Snapshot(
        subscriber_id=0, slug=root.name, name=root.name, language=world.language, time_zone=world.time_zone,
        country=world.country, emergency=(), fallback="", version=0, users=(), extensions={}, numbers={},
        schedules={}, lists={}, prompts=prompts, flows={},
    )  # fmt: skip
