"""The second pass over messages: better words in place of those that were heard, masked as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conf.messages import keeping
from conf.models import Message
from conf.vault import Vault
from controller.calls.threads import Threads
from controller.calls.transcriber import Transcriber
from speech.client import Transcript
from speech.rewriting import Rewriting
from tests.calls.live import Live
from tests.calls.test_messages import kept, live, message, told  # noqa: F401  (fixtures)


def into_words(live: Live, rewrites: bool = True) -> None:  # noqa: F811
    vault, secret = Vault(live.settings.data_dir / "vault"), live.settings.web_secret
    hear: Callable[[Path, str], Transcript] = lambda _file, _language: told("cold", "me")  # noqa: E731
    folder, pool = live.settings.message_dir, Threads(1)
    assert Transcriber(live.engine, vault, secret, folder, "t", hear, pool, rewrites=rewrites).step()


def rewriting(live: Live, rewrite: Callable[[Path, str], Transcript], later: float = 0.0) -> Rewriting:  # noqa: F811
    vault, secret = Vault(live.settings.data_dir / "vault"), live.settings.web_secret
    now = datetime.now(UTC) + timedelta(seconds=later)
    return Rewriting(live.engine, vault, secret, live.settings.message_dir, "r", rewrite, lambda: now)


def words(live: Live) -> tuple[str, bool]:  # noqa: F811
    (one,) = kept(live)
    return (keeping.words(one) or {})["text"], one.rewritten


def test_a_message_gets_better_words(live: Live, message: Message) -> None:  # noqa: F811
    asked = []

    def better(file: Path, language: str) -> Transcript:
        asked.append((file.read_bytes()[:4], language))
        return told("Call", "me,", "4111-1111-1111-1111.")

    into_words(live)
    assert words(live) == ("cold me", False)
    assert rewriting(live, better).step()
    assert words(live) == ("Call me, •••", True)
    assert asked == [(b"RIFF", "en")]
    assert not rewriting(live, better).step()
    assert not list(live.settings.message_dir.glob(".rewrite-*"))


def test_where_it_finds_nothing_the_words_stay(live: Live, message: Message) -> None:  # noqa: F811
    into_words(live)
    assert rewriting(live, lambda _file, _language: Transcript("")).step()
    assert words(live) == ("cold me", False)


def test_what_fails_is_tried_again(live: Live, message: Message) -> None:  # noqa: F811
    def fails(_file: Path, _language: str) -> Transcript:
        raise RuntimeError("the model is damaged")

    into_words(live)
    assert rewriting(live, fails).step()
    assert words(live) == ("cold me", False)
    assert not rewriting(live, fails).step()
    assert rewriting(live, lambda _file, _language: told("Call", "me."), later=301).step()
    assert words(live) == ("Call me.", True)


def test_it_is_off_unless_a_model_is_set(live: Live, message: Message) -> None:  # noqa: F811
    assert live.controller
    assert not live.controller.transcriber.rewrites
    into_words(live, rewrites=False)
    assert not rewriting(live, lambda _file, _language: told("no")).step()
