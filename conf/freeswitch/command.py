"""The command `python -m conf freeswitch`: write a FreeSWITCH's configuration, or a certificate for it."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from conf.freeswitch import certificates
from conf.freeswitch.keep import write
from conf.freeswitch.start import command_line, find_binary
from conf.freeswitch.switch import Switch
from conf.freeswitch.trunk import Trunk
from conf.problems import N_, ConfigurationError, Translate

MADE = N_("made: {file}")
NEXT = N_(
    "Give {authority} to the phones. Then `python -m conf freeswitch render` and restart the profiles: TLS is at ports"
    " {internal} (phones) and {external} (trunks)."
)
WITHOUT = N_("no certificate is in {folder}: calls and passwords' proofs travel in the open")
WRITTEN = N_("{count} files changed in {folder}")
HOW = N_("start it with: {command}")
NONE = N_(
    "no freeswitch program was found here (PATH, SOUFFLEUR_FREESWITCH): docs/freeswitch.md says how to get one"
)


class Installation(Protocol):
    """What is read of the settings."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def domain(self) -> str: ...
    @property
    def esl_host(self) -> str: ...
    @property
    def esl_port(self) -> int: ...
    @property
    def esl_password(self) -> str: ...
    @property
    def offer_host(self) -> str: ...
    @property
    def offer_port(self) -> int: ...
    @property
    def directory_host(self) -> str: ...
    @property
    def directory_port(self) -> int: ...
    @property
    def directory_secret(self) -> str: ...
    @property
    def offers(self) -> tuple[str, ...]: ...
    @property
    def directories(self) -> tuple[str, ...]: ...
    @property
    def sounds_dir(self) -> Path: ...
    @property
    def spool_dir(self) -> Path: ...
    @property
    def sip_address(self) -> str: ...
    @property
    def sip_internal_port(self) -> int: ...
    @property
    def sip_external_port(self) -> int: ...
    @property
    def public_address(self) -> str: ...
    @property
    def sip_internal_tls_port(self) -> int: ...
    @property
    def sip_external_tls_port(self) -> int: ...
    @property
    def certificate_dir(self) -> Path: ...
    @property
    def require_tls(self) -> bool: ...


def from_settings(settings: Installation, trunks: Iterable[Trunk] = (), **changes: object) -> Switch:
    """One FreeSWITCH beside one controller, as the settings describe them; `changes` are fields of Switch."""
    values: dict[str, object] = {
        "esl_password": settings.esl_password,
        "directory_secret": settings.directory_secret,
        "domain": settings.domain,
        "sip_address": settings.sip_address,
        "public_address": settings.public_address,
        "internal_port": settings.sip_internal_port,
        "external_port": settings.sip_external_port,
        "internal_tls_port": settings.sip_internal_tls_port,
        "external_tls_port": settings.sip_external_tls_port,
        "certificate_dir": str(settings.certificate_dir) if certificates.is_there(settings.certificate_dir) else "",
        "require_tls": settings.require_tls,
        "esl_address": settings.esl_host,
        "esl_port": settings.esl_port,
        "offers": settings.offers or (f"{settings.offer_host}:{settings.offer_port}",),
        "directories": settings.directories or (f"{settings.directory_host}:{settings.directory_port}",),
        "sounds_dir": str(settings.sounds_dir),
        "spool_dir": str(settings.spool_dir),
        "cdr_dir": str(settings.data_dir / "cdr"),
        "trunks": tuple(trunks),
    }
    return Switch(**{**values, **changes})  # type: ignore[arg-type]


def arguments_of(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add this command's arguments to a parser."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    renders = actions.add_parser("render", help="write the configuration")
    renders.add_argument("folder", help="where to write it; SOUFFLEUR_FREESWITCH_CONF tells a controller, for trunks")
    renders.add_argument("--sip-address", help="address that phones and trunks reach (SOUFFLEUR_SIP_ADDRESS)")
    renders.add_argument("--public-address", help="what the outside sees of it (SOUFFLEUR_PUBLIC_ADDRESS)")
    renders.add_argument("--internal-port", type=int, help="SIP port for phones (SOUFFLEUR_SIP_INTERNAL_PORT)")
    renders.add_argument("--external-port", type=int, help="SIP port for trunks (SOUFFLEUR_SIP_EXTERNAL_PORT)")
    renders.set_defaults(action=_render)
    makes = actions.add_parser("certificate", help="make a certificate for TLS (SOUFFLEUR_CERTIFICATE_DIR)")
    makes.add_argument("--name", action="append", default=[], help="another name or address that phones use")
    makes.add_argument("--force", action="store_true", help="replace the one there is")
    makes.set_defaults(action=_certificate)
    return parser


def main(
    arguments: Sequence[str], settings: Installation, trunks: Iterable[Trunk] = (), say: Translate = str
) -> int:
    """Run the command; returns the exit status."""
    parsed = arguments_of(argparse.ArgumentParser("python -m conf freeswitch")).parse_args(arguments)
    try:
        for line in parsed.action(parsed, settings, trunks, say):
            print(line)
    except ConfigurationError as error:
        print("\n".join(problem.text(say) for problem in error.problems), file=sys.stderr)
        return 1
    return 0


def _render(
    parsed: argparse.Namespace, settings: Installation, trunks: Iterable[Trunk], say: Translate
) -> Iterator[str]:
    flags = ("sip_address", "public_address", "internal_port", "external_port")
    given = {name: getattr(parsed, name) for name in flags if getattr(parsed, name) is not None}
    switch = from_settings(settings, trunks, **given)
    changed = write(switch, parsed.folder)
    yield say(WRITTEN).format(count=len(changed), folder=parsed.folder)
    if switch.certificate_dir:
        for problem in certificates.problems(settings.certificate_dir):
            yield problem.text(say)
    else:
        yield say(WITHOUT).format(folder=settings.certificate_dir)
    binary = find_binary()
    state = settings.data_dir / "freeswitch"
    how = {"command": shlex.join(command_line(binary, parsed.folder, state))} if binary else {}
    yield say(HOW if binary else NONE).format(**how)


def _certificate(
    parsed: argparse.Namespace, settings: Installation, _trunks: Iterable[Trunk], say: Translate
) -> Iterator[str]:
    domain, folder = settings.domain, settings.certificate_dir
    names = [domain, f"*.{domain}", settings.sip_address, settings.public_address, *parsed.name]
    made = certificates.make(folder, [*dict.fromkeys(name for name in names if name)], force=parsed.force)
    for file in made:
        yield say(MADE).format(file=file)
    ports = {"internal": settings.sip_internal_tls_port, "external": settings.sip_external_tls_port}
    yield say(NEXT).format(authority=folder / certificates.AUTHORITY, **ports)
