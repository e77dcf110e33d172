"""A subscriber's folder as a ZIP file: written for a download, unpacked with care."""

from __future__ import annotations

import io
import lzma
import secrets
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy import Engine

from conf.export import export
from conf.problems import N_, Wrong

MOST_FILES = 5000
LARGEST = 300_000_000  # bytes, unpacked
KEPT = 1800.0  # seconds that an unpacked folder waits to be applied, while it is looked at
# What reading a file that somebody made may raise; OSError is a file of the name of a folder, or too long a name.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError
)  # fmt: skip
_ANY_DAY = (2000, 1, 1, 0, 0, 0)  # the same content gives the same file


def packed(engine: Engine, slug: str, prompts_dir: Path) -> bytes:
    """Everything of a subscriber, in the form that `apply` reads; secrets are not in it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        export(engine, slug, root, prompts_dir=prompts_dir)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    about = zipfile.ZipInfo(f"{slug}/{path.relative_to(root).as_posix()}", _ANY_DAY)
                    about.compress_type = zipfile.ZIP_DEFLATED
                    about.external_attr = 0o644 << 16
                    file.writestr(about, path.read_bytes())
        return out.getvalue()


def unpack(content: bytes, place: Path) -> str:
    """Unpack a file under a folder of its own in `place`, where nothing else stays; its name.

    Raises Wrong for what is no such file.
    """
    clear(place)
    name = secrets.token_hex(16)
    root = place / name
    root.mkdir(parents=True, mode=0o700)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            _unpack(file, root)
    except Wrong:
        shutil.rmtree(root, ignore_errors=True)
        raise
    except _BROKEN:
        shutil.rmtree(root, ignore_errors=True)
        raise Wrong("not_a_zip", N_("is no ZIP file, or a damaged one")) from None
    return name


def unpacked(place: Path, name: str) -> Path | None:
    """The folder that was unpacked under a name; None when it is gone. One folder around everything is looked into."""
    root = place / Path(name).name
    if not name or not root.is_dir():
        return None
    inside = list(root.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else root


def discard(place: Path, name: str) -> None:
    """Forget an unpacked folder."""
    if name:
        shutil.rmtree(place / Path(name).name, ignore_errors=True)


def clear(place: Path) -> None:
    """Forget everything that was unpacked in a place."""
    shutil.rmtree(place, ignore_errors=True)


def tidy(places: Path) -> None:
    """Forget what nobody applied, in all places below a folder."""
    for folder in places.glob("*/*/*"):
        with suppress(OSError):  # somebody else was faster
            if time.time() - folder.stat().st_mtime > KEPT:
                shutil.rmtree(folder, ignore_errors=True)


def _unpack(file: zipfile.ZipFile, root: Path) -> None:
    members = [one for one in file.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(members) > MOST_FILES:
        raise Wrong("too_many_files", N_("holds more than {limit} files"), limit=MOST_FILES)
    left = LARGEST
    for one in members:
        target = root / _inside(one)
        target.parent.mkdir(parents=True, exist_ok=True)
        with file.open(one) as source, target.open("wb") as sink:
            for part in _parts(source):
                left -= len(part)
                if left < 0:
                    raise Wrong("too_large", N_("the file is larger than {limit} bytes"), limit=LARGEST)
                sink.write(part)


def _parts(source: IO[bytes]) -> Iterable[bytes]:
    while part := source.read(1 << 16):
        yield part


def _inside(one: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(one.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in one.filename or stat.S_ISLNK(one.external_attr >> 16):
        raise Wrong("outside", N_("leaves the folder"))
    return path
