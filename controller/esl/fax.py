"""Fax as FreeSWITCH does it (mod_spandsp): what a channel is told before, which events come, and how it went.

Everything is told anew for every fax, since what is not told is the module's own default, whose name is no customer's.
`execute_on_fax_result` is one of the two layers that end a call whose far end holds it after the result: without it a
T.38 channel may stay for ever.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from controller.esl.applications import Application
from controller.esl.arguments import path
from controller.esl.errors import Unsafe
from controller.esl.fields import Headers, variable

Rung = Literal["A", "B", "C", "D", "E"]
# T.38 asked for, V.17 off, error correction. Asking while the other end still speaks fails: audio is the way then.
RUNGS: Final[Mapping[str, tuple[bool, bool, bool]]] = {
    "A": (True, False, True),
    "B": (False, False, True),
    "C": (False, True, True),
    "D": (False, True, False),
    "E": (True, True, True),
}
SENDING: Final = tuple(f"spandsp::txfax{what}" for what in ("negociateresult", "pageresult", "result"))  # spelt so
RECEIVING: Final = tuple(f"spandsp::rxfax{what}" for what in ("negociateresult", "pageresult", "result"))
EVENTS: Final = (*SENDING, *RECEIVING)
LONGEST_IDENT, LONGEST_HEADER = 20, 50
CODE, PAGES, SUCCESS = "fax_result_code", "fax_document_transferred_pages", "fax_success"
LEFT: Final = (CODE, PAGES, SUCCESS)  # what the fax before left, and would be taken for this one's
HEARD: Final = "souffleur_fax_heard"  # set in FreeSWITCH when the caller's machine is heard
LISTENS: Final = 60  # seconds; a machine calls for 35 to 60
CALLING_TONE: Final = "1100"  # Hz


def txfax(file: str) -> Application:
    """Send a TIFF file."""
    return Application("txfax", path(file))


def rxfax(file: str) -> Application:
    """Receive into a TIFF file; its folder must be there."""
    return Application("rxfax", path(file))


def hear_calling_tone() -> Application:
    """Listen for a fax machine that calls, beside whatever runs; `execute_on_tone_detect` is done when it is heard."""
    return Application("tone_detect", f"fax {CALLING_TONE} r +{LISTENS}")


def stop_hearing() -> Application:
    """Listen for it no more."""
    return Application("stop_tone_detect")


# What is done on the channel at that moment, whatever it runs, and whether a controller lives or not.
WHEN_HEARD: Final = {"execute_on_tone_detect": f"set {HEARD}=true"}


def told(
    rung: str, ident: str, header: str = "", time_zone: str = "", start_page: int = 0, *, sends: bool = True
) -> dict[str, str]:
    """The variables of one fax, all of them. `time_zone` as POSIX writes it (`CET-1CEST,M3.5.0,M10.5.0/3`)."""
    if rung not in RUNGS:
        raise Unsafe("rung", rung)
    if isinstance(start_page, bool) or not 0 <= start_page < 10_000:
        raise Unsafe("start_page", start_page)
    t38, slow, corrects = RUNGS[rung]
    # Who receives takes T.38 when it is offered, and asks for it, since many gateways wait for that.
    return {
        "fax_enable_t38": _yes(t38),
        "fax_enable_t38_request": _yes(t38),
        "fax_disable_v17": _yes(slow),
        "fax_use_ecm": _yes(corrects),
        "fax_verbose": "false",
        "fax_ident": quote(plain(ident, LONGEST_IDENT), safe="") or "%20",
        "fax_header": quote(plain(header, LONGEST_HEADER), safe="") or "%20",
        "fax_timezone": quote(plain(time_zone, 64), safe="") or "UTC0",
        "fax_start_page": str(start_page) if sends else "0",
        "fax_end_page": "-1",
        "execute_on_fax_result": "hangup",
    }


def plain(text: str, most: int) -> str:
    """Text as a fax machine shows and prints it: the letters of ASCII, accents taken off."""
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("’", "'"))
    kept = "".join(sign for sign in bare if sign.isascii() and sign.isprintable())
    return " ".join(kept.split())[:most]


def _yes(value: bool) -> str:
    return "true" if value else "false"


@dataclass(frozen=True)
class FaxEnd:
    """How far a fax came: `code` is None until it is over."""

    code: int | None
    text: str
    pages: int
    total: int
    remote_id: str
    rate: int
    ecm: bool
    t38: str  # off, requested, negotiated or refused
    bad_rows: int

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.code == 0


def fax_end(headers: Headers) -> FaxEnd:
    """Read a channel's variables, of any event since the fax began, or of a channel that is offered anew."""
    code = variable(headers, CODE)
    return FaxEnd(
        code=int(code) if code.isdecimal() else None,
        text=variable(headers, "fax_result_text")[:200],
        pages=_whole(variable(headers, PAGES)),
        total=_whole(variable(headers, "fax_document_total_pages")),
        remote_id=plain(variable(headers, "fax_remote_station_id"), 64),
        rate=_whole(variable(headers, "fax_transfer_rate")),
        ecm=variable(headers, "fax_ecm_used") == "on",
        t38=variable(headers, "fax_t38_status") or "off",
        bad_rows=_whole(variable(headers, "fax_bad_rows")),
    )


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
