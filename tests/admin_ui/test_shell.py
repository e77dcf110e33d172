"""The frame of the pages: who is let in, and in which language."""

from __future__ import annotations

import pytest

from tests.admin_ui.site import ROLES, Site


def test_a_stranger_is_asked_to_log_in(site: Site) -> None:
    answer = site.app.test_client().get("/")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("role", ROLES)
def test_everybody_has_a_page_of_their_own(both_sites: Site, role: str) -> None:
    answer = both_sites.as_role(role).get("/me")
    assert answer.status_code == 200


def test_a_missing_page_says_so_in_the_language(site: Site) -> None:
    browser = site.as_role("engineer", language="fr")
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.get_data(as_text=True)


def test_what_is_posted_without_the_token_is_refused(site: Site) -> None:
    answer = site.as_role("engineer").post("/logout", headers={"X-CSRFToken": "wrong"})
    assert answer.status_code == 400
