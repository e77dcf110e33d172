"""Coming in: the first administrator's password of one use, and then their own."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.visits import Visits

OWN = "staple battery horse correct"


def test_the_first_administrator_comes_in_and_takes_a_password_of_their_own(visit: Visits, house: House) -> None:
    visit.expects(422)
    page = visit.stranger(locale="en-GB")
    page.goto("/numbers")
    for password in ("not-the-password", house.first["claire@martin.example"]):
        page.get_by_label("Mail address").fill("claire@martin.example")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        if password == "not-the-password":
            expect(page.get_by_role("alert")).to_contain_text("do not fit together")
            expect(page.get_by_label("Mail address")).to_have_value("claire@martin.example")
    page.get_by_label("Nouveau mot de passe").fill(OWN)  # from here on it is Claire's language
    page.get_by_label("Le même, une seconde fois").fill(OWN)
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    expect(page.get_by_role("heading", name="Numéros", level=1)).to_be_visible()  # the page that was first asked for
    expect(page.get_by_role("navigation").first).to_contain_text("Claire Martin")
    again = visit.stranger()
    again.goto("/login")
    again.get_by_label("Mail address").fill("claire@martin.example")
    again.get_by_label("Password").fill(OWN)
    again.get_by_role("button", name="Log in").click()
    expect(again.get_by_role("navigation").first).to_contain_text("Boulangerie Martin")
