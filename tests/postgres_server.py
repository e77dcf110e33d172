"""A PostgreSQL of one's own: made in a temporary folder, reached through a socket there, gone afterwards.

PostgreSQL refuses to run as root, so that it is started as the user `postgres` then.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import Connection

PORT = 5432  # only names the socket: it listens on no network
ROLE = "souffleur"


class Postgres:
    """A running server."""

    def __init__(self, programs: Path, folder: Path, become: list[str]) -> None:
        self.programs, self.folder, self.become = programs, folder, become
        self.numbers = count(1)

    def begin(self) -> None:
        """Make the server's files and start it."""
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self.sql(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start, and return when connections are taken."""
        options = f"-p {PORT} -k {self.folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        self.run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop at once: connections break."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def database(self, like: str = "template1") -> str:
        """The address of a new database, empty or like another one (its name, to which nobody is connected)."""
        name = f"test{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {like}")
        return self.address(name)

    def address(self, name: str) -> str:
        """The address of a database by its name."""
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self.folder}&port={PORT}"

    def connection(self, database: str = "postgres", autocommit: bool = False) -> Connection:
        """A connection as the superuser."""
        where = {"host": str(self.folder), "port": PORT, "user": "postgres", "dbname": database}
        return psycopg.connect(**where, autocommit=autocommit)  # type: ignore[arg-type]

    def sql(self, statement: str) -> None:
        """Run a statement as the superuser."""
        with self.connection(autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs; its output is in the exception when it fails."""
        command = [*self.become, str(self.programs / program), *arguments]
        # Not through a pipe: the server would hold it open, and we would wait for its end.
        with (self.folder / "output").open("w+") as output:
            status = subprocess.run(command, stdout=output, stderr=output, cwd=self.folder, check=False).returncode
            output.seek(0)
            assert status == 0, f"{' '.join(command)}: {output.read()}"


def programs() -> Path | None:
    """Where PostgreSQL's programs are: on the path, or where Debian puts the newest."""
    for program in (shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))[::-1]):
        if program and (found := Path(program).resolve().parent / "pg_ctl").exists():
            return found.parent
    return None


class NotHere(Exception):
    """Why there is no PostgreSQL."""


@contextmanager
def started() -> Iterator[Postgres]:
    """A server while the block lasts. Raises NotHere."""
    where = programs()
    if where is None:
        raise NotHere("PostgreSQL is not installed (apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="souffleur-pg-", dir="/tmp"))  # a socket's path must be short
    become: list[str] = []
    try:
        if os.geteuid() == 0:
            become = _not_root(folder)
        server = Postgres(where, folder, become)
        server.begin()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> list[str]:
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        raise NotHere("PostgreSQL does not run as root, and there is no user postgres to run it as") from None
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["runuser", "-u", "postgres", "--"]
