"""Changing a secret while calls are up: new files, FreeSWITCH's configuration, and a FreeSWITCH that runs.

Nobody has to be restarted in a certain order: whoever asks for a secret takes the one before as well until the change
is finished, and whoever shows one reads its file again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from conf.freeswitch.keep import is_ours, renew_secrets
from conf.problems import N_, ConfigurationError, Problem, Translate
from conf.secret_files import Kept, change, forget, newest, previous, valid
from conf.settings import PREFIX, SECRETS, Settings

TAKES_OVER_WITHIN = 4.0  # seconds; one is usual
CHANGED = N_("{name}: changed. The one before stays good until `python -m conf secret finish`.")
WRITTEN = N_("FreeSWITCH's configuration in {folder} holds the new values.")
NOT_OURS = N_("FreeSWITCH's configuration is not in {folder}: `python -m conf freeswitch render DIR` writes it anew.")
AWAY = N_("FreeSWITCH does not answer at {where}: it reads the new values when it starts.")
TAKEN = N_("{name}: FreeSWITCH uses the new one.")
BUSY = N_(
    "{name}: FreeSWITCH keeps the one before while calls are up, and the controllers know both. Nothing is lost, and"
    " nothing needs a restart: run `python -m conf secret finish` when no call is up."
)
FORGOTTEN = N_("{name}: the one before is not good any more.")
NOTHING = N_("No secret is being changed.")


class Console(Protocol):
    """A connection with FreeSWITCH's event socket, logged in."""

    def api(self, command: str) -> str: ...


Connect = Callable[[str], Console | None]  # by a password: None when it is refused; OSError when nobody answers


class Rotation:
    """Changes secrets, and ends their change. Both yield what they did, a line at a time."""

    def __init__(
        self,
        settings: Settings,
        connect: Connect,
        say: Translate = str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._say = say
        self._clock = clock
        self._sleep = sleep

    def rotate(self, names: Sequence[str]) -> Iterator[str]:
        """Make new values. Raises ConfigurationError before anything is changed, when one cannot be."""
        self._check(names)
        for name in names:
            secret = self._secret(name)
            assert isinstance(secret, Kept)  # as checked
            change(secret)
            yield self._line(CHANGED, name=name)
        if {"esl_password", "directory_secret"} & set(names):
            yield self._write()
            yield from (line for _, line in self._take_over())

    def finish(self) -> Iterator[str]:
        """Let go of the values before that nobody needs any more."""
        under_way = [name for name in SECRETS if self._is_changing(name)]
        if not under_way:
            yield self._line(NOTHING)
        wait = set()
        for name, line in self._take_over():
            yield line
            wait |= {name} if name else set()
        for name in under_way:
            if name not in wait and forget(self._secret(name)):
                yield self._line(FORGOTTEN, name=name)

    def _check(self, names: Sequence[str]) -> None:
        problems = []
        for name in names:
            secret, variable = self._secret(name), PREFIX + name.upper()
            if not isinstance(secret, Kept):
                message = N_("is given by the environment: change it there")
                problems.append(Problem("given_secret", message, field=variable))
            elif self._is_changing(name):
                message = N_("is being changed: `python -m conf secret finish` first")
                problems.append(Problem("unfinished", message, field=variable))
        if problems:
            raise ConfigurationError(problems)

    def _secret(self, name: str) -> str:
        secret: str = getattr(self._settings, name)
        return secret

    def _is_changing(self, name: str) -> bool:
        secret = self._secret(name)
        return isinstance(secret, Kept) and previous(secret.file).exists()

    def _write(self) -> str:
        folder = self._settings.freeswitch_conf
        if not is_ours(folder):
            return self._line(NOT_OURS, folder=folder)
        secrets = {name: self._now(name) for name in ("esl_password", "directory_secret")}
        renew_secrets(folder, **secrets)
        return self._line(WRITTEN, folder=folder)

    def _now(self, name: str) -> str:
        return newest(self._secret(name))

    def _take_over(self) -> Iterator[tuple[str, str]]:
        """Have a running FreeSWITCH read what is changing: (the name that has to wait or "", what to say)."""
        names = [name for name in ("directory_secret", "esl_password") if self._is_changing(name)]
        if not names:
            return
        try:
            console = self._enter()
        except OSError:
            where = f"{self._settings.esl_host}:{self._settings.esl_port}"
            yield "", self._line(AWAY, where=where)
            return
        if console is None:
            yield "esl_password", self._line(BUSY, name="esl_password")
            return
        console.api("reloadxml")
        for name in names:
            taken = self._takes_directory(console) if name == "directory_secret" else self._takes_password(console)
            yield ("", self._line(TAKEN, name=name)) if taken else (name, self._line(BUSY, name=name))

    def _enter(self) -> Console | None:
        found = (self._connect(password) for password in valid(self._secret("esl_password")))
        return next((console for console in found if console), None)

    @staticmethod
    def _takes_directory(console: Console) -> bool:
        return "module loaded" in console.api("reload mod_xml_curl")

    def _takes_password(self, console: Console) -> bool:
        """The event socket reads its password when it starts. It does not start again while a call holds it."""
        if self._connect(self._now("esl_password")):
            return True  # already
        # Not by this connection itself: the module would wait for its own thread.
        console.api("sched_api +1 none reload mod_event_socket")
        end = self._clock() + TAKES_OVER_WITHIN
        while self._clock() < end:
            self._sleep(0.1)
            try:
                if self._connect(self._now("esl_password")):
                    return True
            except OSError:
                continue  # between two starts
        return False

    def _line(self, message: str, **fields: object) -> str:
        return self._say(message).format(**fields)
