"""The certificate that phones and carriers see: made here for a first use, or brought along and looked at.

FreeSWITCH reads two files of one folder: `agent.pem` (private key and certificate) and `cafile.pem` (whom it trusts,
and what completes its own chain).
"""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conf.problems import N_, ConfigurationError, Problem

AGENT, TRUSTED, AUTHORITY = "agent.pem", "cafile.pem", "authority.pem"
VALID = timedelta(days=825)
SOON = timedelta(days=14)
CLOCKS = timedelta(hours=1)  # a phone's may be behind
KEY_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def is_there(folder: Path) -> bool:
    """Whether a folder has a certificate for FreeSWITCH."""
    return (folder / AGENT).is_file()


def make(folder: Path, names: Sequence[str], *, force: bool = False, now: datetime | None = None) -> list[Path]:
    """Make a certificate for names and addresses, signed by an authority whose key is thrown away at once.

    Phones are given `authority.pem`. A `cafile.pem` that somebody has added carriers to is kept as it is. Returns the
    files that were written.

    Raises:
        ConfigurationError: there is a certificate already, and `force` does not say to replace it.
    """
    if is_there(folder) and not force:
        message = N_("is there already: --force replaces it, and phones must be told the new authority")
        raise ConfigurationError([Problem("certificate_exists", message, file=str(folder / AGENT))])
    now = now or datetime.now(UTC)
    authority = _authority(names[0], now)
    key, certificate = _signed(names, authority, now)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    trusted, before = folder / TRUSTED, _read(folder / AUTHORITY)
    texts = {AGENT: _key(key) + _pem(certificate), AUTHORITY: _pem(authority[1])}
    if not trusted.exists() or trusted.read_bytes() == before:
        texts[TRUSTED] = _pem(authority[1])
    return [_write(folder / name, text) for name, text in texts.items()]


def problems(folder: Path, now: datetime | None = None) -> Iterator[Problem]:
    """What is wrong with a folder's certificate; what only soon will be is a warning."""
    agent = folder / AGENT
    try:
        key, certificate = read(agent)
        if stat.S_IMODE(agent.stat().st_mode) & 0o007:
            message = N_("others can read this private key: chmod 640 it, and replace it")
            yield Problem("open_key", message, file=str(agent))
        if not _read(folder / TRUSTED):
            message = N_("is missing: it holds the authorities to trust")
            yield Problem("no_authorities", message, file=str(folder / TRUSTED))
    except (OSError, ValueError, TypeError):
        yield Problem("not_a_certificate", N_("must hold a private key and its certificate (PEM)"), file=str(agent))
        return
    if _public(key) != certificate.public_key().public_bytes(*_SUBJECT):
        yield Problem("other_key", N_("the certificate is not that of the private key"), file=str(agent))
    end = certificate.not_valid_after_utc
    if (now or datetime.now(UTC)) > end - SOON:
        message = N_("the certificate ends on {date}: replace it")
        fields = {"date": end.date().isoformat()}
        yield Problem("certificate_ends", message, fields, file=str(agent), severity="warning")


def read(agent: Path) -> tuple[PrivateKeyTypes, x509.Certificate]:
    """The key and the certificate of a file. Raises OSError, ValueError or TypeError (the key has a passphrase)."""
    text = agent.read_bytes()
    return serialization.load_pem_private_key(text, None), x509.load_pem_x509_certificate(text)


_SUBJECT = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _public(key: PrivateKeyTypes) -> bytes:
    return key.public_key().public_bytes(*_SUBJECT)


def _authority(name: str, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(f"Souffleur {name}")
    use = x509.KeyUsage(**{name: name in ("key_cert_sign", "crl_sign") for name in KEY_USES})
    builder = _builder(subject, subject, key, now).add_extension(x509.BasicConstraints(True, 0), critical=True)
    return key, builder.add_extension(use, critical=True).sign(key, SHA256())


def _signed(names: Sequence[str], authority: Pair, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(names[0]), authority[1].subject, key, now)
    for extension in (
        x509.SubjectAlternativeName([_alternative(name) for name in names]),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority[0].public_key()),
    ):
        builder = builder.add_extension(extension, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    return key, builder.sign(authority[0], SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - CLOCKS)
    builder = builder.not_valid_after(now + VALID)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key(key: ec.EllipticCurvePrivateKey) -> bytes:
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, kind, plain)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _write(file: Path, text: bytes) -> Path:
    """Readable by owner and group, as FreeSWITCH may run as somebody else; replaced whole."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text)
    aside.replace(file)
    return file
