"""The certificate: made for the right names, kept from others, never replaced by accident; what is wrong is told."""

from __future__ import annotations

import ipaddress
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from conf.freeswitch import certificates
from conf.freeswitch.keep import write
from conf.freeswitch.switch import Switch
from conf.problems import ConfigurationError

NAMES = ["pbx.example", "*.pbx.example", "192.0.2.10", "2001:db8::1"]
SWITCH = Switch(esl_password="esl-secret", directory_secret="directory-secret")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    certificates.make(tmp_path / "certs", NAMES)
    return tmp_path / "certs"


def codes(folder: Path, **options: datetime) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in certificates.problems(folder, **options)]


def test_it_is_for_the_names_that_phones_use(folder: Path) -> None:
    _, certificate = certificates.read(folder / certificates.AGENT)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == NAMES[:2]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address(name) for name in NAMES[2:]]
    authority = x509.load_pem_x509_certificate((folder / certificates.AUTHORITY).read_bytes())
    certificate.verify_directly_issued_by(authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert (folder / certificates.TRUSTED).read_bytes() == (folder / certificates.AUTHORITY).read_bytes()
    assert codes(folder) == []


def test_the_authoritys_key_is_kept_nowhere(folder: Path) -> None:
    keys = [path.name for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert keys == [certificates.AGENT]


def test_it_is_not_for_everybody(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) & 0o027 == 0
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_it_is_replaced_only_when_that_is_said(folder: Path) -> None:
    before = (folder / certificates.AGENT).read_bytes()
    with pytest.raises(ConfigurationError, match="--force"):
        certificates.make(folder, NAMES)
    assert (folder / certificates.AGENT).read_bytes() == before
    certificates.make(folder, NAMES, force=True)
    assert (folder / certificates.AGENT).read_bytes() != before
    assert codes(folder) == []


def test_carriers_that_were_added_stay_when_it_is_replaced(folder: Path) -> None:
    trusted = folder / certificates.TRUSTED
    trusted.write_bytes(trusted.read_bytes() + b"# a carrier's\n")
    before = trusted.read_bytes()
    certificates.make(folder, NAMES, force=True)
    assert trusted.read_bytes() == before


def test_what_is_wrong_with_it_is_told(folder: Path, tmp_path: Path) -> None:
    agent = folder / certificates.AGENT
    agent.chmod(0o644)
    assert codes(folder) == [("open_key", "error")]
    agent.chmod(0o640)
    (folder / certificates.TRUSTED).unlink()
    assert codes(folder) == [("no_authorities", "error")]
    certificates.make(tmp_path / "other", NAMES)
    (folder / certificates.TRUSTED).write_bytes((folder / certificates.AUTHORITY).read_bytes())
    key = agent.read_bytes().partition(b"-----BEGIN CERTIFICATE")[0]
    other = (tmp_path / "other" / certificates.AGENT).read_bytes()
    agent.write_bytes(key + other[other.index(b"-----BEGIN CERTIFICATE") :])
    assert codes(folder) == [("other_key", "error")]
    agent.write_text("nonsense")
    assert codes(folder) == [("not_a_certificate", "error")]
    assert codes(tmp_path / "nowhere") == [("not_a_certificate", "error")]


def test_its_end_is_a_warning_in_time(folder: Path) -> None:
    end = datetime.now(UTC) + certificates.VALID
    assert codes(folder, now=end - timedelta(days=15)) == []
    for days in (-13, 1):
        assert codes(folder, now=end + timedelta(days=days)) == [("certificate_ends", "warning")]


def test_a_configuration_with_a_certificate_that_cannot_be_used_is_not_written(folder: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    switch = replace(SWITCH, certificate_dir=str(folder))
    write(switch, tmp_path / "conf")
    (folder / certificates.AGENT).chmod(0o644)
    with pytest.raises(ConfigurationError, match="others can read this private key"):
        write(switch, tmp_path / "again")
    assert not (tmp_path / "again").exists()
