"""The web UI's process: sockets are patched before anything else; the controllers are handed to the application."""

# ruff: noqa: I001
import admin_ui.patched

import argparse
import http.client
import logging
import signal
import sys

import gevent

from admin_ui.app import create_app
from admin_ui.serving import server
from admin_ui.warm import warm
from admin_ui.worker import worker
from conf.accounts.first import first_accounts
from conf.database import open_engine, operator
from conf.problems import ConfigurationError
from conf.settings import Settings, load

log = logging.getLogger("admin_ui")
__all__ = ["admin_ui", "main"]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code is 0 when it did what was asked."""
    parser = argparse.ArgumentParser(prog="python -m admin_ui", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("serve", help="serve the pages and the API").set_defaults(command=serve)
    first = commands.add_parser("first", help="make the first accounts, and print their passwords of one use")
    first.set_defaults(command=print_first)
    commands.add_parser("check", help="ask a running web UI how it is").set_defaults(command=check)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)
    try:
        settings = load()
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    return int(options.command(settings, options))


def print_first(settings: Settings, _options: argparse.Namespace) -> int:
    """Make the first accounts, and say how to log in."""
    engine = open_engine(settings.database_url)
    with operator(engine) as session:
        firsts = first_accounts(session, settings.domain)
    engine.dispose()
    address = settings.web_address or f"http://{settings.web_host}:{settings.web_port}"
    print(f"The web UI: {address}")
    for one in firsts:
        print(f"    {one.login} ({one.subscriber or 'the operator'}), password of one use: {one.password}")
    return 0


def check(settings: Settings, _options: argparse.Namespace) -> int:
    """Say whether the web UI answers; 1 when it does not."""
    connection = http.client.HTTPConnection(settings.web_host, settings.web_port, timeout=4.0)
    try:
        connection.request("GET", "/login")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"No web UI answers: {error}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    print(f"status={status}")
    return 0 if status < 500 else 1


def serve(settings: Settings, _options: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    from controller.control_room import ControlRoom

    app = create_app(settings, ControlRoom(settings))
    warm(app)
    serving = server(app, settings.web_host, settings.web_port)
    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, serving.stop, 5)
    worker(app).start()
    try:
        serving.serve_forever()
    except OSError as error:
        print(f"The web UI cannot listen: {error}", file=sys.stderr)
        return 1
    finally:
        worker(app).stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
