"""A person does a whole rehearsal with the live page alone, from its start to its report, in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run as uept
from tests.browser_kit import NEEDS_CHROMIUM, launched

pytestmark = NEEDS_CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000
"""Milliseconds: how long a test waits for what the page shall show. Nothing takes nearly as long."""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489".replace(" ", "")
    + "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


FEATURE = """@scope:ssi
Feature: What a person does

  @id:SSI-001 @role:IS @priority:P1
  Scenario: A person signs in
    Given a party acting as IS
    When the party is asked to sign in to the SSI
    Then the SSI lets the party in

  @id:SSI-006 @role:IS @priority:P1
  Scenario: A person looks a device up
    Given a party acting as IS
    And a home with both meters
    When the party is asked to look up the electricity meter in the SSI inventory
    Then the party sees the electricity meter on the page
"""


def two_scenarios(folder: Path) -> Path:
    """A small library of scenarios, so that this test is about the page and not about what is rehearsed."""
    (folder / "features").mkdir(parents=True)
    (folder / "features" / "person.feature").write_text(FEATURE, encoding="utf-8")
    shutil.copytree(ROOT / "scenarios" / "prompts", folder / "prompts")
    return folder


@contextmanager
def rehearsing(
    folder: Path, driver: str, select: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`uept rehearse --live` as a process, and the address that it printed."""
    program = "import sys; from harness.cli import main; main()"
    arguments = [
        "rehearse",
        "--live-wait",
        "--role",
        "IS",
        "--driver",
        driver,
        "--select",
        select,
        "--out",
        str(folder),
    ]
    ports = ["--port", "0", "--smki-port", "0", "--ssi-port", "0", "--control-port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments, *ports, "--json"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | environment,
        text=True,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        try:
            assert first.startswith("live page  http://127.0.0.1:"), first
            yield process, first.split()[-1]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as chromium:
        yield chromium


def opened(browser: Any, address: str) -> tuple[Any, Any]:
    """A page of a new browser window, and ``expect`` with patience."""
    from playwright.sync_api import expect  # noqa: PLC0415 - absent where the browser is

    expect.set_options(timeout=PATIENCE)
    context = browser.new_context(ignore_https_errors=True)  # the certificate is of a test PKI
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    return page, expect


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the program printed when the page had let it go."""
    output, _ = process.communicate(timeout=PATIENCE / 1000)
    result: dict[str, Any] = json.loads(output)
    assert result["exit_code"] == process.returncode
    return result


def test_a_person_rehearses_from_start_to_report_with_the_live_page_alone(browser: Any, tmp_path: Path) -> None:
    scenarios = str(two_scenarios(tmp_path / "scenarios"))
    with rehearsing(tmp_path / "run", "manual", "", UEPT_SCENARIOS=scenarios) as (process, address):
        page, expect = opened(browser, address)
        own = page.context.new_page()
        page.locator("#start").click()

        # The person signs in to the self-service pages, as the question says.
        question = page.locator(".ask").filter(has_text="sign in")
        expect(question).to_be_visible()
        told = question.locator(".instruction").inner_text()
        ssi, user = re.search(r"http\S+", told), re.search(r"as User +(\S+)", told)
        assert ssi is not None
        assert user is not None
        own.goto(ssi[0])
        own.get_by_label("Name").fill(f"tester-{user[1].replace('-', '').lower()}")
        own.get_by_label("Pass phrase").fill("uept rehearsal")
        own.get_by_label("User Role").select_option("IS")
        own.get_by_role("button", name="Sign in").click()
        own.get_by_role("button", name="Sign out").wait_for()
        question.get_by_label("Note").fill("Signed in at the first try.")
        question.get_by_label("Pictures").set_input_files(
            {"name": "after sign-in.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        question.get_by_role("button", name="Answer").click()
        expect(page.locator("#said")).to_contain_text("1 picture kept")
        expect(page.locator("li", has_text="SSI-001-IS").first).to_contain_text("PASS")

        # Then looks the device up.
        question = page.locator(".ask").filter(has_text="search the inventory")
        expect(question).to_be_visible()
        told = question.locator(".instruction").inner_text()
        found = re.findall(r"(?:[0-9A-F]{2}-){7}[0-9A-F]{2}", told)
        eui = found[-1]
        own.goto(f"{ssi[0].rstrip('/')}/inventory?device={eui}")
        own.get_by_text(eui).first.wait_for()
        question.get_by_label("Values it showed").fill(f"seen={eui}")
        question.get_by_role("button", name="Answer").click()

        page.locator("#finish").click()
        expect(page.locator("#stage")).to_contain_text("The report is written")
        with page.context.expect_page() as report:
            page.get_by_role("link", name="report.html").click()
        expect(report.value.locator("body")).to_contain_text("SSI-001-IS")
        page.goto(f"{address.split('/?')[0]}/traffic")
        expect(page.locator("tbody")).to_contain_text("after sign-in.png")
        page.goto(f"{address.split('/?')[0]}/run")
        page.locator("#dismiss").click()
        result = ended(process)
    assert result["complete"] is True
    assert result["exit_code"] == 0, result
    with zipfile.ZipFile(result["bundle"]) as bundle:
        pictures = [name for name in bundle.namelist() if name.endswith("evidence-after_sign-in.png")]
        assert [bundle.read(name) for name in pictures] == [PICTURE]
    assert uept(["verify", result["bundle"]]) == 0


def test_what_fails_is_shown_in_three_lines_and_can_be_run_again(browser: Any, tmp_path: Path) -> None:
    with rehearsing(tmp_path / "run", "broken:accepts-duplicates", "PT-009") as (process, address):
        page, expect = opened(browser, address)
        row = page.locator("li", has_text="PT-009-IS").first
        expect(row.locator(".three")).to_contain_text("got")
        expect(row.locator(".three")).to_contain_text("duplicate-processed-once")
        expect(page.locator("#finish")).to_be_visible()
        row.get_by_role("button", name="Run PT-009-IS again").click()
        expect(row).to_contain_text("attempt 2")
        expect(row).to_contain_text("FAIL")
        page.goto(f"{address.split('/?')[0]}/traffic?kind=request")
        page.locator("tbody a").first.click()
        expect(page.locator("main")).to_contain_text("Sending again is off during a rehearsal")
        page.go_back()
        page.goto(f"{address.split('/?')[0]}/run")
        page.locator("#finish").click()
        page.locator("#dismiss").click()
        result = ended(process)
    assert result["complete"] is True
    assert result["exit_code"] == 1
    assert uept(["judge", result["bundle"]]) in {0, 1}
