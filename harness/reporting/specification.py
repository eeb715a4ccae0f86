"""A test specification as a file to hand in: Markdown, CSV or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple

from harness.plan.specification import COLUMNS, ScriptedScenario, as_markdown

FORMATS = ("md", "csv", "xlsx")


def written(rows: Iterable[ScriptedScenario], kind: str) -> bytes:
    """The specification as the bytes of a file of that kind, one of ``FORMATS``."""
    rows = list(rows)
    if kind == "md":
        return as_markdown(rows).encode()
    return _workbook(rows) if kind == "xlsx" else _table(rows)


def _table(rows: Iterable[ScriptedScenario]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue().encode("utf-8-sig")  # spreadsheet programs read UTF-8 by its mark only


def _workbook(rows: Iterable[ScriptedScenario]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - a tenth of a second that only a workbook needs
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Test specification"
    sheet.append([name.replace("_", " ") for name in COLUMNS])
    for row in rows:
        sheet.append(list(astuple(row)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 40 if column > 6 else 14
    sheet.freeze_panes = "B2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
