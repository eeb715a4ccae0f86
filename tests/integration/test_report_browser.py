"""The report in a real browser: two clicks to the bytes, filters, keyboard, contrast, paper, no network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run
from tests.browser_kit import CONTRAST, NEEDS_CHROMIUM, UNNAMED, axe_violations, launched

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run, good and bad: a client that mis-scales readings, over a read and an inventory look-up."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    arguments = ["rehearse", "--driver", "broken:mis-scales-reading", "--role", "IS", "--select", "SR-201 or SR-601"]
    assert run([*arguments, "--out", str(folder)]) == 1
    return folder / "report.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(chromium: Any, report: Path) -> Iterator[Any]:
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.complaints, page.asked = [], []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith("file:")] == []
    context.close()


def test_the_summary_says_what_failed(page: Any) -> None:
    summary = page.locator("#summary")
    assert "FURTHER_TESTING" in summary.inner_text()
    assert "SR-201-IS" in summary.inner_text()


def test_a_failed_verdict_reaches_the_decoded_message_in_two_clicks(page: Any) -> None:
    page.locator("tr[data-verdict=FAIL] td a").first.click()
    scenario = page.locator("article[data-verdict=FAIL]").first
    scenario.locator("svg.sequence a").last.click()
    message = page.locator("details.message:target")
    message.locator("summary").first.wait_for()
    assert message.evaluate("element => element.open")
    assert "Response" in message.inner_text()
    assert "in bundle.zip" in message.inner_text()


def test_filters_leave_only_what_was_asked_for(page: Any) -> None:
    page.get_by_label("Verdict").select_option("FAIL")
    rows = page.locator("tr[data-scenario]:visible")
    assert rows.count() == page.locator("tr[data-verdict=FAIL]").count() > 0
    page.get_by_label("Verdict").select_option("")
    page.get_by_label("Contains").fill("8.2")
    assert page.locator("tr[data-scenario]:visible").all_inner_texts()
    assert all("8.2" in text for text in page.locator("tr[data-scenario]:visible").all_inner_texts())


def test_the_first_tab_offers_the_summary(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the summary"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "summary"


def test_text_can_be_read_and_controls_have_names(page: Any) -> None:
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


def test_axe_finds_nothing(page: Any) -> None:
    assert axe_violations(page) == []


def test_what_needs_attention_stands_on_the_first_screen(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    heading = page.get_by_role("heading", name="What needs attention")
    assert heading.bounding_box()["y"] < 900
    entry = page.locator("ul.attention > li").first
    assert "FAIL" in entry.inner_text()
    entry.locator("a").first.click()
    page.locator("article:target .steps").wait_for()


def test_headings_go_down_one_level_at_a_time(page: Any) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_cut_off_on_a_narrow_screen(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wider = "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(wider) == 0


def test_it_prints(page: Any, tmp_path: Path) -> None:
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_paper_holds_the_summary_unless_more_is_asked_for(page: Any) -> None:
    page.emulate_media(media="print")
    article = page.locator("article.scenario").first
    assert page.locator("#summary").is_visible()
    assert not article.is_visible()
    page.emulate_media(media="screen")
    page.get_by_label("print everything").check()
    page.emulate_media(media="print")
    assert article.is_visible()
