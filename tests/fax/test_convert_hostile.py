"""Files that are damaged, locked or meant to hurt: a plain reason that names the file, soon, and nothing is left."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from fax.convert import ConversionError, Document, Options, convert
from fax.convert.processes import ROOT, environment, run
from fax.convert.reasons import REASONS
from tests.fax import files
from tests.fax.pages import inks, sample


def refused(path: Path, **options: object) -> str:
    """Why a document is refused; its name is told, and nothing is left."""
    out = path.with_name("out.tiff")
    with pytest.raises(ConversionError) as error:
        convert([Document(path, "The letter.pdf")], out, Options(**options))  # type: ignore[arg-type]
    assert error.value.file == "The letter.pdf"
    assert error.value.text().startswith("The letter.pdf: ")
    assert "{" not in error.value.text()
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name]
    return error.value.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n\0\0", "empty"),
        (bytes(range(256)) * 10, "unknown_kind"),
        (b"PK\3\4" + bytes(range(256)), "unknown_kind"),
        (b"<!DOCTYPE html><html><img src='file:///etc/passwd'></html>", "unknown_kind"),
        (b"%!PS-Adobe-3.0\n(Hello) show", "unknown_kind"),
        (b"%PDF-1.7\n" + b"nothing of a PDF " * 100, "damaged"),
        (b"II*\0" + bytes(100), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
        (b"\xff\xd8\xff" + bytes(100), "damaged"),
    ],
)
def test_what_cannot_be_faxed(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.pdf").write_bytes(content)
    assert refused(tmp_path / "x.pdf") == reason


def test_passwords(tmp_path: Path) -> None:
    assert refused(files.locked(tmp_path / "user.pdf", "secret")) == "encrypted"
    made = convert([Document(files.locked(tmp_path / "owner.pdf"))], tmp_path / "out.tiff")
    assert inks(made.tiff)[0].any()


def test_a_damaged_pdf_is_repaired_and_this_is_told(tmp_path: Path) -> None:
    path = files.raw_pdf(tmp_path / "a.pdf", b"100 100 200 100 re f")
    path.write_bytes(path.read_bytes().partition(b"trailer")[0])  # its end was lost
    made = convert([Document(path)], tmp_path / "out.tiff")
    assert [one.code for one in made.warnings] == ["repaired"]
    assert inks(made.tiff)[0].sum() > 10000


def test_a_cut_tiff_is_never_sent_without_its_last_page(tmp_path: Path) -> None:
    path = sample(tmp_path / "a.tiff", 2)
    Image.open(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    assert refused(path) in ("damaged", "page_damaged")


def test_too_many_pages(tmp_path: Path) -> None:
    assert refused(files.many_pages(tmp_path / "a.pdf", 5000)) == "too_many_pages"
    (tmp_path / "a.pdf").unlink()
    (tmp_path / "a.txt").write_text("line\n" * 60 * 4)
    assert refused(tmp_path / "a.txt", most_pages=3) == "too_many_pages"


@pytest.mark.parametrize("bomb", [files.image_bomb, files.png_bomb])
def test_pictures_that_would_take_all_memory(tmp_path: Path, bomb: object) -> None:
    assert callable(bomb)
    assert refused(bomb(tmp_path / "a.pdf", 30_000)) == "picture_too_large"


def test_too_much_to_draw_ends_in_bounded_time_and_memory(tmp_path: Path) -> None:
    path = files.vector_bomb(tmp_path / "a.pdf", 1_000_000)
    began = time.monotonic()
    assert refused(path, memory=300_000_000) == "too_much_memory"
    assert refused(path, cpu=1) == "too_slow"
    assert refused(path, patience=0.5) == "too_slow"
    assert time.monotonic() - began < 20


@pytest.mark.slow
def test_ten_million_draws(tmp_path: Path) -> None:
    path = files.vector_bomb(tmp_path / "a.pdf", 10_000_000)
    assert refused(path) in ("too_much_memory", "too_slow")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000  # kB


def test_what_reads_files_has_no_network_and_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUFFLEUR_WEB_SECRET", "hush")
    look = (
        "import os, json; from fax.convert.confine import confine; alone = confine(10**9, 5);"
        "print(json.dumps([alone, open('/proc/net/dev').read().count(':'), sorted(os.environ)]))"
    )
    out = tmp_path / "out"
    with out.open("wb") as stdout:
        assert run([sys.executable, "-c", look], 30, environment(tmp_path), stdout=stdout) == 0
    alone, devices, variables = json.loads(out.read_text())
    assert not any("SOUFFLEUR" in name for name in variables)
    if not alone:
        pytest.skip("this system gives no network namespaces")
    assert devices == 1  # its own loopback, which is down


def test_where_there_are_no_namespaces_sockets_are_refused() -> None:
    look = (
        "import socket; from fax.convert.offline import refuse_sockets; assert refuse_sockets();"
        "socket.socket(socket.AF_UNIX).close()\n"
        "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):\n"
        " try: socket.socket(family, socket.SOCK_DGRAM)\n"
        " except PermissionError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, timeout=30)
    assert done.stdout.split() == ["refused"] * 3, done.stderr


def test_what_a_killed_program_started_is_killed_as_well(tmp_path: Path) -> None:
    script = "sleep 600 & echo $! > child; wait"
    command = ["/bin/sh", "-c", f"cd {tmp_path}; {script}"]
    assert run(command, 0.5, environment(tmp_path)) is None
    child = int((tmp_path / "child").read_text())
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True, text=True, cwd=ROOT).stdout
    assert state.strip()[:1] in ("", "Z")


def test_every_reason_can_be_said() -> None:
    for reason in REASONS:
        fields = {"page": 1, "limit": 2, "width": 3, "height": 4, "seconds": 5}
        assert "{" not in ConversionError("a", reason, fields).text()
