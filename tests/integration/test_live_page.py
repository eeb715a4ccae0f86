"""The live page of a simulated DCC: who may see it, what it shows, what is done there, in a real browser too."""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from harness.console import LivePage, live_page
from stubs.app import BackgroundDcc, DccSettings, background_dcc
from stubs.events import ControlUsed, RequestReceived, RequestRefused
from stubs.wire.errors import Blocked
from tests.browser_kit import CONTRAST, NEEDS_CHROMIUM, UNNAMED, axe_violations, launched
from tests.cli_kit import REQUEST
from tests.ports import free_port

FREE = {"port": 0, "smki_port": 0, "ssi_port": 0, "control_port": 0}
HOME = {
    "name": "Rose Cottage",
    "devices": [{"name": "hub", "type": "CHF"}, {"name": "meter", "type": "ESME"}, {"name": "gas", "type": "GSME"}],
}


@dataclass(frozen=True)
class Stage:
    """A simulated DCC with one home, two refused requests, and its live page."""

    dcc: BackgroundDcc
    page: LivePage
    home: dict[str, Any]

    @property
    def meter(self) -> str:
        return str(self.home["devices"]["meter"])

    def post(self, body: bytes) -> int:
        request = urllib.request.Request(
            self.dcc.urls.transform, body, {"Content-Type": "application/xml"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def get(self, path: str, **headers: str) -> tuple[int, str, Any]:
        return _call(urllib.request.Request(self.page.url + path, headers=self.bearer | headers))

    def do(self, act: str, **members: Any) -> tuple[int, dict[str, Any]]:
        status, text, _ = _call(
            urllib.request.Request(
                f"{self.page.url}/do/{act}",
                json.dumps(members).encode(),
                self.bearer | {"Content-Type": "application/json"},
                method="POST",
            )
        )
        return status, json.loads(text)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.page.token}"}

    def seen(self) -> None:
        """Until the page knows everything the journal has."""
        self.page.index().catch_up()


def _call(request: urllib.request.Request) -> tuple[int, str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status), answer.read().decode("utf-8", "replace"), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace"), error.headers


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with background_dcc(DccSettings(**FREE)) as dcc, live_page() as page:  # type: ignore[arg-type]
        page.show(dcc)
        stage = Stage(dcc, page, dcc.control.add_premises(HOME))
        stage.post(REQUEST.encode())
        stage.post(b"<no xml")
        dcc.control.let_happen(stage.meter, "cover removed")
        stage.seen()
        yield stage


# --- who may see it ---


def test_without_the_token_nothing_is_shown(stage: Stage) -> None:
    for path in ("/run", "/traffic", "/home", "/events", f"/home/{stage.meter}", "/?token=wrong", "/static/live.js"):
        status, text, _ = _call(urllib.request.Request(stage.page.url + path))
        assert status == 401
        assert stage.page.token not in text


def test_the_address_that_is_printed_gives_a_browser_its_cookie(stage: Stage) -> None:
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(stage.page.address, timeout=60) as answer:
        assert answer.url == f"{stage.page.url}/traffic"
    (cookie,) = jar
    assert cookie.has_nonstandard_attr("HttpOnly")
    with browser.open(f"{stage.page.url}/home", timeout=60) as answer:
        assert b"Rose Cottage" in answer.read()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 400),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": ""}, 401),
    ],
)
def test_what_a_foreign_page_could_send_changes_nothing(stage: Stage, headers: dict[str, str], status: int) -> None:
    before = stage.dcc.journal.last_seq
    given = stage.bearer | {"Content-Type": "application/json"} | headers
    body = json.dumps({"operation": "reset", "members": {}}).encode()
    request = urllib.request.Request(f"{stage.page.url}/do/control", body, given, method="POST")
    assert _call(request)[0] == status
    assert stage.dcc.journal.last_seq == before


def test_every_answer_keeps_foreign_content_out(stage: Stage) -> None:
    for path in ("/run", "/traffic", "/home", f"/home/{stage.meter}", "/static/live.css", "/nothing", "/home/nobody"):
        _, text, headers = stage.get(path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", text)
        assert not re.search(r"<script(?! src=\"/static/live.js\")|\son\w+=|\sstyle=", text)


# --- what it shows ---


def test_refused_and_unread_messages_are_there_with_their_rule(stage: Stage) -> None:
    refused = {e.event.rule: e.seq for e in stage.dcc.journal.entries() if isinstance(e.event, RequestRefused)}
    _, listed, _ = stage.get("/traffic?kind=refused")
    for rule in refused:
        assert f"Rule {rule}" in listed
    received = next(e.seq for e in stage.dcc.journal.entries() if isinstance(e.event, RequestReceived))
    status, text, _ = stage.get(f"/traffic/{received}")
    assert status == 200
    assert "The rule that refused: unsigned" in text
    assert "What to do" in text


def test_one_message_has_its_bytes_its_lens_and_what_can_be_done_with_it(stage: Stage) -> None:
    received = next(e.seq for e in stage.dcc.journal.entries() if isinstance(e.event, RequestReceived))
    _, text, _ = stage.get(f"/traffic/{received}")
    assert '<h3 id="xml">XML, laid out</h3>' in text
    assert "Signature lens" in text
    assert "The document is not signed" in text.replace("the document", "The document")
    assert f"--data-binary @{received:06d}-request.xml {stage.dcc.urls.transform}" in text.replace("&#39;", "'")
    _, body, headers = stage.get(f"/traffic/{received}/file")
    assert body == REQUEST
    assert headers["Content-Disposition"].startswith("attachment")
    _, saved, _ = stage.get(f"/traffic/{received}/file?as=test")
    assert base64.b64encode(REQUEST.encode())[:60].decode() in saved
    compile(saved, "saved.py", "exec")


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("kind=request", True), ("service=nothing", False), ("code=E1", False), ("device=00-00-00-00-00-00-00-00", False),
        ("user=A0-B1-C2-D3-E4-01-00-00&kind=answer", False),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(stage: Stage, query: str, finds: bool) -> None:
    _, text, _ = stage.get(f"/traffic?{query}")
    assert ("Nothing fits" not in text) is finds


def test_a_number_that_is_none_is_a_bad_request(stage: Stage) -> None:
    assert stage.get("/traffic?before=x")[0] == 400
    assert stage.get("/traffic/999999")[0] == 404
    assert stage.get("/home/nobody")[0] == 404


def test_a_device_shows_state_registers_balance_certificates_alerts(stage: Stage) -> None:
    _, home, _ = stage.get("/home")
    assert "Rose Cottage" in home
    _, text, _ = stage.get(f"/home/{stage.meter}")
    for title in ("State", "Registers", "Balance", "Alerts", "Certificates"):
        assert f">{title}</h2>" in text
    assert "8F74" in text


# --- what is done there ---


def test_what_is_done_is_an_entry_with_its_origin(stage: Stage) -> None:
    status, said = stage.do(
        "control", operation="set-device", members={"device": stage.meter, "values": {"low_credit_threshold": 123000}}
    )
    assert (status, said["said"]) == (200, "Done: set-device.")
    assert stage.dcc.control.device(stage.meter)["low_credit_threshold"] == 123000
    used = [e.event for e in stage.dcc.journal.entries() if isinstance(e.event, ControlUsed)]
    assert (used[-1].origin, used[-1].operation) == ("live-page", "set-device")


def test_sending_again_is_an_entry_with_its_origin(stage: Stage) -> None:
    stage.seen()
    entries = list(stage.dcc.journal.entries())
    first = next(e for e in entries if isinstance(e.event, RequestReceived))
    status, said = stage.do("send-again", seq=first.seq)
    assert (status, said["said"][:20]) == (200, "Sent again: HTTP 400")
    after = [e.event for e in stage.dcc.journal.entries(after=entries[-1].seq)]
    assert isinstance(after[0], ControlUsed)
    assert (after[0].origin, after[0].operation) == ("live-page", "send-again")
    assert any(isinstance(event, RequestReceived) for event in after)


@pytest.mark.parametrize(
    ("act", "members", "status"),
    [
        ("control", {"operation": "nothing", "members": {}}, 409),
        ("control", {"operation": "set-device", "members": {"device": "x"}}, 409),
        ("control", {"operation": "advance-clock", "members": {"seconds": "many"}}, 409),
        ("control", {"operation": "advance-clock", "members": 5}, 409),
        ("send-again", {"seq": 1}, 409),
        ("send-again", {"seq": "x"}, 409),
        ("extend", {"seconds": 5}, 409),
        ("answer", {}, 409),
        ("start", {}, 409),
        ("nothing", {}, 404),
    ],
)
def test_an_act_that_cannot_be_says_why(stage: Stage, act: str, members: dict[str, Any], status: int) -> None:
    got, said = stage.do(act, **members)
    assert got == status
    assert said["error"]


# --- the stream ---


def read_event(stream: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    while True:
        line = stream.readline().decode().rstrip("\n")
        if not line and "event" in found:
            return found
        name, _, value = line.partition(": ")
        if name and value:
            found[name] = value


def test_the_stream_catches_up_from_the_entry_last_seen(stage: Stage) -> None:
    stage.seen()
    seen = stage.page.index().seq
    request = urllib.request.Request(
        f"{stage.page.url}/events", headers=stage.bearer | {"Last-Event-ID": str(seen - 2)}
    )
    with urllib.request.urlopen(request, timeout=60) as stream:
        first = read_event(stream)
        assert int(first["id"]) >= seen
        stage.dcc.control.call("set-rate", rate=1)
        following = read_event(stream)
        while int(following.get("id", "0")) <= seen:
            following = read_event(stream)
        assert following["event"] == "journal"
        assert "ControlUsed" in json.loads(following["data"])["kinds"]


def test_a_place_in_the_stream_that_is_no_number_is_refused(stage: Stage) -> None:
    assert stage.get("/events", **{"Last-Event-ID": "x"})[0] == 400


# --- coming back ---


def test_an_open_page_goes_on_after_a_restart(tmp_path: Path) -> None:
    def once() -> tuple[str, str]:
        settings = DccSettings(**FREE, state_dir=str(tmp_path))  # type: ignore[arg-type]
        with background_dcc(settings) as dcc, live_page(state=tmp_path) as page:
            page.show(dcc)
            dcc.control.add_premises(HOME)
            page.index().catch_up()
            assert page.index().premises
            return page.address, page.url

    assert once() == once()
    assert (tmp_path / "live.json").stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_told() -> None:
    with live_page() as page, pytest.raises(Blocked, match="live-port"):
        live_page(port=int(page.url.rpartition(":")[2])).__enter__()


def test_the_port_of_the_last_time_may_be_taken_by_another(tmp_path: Path) -> None:
    with live_page(state=tmp_path) as first, live_page(state=tmp_path) as second:
        assert first.url != second.url
        assert first.token == second.token


def test_before_the_simulated_dcc_is_up_pages_say_so() -> None:
    with live_page(port=free_port()) as page:
        headers = {"Authorization": f"Bearer {page.token}"}
        for path, status in (("/run", 200), ("/traffic", 503), ("/home", 503)):
            assert _call(urllib.request.Request(page.url + path, headers=headers))[0] == status


# --- in a browser ---


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as chromium:
        yield chromium


in_a_browser = pytest.mark.parametrize("_", [pytest.param(None, marks=NEEDS_CHROMIUM)])


@in_a_browser
def test_pages_fit_and_are_accessible(stage: Stage, browser: Any, _: None) -> None:
    received = next(e.seq for e in stage.dcc.journal.entries() if isinstance(e.event, RequestReceived))
    context = browser.new_context(color_scheme="dark", reduced_motion="reduce")
    problems: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(stage.page.address)
    for path in ("/run", "/traffic", f"/traffic/{received}", "/home", f"/home/{stage.meter}"):
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(stage.page.url + path)
        found = [f"{path}: {one}" for one in (*axe_violations(page), *page.evaluate(UNNAMED))]
        for width, scheme in ((360, "dark"), (1200, "light")):
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} {scheme}: {one}" for one in page.evaluate(CONTRAST)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{path} is wider than {width}")
        problems += found
    assert problems == []
    context.close()


@in_a_browser
def test_a_person_changes_a_device_and_sees_it_without_loading_again(stage: Stage, browser: Any, _: None) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415 - absent where the browser is

    expect.set_options(timeout=60_000)
    context = browser.new_context()
    page = context.new_page()
    page.goto(stage.page.address)
    page.goto(f"{stage.page.url}/home/{stage.meter}")
    page.get_by_label("Field", exact=True).select_option("low_credit_threshold")
    page.get_by_label("New value").fill("777000")
    page.get_by_role("button", name="Change it").click()
    expect(page.locator("#said")).to_have_text("Done: set-device.")
    expect(page.locator("#state")).to_contain_text("777000")
    page.goto(f"{stage.page.url}/traffic")
    before = page.locator("tbody tr").count()
    stage.post(b"<another")
    expect(page.locator("tbody tr")).to_have_count(before + 2)
    context.close()
