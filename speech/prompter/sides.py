"""Who speaks when: the speech of both sides in the last minutes, and what can be measured of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from speech.prompter.heard import SIDES, Word

BREATH = 0.8  # seconds: a shorter gap does not end a stretch of speech
REST = 5.0  # seconds: a longer one ends a monologue
ASIDE = 2  # words: so few of the other side ("yes, right") end no monologue
STUCK = 30.0  # seconds after which "voice" without words is not believed any more
KEPT_WORDS = 400
KEPT_STRETCHES = 16

Stretch = tuple[float, float]


@dataclass
class Voice:
    """One side's speech."""

    past: deque[Stretch] = field(default_factory=lambda: deque(maxlen=KEPT_STRETCHES))
    present: list[Stretch] = field(default_factory=list)
    past_words: deque[Stretch] = field(default_factory=lambda: deque(maxlen=KEPT_WORDS))
    present_words: list[Stretch] = field(default_factory=list)
    ended: float = -1.0  # of the last word, or sound
    sounding: float = -1.0  # since when there is sound; -1: there is none
    floor: float = -1.0  # since when this side has the floor

    def stretches(self) -> list[Stretch]:
        """The last stretches of speech."""
        return joined([*self.past, *self.present])

    def is_sounding(self, now: float) -> bool:
        """Whether this side makes a sound now."""
        return self.sounding >= 0 and now - max(self.sounding, self.ended) < STUCK

    def words_per_minute(self, over: float) -> float:
        """How fast this side spoke in its last seconds of speech; 0 while there is too little to say."""
        spoken, count, later = 0.0, 0, None
        for start, end in reversed([*self.past_words, *self.present_words][-KEPT_WORDS:]):
            gap = max(0.0, later - end) if later is not None else 0.0
            if gap > REST:
                break
            spoken += max(0.0, end - start) + min(gap, BREATH)
            count, later = count + 1, start
            if spoken >= over:
                break
        return count / spoken * 60 if spoken >= over * 0.9 and spoken > 0 else 0.0


class Sides:
    """Both sides."""

    def __init__(self) -> None:
        self.voices = {side: Voice() for side in SIDES}
        self.quiet_since = 0.0

    def say(self, side: str, words: Sequence[Word], final: bool) -> None:
        """Take up an utterance, as far as it goes."""
        voice = self.voices[side]
        spoken = [(word.start, max(word.start, word.end)) for word in words]
        voice.present, voice.present_words = joined(spoken), spoken
        if spoken:
            self._take_floor(side, spoken)
            voice.ended = max(voice.ended, spoken[-1][1])
            self.quiet_since = max(self.quiet_since, voice.ended)
        if final:
            voice.past.extend(voice.present)
            voice.past_words.extend(spoken[-KEPT_WORDS:])
            voice.present, voice.present_words = [], []

    def sound(self, side: str, begins: bool, at: float) -> None:
        """Sound of a side began or ended."""
        voice = self.voices[side]
        voice.sounding = at if begins else -1.0
        self.quiet_since = max(self.quiet_since, at)

    def restart(self, at: float) -> None:
        """A hold ended, or the call was answered: nobody was silent or spoke on and on before."""
        self.quiet_since = at
        for voice in self.voices.values():
            voice.floor = -1.0

    def silence(self, now: float) -> float:
        """Seconds since anybody was heard."""
        if any(voice.is_sounding(now) for voice in self.voices.values()):
            return 0.0
        return max(0.0, now - self.quiet_since)

    def cross_talk(self) -> float:
        """Seconds for which both spoke at once in the last stretch of both."""
        one, other = (self.voices[side].stretches() for side in SIDES)
        if not one or not other:
            return 0.0
        return max(0.0, min(one[-1][1], other[-1][1]) - max(one[-1][0], other[-1][0]))

    def monologue(self, by: str) -> float:
        """Seconds for which a side (or either) has spoken without the other."""
        return max(self.voices[side].ended - self.voices[side].floor if self._has_floor(side) else 0.0
                   for side in _of(by))  # fmt: skip

    def rates(self, by: str, over: float) -> list[float]:
        """The words per minute of each side that is meant and that has spoken enough."""
        return [rate for side in _of(by) if (rate := self.voices[side].words_per_minute(over))]

    def _has_floor(self, side: str) -> bool:
        return self.voices[side].floor >= 0

    def _take_floor(self, side: str, spoken: Sequence[Stretch]) -> None:
        voice, other = self.voices[side], self.voices[_other(side)]
        if len(spoken) > ASIDE:
            other.floor = -1.0
        if voice.floor < 0 or spoken[0][0] - voice.ended > REST:
            voice.floor = max(spoken[0][0], other.ended if other.ended < spoken[-1][1] else spoken[0][0])


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches in order of time, those with a breath between them made one."""
    found: list[Stretch] = []
    for start, end in stretches:
        if found and start - found[-1][1] <= BREATH:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _of(by: str) -> tuple[str, ...]:
    return SIDES if by == "either" else (by,)


def _other(side: str) -> str:
    return SIDES[side == SIDES[0]]
