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
from harness.evidence.messages import CARRIERS, message_files
from harness.evidence.revisions import Revision
from harness.evidence.stored_entries import StoredEntries, of_kinds
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

    entries: Sequence[Entry]
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
    lines, head = journal_slice.checked_lines(rows)
    entries = StoredEntries(lines)
    files = {JOURNAL: lines, **dict(message_files(of_kinds(entries, *CARRIERS))), **(attachments or {})}
    listing = manifest.describe(files).encode()
    return Evidence(entries, {**files, EVIDENCE: listing}, manifest.digest(listing), head.hex())


class Sealing:
    """A bundle in the making; of each file that was added no more is kept than the archive will hold of it.

    Args:
        evidence: from ``gather``.
        earlier: seals of the revisions before, from ``harness.evidence.revisions``.
    """

    def __init__(self, evidence: Evidence, earlier: Mapping[str, bytes] | None = None) -> None:
        self._held: dict[str, archive.Held] = {}
        self._digests: dict[str, str] = {}
        for name, data in {**evidence.files, **(earlier or {}), HOWTO: _HOWTO_TEXT.encode()}.items():
            self.add(name, data)

    def add(self, name: str, data: bytes) -> None:
        """Put a file in."""
        self._held[name] = archive.deflate(data)
        self._digests[name] = manifest.digest(data)

    def sealed(self, key: ec.EllipticCurvePrivateKey) -> bytes:
        """The bundle's bytes. ``key``: P-256, the signer's."""
        held = archive.in_bounds(self._held)
        listing = manifest.listing(held, self._digests).encode()
        seal = {
            MANIFEST: listing,
            SIGNATURE: manifest.sign(listing, key),
            PUBLIC_KEY: manifest.encode_public(key.public_key()),
        }
        return archive.pack_held({**held, **{name: archive.hold(data) for name, data in seal.items()}})


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
    sealing = Sealing(evidence, earlier)
    for name, data in reports.items():
        sealing.add(name, data)
    return sealing.sealed(key)


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
    files = archive.Archive(data)
    problems = []
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY, JOURNAL, EVIDENCE):
        if name not in files:
            raise PeerError("not a bundle", expected=f"a file {name}", got=f"{len(files)} other files")
    fingerprint = ""
    try:
        fingerprint = manifest.check(files[MANIFEST], files[SIGNATURE], files[PUBLIC_KEY])
    except PeerError as error:
        problems.append(Problem("signature", error.where or SIGNATURE, error.what))
    digests, held = _looked_through(files)
    listed = {name: digest for name, digest in digests.items() if name not in _UNLISTED and not _is_added(name)}
    problems += _compare(MANIFEST, listed, files[MANIFEST])
    listed = {name: digest for name, digest in digests.items() if _is_evidence(name)}
    problems += _compare(EVIDENCE, listed, files[EVIDENCE])
    entries = StoredEntries(b"")
    head = ""
    earlier: tuple[Revision, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    try:
        entries = StoredEntries(files[JOURNAL])
        head = journal_slice.check_chain(entries.rows()).hex()
        problems += _messages_agree(entries, files)
        earlier = revisions.read(files)
        problems += [Problem("revision", name, detail) for name, detail in revisions.problems(files, entries)]
        stamps = read_stamps(entries.rows(), authorities)
        problems += [Problem("time stamp", f"entry {one.seq}", one.problem) for one in stamps if one.state == "bad"]
    except PeerError as error:
        problems.append(Problem("chain", JOURNAL, str(error)))
    added = list(countersignature.read(files, files[MANIFEST]))
    problems += [Problem("countersignature", one.place, one.problem) for one in added if one.problem]
    problems += _other_streams(held, files[MANIFEST])
    if archive.pack_held(held) != data:
        problems.append(Problem("container", "bundle.zip", "its bytes are not those of an archive of its files"))
    statements = tuple(one.statement for one in added if one.statement is not None)
    return Verification(tuple(problems), len(files), len(entries), fingerprint, head, statements, earlier, stamps)


def _looked_through(files: archive.Archive) -> tuple[dict[str, str], dict[str, archive.Held]]:
    """The digest of each file, and how the archive holds it."""
    digests, held = {}, {}
    for name, data in files.items():
        digests[name] = manifest.digest(data)
        held[name] = archive.hold(data, files.stream(name))
    return digests, held


def _is_added(name: str) -> bool:
    return name.startswith(countersignature.FOLDER)


def _is_evidence(name: str) -> bool:
    return name == JOURNAL or name.startswith(("messages/", revisions.ATTACHMENTS))


def _compare(name: str, present: Mapping[str, str], listing: bytes) -> list[Problem]:
    """Digests by file name against the listing of that name."""
    try:
        listed = {file.name: file for file in manifest.decode(listing).files}
    except PeerError as error:
        return [Problem("changed", name, str(error))]
    problems = [Problem("missing", one, f"listed in {name}, not in the bundle") for one in listed if one not in present]
    problems += [Problem("extra", one, f"in the bundle, not listed in {name}") for one in present if one not in listed]
    problems += [
        Problem("changed", one, f"SHA-256 is {digest}, {name} says {listed[one].sha256}")
        for one, digest in present.items()
        if one in listed and digest != listed[one].sha256
    ]
    return problems


def _other_streams(held: Mapping[str, archive.Held], listing: bytes) -> list[Problem]:
    """Deflated files whose stream is not the one that was sealed, although its content may be."""
    try:
        sealed = {file.name: file.deflated for file in manifest.decode(listing).files}
    except PeerError:
        sealed = {}
    return [
        Problem("container", name, f"its deflated octets are not those that {MANIFEST} lists")
        for name, file in held.items()
        if file.is_deflated and sealed.get(name) != manifest.digest(file.octets)
    ]


def _messages_agree(entries: Iterable[Entry], files: Mapping[str, bytes]) -> list[Problem]:
    return [
        Problem("changed", name, "differs from the journal's own copy")
        for name, body in message_files(entries)
        if files.get(name) != body
    ]


def rows_of(data: bytes) -> tuple[Row, ...]:
    """The journal's rows of a bundle, unchecked. Raises: PeerError: as ``read_journal``."""
    return tuple(journal_slice.from_lines(archive.Archive(data)[JOURNAL]))


def read_journal(data: bytes) -> tuple[Entry, ...]:
    """The entries of a bundle, unchecked: call ``verify`` first where trust matters.

    Raises: PeerError: not a bundle, or a journal that cannot be read.
    """
    return tuple(stored_journal(archive.Archive(data)))


def stored_journal(files: Mapping[str, bytes]) -> StoredEntries:
    """The entries of a bundle's files, unchecked, each decoded when it is looked at. Raises: PeerError: no bundle."""
    if JOURNAL not in files:
        raise PeerError("not a bundle", expected=f"a file {JOURNAL}", got=f"{len(files)} other files")
    return StoredEntries(files[JOURNAL])
