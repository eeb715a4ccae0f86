"""Writing a run's folder: result.json, report.html, junit.xml, coverage.csv and the sealed bundle.zip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from harness.engine.results import fold_run
from harness.evidence import bundle, revisions
from harness.evidence.manifest import fingerprint
from harness.reporting import html, model, tables
from harness.reporting.schemas import compare
from stubs.events import Entry
from stubs.journal import Row
from stubs.wire.duis import SchemaFolder
from stubs.wire.errors import Blocked

BUNDLE = "bundle.zip"
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Written(Generic[R]):
    """Reports written of a result, and the fingerprint of the key that signed the bundle."""

    report: Path
    bundle: Path
    fingerprint: str
    result: R


def write_reports(
    folder: Path,
    rows: Iterable[Row],
    key: ec.EllipticCurvePrivateKey | None = None,
    schema: SchemaFolder | None = None,
    earlier: Mapping[str, bytes] | None = None,
) -> Written[model.Report]:
    """Write every report of the journal ``rows`` into ``folder``; each file appears whole or not at all.

    Args:
        folder: exists or is made.
        rows: the whole journal, from its first entry.
        key: P-256, signs the bundle; one made for this call when not given.
        schema: another DUIS schema, whose verdict on every document is set beside ours.
        earlier: files of the bundle that these reports replace: seals of its revisions and attachments are kept.
    Raises: Blocked: the folder cannot be written (rights, space), saying which file. PeerError: the chain is broken.
    """
    before = earlier or {}
    evidence = bundle.gather(rows, revisions.attachments_of(before))
    comparison = compare(evidence.entries, schema) if schema else None
    result = _result(evidence, comparison)
    signer = key or ec.generate_private_key(ec.SECP256R1())
    sealing = bundle.Sealing(evidence, revisions.kept(before))
    for name, data in reports_of(result, evidence.entries):
        put(folder / name, data)
        sealing.add(name, data)
    del evidence  # the whole journal, which the archive holds by now
    put(folder / BUNDLE, sealing.sealed(signer))
    return Written(folder / "report.html", folder / BUNDLE, fingerprint(signer.public_key()), result)


def make_reports(
    evidence: bundle.Evidence, comparison: model.SchemaComparison | None = None
) -> tuple[model.Report, dict[str, bytes]]:
    """The report of the evidence as data, and every file of it by name."""
    result = _result(evidence, comparison)
    return result, dict(reports_of(result, evidence.entries))


def _result(evidence: bundle.Evidence, comparison: model.SchemaComparison | None) -> model.Report:
    return model.build(fold_run(evidence.entries), evidence.digest, evidence.head, comparison)


def reports_of(result: model.Report, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a report, one after the other: together they are larger than the journal."""
    yield "result.json", model.encode(result)
    yield from html.pages(result, entries)
    yield "junit.xml", tables.junit(result)
    yield "coverage.csv", tables.coverage_csv(result)


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises: Blocked: it cannot be written."""
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise Blocked(
            f"{path} cannot be written: {error.strerror}",
            mend="Free some space there, or name another place: uept report RUN_DIR --out FOLDER",
        ) from error
