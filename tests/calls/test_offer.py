"""A call as FreeSWITCH offers it."""

from __future__ import annotations

import pytest

from controller.calls.offer import read_offer

X = "7a0e4c9e-0000-4000-8000-000000000001"


def headers(**variables: str) -> dict[str, str]:
    return {"Unique-ID": "u1"} | {f"variable_{name}": value for name, value in variables.items()}


@pytest.mark.parametrize(
    "found",
    [
        {"souffleur_origin": "trunk"},
        {"souffleur_origin": "test"},
        {"souffleur_origin": "transfer", "souffleur_checkpoint": "[1]"},  # the caller, sent on by who answered
        {"souffleur_origin": "transfer", "souffleur_owner": "a:1:1"},
    ],
)
def test_a_call_keeps_its_name(found: dict[str, str]) -> None:
    assert read_offer(headers(souffleur_call=X, **found)).call == X


def test_who_answered_and_is_sent_on_begins_a_call_of_its_own() -> None:
    """The caller's is on record when it hangs up: under the same name nothing of this one would be written."""
    offer = read_offer(headers(souffleur_call=X, souffleur_origin="transfer", souffleur_subscriber="martin"))
    assert offer.call not in ("", X)
    assert offer.subscriber == "martin"


def test_a_header_of_a_stranger_is_no_variable_of_ours() -> None:
    names = ("subscriber", "user", "call", "checkpoint", "origin", "dialled", "trunk", "taken")
    offer = read_offer(headers(**{f"sip_h_X-souffleur_{name}": X for name in names}))
    assert X not in (offer.subscriber, offer.user, offer.call, offer.checkpoint, offer.dialled, offer.trunk)
    assert offer.origin == "trunk"
