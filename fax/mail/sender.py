"""Whether a mail comes from whom it says: DKIM or SPF of the very organisation that stands in From."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from authheaders.dmarc_lookup import get_org_domain
from authres import AuthenticationResultsHeader
from authres.core import AuthResError
from dkim import DKIM, DKIMException
from dns.exception import DNSException

from fax.mail.addresses import Refused

MOST_SIGNATURES = 5
SIGNED = {b"from", b"to"}  # headers that a signature must hold: else it could be sent on to another number
SIGNED_IF_THERE = {b"cc", b"message-id"}  # else a number could be added to it, or it could be sent again as another one
Answers = Callable[..., bytes | None]  # of the DNS: answers(name, timeout=seconds)


@lru_cache(maxsize=1000)
def organisation(domain: str) -> str:
    """The domain that somebody registered: example.co.uk of mail.example.co.uk.

    Of an ending that is not on the list of public suffixes, the last two names.
    """
    whole = domain.lower().rstrip(".")
    found = str(get_org_domain(whole) or "")
    return found if "." in found else ".".join(whole.split(".")[-2:])


def aligned(one: str, other: str) -> bool:
    """Whether two domains are of one organisation."""
    return bool(one and other) and organisation(one) == organisation(other)


def signed(raw: bytes, sender: str, answers: Answers | None = None) -> bool:
    """Whether the organisation of the sender's address signed the whole mail. Raises Refused: no answer of the DNS.

    A good signature of somebody else does not count, nor does one of a part of the body.
    """
    domain = sender.rpartition("@")[2]
    away = False
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    names = [name.lower() for name in re.findall(rb"^([!-9;-~]+)[ \t]*:", head, re.MULTILINE)]
    wanted = SIGNED | SIGNED_IF_THERE.intersection(names)
    count = names.count(b"dkim-signature")
    for place in range(min(count, MOST_SIGNATURES)):
        checker = DKIM(raw, timeout=5)
        try:
            good = checker.verify(idx=place, dnsfunc=answers) if answers else checker.verify(idx=place)
        except (DNSException, TimeoutError):
            away = True
            continue
        except (DKIMException, ValueError, KeyError, IndexError, TypeError):
            continue
        fields = checker.signature_fields
        held = {name.strip().lower() for name in fields.get(b"h", b"").split(b":")}
        theirs = fields.get(b"d", b"").decode("ascii", "replace")
        if good and b"l" not in fields and held.issuperset(wanted) and aligned(theirs, domain):
            return True
    if away:
        raise Refused(451, "4.7.5", "the signature of this mail cannot be checked now: try again")
    return False


def vouched(headers: Sequence[str], sender: str, server: str) -> bool:
    """Whether our own mail server (by its name in Authentication-Results) found aligned SPF.

    Its DKIM does not count: it does not say which headers are signed, and we look ourselves. Only the topmost such
    header counts: whoever wrote the mail could have put in the others.
    """
    domain = sender.rpartition("@")[2]
    for header in headers if server else ():
        try:
            found = AuthenticationResultsHeader.parse(f"Authentication-Results: {' '.join(header.split())}")
        except (AuthResError, ValueError):
            return False
        if str(found.authserv_id).lower() != server.lower():
            continue
        return any(_passed(one, domain) for one in found.results or ())
    return False


def _passed(result: object, domain: str) -> bool:
    if getattr(result, "result", "") != "pass" or getattr(result, "method", "") != "spf":
        return False
    return aligned(str(getattr(result, "smtp_mailfrom", "") or "").rpartition("@")[2], domain)
