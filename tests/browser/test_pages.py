"""Pages come to rest: nothing is asked for again and again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visits import Visits


def test_the_list_of_flows_asks_once_for_each_table_how_the_flows_are(visit: Visits) -> None:
    page = visit("engineer")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/flows/states" in request.url else None)
    page.goto("/flows")
    expect(page.locator('tr[data-href="/flows/reception/edit"]')).not_to_contain_text("…")
    page.get_by_role("searchbox", name="Search here").fill("rec")
    expect(page.locator('tr[data-href="/flows/discovery/edit"]')).to_be_hidden()
    expect(page.locator('tr[data-href="/flows/reception/edit"]')).not_to_contain_text("…")
    page.wait_for_load_state("networkidle")
    assert len(asked) == 2


def test_the_page_of_the_api_speaks_the_reader_s_language(visit: Visits) -> None:
    page = visit("administrator", language="fr")
    page.goto("/api/v1/docs")
    expect(page.get_by_placeholder("Filtrer par rubrique ou par chemin")).to_be_visible()
    operation = page.locator(".opblock").filter(has_text="/api/v1/audit").first
    operation.locator(".opblock-summary-control").click()
    expect(operation.get_by_role("columnheader", name="Nom", exact=True)).to_be_visible()
    operation.get_by_role("button", name="Essayer").click()
    expect(operation.get_by_role("button", name="Annuler")).to_be_visible()
    operation.get_by_role("button", name="Exécuter").click()
    for title in ("Réponse du serveur", "Corps de la réponse", "En-têtes de la réponse"):
        expect(operation.get_by_role("heading", name=title).first).to_be_visible()
    expect(operation.get_by_text("A login, or token")).to_be_visible()  # what the description says is not the library's
