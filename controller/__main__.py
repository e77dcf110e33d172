"""The controller's commands: run everything, serve calls, place a call. gevent is patched before anything else."""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402
import argparse
import dataclasses
import io
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack

import gevent
from sqlalchemy.exc import SQLAlchemyError

from conf.problems import ConfigurationError
from conf.settings import Settings, load, unknown
from controller import blocked
from controller.boards import Boards
from controller.feeds import Feeds
from controller.process import Controller
from controller.running import listening, run, taken_ports
from controller.terminal import ControlClient, Refused, board_lines, feed_line, tell
from controller.virtual import VirtualSwitch
from controller.watchdog import Watchdog


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code is 0 when it did what was asked."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        settings = load()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    for problem in unknown():
        print(f"warning: {problem.text()}", file=sys.stderr)
    # A terminal in the C locale has no arrows.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return int(options.command(settings, options))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read us has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m controller", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("run", help="start everything that this installation needs").set_defaults(command=start)
    commands.add_parser("serve", help="take calls").set_defaults(command=serve)
    commands.add_parser("check", help="ask a running controller how it is").set_defaults(command=check)
    commands.add_parser("blocked", help="tell which addresses are blocked").set_defaults(command=show_blocked)
    free = commands.add_parser("free", help="listen to a blocked address again")
    free.add_argument("address", metavar="ADDRESS", help="an IP address, or a network as `blocked` shows it")
    free.set_defaults(command=free_address)
    board = commands.add_parser("board", help="show all controllers, their FreeSWITCH and their calls")
    board.add_argument("--follow", action="store_true", help="then tell what happens, on all of them")
    board.add_argument("--subscriber", default="", metavar="SLUG", help="only this subscriber's calls")
    board.set_defaults(command=show_board)
    call = commands.add_parser("call", help="place a call and tell what happens")
    call.add_argument("--from", dest="caller", required=True, metavar="NUMBER", help="the caller's number")
    call.add_argument("--to", dest="dialled", required=True, metavar="NUMBER", help="a number or an extension")
    call.add_argument("--press", default="", metavar="KEYS", help="keys, a comma between the answers to two questions")
    call.add_argument("--hang-up-after", type=float, metavar="SECONDS", help="the caller leaves after so many seconds")
    call.add_argument(
        "--subscriber", default="", metavar="SLUG", help="whose phone calls, when the number does not tell"
    )
    call.set_defaults(command=place_call)
    return parser


def start(settings: Settings, options: argparse.Namespace) -> int:
    """Start everything."""
    return run(settings)


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Take calls until a signal comes, then give them to others; a second signal ends at once."""
    controller = Controller(settings)
    stopping, at_once = gevent.event.Event(), gevent.event.Event()

    def stop() -> None:
        (at_once if stopping.is_set() else stopping).set()

    for number in (gevent.signal.SIGINT, gevent.signal.SIGTERM):
        gevent.signal_handler(number, stop)
    controller.on_overtaken = stopping.set
    if where := controller.twin():
        print(f"{settings.controller_id} runs already ({where}): give this one a name of its own "
              "(SOUFFLEUR_CONTROLLER_ID), or end the other first.", file=sys.stderr)  # fmt: skip
        return 1
    try:
        controller.start()
    except OSError as error:
        print(f"The controller cannot listen: {error}", file=sys.stderr)
        return 1
    watchdog = Watchdog()
    watchdog.start()
    stopping.wait()
    draining = gevent.spawn(controller.drain.run)
    gevent.wait([draining, at_once], count=1)
    watchdog.stop()
    controller.stop()
    return 0


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Say how a running controller is; 1 when there is none or FreeSWITCH is away."""
    client = ControlClient(settings.control_host, settings.control_port, settings.control_secret)
    try:
        status = client.status()
    except (OSError, Refused) as error:
        print(f"No controller answers: {error}", file=sys.stderr)
        return 1
    print(" ".join(f"{key}={value}" for key, value in status.items()))
    return 0 if status["freeswitch"] else 1


def show_blocked(settings: Settings, options: argparse.Namespace) -> int:
    """Tell which addresses are blocked."""
    return _ask_control(settings, blocked.show)


def free_address(settings: Settings, options: argparse.Namespace) -> int:
    """Listen to an address again."""
    return _ask_control(settings, lambda client: blocked.free(client, options.address))


def _ask_control(settings: Settings, ask: Callable[[ControlClient], int]) -> int:
    try:
        return ask(ControlClient(settings.control_host, settings.control_port, settings.control_secret))
    except (OSError, Refused) as error:
        print(f"No controller does that: {error}", file=sys.stderr)
        return 1


def show_board(settings: Settings, options: argparse.Namespace) -> int:
    """Print the board, then follow the live feeds of all controllers if that is wanted."""
    board = Boards(settings)
    try:
        print("\n".join(board_lines(board.show(options.subscriber))), flush=True)
    except (OSError, Refused, SQLAlchemyError) as error:
        print(f"Neither a controller nor the database answers: {error}", file=sys.stderr)
        return 1
    if options.follow:
        for controller, entry in Feeds(board.urls, settings.control_secret, options.subscriber):
            print(feed_line(controller, entry), flush=True)
    return 0


def place_call(settings: Settings, options: argparse.Namespace) -> int:
    """Place a call through the running controller, or through one of our own for this call only."""
    trial = {
        "from": options.caller,
        "to": options.dialled,
        "press": [keys for keys in options.press.split(",") if keys],
        "hang_up_after": options.hang_up_after,
        "subscriber": options.subscriber,
    }
    with ExitStack() as stack:
        client = ControlClient(settings.control_host, settings.control_port, settings.control_secret)
        try:
            if not client.reachable():
                client = _own_controller(settings, stack)
            return tell(client, trial)
        except Refused as refused:
            print(refused, file=sys.stderr)
            return 1


def _own_controller(settings: Settings, stack: ExitStack) -> ControlClient:
    """A controller for this one call, with the FreeSWITCH that is configured, else with a virtual switch."""
    logging.getLogger().setLevel(logging.ERROR)
    if listening(settings.control_host, settings.control_port):
        where = f"{settings.control_host}:{settings.control_port}"
        raise Refused(f"A controller answers at {where}, but not to this installation's secret (SOUFFLEUR_DATA_DIR?).")
    if listening(settings.esl_host, settings.esl_port):
        if taken := list(taken_ports(settings)):
            raise Refused("\n".join(taken))
        print("No controller is running: one is started for this call.")
    else:
        print("No controller and no FreeSWITCH is running: a virtual switch stands in for this call.")
        settings = _beside(settings)
        switch = VirtualSwitch(settings.esl_password, ("127.0.0.1", settings.offer_port), domain=settings.domain)
        switch.port = settings.esl_port
        switch.callee("*", answers_after=3.0, hangs_up_after=5.0)
        stack.enter_context(switch)
    controller = Controller(settings)
    stack.callback(controller.stop)
    ports = controller.start()
    if not controller.configuration.read_once or not controller.link.wait_up(10.0):
        raise Refused("The database or FreeSWITCH does not answer: `make run` sets both up.")
    return ControlClient(settings.control_host, ports.control, settings.control_secret)


def _beside(settings: Settings) -> Settings:
    """The same installation on ports of its own, under a name of its own."""
    ports = {name: free_port() for name in ("esl_port", "offer_port", "control_port", "directory_port")}
    return dataclasses.replace(settings, esl_host="127.0.0.1", controller_id=f"{settings.controller_id}-call", **ports)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
