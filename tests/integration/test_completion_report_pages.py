"""The completion report on paper and on the screen: pages counted, every row printed, nothing cut off, axe content."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.reporting.completion import model
from harness.reporting.completion.html import render, render_review
from harness.reporting.completion.pdf import write_pdf
from harness.reporting.completion.review import review
from harness.reporting.completion.write import write_completion_report
from schemas.load import scenarios, service_requests
from stubs.findings import Owner
from stubs.wire.errors import Blocked
from tests.browser_kit import CONTRAST, NEEDS_CHROMIUM, UNNAMED, axe_violations, launched
from tests.campaign_kit import add_run, campaign_results, make_campaign

WRITTEN = datetime(2026, 9, 28, 12, tzinfo=UTC)
MOST_PAGES = 12
LONG = "a rather long sentence that says what was expected, what was found and where to look, " * 8
ROWS = [f"{row.id}-IS" for row in scenarios().values() if "IS" in row.roles]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The largest a role can be: every scenario of Import Supplier failed, long texts, many of everything."""
    folder = tmp_path_factory.mktemp("campaign")
    deviations = "".join(
        f'[[deviations]]\nid = "DEV-{number}"\nkind = "service unused"\nservices = ["{srv}"]\nreason = "{LONG}"\n'
        f'effect = "{LONG}"\nagreed_by = "DCC test manager"\nagreed_on = 2026-06-20\n'
        for number, srv in enumerate(list(service_requests())[:40])
    )
    dates = (
        "[roles.IS.dates]\nstart = 2026-09-07\nnotice = 2026-06-10\nreport = 2026-09-28\nquality_gate = 2026-10-08\n"
    )
    make_campaign(folder, roles=("IS",))
    file = folder / "campaign.toml"
    file.write_text(file.read_text().replace("[roles.IS.dates]", dates) + deviations)
    for number in range(40):
        (folder / "issues" / f"I-{number}.toml").write_text(
            f'id = "I-{number}"\ntitle = "{LONG}"\nseverity = {number % 5 + 1}\nowner = "Party system"\n'
            f'work_off = "{LONG}"\nfound_on = 2026-09-08\n'
        )
    for day in range(20):
        add_run(folder, f"run-{day}", {"SR-601-IS": "PASS"}, day=day)
    add_run(folder, "whole", dict.fromkeys(ROWS, "FAIL"), day=30, owner=Owner.PARTY)
    return folder


@pytest.fixture(scope="module")
def report(campaign: Path) -> model.CompletionReport:
    return write_completion_report(campaign_results(campaign), WRITTEN).report


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A role in every scenario, one retest, one issue and one deviation, one of them with a long text."""
    folder = tmp_path_factory.mktemp("usual")
    more = f'[[deviations]]\nid = "D"\nreason = "{LONG}"\neffect = "e"\n[words]\nsummary = "s"\nobservations = ["o"]\n'
    make_campaign(folder, roles=("IS",), more=more)
    file = folder / "campaign.toml"
    file.write_text(file.read_text().replace("[roles.IS.dates]", "[roles.IS.dates]\nstart = 2026-09-07"))
    (folder / "issues" / "I-1.toml").write_text('id = "I-1"\ntitle = "t"\nseverity = 2\nowner = "Party system"\n')
    add_run(folder, "a", {"SR-601-IS": "FAIL"}, owner=Owner.PARTY)
    add_run(folder, "b", dict.fromkeys(ROWS, "PASS"), day=1)
    return folder


@pytest.fixture(scope="module")
def usual_report(usual: Path) -> model.CompletionReport:
    return write_completion_report(campaign_results(usual), WRITTEN).report


@pytest.fixture(scope="module")
def paper(report: model.CompletionReport) -> bytes:
    return octets_of(render(report, "print"))


@pytest.fixture(scope="module")
def printed(paper: bytes) -> Any:
    return reader_of(paper)


def octets_of(page: bytes) -> bytes:
    try:
        return write_pdf(page)
    except Blocked as error:
        pytest.skip(str(error))


def reader_of(data: bytes) -> Any:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is absent; to enable: pip install 'uept-harness[test]'")
    return pypdf.PdfReader(io.BytesIO(data))


def pdf_of(page: bytes) -> Any:
    return reader_of(octets_of(page))


def pictures_of(data: bytes) -> list[tuple[int, list[bytes]]]:
    """Each page as a grey picture of one pixel a millimetre: width, and its rows."""
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm is absent; to enable: apt-get install poppler-utils")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.pdf"
        file.write_bytes(data)
        subprocess.run([program, "-r", "25.4", "-gray", str(file), str(Path(folder) / "page")], check=True)
        return [_rows(one.read_bytes()) for one in sorted(Path(folder).glob("page*.pgm"))]


def _rows(picture: bytes) -> tuple[int, list[bytes]]:
    _, size, _, pixels = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, [pixels[row * width : (row + 1) * width] for row in range(height)]


def test_every_page_as_a_picture_has_content_and_nothing_runs_into_its_margins(paper: bytes, printed: Any) -> None:
    pages = pictures_of(paper)
    assert len(pages) == len(printed.pages)
    for width, rows in pages:
        body = rows[15:275]
        assert any(min(row) < 200 for row in body)
        assert all(min(row[:11]) > 240 and min(row[width - 11 :]) > 240 for row in rows)


def text_of(pdf: Any) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def test_the_print_edition_has_at_most_twelve_pages_for_a_role(report: model.CompletionReport, printed: Any) -> None:
    assert len(printed.pages) <= MOST_PAGES
    for page in printed.pages:
        assert "no DCC test, no entitlement" in page.extract_text()
    assert report.cover.manifest_digest[:32] in re.sub(r"\s", "", text_of(printed))


def test_the_pdf_has_bookmarks_tags_and_a_title(printed: Any) -> None:
    titles = [str(one.title) for one in printed.outline if not isinstance(one, list)]
    nested = [
        str(one.title)
        for entry in printed.outline
        if isinstance(entry, list)
        for one in entry
        if not isinstance(one, list)
    ]
    assert any(title.startswith("1. Summary") for title in [*titles, *nested])
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert printed.trailer["/Root"]["/Lang"] == "en-GB"
    assert "A Party" in printed.metadata.title


def test_every_row_is_printed_in_full(usual_report: model.CompletionReport) -> None:
    shown = msgspec.structs.replace(usual_report, traces=(), devices=())  # they take pages and show nothing more here
    text = re.sub(r"\s", "", text_of(pdf_of(render(shown, "full"))))
    assert [row.key for row in usual_report.results if row.key not in text] == []
    assert [row.requirement for row in usual_report.requirements if row.requirement.replace(" ", "") not in text] == []
    assert re.sub(r"\s", "", LONG) in text


def test_without_weasyprint_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.reporting.completion.pdf.find_spec", lambda _: None)
    with pytest.raises(Blocked, match=r"uept-harness\[pdf\]"):
        write_pdf(b"")


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with launched() as browser:
        yield browser


@pytest.fixture(params=["completion-report", "review-record"])
def page(
    request: pytest.FixtureRequest, chromium: Any, usual: Path, usual_report: model.CompletionReport, tmp_path: Path
) -> Iterator[Any]:
    record = review(campaign_results(usual), usual_report, WRITTEN)
    content = render(usual_report) if request.param == "completion-report" else render_review(record)
    file = tmp_path / "page.html"
    file.write_bytes(content)
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(file.as_uri())
    yield page
    assert page.complaints == []
    context.close()


def browser(function: Any) -> Any:
    for mark in NEEDS_CHROMIUM:
        function = mark(function)
    return function


@browser
def test_nothing_scrolls_sideways_on_a_narrow_screen(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    long_words = "document.querySelectorAll('main :is(p, li, dd, h1, h2, h3, summary)').forEach(one => one.append(' ' + 'W'.repeat(80)))"
    page.evaluate(long_words)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, "a path that is given may be of any length"
    wider = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(wider) == 0


@browser
def test_axe_finds_nothing(page: Any) -> None:
    assert axe_violations(page) == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []


@browser
def test_headings_go_down_one_level_at_a_time(page: Any) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@browser
def test_every_link_within_the_page_leads_somewhere(page: Any) -> None:
    broken = (
        "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1))).length"
    )
    assert page.evaluate(broken) == 0
