"""Digits, numbers, amounts and telephone numbers: tables, and what is written as words is read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from controller.flow.understanding import amount, digits, number, phone
from controller.flow.understanding.words import spoken

LANGUAGES = st.sampled_from(["fr", "en", "de"])


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("zéro six douze trente-quatre", "fr", "061234"),
        ("zéro six douze quatre vingt douze", "fr", "061292"),
        ("soixante douze", "fr", "72"),
        ("soixante dix sept", "fr", "77"),
        ("septante deux", "fr", "72"),
        ("quatre vingt quatre vingt un", "fr", "8081"),
        ("quatre vingt quatre vingt", "fr", None),  # 80 80, or 84 20
        ("zéro huit cents", "fr", "0800"),
        ("mon numéro c' est le quarante deux euh", "fr", "42"),
        ("[unk] un deux trois [unk]", "fr", "123"),
        ("un deux [unk] trois", "fr", None),
        ("un chien deux", "fr", None),
        ("double four six", "en", "446"),
        ("oh one triple five", "en", "01555"),
        ("twenty four", "en", "24"),
        ("one two three four", "en", "1234"),
        ("null sechs zwölf", "de", "0612"),
        ("zwo drei", "de", "23"),
        ("0612", "fr", "0612"),
        ("", "fr", None),
        ("[unk]", "fr", None),
        ("un deux", "xx", None),
    ],
)
def test_digits(said, language, read):
    assert digits.read(spoken(said), language) == read


def test_digits_must_fit_the_length():
    assert digits.read("un deux trois", "fr", 4, 4) is None
    assert digits.read("soixante douze", "fr", 4, 4) == "6012"  # nothing else has four digits
    assert digits.read("vingt quatre", "fr", 3, 3) == "204"


@given(st.text("0123456789", min_size=1, max_size=12), LANGUAGES)
def test_digits_said_one_by_one_are_read_back(written, language):
    said = " ".join(num2words(int(digit), lang=language) for digit in written)
    assert digits.read(spoken(said), language, len(written), len(written)) == written


@given(st.lists(st.integers(0, 99), min_size=5, max_size=5))
def test_pairs_of_a_french_number_are_never_read_wrong(pairs):
    written = "".join(f"{pair:02}" for pair in pairs)
    said = " ".join(("zéro " if pair < 10 else "") + num2words(pair, lang="fr") for pair in pairs)
    assert digits.read(spoken(said), "fr", 10, 10) in (written, None)


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("quatre vingt douze", "fr", "92"),
        ("deux virgule zéro cinq", "fr", "2.05"),
        ("moins trois", "fr", "-3"),
        ("j' en dirais vingt et un", "fr", "21"),
        ("environ vingt et un", "fr", "21"),
        ("vingt un", "fr", None),
        ("trois ou quatre", "fr", None),
        ("zéro six", "fr", None),
        ("two point five", "en", "2.5"),
        ("a hundred and five", "en", "105"),
        ("minus four", "en", "-4"),
        ("zweihundertfünfzig", "de", "250"),
        ("zwei komma fünf", "de", "2.5"),
        ("12", "fr", "12"),
        ("bonjour", "fr", None),
        ("", "en", None),
    ],
)
def test_numbers(said, language, read):
    found = number.read(spoken(said), language)
    assert (number.written(found) if found is not None else None) == read


# In German text2num knows no "einstausend" after hundreds: such a number is not understood, and never another one.
LARGE = st.tuples(st.integers(0, 999_999), st.sampled_from(["fr", "en"]))


@given(LARGE | st.tuples(st.integers(0, 999), st.just("de")))
def test_a_number_in_words_is_read_back(pair):
    value, language = pair
    assert number.read(spoken(num2words(value, lang=language)), language) == value


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("douze euros cinquante", "fr", "12.5"),
        ("douze euros et cinq centimes", "fr", "12.05"),
        ("cinquante centimes", "fr", "0.5"),
        ("deux cents euros", "fr", "200"),
        ("deux cents", "fr", "200"),
        ("douze virgule cinq euros", "fr", "12.5"),
        ("trois euros ou quatre euros", "fr", None),
        ("des euros", "fr", None),
        ("twelve pounds and fifty pence", "en", "12.5"),
        ("fifty cents", "en", "0.5"),
        ("twenty dollars", "en", "20"),
        ("zwölf euro fünfzig", "de", "12.5"),
    ],
)
def test_amounts(said, language, read):
    found = amount.read(spoken(said), language)
    assert found == (Decimal(read) if read else None)


@given(st.integers(1, 9999), st.integers(1, 99))
def test_an_amount_in_words_is_read_back(units, hundredths):
    said = f"{num2words(units, lang='fr')} euros {num2words(hundredths, lang='fr')}"
    assert amount.read(spoken(said), "fr") == units + Decimal(hundredths) / 100


@pytest.mark.parametrize(
    ("said", "language", "country", "read"),
    [
        ("zéro six douze trente quatre cinquante six soixante dix huit", "fr", "FR", "+33612345678"),
        ("plus trente trois six douze trente quatre cinquante six soixante dix huit", "fr", "FR", "+33612345678"),
        ("zéro zéro trente trois six douze trente quatre cinquante six soixante dix huit", "fr", "FR", "+33612345678"),
        ("zéro six douze", "fr", "FR", None),
        ("oh two oh seven nine four six oh nine five eight", "en", "GB", "+442079460958"),
        ("zéro six douze trente quatre cinquante six soixante dix huit", "fr", "", None),
    ],
)
def test_phones(said, language, country, read):
    assert phone.read(said, language, country) == read


@given(st.text(max_size=40), st.sampled_from(["fr", "en", "de", "xx", ""]))
def test_any_words_give_a_value_or_none(said, language):
    assert digits.read(said, language, 1, 12) is None or digits.read(said, language, 1, 12).isdecimal()
    assert isinstance(number.read(said, language), Decimal | None)
    assert isinstance(amount.read(said, language), Decimal | None)
    assert phone.read(said, language, "FR") is None or phone.read(said, language, "FR").startswith("+")
