"""Time zones as the fax engine wants them."""

import pytest

from controller.calls.zones import posix


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
        ("UTC", "UTC0"),
        ("Asia/Dubai", "LCL-4"),
        ("Nowhere/Atall", "UTC0"),
        ("../../etc/passwd", "UTC0"),
        ("", "UTC0"),
    ],
)
def test_a_zone_is_written_as_rules(zone, rules):
    assert posix(zone) == rules
