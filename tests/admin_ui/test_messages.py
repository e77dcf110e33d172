"""Messages that callers left: heard and read on the call's page and over the API, by those who may; it is noted."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from conf.database import scoped
from conf.messages import keeping
from conf.models import AuditEntry, KeyGrant
from conf.vault import Vault
from tests.admin_ui.site import Site
from tests.admin_ui.test_calls import NOON, record

CALL, NAME = "c-left", "c-left-3"
HEARD = f"/api/v1/calls/{CALL}/messages"


@pytest.fixture
def left(site: Site, tmp_path: Path) -> bytes:
    """A message of two seconds; its sound."""
    file = tmp_path / "m.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(range(250)) * 128)
    record(site, CALL)
    fact = {
        "subscriber": site.subscriber_id(),
        "name": NAME,
        "call": CALL,
        "flow": "reception",
        "node": "voicemail",
        "caller": "+33611111111",
        "language": "fr",
        "seconds": 2.0,
        "ended": "key",
        "at": NOON.timestamp(),
    }
    with scoped(site.engine, site.subscriber_id()) as session:
        keeping.keep(session, Vault(site.settings.data_dir / "vault"), site.settings.web_secret, fact, file)
    return file.read_bytes()


def put_into_words(site: Site) -> None:
    with scoped(site.engine, site.subscriber_id()) as session:
        keeping.write_words(keeping.find(session, CALL, NAME), "done", {"text": "rappelez-moi <demain>", "words": []})


def noted(site: Site) -> int:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        return session.query(AuditEntry).where(AuditEntry.action == "read", AuditEntry.kind == "message").count()


def test_it_is_heard_whole_and_in_ranges(site: Site, left: bytes) -> None:
    browser = site.as_role("engineer")
    for address in (f"{HEARD}/{NAME}/audio", f"/calls/{CALL}/messages/{NAME}/audio"):
        whole = browser.get(address)
        assert (whole.status_code, whole.mimetype, whole.get_data()) == (200, "audio/wav", left)
        part = browser.get(address, headers={"Range": "bytes=1000-1099"})
        assert (part.status_code, part.get_data()) == (206, left[1000:1100])
        assert part.headers["Content-Range"] == f"bytes 1000-1099/{len(left)}"
    with wave.open(io.BytesIO(whole.get_data())) as sound:
        assert sound.getnframes() == 16000
    assert noted(site) == 2  # a range of what is heard already is no other hearing


def test_it_is_read_on_the_page_and_over_the_api(site: Site, left: bytes) -> None:
    browser = site.as_role("engineer")
    page = browser.get(f"/calls/{CALL}").get_data(as_text=True)
    assert f'src="/calls/{CALL}/messages/{NAME}/audio"' in page
    assert browser.get(HEARD).get_json()["items"][0]["state"] == "waiting"
    put_into_words(site)
    page = browser.get(f"/calls/{CALL}").get_data(as_text=True)
    assert "rappelez-moi &lt;demain&gt;" in page
    (item,) = browser.get(HEARD).get_json()["items"]
    assert (item["message"], item["text"], item["node"]) == (NAME, "rappelez-moi <demain>", "voicemail")
    assert noted(site) == 4


def test_it_is_nobody_elses(site: Site, left: bytes) -> None:
    for browser in (site.as_role("engineer", "duval"), site.as_role("fax")):
        for address in (HEARD, f"{HEARD}/{NAME}/audio", f"/calls/{CALL}/messages/{NAME}/audio"):
            assert browser.get(address).status_code in (403, 404)
    record(site, "other")
    assert site.as_role("engineer").get(f"/api/v1/calls/other/messages/{NAME}/audio").status_code == 404


def test_without_the_key_it_is_sealed(site: Site, left: bytes) -> None:
    with scoped(site.engine, site.subscriber_id()) as session:
        for grant in session.query(KeyGrant):
            grant.revoked_at = NOON
    assert site.as_role("engineer").get(f"{HEARD}/{NAME}/audio").status_code == 403
