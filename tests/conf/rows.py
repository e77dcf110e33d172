"""A row for every table of a subscriber."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from conf import models
from conf.models import Base, OfSubscriber

SAID = models.Content.plain("[]")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def subscribers_tables() -> set[type[Any]]:
    """Every mapped class whose rows belong to a subscriber."""
    return {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, OfSubscriber)}


def add(session: Session, kind: type[Any], owner: int, mark: str) -> Any:
    """Add a row of a table for a subscriber, with the rows it needs; `mark` keeps unique keys apart."""
    row = MAKERS[kind](session, owner, mark)
    row.subscriber_id = owner
    session.add(row)
    session.flush()
    return row


def _entry(session: Session, owner: int, mark: str) -> models.ListEntry:
    parent = add(session, models.NumberList, owner, mark)
    return models.ListEntry(doc={"number": "+33899*"}, list_id=parent.id)


def _version(session: Session, owner: int, mark: str) -> models.FlowVersion:
    parent = add(session, models.Flow, owner, mark)
    return models.FlowVersion(flow_id=parent.id, version=1, doc={"name": mark, "start": "a", "nodes": {}})


def _hit(session: Session, owner: int, mark: str) -> models.CounterHit:
    parent = add(session, models.Counter, owner, mark)
    return models.CounterHit(counter_id=parent.id, call=mark, command="1", value=1)


def _grant(session: Session, owner: int, mark: str) -> models.KeyGrant:
    parent = add(session, models.SubscriberKey, owner, mark)
    return models.KeyGrant(key_id=parent.id, purpose="phone", wrapped=b"k")


def _draft(session: Session, owner: int, mark: str) -> models.FlowDraft:
    parent = add(session, models.Flow, owner, mark)
    return models.FlowDraft(flow_id=parent.id, doc={"name": mark, "start": "a", "nodes": {}})


def _plan(session: Session, owner: int, mark: str) -> models.PlannedPublication:
    parent = add(session, models.Flow, owner, mark)
    return models.PlannedPublication(flow_id=parent.id, at=NOW, doc={"name": mark, "start": "a", "nodes": {}})


def _delivery(session: Session, owner: int, mark: str) -> models.WebhookDelivery:
    parent = add(session, models.Webhook, owner, mark)
    return models.WebhookDelivery(webhook_id=parent.id, call=mark, sequence=1, event="ended", body={}, due_at=NOW)


def _contact(session: Session, owner: int, mark: str) -> models.CampaignContact:
    parent = add(session, models.Campaign, owner, mark)
    return models.CampaignContact(campaign_id=parent.id, number=f"+3361234{owner:04d}")


def _campaign_call(session: Session, owner: int, mark: str) -> models.CampaignCall:
    parent = add(session, models.CampaignContact, owner, mark)
    ids = {"campaign_id": parent.campaign_id, "contact_id": parent.id}
    return models.CampaignCall(call=mark, channel=mark, number=parent.number, placed_at=NOW, **ids)


def _document(session: Session, owner: int, mark: str) -> models.FaxDocument:
    parent = add(session, models.FaxBatch, owner, mark)
    return models.FaxDocument(batch_id=parent.id, name=f"{mark}.pdf")


def _draft_file(session: Session, owner: int, mark: str) -> models.FaxDraftFile:
    parent = add(session, models.FaxDraft, owner, mark)
    return models.FaxDraftFile(draft_id=parent.id, name=f"{mark}.pdf")


def _attempt(session: Session, owner: int, mark: str) -> models.FaxAttempt:
    parent = add(session, models.Fax, owner, mark)
    return models.FaxAttempt(fax_id=parent.id, number=1, rung="A")


def _of_account(kind: type[Any], **values: Any) -> Callable[[Session, int, str], Any]:
    def make(session: Session, owner: int, mark: str) -> Any:
        account = add(session, models.Account, owner, mark)
        return kind(account_id=account.id, **{**values, _secret(kind): f"{owner}{mark}"})

    return make


def _secret(kind: type[Any]) -> str:
    return "code" if kind is models.RecoveryCode else "token"


MAKERS: dict[type[Any], Callable[[Session, int, str], Any]] = {
    models.User: lambda s, o, m: models.User(doc={"login": f"{m}@x.example", "name": m, "role": "agent"}),
    models.Extension: lambda s, o, m: models.Extension(doc={"extension": "1000", "flow": m}),
    models.Number: lambda s, o, m: models.Number(doc={"number": f"+3312345{o:04d}"}),
    models.Schedule: lambda s, o, m: models.Schedule(doc={"name": m}),
    models.NumberList: lambda s, o, m: models.NumberList(doc={"name": m, "entries": []}),
    models.ListEntry: _entry,
    models.Prompt: lambda s, o, m: models.Prompt(doc={"name": m, "text": {"fr": m}}),
    models.Flow: lambda s, o, m: models.Flow(name=m),
    models.FlowVersion: _version,
    models.CallRecord: lambda s, o, m: models.CallRecord(call=m, direction="inbound", started_at=NOW),
    models.CallEvent: lambda s, o, m: models.CallEvent(call=m, sequence=1, at=NOW, kind="offered"),
    models.Counter: lambda s, o, m: models.Counter(name=m),
    models.CounterHit: _hit,
    models.Intent: lambda s, o, m: models.Intent(call=m, command="1", kind="http"),
    models.Job: lambda s, o, m: models.Job(queue="fax"),
    models.SubscriberKey: lambda s, o, m: models.SubscriberKey(generation=len(m), public=b"p", wrapped=b"w"),
    models.KeyGrant: _grant,
    models.FlowDraft: _draft,
    models.PlannedPublication: _plan,
    models.Webhook: lambda s, o, m: models.Webhook(name=m, url="https://x.example/", secret=b"s"),
    models.WebhookDelivery: _delivery,
    models.Account: lambda s, o, m: models.Account(login=f"{m}@x.example"),
    models.WebSession: _of_account(models.WebSession, until=NOW),
    models.LoginLink: _of_account(models.LoginLink, until=NOW, purpose="reset"),
    models.RecoveryCode: _of_account(models.RecoveryCode),
    models.ApiToken: lambda s, o, m: models.ApiToken(name=m, token=f"{o}{m}"),
    models.IdempotencyKey: lambda s, o, m: models.IdempotencyKey(caller=str(o), key=m, fingerprint="f"),
    models.PrompterRule: lambda s, o, m: models.PrompterRule(doc={"name": m}),
    models.Checklist: lambda s, o, m: models.Checklist(doc={"name": m}),
    models.Message: lambda _session, _owner, mark: models.Message(
        name=mark, call=mark, flow="f", node="n", at=NOW, seconds=1.0, ended="key", transcript=SAID
    ),
    models.Transcript: lambda s, o, m: models.Transcript(
        call=m, side="agent", sequence=1, started_at=NOW, began=0.0, ended=1.0, body=SAID, until=NOW
    ),
    models.ShownHint: lambda s, o, m: models.ShownHint(
        call=m, card=1, rule=m, audience="agent", at=NOW, offset=1.0, why=SAID, until=NOW
    ),
    models.Campaign: lambda s, o, m: models.Campaign(name=m, doc={"name": m}),
    models.CampaignContact: _contact,
    models.CampaignCall: _campaign_call,
    models.PastCall: lambda s, o, m: models.PastCall(number=f"+3361234{o:04d}", placed_at=datetime.now(UTC)),
    models.DoNotCall: lambda s, o, m: models.DoNotCall(number=f"+3361234{o:04d}"),
    models.FaxBatch: lambda s, o, m: models.FaxBatch(client_key=None),
    models.FaxDocument: _document,
    models.FaxDraft: lambda s, o, m: models.FaxDraft(key=f"{o}-{m}"),
    models.FaxDraftFile: _draft_file,
    models.Fax: lambda s, o, m: models.Fax(to_number=f"+3312345{o:04d}"),
    models.FaxAttempt: _attempt,
    models.FaxMemory: lambda s, o, m: models.FaxMemory(number=f"+3312345{o:04d}", rung="B"),
    models.WrapUp: lambda s, o, m: models.WrapUp(
        call=m, agent="claire@martin.example", began_at=NOW, notes=models.Content.plain("{}")
    ),
    models.FaxBox: lambda s, o, m: models.FaxBox(doc={}),
    models.FaxList: lambda s, o, m: models.FaxList(name=m),
    models.FaxMail: lambda s, o, m: models.FaxMail(digest=m, message_id=m, sender="a@example", recipient="1@fax"),
    models.FaxContact: lambda s, o, m: models.FaxContact(name=m, number=f"+3312345{o:04d}"),
    models.FaxCover: lambda s, o, m: models.FaxCover(name=m, doc={}),
    models.FaxProfile: lambda s, o, m: models.FaxProfile(kind="user", name=m, doc={}),
    models.AuditEntry: lambda s, o, m: models.AuditEntry(actor=m, action="changed"),
}
