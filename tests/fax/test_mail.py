"""Faxes by mail: real SMTP and LMTP sessions against the door, signed with a key whose DNS answer is given."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from conf.database import operator, scoped
from conf.fax import content
from conf.models import Fax, FaxBatch, FaxDocument, User
from fax.mail.door import Door
from fax.mail.taking import Taking
from tests.fax.room import FAR, OTHER, Room

KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)
DOMAIN = "fax.example"
CLAIRE = "claire@martin.example"
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


def answers(name: bytes, timeout: int = 5) -> bytes | None:
    return b"v=DKIM1; k=rsa; p=" + PUBLIC if name.rstrip(b".").endswith(b".example") else None


@pytest.fixture
def door(embedded: Room) -> Iterator[Door]:
    embedded.folder.mkdir(exist_ok=True)
    with scoped(embedded.engine, embedded.owners[0]) as session:
        session.add(User(doc={"login": "Claire@martin.example", "name": "Claire", "role": "fax"}))
        session.add(User(doc={"login": "paul@martin.example", "name": "Paul", "role": "agent"}))
    clock = lambda: embedded.now  # noqa: E731
    named = (DOMAIN, "mx.martin.example", 3, answers)
    taking = Taking(embedded.engine, embedded.store, embedded.folder, embedded.policy, clock, *named)
    made = Door(taking).open()
    yield made
    made.close()


def at(number: str, words: str = "") -> str:
    return f"{number}{words}@{DOMAIN}"


def letter(*to: str, sender: str = CLAIRE, key: str = "<1@martin.example>", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = f"Claire <{sender}>", ", ".join(to), "Devis", key
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Bonjour, voici le devis.")
    return made


def signed(message: EmailMessage | bytes, domain: bytes = b"martin.example") -> bytes:
    raw = message if isinstance(message, bytes) else message.as_bytes().replace(b"\n", b"\r\n")
    held = [b"from", b"to", b"subject", b"message-id"]
    return bytes(dkim.sign(raw, b"s", domain, PRIVATE, include_headers=held)) + raw


def hand_in(door: Door, raw: bytes, *to: str, sender: str = CLAIRE) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", door.ports[0], timeout=20) as connection:
        connection.ehlo()
        for code, said in (connection.mail(sender), *(connection.rcpt(one) for one in to)):
            if code != 250:
                return code, said.decode()
        code, said = connection.data(raw)
        return code, said.decode()


def faxes(room: Room) -> list[Fax]:
    with operator(room.engine, read_only=True) as session:
        found = list(session.scalars(select(Fax).order_by(Fax.id)))
        session.expunge_all()
        return found


def test_a_signed_mail_is_in_the_outbox(door: Door, embedded: Room) -> None:
    message = letter(at(FAR, "/to=John_Doe"))
    message.add_attachment(b"%PDF-1.4 a", maintype="application", subtype="octet-stream", filename="devis.pdf")
    assert hand_in(door, signed(message), at(FAR, "/to=John_Doe"))[0] == 250
    (fax,) = faxes(embedded)
    assert (fax.to_number, fax.name, fax.created_by, fax.state) == (FAR, "John Doe", "Claire@martin.example", "queued")
    with operator(embedded.engine, read_only=True) as session:
        cover = content.opened(session.scalars(select(FaxBatch.cover)).one())
        assert cover == {"subject": "Devis", "message": "Bonjour, voici le devis.", "from_name": "Claire"}
        assert session.scalars(select(FaxDocument.name)).all() == ["devis.pdf"]


def test_several_recipients_get_a_fax_each_and_the_same_mail_again_none(door: Door, embedded: Room) -> None:
    raw = signed(letter(at(FAR), at(OTHER)))
    for _ in range(2):
        assert hand_in(door, raw, at(FAR), at(OTHER))[0] == 250
    assert [one.to_number for one in faxes(embedded)] == [FAR, OTHER]


def test_one_wrong_recipient_refuses_them_all(door: Door, embedded: Room) -> None:
    to = at(FAR), at("12")
    code, said = hand_in(door, signed(letter(*to)), *to)
    assert code == 550
    assert "too short" in said
    assert not faxes(embedded)


@pytest.mark.parametrize("sender", ["mallory@elsewhere.example", "paul@martin.example"])
def test_who_may_not_fax_is_refused_within_the_session(door: Door, embedded: Room, sender: str) -> None:
    raw = signed(letter(at(FAR), sender=sender), sender.rpartition("@")[2].encode())
    assert hand_in(door, raw, at(FAR), sender=sender) == (550, f"5.7.1 {sender} may not send faxes")


@pytest.mark.parametrize("forged", ["nothing", "another's", "changed"])
def test_what_is_not_proved_sends_nothing(door: Door, embedded: Room, forged: str) -> None:
    message = letter(at(FAR))
    raw = message.as_bytes().replace(b"\n", b"\r\n")
    if forged == "another's":
        raw = signed(message, b"elsewhere.example")
    elif forged == "changed":
        raw = signed(message).replace(b"voici", b"voila")
    hand_in(door, raw, at(FAR))
    assert not faxes(embedded)


def test_nothing_is_added_to_a_signed_mail(door: Door, embedded: Room) -> None:
    raw = signed(letter(at(FAR)))
    hand_in(door, f"Cc: {at(OTHER)}\r\n".encode() + raw, at(OTHER))
    unnamed = letter(at(FAR))
    del unnamed["Message-ID"]
    hand_in(door, b"Message-ID: <another@a>\r\n" + signed(unnamed), at(FAR))
    assert not faxes(embedded)


def test_a_signed_mail_cannot_be_passed_on_to_another_number(door: Door, embedded: Room) -> None:
    hand_in(door, signed(letter(at(FAR))), at(OTHER))
    assert not faxes(embedded)


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<a.example>"}]
)
def test_no_fax_is_made_of_automatic_mails(door: Door, embedded: Room, headers: dict[str, str]) -> None:
    assert hand_in(door, signed(letter(at(FAR), **headers)), at(FAR))[0] == 554


def test_the_null_return_path_is_refused(door: Door) -> None:
    assert hand_in(door, b"", at(FAR), sender="")[0] == 550


@pytest.mark.parametrize("address", ["hello@fax.example", "+33199000001@elsewhere.example", "1/x=2@fax.example"])
def test_addresses_that_are_none_are_refused_at_once(door: Door, address: str) -> None:
    assert hand_in(door, b"", address)[0] == 550


def test_empty_and_nested_mails_are_refused(door: Door, embedded: Room) -> None:
    empty = letter(at(FAR))
    del empty["Subject"]
    empty.set_content("")
    assert hand_in(door, signed(empty), at(FAR)) == (554, "5.6.0 there is nothing to fax in this mail")
    bomb = b"".join(b'--%d\r\nContent-Type: multipart/mixed; boundary="%d"\r\n\r\n' % (n, n + 1) for n in range(2000))
    head = f'From: {CLAIRE}\r\nTo: {at(FAR)}\r\nContent-Type: multipart/mixed; boundary="0"\r\n\r\n'.encode()
    assert hand_in(door, head + bomb, at(FAR))[0] == 554


def test_two_authors_are_refused(door: Door) -> None:
    raw = b"From: a@elsewhere.example\r\n" + letter(at(FAR)).as_bytes().replace(b"\n", b"\r\n")
    assert hand_in(door, raw, at(FAR)) == (554, "5.6.0 there is more than one From header")


def test_pictures_of_a_signature_are_left_out_and_html_is_stripped(door: Door, embedded: Room) -> None:
    message = letter(at(FAR))
    message.set_content("<style>p{}</style><p>Bonjour &amp; merci</p><img src='cid:logo'>", subtype="html")
    message.add_related(PIXEL, "image", "png", cid="<logo>")
    message.add_attachment(PIXEL, "image", "png", filename="plan.png")
    assert hand_in(door, signed(message), at(FAR))[0] == 250
    with operator(embedded.engine, read_only=True) as session:
        assert (content.opened(session.scalars(select(FaxBatch.cover)).one()) or {})["message"] == "Bonjour & merci"
        assert session.scalars(select(FaxDocument.name)).all() == ["plan.png"]


def test_latin_1_is_read(door: Door, embedded: Room) -> None:
    raw = f"From: {CLAIRE}\r\nTo: {at(FAR)}\r\nSubject: Réglé\r\n\r\nDéjà réglé\r\n".encode("latin-1")
    assert hand_in(door, signed(raw), at(FAR))[0] == 250
    with operator(embedded.engine, read_only=True) as session:
        cover = content.opened(session.scalars(select(FaxBatch.cover)).one()) or {}
    assert (cover["subject"], cover["message"]) == ("Réglé", "Déjà réglé")


def test_a_day_has_its_cap(door: Door, embedded: Room) -> None:
    codes = [hand_in(door, signed(letter(at(FAR), key=f"<{n}@a>")), at(FAR))[0] for n in range(4)]
    assert codes == [250, 250, 250, 550]
    embedded.passes(days=1)
    assert hand_in(door, signed(letter(at(FAR), key="<5@a>")), at(FAR))[0] == 250


def test_a_database_that_is_away_is_temporary(door: Door, embedded: Room) -> None:
    with embedded.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE fax_mail RENAME TO gone")
    assert hand_in(door, signed(letter(at(FAR))), at(FAR))[0] == 451


@pytest.mark.parametrize(
    ("server", "result", "count"),
    [
        ("mx.martin.example", "spf=pass smtp.mailfrom=bounce@mail.martin.example", 1),
        ("mx.martin.example", "dkim=pass header.d=martin.example", 0),
        ("mx.martin.example", "spf=pass smtp.mailfrom=a@elsewhere.example", 0),
        ("mx.martin.example", "dkim=fail header.d=martin.example", 0),
        ("elsewhere.example", "spf=pass smtp.mailfrom=bounce@martin.example", 0),
    ],
)
def test_by_lmtp_our_mail_server_is_believed(door: Door, embedded: Room, server: str, result: str, count: int) -> None:
    message = letter(at(FAR), Authentication_Results=f"{server}; {result}")
    with smtplib.LMTP("127.0.0.1", door.ports[1], timeout=20) as connection, suppress(smtplib.SMTPDataError):
        connection.sendmail(CLAIRE, [at(FAR)], message.as_bytes())
    assert len(faxes(embedded)) == count


def test_by_smtp_nobody_is_believed(door: Door, embedded: Room) -> None:
    message = letter(at(FAR), Authentication_Results="mx.martin.example; dkim=pass header.d=martin.example")
    assert hand_in(door, message.as_bytes(), at(FAR))[0] == 550
    assert not faxes(embedded)
