"""The large tables for spreadsheets: one XLSX with a sheet each, and CSV of the same rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from harness.reporting.completion.model import CompletionReport

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
"""Characters; a cell holds 32,767."""
_WIDTHS = (10, 60)
Table = tuple[tuple[str, ...], list[Sequence[object]]]


def tables(report: CompletionReport) -> Mapping[str, Table]:
    """Sheet name to headings and rows."""
    return {
        "Results": (
            ("Role", "Scenario", "Title", "Scope", "Priority", "Polarity", "Services", "Verdict", "Owner", "Why",
             "Build", "Run", "Attempts", "Seconds", "Issues", "Script", "Evidence"),
            [(r.role, r.key, r.title, r.scope, r.priority, r.polarity, ", ".join(r.services), r.verdict, r.owner,
              r.reason, r.build, r.run, "; ".join(f"{a.verdict} {a.build} {a.run[:12]}" for a in r.attempts), r.seconds,
              ", ".join(r.issues), r.feature, r.evidence) for r in report.results],
        ),
        "Traceability": (
            ("Role", "Requirement", "Title", "State", "Why", "Scenarios", "Runs"),
            [(r.role, r.requirement, r.title, r.state, r.why, ", ".join(r.scenarios), ", ".join(r.runs))
             for r in report.requirements],
        ),
        "Evidence to requirement": (
            ("Run", "Role", "Scenario", "Verdict", "Journal entries", "Requirements"),
            [(r.run, r.role, r.scenario, r.verdict, r.entries, ", ".join(r.requirements)) for r in report.traces],
        ),
        "Coverage": (
            ("Role", "Service", "Name", "State", "Role may use it", "Positive", "Negative"),
            [(r.role, r.srv, r.name, r.state, "yes" if r.is_eligible else "no", ", ".join(r.positive),
              ", ".join(r.negative)) for r in report.coverage],
        ),
        "Issues": (
            ("Id", "Severity", "Owner", "Status", "Title", "Scenarios", "Found on", "Found in", "Fixed in", "Retest",
             "Scenarios now", "Work-off plan"),
            [(r.id, r.severity, r.owner, r.status, r.title, ", ".join(r.scenarios), r.found_on, r.found_in_build,
              r.fixed_in_build, r.retest, r.now, r.work_off) for r in report.issues],
        ),
        "Evidence index": (
            ("File", "Kind", "Bytes", "SHA-256", "Run", "Missing", "Scenario"),
            [(r.name, r.kind, r.size, r.sha256, r.run, "yes" if r.is_missing else "", r.scenario)
             for r in report.files],
        ),
    }  # fmt: skip


def xlsx(report: CompletionReport) -> bytes:
    """The workbook: headings frozen, filters set, columns as wide as their text up to a limit, texts wrapped."""
    book = Workbook(write_only=True)
    book.properties.title = _printable(f"{report.cover.title}: {report.cover.party}")
    book.properties.description = report.banner
    stamp = report.cover.written.replace(tzinfo=None)
    book.properties.created = book.properties.modified = stamp
    for name, (headings, rows) in tables(report).items():
        sheet = book.create_sheet(name)
        for column, width in enumerate(_columns(headings, rows), start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(rows) + 1}"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = report.banner
        for number, row in enumerate([headings, *rows]):
            sheet.append([_cell(sheet, value, is_heading=number == 0) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterable[int]:
    least, most = _WIDTHS
    for column, heading in enumerate(headings):
        longest = max([len(heading), *(len(str(row[column])) for row in rows)])
        yield min(max(longest + 2, least), most)


def _cell(sheet: Any, value: object, *, is_heading: bool) -> Cell:
    known = value if isinstance(value, int | float) else _printable("" if value is None else str(value))
    cell: Cell = WriteOnlyCell(sheet, value=known)
    if isinstance(known, str):
        cell.data_type = "s"  # text, whatever it begins with: no formula
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def _printable(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST]


def as_csv(table: Table) -> bytes:
    """UTF-8 with a heading row; no cell is taken for a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    headings, rows = table
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_plain("" if value is None else str(value)) for value in row])
    return buffer.getvalue().encode("utf-8", "backslashreplace")


def _plain(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
