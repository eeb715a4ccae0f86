"""Signed files: what is in a thresholds file and in a quarantine action file. CSV with a header row (inferred)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from schemas.load import Srv, service_requests
from stubs.service_desk.records import FieldError

LARGEST = 256 * 1024
THRESHOLD_COLUMNS = ("ServiceReferenceVariant", "Threshold")
ACTION_COLUMNS = ("QuarantineReference", "Action")
ACTIONS = ("Release", "Delete")
LARGEST_THRESHOLD = 10_000_000


@dataclass(frozen=True, slots=True)
class Threshold:
    """A User's own limit for a service (``*``: all) in an hour; None takes it away."""

    srv: str
    limit: int | None


@dataclass(frozen=True, slots=True)
class Action:
    """Action on one quarantined communication: released, or deleted."""

    reference: str
    is_released: bool


def read_thresholds(body: bytes) -> tuple[Threshold, ...]:
    """Rows of a thresholds file. Raises: FieldError: which line is wrong and why."""
    found = []
    for number, (srv, limit) in _rows(body, THRESHOLD_COLUMNS):
        if srv != "*" and Srv(srv) not in service_requests():
            raise FieldError("file", f"Line {number}: there is no service {srv!r}.", "Write it like 4.1.1, or *.")
        if limit and not (limit.isascii() and limit.isdigit() and int(limit[:9]) <= LARGEST_THRESHOLD):
            raise FieldError("file", f"Line {number}: {limit!r} is no threshold.", "Write a number, or leave it empty.")
        found.append(Threshold(srv, int(limit) if limit else None))
    return tuple(found)


def read_actions(body: bytes) -> tuple[Action, ...]:
    """Rows of an action file. Raises: FieldError: which line is wrong and why."""
    found = []
    for number, (reference, action) in _rows(body, ACTION_COLUMNS):
        if action not in ACTIONS:
            raise FieldError("file", f"Line {number}: there is no action {action!r}.", f"Write {' or '.join(ACTIONS)}.")
        found.append(Action(reference, action == ACTIONS[0]))
    return tuple(found)


def _rows(body: bytes, columns: tuple[str, str]) -> list[tuple[int, tuple[str, str]]]:
    header = ",".join(columns)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FieldError("file", "This is no text in UTF-8.", f"Write CSV with the header {header}.") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise FieldError("file", f"This is no CSV: {error}.", f"Write CSV with the header {header}.") from error
    if not rows or tuple(cell.strip() for cell in rows[0]) != columns:
        raise FieldError("file", "The first line is not the header.", f"The header is {header}.")
    found = []
    for number, cells in enumerate(rows[1:], 2):
        if not cells:
            continue
        if len(cells) != len(columns):
            raise FieldError("file", f"Line {number} has {len(cells)} cells.", f"It needs {len(columns)}: {header}.")
        found.append((number, (cells[0].strip(), cells[1].strip())))
    if not found:
        raise FieldError("file", "The file has no rows.", f"Write a line for each, below {header}.")
    return found
