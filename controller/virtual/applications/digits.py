"""Collecting keys: read and play_and_get_digits, with every outcome of 02d.

Step by step as switch_ivr_read and switch_play_and_get_digits: a key during the prompt stops it and counts;
read_result says how it ended (success, timeout, failure); a missing prompt ends it at once and leaves read_result
unset; uuid_break does not end it.
"""

from __future__ import annotations

import re

from controller.virtual.applications.play import Played, play
from controller.virtual.channel import Channel
from controller.virtual.registry import application
from controller.virtual.session import parse
from controller.virtual.text import words


def _number(text: str, default: int = 0) -> int:
    found = re.match(r"-?\d+", text)
    return int(found[0]) if found else default


def _collect(
    channel: Channel, digits: str, most: int, terminators: str, first: float, between: float
) -> tuple[str, str, str]:
    """Wait for keys.

    Returns the digits, the terminator used and the status. A key before the wait may already end it.
    """
    if digits and digits in terminators:
        return "", digits, "success"
    limit, since = first or between, channel.clock.now()
    while channel.ready:
        parse(channel)
        channel_time = channel.clock.now()
        if channel_time - since >= limit:
            return digits, "", "timeout"
        if channel.ready and channel.digits:
            limit, since = between or first, channel.clock.now()
            digit = channel.take_digit()
            if digit in terminators:
                return digits, digit, "success"
            digits += digit
            if len(digits) >= most:
                return digits, "", "success"
        elif channel.ready:
            channel.wait(since + limit)
    return digits, "", "success"  # the status of the last frame that was read (04_digits)


def read(
    channel: Channel, least: int, most: int, prompt: str, name: str, timeout: float, terminators: str, between: float
) -> tuple[str, str]:
    """One try.

    Returns the digits and the status: success, timeout, failure, missing (the prompt), small (too few digits).
    """
    between = between or timeout
    channel.set("read_result", None)
    channel.set(name, None)
    channel.open_media()
    digits, status, used = "", "success", ""
    if prompt and prompt != "silence":

        def on_key(digit: str) -> bool:
            nonlocal digits
            digits += digit
            return True

        result = play(channel, prompt, on_key)
        if result in (Played.MISSING, Played.LEFT, Played.ENDED):
            return digits, "missing"
    if (least and len(digits) < least) or len(digits) < most:
        digits, used, status = _collect(channel, digits, most, terminators, between if digits else timeout, between)
    if used:
        channel.set("read_terminator_used", used)
    if least and len(digits) < least:
        status = "small"
    channel.set("read_result", status if status in ("success", "timeout") else "failure")
    if most == 1 and len(digits) == 1 and digits in terminators:
        digits = ""
    if digits:
        channel.set(name, digits)
    return digits, status


@application("read")
def read_application(channel: Channel, argument: str) -> None:
    """`min max prompt variable timeout terminators [between]`, times in milliseconds."""
    parts = words(argument, 7)
    least, most, prompt, name, timeout, terminators, between = parts + [""] * (7 - len(parts))
    low = max(1, _number(least))
    read(
        channel, low, max(low, _number(most)), prompt, name, max(1.0, _number(timeout, 1000) / 1000),
        terminators or "#",
        _number(between) / 1000,
    )  # fmt: skip


@application("play_and_get_digits")
def play_and_get_digits(channel: Channel, argument: str) -> None:
    """`min max tries timeout terminators prompt invalid variable regexp between transfer`, times in milliseconds."""
    parts = words(argument, 11)
    least, most, tries, timeout, terminators, prompt, invalid, name, pattern, between, elsewhere = parts + [""] * (
        11 - len(parts)
    )
    low = max(0, _number(least))
    high = max(low, _number(most))
    if pattern:
        channel.set(f"{name}_invalid", None)
    for _ in range(_number(tries)):
        if not channel.ready:
            return
        digits, status = read(
            channel,
            low,
            high,
            prompt,
            name,
            max(1.0, _number(timeout, 1000) / 1000),
            terminators or "#",
            _number(between) / 1000,
        )
        if status == "timeout" and len(digits) >= low:
            status = "success"
        if low == 0 and not digits and channel.get("read_terminator_used"):
            return
        if status == "success" and digits:
            if not pattern or re.search(pattern, digits):
                return
            channel.set(name, None)
            channel.set(f"{name}_invalid", digits)
        if not channel.ready:
            return
        play(channel, invalid)
    if elsewhere:
        extension, _, rest = elsewhere.partition(" ")
        channel.transfer(extension, rest.partition(" ")[2])
