"""`python -m conf flows test`: saved tests of a folder, and of a subscriber's published flows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml

from conf.__main__ import main
from tests.conf.conftest import SAMPLES


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SOUFFLEUR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOUFFLEUR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture
def martin(tmp_path: Path) -> Path:
    """A copy of the sample subscriber."""
    shutil.copytree(SAMPLES / "martin", tmp_path / "martin")
    return tmp_path / "martin"


def fail(folder: Path) -> None:
    """Let one test of the orders expect something else."""
    file = folder / "flows" / "orders.yaml"
    doc = yaml.safe_load(file.read_text())
    doc["tests"][0]["expect"] = {"path": ["nowhere"]}
    file.write_text(yaml.safe_dump(doc, sort_keys=False))


def test_a_folder_needs_no_database(martin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "test", str(martin)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert {"discovery", "orders", "reception", "    passed  a tour"} <= set(said)
    assert said[-1].endswith(" passed, 0 failed")
    assert any(line.startswith("    walked: 9 of 11 nodes, 12 of 18 exits; not walked: french, ") for line in said)


def test_a_failing_test_is_told_and_fails(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fail(martin)
    assert main(["--language", "fr", "flows", "test", str(martin), "--flow", "orders"]) == 1
    said = capsys.readouterr().out
    assert "    ÉCHEC  the third caller of the day\n        tests.0.expect.path: L'appel a suivi count" in said
    assert said.endswith("0 réussis, 1 en échec\n")
    assert "reception" not in said
    assert main(["flows", "test", str(martin), "--flow", "discovery"]) == 0


def test_published_flows_are_tested_as_they_are_published(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert main(["apply", str(SAMPLES / "operator")]) == 0
    assert main(["apply", str(martin)]) == 0
    fail(martin)  # only in the file
    capsys.readouterr()
    assert main(["flows", "test", "martin"]) == 0
    said = capsys.readouterr().out
    assert "    passed  a number that rings once\n" in said  # by a list's entries, which are rows of their own
    assert "0 failed" in said


def test_a_flow_without_tests_says_so(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (martin / "flows" / "new.yaml").write_text("name: new\nstart: end\nnodes: {end: {kind: hang_up}}\n")
    assert main(["flows", "test", str(martin), "--flow", "new"]) == 0
    assert capsys.readouterr().out == "new\n    has no tests\n0 passed, 0 failed\n"


def test_a_flow_that_cannot_run_fails(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (martin / "flows" / "new.yaml").write_text("name: new\nstart: end\nnodes: {end: {kind: hang_up, cause: LATE}}\n")
    assert main(["flows", "test", str(martin), "--flow", "new"]) == 1
    assert "    FAILED\n        end.cause: cause must be one of: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nobody"], 1, "nobody is neither a folder nor a subscriber"),
        (["MARTIN", "--flow", "x"], 1, "there is no flow x"),
    ],
)
def test_what_is_not_there_is_said(
    martin: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str
) -> None:
    assert main(["migrate"]) == 0
    arguments = [str(martin) if word == "MARTIN" else word for word in arguments]
    assert main(["flows", "test", *arguments]) == status
    assert message in capsys.readouterr().err


def test_a_file_that_is_no_yaml_is_told(martin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (martin / "lists.yaml").write_text("- {")
    assert main(["flows", "test", str(martin)]) == 1
    assert "lists.yaml:" in capsys.readouterr().err


def test_without_a_database_a_subscriber_cannot_be_tested(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "test", "martin"]) == 2
    assert "The database cannot be used" in capsys.readouterr().err


def test_a_robots_conversations_are_tested_by_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Three values with a correction, a hand-over, keys where nobody listens."""
    assert main(["flows", "test", str(SAMPLES / "lemoine")]) == 0
    told = capsys.readouterr().out
    assert "passed  an order with a correction" in told
    assert "5 passed, 0 failed" in told


def test_by_sound_needs_the_folder_and_a_model(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUFFLEUR_MODELS_DIR", str(tmp_path / "none"))
    assert main(["flows", "test", str(SAMPLES / "harbour")]) == 0
    capfd.readouterr()
    assert main(["flows", "test", str(SAMPLES / "harbour"), "--sound"]) == 1
    said = capfd.readouterr().err
    assert "no model is in" in said
    assert "The tests were not played by sound." in said
    main(["migrate"])
    main(["apply", str(SAMPLES / "harbour")])
    assert main(["flows", "test", "harbour", "--sound"]) == 1
    assert "those of a folder" in capfd.readouterr().err
