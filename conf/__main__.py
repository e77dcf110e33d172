"""Configure this installation: its database, its subscribers as files, its FreeSWITCH."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from admin_ui import flow_world
from conf import flow_command, migrations, snapshot
from conf.accounts import sealing
from conf.applied import Applied
from conf.apply import apply
from conf.database import migrate, open_engine, operator, scoped
from conf.export import export, export_trunks
from conf.folder import Folder
from conf.models import Document
from conf.problems import N_, ConfigurationError, Problem, Translate
from conf.settings import SECRETS, Settings, load, unknown
from conf.translations import LANGUAGES, preferred, translator
from controller.flow.coverage import Coverage, covered
from controller.flow.frame import Step
from controller.flow.problem import Problem as FlowProblem
from controller.flow.rehearse import Rehearsed, rehearse
from controller.flow.world import World

if TYPE_CHECKING:
    from conf.rotation import Console

OPERATOR = "operator"


def main(arguments: list[str] | None = None) -> int:
    """Run a command. 0: done; 1: something in the files is wrong; 2: the settings or the database do not allow it."""
    options, rest = _parser().parse_known_args(arguments)
    if rest and options.command is not freeswitch:
        _parser().parse_args(arguments)  # says which arguments are not known
    say = translator(options.language or preferred())
    _tell(unknown(), say)
    try:
        settings = load()
    except ConfigurationError as error:
        return _complain(error, say, 2)
    try:
        return int(options.command(settings, options, say, rest))
    except ConfigurationError as error:
        return _complain(error, say, 1)
    except (OperationalError, ProgrammingError) as error:
        message = say(N_("The database cannot be used ({reason}). Is it running, and was it migrated?"))
        print(message.format(reason=str(error.orig).strip()), file=sys.stderr)
        return 2


def apply_folder(settings: Settings, options: argparse.Namespace, say: Translate, _rest: list[str]) -> int:
    """Load a folder, and say what changed."""
    engine = open_engine(settings.database_url)
    prompts, dry, checks = settings.prompts_dir, options.dry_run, flow_world.checks(engine)
    done = apply(engine, options.folder, prompts_dir=prompts, domain=settings.domain, checks=checks, dry_run=dry)
    for line in _told(done, say, dry):
        print(line)
    return 0


def export_folder(settings: Settings, options: argparse.Namespace, say: Translate, _rest: list[str]) -> int:
    """Write a subscriber, or the operator's trunks, as files."""
    engine = open_engine(settings.database_url)
    if options.slug == OPERATOR:
        changed = export_trunks(engine, options.folder)
    else:
        changed = export(engine, options.slug, options.folder, prompts_dir=settings.prompts_dir)
    print("\n".join(changed) or say(N_("Nothing changed.")))
    return 0


def run_flow_tests(settings: Settings, options: argparse.Namespace, say: Translate, _rest: list[str]) -> int:
    """Run the tests that are saved with flows: those of a folder, or those that a subscriber has published."""
    engine = open_engine(settings.database_url)
    if (root := Path(options.flows)).is_dir():
        folder, flows = flow_command.of_folder(root)
        world = _world_of(engine, folder)
        if options.sound:
            chosen = flow_command.chosen(flows, options.flow)
            return _run(chosen, _by_sound(root, world, chosen), say)
        return _run(flow_command.chosen(flows, options.flow), lambda doc: _played(doc, world), say)
    subscriber = flow_command.subscriber(engine, options.flows)
    if options.sound:
        message = N_("Tests by sound are those of a folder: their sound files stand beside the flows.")
        raise ConfigurationError([Problem("no_folder", message)])
    with scoped(engine, subscriber, read_only=True) as session:
        flows = flow_command.published(session, subscriber)
        play = partial(flow_world.world, session, subscriber)
        return _run(flow_command.chosen(flows, options.flow), lambda doc: _played(doc, play(doc)), say)


def _run(flows: Mapping[str, Document], play: flow_command.Play, say: Translate) -> int:
    tests = flow_command.FlowTests(play, say)
    for line in tests.run(flows):
        print(line)
    return 1 if tests.failed else 0


def _by_sound(root: Path, world: World, flows: Mapping[str, Document]) -> flow_command.Play:
    """Play the tests of flows by sound, in a process of its own: there calls are made, and here none are."""
    asked = {"root": str(root), "world": asdict(world), "flows": flows}
    text = json.dumps(asked, default=lambda other: other.isoformat() if hasattr(other, "isoformat") else list(other))
    command = [sys.executable, "-m", "controller.rehearsals"]
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ConfigurationError([Problem("not_played", N_("The tests were not played by sound."))])
    told = {line["flow"]: line["tests"] for line in map(json.loads, done.stdout.splitlines())}

    def play(doc: Document) -> tuple[list[Rehearsed], Coverage]:
        played = [Rehearsed(**(test | {
            "problems": tuple(FlowProblem(**problem) for problem in test["problems"]),
            "steps": tuple(Step(**step) for step in test["steps"]),
        })) for test in told[doc["name"]]]  # fmt: skip
        return played, covered(doc, played)

    return play


def _played(doc: Document, world: World) -> tuple[list[Rehearsed], Coverage]:
    rehearsed = rehearse(doc, world)
    return rehearsed, covered(doc, rehearsed)


def _world_of(engine: Engine, folder: Folder) -> World:
    """A folder's world. Without a database, as in CI, its flows enter none that were published before."""
    try:
        return flow_world.FlowCheck(engine).world(folder)
    except (OperationalError, ProgrammingError):
        return flow_world.compose(folder, {}, [])


def migrate_database(settings: Settings, options: argparse.Namespace, say: Translate, _rest: list[str]) -> int:
    """Bring the database to its newest migration, or write a new one."""
    engine = open_engine(settings.database_url)
    if options.new:
        migrations.write(engine, options.new)
    else:
        migrate(engine)
        print(say(N_("The database is at migration {revision}.")).format(revision=migrations.current(engine)))
    return 0


def show_settings(settings: Settings, _options: argparse.Namespace, _say: Translate, _rest: list[str]) -> int:
    """Print every setting, secrets hidden."""
    for variable, value in settings.shown().items():
        print(f"{variable}={value}")
    return 0


def freeswitch(settings: Settings, _options: argparse.Namespace, say: Translate, rest: list[str]) -> int:
    """Write the configuration of a FreeSWITCH, with the trunks of the database."""
    from conf.freeswitch.command import main as freeswitch_command
    from conf.freeswitch.trunk import Trunk

    with operator(open_engine(settings.database_url), read_only=True) as session:
        trunks = [Trunk.from_document(trunk, trunk["password"]) for trunk in snapshot.trunks(session)]
    return freeswitch_command(rest, settings, trunks, say)


def secret(settings: Settings, options: argparse.Namespace, say: Translate, _rest: list[str]) -> int:
    """Change secrets while calls are up, or end their change."""
    from conf.rotation import Rotation

    rotation = Rotation(settings, partial(_event_socket, settings.esl_host, settings.esl_port), say)
    names = SECRETS if "all" in options.names else options.names
    if options.action == "finish":
        sealing.renew(open_engine(settings.database_url), settings.web_secret)
    for line in rotation.rotate(names) if options.action == "rotate" else rotation.finish():
        print(line)
    return 0


def _event_socket(host: str, port: int, password: str) -> Console | None:
    from controller.esl.errors import ConnectionLost, EslError, WrongPassword
    from controller.esl.inbound import Inbound

    connection = Inbound(host, port, password, timeout=3.0)
    try:
        connection.connect()
    except WrongPassword:
        return None
    except (ConnectionLost, EslError) as error:
        raise OSError(str(error)) from error
    return connection


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conf", description=__doc__)
    _add_language(parser, None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    loads = commands.add_parser("apply", help="load a subscriber's folder, or the operator's, into the database")
    loads.add_argument("folder", type=Path)
    loads.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")
    loads.set_defaults(command=apply_folder)
    writes = commands.add_parser("export", help="write a subscriber's folder from the database")
    writes.add_argument("slug", help=f"of the subscriber; {OPERATOR} for the operator's trunks")
    writes.add_argument("folder", type=Path)
    writes.set_defaults(command=export_folder)
    flows = commands.add_parser("flows", help="run the tests that are saved with flows")
    of_flows = flows.add_subparsers(required=True, metavar="ACTION")
    tests = of_flows.add_parser("test", help="run all tests, and say which nodes and exits none of them walks")
    tests.add_argument("flows", metavar="FOLDER|SLUG", help="a subscriber's folder, or the subscriber in the database")
    tests.add_argument("--flow", metavar="NAME", default="", help="only the tests of this flow")
    tests.add_argument("--sound", action="store_true", help="those whose caller speaks out of sound files, by sound")
    tests.set_defaults(command=run_flow_tests)
    brings = commands.add_parser("migrate", help="bring the database to its newest migration")
    brings.add_argument("--new", metavar="MESSAGE", help="write a migration from what the models changed")
    brings.set_defaults(command=migrate_database)
    commands.add_parser("settings", help="show the settings, secrets hidden").set_defaults(command=show_settings)
    renders = commands.add_parser("freeswitch", add_help=False, help="write a FreeSWITCH's configuration")
    renders.set_defaults(command=freeswitch)
    changes = commands.add_parser("secret", help="change a secret of this installation while calls are up")
    actions = changes.add_subparsers(required=True, metavar="ACTION", dest="action")
    rotates = actions.add_parser("rotate", help="make a new one; the one before stays good until `finish`")
    names = [*SECRETS, "all"]
    rotates.add_argument("names", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    actions.add_parser("finish", help="let go of what was before, where nobody needs it").set_defaults(names=[])
    changes.set_defaults(command=secret)
    for command in (*commands.choices.values(), *actions.choices.values(), *of_flows.choices.values()):
        _add_language(command, argparse.SUPPRESS)  # what stands before the command holds unless told otherwise
    return parser


def _add_language(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--language", choices=LANGUAGES, default=default, help="of messages; the environment's unless given"
    )


def _told(done: Applied, say: Translate, dry_run: bool) -> Iterator[str]:
    for warning in done.warnings:
        yield say(N_("warning: {text}")).format(text=warning.text(say))
    for change in done.changes:
        yield from change.lines()
    if not done.changes:
        yield say(N_("Nothing changed."))
    elif dry_run:
        yield say(N_("This was a dry run: nothing was changed."))
    if done.credentials and not dry_run:
        yield say(N_("New telephone passwords, shown this once:"))
        for new in done.credentials:
            yield f"    {new.login}: {new.username}@{new.domain} {new.password}"


def _complain(error: ConfigurationError, say: Translate, status: int) -> int:
    _tell(error.problems, say)
    return status


def _tell(problems: Iterable[Problem], say: Translate) -> None:
    for problem in problems:
        text = problem.text(say)
        print(say(N_("warning: {text}")).format(text=text) if problem.severity == "warning" else text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
