"""Revisions of a bundle: what people attest is added to its journal, and what was sealed before stays checkable.

Each attestation makes one revision. The new bundle keeps, below ``revisions/N/``, what sealed revision N: its manifest,
everything that is not listed there (signature, countersignatures), and its ``evidence.json``. Journal and messages are
not kept twice: the journal of revision N is the beginning of the journal of now, its messages are the same files.
Reports are not kept, since they follow from the journal. The entry of the attestation names the manifest's digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.evidence import countersignature, manifest
from harness.evidence.stored_entries import of_kinds
from stubs.events import CheckAttested, Entry
from stubs.wire.errors import PeerError

REVISIONS, ATTACHMENTS = "revisions/", "attachments/"
_JOURNAL, _EVIDENCE, _MANIFEST = "journal.ndjson", "evidence.json", "manifest.json"
_SIGNATURE, _KEY = "manifest.sig", "manifest.key.pem"


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier revision. ``digest`` is its manifest's, ``evidence`` its evidence digest (both SHA-256, hex)."""

    number: int
    digest: str
    evidence: str
    fingerprint: str
    """Of the key that sealed it; empty when the seal is bad."""


def seals_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what a next revision keeps of this one: its seals and those it keeps itself.

    Args:
        files: of a bundle that verifies.
    """
    listed = {one.name for one in manifest.decode(files[_MANIFEST]).files}
    number = len(_folders(files)) + 1
    own = {
        f"{REVISIONS}{number}/{name}": files[name]
        for name in files
        if name in {_MANIFEST, _EVIDENCE} or name not in listed
    }
    return {**kept(files), **own}


def kept(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Seals of earlier revisions that a bundle holds."""
    return _below(files, REVISIONS)


def attachments_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that people gave with their attestations."""
    return _below(files, ATTACHMENTS)


def _below(files: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """The files of a folder; no other is read."""
    return {name: files[name] for name in files if name.startswith(folder)}


def attachment_name(file_name: str, data: bytes) -> str:
    """Return the path of a file in the bundle: its digest's beginning keeps files of one name apart."""
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in PurePosixPath(file_name).name)
    return f"{ATTACHMENTS}{manifest.digest(data)[:12]}-{plain[-80:]}"


def read(files: Mapping[str, bytes]) -> tuple[Revision, ...]:
    """The earlier revisions that a bundle tells of, the first one first."""
    return tuple(_revision(files, number) for number in _folders(files))


def problems(files: Mapping[str, bytes], entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Yield the errors of revisions and attachments: the file's name, and why."""
    said = list(of_kinds(entries, CheckAttested))
    folders = _folders(files)
    if folders != list(range(1, len(said) + 1)):
        yield REVISIONS, f"{len(said)} attestations, and seals of the revisions {folders or 'none'}"
    for number, entry in zip(folders, said, strict=False):
        yield from _revision_problems(files, number, entry)
    yield from _attachment_problems(files, said)


def _folders(files: Mapping[str, bytes]) -> list[int]:
    names = {name.removeprefix(REVISIONS).partition("/")[0] for name in files if name.startswith(REVISIONS)}
    return sorted(int(name) for name in names if name.isascii() and name.isdigit())


def _revision(files: Mapping[str, bytes], number: int) -> Revision:
    own = _own(files, number)
    listing, evidence = own.get(_MANIFEST, b""), own.get(_EVIDENCE, b"")
    try:
        fingerprint = manifest.check(listing, own.get(_SIGNATURE, b""), own.get(_KEY, b""))
    except PeerError:
        fingerprint = ""
    return Revision(number, manifest.digest(listing), manifest.digest(evidence), fingerprint)


def _own(files: Mapping[str, bytes], number: int) -> dict[str, bytes]:
    folder = f"{REVISIONS}{number}/"
    return {name.removeprefix(folder): data for name, data in _below(files, folder).items()}


def _revision_problems(files: Mapping[str, bytes], number: int, entry: Entry) -> Iterator[tuple[str, str]]:
    folder, own = f"{REVISIONS}{number}/", _own(files, number)
    missing = [name for name in (_MANIFEST, _SIGNATURE, _KEY, _EVIDENCE) if name not in own]
    if missing:
        yield folder, f"without {', '.join(missing)}"
        return
    try:
        manifest.check(own[_MANIFEST], own[_SIGNATURE], own[_KEY])
        listed = manifest.decode(own[_MANIFEST]).files
    except PeerError as error:
        yield folder, str(error)
        return
    if isinstance(entry.event, CheckAttested) and entry.event.previous != manifest.digest(own[_MANIFEST]):
        yield folder, f"entry {entry.seq} was said of another revision: {entry.event.previous}"
    for added in countersignature.read(own, own[_MANIFEST]):
        if added.problem:
            yield f"{folder}{added.place}", added.problem
    for one in listed:
        then = _as_it_was(files, own, one)
        if then is not None and manifest.digest(then) != one.sha256:
            yield f"{folder}{_MANIFEST}", f"{one.name} is not what was sealed then"
    lines = _as_it_was(files, own, next((one for one in listed if one.name == _JOURNAL), None))
    if lines is None or lines.count(b"\n") != entry.seq - 1:
        yield f"{folder}{_MANIFEST}", f"the journal sealed then does not end before entry {entry.seq}"


def _as_it_was(
    files: Mapping[str, bytes], own: Mapping[str, bytes], listed: manifest.FileDigest | None
) -> bytes | None:
    """A listed file of an earlier revision; None: it is not kept, since it follows from the journal."""
    if listed is None:
        return None
    if listed.name == _JOURNAL:
        return files[_JOURNAL][: listed.size]
    if listed.name == _EVIDENCE:
        return own[_EVIDENCE]
    if listed.name.startswith(("messages/", REVISIONS, ATTACHMENTS)):
        return files.get(listed.name, b"")
    return None


def _attachment_problems(files: Mapping[str, bytes], said: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    named: set[str] = set()
    for entry in said:
        event = entry.event
        if not isinstance(event, CheckAttested) or not event.file_name:
            continue
        named.add(event.file_name)
        if event.file_name not in files:
            yield event.file_name, f"entry {entry.seq} names it, it is missing"
        elif manifest.digest(files[event.file_name]) != event.file_sha256:
            yield event.file_name, f"it is not the file of entry {entry.seq}"
    for name in attachments_of(files):
        if name not in named:
            yield name, "no attestation names it"
