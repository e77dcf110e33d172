"""What a controller finds on a call that another one left while it was dialling."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conf.snapshot import Snapshot
from controller.calls.dialling import Dialling


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ({"variable_souffleur_dialling": "5", "variable_originate_disposition": "SUCCESS"}, "answered"),
        ({"variable_souffleur_dialling": "5", "variable_originate_disposition": "USER_BUSY"}, "busy"),
        # The outcome of an earlier dial: this one was checkpointed, and never begun.
        ({"variable_souffleur_dialling": "4", "variable_originate_disposition": "SUCCESS"}, None),
        ({"variable_souffleur_dialling": "4"}, None),
        ({"variable_originate_disposition": "SUCCESS"}, None),
        ({"variable_souffleur_dialling": "5"}, None),
        ({}, None),
    ],
)
def test_only_the_outcome_of_this_dial_counts(
    snapshot: Callable[..., Snapshot], found: dict[str, str], outcome: str | None
) -> None:
    dialling = Dialling(snapshot(), "c", "", (), "pbx.localhost", lambda *_, **__: None)
    kept = dialling.kept(found, "5", answered=True, ended=0.0)
    assert (kept.outcome if kept else None) == outcome
