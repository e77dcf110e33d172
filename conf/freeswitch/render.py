"""Writes the configuration of one FreeSWITCH: complete, minimal, and ours from the first file to the last."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from conf.freeswitch.offers import offer_extensions
from conf.freeswitch.switch import Switch
from conf.freeswitch.template import FOLDER, Markup, attribute, fill
from conf.freeswitch.trunk import Trunk

TRUNK = "sip_profiles/trunk.xml"
TLS = "sip_profiles/tls.xml"  # a part of the two profiles
TRUNKS = "sip_profiles/external"
SRTP = "AEAD_AES_256_GCM:AES_CM_128_HMAC_SHA1_80"  # the second is what every phone has


def render(switch: Switch, out_dir: str | os.PathLike[str]) -> list[Path]:
    """Write every file that changed, remove the trunks that are gone, and return the paths of both.

    Files are readable by their owner and group, since some hold secrets. Each is replaced whole.

    Raises:
        ConfigurationError: before anything is written, with everything that is wrong.
    """
    switch.check()
    folder = Path(out_dir)
    files = {name: fill(name, _values(switch)) for name in _templates()}
    files |= {f"{TRUNKS}/{trunk.name}.xml": fill(TRUNK, _trunk_values(trunk)) for trunk in switch.trunks}
    (folder / TRUNKS).mkdir(mode=0o750, parents=True, exist_ok=True)
    changed = [folder / name for name, text in files.items() if _write(folder / name, text)]
    return changed + _remove_strangers(folder, files)


def render_only(switch: Switch, out_dir: str | os.PathLike[str], names: Iterable[str]) -> list[Path]:
    """Write some of the files, by the names of their templates. Returns those that changed. Errors: as `render`."""
    switch.check()
    folder = Path(out_dir)
    return [folder / name for name in names if _write(folder / name, fill(name, _values(switch)))]


def _templates() -> list[str]:
    paths = (path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.xml"))
    return sorted(path for path in paths if path not in (TRUNK, TLS))


def _write(file: Path, text: str) -> bool:
    if file.exists() and file.read_text("utf-8") == text:
        return False
    file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    aside.replace(file)
    return True


def _remove_strangers(folder: Path, files: dict[str, str]) -> list[Path]:
    strangers = [file for file in (folder / TRUNKS).glob("*.xml") if f"{TRUNKS}/{file.name}" not in files]
    for file in strangers:
        file.unlink()
    return strangers


def _values(switch: Switch) -> dict[str, object]:
    return {
        **{name: value for name, value in vars(switch).items() if not isinstance(value, tuple)},
        "rtp_first": switch.rtp_ports[0],
        "rtp_last": switch.rtp_ports[1],
        "offer_extensions": offer_extensions(switch.offers),
        "refuse_refer": "false" if switch.phones_may_refer else "true",
        "public_address": _public_address(switch),
        "internal_tls": _tls(switch, switch.internal_tls_port, tls_only=switch.require_tls, verify="none"),
        # A carrier shows a certificate of its own name, by an authority of cafile.pem; nobody who calls us has to.
        "external_tls": _tls(switch, switch.external_tls_port, tls_only=False, verify="out|subjects_out"),
        "srtp_suites": SRTP,
        "bindings": _bindings(switch),
        "esl_networks": _networks(switch.esl_allow),
        "trunk_lists": _trunk_lists(switch.trunks),
        "trunk_acls": _trunk_acls(switch.trunks),
        "encrypting_trunks": _named([trunk.name for trunk in switch.trunks if trunk.encrypts]),
        "moh": _moh(switch.music_dir),
        # Without a stream the module fails to load, and says so at every start.
        "local_stream": Markup('<load module="mod_local_stream"/>' if switch.music_dir else ""),
    }


def _trunk_values(trunk: Trunk) -> dict[str, object]:
    return {
        "name": trunk.name,
        "host": trunk.host,
        "realm": trunk.realm,
        "username": trunk.username,
        "password": trunk.password,
        "register": "true" if trunk.register else "false",
        "transport": trunk.transport,
        "srtp": f"mandatory:{SRTP}" if trunk.encrypts else "forbidden",
    }


def _tls(switch: Switch, port: int, *, tls_only: bool, verify: str) -> Markup:
    if not switch.certificate_dir:
        return Markup("")
    values = {"tls_port": port, "tls_only": str(tls_only).lower(), "tls_verify": verify}
    return Markup(fill(TLS, {**values, "certificate_dir": switch.certificate_dir}).rstrip())


def _public_address(switch: Switch) -> Markup:
    if not switch.public_address:
        return Markup("")
    address = attribute(switch.public_address)
    return Markup(f'<param name="ext-sip-ip" value="{address}"/>\n      <param name="ext-rtp-ip" value="{address}"/>')


def _bindings(switch: Switch) -> Markup:
    secret = attribute(f"freeswitch:{switch.directory_secret}")
    return Markup(
        "\n    ".join(
            f'<binding name="directory_{place}">'
            f'<param name="gateway-url" value="http://{attribute(host)}/directory" bindings="directory|channels"/>'
            f'<param name="gateway-credentials" value="{secret}"/>'
            '<param name="auth-scheme" value="basic"/><param name="timeout" value="3"/></binding>'
            for place, host in enumerate(switch.directories, 1)
        )
    )


def _networks(networks: tuple[str, ...]) -> Markup:
    return Markup("".join(f'<node type="allow" cidr="{attribute(network)}"/>' for network in networks))


def _trunk_lists(trunks: tuple[Trunk, ...]) -> Markup:
    lists = (f'<list name="{attribute(trunk.name)}" default="deny">{_networks(trunk.allow)}</list>' for trunk in trunks)
    return Markup("\n    ".join(lists))


def _named(names: list[str]) -> str:
    """A regular expression for one of these names; for nothing when there is none."""
    return rf"^(?:{'|'.join(names)})\z" if names else "^(?!)"


def _trunk_acls(trunks: tuple[Trunk, ...]) -> Markup:
    names = (f'<param name="apply-inbound-acl" value="{attribute(trunk.name)}"/>' for trunk in trunks)
    return Markup("\n      ".join(names))


def _moh(folder: str) -> Markup:
    if not folder:
        return Markup("")
    return Markup(
        f'<directory name="moh" path="{attribute(folder)}">'
        '<param name="rate" value="8000"/><param name="channels" value="1"/><param name="interval" value="20"/>'
        '<param name="timer-name" value="soft"/><param name="shuffle" value="true"/></directory>'
    )
