"""`make bench`: every measured comparison, in one run and one table."""

from bench import esl
from bench.table import show

MEASURES = (esl.measure,)


def main() -> None:
    """Measure and print."""
    print(show([row for measure in MEASURES for row in measure()]))


if __name__ == "__main__":
    main()
