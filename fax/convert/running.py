"""A conversion from the outside: what each file is, the process that makes pages of it, and what came out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conf.problems import Problem
from fax.convert.documents import ConversionError, Converted, Document, Options, Refused
from fax.convert.kinds import kind
from fax.convert.office import to_pdf
from fax.convert.processes import environment, run
from fax.convert.reasons import WARNINGS, warning
from fax.tiff import NotAFax, sizes

if TYPE_CHECKING:
    from fax.cover import Cover

_TOLD = 1_000_000  # bytes: more is not listened to


def convert(
    documents: Sequence[Document],
    out: Path,
    options: Options = Options(),  # noqa: B008  it is frozen
    cover: Cover | None = None,
) -> Converted:
    """Make one fax TIFF of documents, a cover before them. `out` is whole or not there.

    A cover alone (no documents) may be asked for: what is sent again after a lost line begins with one.

    Raises:
        ConversionError: with the first document that cannot be faxed, and why.
    """
    # beside what is made: whoever keeps that in memory alone keeps all of it there
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out.absolute().parent) as name:
        folder = Path(name)
        files = [_prepared(document, folder / str(number), options) for number, document in enumerate(documents)]
        request = {
            "files": files,
            "folder": name,
            "options": asdict(options),
            "cover": cover.to_json() if cover else None,
        }
        told = _told(request, folder, options)
        made = _outcome(told, [document.shown for document in documents], options)
        result = folder / "fax.tiff"
        try:  # what it says is one thing, what came out another
            counted = tuple(sizes(result))
        except (NotAFax, OSError) as error:
            raise ConversionError(_last(told, documents), "failed") from error
        if not counted or len(counted) != made["done"]:
            raise ConversionError(_last(told, documents), "failed")
        _moved(result, out)
    warnings = tuple(_warning(line) for line in told if "warning" in line)
    if any("network" in line for line in told):
        warnings += (warning("network", ""),)
    return Converted(out, len(counted), counted, made["covers"], warnings)


def _prepared(document: Document, folder: Path, options: Options) -> dict[str, str]:
    try:
        found = kind(document.path)
        if found in ("empty", "unknown"):
            raise Refused("empty" if found == "empty" else "unknown_kind")
        path = document.path.absolute()
        if found == "office":
            folder.mkdir()
            path, found = to_pdf(path, folder, options), "pdf"
    except Refused as refusal:
        raise ConversionError(document.shown, refusal.reason, refusal.fields) from refusal
    except OSError as error:
        raise ConversionError(document.shown, "not_there") from error
    return {"path": str(path), "kind": found, "name": document.shown}


def _told(request: dict[str, Any], folder: Path, options: Options) -> list[dict[str, Any]]:
    """What the process said, and how it ended where it could not say so itself."""
    asked, said = folder / "asked", folder / "said"
    asked.write_text(json.dumps(request))
    command = [sys.executable, "-m", "fax.convert.job"]
    with asked.open("rb") as stdin, said.open("wb") as stdout:
        code = run(command, options.patience, environment(folder), stdin, stdout)
    with said.open("rb") as stdout:
        lines = stdout.read(_TOLD).splitlines()
    told = [json.loads(line) for line in lines if line.endswith(b"}")]
    if code is None:
        told.append({"refused": "too_slow", "fields": {"seconds": round(options.patience)}})
    elif code in (-signal.SIGXCPU, -signal.SIGKILL):
        told.append({"refused": "too_slow", "fields": {"seconds": round(options.cpu)}})
    elif code < 0:
        told.append({"refused": "too_much_memory", "fields": {}})
    elif code:
        told.append({"refused": "failed", "fields": {}})
    return told


def _outcome(told: list[dict[str, Any]], names: list[str], options: Options) -> dict[str, Any]:
    at = 0
    for line in told:
        at = line.get("file", at)
        if "refused" in line:
            name = names[at] if 0 <= at < len(names) else ""
            raise ConversionError(name, line["refused"], line["fields"])
        if "done" in line:
            return line
    raise ConversionError(names[at] if 0 <= at < len(names) else "", "failed")


def _last(told: list[dict[str, Any]], documents: Sequence[Document]) -> str:
    at = max((line["file"] for line in told if "file" in line), default=0)
    return documents[at].shown if 0 <= at < len(documents) else ""


def _warning(line: dict[str, Any]) -> Problem:
    found = line["warning"]
    return replace(
        Problem(found["code"], WARNINGS[found["code"]], found["fields"], severity="warning"), file=found["file"]
    )


def _moved(made: Path, out: Path) -> None:
    """Put the fax where it belongs, whole or not at all, on another disk too."""
    aside = out.with_name(f".{out.name}.{os.getpid()}")
    shutil.move(made, aside)
    os.replace(aside, out)
