"""FreeSWITCH's configuration as written: well-formed, closed, and true to what it was told."""

import re
import stat
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from conf.freeswitch import Switch, Trunk, command_line, find_binary, render
from conf.freeswitch.command import from_settings, main
from conf.problems import ConfigurationError
from conf.settings import load

NETWORKS = ("203.0.113.0/24", "198.51.100.7/32")
CARRIER = Trunk("carrier", "sip.carrier.example:5070", NETWORKS, "u1", "trunk-secret", True)
SWITCH = Switch(esl_password="esl-secret", directory_secret="directory-secret", trunks=(CARRIER,))


@pytest.fixture
def written(tmp_path):
    def write(**changes):
        render(replace(SWITCH, **changes), tmp_path)
        return {file.relative_to(tmp_path).as_posix(): file.read_text() for file in tmp_path.rglob("*.xml")}

    return write


def params(xml, name):
    return [item.get("value") for item in Xml.fromstring(xml).iter("param") if item.get("name") == name]


def test_every_file_is_well_formed_and_filled(written):
    files = written(music_dir="/srv/music", public_address="203.0.113.9")
    for name, text in files.items():
        Xml.fromstring(text)
        assert "{{" not in text, name
    assert len(files) == 23


def test_the_stream_of_music_is_loaded_only_when_there_is_music(written):
    """Without a stream its module fails, which FreeSWITCH logs as critical at every start."""

    def loaded(**changes):
        modules = Xml.fromstring(written(**changes)["autoload_configs/modules.conf.xml"]).iter("load")
        return [item.get("module") for item in modules]

    without = loaded()
    assert "mod_local_stream" not in without
    assert set(loaded(music_dir="/srv/music")) == {*without, "mod_local_stream"}


def test_what_is_included_exists(written, tmp_path):
    for name, text in written().items():
        folder = (tmp_path / name).parent
        for pattern in re.findall(r'cmd="include" data="([^"]+)"', text):
            assert list(folder.glob(pattern)), (name, pattern)


def test_the_secrets_stand_where_they_belong_and_nowhere_else(written):
    files = written()
    where = {
        secret: {name for name, text in files.items() if secret in text}
        for secret in ("esl-secret", "directory-secret", "trunk-secret")
    }
    assert where == {
        "esl-secret": {"autoload_configs/event_socket.conf.xml"},
        "directory-secret": {"autoload_configs/xml_curl.conf.xml"},
        "trunk-secret": {"sip_profiles/external/carrier.xml"},
    }
    assert not [secret for secret in where if secret in repr(SWITCH)]


def test_files_are_not_for_everybody(written, tmp_path):
    written()
    for file in tmp_path.rglob("*.xml"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o027 == 0


def test_only_what_changed_is_written_again(tmp_path):
    assert len(render(SWITCH, tmp_path)) == 23
    assert render(SWITCH, tmp_path) == []
    changed = render(replace(SWITCH, give_up=90), tmp_path)
    assert changed == [tmp_path / "dialplan/souffleur.xml"]


def test_a_trunk_that_is_gone_leaves_no_file(tmp_path):
    file = tmp_path / "sip_profiles/external/carrier.xml"
    render(SWITCH, tmp_path)
    assert file.exists()
    assert file in render(replace(SWITCH, trunks=()), tmp_path)
    assert not file.exists()


def test_a_trunk_has_a_list_of_its_own(written):
    files = written()
    lists = {item.get("name"): item for item in Xml.fromstring(files["autoload_configs/acl.conf.xml"]).iter("list")}
    assert {name: item.get("default") for name, item in lists.items()} == dict.fromkeys(
        ("souffleur_event_socket", "souffleur_nobody", "carrier"), "deny"
    )
    assert [node.get("cidr") for node in lists["carrier"]] == ["203.0.113.0/24", "198.51.100.7/32"]
    external = files["sip_profiles/external.xml"]
    assert params(external, "apply-inbound-acl") == ["souffleur_nobody", "carrier"]


def test_without_trunks_nobody_calls_from_outside(written):
    """No list at all would let everybody in."""
    external = written(trunks=())["sip_profiles/external.xml"]
    assert params(external, "apply-inbound-acl") == ["souffleur_nobody"]
    assert params(external, "auth-calls-acl-only") == ["true"]


def test_a_gateway_is_what_the_trunk_says(written):
    gateway = written()["sip_profiles/external/carrier.xml"]
    values = {name: params(gateway, name) for name in ("proxy", "realm", "username", "register")}
    assert values == {
        "proxy": ["sip.carrier.example:5070"],
        "realm": ["sip.carrier.example"],
        "username": ["u1"],
        "register": ["true"],
    }


def test_a_trunk_is_read_from_its_document():
    document = {"name": "carrier", "host": "sip.carrier.example", "username": "u1", "allow": list(NETWORKS)}
    assert Trunk.from_document(document, "secret") == Trunk("carrier", "sip.carrier.example", NETWORKS, "u1", "secret")


def test_every_controller_is_offered_calls_and_asked_for_phones(written):
    files = written(offers=("127.0.0.1:8084", "127.0.0.1:8085"), directories=("127.0.0.1:8092", "127.0.0.1:8093"))
    for order in ("127.0.0.1:8084|127.0.0.1:8085", "127.0.0.1:8085|127.0.0.1:8084", "$1|127.0.0.1:8084|127.0.0.1:8085"):
        assert f'data="{order} async full"' in files["dialplan/souffleur.xml"]
    urls = params(files["autoload_configs/xml_curl.conf.xml"], "gateway-url")
    assert urls == ["http://127.0.0.1:8092/directory", "http://127.0.0.1:8093/directory"]
    assert 'bindings="directory|channels"' in files["autoload_configs/xml_curl.conf.xml"]


def test_no_action_holds_what_a_caller_wrote(written):
    """`$1` is a checked number; the other names are FreeSWITCH's or ours."""
    ours = {"sip_acl_authed_by", "last_bridge_to", "souffleur_waited"}
    for name, text in written().items():
        if name.startswith("dialplan/"):
            data = [item.get("data", "") for item in Xml.fromstring(text).iter("action")]
            assert set(re.findall(r"\$\{([^}]*)\}", " ".join(data))) <= ours, name
            checked = ("souffleur_dialled=$1", "$1|127.0.0.1:8084 async full")  # a number; an address of a controller's
            assert all(value in checked for value in data if "$1" in value)


def test_transfers_of_the_dialplan_have_a_constant_target(written):
    texts = [text for name, text in written().items() if name.startswith("dialplan/")]
    actions = [item for text in texts for item in Xml.fromstring(text).iter("action")]
    targets = {item.get("data") for item in actions if item.get("application") == "transfer"}
    assert targets == {"souffleur_offer XML souffleur", "souffleur_again XML souffleur"}


def test_a_number_ends_where_the_text_ends(written):
    """`$` would let a newline pass."""
    for text in (text for name, text in written().items() if name.startswith("dialplan/")):
        for item in Xml.fromstring(text).iter():
            expression = item.get("expression", "")
            assert not expression.endswith("$")
            if "0-9*#" in expression:
                assert expression == r"^(\+?[0-9*#]{1,32})\z"


@pytest.mark.parametrize("seconds", [1, 3, 60])
def test_the_bound_is_counted_in_rounds_of_a_second(written, seconds):
    text = written(give_up=seconds)["dialplan/souffleur.xml"]
    assert text.count(f"^\\.{{{seconds},}}") == 2
    assert 'application="sleep" data="1000"' in text


@pytest.mark.parametrize("changes", [
    {"esl_password": "short"},
    {"esl_password": "ClueCon"},
    {"directory_secret": ""},
    {"domain": "a$${b}"},
    {"sounds_dir": "/srv/${system(x)}"},
    {"spool_dir": "/srv/a\nb"},
    {"fallback_sound": "x\x00"},
    {"offers": ()},
    {"offers": ("127.0.0.1:8084 async full|x",)},
    {"directories": ("127.0.0.1",)},
    {"esl_allow": ("everybody",)},
    {"internal_port": 0},
    {"rtp_ports": (2000, 1000)},
    {"give_up": 0},
    {"trunks": (CARRIER, CARRIER)},
    {"trunks": (replace(CARRIER, name="../carrier"),)},
    {"trunks": (replace(CARRIER, name="souffleur_event_socket"),)},
    {"trunks": (replace(CARRIER, host="a b"),)},
    {"trunks": (replace(CARRIER, host="x;transport=tls"),)},
    {"trunks": (replace(CARRIER, allow=("203.0.113.0",  "x/24")),)},
    {"trunks": (replace(CARRIER, password=""),)},
    {"trunks": (replace(CARRIER, transport="tls"),)},
    {"trunks": (replace(CARRIER, transport="sctp"),)},
    {"trunks": (replace(CARRIER, srtp=True),), "certificate_dir": "/srv/certs"},
    {"require_tls": True},
    {"internal_tls_port": 0},
    {"certificate_dir": "/srv/$${certs}"},
    {"trunks": (replace(CARRIER, password="a$b"),)},
    {"trunks": tuple(replace(CARRIER, name=f"t{n}") for n in range(100))},
])  # fmt: skip
def test_what_cannot_be_written_is_refused_before_anything_is(tmp_path, changes):
    with pytest.raises(ConfigurationError):
        render(replace(SWITCH, **changes), tmp_path / "conf")
    assert not (tmp_path / "conf").exists()


def test_everything_wrong_is_told_at_once():
    bad = replace(SWITCH, esl_password="x", offers=(), trunks=(replace(CARRIER, host="a b"),))
    with pytest.raises(ConfigurationError) as caught:
        bad.check()
    assert {problem.field for problem in caught.value.problems} == {"esl_password", "offers", "trunk carrier"}


def test_markup_in_a_value_stays_text(written):
    files = written(trunks=(replace(CARRIER, password='"/><X-PRE-PROCESS cmd="exec" data="id"/>&'),))
    gateway = files["sip_profiles/external/carrier.xml"]
    assert params(gateway, "password") == ['"/><X-PRE-PROCESS cmd="exec" data="id"/>&']
    assert "<X-PRE" not in gateway


def test_phones_refer_only_when_it_is_asked_for(written):
    name = "sip_profiles/internal.xml"
    assert params(written()[name], "disable-transfer") == ["false"]
    assert params(written(phones_may_refer=False)[name], "disable-transfer") == ["true"]
    assert params(written()["sip_profiles/external.xml"], "disable-transfer") == ["true"]


def test_without_a_certificate_there_is_no_tls(written):
    files = written()
    for name in ("internal", "external"):
        assert params(files[f"sip_profiles/{name}.xml"], "tls") == []


@pytest.mark.parametrize("required", [False, True])
def test_with_a_certificate_both_profiles_speak_tls(written, required):
    files = written(certificate_dir="/srv/certs", require_tls=required)

    def of(profile):
        names = ("tls", "tls-only", "tls-sip-port", "tls-cert-dir", "tls-version", "tls-verify-policy")
        return [params(files[f"sip_profiles/{profile}.xml"], name)[0] for name in names]

    versions = "tlsv1.2,tlsv1.3"
    assert of("internal") == ["true", str(required).lower(), "5061", "/srv/certs", versions, "none"]
    assert of("external") == ["true", "false", "5081", "/srv/certs", versions, "out|subjects_out"]


@pytest.mark.parametrize(
    ("changes", "transport", "media"),
    [
        ({}, "udp", "forbidden"),
        ({"transport": "tls"}, "tls", "mandatory"),
        ({"transport": "tls", "srtp": False}, "tls", "forbidden"),
    ],
)
def test_a_trunk_on_tls_encrypts_unless_told_otherwise(written, changes, transport, media):
    files = written(trunks=(replace(CARRIER, **changes),), certificate_dir="/srv/certs")
    gateway = files["sip_profiles/external/carrier.xml"]
    assert params(gateway, "register-transport") == [transport]
    [variable] = Xml.fromstring(gateway).iter("variable")
    assert (variable.get("name"), variable.get("direction")) == ("rtp_secure_media_outbound", "outbound")
    assert variable.get("value").partition(":")[0] == media


def test_the_command_line_keeps_everything_in_one_folder(tmp_path):
    words = command_line("/usr/bin/freeswitch", "conf", tmp_path / "state")
    folders = dict(zip(words[4::2], words[5::2], strict=True))
    assert folders.pop("-conf") == str(Path("conf").absolute())
    assert set(folders) == {"-log", "-db", "-run", "-storage", "-cache", "-certs", "-scripts", "-temp"}
    assert all(Path(folder).is_dir() and Path(folder).parent == tmp_path / "state" for folder in folders.values())


def test_the_binary_is_the_one_that_is_named(tmp_path):
    program = tmp_path / "freeswitch"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_binary({"SOUFFLEUR_FREESWITCH": str(program)}) == str(program)
    assert find_binary({"SOUFFLEUR_FREESWITCH": str(tmp_path / "none"), "PATH": str(tmp_path)}) == ""
    assert find_binary({"PATH": str(tmp_path)}) == str(program)


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    domain: str = "pbx.example"
    esl_host: str = "127.0.0.1"
    esl_port: int = 8121
    esl_password: str = "esl-secret"
    offer_host: str = "127.0.0.1"
    offer_port: int = 8184
    offers: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    directory_host: str = "127.0.0.1"
    directory_port: int = 8192
    directory_secret: str = "directory-secret"
    sounds_dir: Path = Path("/srv/sounds")
    spool_dir: Path = Path("/srv/spool")
    sip_address: str = "127.0.0.1"
    sip_internal_port: int = 5060
    sip_external_port: int = 5080
    sip_internal_tls_port: int = 5061
    sip_external_tls_port: int = 5081
    certificate_dir: Path = Path("/nonexistent/certs")
    require_tls: bool = False
    public_address: str = ""


def test_the_command_writes_what_the_settings_say(tmp_path, capsys):
    settings = Settings(tmp_path / "data")
    folder = tmp_path / "conf"
    assert main(["render", str(folder), "--sip-address", "192.0.2.1"], settings, [CARRIER]) == 0
    assert "23 files changed" in capsys.readouterr().out
    assert params((folder / "sip_profiles/internal.xml").read_text(), "sip-ip") == ["192.0.2.1"]
    assert params((folder / "autoload_configs/event_socket.conf.xml").read_text(), "listen-port") == ["8121"]
    assert (folder / "sip_profiles/external/carrier.xml").exists()


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    settings = Settings(tmp_path, esl_password="x")
    assert main(["render", str(tmp_path / "conf")], settings) == 1
    assert "esl_password" in capsys.readouterr().err


def test_addresses_and_ports_are_settings_and_the_flags_win(tmp_path):
    told = {"SIP_ADDRESS": "192.0.2.5", "SIP_INTERNAL_PORT": "5160", "SIP_EXTERNAL_PORT": "5180"}
    told |= {"PUBLIC_ADDRESS": "203.0.113.5", "DATA_DIR": str(tmp_path / "data")}
    settings = load({f"SOUFFLEUR_{name}": value for name, value in told.items()})

    def rendered(*flags):
        assert main(["render", str(tmp_path / "conf"), *flags], settings) == 0
        found = {}
        for name in ("internal", "external"):
            text = (tmp_path / f"conf/sip_profiles/{name}.xml").read_text()
            found[name] = [params(text, param) for param in ("sip-ip", "sip-port", "ext-sip-ip")]
        return found

    public = ["203.0.113.5"]
    assert rendered() == {
        "internal": [["192.0.2.5"], ["5160"], public],
        "external": [["192.0.2.5"], ["5180"], public],
    }
    flags = ("--sip-address", "192.0.2.9", "--internal-port", "5260", "--external-port", "5280", "--public-address", "")
    assert rendered(*flags) == {"internal": [["192.0.2.9"], ["5260"], []], "external": [["192.0.2.9"], ["5280"], []]}


def test_a_change_wins_over_the_settings(tmp_path):
    assert from_settings(Settings(tmp_path), max_sessions=5).max_sessions == 5


def test_rendering_needs_no_other_room():
    code = "import sys, conf.freeswitch; print([name for name in sys.modules if name.split('.')[0] == 'controller'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
