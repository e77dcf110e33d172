"""`python -m controller run`: what is started, and in one line what keeps it from starting."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from conf import snapshot
from conf.database import open_engine, operator
from conf.freeswitch import Switch, Trunk, command_line, find_binary
from conf.freeswitch.command import from_settings
from conf.freeswitch.keep import write
from conf.problems import ConfigurationError
from conf.settings import Settings
from controller.esl.errors import EslError, WrongPassword
from controller.esl.inbound import Inbound
from controller.supervisor import Child, Supervisor, python
from controller.terminal import ControlClient
from speech.models import installed

UDP, TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM
OURS = ("offer", "control", "directory", "web")
STAND_IN = (
    "No FreeSWITCH is here, so the virtual switch stands in for it. docs/freeswitch.md says how to have a real one."
)
INSTALL = "docs/speech.md has more: .venv/bin/python -m speech models install en"
FIRST_CALL = "    .venv/bin/python -m controller call --from +33123456789 --to 1000 --press 2#"


class CannotStart(Exception):
    """Why nothing is started; a line each."""


def run(settings: Settings) -> int:
    """Start the processes of the house and stay until a signal comes."""
    try:
        if taken := list(taken_ports(settings)):
            raise CannotStart("\n".join([*taken, "Is another one running?"]))
        children = [*switch(settings), Child("the controller", python("controller", "serve")), web_ui()]
        children += [Child("the faxes", python("fax", "serve")), *speech(settings)]
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    Supervisor(children, each=Announcement(settings).look).run()
    print("Everything has ended.")
    return 0


def web_ui() -> Child:
    """The web UI's process."""
    return Child("the web UI", python("admin_ui", "serve"))


def speech(settings: Settings) -> list[Child]:
    """The process that understands callers, where it has a model."""
    if not installed(settings.models_dir):
        print(f"Callers are not understood: no model is in {settings.models_dir}. {INSTALL}", flush=True)
        return []
    return [Child("speech", python("speech", "serve"))]


def taken_ports(settings: Settings) -> Iterator[str]:
    """What keeps us from listening: the address and the setting that moves it."""
    for name in (*OURS, "speech") if installed(settings.models_dir) else OURS:
        host, port = getattr(settings, f"{name}_host"), getattr(settings, f"{name}_port")
        if is_taken(host, port, socket.SOCK_STREAM):
            yield f"{host}:{port} is taken (SOUFFLEUR_{name.upper()}_PORT)."


def switch(settings: Settings) -> list[Child]:
    """The switch to start: none where one answers, the FreeSWITCH of this machine, else the virtual one."""
    where = f"{settings.esl_host}:{settings.esl_port}"
    if listening(settings.esl_host, settings.esl_port):
        greet(settings, where)
        print(f"The FreeSWITCH at {where} is used.", flush=True)
        return []
    binary = settings.freeswitch or find_binary()
    if binary:
        return [freeswitch(settings, binary)]
    print(STAND_IN, flush=True)
    secret = str(settings.data_dir / "secrets" / "esl_password")
    offers = settings.offers or (f"127.0.0.1:{settings.offer_port}",)
    virtual = ["controller.virtual", "--listen", f"127.0.0.1:{settings.esl_port}", "--password-file", secret]
    for offer in offers:
        virtual += ["--offer", offer]
    virtual += ["--cdr-dir", str(settings.data_dir / "cdr")]
    return [Child("the virtual switch", python(*virtual))]


def greet(settings: Settings, where: str) -> None:
    """See whether a FreeSWITCH that takes our password is there; CannotStart when not."""
    connection = Inbound(settings.esl_host, settings.esl_port, settings.esl_password, timeout=3.0)
    try:
        connection.connect()
        connection.stop()
    except WrongPassword:
        message = "The FreeSWITCH at {where} has another password: set SOUFFLEUR_ESL_PASSWORD, or SOUFFLEUR_ESL_PORT."
        raise CannotStart(message.format(where=where)) from None
    except EslError:
        message = "Something that is no FreeSWITCH answers at {where}: set SOUFFLEUR_ESL_HOST or SOUFFLEUR_ESL_PORT."
        raise CannotStart(message.format(where=where)) from None


def freeswitch(settings: Settings, binary: str) -> Child:
    """FreeSWITCH with our configuration, written anew."""
    described: Switch = from_settings(settings, trunks_of(settings))
    ports = [(described.internal_port, "INTERNAL", UDP), (described.external_port, "EXTERNAL", UDP)]
    if described.certificate_dir:
        ports.append((described.internal_tls_port, "INTERNAL_TLS", TCP))
        ports.append((described.external_tls_port, "EXTERNAL_TLS", TCP))
    for port, name, kind in ports:
        if is_taken(described.sip_address, port, kind):
            raise CannotStart(f"{described.sip_address}:{port} is taken for SIP (SOUFFLEUR_SIP_{name}_PORT).")
    try:
        write(described, settings.freeswitch_conf)
    except ConfigurationError as error:
        raise CannotStart(str(error)) from None
    print(f"{binary} is started with the configuration in {settings.freeswitch_conf}.", flush=True)
    state = settings.data_dir / "freeswitch"
    return Child("FreeSWITCH", command_line(binary, settings.freeswitch_conf, state))


def trunks_of(settings: Settings) -> tuple[Trunk, ...]:
    """The operator's trunks, from the database."""
    engine = open_engine(settings.database_url)
    with operator(engine, read_only=True) as session:
        return tuple(Trunk.from_document(trunk, trunk["password"]) for trunk in snapshot.trunks(session))


@dataclass
class Announcement:
    """Says that calls are taken, once they are."""

    settings: Settings
    made: bool = False

    def look(self) -> None:
        """Ask the controller, until it is ready."""
        if self.made or not listening(self.settings.control_host, self.settings.control_port):
            return
        client = ControlClient(self.settings.control_host, self.settings.control_port, self.settings.control_secret)
        if client.is_ready():
            self.made = True
            print(f"Souffleur takes calls. Control: http://{self.settings.control_host}:{self.settings.control_port}")
            print(f"A first call, in another terminal:\n{FIRST_CALL}", flush=True)
            subprocess.run(python("admin_ui", "first"), check=False)  # noqa: S603  says how to log in


def listening(host: str, port: int) -> bool:
    """Whether something takes connections at an address."""
    try:
        socket.create_connection((host, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def is_taken(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether an address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
