"""A second signature under a sealed bundle: by a reviewer, with what the reviewer found.

``countersignatures/<first 16 digits of the key's fingerprint>/`` holds ``statement.json`` (what was signed, by whom,
when, and what ``uept judge`` came to), ``statement.sig`` and ``key.pem``. The statement names the manifest's digest, so
it stands for every byte that was sealed and for no other bundle. It is no part of the manifest: it comes afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from harness.evidence import archive, manifest
from stubs.wire.errors import PeerError

FORMAT = 1
FOLDER = "countersignatures/"
STATEMENT, SIGNATURE, PUBLIC_KEY = "statement.json", "statement.sig", "key.pem"
_PARTS = frozenset({STATEMENT, SIGNATURE, PUBLIC_KEY})


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Statement that a reviewer signs."""

    format: int = FORMAT
    manifest: str
    """SHA-256 of ``manifest.json``, lower-case hex."""
    sealed_by: str
    """Fingerprint of the key that sealed the bundle."""
    head: str
    """Hash of the journal's last entry, lower-case hex."""
    key: str
    """Fingerprint of the reviewer's key."""
    name: str
    """Name of the reviewer, as they call themselves."""
    at: str
    """When, by the reviewer's own clock: ISO 8601 with zone."""
    judged: str
    """Result of judging the bundle again."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Countersignature:
    """One of a bundle: its statement, and what is wrong with it (empty: nothing)."""

    place: str
    statement: Statement | None
    problem: str = ""


def add(data: bytes, statement: Statement, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The bundle ``data`` with one countersignature more.

    Raises: PeerError: not a bundle; the key has countersigned it already.
    """
    files = archive.unpack(data)
    own = f"{FOLDER}{statement.key[:16]}/"
    if any(name.startswith(own) for name in files):
        raise PeerError("countersigned by this key already", where=own)
    octets = encode(statement)
    files[own + STATEMENT] = octets
    files[own + SIGNATURE] = manifest.sign(octets, key)
    files[own + PUBLIC_KEY] = manifest.encode_public(key.public_key())
    return archive.pack(files, archive.streams_of(data))


def encode(statement: Statement) -> bytes:
    """The octets that are signed."""
    return msgspec.json.format(msgspec.json.encode(statement), indent=1) + b"\n"


def read(files: Mapping[str, bytes], sealed: bytes) -> Iterator[Countersignature]:
    """The countersignatures among a bundle's files, in the order of their places, each checked.

    Args:
        files: of the bundle, by name.
        sealed: the bundle's ``manifest.json``.
    """
    places: dict[str, dict[str, bytes]] = {}
    for name in files:
        if name.startswith(FOLDER):
            place, _, part = name.removeprefix(FOLDER).partition("/")
            places.setdefault(place, {})[part] = files[name]
    for place, parts in sorted(places.items()):
        try:
            yield Countersignature(f"{FOLDER}{place}", _checked(place, parts, sealed))
        except PeerError as error:
            yield Countersignature(f"{FOLDER}{place}", None, str(error))


def _checked(place: str, parts: Mapping[str, bytes], sealed: bytes) -> Statement:
    if set(parts) != _PARTS:
        raise PeerError(
            "not a countersignature", expected=", ".join(sorted(_PARTS)), got=", ".join(sorted(parts))[:200]
        )
    key = manifest.check(parts[STATEMENT], parts[SIGNATURE], parts[PUBLIC_KEY])
    try:
        statement = msgspec.json.decode(parts[STATEMENT], type=Statement)
    except (ValueError, RecursionError) as error:  # of msgspec, too; and octets that are no UTF-8
        raise PeerError("the statement cannot be read", where=STATEMENT, got=str(error)) from error
    if statement.format != FORMAT:
        raise PeerError("a statement of another format", expected=str(FORMAT), got=str(statement.format))
    if statement.key != key or place != key[:16]:
        raise PeerError("the statement names another key than its own", expected=key, got=statement.key)
    if statement.manifest != manifest.digest(sealed):
        raise PeerError(
            "the statement is about another bundle, or another revision of this one", expected=manifest.digest(sealed),
            got=statement.manifest,
        )  # fmt: skip
    return statement
