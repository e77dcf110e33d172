"""The prompter of one call with its stage and its pen: words and events go in, what the page needs comes out.

Nothing leaves it that was not masked: neither to the page, nor to be kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from conf.prompter.policy import BUDGET, KEPT_DAYS
from controller.calls.attendants.calls import (
    About,
    card_document,
    checklist_document,
    handed_over,
    utterance_key,
    why_document,
)
from controller.calls.attendants.hearing import LAGGING
from controller.calls.attendants.memory import Memory
from controller.calls.attendants.recall import Recalled, cards_again
from controller.calls.attendants.stage import AGENT, Document, Stages
from controller.calls.attendants.voices import Settled, Spoken, Voice
from controller.calls.attendants.writing import CALL, Pen
from controller.calls.spool import Fact
from speech.client import Heard
from speech.hints import SIDES, Card, Checklists, Happened, Prompter, Rules, Seen, Tick, Told, Withdrawn

LAGS = 12.0  # seconds that a recogniser which lagged is believed to lag: it says so every ten
KEPT_EVENTS = frozenset({"answer", "hold", "unhold", "key", "node", "queue", "called", "caller", "direction",
                         "transfer", "ticked", "end", "handed_over"})  # fmt: skip


@dataclass(frozen=True)
class Ready:
    """A subscriber's rules and checklists, made ready once for each revision of its configuration."""

    version: int
    rules: Rules
    checklists: Checklists


class Whisper:
    """`memory` is what the call has of itself; with `resumed` another prompter had it. `user` talks now."""

    def __init__(
        self,
        about: About,
        memory: Memory,
        ready: Ready,
        stages: Stages,
        put: Callable[[Fact], object],
        secret: str,
        now: Callable[[], float],
        user: str,
        resumed: bool,
    ) -> None:
        subscriber = about.subscriber
        policy: Mapping[str, Any] = subscriber.prompter.get("policy") or {}
        place = about.place()
        language = place.language or subscriber.language
        self._memory, self._ready, self._now = memory, ready, now
        self.about, self.user = about, user
        numbers = {side: memory.utterances.get(side, 0) + resumed for side in SIDES}
        recalled = memory.recalled(ready.rules, ready.checklists) | {"utterances": numbers} if resumed else None
        self._languages = (language,)
        self._facts = {"agent": about.name(user)}
        self._prompter = Prompter(
            ready.rules,
            ready.checklists,
            languages=self._languages,
            started=datetime.fromtimestamp(memory.started, ZoneInfo(subscriber.time_zone)),
            facts=self._facts,
            budget=policy.get("budget", BUDGET),
            memory=recalled,
        )
        self._etags = {rule.name: rule.etag for rule in ready.rules.rules}
        mask = policy.get("mask", ())
        self._voices = {side: Voice(side, language, mask, numbers[side]) for side in SIDES}
        spoken = dict.fromkeys(SIDES, language)
        self._pen = Pen(
            put, secret, subscriber.subscriber_id, about.call, memory.started, about.epoch,
            policy.get("keep_days", KEPT_DAYS), spoken, policy.get("store", True),
        )  # fmt: skip
        self._stages = stages
        self._stage = stages.open(subscriber.subscriber_id, about.call, user)
        self._lagged = -LAGS
        self._cards: dict[int, str] = {}  # card: its audience
        self.urgent = False  # something must be remembered at once
        self._call: Document = {
            "type": "call",
            "call": about.call,
            "uuid": about.uuid,
            "state": "held" if memory.held else "talking",
            "user": user,
            "direction": memory.direction,
            "caller": about.caller,
            "caller_name": about.caller_name,
            "called": about.called,
            "queue": "",
            "flow": place.flow,
            "node": place.node,
            "started_at": memory.started,
            "languages": spoken,
            "handed_over": None,
            "degraded": "",
        }
        self._show_call()
        self._show_checklists()

    # --- what comes in ----------------------------------------------------------------------------------------------

    @property
    def speaking(self) -> bool:
        """Whether somebody is in the middle of an utterance."""
        return any(voice.speaks for voice in self._voices.values())

    def hear(self, side: str, heard: Heard, offset: float, until: float) -> None:
        """Take up what the recogniser tells of a side; what was said `until` then counts."""
        voice = self._voices[side]
        if heard.type == "partial" and offset + heard.at < until:
            if spoken := voice.partial(heard, offset):
                self._say(spoken)
        elif heard.type == "final":
            final, settled = voice.final(heard, offset, until)
            if final:
                self._say(final)
            self._settle(side, settled)
        elif heard.type in ("voice", "quiet"):
            self._tell(self._prompter.event(Happened(heard.type, offset + heard.at, {"side": side})))

    def event(self, kind: str, **values: Any) -> None:
        """Take up what happened to the call. The keys that are pressed may be a secret: which ones is not kept."""
        at = self._now()
        if kind in KEPT_EVENTS:
            kept = {} if kind == "key" else values
            self._pen.add(CALL, {"kind": kind, "at": round(at, 2), "values": kept}, time.monotonic())
        self._tell(self._prompter.event(Happened(kind, at, values)))
        self._show_checklists()

    def tick(self) -> None:
        """Let time pass while people talk."""
        self._tell(self._prompter.tick(self._now()))

    def pass_time(self) -> None:
        """Let time pass, whoever talks."""
        for side, voice in self._voices.items():
            self._settle(side, voice.settle(self._now()))
        self._pen.pass_time(time.monotonic())

    def degraded(self, reason: str) -> None:
        """Nobody hears, and why; "" when somebody does again."""
        if reason == LAGGING:
            self._lagged = time.monotonic()
        if reason or time.monotonic() - self._lagged > LAGS:
            self._show_call(degraded=reason)

    # --- who talks --------------------------------------------------------------------------------------------------

    def state(self, state: str) -> None:
        """The call is talking, held or over."""
        place = self.about.place()
        at = {"flow": place.flow, "node": place.node} if place.node else {}
        self._show_call(state=state, **at)

    def carries(self, carried: Iterable[tuple[str, str]]) -> None:
        """What a robot told whom it gave the call to."""
        if told := handed_over(carried):
            self._show_call(handed_over=told)
            self.event("handed_over", **told)

    def goes_to(self, user: str) -> None:
        """Another user talks from now on."""
        if user == self.user:
            return
        before = self._call | {"state": "over"}
        self.user = user
        self._call = self._call | {"user": user}
        self._stage.shown["call"] = replace(self._stage.shown["call"], document=self._call)
        self._stages.hand_on(self._stage, user, before)

    def end(self) -> None:
        """The call is over: everything is kept, and the stage stays a while."""
        self.event("end")
        self._show_call(state="over")
        self.flush()
        self._stages.close(self._stage)

    def stores(self, wanted: bool) -> None:
        """Whether anything is kept from now on. What was not kept when the call began is not kept later either."""
        if not wanted:
            self._pen.drop()

    def leave(self) -> None:
        """Another controller has the call."""
        self.flush()
        self._stages.forget(self._stage)

    def flush(self) -> None:
        """Nothing more is said for now: keep everything."""
        for side, voice in self._voices.items():
            self._settle(side, voice.flush())
        self._pen.flush()

    def memory(self) -> Memory:
        """What must outlive us."""
        self.urgent = False
        return self._memory.remember(self._prompter.memory())

    def recall(self, recalled: Recalled) -> None:
        """Show what was kept of the call before."""
        for side in SIDES:
            for place, one in enumerate(recalled.said.get(side, ())):
                number = int(one.get("number", place))
                if number < self._voices[side].number:
                    self._put_said(side, number, str(one["text"]), True, float(one["start"]), float(one["end"]))
        if told := recalled.handed_over:
            self._show_call(handed_over=told)
        again = cards_again(self.about.call, recalled.cards, self._ready.rules, self._languages, self._facts)
        for key, document, audience in again:
            self._cards[document["card"]] = audience
            self._stages.put(self._stage, key, document, audience)

    # --- what comes out ---------------------------------------------------------------------------------------------

    def _say(self, spoken: Spoken) -> None:
        said = spoken.said
        text = " ".join(word.word for word in spoken.shown)
        self._put_said(said.side, spoken.number, text, said.final, spoken.start, spoken.end)
        self._tell(self._prompter.hear(said), spoken)

    def _settle(self, side: str, settled: Iterable[Settled]) -> None:
        for one in settled:
            kept = one.kept()
            self._put_said(side, one.number, kept["text"], True, kept["start"], kept["end"])
            self._pen.add(side, kept, time.monotonic())

    def _put_said(self, side: str, number: int, text: str, final: bool, start: float, end: float) -> None:
        key = utterance_key(side, number)
        document = {"type": "said", "call": self.about.call, "key": key, "side": side, "text": text, "final": final}
        self._stages.put(self._stage, f"said:{key}", document | {"start": round(start, 2), "end": round(end, 2)})

    def _tell(self, told: Iterable[Told], spoken: Spoken | None = None) -> None:
        for one in told:
            self.urgent = True
            match one:
                case Card():
                    self._card(masked(one, spoken))
                case Tick():
                    self._show_checklists()
                case Withdrawn():
                    self._withdraw(one, spoken)

    def _card(self, card: Card) -> None:
        etag, why, at = self._etags.get(card.rule, ""), why_document(card.why), time.time()
        self._cards[card.id] = card.audience
        self._stages.put(
            self._stage, f"card:{card.id}", card_document(self.about.call, card, etag, at, why), card.audience
        )
        told = {"rule": card.rule, "etag": etag, "audience": card.audience, "agent": self.user}
        self._pen.card(why, card=card.id, at=at, offset=round(card.at, 2), **told)

    def _withdraw(self, one: Withdrawn, spoken: Spoken | None) -> None:
        text = " ".join(word.word for word in spoken.shown) if spoken else ""
        document = {"type": "withdrawn", "call": self.about.call, "card": one.card, "reason": one.reason, "text": text}
        self._stages.put(self._stage, f"withdrawn:{one.card}", document, self._cards.get(one.card, AGENT))
        if one.reason == "misheard":
            self._pen.misheard(one.card)

    def _show_call(self, **changes: Any) -> None:
        self._call = self._call | changes
        self._stages.put(self._stage, "call", self._call, "")

    def _show_checklists(self) -> None:
        for standing in self._prompter.standing():
            document = checklist_document(self.about.call, standing)
            self._stages.put(self._stage, f"checklist:{standing.checklist}", document)


def masked(card: Card, spoken: Spoken | None) -> Card:
    """A card that quotes nothing of what may not be shown."""
    seen = card.why.seen
    if seen is None or spoken is None:
        return card
    words = tuple(word.word for word in spoken.shown[seen.first : seen.last + 1])
    if words == seen.words:
        return card
    said, instead = " ".join(seen.words), " ".join(words)
    kept: Seen = replace(seen, words=words)
    return replace(
        card,
        title=card.title.replace(said, instead),
        text=card.text.replace(said, instead),
        links=tuple(
            (title.replace(said, instead), url.replace(quote(said, safe=""), quote(instead, safe="")))
            for title, url in card.links
        ),
        why=replace(card.why, seen=kept),
    )
