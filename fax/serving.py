"""`python -m fax serve` and `status`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from conf import snapshot
from conf.database import open_engine, operator
from conf.fax.claiming import Trunk, Trunks
from conf.models import Document
from conf.settings import load

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Ways = Callable[[str, Sequence[Document], Sequence[Document]], Sequence[str]]


def add_to(commands: _SubParsersAction[argparse.ArgumentParser], ways: Ways) -> None:
    """Add the commands. `ways` tells by which trunks a number leaves, given the trunks and the operator's rules."""
    serving = commands.add_parser("serve", help="send what is put in, until a signal comes")
    serving.set_defaults(run=partial(_serve, ways))
    looking = commands.add_parser("status", help="how many faxes are in which state")
    looking.set_defaults(run=_status)


def trunks_of(ways: Ways, engine: Engine) -> Trunks:
    """By which trunks a number leaves, as the database has them now."""

    def trunks(number: str) -> Sequence[Trunk]:
        with operator(engine, read_only=True) as session:
            known, rules = snapshot.trunks(session), snapshot.outbound_rules(session)
        channels = {str(one["name"]): int(one.get("channels") or 0) for one in known}
        return [Trunk(name, channels.get(name, 0)) for name in ways(number, known, rules)]

    return trunks


def _serve(ways: Ways, options: argparse.Namespace) -> int:
    from fax.serve import serve  # here: the other commands need no pages

    settings = load()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s fax: %(message)s", stream=sys.stderr)
    return serve(settings, partial(trunks_of, ways))


def _status(options: argparse.Namespace) -> int:
    from fax.status import lines

    try:
        print("\n".join(lines(open_engine(load().database_url))))
    except SQLAlchemyError as error:
        print(f"The database does not answer: {error}", file=sys.stderr)
        return 1
    return 0
