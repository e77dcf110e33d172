"""What stood around the recordings: their dialplans, and the people their calls reached."""

from controller.virtual import Dialplan, Extension, VirtualSwitch

SPEED = 5
LOSES_THE_END = ("02g_async_not_full", "04_idle_nolinger", "04_playback_nolinger", "05_safe_bridged")
NUMBER = r"^\+?[0-9*#]{1,32}$"


def switch_for(name, port):
    """A running switch with the dialplan and the peers of the scenario, which offers its calls to the port."""
    password = "virtual" if name.startswith("real_") else "ClueCon"
    plan = dialplan(name, f"127.0.0.1:{port}")
    switch = VirtualSwitch(
        password, ("127.0.0.1", port), speed=SPEED, dialplan=plan, gateways=set(), domain="127.0.0.2"
    )
    switch.globals["us-ring"] = "%(2000,4000,440,480)"
    switch.faults.lose_hangup_complete = name in LOSES_THE_END
    peers(switch.callee)
    return switch.start()


def dialplan(name, hosts):
    if name.startswith("real_"):
        return tried_dialplan(hosts)
    if name.startswith("05_"):
        return safe_dialplan(hosts)
    flags = "async" if "not_full" in name else "async full"
    return Dialplan([Extension("^[0-9a-z-]+$", [("socket", f"{hosts} {flags}")])])


def safe_dialplan(hosts):
    """The dialplan of the 05_ recordings: it answers and plays a tone before it offers the call again."""
    actions = [
        ("set", "hangup_after_bridge=false"),
        ("set", "continue_on_fail=true"),
        ("socket", f"{hosts} async full"),
        ("set", "controller_lost=true"),
        ("answer", ""),
        ("playback", "tone_stream://%(200,800,400)"),
        ("transfer", "${destination_number} XML public"),
    ]
    return Dialplan([Extension("^safe-", actions)])


def tried_dialplan(hosts):
    """The dialplan of the real_ transcripts: the product's loop, and a peer that only rings."""
    again = [
        ("socket", f"{hosts}|127.0.0.1:1 async full"),
        ("set", "controller_lost=true"),
        ("sleep", "1000"),
        ("transfer", "souffleur_again XML public"),
    ]
    first = [
        ("set", "hangup_after_bridge=false"),
        ("set", "continue_on_fail=true"),
        ("set", "souffleur_dialled=${destination_number}"),
        ("transfer", "souffleur_again XML public"),
    ]
    ring = [("ring_ready", ""), ("sleep", "60000")]
    return Dialplan([Extension("^souffleur_again$", again), Extension("^peer-ring$", ring), Extension(NUMBER, first)])


def peers(callee):
    """The numbers the recordings call, and how they behaved."""
    for seconds in (1, 3, 5):
        callee(f"answer-{seconds}", rings_after=None, answers_after=0.02, hangs_up_after=float(seconds) - 0.14)
        callee(f"ring-{seconds}", answers_after=float(seconds))
    for name in ("echo", "silence", "peer-answer"):
        callee(name, rings_after=None, answers_after=0.01)
    callee("park", answers_after=1.0)
    callee("busy", busy=True, rings_after=None)
    callee("peer-busy", busy=True)
    callee("noanswer", no_answer=True, rings_after=0.015)
    callee("peer-ring", no_answer=True)
    callee("early-1", rings_after=None, early_media_after=0.03)
    callee("dtmf-1", rings_after=None, answers_after=0.01, presses="1", presses_after=1.1)
    for status in (404, 480, 500, 503, 603):
        callee(f"sip-{status}", status=status)
    callee("hc-CALL_REJECTED", status=603)
    callee("x", status=503)
