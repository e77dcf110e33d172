"""`python -m fax convert`: documents to a fax TIFF, and how long it would be on the line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fax.tiff import RESOLUTIONS

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("convert", help="make a fax TIFF of documents")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT.tiff")
    parser.add_argument("--resolution", choices=tuple(RESOLUTIONS), default="fine")
    parser.add_argument("--trim-blank", action="store_true", help="leave blank pages out")
    parser.set_defaults(run=_convert)


def _convert(options: argparse.Namespace) -> int:
    from fax.convert import ConversionError, Document, Options, convert
    from fax.estimate import estimate

    try:
        made = convert(
            [Document(path) for path in options.files],
            options.out,
            Options(resolution=options.resolution, trim_blank=options.trim_blank),
        )
    except ConversionError as error:
        print(error, file=sys.stderr)
        return 1
    for warning in made.warnings:
        print(warning.text(), file=sys.stderr)
    line = estimate(made.sizes)
    print(f"{made.tiff}: {made.pages} pages, {line.bytes} bytes, about {line.seconds:.0f} s on the line")
    return 0
