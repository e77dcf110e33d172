"""The rest of our configuration on a real FreeSWITCH: its doors, its modules, its own records, trial calls."""

import json
from pathlib import Path

import gevent
import pytest

from tests.real.conftest import TRUNK, missing
from tests.real.switch import Refused

NUMBER = "+33123456789"


def test_the_event_socket_asks_for_our_password(freeswitch):
    assert freeswitch.api("status").startswith("UP")
    for wrong in ("ClueCon", " ", "wrong"):
        with pytest.raises(Refused, match="password"):
            freeswitch.connect(wrong)


def test_the_event_socket_lets_only_its_list_in(freeswitch):
    with pytest.raises(Refused, match="rude-rejection"):
        freeswitch.connect(source="127.0.0.5")


@pytest.mark.parametrize("module", ["mod_spandsp", "mod_opus", "mod_sofia", "mod_xml_curl", "mod_say_fr", "mod_hash"])
def test_what_we_need_is_loaded(freeswitch, module):
    assert freeswitch.api(f"module_exists {module}") == "true"


@pytest.mark.parametrize("name", ["system", "bgsystem", "lua", "conference", "voicemail"])
def test_what_we_do_not_need_is_not(freeswitch, name):
    applications = json.loads(freeswitch.api("show application as json"))["rows"]
    assert name not in {row["name"] for row in applications}


def test_fax_and_codecs_are_there(freeswitch):
    applications = {row["name"] for row in json.loads(freeswitch.api("show application as json"))["rows"]}
    assert {"rxfax", "txfax", "spandsp_start_fax_detect", "socket", "bridge"} <= applications
    codecs = {row["name"] for row in json.loads(freeswitch.api("show codec as json"))["rows"]}
    assert any("G.722" in name for name in codecs)
    assert any("OPUS" in name for name in codecs)


def test_an_argument_is_never_a_formula(agent, offers):
    """The controller sends text; FreeSWITCH takes it as it is, variables and commands alike."""
    offers.open()
    call = agent("+33611111111", TRUNK).invite(NUMBER)
    offered = offers.next()
    offered.command(f"api uuid_setvar {offered.uuid} cause USER_BUSY")
    offered.execute("hangup", "${cause}")
    assert call.response().status != 486


def test_freeswitch_keeps_its_own_account_of_a_call(agent, offers, freeswitch):
    if freeswitch.api("module_exists mod_json_cdr") != "true":
        missing("this FreeSWITCH has no mod_json_cdr")
    offers.open()
    call = agent("+33611111111", TRUNK).invite(NUMBER)
    offered = offers.next()
    offered.hang_up("USER_BUSY")
    assert call.response().status == 486
    file = Path(freeswitch.settings.cdr_dir) / f"{offered.uuid}.cdr.json"
    with gevent.Timeout(5):
        while not (file.exists() and file.stat().st_size):
            gevent.sleep(0.02)
    account = json.loads(file.read_text("utf-8"))
    assert account["variables"]["souffleur_dialled"] == "+33123456789"
    assert account["variables"]["hangup_cause"] == "USER_BUSY"


def test_a_trial_call_is_offered_as_one(freeswitch, offers):
    """The controller calls itself through a loopback; what it says about the call stays."""
    offers.open()
    said = "souffleur_origin=test,souffleur_call=c1"
    freeswitch.api(f"bgapi originate {{{said}}}loopback/{NUMBER}/public &park()")
    offered = offers.next()
    assert (offered.variable("souffleur_origin"), offered.variable("souffleur_call")) == ("test", "c1")
    assert offered.variable("souffleur_dialled") == NUMBER
    freeswitch.api("hupall")
    freeswitch.api(f"bgapi originate {{{said},souffleur_subscriber=martin}}loopback/1000/internal &park()")
    offered = offers.next()
    assert (offered.variable("souffleur_subscriber"), offered.variable("souffleur_dialled")) == ("martin", "1000")


def test_a_full_limit_is_busy_and_not_another_offer(agent, offers):
    """Over its limit FreeSWITCH transfers a call to the extension limit_exceeded."""
    offers.open()
    first = agent("+33611111111", TRUNK).invite(NUMBER)
    offered = offers.next()
    offered.execute("limit", "hash trunks carrier 1")
    offered.execute("answer")
    assert first.response().status == 200
    second = agent("+33622222222", TRUNK).invite(NUMBER)
    offers.next().execute("limit", "hash trunks carrier 1")
    assert second.response().status == 486
    assert offers.nothing(0.3)
