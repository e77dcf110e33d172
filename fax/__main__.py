"""`python -m fax`: what a file looks like as a fax; the process that sends what is put in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from conf.models import Document
from conf.problems import ConfigurationError
from fax import converting, serving


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when it went well."""
    parser = argparse.ArgumentParser(prog="python -m fax", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    converting.add_to(commands)
    serving.add_to(commands, ways)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 1


def ways(number: str, trunks: Sequence[Document], rules: Sequence[Document]) -> Sequence[str]:
    """The trunks by which a number leaves, as the controllers choose them."""
    from controller.calls.outbound import way_out
    from controller.flow.commands import External

    return way_out(External(number), trunks, rules).trunks


if __name__ == "__main__":
    sys.exit(main())
