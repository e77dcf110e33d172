"""The constructor with 300 nodes, dragged and panned in a browser; and what a first visit brings over the wire."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.processes import Failed
from bench.table import Row
from bench.website import Website, serving
from conf.database import scoped
from conf.editing import flows
from conf.models import Document

NODES = 300
ACROSS = 20  # nodes in a row of the picture
LASTS = 4.0  # seconds that the mouse moves
FRAMES = 50  # a second, at least
LOAD = 400_000  # bytes, at most
PAGES = ("/overview", "/flows/large/edit")
WINDOW = {"width": 1440, "height": 900}

# Counts what the page draws while the mouse moves; the longest pause is what a person feels.
COUNT = """() => {
  const told = (window.counted = { times: [] });
  const frame = (at) => { told.times.push(at); told.next = requestAnimationFrame(frame); };
  told.next = requestAnimationFrame(frame);
}"""
COUNTED = "() => { cancelAnimationFrame(window.counted.next); return window.counted.times; }"


def measure() -> list[Row]:
    """Frames while a node is dragged, while the canvas is panned; bytes of two pages with an empty cache."""
    with serving() as site, _chromium() as browser:
        with scoped(site.engine, site.subscriber_id) as session:
            flows.create(session, site.subscriber_id, large(), "bench")
        rows = [_weighed(site, browser, path) for path in PAGES]
        page = _visit(site, browser).new_page()
        page.goto(f"http://127.0.0.1:{site.port}/flows/large/edit")
        page.locator(".react-flow__node").first.wait_for()
        page.wait_for_load_state("networkidle")
        load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        rows += [_smooth(f"a node is dragged among {NODES}, {load}", _drag(page))]
        rows += [_smooth(f"a canvas of {NODES} nodes is panned, {load}", _pan(page))]
    return rows


def large() -> Document:
    """A flow of as many nodes as anybody draws: menus whose choices lead on, and announcements."""
    names = [f"node {number}" for number in range(NODES - 1)]
    nodes: Document = {}
    for number, name in enumerate(names):
        following = [names[number + step] for step in (1, 2) if number + step < len(names)] or ["end"]
        place = [number % ACROSS * 320, number // ACROSS * 260]
        if number % 3 == 0:
            choices = {str(key + 1): f"choice {key + 1}" for key in range(len(following))}
            exits = {str(key + 1): node for key, node in enumerate(following)} | {"too_many": "end"}
            prompt = {"text": {"fr": f"Question {number}."}}
            nodes[name] = {"kind": "menu", "prompt": prompt, "choices": choices, "exits": exits, "at": place}
        else:
            text = {"fr": f"Annonce {number}."}
            nodes[name] = {"kind": "say", "text": text, "exits": {"next": following[0]}, "at": place}
    nodes["end"] = {"kind": "hang_up", "at": [0, NODES // ACROSS * 260 + 260]}
    return {"name": "large", "start": names[0], "nodes": nodes}


@contextmanager
def _chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        raise Failed("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def _visit(site: Website, browser: Browser) -> Any:
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    address = f"http://127.0.0.1:{site.port}"
    context.add_cookies([{"name": "souffleur", "value": site.cookies[0], "url": address}])
    return context


def _weighed(site: Website, browser: Browser, path: str) -> Row:
    """What a page and everything that it loads weighs on the wire."""
    context = _visit(site, browser)
    page = context.new_page()
    weights: list[float] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    page.goto(f"http://127.0.0.1:{site.port}{path}")
    page.wait_for_load_state("networkidle")
    context.close()
    total = sum(weights)
    value = f"{total / 1000:.0f} kB in {len(weights)} answers"
    return Row(f"first visit of {path}", "souffleur", value, wanted=f"<= {LOAD / 1000:.0f} kB", met=total <= LOAD)


def _drag(page: Page) -> list[float]:
    box = page.locator(".react-flow__node").nth(3).bounding_box()
    assert box
    return _moved(page, box["x"] + box["width"] / 2, box["y"] + 8)


def _pan(page: Page) -> list[float]:
    canvas = page.locator(".react-flow__pane").bounding_box()
    assert canvas
    page.keyboard.press("Escape")
    return _moved(page, canvas["x"] + canvas["width"] / 2, canvas["y"] + 4)


def _moved(page: Page, x: float, y: float) -> list[float]:
    """Hold the mouse at a place and swing it to and fro; the moments at which frames were drawn, in ms."""
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    step, frames = 0, 0.0
    while frames < LASTS * 1000:
        swing = abs(step % 80 - 40) * 5
        page.mouse.move(x + swing, y + swing / 2)
        step += 1
        if step % 20 == 0:
            frames = page.evaluate("() => window.counted.times.at(-1) - window.counted.times[0]")
    times: list[float] = page.evaluate(COUNTED)
    page.mouse.up()
    return times


def _smooth(what: str, times: list[float]) -> Row:
    gaps = sorted(after - before for before, after in zip(times, times[1:], strict=False))
    rate = 1000 * len(gaps) / (times[-1] - times[0])
    value = f"{rate:.0f} frames/s (95 of 100 within {gaps[int(len(gaps) * 0.95)]:.0f} ms)"
    return Row(what, "souffleur", value, wanted=f">= {FRAMES} frames/s", met=rate >= FRAMES)
