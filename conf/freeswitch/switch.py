"""What a FreeSWITCH of ours is told: plain frozen values, checked before any file is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from conf.freeswitch.trunk import HOST, Trunk, wrong_networks
from conf.problems import N_, ConfigurationError, Problem

MOST_TRUNKS = 99  # mod_sofia reads at most 100 access lists for a profile, and one is ours
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f$]")  # `$` would be expanded when FreeSWITCH reads the file

# The tones of "this number is not available", for a fallback that nobody recorded yet.
TONES = "tone_stream://%(330,15,950);%(330,15,1400);%(330,1000,1800);loops=3"
# A soft beep every five seconds: the caller on hold hears that the line lives.
HOLD_TONE = "tone_stream://%(150,4850,440);loops=-1"


@dataclass(frozen=True)
class Switch:
    """One FreeSWITCH. Addresses are IP addresses to bind, folders are absolute paths; times are whole seconds."""

    esl_password: str = field(repr=False)
    directory_secret: str = field(repr=False)
    domain: str = "pbx.localhost"
    sip_address: str = "127.0.0.1"
    public_address: str = ""  # what the outside sees, behind a router that translates addresses
    internal_port: int = 5060
    external_port: int = 5080
    certificate_dir: str = ""  # agent.pem and cafile.pem are there; without it nobody is reached over TLS
    internal_tls_port: int = 5061
    external_tls_port: int = 5081
    require_tls: bool = False  # phones: the plain port is closed
    rtp_ports: tuple[int, int] = (16384, 32768)
    esl_address: str = "127.0.0.1"
    esl_port: int = 8021
    esl_allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    offers: tuple[str, ...] = ("127.0.0.1:8084",)  # controllers, tried in order at each offer
    directories: tuple[str, ...] = ("127.0.0.1:8092",)  # who answers for the phones' passwords, tried in order
    give_up: int = 60
    fallback_sound: str = TONES
    hold_music: str = HOLD_TONE
    music_dir: str = ""  # a folder of WAV files at 8 kHz for the stream local_stream://moh
    sounds_dir: str = "/var/lib/souffleur/sounds"
    spool_dir: str = "/dev/shm/souffleur"  # noqa: S108 memory on purpose: recordings are sealed before they reach a disk
    cdr_dir: str = "/var/lib/souffleur/cdr"
    max_sessions: int = 1000
    sessions_per_second: int = 100
    log_level: str = "notice"  # at "info" FreeSWITCH writes every digit that a caller presses
    phones_may_refer: bool = True  # the controller is asked, see docs/blocking.md
    trunks: tuple[Trunk, ...] = ()

    def check(self) -> Switch:
        """Itself, when a file can be written from it.

        Raises:
            ConfigurationError: with everything that is wrong.
        """
        if problems := tuple(self.problems()):
            raise ConfigurationError(problems)
        return self

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong."""
        for trunk in self.trunks:
            yield from trunk.problems()
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) < len(names) or len(names) > MOST_TRUNKS:
            message = N_("trunks must have names of their own and be at most {most}")
            yield Problem("trunks", message, {"most": MOST_TRUNKS}, field="trunks")
        for name, value in self._texts():
            if UNPRINTABLE.search(value):
                yield Problem("unsafe", N_("may hold neither $ nor control characters"), field=name)
        for name in ("esl_password", "directory_secret"):
            if len(getattr(self, name)) < 8 or getattr(self, name) == "ClueCon":
                yield Problem("weak_secret", N_("must have 8 characters or more, and not be a public one"), field=name)
        for name in ("offers", "directories"):
            hosts = getattr(self, name)
            if not hosts or not all(re.fullmatch(HOST, host) and ":" in host for host in hosts):
                yield Problem("hosts", N_("needs one HOST:PORT or more"), field=name)
        yield from self._wrong_numbers()
        yield from self._without_certificate()

    def _without_certificate(self) -> Iterator[Problem]:
        if self.certificate_dir:
            return
        message = N_("needs a certificate: `python -m conf freeswitch certificate` makes one")
        if self.require_tls:
            yield Problem("no_certificate", message, field="require_tls")
        for trunk in self.trunks:
            if trunk.transport == "tls":
                yield Problem("no_certificate", message, field=f"trunk {trunk.name}: transport")

    def _texts(self) -> Iterator[tuple[str, str]]:
        for owner, holder in [("", self), *((f"trunk {trunk.name}: ", trunk) for trunk in self.trunks)]:
            for name, value in vars(holder).items():
                if isinstance(value, str):
                    yield f"{owner}{name}", value

    def _wrong_numbers(self) -> Iterator[Problem]:
        ports = [self.internal_port, self.external_port, self.internal_tls_port, self.external_tls_port]
        ports += [self.esl_port, *self.rtp_ports]
        if not all(0 < port < 65536 for port in ports) or self.rtp_ports[0] >= self.rtp_ports[1]:
            message = N_("ports are whole numbers from 1 to 65535, and the first RTP port is below the last")
            yield Problem("ports", message, field="ports")
        if min(self.give_up, self.max_sessions, self.sessions_per_second) < 1:
            yield Problem("too_small", N_("must be 1 or more"), field="give_up, max_sessions, sessions_per_second")
        yield from (problem.at(field="esl_allow") for problem in wrong_networks(self.esl_allow))
