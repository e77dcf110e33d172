"""Fax: what the engine tells of it, and when; no page is really sent.

Recorded: 09a (received, audio), 09b, 09b2, 09b3 (T.38 asked for by the other end, by us, refused), 09c and 09h (a
voice), 09d (the line drops mid page), 09e and 09f (sent). `execute_on_fax_result` runs at once, after the event. A T.38
call that the far end holds stays in the application; an audio one leaves it. tone_detect as in 09i.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from controller.virtual import far_fax
from controller.virtual.channel import WHEN_ANSWERED, Channel
from controller.virtual.far_fax import TEXTS, FarFax, pages_of
from controller.virtual.registry import application
from controller.virtual.session import execute, parse

BURST = 0.5  # seconds of the calling tone until it is noticed
OF_A_PAGE = {
    "image-resolution": "8040x7700", "file-image-resolution": "8031x7716", "image-size": "20938",
    "image-pixel-size": "1728x2292", "file-image-pixel-size": "1728x2292", "bad-rows": "0", "longest-bad-row-run": "0",
    "encoding": "4", "encoding-name": "T.6",
}  # fmt: skip


@application("txfax")
def txfax(channel: Channel, file: str) -> None:
    """Send a file."""
    total = pages_of(file)
    if not total:
        channel.set("current_application_response", "Cannot send non-existant fax file")
        return
    start = channel.get("fax_start_page")
    _Fax(channel, "tx", file, total, total - (int(start) if start.isdecimal() else 0)).run()


@application("rxfax")
def rxfax(channel: Channel, file: str) -> None:
    """Receive into a file."""
    far = channel.party.fax or FarFax(voice=True)
    pages = far.pages if far.pages is not None else pages_of(far.file)
    _Fax(channel, "rx", file, 0, pages).run()


@application("tone_detect")
def tone_detect(channel: Channel, _argument: str) -> None:
    """Hear the calling tone of a fax machine; `execute_on_tone_detect` is run at once, whatever runs."""
    far = channel.party.fax
    if far and not far.voice:
        channel.clock.later(far.calls_after + BURST, _heard, channel)


@application("stop_tone_detect")
def stop_tone_detect(channel: Channel, _argument: str) -> None:
    """Hear it no more."""


def _answered(channel: Channel) -> None:
    execute_on(channel, "execute_on_answer")


WHEN_ANSWERED.append(_answered)


def _heard(channel: Channel) -> None:
    if channel.cause or not channel.has_media:
        return
    execute_on(channel, "execute_on_tone_detect")
    channel.fire("DETECTED_TONE", {"Detected-Tone": "fax"})


def execute_on(channel: Channel, name: str) -> None:
    """Run what a variable says, beside what runs."""
    if what := channel.get(name):
        execute(channel, *what.partition(" ")[::2])


class _Fax:
    """One fax; `way` is tx or rx, `pages` those that there are to go."""

    def __init__(self, channel: Channel, way: str, file: str, total: int, pages: int) -> None:
        self.channel, self.way, self.file, self.total, self.pages = channel, way, file, total, pages
        self.far = channel.party.fax or FarFax(voice=True)
        self.t38 = "off"

    def run(self) -> None:
        """Until it is over and the application is left."""
        channel, far = self.channel, self.far
        channel.answer()
        for name, value in {
            "fax_v17_disabled": "1" if channel.true("fax_disable_v17") else "0",
            "fax_ecm_requested": "0" if channel.get("fax_use_ecm") == "false" else "1",
            "fax_filename": self.file,
        }.items():
            channel.set(name, value)
        self.t38 = self._t38()
        if far.voice:
            limit, code = (
                (far_fax.NOBODY_ANSWERS, far_fax.NO_ANSWER)
                if self.way == "tx"
                else (far_fax.NOBODY_SENDS, far_fax.NO_MESSAGE)
            )
            self._end(code if self._last(limit) else far_fax.DROPPED, 0)
            return
        self._talk()

    def _talk(self) -> None:
        far, confirmed = self.far, 0
        if not self._last(far_fax.AGREED):
            self._end(far_fax.DROPPED, 0)
            return
        self._fire("negociateresult", self._agreed())
        wanted = self.pages if far.pages is None else min(far.pages, self.pages)
        for page in range(1, wanted + 1):
            if far.drops_in == page:
                self._last(far_fax.PAGE / 2)
                self.channel.hang_up("NORMAL_CLEARING")
            if not self._last(far_fax.PAGE):
                self._end(far_fax.DROPPED, confirmed)
                return
            confirmed = page
            self._fire("pageresult", OF_A_PAGE | self._counted(confirmed))
        code = far.code if self._last(far_fax.LAST_WORDS) else far_fax.DROPPED
        self._end(code, confirmed)

    def _t38(self) -> str:
        enabled, asks = self.channel.true("fax_enable_t38"), self.channel.true("fax_enable_t38_request")
        if self.far.voice or not enabled or not (asks or self.far.t38 == "asks"):
            return "off"
        return "refused" if self.far.t38 == "refuses" else "negotiated"

    def _agreed(self) -> dict[str, str]:
        ecm = "off" if self.channel.get("fax_use_ecm") == "false" else "on"
        ident = self.channel.get("fax_ident") or "SpanDSP Fax Ident"
        told = {"transfer-rate": str(self.far.rate), "ecm-used": ecm, "t38-status": self.t38}
        return told | {"local-station-id": ident, "remote-station-id": self.far.ident}

    def _counted(self, pages: int) -> dict[str, str]:
        return {"document-transferred-pages": str(pages), "document-total-pages": str(self.total)}

    def _end(self, code: int, pages: int) -> None:
        channel, far = self.channel, self.far
        if self.way == "rx" and far.file and pages:
            shutil.copyfile(far.file, self.file)
        result = {"success": "1" if code == 0 else "0", "result-code": str(code), "result-text": TEXTS[code]}
        result |= self._counted(pages) | {"image-resolution": "8040x7700", "bad-rows": str(far.bad_rows)}
        told = self._agreed() if not far.voice else {"transfer-rate": "14400", "ecm-used": "off", "t38-status": "off"}
        self._fire("result", result | told)
        execute_on(channel, "execute_on_fax_result")
        if self.t38 == "negotiated" and far.holds:
            while channel.ready:
                channel.wait(None)
        elif not far.holds and channel.ready and self.way == "rx":
            channel.clock.later(0.5, channel.hang_up)  # who has sent all hangs up

    def _fire(self, what: str, told: Mapping[str, str]) -> None:
        """The event of a moment; its headers are channel variables too."""
        for name, value in told.items():
            self.channel.set(f"fax_{name.replace('-', '_')}", value)
        kind = f"spandsp::{self.way}fax{what}"
        after = {"uuid": self.channel.uuid} | {f"fax-{name}": value for name, value in told.items()}
        self.channel.fire("CUSTOM", {"Event-Subclass": kind}, after, kind=kind)

    def _last(self, seconds: float) -> bool:
        """Let time pass; False when the call is gone before."""
        channel, deadline = self.channel, self.channel.clock.now() + seconds
        while channel.ready and channel.clock.now() < deadline:
            parse(channel)
            if channel.ready:
                channel.wait(deadline)
        return channel.ready
