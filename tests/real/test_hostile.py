"""Callers who write code where a name belongs, on a real FreeSWITCH, controller up and down: nothing of it runs."""

import gevent
import pytest
from gevent import socket

from tests.real import torture
from tests.real.conftest import TRUNK, A
from tests.real.sip import WITHIN
from tests.real.test_calls import live, outside  # noqa: F401

NUMBER = "+33123456789"


@pytest.fixture
def bait(tmp_path):
    """A file that no attack may make."""
    return tmp_path / "bait"


def attacks(bait):
    touch, plain = f"touch {bait}".replace(" ", "%20").replace("/", "%2F"), f"touch {bait}"
    return (
        f"'system%3A{touch}'%20inline",
        f"system%3A{touch}%20inline",
        f"$%7Bsystem({touch})%7D",
        f"${{system({plain.replace(' ', '%20')})}}",
        f"'bg_system%3A{touch}'%20inline",
        "1000%20XML%20souffleur",
        "souffleur_offer",
        "souffleur_again",
        "limit_exceeded",
        "1000%0Avariable_souffleur_subscriber%3A%20durand",
        "1000%0A",
        "1000%0D%0A%0D%0A",
        "1" * 33,
        "%00",
    )


BROKEN = ("${", "%00")  # what a SIP parser need not answer


def hostile_headers(bait):
    code = f"${{system(touch {bait})}}"
    return (
        f"X-Name: {code}",
        "X-Line: a%0Avariable_souffleur_subscriber: durand%0A%0A",
        f"P-Asserted-Identity: \"{code}\" <sip:{'$'}%7Bsystem(touch%20{str(bait).replace('/', '%2F')})%7D@x>",
        f"Subject: {code}",
        f"User-to-User: {code}",
        f"History-Info: <sip:{code}@x>",
        f"Diversion: {code}",
        f"Alert-Info: <http://127.0.0.1/{code}>",
        f"Accept-Language: {code}",
        f"X-FS-Channel-Name: {code}",
    )


def names(bait):
    code = f"${{system(touch {bait})}}"
    return (
        f'"{code}"',
        '"a%0Avariable_souffleur_subscriber: durand"',
        '"Jos\xe9 \xff"',
        f"\"'system:touch {bait}' inline\"",
    )


@pytest.mark.parametrize("controller", ["up", "down"])
@pytest.mark.parametrize("side", ["trunk", "phone"])
def test_a_dialled_number_that_is_no_number_goes_nowhere(agent, offers, bait, controller, side):
    if controller == "up":
        offers.open()
    caller = agent("+33611111111", TRUNK) if side == "trunk" else agent("101", A)
    calls = {}
    for attack in attacks(bait):
        calls[attack] = caller.invite("x", uri=f"sip:{attack}@{caller.domain}")
    for attack, call in calls.items():
        if not attack.startswith(BROKEN):
            assert call.response().status in (400, 403, 404), attack
    assert offers.nothing(0.5)
    assert not bait.exists()
    assert not [attack for attack, call in calls.items() if {180, 183, 200} & set(call.statuses)]


def test_a_newline_does_not_slip_behind_a_number(agent, offers):
    offers.open()
    caller = agent("+33611111111", TRUNK)
    assert caller.invite("x", uri=f"sip:1000%0A@{caller.domain}").response().status == 404


@pytest.mark.parametrize("controller", ["up", "down"])
@pytest.mark.parametrize("side", ["trunk", "phone"])
def test_names_and_headers_are_only_text(agent, offers, bait, controller, side):
    if controller == "up":
        offers.open()
    calls = []
    for name in names(bait):
        caller = agent("+33611111111", TRUNK) if side == "trunk" else agent("101", A)
        calls.append(caller.invite(NUMBER, *hostile_headers(bait), display=name))
    for call in calls if controller == "down" else ():
        assert call.response().status == 503
    for _ in calls if controller == "up" else ():
        offered = offers.next()
        assert offered.variable("souffleur_subscriber") == ("" if side == "trunk" else "martin")
        assert offered.variable("souffleur_dialled") == NUMBER
        offered.execute("set", f"copy=${{caller_id_name}} ${{sip_h_X-Name}} ${{system(touch {bait})}}")
        offered.execute("playback", "${sip_h_X-Name}.wav")
        offered.execute("hangup", "USER_BUSY")
    for call in calls if controller == "up" else ():
        assert call.response().status == 486
    assert not bait.exists()


def test_no_command_of_the_event_socket_reaches_a_shell(freeswitch, bait):
    formula = f"${{system(touch {bait})}}"
    for command in (f"system touch {bait}", f"bg_system touch {bait}", f"expand echo {formula}", f"eval {formula}"):
        freeswitch.api(command)
    assert not bait.exists()


# --- torture -------------------------------------------------------------------------------------------------------

FORGEABLE = ("souffleur_dialled", "souffleur_origin", "souffleur_trunk")


@pytest.fixture
def pours(freeswitch, offers, agent, bait):
    """Sends many datagrams from an address to a profile; then nothing of it is left, and a call still works."""

    def pour(messages, address, profile):
        port = getattr(freeswitch.settings, f"{profile}_port")
        with socket.socket(type=socket.SOCK_DGRAM) as stranger:
            stranger.bind((address, 0))
            here = f"{address}:{stranger.getsockname()[1]}"
            for _, message in messages(freeswitch.address, here):
                stranger.sendto(message, (freeswitch.address, port))
                gevent.sleep(0.012)  # below the limit of new calls a second

    def sound():
        assert not bait.exists()
        freeswitch.api("hupall")
        with gevent.Timeout(2 * WITHIN, AssertionError("calls are left")):
            while freeswitch.api("show channels count") != "0 total.":
                gevent.sleep(0.05)
        offers.open()
        heard = 0
        while True:  # what was offered, or comes late, holds nothing of the stranger's making
            offered, heard = offers.next(), heard + 1
            ours = {name for name in offered.headers if name.startswith("variable_souffleur")}
            assert ours <= {f"variable_{name}" for name in FORGEABLE} | {"variable_souffleur_waited"}, offered.headers
            assert offered.variable("souffleur_trunk") == "carrier"
            if offered.headers["Caller-Caller-ID-Number"] == "+33677777777":
                break
        offered.execute("answer")
        return heard

    def run(messages, address=TRUNK, profile="external"):
        pour(messages, address, profile)
        call = None

        def ring():
            nonlocal call
            call = agent("+33677777777", TRUNK).invite(NUMBER)

        gevent.spawn_later(1.0, ring)
        heard = sound()
        assert call.response().status == 200
        return heard

    return run


def tortures(host, here):
    return ((name, text.encode("latin-1")) for name, text in torture.rfc4475(host, here).items())


@pytest.mark.parametrize("controller", ["up", "down"])
@pytest.mark.parametrize(("address", "profile"), [(TRUNK, "external"), ("127.0.0.1", "internal")])
def test_the_torture_of_rfc_4475(pours, offers, controller, address, profile):
    if controller == "up":
        offers.open()
    pours(tortures, address, profile)


@pytest.mark.slow
@pytest.mark.parametrize("controller", ["up", "down"])
@pytest.mark.parametrize(("address", "profile"), [(TRUNK, "external"), ("127.0.0.1", "internal")])
def test_code_and_rubbish_where_names_belong(pours, offers, bait, controller, address, profile):
    if controller == "up":
        offers.open()
    heard = pours(lambda host, here: torture.written(host, here, str(bait)), address, profile)
    if (controller, profile) == ("up", "external"):
        assert heard > 400  # most of them are calls


@pytest.mark.slow
@pytest.mark.parametrize(("address", "profile"), [(TRUNK, "external"), ("127.0.0.1", "internal")])
def test_messages_that_are_cut_changed_or_noise(pours, offers, address, profile):
    offers.open()
    pours(torture.broken, address, profile)


def test_a_phone_that_proves_itself_and_then_sends_rubbish(agent, offers, freeswitch):
    """Session descriptions that no phone writes, from a user who is known."""
    offers.open()
    calls = []
    for body in torture.SDPS:
        phone = agent("101", A)
        phone.__class__ = type("Garbler", (type(phone),), {"sdp": body})
        calls.append(phone.invite("1000"))
    gevent.sleep(1.0)
    assert not any(200 in call.statuses for call in calls)
    freeswitch.api("hupall")
    agent("102", A).invite("1000")
    with gevent.Timeout(WITHIN):
        while (offered := offers.next()).variable("souffleur_user") != "102@martin":
            assert offered.variable("souffleur_user") == "101@martin"
    offered.hang_up()


@pytest.mark.parametrize("size", [64 * 1024, 1024 * 1024, 20 * 1024 * 1024])
def test_a_stream_that_never_ends_its_header(freeswitch, agent, offers, size):
    """TCP has no datagram to bound a message."""
    offers.open()
    whole = torture.invite("tcp", freeswitch.address, "127.0.0.9:5060").replace("UDP", "TCP")
    head = whole.partition("\r\nMax-Forwards")[0]
    before = memory(freeswitch.pid)
    with socket.create_connection((freeswitch.address, freeswitch.settings.external_port), 5, (TRUNK, 0)) as stream:
        try:
            stream.sendall(f"{head}\r\nX-Long: ".encode())
            for _ in range(size // 8192):
                stream.sendall(b"x" * 8192)
        except OSError:
            pass  # FreeSWITCH has had enough
    assert memory(freeswitch.pid) - before < 64 * 1024 * 1024
    agent("+33611111111", TRUNK).invite(NUMBER)
    offers.next().hang_up()


def memory(pid):
    with open(f"/proc/{pid}/statm") as stream:
        return int(stream.read().split()[1]) * 4096


@pytest.mark.slow
def test_the_whole_controller_under_torture(live, bait, caplog):  # noqa: F811
    """Messages of all kinds become calls of martin's or nothing, nothing of ours breaks, the next caller is served."""
    switch = live.outside.switch
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.bind((TRUNK, 0))
        here = f"{TRUNK}:{stranger.getsockname()[1]}"
        messages = [*tortures(switch.address, here), *torture.written(switch.address, here, str(bait))]
        for _, message in messages[::3]:
            stranger.sendto(message, (switch.address, switch.settings.external_port))
            gevent.sleep(0.02)
    switch.api("hupall")
    live.until(lambda: not live.calls(), 30)
    before = live.until(lambda: (found := len(live.records())) == live.controller.server.offers and found, 30)
    assert before > 100
    caller = live.outside.from_trunk(NUMBER)
    assert caller.hears_something()
    live.until(lambda: live.reaches("choose")["doing"] == "Collect")
    caller.presses("2#")
    assert caller.has_ended(20)
    records = live.until(lambda: len(found := live.records()) == before + 1 and found)
    assert records[-1].disposition == "served"
    martin = live.controller.configuration.by_slug("martin").subscriber_id
    assert {record.subscriber_id for record in records} <= {martin, None}
    assert {record.trunk for record in records} == {"carrier"}
    assert not bait.exists()
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
