"""What this installation is told by its environment: one frozen dataclass, whole or not at all.

Each field is read from the variable `SOUFFLEUR_` + its name in capitals. Secrets that are not given are made at the
first start and kept in `data_dir/secrets`, mode 0600.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from conf import secret_files
from conf.problems import N_, ConfigurationError, Problem, Wrong

PREFIX = "SOUFFLEUR_"
SECRETS = ("esl_password", "control_secret", "directory_secret", "web_secret")
LANGUAGES = ("fr", "en", "de")
LONGEST_SOCKET = 107  # bytes; Linux takes no longer path
FIREWALLS = ("none", "nftables")
OTHERS = {PREFIX + "TEST_SOUNDS", PREFIX + "VERSION"}  # read by the tests, and by compose.yaml for the image


@dataclass(frozen=True)
class Settings:
    """Ports listen on loopback unless a host says otherwise. Secrets and the database's address are never shown."""

    data_dir: Path
    database_url: str = field(repr=False)
    domain: str
    language: str
    esl_host: str
    esl_port: int
    esl_password: str = field(repr=False)
    offer_host: str
    offer_port: int
    offers: tuple[str, ...]  # HOST:PORT of every controller that FreeSWITCH may offer calls to; none: this one
    control_host: str
    control_port: int
    control_secret: str = field(repr=False)
    directory_host: str
    directory_port: int
    directories: tuple[str, ...]  # HOST:PORT of every controller that FreeSWITCH may ask for phones; none: this one
    outgoing_allow: tuple[str, ...]  # private networks that requests of flows may reach besides the public internet
    directory_secret: str = field(repr=False)
    sip_address: str
    sip_internal_port: int
    sip_external_port: int
    sip_internal_tls_port: int
    sip_external_tls_port: int
    certificate_dir: Path
    require_tls: bool
    public_address: str
    firewall: str  # "nftables": the kernel drops what blocked addresses send; else the directory alone refuses them
    sounds_dir: Path
    spool_dir: Path
    prompts_dir: Path
    web_host: str
    web_port: int
    web_secret: str = field(repr=False)
    web_address: str  # what people type, such as https://pbx.example; "" is http and the host and port above
    web_proxies: int  # reverse proxies in front, whose X-Forwarded-* are believed
    mail_server: str = field(repr=False)  # smtp://USER:PASSWORD@HOST:PORT or smtps://...; "" keeps mails in the spool
    mail_from: str
    models_dir: Path  # the recogniser's models, one folder each
    speech_socket: Path
    tap_dir: Path  # what callers say, while it is listened to; in memory, and FreeSWITCH writes there
    message_dir: Path  # messages while they are recorded, in memory; FreeSWITCH writes there
    fax_dir: Path  # faxes on their way, in memory: FreeSWITCH reads what is sent there, and writes what comes in
    speech_host: str
    speech_port: int  # the protocol of vosk-server
    speech_workers: int  # 0: one a core
    speech_streams: int  # voices that one worker follows at once; more are refused
    second_pass_model: Path | None  # a Whisper model that rewrites messages; none: they stay as they were heard
    fax_calls: int  # calls of faxes at once, all subscribers' together
    fax_per_subscriber: int  # of those, one subscriber's
    fax_per_trunk: int  # of those, by one trunk; a trunk's own channels bound it too
    fax_daily: int  # faxes that a subscriber may put in a day
    fax_countries: tuple[str, ...]  # that may be faxed, as two letters; none: the subscriber's own; "*": all
    fax_premium: bool  # whether numbers that cost more than a call may be faxed
    fax_mail_domain: str  # mails to NUMBER@ this are faxed; "": none are taken
    fax_mail_host: str
    fax_mail_port: int  # SMTP
    fax_mail_lmtp_port: int  # LMTP, behind a mail server
    fax_mail_relay: str  # our mail server's name in Authentication-Results, which is believed on LMTP; "": none is
    fax_mail_daily: int  # mails of one sender that become faxes in a day
    fax_mail_size: int  # bytes of one mail
    freeswitch: str
    freeswitch_conf: Path
    controller_id: str

    def shown(self) -> dict[str, str]:
        """Every setting under its variable's name, secrets and the database's password hidden."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values |= dict.fromkeys(SECRETS, "***")
        values["database_url"] = make_url(self.database_url).render_as_string(hide_password=True)
        values["mail_server"] = re.sub(r":[^:@/]*@", ":***@", self.mail_server)
        return {PREFIX + name.upper(): _shown(value) for name, value in values.items()}


def _shown(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings, making the secrets that are missing.

    Raises:
        ConfigurationError: with every variable that is wrong, its value (never a secret's) and the reason.
    """
    reader = _Reader(os.environ if environ is None else environ)
    data_dir = reader.read("data_dir", "var", _data_directory)
    values: dict[str, Any] = {"data_dir": data_dir}
    for name, (default, parse) in _fields(data_dir or Path("var").absolute()).items():
        if data_dir or parse is not _directory or reader.given(name):  # its default would be in a folder that is wrong
            values[name] = reader.read(name, default, parse)
    for name in SECRETS:
        values[name] = reader.secret(name, data_dir)
    reader.finish()
    return Settings(**values)


def unknown(environ: Mapping[str, str] | None = None) -> list[Problem]:
    """Warnings of the variables `SOUFFLEUR_...` that nobody reads, each with the setting that was probably meant."""
    known = {PREFIX + item.name.upper() for item in fields(Settings)} | OTHERS
    environ = os.environ if environ is None else environ
    return [_unknown(name, known) for name in sorted(environ) if name.startswith(PREFIX) and name not in known]


def _unknown(name: str, known: Iterable[str]) -> Problem:
    near = get_close_matches(name.removeprefix(PREFIX), [other.removeprefix(PREFIX) for other in known], n=1)
    message = N_("is not a setting; did you mean {name}?") if near else N_("is not a setting")
    meant = {"name": PREFIX + near[0]} if near else {}
    return Problem("unknown_setting", message, meant, field=name, severity="warning")


def _fields(data_dir: Path) -> dict[str, tuple[str, Callable[[str], Any]]]:
    return {
        "database_url": (f"sqlite:///{data_dir / 'souffleur.db'}", _database),
        "domain": ("pbx.localhost", _domain),
        "language": ("en", _language),
        "esl_host": ("127.0.0.1", _host),
        "esl_port": ("8021", _port),
        "offer_host": ("127.0.0.1", _host),
        "offer_port": ("8084", _port),
        "offers": ("", _addresses),
        "control_host": ("127.0.0.1", _host),
        "control_port": ("8090", _port),
        "directory_host": ("127.0.0.1", _host),
        "directory_port": ("8092", _port),
        "directories": ("", _addresses),
        "outgoing_allow": ("", _networks),
        "sip_address": ("127.0.0.1", _address),
        "sip_internal_port": ("5060", _port),
        "sip_external_port": ("5080", _port),
        "sip_internal_tls_port": ("5061", _port),
        "sip_external_tls_port": ("5081", _port),
        "certificate_dir": (str(data_dir / "freeswitch" / "certs"), _place),
        "require_tls": ("false", _yes),
        "public_address": ("", _public),
        "firewall": ("none", _firewall),
        "sounds_dir": (str(data_dir / "sounds"), _directory),
        "spool_dir": (str(data_dir / "spool"), _directory),
        "prompts_dir": (str(data_dir / "prompts"), _directory),
        "web_host": ("127.0.0.1", _host),
        "web_port": ("8080", _port),
        "web_address": ("", _web_address),
        "web_proxies": ("0", _few),
        "mail_server": ("", _mail_server),
        "mail_from": ("", _mail_from),
        "models_dir": (str(data_dir / "models"), _place),
        "speech_socket": (str(_speech_socket(data_dir)), _socket),
        "tap_dir": (str(_tap_folder(data_dir)), _directory),
        "message_dir": (f"{_tap_folder(data_dir)}-messages", _directory),
        "fax_dir": (f"{_tap_folder(data_dir)}-fax", _directory),
        "speech_host": ("127.0.0.1", _host),
        "speech_port": ("2700", _port),
        "speech_workers": ("0", _count),
        "speech_streams": ("4", _count),
        "second_pass_model": ("", lambda value: _place(value) if value else None),
        "fax_calls": ("10", _count),
        "fax_per_subscriber": ("3", _count),
        "fax_per_trunk": ("10", _count),
        "fax_daily": ("200", _many),
        "fax_countries": ("", _countries),
        "fax_premium": ("false", _yes),
        "fax_mail_domain": ("", lambda value: value and _domain(value)),
        "fax_mail_host": ("127.0.0.1", _host),
        "fax_mail_port": ("2525", _port),
        "fax_mail_lmtp_port": ("2424", _port),
        "fax_mail_relay": ("", lambda value: value and _host(value)),
        "fax_mail_daily": ("50", _many),
        "fax_mail_size": ("25000000", _bytes),
        "freeswitch": ("", _program),
        "freeswitch_conf": (str(data_dir / "freeswitch" / "conf"), _directory),
        "controller_id": (re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:63] or "controller", _identifier),
    }


def _speech_socket(data_dir: Path) -> Path:
    """In the spool; where a socket's path would be too long, in a folder of its own among the temporary ones."""
    path = data_dir / "spool" / "speech.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    return Path(tempfile.gettempdir()) / _our_name(data_dir) / "speech.sock"


def _tap_folder(data_dir: Path) -> Path:
    """In memory, where this machine has such a folder: what callers say does not touch a disk."""
    memory = Path("/dev/shm")  # noqa: S108 the folder below it is ours alone
    return (memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())) / _our_name(data_dir)


def _our_name(data_dir: Path) -> str:
    """A name for a folder among those of others, the same for all processes of this installation."""
    return f"souffleur-{os.getuid()}-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"


class _Reader:
    """Reads variable after variable and keeps what is wrong until the end."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[Problem] = []

    def given(self, name: str) -> str:
        return self.environ.get(PREFIX + name.upper(), "")

    def read(self, name: str, default: str, parse: Callable[[str], Any]) -> Any:
        value = self.given(name) or default
        return self._keep(name, value, parse, shown=re.sub(r"//[^/]*@", "//***@", value))  # an address may hold one

    def secret(self, name: str, data_dir: Path | None) -> Any:
        if given := self.given(name):
            return self._keep(name, given, _secret, shown="***")
        if data_dir is None:  # already a problem of its own
            return None
        file = data_dir / "secrets" / name
        return self._keep(name, str(file), partial(secret_files.keep, name=file.name, folder=file.parent))

    def _keep(self, name: str, value: str, parse: Callable[[str], Any], shown: str = "") -> Any:
        try:
            return parse(value)
        except Wrong as wrong:
            self.problems.append(wrong.problem.at(field=PREFIX + name.upper(), value=shown or value))
            return None

    def finish(self) -> None:
        if self.problems:
            raise ConfigurationError(self.problems)


def _data_directory(value: str) -> Path:
    """Made at once, with the folder of the secrets: it must be known here whether they can be kept."""
    path = _directory(value)
    try:
        (path / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = N_("{path} cannot be made: {reason}")
        raise Wrong("not_made", message, path=error.filename, reason=error.strerror) from None
    if not os.access(path / "secrets", os.R_OK | os.W_OK | os.X_OK):
        raise Wrong("not_writable", N_("{path} cannot be written by this user"), path=str(path / "secrets"))
    return path


def _directory(value: str) -> Path:
    path = Path(value).expanduser().absolute()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    if not existing.is_dir():
        raise Wrong("not_a_folder", N_("{path} is not a folder"), path=str(existing))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise Wrong("not_writable", N_("{path} cannot be written by this user"), path=str(existing))
    return path


def _place(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _database(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        raise Wrong("not_a_database", N_("is not a database address such as sqlite:///FILE")) from None
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise Wrong("no_database_file", N_("SQLite needs a file: several processes share the database"))
        return value
    if url.get_backend_name() != "postgresql":
        message = N_("only sqlite and postgresql are known, not {backend}")
        raise Wrong("unknown_database", message, backend=url.drivername)
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _domain(value: str) -> str:
    if len(value) > 180 or not re.fullmatch(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*", value):
        raise Wrong("not_a_domain", N_("is not a domain name in lower case"))
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise Wrong("unknown_language", N_("must be one of {languages}"), languages=", ".join(LANGUAGES))
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9:._-]{1,255}", value):
        raise Wrong("not_a_host", N_("is not a host name or an address"))
    return value


def _address(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise Wrong("not_an_address", N_("is not an IP address such as 192.0.2.10")) from None


def _public(value: str) -> str:
    return value and _host(value)


def _firewall(value: str) -> str:
    if value not in FIREWALLS:
        raise Wrong("unknown_firewall", N_("must be one of {expected}"), expected=", ".join(FIREWALLS))
    return value


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise Wrong("not_a_port", N_("is not a port: a whole number from 1 to 65535"))
    return int(value)


def _addresses(value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    for one in found:
        host, colon, port = one.rpartition(":")
        if not colon:
            raise Wrong("not_addresses", N_("is not a list such as 127.0.0.1:8084,127.0.0.1:8085"))
        _host(host)
        _port(port)
    return found


def _networks(value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return tuple(str(ip_network(one)) for one in found)
    except ValueError:
        raise Wrong("not_networks", N_("is not a list of networks such as 10.0.0.0/8,192.168.1.0/24")) from None


def _yes(value: str) -> bool:
    if value not in ("true", "false"):
        raise Wrong("not_a_yes", N_("must be true or false"))
    return value == "true"


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", value):
        raise Wrong("not_a_web_address", N_("is not an address such as https://pbx.example"))
    return value


def _few(value: str) -> int:
    if not re.fullmatch(r"[0-9]", value):
        raise Wrong("not_few", N_("must be a whole number from 0 to 9"))
    return int(value)


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value):
        raise Wrong("not_a_count", N_("must be a whole number from 0 to 999"))
    return int(value)


def _many(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise Wrong("not_a_count", N_("must be a whole number from 0 to 999999"))
    return int(value)


def _bytes(value: str) -> int:
    if not re.fullmatch(r"[0-9]{4,8}", value):
        raise Wrong("not_bytes", N_("must be a whole number of bytes from 1000 to 99999999"))
    return int(value)


def _countries(value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"[A-Z]{2}|\*", one) for one in found):
        raise Wrong("not_countries", N_("is not a list of countries such as FR,BE, or * for all"))
    return found


def _socket(value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        message = N_("is longer than the {longest} bytes of a socket's path")
        raise Wrong("socket_too_long", message, longest=LONGEST_SOCKET)
    return path


def _mail_server(value: str) -> str:
    if value and not re.fullmatch(r"smtps?://([^\s@/]+@)?[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", value):
        raise Wrong("not_a_mail_server", N_("is not a mail server such as smtp://USER:PASSWORD@mail.example:587"))
    return value


def _mail_from(value: str) -> str:
    if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value):
        raise Wrong("not_a_mail_address", N_("is not a mail address"))
    return value


def _program(value: str) -> str:
    if value and not (os.path.isfile(value) and os.access(value, os.X_OK)):
        raise Wrong("not_a_program", N_("is not a program that this user can run"))
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", value):
        raise Wrong("not_an_identifier", N_("may hold letters, digits and hyphens, at most 64"))
    return value


def _secret(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~-]{8,200}", value):
        raise Wrong("weak_secret", N_("must have 8 to 200 letters, digits, or . _ ~ -"))
    return secret_files.Secret(value)
