"""The dialplan's loop: whom a call is offered to, in which order, and for how long."""

import json
from xml.etree import ElementTree

import gevent
import pytest

from conf.freeswitch import Switch, render
from controller.virtual import VirtualSwitch
from controller.virtual.loop import safe
from tests.virtual.client import Controller


@pytest.fixture
def second():
    controller = Controller()
    yield controller
    controller.close()


@pytest.fixture
def pair(controller, second):
    """A switch that offers to two controllers."""
    with VirtualSwitch(offer=[("127.0.0.1", controller.port), ("127.0.0.1", second.port)], speed=10) as switch:
        yield switch


def offered_to(caller, number=0):
    """The addresses of the so-manieth offer, in their order."""
    asked = [
        one.headers["Application-Data"] for one in caller.events
        if one.name == "CHANNEL_EXECUTE" and one.headers["Application"] == "socket"
    ]  # fmt: skip
    return asked[number].split(" ")[0].split("|")


def test_the_order_of_the_offers_depends_on_the_uuid(controller, second, pair):
    listed = [f"127.0.0.1:{controller.port}", f"127.0.0.1:{second.port}"]
    for _ in range(12):
        caller = pair.call()
        caller.wait("CHANNEL_EXECUTE", application="socket")
        odd = int(caller.uuid[0], 16) % 2
        assert offered_to(caller) == (listed[::-1] if odd else listed)
        assert (second if odd else controller).accept()


def test_three_addresses_take_turns():
    offers = [("127.0.0.1", port) for port in (1, 2, 3)]
    with VirtualSwitch(offer=offers, speed=10) as switch:
        for _ in range(12):
            caller = switch.call()
            caller.wait("CHANNEL_EXECUTE", application="socket")
            turn = int(caller.uuid[0], 16) % 3
            names = [f"127.0.0.1:{port}" for port in (1, 2, 3)]
            assert offered_to(caller) == names[turn:] + names[:turn]
            caller.hangs_up()


def test_a_call_can_be_sent_to_one_controller_and_to_the_others_when_that_is_gone(controller, second, pair):
    caller = pair.call()
    caller.wait("CHANNEL_EXECUTE", application="socket")
    first, other = (second, controller) if int(caller.uuid[0], 16) % 2 else (controller, second)
    line = first.offer()
    line.execute("answer")
    assert line.api(f"uuid_transfer {caller.uuid} souffleur_at_127.0.0.1:{other.port} XML souffleur") == "+OK\n"
    new = other.offer()
    assert new.uuid == caller.uuid
    assert new.headers["Caller-Destination-Number"] == f"souffleur_at_127.0.0.1:{other.port}"
    listed = [f"127.0.0.1:{controller.port}", f"127.0.0.1:{second.port}"]
    assert offered_to(caller, 1) == [f"127.0.0.1:{other.port}", *listed]
    assert "variable_controller_lost" not in new.headers
    other.deaf()
    assert line.api(f"uuid_transfer {caller.uuid} souffleur_at_127.0.0.1:{other.port} XML souffleur") == "+OK\n"
    assert first.offer().uuid == caller.uuid


@pytest.mark.parametrize("place", ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:1|h:2"])
def test_what_is_no_address_is_refused(controller, switch, place):
    caller = switch.call()
    line = controller.offer()
    line.api(f"uuid_transfer {caller.uuid} souffleur_at_{place} XML souffleur")
    assert caller.ended.wait(5)
    assert caller.cause == "UNALLOCATED_NUMBER"


def test_the_loop_is_no_number_of_the_outside(controller, switch):
    for number in ("souffleur_again", "souffleur_offer", "anna"):
        caller = switch.call(to=number)
        assert caller.ended.wait(5)
        assert caller.cause == "UNALLOCATED_NUMBER"


def test_a_controller_that_took_the_call_begins_a_new_count(controller):
    """souffleur_taken, and nothing else, makes the bound start anew."""
    with VirtualSwitch(offer=("127.0.0.1", controller.port), speed=20, bound=3.0) as switch:
        caller = switch.call()
        for taken in (True, True, False, False):
            line = controller.offer()
            waited = line.headers.get("variable_souffleur_waited", "")
            if taken:
                line.api(f"uuid_setvar {caller.uuid} souffleur_taken true")
            line.close()
        assert waited == "."
        assert controller.offer().headers["variable_souffleur_waited"] == ".."
        line = controller.lines[-1]
        assert "variable_souffleur_taken" not in line.headers
        line.close()
        controller.offer().close()
        assert caller.ended.wait(5)
        assert caller.cause == "NORMAL_TEMPORARY_FAILURE"


def shown(switch, line):
    """The only row of `show channels`, settled."""
    switch.clock.sleep(0.5)
    gevent.sleep(0)
    return json.loads(line.api("show channels as json"))["rows"][0]


def test_the_list_of_channels_shows_what_was_executed_last(controller, switch):
    """As tests/real/test_show_channels.py has it from FreeSWITCH."""
    switch.call()
    offer, line = controller.offer(), controller.inbound(switch)
    row = shown(switch, line)
    assert (row["application"], row["application_data"]) == ("socket", f"127.0.0.1:{controller.port} async full")
    assert (row["dest"], row["context"], row["callstate"]) == ("souffleur_offer", "souffleur", "RINGING")
    assert (row["initial_dest"], row["initial_context"], row["call_uuid"]) == ("+33123456789", "public", "")
    offer.execute("answer")
    offer.execute("playback", "silence_stream://100")
    row = shown(switch, line)
    assert (row["application"], row["callstate"], row["state"]) == ("playback", "ACTIVE", "CS_EXECUTE")


class Told:
    """A channel, as far as a dialplan looks at it."""

    def __init__(self, number, context, **variables):
        self.uuid, self.answered, self.variables = "1f", False, {}
        self.profile = {"Destination-Number": number, "Context": context, "Source": "mod_sofia"}
        self.get = lambda name: variables.get(name, "")


def rendered(folder, context):
    """The extensions of a context as they are rendered for FreeSWITCH: name -> actions."""
    switch = Switch(esl_password="x" * 20, directory_secret="y" * 20, offers=OFFERS, give_up=30, sounds_dir="/s",
                    spool_dir="/p", cdr_dir="/c")  # fmt: skip
    render(switch, folder)
    tree = ElementTree.parse(folder / "dialplan" / f"{context}.xml")  # noqa: S314  (our own file)
    return {
        one.get("name"): [(act.get("application"), act.get("data", "")) for act in one.iter("action")]
        for one in tree.iter("extension")
    }


OFFERS = ("127.0.0.1:8084", "127.0.0.1:8085")


@pytest.mark.parametrize(
    ("number", "context", "variables", "names"),
    [
        ("souffleur_offer", "souffleur", {}, ["offer_1"]),
        ("souffleur_again", "souffleur", {"souffleur_taken": "true"}, ["taken", "offer_1"]),
        ("souffleur_again", "souffleur", {}, ["waited", "offer_1"]),
        ("souffleur_again", "souffleur", {"souffleur_waited": "." * 30}, ["unavailable"]),
        ("souffleur_at_127.0.0.1:8085", "souffleur", {"souffleur_taken": "true"}, ["at"]),
        ("12", "souffleur", {}, ["refused"]),
        ("12", "public", {}, ["number"]),
        ("a", "public", {}, ["refused"]),
        ("12", "internal", {}, ["number"]),
        ("12", "transferred", {}, ["transferor", "number", "offer"]),
        ("a", "transferred", {}, ["transferor", "offer"]),
    ],
)
def test_the_dialplan_is_that_of_the_configuration(tmp_path, number, context, variables, names):
    plan = safe(OFFERS, wait=1.0, bound=30.0, fallback=[])
    route = plan.route(Told(number, context, **variables))
    extensions = rendered(tmp_path, context)
    wanted = [action for name in names for action in extensions[name]]
    first = number.removeprefix("souffleur_at_")
    there = [(name, argument.replace("$1", first)) for name, argument in wanted]
    here = [(name, argument.replace("${destination_number}", number)) for name, argument in route.actions]
    assert (route.name, here) == (names[0], there)
