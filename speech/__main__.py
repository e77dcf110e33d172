"""`python -m speech say TEXT --language fr --out x.wav`: hear what callers will hear."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence

from speech.voice import RATES, VOICES, Voice, VoiceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when it went well."""
    options = _parser().parse_args(arguments)
    text = sys.stdin.read() if options.text == "-" else options.text
    try:
        with tempfile.TemporaryDirectory(prefix="souffleur-say-") as folder:
            voice = Voice(folder)
            try:
                shutil.copyfile(voice.speak(text, options.language, options.rate), options.out)
            finally:
                voice.close()
    except VoiceError as error:
        print(error.reason, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.out}: {error.strerror}", file=sys.stderr)
        return 1
    print(options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m speech", description="Souffleur's voice.")
    commands = parser.add_subparsers(dest="command", required=True)
    say = commands.add_parser("say", help="speak a text into a WAV file")
    say.add_argument("text", help="the text; - reads it from standard input")
    say.add_argument("--language", default="fr", choices=sorted(VOICES))
    say.add_argument("--rate", type=int, default=16000, choices=RATES, help="samples a second")
    say.add_argument("--out", required=True, help="the WAV file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
