"""The command `python -m conf`, as people run it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from conf.__main__ import main
from tests.conf.conftest import SAMPLES
from tests.conf.folders import folder


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SOUFFLEUR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOUFFLEUR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANGUAGE", "en")


def test_from_nothing_to_a_subscriber_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert main(["apply", str(SAMPLES / "operator")]) == 0
    assert main(["apply", "--dry-run", str(SAMPLES / "martin")]) == 0
    said = capsys.readouterr().out
    assert "This was a dry run" in said
    assert "shown this once" not in said
    assert main(["apply", str(SAMPLES / "martin")]) == 0
    assert "claire@martin.example: 101@martin.pbx.localhost " in capsys.readouterr().out
    assert main(["apply", str(SAMPLES / "martin")]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"
    assert main(["export", "martin", str(tmp_path / "out")]) == 0
    assert "flows/reception.yaml" in capsys.readouterr().out
    assert main(["export", "martin", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"
    assert main(["export", "operator", str(tmp_path / "trunks")]) == 0
    assert main(["apply", str(SAMPLES / "duval")]) == 0


BROKEN = """\
    name: a
    start: hello
    nodes:
      hello: {kind: say, prompt: nowhere, exits: {next: bye}}
      bye: {kind: hang_up}
    """
FAILING = """\
    name: a
    start: bye
    nodes:
      bye: {kind: hang_up}
    tests:
      - name: t
        expect: {path: [hello]}
    """


@pytest.mark.parametrize(
    ("flow", "line", "words"),
    [
        (BROKEN, "flows/a.yaml:4: nodes.hello.prompt: ", {"en": "no prompt", "fr": "aucune annonce", "de": "Ansage"}),
        (FAILING, "flows/a.yaml:7: tests[0].expect.path: ", {"en": "The call went bye"}),
    ],
)  # fmt: skip
def test_flows_are_checked_and_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flow: str, line: str, words: dict[str, str]
) -> None:
    main(["migrate"])
    root = folder(tmp_path / "f", flows__a=flow)
    for language, word in words.items():
        assert main(["--language", language, "apply", str(root)]) == 1
        said = capsys.readouterr().err
        assert line in said
        assert word in said


@pytest.fixture
def martin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The sample subscriber's files, to be changed; they were applied once."""
    root = tmp_path / "martin"
    shutil.copytree(SAMPLES / "martin", root)
    assert [main(["migrate"]), main(["apply", str(root)])] == [0, 0]
    capsys.readouterr()
    return root


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that is there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


GONE = [
    ("flows/orders.yaml", None, "flows/reception.yaml:35: nodes.orders.flow: "),
    ("flows/reception.yaml", None, "extensions.yaml:2: [0].flow: "),
    ("schedules.yaml", None, "flows/reception.yaml:5: nodes.opening.schedule: "),
    ("lists.yaml", None, "flows/reception.yaml:6: nodes.filter.list: "),
    ("prompts.yaml", None, "nodes.thanks.prompt: "),
    ("users.yaml", None, "subscriber.yaml:9: fallback: "),
    ("users.yaml", ('extension: "102"', 'extension: "104"'), "users.yaml:9: [0].forward.busy.to: "),
    ("users.yaml", ('extension: "102"', 'extension: "104"'), "flows/reception.yaml:24: nodes.shop.to[1]: "),
]


@pytest.mark.parametrize(("name", "change", "said"), GONE)
def test_names_are_those_that_will_be_there_afterwards(
    martin: Path, capsys: pytest.CaptureFixture[str], name: str, change: tuple[str, str] | None, said: str
) -> None:
    """What the database holds from before and this load takes away is no place to go."""
    if change:
        edit(martin / name, *change)
    else:
        (martin / name).unlink()
    assert main(["apply", str(martin)]) == 1
    assert said in capsys.readouterr().err
    assert main(["apply", str(SAMPLES / "martin")]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"


def test_a_pinned_version_of_a_flow_that_goes_is_gone_too(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(martin / "flows/reception.yaml", "flow: orders\n", "flow: orders\n    version: 1\n")
    assert main(["apply", str(martin)]) == 0
    (martin / "flows/orders.yaml").unlink()
    assert main(["apply", str(martin)]) == 1
    assert "nodes.orders.flow: " in capsys.readouterr().err


MISTAKES = [  # each is one small mistake, and is told alone
    ("users.yaml", ('extension: "102"', "extension: 102"), "users.yaml:15: [1].extension: must be a text"),
    ("users.yaml", ('busy: {to: "102"}', 'busy: {to: "109"}'), "users.yaml:9: [0].forward.busy.to: there is no"),
    ("prompts.yaml", ("- name: welcome\n", "- name: welcom\n"), "flows/reception.yaml:10: nodes.choose."),
    ("flows/orders.yaml", ("kind: count", "kind: cuont"), "flows/orders.yaml:6: nodes.count.kind: "),
    ("flows/orders.yaml", ("exit: told", "exjt: told"), "flows/orders.yaml:14: nodes.back.exjt: "),
    ("flows/orders.yaml", ("start: count", "strt: count"), "flows/orders.yaml:3: start: "),
]


@pytest.mark.parametrize(("name", "change", "said"), MISTAKES)
def test_a_mistake_is_not_drowned_in_what_follows_from_it(
    martin: Path, capsys: pytest.CaptureFixture[str], name: str, change: tuple[str, str], said: str
) -> None:
    edit(martin / name, *change)
    assert main(["apply", str(martin)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith(said) for line in lines)
    assert not [line for line in lines if "tests[" in line]
    assert {line.split(":")[0] for line in lines if "warning" not in line} == {said.split(":")[0]}


def test_errors_of_form_come_first(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(martin / "flows/discovery.yaml", "nodes:\n", "nodes:\n  lonely: {kind: hang_up}\n")
    edit(martin / "flows/reception.yaml", "kind: check_list, list: unwanted", "kind: check_list, list: nowhere")
    edit(martin / "flows/reception.yaml", "ring: 25", "rings: 25")
    edit(martin / "extensions.yaml", "flow: discovery", "flow: nowhere")
    edit(martin / "users.yaml", "simultaneous_calls: 1", "simultaneous_calls: one")
    assert main(["apply", str(martin)]) == 1
    said = [line.split(": ")[1] for line in capsys.readouterr().err.splitlines()]
    assert said[:2] == ["nodes.shop.rings", "nodes.direct.rings"]
    assert said[2:] == ["[1].simultaneous_calls", "[1].flow", "nodes.filter.list", "flows/discovery.yaml:5"]


def test_a_flow_that_nothing_enters_may_go(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(martin / "extensions.yaml", '- {extension: "1001", flow: discovery}\n', "")
    (martin / "flows/discovery.yaml").unlink()
    assert main(["apply", str(martin)]) == 0
    assert "- flow discovery" in capsys.readouterr().out


def test_the_schedules_and_lists_are_checked_by_the_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    root = folder(
        tmp_path / "f",
        schedules="- name: s\n  holidays: XX\n",
        lists="- name: l\n  action: {reject: NO_SUCH_CAUSE}\n",
    )
    assert main(["apply", str(root)]) == 1
    said = capsys.readouterr().err
    assert "schedules.yaml:2: [0].holidays: " in said
    assert "lists.yaml:" in said


def test_the_language_of_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert main(["apply", str(tmp_path / "nowhere")]) == 1
    assert "diesen Ordner gibt es nicht" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--language", "fr", "apply"], ["apply", "--language", "fr"]])
def test_the_language_stands_before_the_command_or_after_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    main(["migrate"])
    assert main([*words, str(tmp_path / "nowhere")]) == 1
    assert "ce dossier n'existe pas" in capsys.readouterr().err
    assert main(["apply", str(tmp_path / "nowhere"), "--language", "de"]) == 1
    assert "diesen Ordner gibt es nicht" in capsys.readouterr().err


def test_every_command_takes_the_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--language", "fr"]) == 0
    assert capsys.readouterr().out.startswith("La base de données")
    assert main(["settings", "--language", "fr"]) == 0
    assert main(["freeswitch", "render", str(tmp_path / "fs"), "--language", "fr"]) == 0
    assert main(["export", "operator", str(tmp_path / "out"), "--language", "fr"]) == 0
    with pytest.raises(SystemExit):
        main(["apply", str(tmp_path), "--language", "xx"])


def test_a_database_that_was_not_migrated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", str(SAMPLES / "martin")]) == 2
    assert "was it migrated?" in capsys.readouterr().err


def test_settings_are_shown_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    said = capsys.readouterr().out
    assert "SOUFFLEUR_ESL_PASSWORD=***" in said
    secret = (tmp_path / "var" / "secrets" / "esl_password").read_text().strip()
    assert secret not in said


def test_wrong_settings_stop_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOUFFLEUR_ESL_PORT", "0")
    monkeypatch.setenv("SOUFFLEUR_LANGUAGE", "xx")
    assert main(["migrate"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_misspelt_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SOUFFLEUR_ESL_PRT", "8022")
    assert main(["migrate"]) == 0
    assert capsys.readouterr().err == (
        "warning: SOUFFLEUR_ESL_PRT: is not a setting; did you mean SOUFFLEUR_ESL_PORT?\n"
    )
    monkeypatch.setenv("SOUFFLEUR_ESL_PORT", "0")
    assert main(["migrate"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "conf", "migrate"]
    environ = os.environ | {"LANGUAGE": "fr"}
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("La base de données est à la migration")


def test_freeswitch_is_told_the_trunks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    main(["apply", str(SAMPLES / "operator")])
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 0
    rendered = "".join(path.read_text() for path in (tmp_path / "fs").rglob("*.xml"))
    assert "sip.carrier.example" in rendered


def test_a_certificate_is_made_once_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    profile = tmp_path / "fs/sip_profiles/internal.xml"
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 0
    assert "travel in the open" in capsys.readouterr().out
    assert 'name="tls"' not in profile.read_text()
    assert main(["freeswitch", "certificate", "--name", "pbx.example"]) == 0
    assert "5061 (phones) and 5081 (trunks)" in capsys.readouterr().out
    assert main(["freeswitch", "certificate", "--language", "fr"]) == 1
    assert "existe déjà : --force" in capsys.readouterr().err
    assert main(["freeswitch", "certificate", "--force"]) == 0
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 0
    assert "travel in the open" not in capsys.readouterr().out
    assert 'name="tls" value="true"' in profile.read_text()


def test_tls_is_not_required_without_a_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could reach anybody."""
    main(["migrate"])
    monkeypatch.setenv("SOUFFLEUR_REQUIRE_TLS", "true")
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 1
    assert "require_tls: needs a certificate" in capsys.readouterr().err
    assert not (tmp_path / "fs").exists()


def test_secrets_are_changed_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    capsys.readouterr()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SOUFFLEUR_ESL_PORT", str(nobody.getsockname()[1]))
        assert main(["secret", "rotate", "all"]) == 0
        told = capsys.readouterr().out
        assert told.count("changed. The one before stays good") == 4
        assert "FreeSWITCH does not answer at 127.0.0.1:" in told
        assert main(["secret", "rotate", "control_secret", "--language", "de"]) == 1
        assert "wird gerade geändert" in capsys.readouterr().err
        assert main(["secret", "finish", "--language", "fr"]) == 0
        told += capsys.readouterr().out
    assert "control_secret : le précédent n'est plus valable." in told
    files = list((tmp_path / "var" / "secrets").iterdir())
    assert len(files) == 4
    assert not [file for file in files if file.read_text().strip() in told]
    with pytest.raises(SystemExit):
        main(["secret", "rotate", "everything"])


def test_a_trunk_over_tls_needs_a_certificate_and_its_keys_need_tls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate"])
    trunks = tmp_path / "operator/trunks.yaml"
    trunks.parent.mkdir()
    trunks.write_text("- {name: t, host: sip.carrier.example, srtp: true}\n")
    assert main(["apply", str(trunks.parent)]) == 1
    assert "srtp needs the transport tls" in capsys.readouterr().err
    trunks.write_text("- {name: t, host: sip.carrier.example, transport: tls}\n")
    assert main(["apply", str(trunks.parent)]) == 0
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 1
    assert "trunk t: transport: needs a certificate" in capsys.readouterr().err
    assert main(["freeswitch", "certificate"]) == 0
    assert main(["freeswitch", "render", str(tmp_path / "fs")]) == 0
    gateway = (tmp_path / "fs/sip_profiles/external/t.xml").read_text()
    assert 'name="register-transport" value="tls"' in gateway
    assert main(["export", "operator", str(tmp_path / "out")]) == 0
    assert "transport: tls" in (tmp_path / "out/trunks.yaml").read_text()
