"""What applying a folder did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field

from conf.difference import Change
from conf.problems import Problem
from conf.telephone import Credentials


@dataclass(frozen=True)
class Applied:
    """What was done, or would be. `credentials` are new telephone passwords, known only here and now."""

    slug: str
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...] = ()
    credentials: tuple[Credentials, ...] = field(default=(), repr=False)
    version: int = 0
