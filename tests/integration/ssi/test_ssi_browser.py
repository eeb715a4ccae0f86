"""The self-service pages in a real browser: keyboard, names of controls, contrast, no script, print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser_kit import CONTRAST, NEEDS_CHROMIUM, UNNAMED, launched

SUPPLIER = "A0-B1-C2-D3-E4-01-00-00"
METER, FOREIGN = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-B0"
PERSON = "tester-a0b1c2d3e4010000"

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(chromium: Any, world: Any) -> Iterator[Any]:
    context = chromium.new_context(ignore_https_errors=True, base_url=world.url, locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def _sign_in(page: Any) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(PERSON)
    page.get_by_label("Pass phrase").fill("uept rehearsal")
    page.get_by_label("User Role").select_option("IS")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Supplier A", level=1).wait_for()


def test_a_tester_finds_a_meter_and_its_messages(page: Any, world: Any) -> None:
    _sign_in(page)
    page.get_by_role("link", name="Inventory", exact=True).click()
    page.get_by_label("Device ID").fill(METER)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("table", name="Devices that fit").get_by_role("link", name=METER).click()
    assert page.get_by_role("heading", level=1).inner_text() == f"ESME {METER}"
    page.get_by_role("link", name="Your messages about this device").click()
    page.get_by_role("link", name="Response m1").click()
    assert "Same conversation" in page.inner_text("main")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the exact octets").click()
    assert Path(download.value.path()).read_bytes() == b"<Response>\xc2\xa3 &lt;b&gt;</Response>"
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.complaints == []
    assert [view.path for view in world.views()][-2:] == ["/audit/m1/message.xml", "/sign-in"]


def test_a_session_that_timed_out_comes_back_to_the_same_place(page: Any, world: Any) -> None:
    _sign_in(page)
    world.wait(21)
    page.goto(f"/inventory/{METER}")
    assert "Your session has ended" in page.inner_text("main")
    page.get_by_label("Name").fill(PERSON)
    page.get_by_label("Pass phrase").fill("uept rehearsal")
    page.get_by_label("User Role").select_option("IS")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name=f"ESME {METER}").wait_for()


def test_everything_is_reached_by_keyboard(page: Any) -> None:
    _sign_in(page)
    page.goto("/inventory?device=wrong")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "device"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


@pytest.mark.parametrize(
    "path", ["/", "/inventory?device=x", f"/inventory/{METER}", "/audit?code=zz", "/audit", "/audit/x2", "/x"]
)
def test_text_can_be_read_and_controls_have_names(page: Any, path: str) -> None:
    _sign_in(page)
    page.goto(path)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


def test_pages_fit_a_narrow_screen(page: Any) -> None:
    _sign_in(page)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", f"/inventory/{METER}", "/audit", "/audit/x1"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_paper_shows_the_content_only(page: Any) -> None:
    _sign_in(page)
    page.goto("/audit")
    page.emulate_media(media="print")
    assert not page.locator("form.search").is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.get_by_text("Simulated – not DCC.").is_visible()
    assert page.get_by_role("table").is_visible()


def test_what_is_not_yours_does_not_exist(page: Any) -> None:
    _sign_in(page)
    assert page.goto(f"/inventory/{FOREIGN}").status == 404
    assert page.title().startswith("Error: Not found")
