import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.commands import Extension, External
from controller.flow.numbers import country_of, e164, e164_prefix, is_emergency, is_short, parse_target


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("0033 1 23 45 67 89", "FR", "+33123456789"),
        ("+33123456789", "", "+33123456789"),
        ("+33 (0)1 23 45 67 89", "DE", "+33123456789"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0123456789", "", None),
        ("101", "FR", None),
        ("112", "FR", None),
        ("anonymous", "FR", None),
        ("", "FR", None),
        ("+33123456789012345", "FR", None),
        ("0123456789", "XX", None),
    ],
)
def test_e164(text, country, number):
    assert e164(text, country) == number


@pytest.mark.parametrize(
    ("prefix", "country", "number"),
    [("+33899", "DE", "+33899"), ("0899", "FR", "+33899"), ("0044", "FR", "+44"), ("101", "FR", "101"), ("0", "", "0")],
)
def test_prefixes(prefix, country, number):
    assert e164_prefix(prefix, country) == number


@pytest.mark.parametrize(
    ("number", "country"), [("+33123456789", "FR"), ("+442079460018", "GB"), ("101", ""), ("", "")]
)
def test_country(number, country):
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("text", "country", "listed", "answer"),
    [
        ("112", "FR", (), True),
        ("15", "FR", (), True),
        ("911", "US", (), True),
        ("110", "DE", (), True),
        ("119", "FR", ("119",), True),
        ("101", "FR", (), False),
        ("112", "", (), False),
        ("", "FR", (), False),
    ],
)
def test_emergency(text, country, listed, answer):
    assert is_emergency(text, country, listed) is answer


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("101", Extension("101")),
        ("+33 6 12 34 56 78", External("+33612345678", "carrier")),
        ("+33-6.12(34)5678", External("+33612345678", "carrier")),
    ],
)
def test_targets(text, target):
    assert parse_target(text, "carrier") == target


@given(st.text("0123456789*#", max_size=40))
def test_keys_alone_never_dial_out(keys):
    try:
        assert isinstance(parse_target(keys), Extension)
    except ValueError:
        assert not is_short(keys)


@given(st.text())
def test_a_target_holds_nothing_but_digits(text):
    try:
        target = parse_target(text)
    except ValueError:
        return
    assert target.number.lstrip("+").isascii()
    assert target.number.lstrip("+").isdigit()
