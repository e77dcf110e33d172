"""Callers who write code where a name belongs, on a real FreeSWITCH, controller up and down: nothing of it runs."""

import pytest

from tests.real.conftest import TRUNK, A

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
