"""The machine at the other end of a fax call, as far as the switch notices it.

Texts are those of spandsp 3.0 (t30_completion_code_to_str), in the order of its codes. Times are those of the
recordings 09a to 09k: 7.7 s until both have agreed, 22 s a page, 1.2 s until the end; nobody answers the engine for
60 s, or sends it anything for 39 s, and it gives up.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

AGREED = 7.7  # seconds
PAGE = 22.0
LAST_WORDS = 1.2
NOBODY_ANSWERS, NOBODY_SENDS = 60.3, 39.3
NO_ANSWER, NO_MESSAGE, DROPPED = 2, 3, 49

TEXTS = (
    "OK",
    "The CED tone exceeded 5s",
    "Timed out waiting for initial communication",
    "Timed out waiting for the first message",
    "Timed out waiting for procedural interrupt",
    "The HDLC carrier did not stop in a timely manner",
    "Failed to train with any of the compatible modems",
    "Operator intervention failed",
    "Far end is not compatible",
    "Far end is not able to receive",
    "Far end is not able to transmit",
    "Far end cannot receive at the resolution of the image",
    "Far end cannot receive at the size of image",
    "Unexpected message received",
    "Received bad response to DCS or training",
    "Received a DCN from remote after sending a page",
    "Invalid ECM response received from receiver",
    "Received a DCN while waiting for a DIS",
    "Invalid response after sending a page",
    "Received other than DIS while waiting for DIS",
    "Received no response to DCS or TCF",
    "No response after sending a page",
    "Timed out waiting for receiver ready (ECM mode)",
    "Invalid ECM response received from transmitter",
    "DCS received while waiting for DTC",
    "Unexpected command after page received",
    "Carrier lost during fax receive",
    "Timed out while waiting for EOL (end Of line)",
    "Timed out while waiting for first line",
    "Timer T2 expired while waiting for DCN",
    "Timer T2 expired while waiting for phase D",
    "Timer T2 expired while waiting for fax page",
    "Timer T2 expired while waiting for next fax page",
    "Timer T2 expired while waiting for RR command",
    "Timer T2 expired while waiting for NSS, DCS or MCF",
    "Unexpected DCN while waiting for DCS or DIS",
    "Unexpected DCN while waiting for image data",
    "Unexpected DCN while waiting for EOM, EOP or MPS",
    "Unexpected DCN after EOM or MPS sequence",
    "Unexpected DCN after RR/RNR sequence",
    "Unexpected DCN after requested retransmission",
    "TIFF/F file cannot be opened",
    "TIFF/F page not found",
    "TIFF/F format is not compatible",
    "TIFF/F page number tag missing",
    "Incorrect values for TIFF/F tags",
    "Bad TIFF/F header - incorrect values in fields",
    "Cannot allocate memory for more pages",
    "Disconnected after permitted retries",
    "The call dropped prematurely",
    "Poll not accepted",
    "Ident not accepted",
    "Sub-address not accepted",
    "Selective polling address not accepted",
    "Polled sub-address not accepted",
    "Sender identification not accepted",
    "Password not accepted",
    "Transmitting subscriber internet address not accepted",
    "Internet routing address not accepted",
    "Calling subscriber internet address not accepted",
    "Internet selective polling address not accepted",
    "Called subscriber internet address not accepted",
)


@dataclass(frozen=True)
class FarFax:
    """How a fax machine behaves. `pages` are those it sends, or confirms; None: all of the document that it is sent.

    `code` is what the engine says at the end; `t38`: it takes T.38 when asked, refuses it, or asks for it itself.
    `drops_in` is the page (from 1) in the midst of which the line is lost; `holds`: it stays on the line after the end.
    What it sends is in `file`. `voice`: it is no fax machine at all. `calls_after` seconds its calling tone is heard.
    """

    code: int = 0
    pages: int | None = None
    t38: Literal["accepts", "refuses", "asks"] = "accepts"
    drops_in: int = 0
    holds: bool = False
    ident: str = "+49 30 5550100"
    rate: int = 14400
    bad_rows: int = 0
    file: str = ""
    voice: bool = False
    calls_after: float = 2.0


def pages_of(file: str) -> int:
    """How many pages a TIFF has; 0 for what is none."""
    try:
        data = Path(file).read_bytes()
        order = {b"II": "<", b"MM": ">"}[data[:2]]
        place, count = struct.unpack_from(f"{order}I", data, 4)[0], 0
        while place and count < 10_000:
            entries = struct.unpack_from(f"{order}H", data, place)[0]
            place, count = struct.unpack_from(f"{order}I", data, place + 2 + 12 * entries)[0], count + 1
    except (OSError, KeyError, struct.error):
        return 0
    return count
