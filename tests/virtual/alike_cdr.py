"""What mod_json_cdr writes of a call. Played by tests/virtual/test_alike.py and tests/real."""

import json
import time

from tests.virtual.scene import DIAL, NUMBER

KEYS = ["core-uuid", "switchname", "channel_data", "callStats", "variables", "app_log", "callflow"]
PROFILE = ["username", "dialplan", "caller_id_name", "ani", "aniii", "caller_id_number", "network_addr", "rdnis",
           "destination_number", "uuid", "source", "context", "chan_name"]  # fmt: skip
TIMES = ["created_time", "profile_created_time", "progress_time", "progress_media_time", "answered_time",
         "bridged_time", "last_hold_time", "hold_accum_time", "hangup_time", "resurrect_time",
         "transfer_time"]  # fmt: skip


def flow(account):
    """The callflow in short: extension, number, what was to be run next, whence, and which moments are known."""
    told = []
    for entry in account["callflow"]:
        extension, who, times = entry.get("extension", {}), entry["caller_profile"], entry["times"]
        assert [name for name in who if name not in ("originator", "originatee")] == PROFILE
        assert list(times) == TIMES
        known = {name.removesuffix("_time") for name, moment in times.items() if moment != "0"}
        marked = [one["app_name"] for one in extension.get("applications", []) if one.get("last_executed") == "true"]
        current = extension.get("current_app")
        assert marked == ([current] if current else [])
        name = extension.get("name", "").split("_")[0]
        told.append((name, extension.get("number"), current, who["rdnis"], known - {"created", "profile_created"}))
    return told


def ended(scene, uuid):
    """The account, and that it was whole when CHANNEL_HANGUP_COMPLETE was told."""
    scene.monitor.event("CHANNEL_HANGUP_COMPLETE", Unique_ID=uuid)
    text = (scene.cdr_dir / f"{uuid}.cdr.json").read_bytes()
    assert text.endswith(b"}\n")
    account = json.loads(text)
    assert list(account) == KEYS
    assert account["channel_data"]["state"] == "CS_REPORTING"
    return account


def test_the_account_of_a_caller_who_gives_up(scene):
    caller = scene.call()
    line = scene.take()
    begun = time.time()
    caller.hangs_up()
    account = ended(scene, line.uuid)
    variables = account["variables"]
    assert flow(account) == [
        ("offer", "souffleur_offer", "set", NUMBER, {"hangup"}), ("number", NUMBER, None, "", {"transfer"}),
    ]  # fmt: skip
    assert (variables["hangup_cause"], variables["hangup_cause_q850"]) == ("ORIGINATOR_CANCEL", "16")
    assert (variables["answer_epoch"], variables["billsec"]) == ("0", "0")
    assert variables["proto_specific_hangup_cause"] == "sip:487"
    assert variables["souffleur_dialled"] == NUMBER
    assert variables["caller_id"].endswith("<+33611111111>")
    assert abs(int(variables["end_epoch"]) - begun) < 60
    assert account["callStats"] == {}
    assert [one["app_name"] for one in account["app_log"]["applications"]][-2:] == ["unset", "socket"]


def test_the_account_of_an_answered_call(scene):
    caller = scene.call()
    line = scene.take()
    scene.answer(line)
    line.api(f"uuid_setvar {line.uuid} souffleur_call a b;=%41")
    line.start("set", "done=1", key="done")
    scene.monitor.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="done")
    scene.sleep(1.1)
    caller.hangs_up()
    account = ended(scene, line.uuid)
    variables = account["variables"]
    assert flow(account)[0][4] == {"answered", "progress_media", "hangup"}
    assert (variables["hangup_cause"], variables["current_application"]) == ("NORMAL_CLEARING", "set")
    assert int(variables["billsec"]) >= 1
    assert int(variables["duration"]) >= int(variables["billsec"])
    assert int(variables["start_epoch"]) <= int(variables["answer_epoch"]) <= int(variables["end_epoch"])
    assert variables["souffleur_call"] == "a b;=%41"
    logged = [(one["app_name"], one.get("app_data")) for one in account["app_log"]["applications"]]
    assert logged[-2:] == [("answer", None), ("set", "done=1")]
    assert "audio" in account["callStats"]


def test_the_account_of_a_call_that_was_transferred_and_bridged(scene):
    """An entry for each transfer, the newest first; a bridge belongs to the profile it happened under."""
    caller = scene.call()
    line = scene.take()
    scene.answer(line)
    scene.send_to(line.uuid, scene.there)
    second = scene.take(scene.there.accept())
    second.command("myevents json")
    second.start("bridge", DIAL)
    peer = scene.rings()
    peer.answers()
    second.event("CHANNEL_BRIDGE")
    scene.sleep(0.3)
    at, back = scene.address(scene.there), scene.address(scene.here)
    scene.send_to(line.uuid, scene.here)
    scene.take(scene.here.accept())
    scene.sleep(0.2)
    caller.hangs_up()
    account = ended(scene, line.uuid)
    assert flow(account) == [
        ("at", f"souffleur_at_{back}", "set", f"souffleur_at_{at}",
         {"answered", "progress_media", "progress", "hangup"}),
        ("at", f"souffleur_at_{at}", "set", "souffleur_offer",
         {"answered", "progress_media", "progress", "bridged", "transfer"}),
        ("offer", "souffleur_offer", "set", NUMBER, {"answered", "progress_media", "transfer"}),
        ("number", NUMBER, None, "", {"transfer"}),
    ]  # fmt: skip
    assert [one["profile_index"] for one in account["callflow"]] == ["4", "3", "2", "1"]
    [callee] = account["callflow"][1]["caller_profile"]["originatee"]["originatee_caller_profiles"]
    assert callee["destination_number"] == "+33612345678"
    assert "originatee" not in account["callflow"][0]["caller_profile"]
    variables = account["variables"]
    assert (variables["bridge_epoch"], variables["last_app"]) == ("0", "socket")
    assert not (scene.cdr_dir / f"{callee['uuid']}.cdr.json").exists()


def test_the_account_of_a_leg_that_was_sent_on(scene):
    """It was called and had none, but now it is a call of its own."""
    caller = scene.call()
    line = scene.take()
    line.command("myevents json")
    scene.answer(line)
    line.start("bridge", DIAL)
    peer = scene.rings()
    peer.answers()
    leg = line.event("CHANNEL_BRIDGE")["Other-Leg-Unique-ID"]
    scene.sleep(0.3)
    scene.monitor.api(f"uuid_transfer {leg} souffleur_offer XML souffleur")
    assert scene.take().uuid == leg
    caller.hangs_up()
    ended(scene, line.uuid)
    scene.monitor.api(f"uuid_kill {leg}")
    first, second = flow(ended(scene, leg))
    assert (first[:4], second[:3]) == (("offer", "souffleur_offer", "set", "+33612345678"), ("", None, None))
    account = json.loads((scene.cdr_dir / f"{leg}.cdr.json").read_bytes())
    assert account["channel_data"]["direction"] == "outbound"
    [by] = account["callflow"][1]["caller_profile"]["originator"]["originator_caller_profiles"]
    assert by["uuid"] == line.uuid
    assert "originator" not in account["callflow"][0]["caller_profile"]


def test_the_account_of_a_call_that_nobody_took(scene):
    for one in scene.controllers:
        one.deaf()
    caller = scene.call()
    uuid = scene.monitor.event("CHANNEL_EXECUTE", Application="sleep")["Unique-ID"]
    scene.monitor.await_(lambda: len(scene.monitor.find("CHANNEL_EXECUTE", {"Application": "sleep"})) == 2, "a round")
    caller.hangs_up()
    account = ended(scene, uuid)
    assert flow(account) == [
        ("waited", "souffleur_again", "transfer", "souffleur_offer", {"hangup"}),
        ("offer", "souffleur_offer", None, NUMBER, {"transfer"}), ("number", NUMBER, None, "", {"transfer"}),
    ]  # fmt: skip
    assert (account["variables"]["souffleur_waited"], account["variables"]["controller_lost"]) == (".", "true")
