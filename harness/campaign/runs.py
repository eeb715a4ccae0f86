"""Runs of a campaign, read from the bundles below ``runs/`` and known by their evidence digest, not by their place.

A run whose bundle does not verify, that is there twice, that a later revision takes up, or that a person excluded
counts for nothing, and is named with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from harness.campaign.campaign_file import Campaign, RunNote
from harness.campaign.folder import CampaignFolder
from harness.engine.results import Run, fold_run
from harness.evidence import archive, bundle, manifest
from harness.evidence import slice as journal_slice
from harness.evidence.countersignature import Statement
from stubs.events import Entry
from stubs.wire.errors import InputError, PeerError

BUNDLE = "bundle.zip"
UNKNOWN_BUILD = ""


@dataclass(frozen=True, slots=True)
class CampaignRun:
    """One bundle.

    ``digest`` is the evidence digest (SHA-256 of ``evidence.json``), empty when there is none to read. ``build`` is
    what the run recorded, else what a person says of it; ``is_build_by_hand`` tells which. ``started`` is the wall
    clock's time where the run recorded it, else the run's own clock's.
    """

    path: Path
    digest: str
    run: Run | None
    build: str
    is_build_by_hand: bool
    started: datetime | None
    problems: tuple[str, ...] = ()
    note: str = ""
    fingerprint: str = ""
    size: int = 0
    heads: frozenset[bytes] = frozenset()
    """Hashes of all entries: a later revision of the same journal holds the last one of an earlier."""
    files: tuple[manifest.FileDigest, ...] = ()
    countersignatures: tuple[Statement, ...] = ()
    earlier: tuple[str, ...] = ()
    """Evidence digests of its earlier revisions."""

    @property
    def counts(self) -> bool:
        """Whether its results may be used."""
        return self.run is not None and not self.problems

    @property
    def name(self) -> str:
        """The folder's or file's name, and the digest's beginning."""
        own = self.path.parent.name if self.path.name == BUNDLE else self.path.name
        return f"{own} ({self.digest[:12] or 'no digest'})"

    @property
    def is_complete(self) -> bool:
        """Whether it went to its end."""
        return self.run is not None and self.run.is_complete

    def entries(self) -> tuple[Entry, ...]:
        """The journal, read again: a report does not hold every message of every run at once."""
        return bundle.read_journal(self.path.read_bytes())


def read_runs(folder: CampaignFolder) -> tuple[CampaignRun, ...]:
    """Every bundle below ``runs/``, oldest first.

    Raises: InputError: a note of the campaign names no run, or more than one.
    """
    found = [_read(path, folder.campaign) for path in sorted(_bundles(folder.runs))]
    found.sort(key=lambda one: (one.started.timestamp() if one.started else 0.0, one.path.as_posix()))
    _notes_lead_somewhere(folder, found)
    return tuple(_superseded(_once(found)))


def unfinished_folders(folder: CampaignFolder) -> tuple[Path, ...]:
    """Run folders without a bundle: broken off before their reports were written."""
    return tuple(sorted(path.parent for path in folder.runs.glob("*/state") if not (path.parent / BUNDLE).exists()))


def _bundles(runs: Path) -> Iterator[Path]:
    yield from runs.glob(f"*/{BUNDLE}")
    yield from runs.glob("*.zip")


def _read(path: Path, campaign: Campaign) -> CampaignRun:
    nothing = CampaignRun(path, "", None, UNKNOWN_BUILD, is_build_by_hand=False, started=None)
    try:
        data = path.read_bytes()
    except OSError as error:
        return replace(nothing, problems=(f"cannot be read: {error.strerror}",))
    try:
        checked = bundle.verify(data)
        files = archive.unpack(data)
        digest = manifest.digest(files[bundle.EVIDENCE])
        rows = list(journal_slice.from_lines(files[bundle.JOURNAL]))
        run = fold_run(journal_slice.entries(rows))
    except PeerError as error:
        return replace(nothing, problems=(f"is no bundle that can be read: {error}",), size=len(data))
    problems = [f"does not verify: {one.state}: {one.name}: {one.detail}" for one in checked.problems]
    if not run.id:
        problems.append("its journal tells of no run")
    earlier = tuple(one.evidence for one in checked.revisions)
    note = _note_of((digest, *earlier), campaign.runs)
    if note is not None and note.exclude:
        problems.append(f"excluded by hand: {note.exclude}")
    recorded = str(dict(run.facts.get("system") or {}).get("build") or "")
    by_hand = note.build if note is not None else ""
    if recorded and by_hand and recorded != by_hand:
        problems.append(f"recorded build {recorded}, the campaign says {by_hand}")
    return CampaignRun(
        path=path,
        digest=digest,
        run=run if run.id else None,
        build=recorded or by_hand,
        is_build_by_hand=bool(by_hand and not recorded),
        started=_wall_clock(run) or run.started,
        problems=tuple(problems),
        note=note.note if note is not None else "",
        fingerprint=checked.fingerprint,
        size=len(data),
        heads=frozenset(row.hash for row in rows),
        files=manifest.describe({name: files[name] for name in files}).files,
        countersignatures=checked.countersignatures,
        earlier=earlier,
    )


def _wall_clock(run: Run) -> datetime | None:
    try:
        return datetime.fromisoformat(str(run.facts.get("wall_clock", "")))
    except ValueError:
        return None


def _note_of(digests: Iterable[str], notes: Iterable[RunNote]) -> RunNote | None:
    """The note of a run, by the digest of any of its revisions: an attestation does not lose what was noted."""
    known = tuple(digests)
    return next((note for note in notes if any(one.startswith(note.evidence.lower()) for one in known)), None)


def _notes_lead_somewhere(folder: CampaignFolder, runs: list[CampaignRun]) -> None:
    for index, note in enumerate(folder.campaign.runs):
        named = {one.digest for one in runs if one.digest.startswith(note.evidence.lower())}
        if len(named) > 1:
            raise InputError(
                f"{folder.path / 'campaign.toml'}: runs[{index}].evidence: {note.evidence} names {len(named)} runs",
                mend="Write more digits of the evidence digest: `uept campaign status` prints it",
            )


def _once(runs: Iterable[CampaignRun]) -> Iterator[CampaignRun]:
    seen: dict[str, Path] = {}
    for one in runs:
        first = seen.setdefault(one.digest, one.path) if one.digest else one.path
        yield one if first == one.path else replace(one, problems=(*one.problems, f"is the same evidence as {first}"))


def _superseded(runs: Iterable[CampaignRun]) -> Iterator[CampaignRun]:
    """Mark each bundle that is an earlier revision: its whole journal is the beginning of another bundle's."""
    known = list(runs)
    for one in known:
        later = next((other for other in known if other.counts and one.counts and one.heads < other.heads), None)
        if later is None:
            yield one
        else:
            yield replace(one, problems=(*one.problems, f"a later revision takes its place: {later.name}"))
