"""The driver ``browser``: the party's own Playwright script, what it is handed, what becomes of what it does."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from harness.cli import run as uept
from harness.drivers import Action, DriverContext, KeptFile, UserIdentity, make_driver
from harness.drivers.browser import BrowserDriver, person_of
from harness.drivers.browser_trace import without_secrets
from stubs.wire.errors import InputError
from tests.browser_kit import NEEDS_CHROMIUM

USER = "A0-B1-C2-D3-E4-01-00-00"
SCRIPT = """
def view_home(page, ssi, person, pass_phrase, role, target, Colour, absent="nothing"):
    page.set_content(f"<title>Home</title><label>Phrase <input></label><h1>{person} {role} {target} {Colour} {absent}</h1>")
    page.get_by_label("Phrase").fill(pass_phrase)
    return {"values": {"title": page.title(), "text": page.locator("h1").inner_text(), "ssi": ssi}}

def view_audit(page):
    page.get_by_text("never there").wait_for(timeout=1)

def view_help(page):
    assert page.title() == "Help", "the title is not Help"

def view_hub(page, no_such_thing):
    pass

def view_coverage(page):
    return {"status": "splendid"}

def view_incidents(page):
    return 5

def view_thresholds(page):
    raise KeyError("oops")

def view_quarantine(page):
    page.goto("http://127.0.0.1:1/")

def view_device(page, action):
    page.set_content(f"<h1>{action.id}</h1>")
"""


@pytest.fixture(scope="module")
def kept() -> list[tuple[Action, KeptFile]]:
    return []


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory, kept: list[tuple[Action, KeptFile]]) -> Iterator[BrowserDriver]:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "pages.py").write_text(SCRIPT, encoding="utf-8")
    made = make_driver(f"browser:{folder / 'pages.py'}")
    assert isinstance(made, BrowserDriver)
    made.start(
        DriverContext(
            pki=folder,
            users=(UserIdentity(USER, ("IS",), person="alice", pass_phrase='open "sesame" 42'),),
            urls={"ssi": "https://127.0.0.1:8443"},
            state_dir=folder,
            now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
            keep=lambda action, file: kept.append((action, file)),
        )
    )
    yield made
    made.close()


def act(kind: str, **members: Any) -> Action:
    return Action(id=f"a-{kind}", kind=kind, scenario="SSI-001", user=USER, role="IS", **members)  # type: ignore[arg-type]


@pytest.mark.parametrize("_", [pytest.param(None, marks=NEEDS_CHROMIUM)])
def test_a_function_is_handed_what_it_asks_for_and_its_values_are_the_outcome(
    driver: BrowserDriver, kept: list[tuple[Action, KeptFile]], _: None
) -> None:
    outcome = driver.perform(act("view-home", target="DE-51-CE-29-73-A9-8E-CF", parameters={"Colour": "red"}))
    assert outcome.status == "done", outcome
    assert outcome.values == {
        "title": "Home",
        "text": "alice IS DE-51-CE-29-73-A9-8E-CF red nothing",
        "ssi": "https://127.0.0.1:8443",
    }
    files = {file.name: file for action, file in kept if action.id == outcome.action}
    assert files["a-view-home-view-home.png"].body.startswith(b"\x89PNG")
    with zipfile.ZipFile(BytesIO(files["a-view-home-view-home-trace.zip"].body)) as trace:
        whole = b"".join(trace.read(name) for name in trace.namelist())
    assert b"trace.trace" in b"".join(name.encode() for name in trace.namelist())
    assert b"sesame" not in whole


@pytest.mark.parametrize(
    ("kind", "status", "detail"),
    [
        pytest.param(kind, status, detail, marks=NEEDS_CHROMIUM)
        for kind, status, detail in (
            ("view-audit", "timeout", "Timeout"),
            ("view-help", "failed", "the title is not Help"),
            ("view-hub", "blocked", "asks for no_such_thing"),
            ("view-coverage", "blocked", "no outcome"),
            ("view-incidents", "blocked", "returned int"),
            ("view-thresholds", "blocked", "broke in view_thresholds: KeyError"),
            ("view-quarantine", "failed", "net::ERR"),
            ("order-hubs", "unsupported", "no function order_hubs"),
        )
    ],
)
def test_whatever_a_script_does_becomes_an_outcome(driver: BrowserDriver, kind: str, status: str, detail: str) -> None:
    outcome = driver.perform(act(kind))
    assert (outcome.status, detail in outcome.detail) == (status, True), outcome


def test_the_person_is_that_of_the_settings_or_the_test_person() -> None:
    named = (UserIdentity(USER, ("IS",), person="alice", pass_phrase="x"),)
    assert person_of(named, act("view-home")) == ("alice", "x")
    assert person_of((), act("view-home")) == ("tester-a0b1c2d3e4010000", "uept rehearsal")
    assert person_of((), act("view-home", parameters={"person": "bob"}))[0] == "bob"


@pytest.mark.parametrize(
    ("text", "says"),
    [(None, "cannot be found"), ("def broken(:", "cannot be read"), ("import nothing_like_it", "cannot")],
)
def test_a_script_that_cannot_be_read_is_told_before_anything_starts(
    tmp_path: Path, text: str | None, says: str
) -> None:
    script = tmp_path / "pages.py"
    if text is not None:
        script.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        BrowserDriver(str(script)).start(
            DriverContext(pki=tmp_path, users=(), urls={}, state_dir=tmp_path, now=lambda: datetime.now(UTC))  # noqa: TID251
        )


def test_playwright_that_is_absent_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pages.py").write_text("", encoding="utf-8")
    monkeypatch.setitem(__import__("sys").modules, "playwright.sync_api", None)
    with pytest.raises(InputError, match=r"needs Playwright. pip install 'uept-harness\[browser\]'"):
        BrowserDriver(str(tmp_path / "pages.py")).start(
            DriverContext(pki=tmp_path, users=(), urls={}, state_dir=tmp_path, now=lambda: datetime.now(UTC))  # noqa: TID251
        )


def test_secrets_are_taken_out_of_traces_in_every_form() -> None:
    secret = 'pass "phrase" é &'
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as trace:
        trace.writestr("trace.trace", '{"value":"pass \\"phrase\\" \\u00e9 &"}')
        trace.writestr("trace.network", "name=pass+%22phrase%22+%C3%A9+%26")
        trace.writestr("resources/page.html", secret.encode())
    with zipfile.ZipFile(BytesIO(without_secrets(made.getvalue(), [secret, ""]))) as trace:
        bodies = [trace.read(name) for name in trace.namelist()]
    assert [body.count(b"redacted") for body in bodies] == [1, 1, 1]
    assert not any(b"phrase" in body for body in bodies)


# --- uept browser record ---


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of recorders that would have been started."""
    lines: list[list[str]] = []

    class Done:
        returncode = 0

    def run(line: list[str], **_: Any) -> Done:
        lines.append(line)
        return Done()

    monkeypatch.setattr(subprocess, "run", run)
    return lines


def test_the_recorder_starts_at_the_sign_in_page(started: list[list[str]], tmp_path: Path) -> None:
    assert uept(["browser", "record", "https://127.0.0.1:8443/", "--out", str(tmp_path / "seen.py")]) == 0
    (line,) = started
    assert line[1:4] == ["-m", "playwright", "codegen"]
    assert line[-1] == "https://127.0.0.1:8443/sign-in"
    assert str(tmp_path / "seen.py") in line


def test_without_an_address_a_simulated_dcc_is_there_and_says_who_may_sign_in(
    started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert uept(["browser", "record"]) == 0
    assert started[0][-1].endswith("/sign-in")
    assert "tester-a0b1c2d3e4010000, pass phrase 'uept rehearsal'" in capsys.readouterr().err


def test_what_is_no_address_is_refused(started: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert uept(["browser", "record", "somewhere"]) == 2
    assert "no web address" in capsys.readouterr().err
    assert started == []
