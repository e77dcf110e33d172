"""Trunks on their way into FreeSWITCH: files are written when the database's change, and FreeSWITCH reads them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
from gevent.threadpool import ThreadPool

from conf.freeswitch import Trunk
from conf.freeswitch.keep import is_ours, renew_trunks
from conf.problems import ConfigurationError
from controller.esl import api
from controller.esl.errors import CommandRefused, EslError
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
PROFILE = "external"
Documents = Sequence[Mapping[str, Any]]


class TrunkFiles:
    """Keeps one FreeSWITCH's trunks as the database has them, where its configuration is a folder that we wrote."""

    def __init__(self, folder: Path, esl_password: str, directory_secret: str, pool: ThreadPool) -> None:
        self._folder = folder
        self._secrets = {"esl_password": esl_password, "directory_secret": directory_secret}
        self._pool = pool
        self._known: Documents | None = None
        self._unread: set[Path] = set()  # files that were written, and that FreeSWITCH has not read yet

    def keep(self, trunks: Callable[[], Documents], connection: Callable[[], Inbound], every: float = 1.0) -> None:
        """Look again and again; run it in a greenlet of its own."""
        while True:
            gevent.sleep(every)
            if trunks() != self._known and is_ours(self._folder):
                self._bring(trunks(), connection)

    def _bring(self, documents: Documents, connection: Callable[[], Inbound]) -> None:
        try:
            self.renew(documents, connection())
        except EslError as error:
            log.debug("the trunks wait for FreeSWITCH: %s", error)
        except (ConfigurationError, OSError) as error:
            log.error("the trunks' files could not be written: %s", error)
            self._known = documents  # the same documents would fail again

    def renew(self, documents: Documents, connection: Inbound) -> None:
        """Write the files and have FreeSWITCH read them. EslError: to be tried again."""
        wanted = [Trunk.from_document(document, str(document.get("password") or "")) for document in documents]
        self._unread |= set(self._pool.apply(renew_trunks, (self._folder, wanted), self._secrets))
        if self._unread:
            log.info("trunks changed: %s", ", ".join(sorted(path.name for path in self._unread)))
            for name in sorted({path.stem for path in self._unread if path.parent.name == PROFILE}):
                self._forget(name, connection)  # a rescan passes over a gateway that it knows
            for command in (api.reload_xml(), api.reload_acl(), api.rescan_profile(PROFILE)):
                connection.bgapi(command)
            self._unread.clear()
        self._known = documents

    def _forget(self, name: str, connection: Inbound) -> None:
        try:
            connection.bgapi(api.kill_gateway(PROFILE, name))
        except CommandRefused:
            log.debug("the trunk %s is new", name)
