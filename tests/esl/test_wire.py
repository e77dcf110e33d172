"""Bytes to packets: the same packets however the stream was split, and no patience with nonsense."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.esl.errors import ProtocolError
from controller.esl.event import read_event
from controller.esl.wire import MAX_BODY, MAX_HEAD, Packet, Parser, decoded, parse_headers
from tests.esl.stub import TRANSCRIPTS, event_frame, frames

RECORDINGS = sorted(path.name.removesuffix(".jsonl.xz") for path in TRANSCRIPTS.glob("*.jsonl.xz"))


def packets(*chunks: bytes) -> list[Packet]:
    parser = Parser()
    return [packet for chunk in chunks for packet in parser.feed(chunk)]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_every_recorded_frame_is_one_packet(recording: str) -> None:
    for recorded in frames(recording).values():
        found = packets(b"".join(recorded))
        assert len(found) == len(recorded)
        for packet, frame in zip(found, recorded, strict=True):
            assert frame.endswith(packet.body)
            assert packet.headers["Content-Type"].encode() in frame
            if packet.kind.startswith("text/event-"):
                assert read_event(packet).name


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("recording", RECORDINGS)
def test_any_split_gives_the_same_packets(recording: str, data: st.DataObject) -> None:
    for recorded in frames(recording).values():
        stream = b"".join(recorded)
        cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=60)))
        chunks = [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
        assert packets(*chunks) == packets(stream)


def test_byte_by_byte() -> None:
    stream = b"".join(frames("01b_bgapi")["inbound"])
    assert packets(*(bytes([byte]) for byte in stream)) == packets(stream)


@pytest.mark.parametrize(
    "length", ["-1", "+5", "abc", "1e3", "0x10", "1 1", "1_0", "", "٣", str(MAX_BODY + 1), "9" * 5000]
)
def test_a_length_that_is_none(length: str) -> None:
    with pytest.raises(ProtocolError):
        packets(f"Content-Type: api/response\nContent-Length: {length}\n\nbody".encode())


@pytest.mark.parametrize(
    "stream",
    [
        b"Content-Type: a\nContent-Length: 1\nContent-Length: 2\n\nxx",
        b"Content-Length: 2\n\nxx",
        b"no header at all\n\n",
        b" \n\n",
        b"X: " + b"x" * MAX_HEAD + b"\n\n",
        b"X: " + b"x" * (MAX_HEAD + 10),
    ],
    ids=["two lengths", "no type", "no header", "blank", "long head", "endless head"],
)
def test_what_cannot_be_a_frame(stream: bytes) -> None:
    with pytest.raises(ProtocolError):
        packets(stream)


def test_an_unreadable_stream_stays_unreadable() -> None:
    parser = Parser()
    good = b"Content-Type: auth/request\n\n"
    feeding = parser.feed(good + b"nonsense\n\n" + good)
    assert next(feeding).kind == "auth/request"
    with pytest.raises(ProtocolError):
        next(feeding)
    with pytest.raises(ProtocolError):
        list(parser.feed(good))
    assert parser.waiting == 0


def test_headers_as_they_come() -> None:
    block = b"A: 1\nEmpty:\nSpaced:   x \nURL: sip:a@b:5060\nFolded: one\ntwo\n three: 3\nB: %0A%ff"
    assert parse_headers(block) == {
        "A": "1",
        "Empty": "",
        "Spaced": "  x ",
        "URL": "sip:a@b:5060",
        "Folded": "one\ntwo\n three: 3",
        "B": "%0A%ff",
    }


def test_values_are_decoded_after_the_split() -> None:
    raw = parse_headers(b"Name: Eve%0AAdmin%3A%20yes\nOdd: 100%25 %zz %C3%A9 %E9 %")
    assert decoded(raw) == {"Name": "Eve\nAdmin: yes", "Odd": "100% %zz é \ufffd %"}


def test_many_folded_lines_take_no_square_time() -> None:
    block = b"A: 1\n" + b"x\n" * 400_000
    assert parse_headers(block)["A"].count("x") == 400_000


def test_a_slow_stream_takes_no_square_time() -> None:
    """Byte by byte, each byte is looked at once: a few tenths of a second, not half a minute."""
    parser = Parser()
    begun = time.process_time()
    for byte in b"A:\n" * 70_000:
        assert not list(parser.feed(bytes([byte])))
    assert time.process_time() - begun < 4.0


def test_many_small_frames_in_one_piece() -> None:
    frame = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
    assert len(packets(frame * 20_000)) == 20_000


def test_a_json_event_with_lists_and_a_body() -> None:
    (packet,) = packets(event_frame("json", b'{"Event-Name":"CUSTOM","variable_a":["1","2"],"n":1,"_body":"x\\ny: z"}'))
    event = read_event(packet)
    assert (event.name, event.variable("a"), event.get("n"), event.body) == ("CUSTOM", "ARRAY::1|:2", "1", "x\ny: z")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"1", b'{"a":NaN}', b"[" * 5000])
def test_json_that_is_no_event(content: bytes) -> None:
    (packet,) = packets(event_frame("json", content))
    with pytest.raises(ProtocolError):
        read_event(packet)
