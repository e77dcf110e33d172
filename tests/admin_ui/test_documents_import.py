"""Everything of a subscriber as a ZIP: exported, looked at, imported; nothing of anybody else."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from admin_ui.worker import worker
from conf.database import scoped
from conf.models import User
from tests.admin_ui.site import Browser, Site
from tests.admin_ui.test_documents_pages import audit, read
from tests.admin_ui.test_documents_sounds import sound


def administrator(site: Site) -> Browser:
    """An administrator who stands in the file after the others."""
    browser = site.as_role("administrator")
    with scoped(site.engine, site.subscriber_id()) as session:
        session.execute(update(User).where(User.login == "administrator@martin.test").values(position=2))
    return browser


def exported(browser: Browser) -> dict[str, str]:
    answer = browser.get("/settings/export")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


def look(browser: Browser, content: bytes) -> TestResponse:
    sent = {"file": (io.BytesIO(content), "martin.zip")}
    return browser.post("/settings/import", data=sent, content_type="multipart/form-data")


def test_what_was_exported_changes_nothing(both_sites: Site) -> None:
    browser = administrator(both_sites)
    files = exported(browser)
    assert {"martin/subscriber.yaml", "martin/users.yaml", "martin/flows/reception.yaml"} <= set(files)
    answer = look(browser, packed(files))
    assert "there is nothing to change" in answer.get_data(as_text=True)


def test_changes_are_shown_then_made(both_sites: Site) -> None:
    browser = administrator(both_sites)
    files = exported(browser)
    name = "martin/numbers.yaml"
    files[name] = re.sub("(fallback: .)102", r"\g<1>101", files[name])
    page = look(browser, packed(files)).get_data(as_text=True)
    assert "number +33123456789" in page
    assert read(both_sites, "numbers", "+33123456789")["fallback"] == "102"
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    answer = browser.post("/settings/import/apply", data={"kept": kept.group(1)})
    assert "1 change was made." in answer.get_data(as_text=True)
    assert read(both_sites, "numbers", "+33123456789")["fallback"] == "101"
    assert audit(both_sites) == [("imported", "subscriber", "martin")]
    again = browser.post("/settings/import/apply", data={"kept": kept.group(1)}, follow_redirects=True)
    assert "Send it again" in again.get_data(as_text=True)


def test_a_change_meanwhile_is_looked_at_again(site: Site) -> None:
    browser = administrator(site)
    files = exported(browser)
    files["martin/schedules.yaml"] = files["martin/schedules.yaml"].replace("14:00", "14:30")
    kept = re.search(r'name="kept" value="([^"]+)"', look(browser, packed(files)).get_data(as_text=True))
    assert kept
    browser.post("/numbers/remove/+33123456780")
    answer = browser.post("/settings/import/apply", data={"kept": kept.group(1)})
    page = answer.get_data(as_text=True)
    assert "number +33123456780" in page
    assert "14:30" not in str(read(site, "schedules", "office"))


def of_duval(files: dict[str, str]) -> dict[str, str]:
    return {**files, "martin/subscriber.yaml": files["martin/subscriber.yaml"].replace("slug: martin", "slug: duval")}


def operators(_files: dict[str, str]) -> dict[str, str]:
    return {"trunks.yaml": "- {name: mine, host: sip.example}"}


def without_me(files: dict[str, str]) -> dict[str, str]:
    return {**files, "martin/users.yaml": files["martin/users.yaml"].replace("administrator@martin.test", "x@y.z")}


def wrong_line(files: dict[str, str]) -> dict[str, str]:
    return {**files, "martin/numbers.yaml": "- number: '123'\n"}


def outside(files: dict[str, str]) -> dict[str, str]:
    return {**files, "../../evil.yaml": "x"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (of_duval, "another organisation"),
        (operators, "another organisation"),
        (without_me, "would remove administrator@martin.test, which is you"),
        (wrong_line, "not an international number"),
        (outside, "Leaves the folder"),
    ],
)
def test_what_cannot_be_imported_is_told(
    site: Site, spoil: Callable[[dict[str, str]], dict[str, str]], said: str
) -> None:
    browser = site.as_role("administrator")
    answer = look(browser, packed(spoil(exported(browser))))
    assert answer.status_code == 422
    assert said in unescape(answer.get_data(as_text=True))
    assert read(site, "subscriber", "duval", slug="duval")["name"] == "Kanzlei Duval"
    assert audit(site) == []


def test_what_is_no_zip(site: Site) -> None:
    answer = look(site.as_role("administrator"), b"no zip")
    assert answer.status_code == 422
    assert "ZIP" in answer.get_data(as_text=True)


def test_a_sound_travels_along(site: Site) -> None:
    browser = administrator(site)
    sent = {"name": "jingle", "sound": (io.BytesIO(sound()), "x.wav")}
    browser.post("/prompts/new", data=sent, content_type="multipart/form-data")
    answer = browser.get("/settings/export")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        assert file.read("martin/sounds/jingle.wav").startswith(b"RIFF")
    page = look(browser, answer.data).get_data(as_text=True)
    assert "there is nothing to change" in page


def waiting(site: Site) -> list[str]:
    """The folders of files that wait to be imported."""
    return [path.name for path in (site.settings.spool_dir / "imports").glob("*/*/*")]


def test_a_file_goes_when_it_was_used_or_left(site: Site) -> None:
    browser, imports = administrator(site), site.settings.spool_dir / "imports"
    same = exported(browser)
    name = "martin/numbers.yaml"
    other = same | {name: re.sub("(fallback: .)102", r"\g<1>101", same[name])}
    look(browser, packed(same))  # nothing to change: nothing to wait for
    assert waiting(site) == []
    for _ in range(2):
        look(browser, packed(other))  # another one takes its place
        assert len(waiting(site)) == 1
    look(site.as_role("administrator", slug="duval"), packed(other))  # not theirs: it cannot be imported
    assert len(waiting(site)) == 1
    browser.get("/settings")
    assert waiting(site) == []
    kept = re.search(r'name="kept" value="([^"]+)"', look(browser, packed(other)).get_data(as_text=True))
    assert kept
    assert browser.post("/settings/import/apply", data={"kept": kept.group(1)}).status_code == 200
    assert waiting(site) == []
    look(browser, packed(same))
    assert len(waiting(site)) == 1
    (task,) = (task for task in worker(site.app).tasks if task.name == "tidying the imports")
    task.work()
    (left,) = imports.glob("*/*/*")
    os.utime(left, (0, 0))
    task.work()
    assert waiting(site) == []
