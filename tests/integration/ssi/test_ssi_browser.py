"""The self-service pages in a real browser: keyboard, names of controls, contrast, no script, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from stubs.ssi.routes import ROUTES
from stubs.ssi.sources import HeldRequest
from tests.browser_kit import CONTRAST, NEEDS_CHROMIUM, UNNAMED, accessibility_problems, launched
from tests.integration.ssi.conftest import message
from tests.unit.test_service_desk import HISTORY

SUPPLIER = "A0-B1-C2-D3-E4-01-00-00"
METER, FOREIGN, HUB = (f"00-DB-12-34-56-78-90-{last}" for last in ("A0", "B0", "A2"))
PERSON = "tester-a0b1c2d3e4010000"

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(chromium: Any, world: Any) -> Iterator[Any]:
    context = chromium.new_context(ignore_https_errors=True, base_url=world.url, locale="en-GB")
    context.set_default_timeout(60_000)
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
    page.get_by_role("navigation", name="Main").get_by_text("Devices").click()
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


PATHS = (
    "/", "/service", "/service/alerts", "/service/alerts/SA0000001", "/service/maintenance", "/help", "/inventory",
    "/inventory?device=x", f"/inventory/{METER}", f"/inventory/{HUB}", "/hubs", "/hubs?device=x", f"/hubs/{HUB}",
    "/coverage?postcode=AB1", "/coverage?postcode=!", "/audit", "/audit?code=zz", "/audit/x2", "/audit/m2", "/audit/m8",
    f"/profile-reads?device={METER}", "/incidents", "/incidents/new", "/incidents/INC0000001", "/smsr", "/smsr/new",
    "/smsr/SMSR0000001", "/thresholds", "/quarantine", "/hub-orders", "/hub-orders/new", "/hub-orders/ORD0000001",
    "/reports", "/reports/RSMI_001", "/reports/runs/RUN0000001", "/people", "/people/Kim", "/sign-in/certificate", "/x",
)  # fmt: skip


def _something_of_everything(world: Any) -> None:
    """One of each thing that has a page."""
    world.back.perform(
        lambda _, __: [replace(event, user=SUPPLIER) if hasattr(event, "user") else event for event in HISTORY]
    )
    body = b"<Response><GBCSPayload>3wkAAAAAAAAAAQ==</GBCSPayload></Response>"
    world.add(replace(message("m8", SUPPLIER, None, "I0", kind="device-alert", alert="8F3F", device=METER), body=body))
    world.back.own[SUPPLIER] = {"4.1.1": 5}
    world.back.quarantine[SUPPLIER] = [HeldRequest("123", "request", "4.1.1", METER, "breach", "detail")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_narrow_screen(page: Any, world: Any, scheme: str) -> None:
    _something_of_everything(world)
    _sign_in(page)
    page.emulate_media(color_scheme=scheme)
    problems = []
    for path in PATHS:
        page.set_viewport_size({"width": 1280, "height": 800} if scheme == "light" else {"width": 360, "height": 740})
        page.goto(path)
        found = [*page.evaluate(CONTRAST), *(accessibility_problems(page) if scheme == "light" else ())]
        problems += [f"{path}: {each}" for each in found]
        problems += [f"{path}: {each}" for each in page.evaluate(UNNAMED)]
        page.set_viewport_size({"width": 360, "height": 740})
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
            problems.append(f"{path}: {width} pixels wide")
    assert problems == []
    assert [text for text in page.complaints if not text.startswith("Failed to load resource")] == []


def test_every_route_with_a_page_is_among_those_looked_at() -> None:
    seen = {re.sub(r"/(SA|INC|SMSR|ORD|RUN)[0-9]+", "/{}", path.split("?")[0]) for path in PATHS}
    known = {"/people/Kim": "/people/{}", f"/inventory/{METER}": "/inventory/{}", f"/hubs/{HUB}": "/hubs/{}"}
    seen |= {known.get(path, path) for path in seen} | {"/audit/{}", "/reports/{}"}
    pages = {re.sub(r"{[^}]*}", "{}", route.path) for route in ROUTES if route.method == "GET"}
    assert {path for path in pages if not path.endswith((".csv", ".xml"))} - seen == set()


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
