"""The virtual switch does what FreeSWITCH did: every recorded scenario is played against it and compared.

Compared on each connection: the replies in order, what api commands answered; per channel the event names in order, and
on each event the headers a controller reads, with the variables the scenario sets. Not compared: times, sequence
numbers, SIP and media details, the order between two channels or two connections, where the linger notice stands.

Everything in tests/transcripts/switch is played but NOT_PLAYED; what DIFFERS names is left out, all else is equal.
"""

import gevent
import pytest

from tests.virtual.replay import Replay
from tests.virtual.transcript import TRANSCRIPTS, labels, load, what

NOT_PLAYED = {
    "01d_filter_nixevent_json": "its call was answered by a connection that was not recorded; see test_inbound.py",
    "04y_never_connect": "it has no frame but the last notice; real_never_connected has the events",
    "real_originate_early": "the halves of a loopback race: FreeSWITCH runs dialplan steps on one already hung up",
}
# Scenario -> what is left out (connection, channel, test of an event), and why.
DIFFERS = {
    "02e_record_say": (
        lambda _, __, seen: seen.get("Playback-File-Path", "").startswith(("file_string://digits", "silence_stream")),
        "the words of say: files there, here a silence",
    ),
    "03g_simultaneous": (
        lambda wire, channel, seen: (wire, channel, seen["name"]) == ("inbound", "B1", "CHANNEL_HANGUP_COMPLETE"),
        "filtered by Channel-Call-UUID, which the leg leaves at about that moment; 03b, 03c and 03i have the event",
    ),
    "05_inbound_adoption": (
        lambda wire, _, seen: wire == "inbound" and "Hangup-Cause" in seen and seen["name"] != "CHANNEL_HANGUP",
        "FreeSWITCH closed the follower right after CHANNEL_HANGUP; in 01d it went on to HANGUP_COMPLETE",
    ),
    "real_applications": (
        lambda _, __, seen: (
            seen.get("Playback-File-Path", "").startswith("silence_stream://400") or seen.get("DTMF-Digit") == "1"
        ),
        "say: that switch had no language files (02e shows say playing); a key 1 ms before flush_dtmf: a race",
    ),
}
# Come before or after one looks: the recordings have them both ways.
RACES = ("CHANNEL_PARK", "CHANNEL_DESTROY")

SCENARIOS = sorted(path.name.removesuffix(".jsonl.xz") for path in TRANSCRIPTS.glob("*.xz"))
PLAYED = [name for name in SCENARIOS if name not in NOT_PLAYED]

READ = """
    Application Application-Response Answer-State Channel-State Channel-Call-State Hangup-Cause DTMF-Digit DTMF-Source
    Playback-File-Path Playback-Status Record-File-Path Other-Type Caller-RDNIS Job-Command
    """.split()  # noqa: SIM905
# A uuid, a count of how often the call was offered in vain, and how SIP negotiated.
UNREAD = {"variable_other_loopback_leg_uuid", "variable_max_forwards", "variable_endpoint_disposition"}
RESULTS = ("CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP_COMPLETE")  # where variables are compared


@pytest.fixture(scope="module")
def replays(tmp_path_factory):
    """All scenarios at once, each with a switch of its own.

    On a machine that is too busy for so many some step comes too late, since recorded pauses are short: a scenario
    that went otherwise than the recording is played again, by itself, and that counts.
    """
    folder = tmp_path_factory.mktemp("replays")
    played = {name: Replay(name, folder) for name in PLAYED}
    gevent.joinall([gevent.spawn(one.run) for one in played.values()], raise_error=True)
    again = tmp_path_factory.mktemp("again")
    return {name: one if went_alike(one) else Replay(name, again).run() for name, one in played.items()}


def keys(rows):
    """The Event-UUIDs the application gave its commands: they come back, all others are FreeSWITCH's own."""
    lines = [line for row in rows if "send" in row for line in row["send"].split("\n")]
    return {line.split(": ")[1] for line in lines if line.startswith("Event-UUID")}


def tracked(rows):
    """The variables the recording keeps: results of applications, and what the application set."""
    return {name for row in rows for name in row.get("event", {}) if name.startswith("variable_")} - UNREAD


def told(event, replay, names):
    """What a controller reads of an event, the same for both sides."""
    seen = {"name": event["Event-Name"]} | {name: event[name] for name in READ if name in event}
    key = event.get("Application-UUID")
    seen["key"] = key if key in keys(replay.rows) else bool(key)
    if event.get("Application") != "socket":
        seen["data"] = event.get("Application-Data")
    seen["other leg"] = names.get(event.get("Other-Leg-Unique-ID"))
    if event["Event-Name"] in RESULTS:
        seen |= {name: event[name] for name in tracked(replay.rows) if name in event}
    places = {name: value for name, value in seen.items() if isinstance(value, str)}
    return seen | {
        name: value.replace(str(replay.folder), "/sounds").replace("/spool", "/sounds")
        for name, value in places.items()
    }


def story(replay, rows, wire, names):
    """Per channel, the events in order."""
    leave_out = DIFFERS.get(replay.name, (lambda *_: False, ""))[0]
    channels = {}
    for row in rows:
        event = row.get("event")
        if event and event["Event-Name"] not in RACES:
            channel, seen = names.get(event.get("Unique-ID"), "none"), told(event, replay, names)
            if not leave_out(wire, channel, seen):
                channels.setdefault(channel, []).append(seen)
    return channels


def stories(replay):
    """Per connection what happened then and now, each per channel."""
    recorded_names, names = labels(replay.rows), labels(replay.all_rows())
    for wire in wires(replay):
        then = story(replay, [row for row in replay.rows if row["conn"] == wire], wire, recorded_names)
        yield wire, then, story(replay, replay.wires[wire].rows, wire, names)


def went_alike(replay):
    return not replay.missed and all(then == now for _, then, now in stories(replay))


def wires(replay):
    return sorted({row["conn"] for row in replay.rows if what(row)})


@pytest.mark.parametrize("name", PLAYED)
def test_the_same_events_with_the_same_headers(replays, name):
    replay = replays[name]
    assert replay.missed == []
    for wire, then, now in stories(replay):
        for channel in sorted(set(then) | set(now)):
            here, there = now.get(channel, []), then.get(channel, [])
            assert [one["name"] for one in here] == [one["name"] for one in there], f"{wire} {channel}"
            for index, (is_now, was) in enumerate(zip(here, there, strict=True)):
                assert is_now == was, f"{wire} {channel}, event {index}: {was['name']}"


def answers(replay, rows, names):
    """Replies and api bodies in order, with the channels' names instead of their uuids.

    Long bodies by their first word.
    """
    out = []
    for row in rows:
        text = row.get("reply") if "reply" in row else row.get("api")
        if text is None:
            continue
        for uuid, name in names.items():
            text = text.replace(uuid, name)
        if "row_count" in text or text.startswith(("UP ", "Event-Name: ")):
            text = text[:2]
        out.append(text.replace(str(replay.folder), "/sounds"))
    return out


def without_chance(texts):
    """FreeSWITCH's own uuids and its uptime are never the same."""
    own = ("+OK Job-UUID: ", "+OK ")
    return [
        text[: len(own[0])]
        if text.startswith(own[0]) and text.count("-") == 5
        else "uptime"
        if text.strip().isdigit()
        else text
        for text in texts
    ]


@pytest.mark.parametrize("name", PLAYED)
def test_the_same_replies(replays, name):
    replay = replays[name]
    recorded_names, names = labels(replay.rows), labels(replay.all_rows())
    for wire in wires(replay):
        there = answers(replay, [row for row in replay.rows if row["conn"] == wire], recorded_names)
        here = answers(replay, replay.wires[wire].rows, names)
        assert without_chance(here) == without_chance(there), wire


@pytest.mark.parametrize("name", [name for name in PLAYED if not name.startswith("05_old_socket")])
def test_the_same_notices(replays, name):
    """Linger, then disconnect, each once, with the same text."""
    replay = replays[name]
    for wire in wires(replay):
        there = [(row["notice"], row["text"]) for row in replay.rows if row["conn"] == wire and "notice" in row]
        here = [(row["notice"], row["text"]) for row in replay.wires[wire].rows if "notice" in row]
        assert here[: len(there)] == there, wire


def header_names(names):
    """Names in order, without those only a real SIP and media stack has."""
    alien = ("variable_rtp_", "variable_sip_", "variable_switch_", "variable_local_", "variable_remote_",
    "variable_write_",
             "variable_read_", "variable_original_", "variable_advertised_", "variable_transfer_", "variable_souffleur",
             "Channel-Transfer-Source", "Caller-Transfer-Source", "Channel-RDNIS", "Caller-RDNIS")  # fmt: skip
    return [name for name in names if not name.startswith(alien)]


def test_the_connect_frame_has_the_recorded_headers_in_their_order(replays):
    for name in ("02a_connect_answer_playback", "03b_bridge_callee_hangs_up"):
        recorded = next(row["names"] for row in load(name) if "connect" in row)
        here = next(row["connect"] for row in replays[name].wires["outbound"].rows if "connect" in row)
        assert header_names(here) == header_names(recorded)
        invite = [name for name in recorded if name.startswith("variable_sip_")]
        assert [name for name in invite if name not in here] == []


def test_events_have_the_recorded_headers_in_their_order(replays):
    """Up to the variables, whose order is that of their setting."""
    replay = replays["02a_connect_answer_playback"]
    for row in replay.rows:
        if "event" in row and "names" in row:
            name = row["event"]["Event-Name"]
            here = next(one["event"] for one in replay.wires["outbound"].rows if what(one) == f"event {name}")
            mine = [name for name in here if not name.startswith("variable_")]
            assert mine == [name for name in row["names"] if not name.startswith("variable_")], name


def test_what_is_claimed_is_played():
    """The scenarios the virtual switch stands on are all there."""
    assert set(NOT_PLAYED) | set(DIFFERS) <= set(SCENARIOS)
    assert len([name for name in PLAYED if name.startswith("04_")]) == 14
    assert len(PLAYED) >= 50
