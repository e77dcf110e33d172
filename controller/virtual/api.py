"""Api commands about the switch.

Status, show, hash, originate. Replies as recorded (01a, 05_inbound_adoption, 07b) or seen on 1.11.1.
"""

from __future__ import annotations

import json
from uuid import uuid4

import gevent

from controller.virtual import session
from controller.virtual.channel import Switch
from controller.virtual.dialling import LONGEST, Dial
from controller.virtual.registry import api
from controller.virtual.text import dial_string

ORIGINATE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>]"
    " [<timeout_sec>]\n"
)


@api("status")
def status(switch: Switch, _rest: str) -> str:
    seconds = int(switch.clock.now())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    return (
        f"UP 0 years, {days} days, {hours} hours, {minutes} minutes, {seconds % 60} seconds, 0 milliseconds,"
        " 0 microseconds\n"
        f"FreeSWITCH (Version 1.11.1-virtual  64bit) is ready\n{switch.sessions} session(s) since startup\n"
        f"{len(switch.channels)} session(s) - peak {switch.sessions}, last 5min {switch.sessions} \n"
        "0 session(s) per Sec out of max 1000, peak 0, last 5min 0 \n5000 session(s) max\nmin idle cpu 0.00/100.00\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


@api("version")
def version(_switch: Switch, _rest: str) -> str:
    return "FreeSWITCH Version 1.11.1-virtual~64bit ( 64bit)\n"


@api("uptime")
def uptime(switch: Switch, _rest: str) -> str:
    return f"{int(switch.clock.now())}\n"


@api("echo")
def echo(_switch: Switch, rest: str) -> str:
    return rest


@api("create_uuid")
def create_uuid(_switch: Switch, _rest: str) -> str:
    return str(uuid4())


@api("reloadxml")
def reloadxml(_switch: Switch, _rest: str) -> str:
    return "+OK [Success]\n"


@api("global_getvar")
def global_getvar(switch: Switch, rest: str) -> str:
    return switch.bus.core_uuid if rest == "core_uuid" else switch.globals.get(rest, "")


@api("hash")
def keep(switch: Switch, rest: str) -> str:
    """`hash insert/realm/key/value`, `select/realm/key`, `delete/realm/key`."""
    verb, realm, key, value = ([*rest.split("/", 3), "", "", "", ""])[:4]
    if verb == "insert":
        switch.hashes[realm, key] = value
        return "+OK\n"
    if verb == "delete":
        return "+OK\n" if switch.hashes.pop((realm, key), None) is not None else "-ERR Not found\n"
    return (
        switch.hashes.get((realm, key), "")
        if verb == "select"
        else "-USAGE: [insert|delete|select]/<realm>/<key>/<value>\n"
    )


@api("sofia")
def sofia(switch: Switch, rest: str) -> str:
    if not rest.startswith("status"):
        return "+OK\n"
    line = "=" * 97 + "\n"
    rows = "".join(
        f"{name:>25}\tprofile\t{f'sip:mod_sofia@{switch.host}':>42}\tRUNNING (0)\n" for name in sorted(switch.profiles)
    )
    return f"{'Name':>25}\t   Type\t{'Data':>42}\tState\n{line}{rows}{line}{len(switch.profiles)} profiles 0 aliases\n"


@api("hupall")
def hupall(switch: Switch, rest: str) -> str:
    cause = rest.split(" ")[0] or "MANAGER_REQUEST"
    for channel in list(switch.channels.values()):
        channel.hang_up(cause)
    return f"+OK hangup all channels with cause {cause}\n"


@api("show")
def show(switch: Switch, rest: str) -> str:
    """`show channels as json`.

    The list lags behind, as the real one does: up to half a second; `row_count` alone when empty.
    """
    what = rest.split()
    if what[:1] not in (["channels"], ["calls"], ["registrations"]):
        return "-USAGE: calls [count]|channels [count|like <match string>]|calls|registrations\n"
    rows = switch.table.rows(switch.show_lag) if what[0] == "channels" else []
    if what[-2:] == ["as", "json"]:
        if not rows:
            return '{"row_count": 0}\n'
        return json.dumps({"row_count": len(rows), "rows": rows}, ensure_ascii=False, separators=(",", ":")) + "\n"
    return f"\n{len(rows)} total.\n"


@api("originate")
def originate(switch: Switch, rest: str) -> str:
    """`{vars}endpoint &application(argument)` or `endpoint extension dialplan context`.

    Waits until it is answered or has failed.
    """
    address, what = _address(rest)
    if not what:
        return ORIGINATE
    groups = dial_string(address)
    common = groups[0][0].variables
    dial = Dial(switch, None, groups, float(common.get("originate_timeout") or LONGEST))
    leg = dial.run()
    if leg is None:
        return f"-ERR {dial.cause}\n"
    leg.dialler = None
    leg.fire("CALL_UPDATE", {"Direction": "SEND"})
    if what.startswith("&"):
        name, _, argument = what[1:].rstrip().partition("(")
        leg.runner = gevent.spawn(session.run_actions, leg, [(name.split(" ")[0], argument.removesuffix(")"))])
    else:
        extension, _, more = what.partition(" ")
        leg.transfer(extension, (more.split() + ["", ""])[1] or "default")
        leg.runner = gevent.spawn(session.run, leg)
    return f"+OK {leg.uuid}\n"


def _address(text: str) -> tuple[str, str]:
    """The dial string may hold spaces within its brackets; what follows it starts after the first free space."""
    depth, quoted = 0, False
    for index, letter in enumerate(text):
        quoted ^= letter == "'"
        depth += (letter in "{[<") - (letter in "}]>")
        if letter == " " and depth <= 0 and not quoted:
            return text[:index], text[index + 1 :].strip()
    return text, ""
