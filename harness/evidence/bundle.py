"""The evidence bundle: journal slice, messages, reports, manifest, signature in one canonical ZIP.

journal.ndjson      every entry, hash-chained
messages/…          every message, byte for byte
attachments/…       files that people gave with an attestation
evidence.json       manifest of the three above; its SHA-256 stands on the report's cover
result.json, report.html, junit.xml, coverage.csv
manifest.json       manifest of everything above
manifest.sig        detached signature over manifest.json (ECDSA P-256, SHA-256, DER)
manifest.key.pem    the public key; its fingerprint is what the signer tells the reviewer
revisions/…         seals of earlier revisions, where people attested something (``harness.evidence.revisions``)
HOWTO.txt           how to check all this, with and without this program
countersignatures/… second signatures by reviewers, added afterwards (harness.evidence.countersignature)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import Certificate

from harness.evidence import archive, countersignature, manifest, revisions
from harness.evidence import slice as journal_slice
from harness.evidence.messages import message_files
from harness.evidence.revisions import Revision
from harness.evidence.time_stamps import Stamp, read_stamps
from stubs.events import Entry
from stubs.journal import Row
from stubs.wire.errors import PeerError

JOURNAL, EVIDENCE, MANIFEST = "journal.ndjson", "evidence.json", "manifest.json"
SIGNATURE, PUBLIC_KEY, HOWTO = "manifest.sig", "manifest.key.pem", "HOWTO.txt"
_UNLISTED = {MANIFEST, SIGNATURE, PUBLIC_KEY}

_HOWTO_TEXT = """\
How to check this bundle
========================

With uept-harness:   uept verify bundle.zip      every byte, the hash chain, the signature
                     uept judge bundle.zip       the verdicts again, from the journal alone

Without it:
1. unzip the bundle. manifest.json lists every file but itself and its signature, with size and SHA-256: compare with
   `sha256sum`. "deflated" is the SHA-256 of the file's octets as they lie compressed in the ZIP.
2. openssl dgst -sha256 -verify manifest.key.pem -signature manifest.sig manifest.json
3. journal.ndjson: each line's hash is SHA-256 over: the hash of the line before (32 bytes, zeros before the first), seq
   (8 bytes, big-endian), the text of `at`, the bytes of `event` as they stand.
4. messages/ holds the messages of the journal byte for byte; the number is the entry's seq.
5. In each folder of countersignatures/, where there is one:
   openssl dgst -sha256 -verify key.pem -signature statement.sig statement.json
   and "manifest" in the statement must be the SHA-256 of manifest.json.
6. revisions/N/ (where there is one) is the seal of an earlier revision: step 2 holds for its three files too. What its
   manifest.json lists of messages stands here unchanged; journal.ndjson was then the first `size` bytes of this one.
7. messages/…-time-stamp.tsr, where there are some; HEAD in that entry (64 digits) is the hash of the entry it names.
   openssl ts -verify -digest "$(printf HEAD | xxd -r -p | sha256sum | cut -c -64)" -in FILE -CAfile authority.pem

The key's fingerprint (SHA-256 of its DER form) must be the one that the signer told you by another way.
This is evidence of a rehearsal against a simulated DCC. It is not a DCC test.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence from which every run can be judged again: the journal, and its messages as files."""

    entries: tuple[Entry, ...]
    files: Mapping[str, bytes]
    digest: str
    """SHA-256 of ``evidence.json``, lower-case hex."""
    head: str
    """Hash of the journal's last entry, lower-case hex."""


def gather(rows: Iterable[Row], attachments: Mapping[str, bytes] | None = None) -> Evidence:
    """The evidence of a journal.

    Args:
        rows: from the first entry.
        attachments: files given with attestations, by their name below ``attachments/``.
    Raises: PeerError: the chain is broken.
    """
    kept = list(rows)
    head = journal_slice.check_chain(kept)
    entries = tuple(journal_slice.entries(kept))
    files = {JOURNAL: journal_slice.to_lines(kept), **dict(message_files(entries)), **(attachments or {})}
    listing = manifest.describe(files).encode()
    return Evidence(entries, {**files, EVIDENCE: listing}, manifest.digest(listing), head.hex())


def seal(
    evidence: Evidence,
    reports: Mapping[str, bytes],
    key: ec.EllipticCurvePrivateKey,
    earlier: Mapping[str, bytes] | None = None,
) -> bytes:
    """The bundle's bytes.

    Args:
        evidence: from ``gather``.
        reports: file name to content.
        key: P-256, the signer's.
        earlier: seals of the revisions before, from ``harness.evidence.revisions``.
    """
    files = {**evidence.files, **reports, **(earlier or {}), HOWTO: _HOWTO_TEXT.encode()}
    streams = archive.deflate(files)
    listing = manifest.describe(files, streams).encode()
    files[MANIFEST] = listing
    files[SIGNATURE] = manifest.sign(listing, key)
    files[PUBLIC_KEY] = manifest.encode_public(key.public_key())
    return archive.pack(files, streams)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a bundle."""

    state: str
    """changed, missing, extra, chain, signature, countersignature, container, revision or time stamp."""
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of ``verify``; good when there is no problem."""

    problems: tuple[Problem, ...]
    files: int
    entries: int
    fingerprint: str
    """Of the signing key; empty when the signature is bad."""
    head: str
    countersignatures: tuple[countersignature.Statement, ...] = ()
    """Those that hold: second signatures, by reviewers."""
    revisions: tuple[Revision, ...] = ()
    """Earlier revisions, the first one first."""
    stamps: tuple[Stamp, ...] = ()
    """Time stamps in the journal, as far as the reader trusts their authorities."""


def verify(data: bytes, authorities: Sequence[Certificate] = ()) -> Verification:
    """Check every byte of a bundle, with no network and no key but the one inside.

    Args:
        data: the bundle.
        authorities: certificates of the time-stamp authorities that the reader trusts.
    Raises: PeerError: not a bundle at all.
    """
    files = archive.unpack(data)
    problems = []
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY, JOURNAL, EVIDENCE):
        if name not in files:
            raise PeerError("not a bundle", expected=f"a file {name}", got=f"{len(files)} other files")
    fingerprint = ""
    try:
        fingerprint = manifest.check(files[MANIFEST], files[SIGNATURE], files[PUBLIC_KEY])
    except PeerError as error:
        problems.append(Problem("signature", error.where or SIGNATURE, error.what))
    listed = {name: body for name, body in files.items() if name not in _UNLISTED and not _is_added(name)}
    problems += _compare(MANIFEST, listed, files)
    problems += _compare(EVIDENCE, {name: body for name, body in files.items() if _is_evidence(name)}, files)
    rows: list[Row] = []
    head = ""
    earlier: tuple[Revision, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    try:
        rows = list(journal_slice.from_lines(files[JOURNAL]))
        head = journal_slice.check_chain(rows).hex()
        entries = tuple(journal_slice.entries(rows))
        problems += _messages_agree(entries, files)
        earlier = revisions.read(files)
        problems += [Problem("revision", name, detail) for name, detail in revisions.problems(files, entries)]
        stamps = read_stamps(rows, authorities)
        problems += [Problem("time stamp", f"entry {one.seq}", one.problem) for one in stamps if one.state == "bad"]
    except PeerError as error:
        problems.append(Problem("chain", JOURNAL, str(error)))
    added = list(countersignature.read(files, files[MANIFEST]))
    problems += [Problem("countersignature", one.place, one.problem) for one in added if one.problem]
    problems += _other_streams(archive.streams_of(data), files[MANIFEST])
    if not archive.is_canonical(data, files):
        problems.append(Problem("container", "bundle.zip", "its bytes are not those of an archive of its files"))
    statements = tuple(one.statement for one in added if one.statement is not None)
    return Verification(tuple(problems), len(files), len(rows), fingerprint, head, statements, earlier, stamps)


def _is_added(name: str) -> bool:
    return name.startswith(countersignature.FOLDER)


def _is_evidence(name: str) -> bool:
    return name == JOURNAL or name.startswith(("messages/", revisions.ATTACHMENTS))


def _compare(listing: str, present: Mapping[str, bytes], files: Mapping[str, bytes]) -> list[Problem]:
    try:
        listed = {file.name: file for file in manifest.decode(files[listing]).files}
    except PeerError as error:
        return [Problem("changed", listing, str(error))]
    problems = [
        Problem("missing", name, f"listed in {listing}, not in the bundle") for name in listed if name not in present
    ]
    problems += [
        Problem("extra", name, f"in the bundle, not listed in {listing}") for name in present if name not in listed
    ]
    problems += [
        Problem("changed", name, f"SHA-256 is {manifest.digest(body)}, {listing} says {listed[name].sha256}")
        for name, body in present.items()
        if name in listed and manifest.digest(body) != listed[name].sha256
    ]
    return problems


def _other_streams(streams: Mapping[str, bytes], listing: bytes) -> list[Problem]:
    """Deflated files whose stream is not the one that was sealed, although its content may be."""
    try:
        sealed = {file.name: file.deflated for file in manifest.decode(listing).files}
    except PeerError:
        sealed = {}
    return [
        Problem("container", name, f"its deflated octets are not those that {MANIFEST} lists")
        for name, stream in streams.items()
        if sealed.get(name) != manifest.digest(stream)
    ]


def _messages_agree(entries: Iterable[Entry], files: Mapping[str, bytes]) -> list[Problem]:
    expected = dict(message_files(entries))
    return [
        Problem("changed", name, "differs from the journal's own copy")
        for name, body in expected.items()
        if files.get(name) != body
    ]


def rows_of(data: bytes) -> tuple[Row, ...]:
    """The journal's rows of a bundle, unchecked. Raises: PeerError: as ``read_journal``."""
    return tuple(journal_slice.from_lines(archive.unpack(data)[JOURNAL]))


def read_journal(data: bytes) -> tuple[Entry, ...]:
    """The entries of a bundle, unchecked: call ``verify`` first where trust matters.

    Raises: PeerError: not a bundle, or a journal that cannot be read.
    """
    files = archive.unpack(data)
    if JOURNAL not in files:
        raise PeerError("not a bundle", expected=f"a file {JOURNAL}", got=f"{len(files)} other files")
    return tuple(journal_slice.entries(journal_slice.from_lines(files[JOURNAL])))
