"""`python -m fax`: what a file looks like as a fax."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from conf.problems import ConfigurationError
from fax import converting


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when it went well."""
    parser = argparse.ArgumentParser(prog="python -m fax", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    converting.add_to(commands)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
