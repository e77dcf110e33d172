"""Who must log in with a second factor: a subscriber's people by its settings, the operators by their own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from conf.models import Account, OperatorSetting, Subscriber

_OPERATORS = "require_two_step"


def is_missing(session: Session, account: Account, subscriber: Subscriber | None) -> bool:
    """Whether an account must set a second factor up before anything else."""
    return account.totp is None and is_required(session, subscriber)


def is_required(session: Session, subscriber: Subscriber | None) -> bool:
    """Whether a subscriber's people need one; the operators, for none."""
    return bool(subscriber.doc.get("require_two_step")) if subscriber else operators_must(session)


def operators_must(session: Session) -> bool:
    """Whether operators need one."""
    row = session.get(OperatorSetting, _OPERATORS)
    return bool(row and row.value)


def require_of_operators(session: Session, required: bool) -> None:
    """Say whether operators need one. An operator's session."""
    session.merge(OperatorSetting(name=_OPERATORS, value=required))
    session.flush()
