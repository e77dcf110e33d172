"""The virtual switch by itself: `python -m controller.virtual`, for a machine without FreeSWITCH.

It listens for the controller's inbound connection and offers calls to it. Calls come from `originate
loopback/NUMBER/CONTEXT` over that connection, or from `--call` here.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402  (gevent patches first)
import os  # noqa: E402
import signal  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402

from controller.virtual.switch import VirtualSwitch  # noqa: E402


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m controller.virtual", description="FreeSWITCH's stand-in on loopback."
    )
    add = parser.add_argument
    add("--listen", type=address, default=("127.0.0.1", 8021), help="event socket address (default 127.0.0.1:8021)")
    add(
        "--offer",
        type=address,
        action="append",
        help="where calls are offered (default 127.0.0.1:8084); may be repeated",
    )
    add("--password", help="event socket password (default: $SOUFFLEUR_ESL_PASSWORD, else ClueCon)")
    add("--password-file", type=Path, help="a file that holds the password")
    add("--sounds", default="", help="folder of sound files that are named without a path")
    add("--cdr-dir", default="", help="folder where each call leaves its account, as mod_json_cdr does (default: none)")
    add("--speed", type=float, default=1.0, help="how much faster than the wall clock calls run")
    add("--ring", type=float, default=3.0, help="seconds a callee rings before it answers (default 3)")
    add("--talk", type=float, default=20.0, help="seconds a callee talks before it hangs up (default 20)")
    add("--no-answer", action="append", default=[], metavar="NUMBER", help="a number that never answers")
    add("--busy", action="append", default=[], metavar="NUMBER", help="a number that is busy")
    add("--call", nargs=2, metavar=("FROM", "TO"), help="place one call")
    add("--press", default="", help="keys the caller presses once something is played")
    add("--hang-up-after", type=float, default=0.0, help="seconds after which the caller hangs up")
    return parser.parse_args(given)


def switch_for(options: argparse.Namespace) -> VirtualSwitch:
    password = options.password or os.environ.get("SOUFFLEUR_ESL_PASSWORD") or "ClueCon"
    if options.password_file:
        password = options.password_file.read_text().strip()
    host, port = options.listen
    offers = options.offer or [("127.0.0.1", 8084)]
    switch = VirtualSwitch(
        password, offers, host, port, speed=options.speed, sounds=options.sounds, cdr_dir=options.cdr_dir
    )
    switch.callee("*", answers_after=options.ring, hangs_up_after=options.talk)
    for number in options.no_answer:
        switch.callee(number, no_answer=True)
    for number in options.busy:
        switch.callee(number, busy=True)
    return switch


def main() -> None:
    options = arguments()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, stop.set)
    with switch_for(options) as switch:
        print(
            f"virtual switch: event socket on {switch.host}:{switch.port}, calls are offered to {switch.offers}",
            flush=True,
        )
        if options.call:
            caller = switch.call(*options.call)
            if options.press:
                caller.waits_for("PLAYBACK_START").presses(options.press, after=0.5)
            if options.hang_up_after:
                caller.hangs_up(after=options.hang_up_after)
        stop.wait()


if __name__ == "__main__":
    main()
