"""A person's word for what a run left to a person: added to a sealed bundle as its next revision.

Only what is REVIEW can be attested, never FAIL or BLOCKED. The word is an entry of the hash chain, so nothing that was
sealed changes; ``harness.judging`` finds words that settle what was not theirs to settle.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from harness.checks import Verdict
from harness.engine.results import SETTLEABLE, CheckRun, Run, ScenarioRun, fold_run
from harness.evidence import archive, bundle, manifest, revisions
from harness.reporting import model
from harness.reporting.write import BUNDLE, make_reports, put
from stubs.clock import VirtualClock
from stubs.events import CheckAttested, Entry
from stubs.journal import FILE_NAME, Journal, Row, SqliteStore, chain_hash, encode_event
from stubs.journal.maintenance import write_head
from stubs.wire.errors import InputError


@dataclass(frozen=True, slots=True)
class Word:
    """A person's attestation. ``by`` is a function, not a name; ``file`` is a name and content that show it."""

    scenario: str
    """Key of the scenario run, or the catalogue's id where it ran once."""
    check: str
    """Empty: the only one that waits."""
    by: str
    note: str
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Attested:
    """The next revision of a bundle: its files, the report in it, the entry that was added."""

    data: bytes
    reports: Mapping[str, bytes]
    event: CheckAttested
    row: Row
    revision: int
    verdict: Verdict
    """Of the scenario, now."""


def attest(data: bytes, word: Word, said_at: datetime, key: ec.EllipticCurvePrivateKey | None = None) -> Attested:
    """The next revision of a bundle.

    Args:
        data: the bundle as it is; every byte of it is verified first.
        word: what is said, and of what.
        said_at: the wall clock's time, aware.
        key: P-256, seals the new revision; one made for this call when not given.
    Raises: InputError: the bundle does not verify, or what the word speaks of does not wait for a person.
        PeerError: no bundle at all.
    """
    wrong = bundle.verify(data).problems
    if wrong:
        mend = "Attest the bundle as it was sealed; `uept verify` says what was altered"
        raise InputError(f"the bundle does not verify: {wrong[0].state}: {wrong[0].name}: {wrong[0].detail}", mend=mend)
    for name, text in (("by", word.by), ("note", word.note)):
        if not text.strip():
            raise InputError(f"--{name} is empty", mend="Say who attests (a function, no name) and what was seen")
    files = archive.unpack(data)
    rows = bundle.rows_of(data)
    scenario, checks = _settled_by(word, fold_run(bundle.read_journal(data)))
    attached = {revisions.attachment_name(*word.file): word.file[1]} if word.file else {}
    event = CheckAttested(
        scenario=scenario.key,
        check=checks[0].check,
        entries=tuple(check.seq for check in checks),
        by=word.by.strip(),
        note=word.note.strip(),
        said_at=said_at.astimezone(UTC).isoformat(timespec="seconds"),
        previous=manifest.digest(files[bundle.MANIFEST]),
        file_name=next(iter(attached), ""),
        file_sha256=next((manifest.digest(content) for content in attached.values()), ""),
    )
    row = _next(rows[-1], event)
    earlier = revisions.seals_of(files)
    evidence = bundle.gather((*rows, row), {**revisions.attachments_of(files), **attached})
    _, reports = make_reports(evidence, _comparison(files))
    sealed = bundle.seal(evidence, reports, key or ec.generate_private_key(ec.SECP256R1()), earlier)
    verdict = next(one.verdict for one in fold_run(evidence.entries).scenarios if one.key == scenario.key)
    return Attested(sealed, reports, event, row, _number(evidence.entries), verdict)


def _number(entries: Iterable[Entry]) -> int:
    return 1 + sum(isinstance(entry.event, CheckAttested) for entry in entries)


def _next(last: Row, event: CheckAttested) -> Row:
    # The run's clock stands since the run ended: the wall clock's time is in the event.
    stored = encode_event(event)
    return Row(last.seq + 1, last.at, stored, chain_hash(last.hash, last.seq + 1, last.at, stored))


def _settled_by(word: Word, run: Run) -> tuple[ScenarioRun, list[CheckRun]]:
    """Return the scenario run and the checks that an attestation names. Raises: InputError: none of them waits."""
    named = [one for one in run.scenarios if word.scenario.upper() in {one.key.upper(), one.id.upper()}]
    named = [one for one in named if one.key.upper() == word.scenario.upper()] or named
    waiting = {one.key: _waiting(one) for one in run.scenarios if one.verdict in SETTLEABLE and _waiting(one)}
    mend = f"These wait for a person: {_names(waiting)}" if waiting else "Nothing in this run waits for a person"
    if not named:
        raise InputError(f"no scenario {word.scenario} was run", mend=mend)
    if len(named) > 1:
        raise InputError(f"{word.scenario} was run more than once", mend=f"Name one: {', '.join(o.key for o in named)}")
    scenario = named[0]
    if scenario.key not in waiting:
        raise InputError(f"{scenario.key} is {scenario.verdict}: only what is REVIEW can be attested", mend=mend)
    checks = [one for one in waiting[scenario.key] if word.check in {"", one.check}]
    if not checks:
        known = {one.check: one.finding.verdict for one in scenario.checks}
        state = f"is {known[word.check]}" if word.check in known else "was not judged"
        raise InputError(f"{word.check} {state} in {scenario.key}: only what is REVIEW can be attested", mend=mend)
    if len({one.check for one in checks}) > 1:
        raise InputError(f"several checks of {scenario.key} wait", mend=f"Name one with --check: {_names(waiting)}")
    return scenario, checks


def _waiting(scenario: ScenarioRun) -> list[CheckRun]:
    return [check for check in scenario.checks if check.finding.verdict is Verdict.REVIEW]


def _names(waiting: Mapping[str, list[CheckRun]]) -> str:
    return "; ".join(f"{key}: {', '.join(dict.fromkeys(one.check for one in own))}" for key, own in waiting.items())


def _comparison(files: Mapping[str, bytes]) -> model.SchemaComparison | None:
    """Keep the stored comparison with another schema: the schema itself is not in the bundle."""
    try:
        told = json.loads(files["result.json"]).get("schema_comparison")
        return msgspec.convert(told, model.SchemaComparison | None)
    except (KeyError, ValueError, AttributeError, RecursionError):
        return None


def attest_folder(folder: Path, word: Word, said_at: datetime, key: ec.EllipticCurvePrivateKey | None) -> Attested:
    """``attest`` for a run's folder: bundle, reports, and the journal below ``state`` where it is still there.

    Raises: InputError: as ``attest``, or the journal went on since the bundle was written. Blocked: cannot be written.
    """
    path = folder / "state" / FILE_NAME
    data = (folder / BUNDLE).read_bytes()
    if not path.is_file():
        found = attest(data, word, said_at, key)
        _put_all(folder, found)
        return found
    journal = Journal(SqliteStore(path), VirtualClock(said_at, rate=0))
    try:
        found = attest(data, word, said_at, key)
        before = bundle.rows_of(data)[-1]
        if journal.last_hash != before.hash or journal.last_at is None:
            raise InputError(
                f"the journal of {folder} is not the one in its bundle",
                mend=f"`uept report {folder}` writes the bundle again; then attest",
            )
        journal.append(found.event, at=journal.last_at)
        journal.commit()
        write_head(folder / "state", journal)
    finally:
        journal.close()
    _put_all(folder, found)
    return found


def _put_all(folder: Path, found: Attested) -> None:
    for name, content in {**found.reports, BUNDLE: found.data}.items():
        put(folder / name, content)
