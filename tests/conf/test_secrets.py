"""Secrets that change while calls are up: what is good when, who is told, and that none is ever shown."""

from __future__ import annotations

import copy
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from conf.database import migrate, open_engine, operator
from conf.freeswitch.command import from_settings
from conf.freeswitch.keep import write
from conf.models import Trunk
from conf.problems import ConfigurationError
from conf.rotation import Rotation
from conf.secret_files import Kept, Secret, change, forget, keep, newest, previous, valid
from conf.settings import SECRETS, Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"SOUFFLEUR_DATA_DIR": str(tmp_path / "var")})


@dataclass
class FreeSwitch:
    """Takes a password, and reads a new one from its configuration when it is told and no call is up."""

    settings: Settings
    password: str
    calls: int = 0
    away: bool = False
    said: list[str] = field(default_factory=list)

    def connect(self, password: str) -> FreeSwitch | None:
        if self.away:
            raise OSError("nobody")
        return self if password == self.password else None

    def api(self, command: str) -> str:
        self.said.append(command)
        if command.endswith("reload mod_event_socket") and not self.calls:
            text = (self.settings.freeswitch_conf / "autoload_configs/event_socket.conf.xml").read_text()
            self.password = text.split('name="password" value="')[1].split('"')[0]
        return "+OK module loaded"


@pytest.fixture
def switch(settings: Settings) -> FreeSwitch:
    write(from_settings(settings), settings.freeswitch_conf)
    return FreeSwitch(settings, str(settings.esl_password))


def rotation(settings: Settings, switch: FreeSwitch) -> Rotation:
    ticks: Iterator[float] = iter(range(1000))
    return Rotation(settings, switch.connect, clock=lambda: next(ticks), sleep=lambda _: None)


def test_a_secret_shows_itself_nowhere(settings: Settings) -> None:
    secret = settings.esl_password
    for shown in (repr(secret), f"{secret!r}", f"{(secret, [secret])}", repr({"a": secret})):
        assert str(secret) not in shown
    given = load({"SOUFFLEUR_DATA_DIR": str(settings.data_dir), "SOUFFLEUR_CONTROL_SECRET": "given-by-hand"})
    assert "given-by-hand" not in repr([given.control_secret, given])
    assert f"auth {secret}" == "auth " + secret  # a command holds it all the same


def test_a_secret_survives_being_copied(settings: Settings) -> None:
    copied = copy.deepcopy(settings.esl_password)
    assert (copied, copied.file) == (settings.esl_password, settings.data_dir / "secrets" / "esl_password")
    assert asdict(settings)["esl_password"] == settings.esl_password


def test_both_are_good_until_the_change_is_finished(settings: Settings) -> None:
    before = settings.control_secret
    assert isinstance(before, Kept)
    after = change(before)
    assert after != before
    assert len(after) >= 32
    assert valid(before) == valid(after) == (after, before)
    assert newest(before) == after
    for file in (after.file, previous(after.file)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load({"SOUFFLEUR_DATA_DIR": str(settings.data_dir)}).control_secret == after
    assert forget(before)
    assert valid(before) == (after,)
    assert not forget(before)
    assert sorted(path.name for path in after.file.parent.iterdir()) == sorted(SECRETS)


def test_a_secret_of_the_environment_is_just_that() -> None:
    assert valid(Secret("given-by-hand")) == ("given-by-hand",)
    assert valid("plain") == ("plain",)
    assert not forget("plain")


def test_a_file_that_others_could_read_is_not_good(settings: Settings) -> None:
    secret = settings.control_secret
    assert isinstance(secret, Kept)
    after = change(secret)
    previous(after.file).chmod(0o644)
    assert valid(secret) == (after,)
    after.file.chmod(0o640)
    assert valid(secret) == (secret,)  # what this process knows


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    assert keep(name="x", folder=tmp_path) == keep(name="x", folder=tmp_path)


def test_everything_changes_when_no_call_is_up(settings: Settings, switch: FreeSwitch) -> None:
    before = {name: str(getattr(settings, name)) for name in SECRETS}
    said = list(rotation(settings, switch).rotate(SECRETS))
    assert [line.split(":")[0] for line in said[: len(SECRETS)]] == list(SECRETS)
    said = said[len(SECRETS) :]
    assert "holds the new values" in said[0]
    assert said[1:] == ["directory_secret: FreeSWITCH uses the new one.", "esl_password: FreeSWITCH uses the new one."]
    assert switch.said[0] == "reloadxml"
    assert switch.password == newest(settings.esl_password) != before["esl_password"]
    files = "".join(file.read_text() for file in settings.freeswitch_conf.rglob("*.xml"))
    assert newest(settings.directory_secret) in files
    assert not [value for value in before.values() if value in files]
    list(rotation(settings, switch).finish())
    for name, value in before.items():
        assert value not in valid(getattr(settings, name))
    assert list(rotation(settings, switch).finish()) == ["No secret is being changed."]


def test_while_a_call_is_up_freeswitch_keeps_its_password_and_nothing_is_lost(
    settings: Settings, switch: FreeSwitch
) -> None:
    switch.calls = 1
    before = switch.password
    assert "keeps the one before while calls are up" in list(rotation(settings, switch).rotate(["esl_password"]))[-1]
    assert switch.password == before
    assert valid(settings.esl_password)[1] == before
    assert "keeps the one before" in list(rotation(settings, switch).finish())[-1]
    assert valid(settings.esl_password)[1] == before
    switch.calls = 0
    said = list(rotation(settings, switch).finish())
    assert said == ["esl_password: FreeSWITCH uses the new one.", "esl_password: the one before is not good any more."]
    assert valid(settings.esl_password) == (switch.password,)


def test_a_freeswitch_that_is_away_reads_it_when_it_starts(settings: Settings, switch: FreeSwitch) -> None:
    switch.away = True
    assert "does not answer" in list(rotation(settings, switch).rotate(["directory_secret"]))[-1]
    text = (settings.freeswitch_conf / "autoload_configs/xml_curl.conf.xml").read_text()
    assert newest(settings.directory_secret) in text


def test_the_control_secret_is_no_matter_of_freeswitch(settings: Settings, switch: FreeSwitch) -> None:
    assert len(list(rotation(settings, switch).rotate(["control_secret"]))) == 1
    assert switch.said == []


def test_trunks_that_change_later_do_not_bring_an_old_secret_back(settings: Settings, switch: FreeSwitch) -> None:
    """The controller has run since before the change."""
    from conf.freeswitch.keep import renew_trunks

    list(rotation(settings, switch).rotate(SECRETS))
    secrets = {"esl_password": settings.esl_password, "directory_secret": settings.directory_secret}
    assert renew_trunks(settings.freeswitch_conf, [], **secrets) == []


def test_what_cannot_be_changed_is_told_before_anything_is(tmp_path: Path, switch: FreeSwitch) -> None:
    environ = {"SOUFFLEUR_DATA_DIR": str(tmp_path / "var"), "SOUFFLEUR_CONTROL_SECRET": "given-by-hand"}
    settings = load(environ)
    with pytest.raises(ConfigurationError, match="SOUFFLEUR_CONTROL_SECRET: is given by the environment"):
        list(rotation(settings, switch).rotate(SECRETS))
    assert valid(settings.esl_password) == (settings.esl_password,)
    list(rotation(settings, switch).rotate(["directory_secret"]))
    with pytest.raises(ConfigurationError, match="SOUFFLEUR_DIRECTORY_SECRET: is being changed"):
        list(rotation(settings, switch).rotate(["esl_password", "directory_secret"]))
    assert valid(settings.esl_password) == (settings.esl_password,)


def test_an_error_of_the_database_does_not_tell_what_was_written(tmp_path: Path) -> None:
    """Its text goes to logs: it would hold a trunk's password, or a telephone's digest."""
    engine = open_engine(f"sqlite:///{tmp_path}/db")
    migrate(engine)
    trunk = {"name": "t", "host": "h"}
    with pytest.raises(IntegrityError) as caught, operator(engine) as session:
        session.add_all([Trunk(doc=trunk, position=place, password="trunk-word-4711") for place in range(2)])
    assert "trunk-word-4711" not in f"{caught.value} {caught.value!r}"
    engine.dispose()
