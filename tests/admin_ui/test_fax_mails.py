"""What people are mailed about faxes, in the subscriber's language; webhooks are told at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from conf.database import operator
from conf.fax import notices
from conf.models import Fax, FaxBatch, Webhook, WebhookDelivery
from tests.admin_ui.people import mailed
from tests.admin_ui.site import Site

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def fax(site: Site, event: str, **values: object) -> int:
    with operator(site.engine) as session:
        owner = site.subscriber_id()
        batch = FaxBatch(subscriber_id=owner, mail_to=["claire@martin.example"])
        session.add(batch)
        session.flush()
        row = Fax(subscriber_id=owner, batch_id=batch.id, to_number="+33199000001", pages=3, **values)
        session.add(row)
        session.flush()
        notices.notify(session, row, event, NOW)
        return row.id


def test_a_fax_that_failed_says_why_and_what_to_do(site: Site) -> None:
    fax(site, notices.FAILED, state="failed", reason="busy", cause="USER_BUSY", pages_confirmed=1)
    (mail,) = mailed(site)
    assert "To: claire@martin.example" in mail
    assert "Subject: Le fax pour +33199000001 n'a pas pu être envoyé" in mail
    for line in ("Le numéro est resté occupé.", "Le numéro est occupé.", "Renvoyez-le plus tard.", "Pages : 1 sur 3"):
        assert line in mail


def test_a_fax_that_was_sent_tells_how(site: Site) -> None:
    told = {"remote_id": "LYON 1", "rate": 14400, "seconds": 61.4, "t38": True, "pages_confirmed": 3}
    fax(site, notices.SENT, state="sent", reason="sent", code=0, **told)
    (mail,) = mailed(site)
    assert "Le fax a été envoyé." in mail
    assert "14400 bit/s, en T.38, 61 s en ligne" in mail
    assert "LYON 1" in mail


def test_a_fax_that_is_tried_again_names_the_hour_of_the_subscriber(site: Site) -> None:
    fax(site, notices.REQUEUED, state="retrying", due_at=NOW, cause="USER_BUSY")
    assert "10:00" in mailed(site)[0]  # in Paris


def test_webhooks_are_told_once_for_each_change(site: Site) -> None:
    with operator(site.engine) as session:
        owner = site.subscriber_id()
        for name, events in (("all", []), ("faxes", ["fax.sent"]), ("calls", ["ended"])):
            hook = Webhook(subscriber_id=owner, name=name, url="https://x.example/", secret=b"s", events=events)
            session.add(hook)
    key = fax(site, notices.SENT, state="sent", changes=5)
    with operator(site.engine, read_only=True) as session:
        rows = session.execute(
            select(Webhook.name, WebhookDelivery)
            .join(WebhookDelivery, WebhookDelivery.webhook_id == Webhook.id)
            .where(WebhookDelivery.event == "fax.sent")
            .order_by(Webhook.name)
        ).all()
        assert [name for name, _ in rows] == ["all", "faxes"]
        body = rows[0][1].body
        assert (body["event"], body["call"], body["subscriber"]) == ("fax.sent", f"fax-{key}", "martin")
        assert (body["data"]["fax"], body["data"]["to"], body["data"]["pages"]) == (key, "+33199000001", 3)
