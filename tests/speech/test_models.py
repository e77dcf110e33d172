"""Models: found, configured beside themselves, fetched from the site or the registry, and never by halves."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import os
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from speech.__main__ import main
from speech.install import NotInstalled, Wheel, install
from speech.models import CONFIGURED, Model, configured, installed

PARTS = {
    "am/final.mdl": "acoustic",
    "conf/mfcc.conf": "--sample-frequency=16000\n--allow-downsample=true\n",
    "conf/model.conf": "--beam=10.0\n--endpoint.rule2.min-trailing-silence=0.5\n",
    "graph/HCLr.fst": "graph",
}


def a_model(folder: Path, name: str) -> Path:
    for part, text in PARTS.items():
        file = folder / name / part
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / name


def archive(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return data.getvalue()


def packed(prefix: str, **more: str) -> bytes:
    return archive({prefix + part: text for part, text in (PARTS | more).items()})


@pytest.fixture
def site() -> Iterator[dict[str, bytes]]:
    """What a site of models has, by path; "" is its address."""
    files: dict[str, bytes] = {}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in files else 404)
            self.end_headers()
            self.wfile.write(files.get(self.path, b""))

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    files[""] = f"http://127.0.0.1:{server.server_port}/".encode()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield files
    server.shutdown()
    thread.join()
    server.server_close()


def listed(*models: tuple[str, str, bytes]) -> bytes:
    return json.dumps(
        [
            {"name": name, "lang": lang, "type": "small", "obsolete": "false", "version": name.rpartition("-")[2],
             "md5": hashlib.md5(data).hexdigest()}
            for name, lang, data in models
        ]
    ).encode()  # fmt: skip


def test_of_several_models_the_large_one_then_the_newest(tmp_path: Path) -> None:
    for name in ("vosk-model-small-fr-0.9", "vosk-model-small-fr-0.22", "vosk-model-small-en-us-0.15",
                 "vosk-model-en-us-0.22"):  # fmt: skip
        a_model(tmp_path, name)
    (tmp_path / "vosk-model-small-de-0.15").mkdir()  # unpacked by halves
    (tmp_path / "notes").mkdir()
    assert {language: model.name for language, model in installed(tmp_path).items()} == {
        "en": "vosk-model-en-us-0.22",
        "fr": "vosk-model-small-fr-0.22",
    }


def test_a_model_is_configured_beside_itself(tmp_path: Path) -> None:
    model = Model("fr", "vosk-model-small-fr-0.22", a_model(tmp_path, "vosk-model-small-fr-0.22"))
    folder = configured(model)
    assert folder == tmp_path / CONFIGURED / model.name
    assert (folder / "am" / "final.mdl").read_text() == "acoustic"
    assert "--allow-upsample=true" in (folder / "conf" / "mfcc.conf").read_text()
    rules = (folder / "conf" / "model.conf").read_text()
    assert "rule2.min-trailing-silence=0.4" in rules
    assert "silence=0.5\n--endpoint.rule2" not in rules
    assert "--beam=10.0" in rules
    assert {part: (model.folder / part).read_text() for part in PARTS} == PARTS  # nothing was written into it
    made = (folder / "conf" / "model.conf").stat().st_ino
    assert configured(model) == folder
    assert (folder / "conf" / "model.conf").stat().st_ino == made  # it is not made again
    (folder / "conf" / "model.conf").write_text("from an older version")
    assert "rule4" in (configured(model) / "conf" / "model.conf").read_text()


def test_a_model_comes_from_the_site(tmp_path: Path, site: dict[str, bytes]) -> None:
    old, new = packed("vosk-model-small-fr-0.15/"), packed("vosk-model-small-fr-0.22/")
    site["/vosk-model-small-fr-0.22.zip"] = new
    site["/model-list.json"] = listed(("vosk-model-small-fr-0.15", "fr", old), ("vosk-model-small-fr-0.22", "fr", new))
    assert install("fr", tmp_path, site[""].decode(), {}).name == "vosk-model-small-fr-0.22"
    assert sorted(os.listdir(tmp_path)) == ["vosk-model-small-fr-0.22"]  # no leavings
    del site["/model-list.json"]
    assert install("fr", tmp_path, site[""].decode(), {}).language == "fr"  # it is not fetched twice


def test_what_is_not_what_the_site_lists_is_refused(tmp_path: Path, site: dict[str, bytes]) -> None:
    data = packed("vosk-model-small-fr-0.22/")
    site["/model-list.json"] = listed(("vosk-model-small-fr-0.22", "fr", data))
    site["/vosk-model-small-fr-0.22.zip"] = data + b"more"
    with pytest.raises(NotInstalled, match="checksum"):
        install("fr", tmp_path, site[""].decode(), {})
    with pytest.raises(NotInstalled, match="no small model of 'de'"):
        install("de", tmp_path, site[""].decode(), {})
    assert not installed(tmp_path)


def test_a_file_that_leads_out_of_the_archive(tmp_path: Path, site: dict[str, bytes]) -> None:
    data = packed("vosk-model-small-fr-0.22/", **{"../../evil": "x"})
    site["/vosk-model-small-fr-0.22.zip"] = data
    site["/model-list.json"] = listed(("vosk-model-small-fr-0.22", "fr", data))
    with pytest.raises(NotInstalled, match="leads elsewhere"):
        install("fr", tmp_path / "models", site[""].decode(), {})
    assert not (tmp_path / "evil").exists()


def test_where_the_site_is_away_the_registry_has_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    file = wheels / "carrier-1.0-py3-none-any.whl"
    told = {
        "carrier-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n",
        "carrier-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    model = {f"carrier/model/{part}": text for part, text in PARTS.items()}
    file.write_bytes(archive(told | model))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    known = {"en": Wheel("carrier==1.0", digest, "carrier/model/", "vosk-model-small-en-us-0.15")}
    nowhere = "http://127.0.0.1:9/"
    there = install("en", tmp_path / "models", nowhere, known)
    assert (there.folder / "am" / "final.mdl").read_text() == "acoustic"
    file.write_bytes(archive(told | model | {"carrier/other.py": "print()"}))
    with pytest.raises(NotInstalled, match=r"cannot be reached.*; carrier==1\.0 is not the file that was checked"):
        install("en", tmp_path / "others", nowhere, known)


def test_a_language_without_a_model_is_told_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a_model(tmp_path, "vosk-model-small-fr-0.22")
    assert main(["models", "list", "--folder", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fr  vosk-model-small-fr-0.22")
    assert "de  no model: callers are not understood  (python -m speech models install de)" in lines
    sound = tmp_path / "x.wav"
    assert main(["transcribe", str(sound), "--language", "it", "--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{sound}: no model of the language 'it' is installed\n"


def test_the_calls_side_loads_no_recogniser() -> None:
    """The client is imported by the controller, whose event loop libvosk would stop."""
    import subprocess

    code = "import speech.client, sys; print([name for name in ('vosk', 'numpy', 'asyncio') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
