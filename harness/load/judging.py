"""``uept judge`` for a load rehearsal: result and reports made again of the journal alone, and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.evidence import archive
from harness.evidence.bundle import EVIDENCE, JOURNAL
from harness.evidence.manifest import digest
from harness.evidence.slice import entries as journal_entries
from harness.evidence.slice import from_lines
from harness.load.measured import LoadResult, result_of
from harness.load.records import unpack
from harness.load.reporting.write import reports_of
from stubs.events import AnyEvent, LoadEnded, LoadSampled

_MARK = b'"kind":"LoadStarted"'


@dataclass(frozen=True, slots=True)
class LoadJudgement:
    """The result reached again, and what in the bundle does not follow from its journal."""

    result: LoadResult
    problems: tuple[str, ...]


def is_load_bundle(data: bytes) -> bool:
    """Whether a bundle is of a load rehearsal. Raises: PeerError: not a bundle."""
    return _MARK in archive.Archive(data).get(JOURNAL, b"")


def judge_load_bundle(data: bytes) -> LoadJudgement:
    """Reach the result of a load rehearsal again. Raises: PeerError: its journal cannot be read."""
    files = archive.unpack(data)
    events = [entry.event for entry in journal_entries(from_lines(files[JOURNAL]))]
    result = result_of(events)
    problems = [*_differing(files, reports_of(result, digest(files[EVIDENCE]))), *_samples(events)]
    return LoadJudgement(result, tuple(problems))


def _differing(files: Mapping[str, bytes], again: Mapping[str, bytes]) -> Iterator[str]:
    for name, body in again.items():
        if files.get(name) != body:
            yield f"{name} does not follow from the journal"


def _samples(events: Sequence[AnyEvent]) -> Iterator[str]:
    """Messages in full are those whose digests were recorded."""
    samples = {one.number: hashlib.sha256(one.body).digest() for one in events if isinstance(one, LoadSampled)}
    for event in events:
        if isinstance(event, LoadEnded):
            for record in unpack(event.rows):
                wanted = samples.get(record.number)
                if wanted is not None and any(record.digest) and record.digest != wanted:
                    yield f"message {record.number} in full is not the one that was recorded by digest"
