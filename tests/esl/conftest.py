"""What the tests of the wire share."""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import pytest

from controller.esl.session import Session
from tests.esl.stub import Peer, our_session


@pytest.fixture
def call() -> Iterator[tuple[Session, Peer]]:
    """A session of ours that has taken its call, and FreeSWITCH's side of it."""
    session, peer = our_session()
    yield session, peer
    session.close()
    peer.end()


@pytest.fixture
def faults() -> Iterator[list[BaseException]]:
    """The exceptions that nobody caught in any greenlet while the test ran."""
    hub = gevent.get_hub()
    seen: list[BaseException] = []
    shown = hub.handle_error

    def note(context: object, kind: type[BaseException], value: BaseException, trace: object) -> None:
        seen.append(value)

    hub.handle_error = note
    yield seen
    hub.handle_error = shown
