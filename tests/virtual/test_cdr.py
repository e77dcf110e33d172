"""The account of a call that mod_json_cdr writes: tests/real/test_alike.py has the same of FreeSWITCH."""

import json
from pathlib import Path

import pytest

from controller.virtual import VirtualSwitch


@pytest.fixture
def counted(controller, tmp_path):
    """A switch whose calls leave their account."""
    with VirtualSwitch(offer=("127.0.0.1", controller.port), speed=10, cdr_dir=tmp_path / "cdr") as switch:
        yield switch


def account(switch, uuid):
    with open(f"{switch.cdr_dir}/{uuid}.cdr.json", "rb") as file:
        text = file.read()
    assert text.endswith(b"}\n")
    return json.loads(text)


def test_an_account_is_there_before_the_call_is_told_to_be_over(controller, counted):
    caller = counted.call(name="R\N{LATIN SMALL LETTER E WITH ACUTE}mi")
    line = controller.offer()
    line.execute("answer")
    line.execute("set", "souffleur_call=x y")
    found = []
    counted.bus.fire, fire = (lambda name, *rest, **more: (name == "CHANNEL_HANGUP_COMPLETE" and found.append(
        account(counted, caller.uuid)), fire(name, *rest, **more))), counted.bus.fire  # fmt: skip
    caller.hangs_up()
    assert caller.ended.wait(5)
    [cdr] = found
    assert list(cdr) == [
        "core-uuid", "switchname", "channel_data", "callStats", "variables", "app_log", "callflow",
    ]  # fmt: skip
    assert cdr["variables"]["souffleur_call"] == "x y"
    assert cdr["variables"]["caller_id"] == '"R\N{LATIN SMALL LETTER E WITH ACUTE}mi" <+33611111111>'
    assert (cdr["variables"]["hangup_cause"], cdr["variables"]["hangup_cause_q850"]) == ("NORMAL_CLEARING", "16")
    names = [one["app_name"] for one in cdr["app_log"]["applications"]]
    assert names == ["set", "unset", "set", "set", "transfer", "unset", "unset", "unset", "socket", "answer", "set"]
    assert [one["extension"]["name"] for one in cdr["callflow"]] == ["offer_0", "number"]


def test_a_leg_that_was_called_has_none_but_one_that_was_sent_on_has(controller, counted):
    callee, other = counted.callee("101"), counted.callee("102")
    caller = counted.call()
    line = controller.offer()
    line.execute("answer")
    key = line.start("bridge", "user/101")
    line.event("CHANNEL_BRIDGE")
    callee.calls[0].hangs_up()
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=key)
    key = line.start("bridge", "user/102")
    line.event("CHANNEL_EXECUTE", Application_UUID=key)
    line.await_(lambda: other.calls and line.find("CHANNEL_BRIDGE", {}), "the call")
    other.calls[0].wait("CALL_UPDATE")
    sent = other.calls[0].uuid
    line.api(f"uuid_transfer {sent} souffleur_offer XML souffleur")
    assert controller.offer().uuid == sent
    for person in (other.calls[0], caller):
        person.hangs_up()
        assert person.ended.wait(5)
    assert {one.name for one in Path(counted.cdr_dir).iterdir()} == {
        f"{caller.uuid}.cdr.json", f"{sent}.cdr.json",
    }  # fmt: skip
    first, second = account(counted, sent)["callflow"]
    assert first["caller_profile"]["destination_number"] == "souffleur_offer"
    assert "extension" not in second
    [by] = second["caller_profile"]["originator"]["originator_caller_profiles"]
    assert (by["uuid"], by["destination_number"]) == (caller.uuid, "souffleur_offer")


def test_two_switches_in_one_process_know_nothing_of_each_other(controller, counted, tmp_path):
    with VirtualSwitch(offer=("127.0.0.1", 1), speed=10, cdr_dir=tmp_path / "other") as other:
        here, there = counted.call(), other.call()
        controller.offer()
        assert list(counted.channels) == [here.uuid]
        assert list(other.channels) == [there.uuid]
        assert controller.inbound(other).api(f"uuid_exists {here.uuid}") == "false"
        there.hangs_up()
        assert there.ended.wait(5)
        assert account(other, there.uuid)["variables"]["hangup_cause"] == "ORIGINATOR_CANCEL"
        assert not list((tmp_path / "cdr").iterdir())
