"""Enclosures of the UEP Evidence Form to the Code Administrator: one folder with an index and digests.

The form itself is the Code Administrator's; this gathers the evidence of each step (H1.10, H1.11) and names what is
missing. Nothing is sent.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.uep.checklist import Line


@dataclass(frozen=True, slots=True)
class FormFile:
    """One file of the folder: its name there, its content, and the line it is evidence for."""

    name: str
    content: bytes
    line: Line

    @property
    def sha256(self) -> str:
        """Lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class EvidenceForm:
    """The folder's content, and the pieces that are still missing."""

    files: tuple[FormFile, ...]
    missing: tuple[str, ...]
    lines: tuple[Line, ...]

    def index(self) -> bytes:
        """``index.csv``: one row per step, or per file of it; UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(["role", "step", "state", "clause", "reference", "decided on", "file", "sha256", "missing"])
        for line in self.lines:
            held = [one for one in self.files if one.line is line]
            decided = line.record.done_on.isoformat() if line.record.done_on else ""
            start = [line.role, line.name, line.state, line.clause, line.record.reference, decided]
            for name, digest in [(one.name, one.sha256) for one in held] or [("", "")]:
                writer.writerow(_safe([*start, name, digest, line.missing]))
        return text.getvalue().encode()


def evidence_form(lines: Sequence[Line], read: Callable[[str], bytes | None]) -> EvidenceForm:
    """Gather the applicable steps of one role.

    Args:
        lines: the role's checklist.
        read: content of an evidence file, None when there is none of that name.
    """
    wanted = tuple(line for line in lines if line.state != "not applicable" and line.kind == "step")
    files, missing = [], []
    for line in wanted:
        if line.missing:
            missing.append(f"{line.role} {line.name}: {line.missing}")
        for number, name in enumerate(line.record.evidence, start=1):
            content = read(name)
            if content is not None:
                own = PurePosixPath(name.replace("\\", "/")).name
                kept = f"{line.role}-{line.code}-{number:02d}-{own}"
                files.append(FormFile(kept, content, line))
    return EvidenceForm(tuple(files), tuple(missing), wanted)


def _safe(cells: list[str]) -> list[str]:
    """Cells that no spreadsheet takes for a formula."""
    return ["'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells]
