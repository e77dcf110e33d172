"""What the fax engine is told: all of it for every fax, and nothing that expands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.esl import fax
from controller.esl.errors import Unsafe

EVERYTHING = {
    "fax_enable_t38", "fax_enable_t38_request", "fax_disable_v17", "fax_use_ecm", "fax_verbose", "fax_ident",
    "fax_header", "fax_timezone", "fax_start_page", "fax_end_page", "execute_on_fax_result",
}  # fmt: skip


@pytest.mark.parametrize("rung", "ABCDE")
@pytest.mark.parametrize("sends", [True, False])
def test_nothing_is_left_to_a_default(rung, sends):
    told = fax.told(rung, "", sends=sends)
    assert set(told) == EVERYTHING
    assert all(told.values())


@given(st.text(), st.text(), st.text())
def test_whatever_a_text_holds_it_is_letters_and_percents(ident, header, zone):
    told = fax.told("A", ident, header, zone)
    for name in ("fax_ident", "fax_header", "fax_timezone"):
        assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", told[name])


def test_accents_are_taken_off_and_texts_are_cut():
    assert (
        fax.plain("Boulangerie  Martin & Fils, Besançon – Straße\n", 50)
        == "Boulangerie Martin & Fils, Besancon Strasse"
    )
    assert len(fax.plain("x" * 100, fax.LONGEST_IDENT)) == 20


@pytest.mark.parametrize("wrong", [{"rung": "F"}, {"rung": "A", "start_page": -1}, {"rung": "A", "start_page": True}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(Unsafe):
        fax.told(ident="", **wrong)


@pytest.mark.parametrize("file", ["relative.tif", "/a/../b.tif", "/a/${x}.tif", "/a b.tif", "/a\nb.tif"])
@pytest.mark.parametrize("application", [fax.txfax, fax.rxfax])
def test_a_file_is_an_absolute_path_of_plain_characters(application, file):
    with pytest.raises(Unsafe):
        application(file)


def test_how_it_went_is_read_from_the_channel():
    headers = {
        "variable_fax_result_code": "49", "variable_fax_result_text": "The call dropped prematurely",
        "variable_fax_document_transferred_pages": "1", "variable_fax_document_total_pages": "3",
        "variable_fax_remote_station_id": "+49 30\x00", "variable_fax_transfer_rate": "9600",
        "variable_fax_ecm_used": "on",
        "variable_fax_t38_status": "negotiated", "variable_fax_bad_rows": "7",
    }  # fmt: skip
    told = fax.FaxEnd(49, "The call dropped prematurely", 1, 3, "+49 30", 9600, True, "negotiated", 7)
    assert (fax.fax_end(headers), told.ok) == (told, False)
    assert fax.fax_end({}) == fax.FaxEnd(None, "", 0, 0, "", 0, False, "off", 0)
