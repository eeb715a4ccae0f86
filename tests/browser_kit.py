"""A real browser for tests of pages, and what every page of ours is held to: contrast and names of controls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")

NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        find_spec("playwright") is None, reason="playwright is absent; to enable: pip install 'uept-harness[test]'"
    ),
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="/usr/bin/chromium is absent; to enable: apt-get install chromium"
    ),
]
"""Marks of a test module that drives a browser: skipped by name, with the command that enables it."""

CONTRAST = """() => {
  const parse = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${walker.currentNode.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""

UNNAMED = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
  .filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label')))
  .map((e) => e.outerHTML)"""

"""Scripts for ``page.evaluate``: texts below a contrast of 4.5, and controls without a name; both empty when all is well."""


def accessibility_problems(page: Any) -> list[str]:
    """What axe-core finds wrong with the page as it stands; one line for each rule and element."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - absent where playwright is

    violations = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in violations for node in each["nodes"]]


@contextmanager
def launched() -> Iterator[Any]:
    """Chromium without network access beyond what a page asks for; closed at the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the marks above say when it is absent

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield browser
        browser.close()


def axe_violations(page: Any) -> list[str]:
    """What axe-core finds wrong with a page, by rule and element."""
    from axe_playwright_python.base import AXE_FILE_PATH  # noqa: PLC0415

    # Evaluated, not added as an element: the pages' content security policy admits no foreign script.
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
