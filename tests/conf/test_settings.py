"""The settings: whole or not at all, and never a secret shown."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conf.problems import ConfigurationError
from conf.settings import SECRETS, load, unknown
from conf.translations import translator


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    return {"SOUFFLEUR_DATA_DIR": str(tmp_path / "var")}


def test_nothing_need_be_said(data: dict[str, str]) -> None:
    settings = load(data)
    assert settings.domain == "pbx.localhost"
    assert (settings.esl_host, settings.esl_port, settings.offer_port) == ("127.0.0.1", 8021, 8084)
    assert settings.database_url == f"sqlite:///{settings.data_dir}/souffleur.db"
    assert settings.prompts_dir == settings.data_dir / "prompts"
    assert settings.controller_id


def test_secrets_are_made_once_and_kept_from_others(data: dict[str, str]) -> None:
    first = load(data)
    again = load(data)
    for name in SECRETS:
        secret = getattr(first, name)
        assert secret == getattr(again, name)
        assert len(secret) >= 32
        mode = (first.data_dir / "secrets" / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE((first.data_dir / "secrets").stat().st_mode) == 0o700
    assert len({getattr(first, name) for name in SECRETS}) == len(SECRETS)


def test_no_secret_is_shown(data: dict[str, str]) -> None:
    settings = load(data | {"SOUFFLEUR_DATABASE_URL": "postgresql://someone:hunter22@host/db"})
    shown = f"{settings!r} {settings.shown()}"
    for secret in [*(getattr(settings, name) for name in SECRETS), "hunter22"]:
        assert secret not in shown
    assert "hunter22" in settings.database_url


def test_everything_wrong_is_said_at_once(data: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wrong = {
        "SOUFFLEUR_ESL_PORT": "80210000",
        "SOUFFLEUR_OFFER_PORT": "eighty",
        "SOUFFLEUR_DOMAIN": "Not A Domain",
        "SOUFFLEUR_LANGUAGE": "tlh",
        "SOUFFLEUR_ESL_HOST": "bad host",
        "SOUFFLEUR_ESL_PASSWORD": "s p a c e",
        "SOUFFLEUR_DATABASE_URL": "mysql://someone:hunter22@x/y",
        "SOUFFLEUR_SPOOL_DIR": str(tmp_path / "file" / "spool"),
        "SOUFFLEUR_FREESWITCH": str(tmp_path / "nothing"),
        "SOUFFLEUR_CONTROLLER_ID": "a b",
        "SOUFFLEUR_SIP_ADDRESS": "pbx",
        "SOUFFLEUR_SIP_INTERNAL_PORT": "0",
        "SOUFFLEUR_SIP_EXTERNAL_PORT": "x",
        "SOUFFLEUR_PUBLIC_ADDRESS": "a b",
        "SOUFFLEUR_SIP_INTERNAL_TLS_PORT": "0",
        "SOUFFLEUR_REQUIRE_TLS": "perhaps",
    }
    with pytest.raises(ConfigurationError) as error:
        load(data | wrong)
    assert {problem.field for problem in error.value.problems} == set(wrong)
    text = str(error.value)
    assert "SOUFFLEUR_OFFER_PORT='eighty': is not a port: a whole number from 1 to 65535" in text
    assert "s p a c e" not in text
    assert "hunter22" not in text
    french = "\n".join(problem.text(translator("fr")) for problem in error.value.problems)
    assert "SOUFFLEUR_OFFER_PORT='eighty': n'est pas un port" in french


def test_tls_is_configured_without_a_certificate_being_there(data: dict[str, str]) -> None:
    settings = load(data)
    assert (settings.sip_internal_tls_port, settings.sip_external_tls_port, settings.require_tls) == (5061, 5081, False)
    assert settings.certificate_dir == settings.data_dir / "freeswitch" / "certs"
    brought = load(data | {"SOUFFLEUR_CERTIFICATE_DIR": "/etc/certificates/pbx", "SOUFFLEUR_REQUIRE_TLS": "true"})
    assert (str(brought.certificate_dir), brought.require_tls) == ("/etc/certificates/pbx", True)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense"])
def test_a_database_must_be_one_that_several_processes_share(data: dict[str, str], url: str) -> None:
    with pytest.raises(ConfigurationError, match="SOUFFLEUR_DATABASE_URL"):
        load(data | {"SOUFFLEUR_DATABASE_URL": url})


def test_postgresql_is_reached_by_psycopg_3(data: dict[str, str]) -> None:
    settings = load(data | {"SOUFFLEUR_DATABASE_URL": "postgresql://u:p%40ss@h/db"})
    assert settings.database_url == "postgresql+psycopg://u:p%40ss@h/db"


def test_a_secret_that_others_can_read_is_refused(data: dict[str, str]) -> None:
    file = load(data).data_dir / "secrets" / "control_secret"
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="others can read"):
        load(data)


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigurationError, match="is not a folder"):
        load({"SOUFFLEUR_DATA_DIR": str(tmp_path / "var")})


def test_processes_that_start_together_agree_on_the_secrets(data: dict[str, str]) -> None:
    program = "from conf.settings import load; s = load(); print(s.esl_password, s.control_secret, s.directory_secret)"
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=os.environ | data, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate()[0] for process in running}
    assert len(said) == 1
    assert said.pop().strip()


def test_a_variable_that_nobody_reads_is_a_warning(data: dict[str, str]) -> None:
    odd = {"SOUFFLEUR_ESL_PRT": "8022", "SOUFFLEUR_ZZZZ": "1"}
    load(data | odd)
    found = unknown(data | odd | {"PATH": "/bin"})
    assert [problem.severity for problem in found] == ["warning", "warning"]
    assert [problem.text() for problem in found] == [
        "SOUFFLEUR_ESL_PRT: is not a setting; did you mean SOUFFLEUR_ESL_PORT?",
        "SOUFFLEUR_ZZZZ: is not a setting",
    ]


def test_every_setting_is_known_and_so_are_the_variables_of_tests_and_containers(data: dict[str, str]) -> None:
    others = dict.fromkeys(("SOUFFLEUR_FREESWITCH", "SOUFFLEUR_TEST_SOUNDS", "SOUFFLEUR_VERSION"), "x")
    assert unknown(load(data).shown() | others) == []


@pytest.mark.parametrize("given", [True, False])
def test_a_data_folder_that_cannot_be_made_is_blamed_once(tmp_path: Path, given: bool) -> None:
    """And neither the secrets nor the folders that would be inside it, whoever runs this."""
    wrong = {"SOUFFLEUR_DATA_DIR": "/proc/nix" if given else "/proc"}
    with pytest.raises(ConfigurationError) as error:
        load(wrong)
    assert [problem.field for problem in error.value.problems] == ["SOUFFLEUR_DATA_DIR"]
    with pytest.raises(ConfigurationError) as error:
        load(wrong | {"SOUFFLEUR_SOUNDS_DIR": "/proc/version/x"})
    assert [problem.field for problem in error.value.problems] == ["SOUFFLEUR_DATA_DIR", "SOUFFLEUR_SOUNDS_DIR"]


def test_the_default_data_folder_is_blamed_once_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").write_text("")
    with pytest.raises(ConfigurationError) as error:
        load({})
    assert [problem.field for problem in error.value.problems] == ["SOUFFLEUR_DATA_DIR"]


def test_several_controllers_and_private_networks_are_lists(data: dict[str, str]) -> None:
    told = {"OFFERS": "127.0.0.1:8084, 127.0.0.1:8085", "OUTGOING_ALLOW": "10.0.0.0/8,192.168.1.0/24"}
    settings = load(data | {f"SOUFFLEUR_{name}": value for name, value in told.items()})
    assert settings.offers == ("127.0.0.1:8084", "127.0.0.1:8085")
    assert settings.outgoing_allow == ("10.0.0.0/8", "192.168.1.0/24")
    assert settings.shown()["SOUFFLEUR_OUTGOING_ALLOW"] == "10.0.0.0/8,192.168.1.0/24"
    assert load(data).offers == ()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("OFFERS", "8084", "not_addresses"),
        ("OFFERS", "127.0.0.1:x", "not_a_port"),
        ("DIRECTORIES", "a b:80", "not_a_host"),
        ("OUTGOING_ALLOW", "10.0.0.1/8", "not_networks"),
    ],
)
def test_a_wrong_list_says_what_is_wrong(data: dict[str, str], name: str, value: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(data | {f"SOUFFLEUR_{name}": value})
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [(f"SOUFFLEUR_{name}", code)]
