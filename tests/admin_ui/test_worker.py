"""Work by the clock, and the queue of mails: beside the pages, again when it failed, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from admin_ui import mails
from admin_ui.worker import Worker, register, worker
from conf.database import operator
from conf.models import Job
from tests.admin_ui.people import account, browser
from tests.admin_ui.site import Site
from tests.conf.smtp import MailServer


def test_work_is_done_in_its_time(caplog: pytest.LogCaptureFixture) -> None:
    app, now, done = Flask("test"), [100.0], []

    def fails() -> None:
        done.append("fails")
        raise ValueError("once more")

    mine = app.extensions["worker"] = Worker(app, clock=lambda: now[0])
    register(app, "failing", fails, 10.0)
    register(app, "minutely", lambda: done.append(current_app.name), 60.0)
    assert mine.run_due() == 10.0  # the other work goes on
    assert done == ["fails", "test"]
    assert "failing failed" in caplog.text
    now[0] += 9.0
    assert mine.run_due() == 1.0
    now[0] += 1.0
    mine.run_due()
    assert done == ["fails", "test", "fails"]
    now[0] += 50.0
    mine.run_due()
    assert done[-2:] == ["fails", "test"]


def test_the_worker_runs_beside_the_pages(site: Site) -> None:
    from gevent.event import Event

    done = Event()
    mine = worker(site.app)
    mine.tasks.clear()
    mine.register("once", done.set, 3600.0)
    mine.start()
    assert done.wait(10.0)
    mine.stop()


def test_what_the_ui_needs_is_registered(site: Site) -> None:
    assert {"sending mails", "tidying the logins", "tidying the limits"} <= {one.name for one in worker(site.app).tasks}


def queued(site: Site) -> list[tuple[str, int, datetime]]:
    with operator(site.engine, read_only=True) as session:
        jobs = session.scalars(select(Job).where(Job.queue == mails.QUEUE))
        return [(job.state, job.attempts, job.due_at) for job in jobs]


def test_a_mail_that_is_refused_is_sent_again_later(both_sites: Site, caplog: pytest.LogCaptureFixture) -> None:
    site, now = both_sites, datetime.now(UTC)
    account(site, "anna@martin.test")
    with MailServer(refuses="450 busy") as server:
        object.__setattr__(site.settings, "mail_server", server.address)
        answer = browser(site).post("/login/forgotten", data={"login": "anna@martin.test"})
        assert answer.status_code == 200
        assert server.said == []  # the page did not wait for the mail server
        assert mails.send_due(site.app, now + timedelta(seconds=1)) == 1
        assert mails.send_due(site.app, now + timedelta(seconds=30)) == 0
        server.refuses = ""
        assert mails.send_due(site.app, now + timedelta(seconds=70)) == 1
        assert mails.send_due(site.app, now + timedelta(days=1)) == 0
    assert len(server.mails) == 1
    assert [(state, attempts) for state, attempts, _ in queued(site)] == [("done", 2)]
    assert "/login/link/" not in caplog.text
    assert "anna@" not in caplog.text


def test_it_is_given_up_in_the_end(site: Site) -> None:
    now = datetime.now(UTC)
    account(site, "anna@martin.test")
    with MailServer(refuses="550 unknown") as server:
        object.__setattr__(site.settings, "mail_server", server.address)
        browser(site).post("/login/forgotten", data={"login": "anna@martin.test"})
        mails.send_due(site.app, now + timedelta(seconds=1))
    assert [(state, attempts) for state, attempts, _ in queued(site)] == [("failed", 1)]


def test_the_queue_holds_no_link(site: Site) -> None:
    account(site, "anna@martin.test")
    browser(site).post("/login/forgotten", data={"login": "anna@martin.test"})
    with operator(site.engine, read_only=True) as session:
        (job,) = session.scalars(select(Job).where(Job.queue == mails.QUEUE))
        assert set(job.payload) == {"about", "login", "language"}
