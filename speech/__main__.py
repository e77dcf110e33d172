"""`python -m speech`: hear what callers will hear, have models, recognise a file, and serve."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from conf.problems import ConfigurationError
from conf.settings import Settings, load
from speech.client import SpeechAway, status
from speech.install import NotInstalled, install
from speech.models import LANGUAGES, installed
from speech.second_pass import NoSecondPass, SecondPass
from speech.voice import RATES, VOICES, Voice, VoiceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when it went well."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (VoiceError, ConfigurationError) as error:
        print(error, file=sys.stderr)
        return 1


def _say(options: argparse.Namespace) -> int:
    text = sys.stdin.read() if options.text == "-" else options.text
    try:
        with tempfile.TemporaryDirectory(prefix="souffleur-say-") as folder:
            voice = Voice(folder)
            try:
                shutil.copyfile(voice.speak(text, options.language, options.rate), options.out)
            finally:
                voice.close()
    except OSError as error:
        print(f"{options.out}: {error.strerror}", file=sys.stderr)
        return 1
    print(options.out)
    return 0


def _list(options: argparse.Namespace) -> int:
    folder = options.folder or load().models_dir
    here = installed(folder)
    for language, model in here.items():
        print(f"{language}  {model.name}  {model.size / 1e6:.0f} MB  {model.folder}")
    for language in LANGUAGES:
        if language not in here:
            print(f"{language}  no model: callers are not understood  (python -m speech models install {language})")
    return 0


def _install(options: argparse.Namespace) -> int:
    folder = options.folder or load().models_dir
    failed = 0
    for language in options.languages:
        try:
            model = install(language, folder)
        except NotInstalled as reason:
            print(f"{language}: not installed. {reason}", file=sys.stderr)
            failed = 1
        else:
            print(f"{language}: {model.name} in {model.folder}")
    return failed


def _transcribe(options: argparse.Namespace) -> int:
    from speech.serving.transcribe import transcribe  # here: it loads the recogniser

    try:
        print(transcribe(options.file.absolute(), options.language, options.folder or load().models_dir))
    except (LookupError, ValueError) as reason:
        print(f"{options.file}: {reason.args[0]}", file=sys.stderr)
        return 1
    return 0


def _rewrite(options: argparse.Namespace) -> int:
    try:
        print(SecondPass(options.model).rewrite(options.file.absolute(), options.language).text)
    except (NoSecondPass, OSError, ValueError, RuntimeError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _status(options: argparse.Namespace) -> int:
    try:
        told = status(load().speech_socket)
    except SpeechAway as away:
        print(away.reason, file=sys.stderr)
        return 1
    here = ", ".join(f"{language} {name}" for language, name in told["models"].items()) or "none"
    missing = f" (none of {', '.join(told['missing'])})" if told["missing"] else ""
    ready = sum(worker["ready"] for worker in told["workers"])
    lag = max(worker["lag"] for worker in told["workers"])
    print(
        f"models: {here}{missing}; workers: {ready} of {len(told['workers'])} ready, spare: {told['spare']}; "
        f"streams: {told['streams']}, voices: {told['voices']} of {told['most']}; lag: {lag * 1000:.0f} ms"
    )
    return 0


def _serve(options: argparse.Namespace) -> int:
    from speech import rewriting  # here: other commands need no database
    from speech.serving.serve import Wanted, serve  # and no web socket

    settings: Settings = load()
    wanted = Wanted(
        models_dir=settings.models_dir,
        socket=settings.speech_socket,
        host=settings.speech_host,
        port=settings.speech_port,
        language=settings.language,
        workers=settings.speech_workers,
        streams=settings.speech_streams,
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s speech: %(message)s")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # it logs every port scan with a traceback
    rewriting.start(settings)
    try:
        asyncio.run(serve(wanted))
    except OSError as error:
        print(f"Speech cannot be served: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m speech", description="Souffleur's voice and ears.")
    commands = parser.add_subparsers(dest="command", required=True)
    say = commands.add_parser("say", help="speak a text into a WAV file")
    say.add_argument("text", help="the text; - reads it from standard input")
    say.add_argument("--language", default="fr", choices=sorted(VOICES))
    say.add_argument("--rate", type=int, default=16000, choices=RATES, help="samples a second")
    say.add_argument("--out", required=True, help="the WAV file to write")
    say.set_defaults(run=_say)
    _add_models(commands.add_parser("models", help="the models of the recogniser"))
    transcribe = commands.add_parser("transcribe", help="a sound file in words")
    transcribe.add_argument("file", type=Path)
    transcribe.add_argument("--language", default="en")
    _add_folder(transcribe)
    transcribe.set_defaults(run=_transcribe)
    rewrite = commands.add_parser("rewrite", help="a sound file in better words, by the extra of the second pass")
    rewrite.add_argument("file", type=Path)
    rewrite.add_argument("--language", default="en")
    rewrite.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="a Whisper model for CTranslate2")
    rewrite.set_defaults(run=_rewrite)
    looking = commands.add_parser("status", help="models, workers, streams and lag of the process that serves")
    looking.set_defaults(run=_status)
    serve = commands.add_parser("serve", help="hear calls, on a Unix socket and for clients of vosk-server")
    serve.set_defaults(run=_serve)
    return parser


def _add_models(models: argparse.ArgumentParser) -> None:
    todo = models.add_subparsers(dest="todo", required=True)
    listing = todo.add_parser("list", help="those that are here")
    listing.set_defaults(run=_list)
    _add_folder(listing)
    installing = todo.add_parser("install", help="fetch those of some languages")
    installing.add_argument("languages", nargs="+", metavar="LANGUAGE", help="such as en, fr or de")
    installing.set_defaults(run=_install)
    _add_folder(installing)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=lambda value: Path(value).absolute(), help="instead of SOUFFLEUR_MODELS_DIR")


if __name__ == "__main__":
    sys.exit(main())
