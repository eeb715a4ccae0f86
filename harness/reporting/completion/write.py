"""Every format of the report from one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from harness.campaign.campaign_results import CampaignResults
from harness.reporting.completion import html, model, sheets
from harness.reporting.completion.build import build
from harness.reporting.completion.difference import difference
from harness.reporting.completion.pdf import write_pdf

HTML, JSON, XLSX = "completion-report.html", "completion-report.json", "completion-report.xlsx"


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The model and its files by name; the PDF is made when it is asked for."""

    report: model.CompletionReport
    files: Mapping[str, bytes]

    def pdf(self, *, full: bool = False) -> bytes:
        """The print edition, or everything. Raises: Blocked: what it is made with is missing."""
        return write_pdf(html.render(self.report, "full" if full else "print"))


def write_completion_report(
    campaign_results: CampaignResults, written: datetime, before: model.CompletionReport | None = None
) -> WrittenReport:
    """Write the report of the present campaign.

    Args:
        campaign_results: the campaign with its runs joined.
        written: wall clock, UTC.
        before: the last submission, to tell what changed.
    """
    report = build(campaign_results, written)
    if before is not None:
        report = msgspec.structs.replace(report, difference=difference(before, report))
    return WrittenReport(report, files_of(report))


def files_of(report: model.CompletionReport) -> dict[str, bytes]:
    """The formats that need no further library."""
    known = sheets.tables(report)
    return {
        JSON: model.encode(report),
        HTML: html.render(report),
        XLSX: sheets.xlsx(report),
        "results.csv": sheets.as_csv(known["Results"]),
        "traceability.csv": sheets.as_csv(known["Traceability"]),
        "evidence.csv": sheets.as_csv(known["Evidence index"]),
    }
