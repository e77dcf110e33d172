"""The loop of the dialplan on a real FreeSWITCH: a call waits for a controller, comes back, and not for ever."""

import json
import re
import time

import gevent
import pytest
from gevent.event import Event
from gevent.server import StreamServer

from controller.calls.loops import MOST
from tests.calls.test_bad_days import break_flow
from tests.real.conftest import TRUNK
from tests.real.sip import Agent
from tests.real.test_calls import live, outside  # noqa: F401

NUMBER = "+33123456789"


@pytest.fixture
def caller(agent):
    return agent("+33611111111", TRUNK)


def test_a_call_waits_for_a_controller_unanswered(caller, offers, freeswitch):
    call = caller.invite(NUMBER, "Max-Forwards: 2")
    freeswitch.runs("sleep")
    offers.open()
    offered = offers.next()
    assert offered.variable("controller_lost") == "true"
    assert offered.variable("souffleur_dialled") == NUMBER
    assert offered.headers["Answer-State"] == "ringing"
    assert set(call.statuses) == {100}  # nothing rang and nothing was answered
    offered.execute("answer")
    assert call.response().status == 200


def test_after_the_bound_an_unanswered_call_gets_503(caller, offers, freeswitch):
    begun = time.monotonic()
    call = caller.invite(NUMBER)
    assert call.response().status == 503
    assert set(call.statuses) == {100, 503}
    assert freeswitch.settings.give_up <= time.monotonic() - begun < freeswitch.settings.give_up + 4


def test_after_the_bound_an_answered_call_hears_the_fallback_and_ends(caller, offers):
    offers.open()
    call = caller.invite(NUMBER)
    offered = offers.next()
    offered.command(f"api uuid_setvar {offered.uuid} souffleur_taken true")
    offered.execute("answer")
    assert call.response().status == 200
    offers.close()
    offered.leave()
    assert caller.hears(50, within=15) > 25
    assert call.request(within=15).method == "BYE"


def test_a_call_comes_back_with_its_variables_when_its_controller_dies(caller, offers):
    offers.open()
    call = caller.invite(NUMBER)
    first = offers.next()
    first.command(f"api uuid_setvar {first.uuid} souffleur_taken true")
    first.command(f"api uuid_setvar {first.uuid} souffleur_checkpoint node7")
    first.execute("answer")
    assert call.response().status == 200
    first.leave()
    second = offers.next()
    assert second.uuid == first.uuid
    assert second.variable("controller_lost") == "true"
    assert second.variable("souffleur_checkpoint") == "node7"
    assert second.variable("souffleur_taken") == ""
    assert second.headers["Answer-State"] == "answered"
    assert "transfer_history" not in "".join(second.headers)


def test_a_controller_that_took_the_call_begins_a_new_count(caller, offers):
    """Lost again and again, each time for less than the bound: the call lives."""
    offers.open()
    call = caller.invite(NUMBER)
    offered = offers.next()
    offered.execute("answer")
    assert call.response().status == 200
    for _ in range(3):
        offered.command(f"api uuid_setvar {offered.uuid} souffleur_taken true")
        offers.close()
        offered.leave()
        with pytest.raises(AssertionError):
            call.request(within=2.2)
        offers.open()
        offered = offers.next()
    offered.hang_up()
    assert call.request().method == "BYE"


def test_a_controller_that_accepts_and_takes_nothing_does_not_begin_a_new_count(caller, offers, freeswitch):
    offers.open()
    call = caller.invite(NUMBER)
    for _ in range(freeswitch.settings.give_up):
        offers.next().leave()
    offers.next().leave()
    assert call.response().status == 503




@pytest.mark.slow
def test_a_call_that_a_mute_controller_left_parked_is_swept_back_into_the_loop(caller, offers, freeswitch):
    """FreeSWITCH lets go of a mute controller after 25 s, and parks the call with nobody."""
    ended = Event()

    def say_nothing(connection, _address):
        while connection.recv(4096):
            pass
        ended.set()

    host, _, port = freeswitch.settings.offers[0].rpartition(":")
    mute = StreamServer((host, int(port)), say_nothing)
    mute.start()
    call = caller.invite(NUMBER)
    assert ended.wait(40)
    mute.stop(timeout=0)
    offers.open()
    assert offers.nothing(2.0)
    [channel] = json.loads(freeswitch.api("show channels as json"))["rows"]
    assert channel["application"] == "socket"
    assert freeswitch.api(f"uuid_transfer {channel['uuid']} souffleur_again XML souffleur").startswith("+OK")
    offered = offers.next()
    assert offered.variable("souffleur_dialled") == NUMBER
    offered.execute("answer")
    assert call.response().status == 200


# --- hops ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hops", ["-1", "256", "70, 70", "zero", "99999999999999999999"])
def test_hops_that_are_no_number_break_nothing(caller, offers, freeswitch, hops):
    offers.open()
    call = caller.invite(NUMBER, f"Max-Forwards: {hops}")
    gevent.sleep(0.5)
    assert not {180, 183, 200} & set(call.statuses)
    freeswitch.api("hupall")
    caller.invite(NUMBER)
    assert offers.next()


@pytest.mark.parametrize("hops", [0, 1])
def test_the_last_hop_reaches_the_flow_and_goes_nowhere_from_there(caller, offers, agent, freeswitch, hops):
    offers.open()
    host, _, port = freeswitch.settings.trunks[0].host.partition(":")
    carrier = agent("carrier", host, port=int(port))
    call = caller.invite(NUMBER, f"Max-Forwards: {hops}")
    offered = offers.next()
    offered.execute("bridge", "sofia/gateway/carrier/+33699999999")
    offered.execute("hangup", "EXCHANGE_ROUTING_ERROR")
    assert call.response().status == 483
    assert carrier.is_quiet(0.1)


class Mirror:
    """A carrier that sends every call back to where it came from, with hops anew."""

    def __init__(self, agent, freeswitch, answers):
        host, _, port = freeswitch.settings.trunks[0].host.partition(":")
        self.carrier = agent("carrier", host, port=int(port))
        self.agent, self.answers, self.rounds = agent, answers, 0
        self.statuses = []
        self._greenlets = [gevent.spawn(self._serve)]

    def _serve(self):
        while True:
            leg = self.carrier.ringing.get()
            self.rounds += 1
            self._greenlets.append(gevent.spawn(self._send_back, leg))

    def _send_back(self, leg):
        caller = re.search("sip:([^@]+)@", leg.invite.one("from"))[1]
        number = re.search("sip:([^@]+)@", leg.invite.one("to"))[1]
        again = self.agent(caller, TRUNK).invite(number, "Max-Forwards: 70")
        if self.answers:
            leg.answer()
        self.statuses.append(again.response(within=60).status)
        if self.statuses[-1] >= 300 and not self.answers:
            leg.reject(self.statuses[-1])

    def close(self):
        gevent.killall(self._greenlets)


@pytest.mark.parametrize("answers", [False, True])
def test_a_flow_that_rings_its_own_number_through_a_carrier_is_stopped_soon(live, answers):  # noqa: F811
    def around(doc):
        ring = {"kind": "dial", "to": ["+33123456783"], "ring": 20}
        nodes = {"ring": ring | {"exits": dict.fromkeys(("answered", "busy", "no_answer", "failed"), "end")}}
        return doc | {"start": "ring", "nodes": nodes | {"end": {"kind": "hang_up"}}}

    break_flow(live, "shop", around)
    world = live.outside
    made = []

    def agent(user, address, **options):
        server = (world.switch.address, world.switch.settings.external_port)
        made.append(Agent(server, user, world.switch.address, address=address, **options))
        return made[-1]

    mirror = Mirror(agent, world.switch, answers)
    try:
        caller = world.from_trunk("+33123456783")
        problem = live.until(lambda: [record.problem for record in live.records() if record.problem], 30)
        assert problem == ["the call to +33123456783 comes back to itself"]
        # Our own number is shown from the second round on.
        assert mirror.rounds <= MOST + 2
        assert 483 in mirror.statuses
        caller.hangs_up()
        world.switch.api("hupall")
        live.until(lambda: not live.calls(), 30)
    finally:
        mirror.close()
        for one in made:
            one.close()
