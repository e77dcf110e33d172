"""The web UI of a machine where somebody dropped node files into a folder: `python -m tests.browser.serve FOLDER`."""

# ruff: noqa: I001
from admin_ui.__main__ import main  # first: it patches what is to be patched

import sys
from importlib import import_module
from pkgutil import iter_modules

from controller.flow import nodes


def drop(folder: str) -> None:
    """Take the node files of a folder as if they lay beside the others."""
    nodes.__path__.append(folder)
    for module in iter_modules([folder]):
        import_module(f"{nodes.__name__}.{module.name}")


if __name__ == "__main__":
    drop(sys.argv[1])
    sys.exit(main(["serve"]))
