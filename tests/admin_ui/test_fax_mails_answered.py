"""Whoever faxed by mail is answered in the thread of that mail."""

from __future__ import annotations

from sqlalchemy import select

from admin_ui import mails
from conf.database import operator
from conf.fax import notices
from conf.models import Fax, FaxMail
from tests.admin_ui.site import Site
from tests.admin_ui.test_fax_mails import fax


def test_the_result_answers_the_mail(site: Site) -> None:
    key = fax(site, notices.SENT, state="sent", reason="sent", pages_confirmed=3)
    with operator(site.engine) as session:
        row = session.scalars(select(Fax).where(Fax.id == key)).one()
        named = {"digest": "d", "message_id": "<1@martin.example>", "sender": "claire@martin.example"}
        session.add(FaxMail(subscriber_id=row.subscriber_id, batch_id=row.batch_id, recipient="1@fax.example", **named))
    with site.app.app_context():
        mails.send_due(site.app)
    (path,) = (site.settings.data_dir / "mails").glob("*.eml")
    mail = path.read_text()
    assert "In-Reply-To: <1@martin.example>" in mail
    assert "Auto-Submitted: auto-replied" in mail
