"""Mails are handed to a mail server, or kept as files that nobody else reads."""

from __future__ import annotations

import email
import email.policy
import logging
import socket
import stat
from pathlib import Path

import pytest

from conf.mail import Mail, NotSent, send
from conf.settings import Settings, load
from tests.conf.smtp import MailServer

MAIL = Mail("anna@martin.test", "Zugang für Anna\r\nBcc: evil@test", "Grüße: https://x.test/login/link/secret\n", "de")


def settings(tmp_path: Path, **environ: str) -> Settings:
    return load({"SOUFFLEUR_DATA_DIR": str(tmp_path / "var"), **environ})


def test_a_mail_is_sent(tmp_path: Path) -> None:
    with MailServer() as server:
        options = {"SOUFFLEUR_MAIL_SERVER": server.address, "SOUFFLEUR_MAIL_FROM": "pbx@carrier.test"}
        send(settings(tmp_path, **options), MAIL)
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == ("anna@martin.test", "Souffleur <pbx@carrier.test>")
    assert mail["Subject"] == "Zugang für Anna Bcc: evil@test"
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == MAIL.text.splitlines()
    assert not (tmp_path / "var" / "mails").exists()


def test_without_a_server_it_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(settings(tmp_path), MAIL)
    (path,) = (tmp_path / "var" / "mails").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["From"] == "Souffleur <souffleur@pbx.localhost>"
    assert "https://x.test" in message.get_content()  # type: ignore[attr-defined]
    assert str(path) in caplog.text
    assert "link" not in caplog.text
    assert "anna" not in caplog.text
    assert "anna" not in repr(MAIL)


@pytest.mark.parametrize(("answer", "again"), [("450 later", True), ("550 unknown", False)])
def test_a_refusal_says_whether_to_try_again(tmp_path: Path, answer: str, again: bool) -> None:
    with MailServer(refuses=answer) as server, pytest.raises(NotSent) as refused:
        send(settings(tmp_path, SOUFFLEUR_MAIL_SERVER=server.address), MAIL)
    assert refused.value.again is again
    assert server.mails == []


def test_a_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(NotSent) as away:
            send(settings(tmp_path, SOUFFLEUR_MAIL_SERVER=address), MAIL)
    assert away.value.again


def test_a_password_is_not_sent_in_the_open(tmp_path: Path) -> None:
    with MailServer() as server:
        address = server.address.replace("//", "//anna:hush-hush@")
        with pytest.raises(NotSent, match="in the open"):
            send(settings(tmp_path, SOUFFLEUR_MAIL_SERVER=address), MAIL)
    assert not [line for line in server.said if line.startswith("AUTH")]


def test_what_is_no_address_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(NotSent) as wrong:
        send(settings(tmp_path), Mail("anna\nBcc: evil@test", "x", "y"))
    assert not wrong.value.again
