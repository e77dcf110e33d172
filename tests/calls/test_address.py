"""Where a controller is reached."""

from __future__ import annotations

import pytest

from controller.calls.address import reached_at


@pytest.mark.parametrize(
    ("host", "towards", "address"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1:8084"),
        ("192.0.2.7", "127.0.0.1", "192.0.2.7:8084"),
        ("pbx.example", "127.0.0.1", "pbx.example:8084"),
        ("::1", "127.0.0.1", "[::1]:8084"),
        ("0.0.0.0", "127.0.0.1", "127.0.0.1:8084"),  # noqa: S104
        ("0.0.0.0", "127.0.0.2", "127.0.0.1:8084"),  # noqa: S104
        ("0.0.0.0", "no.such.host.invalid", "0.0.0.0:8084"),  # noqa: S104
    ],
)
def test_where_it_is_reached(host: str, towards: str, address: str) -> None:
    assert reached_at(host, 8084, towards) in (address, address.replace("127.0.0.1:", f"{towards}:"))
