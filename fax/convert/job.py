"""`python -m fax.convert.job`: one conversion in a process of its own.

It reads what to do from its input (JSON), limits itself, and tells line by line (JSON) which document it is at, what it
did to it, and why it stopped.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conf.problems import Problem
from fax.convert.confine import confine
from fax.convert.documents import Options, Refused


def main() -> None:
    """Convert what the input names."""
    request = json.load(sys.stdin)
    options = Options(**request["options"])
    if not confine(options.memory, options.cpu):
        tell(network=True)
    try:
        convert(request, options)
    except Refused as refusal:
        tell(refused=refusal.reason, fields=refusal.fields)
    except (MemoryError, RecursionError):
        tell(refused="too_much_memory", fields={})
    except OSError:
        tell(refused="no_room", fields={})


def convert(request: dict[str, Any], options: Options) -> None:
    """The documents, then the cover that tells how many pages they have, then both in one file."""
    from fax.convert.making import Making
    from fax.tiff import join

    folder = Path(request["folder"])
    body, front = folder / "body.tiff", folder / "front.tiff"
    pages = covers = 0
    if request["files"]:
        with Making(body, folder, options) as making:
            for number, file in enumerate(request["files"]):
                tell(file=number)
                for problem in making.add(Path(file["path"]), file["kind"], file["name"]):
                    tell(warning=_plain(problem))
        pages = making.pages
    if request["cover"]:
        from fax.cover import Cover

        tell(file=-1)
        drawn = folder / "cover.pdf"
        Cover.from_json(request["cover"]).draw(drawn, pages)
        with Making(front, folder, options, start=pages) as making:
            making.add(drawn, "pdf", "")
        covers = making.pages
    parts = [(path, 0) for path, count in ((front, covers), (body, pages)) if count]
    tell(done=join(parts, folder / "fax.tiff"), covers=covers)


def _plain(problem: Problem) -> dict[str, Any]:
    return {key: value for key, value in asdict(problem).items() if key in ("code", "fields", "file")}


def tell(**said: Any) -> None:
    """One line for whoever started this."""
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
