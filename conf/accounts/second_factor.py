"""The second factor: codes of a phone's authenticator (TOTP), and recovery codes for who lost the phone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from conf.accounts import sealing
from conf.models import Account, RecoveryCode

STEP = 30  # seconds that a code is shown
SKEW = 1  # steps that a phone's clock may be off
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for an authenticator."""
    return pyotp.random_base32()


def address(secret: str, login: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to; None when it is of none that counts now."""
    given = "".join(code.split()).encode(errors="replace")
    present, totp = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    steps = range(present - SKEW, present + SKEW + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), given)), None)


def switch_on(session: Session, account: Account, secret: str, step: int, web_secret: str) -> list[str]:
    """Ask for codes from now on; the recovery codes, which nobody can read again."""
    account.totp, account.totp_step = sealing.seal(secret, web_secret), step
    return new_recovery_codes(session, account)


def switch_off(session: Session, account: Account) -> None:
    """Ask for codes no more."""
    account.totp, account.totp_step = None, 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def is_right(session: Session, account_id: int, code: str, now: datetime, web_secret: str) -> bool:
    """Whether a code, of the phone or for recovery, lets an account in. It counts once. An operator's session."""
    account = session.get(Account, account_id)
    if account is None or account.totp is None:
        return False
    try:
        step = step_of(sealing.unseal(account.totp, web_secret), code, now)
    except sealing.Unsealable:
        step = None
    if step is None:
        return _recovers(session, account_id, code, now)
    # Of two requests with one code, one changes the row.
    later = update(Account).where(Account.id == account_id, Account.totp_step < step).values(totp_step=step)
    return _changed(session, later)


def new_recovery_codes(session: Session, account: Account) -> list[str]:
    """Ten codes of one use; those before are of no use any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join(_letters() for _ in range(3)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        session.add(RecoveryCode(account_id=account.id, subscriber_id=account.subscriber_id, code=_digest(code)))
    session.flush()
    return codes


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many of them were not used."""
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalars(select(func.count(RecoveryCode.id)).where(*unused)).one()


def _recovers(session: Session, account_id: int, code: str, now: datetime) -> bool:
    mine = (RecoveryCode.account_id == account_id, RecoveryCode.code == _digest(code), RecoveryCode.used_at.is_(None))
    return _changed(session, update(RecoveryCode).where(*mine).values(used_at=now))


def _changed(session: Session, change: object) -> bool:
    result = session.execute(change, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    return bool(result.rowcount == 1)


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _digest(code: str) -> str:
    """A code has 74 bits, so a plain digest will do; people may type it in capitals and without hyphens."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
