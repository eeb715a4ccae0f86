"""The PKI folder: written by ``uept pki init`` and ``uept pki import``, read by DCC and clients.

Layout::

    pki.json                       version, ACB, parties (EUI, name, roles), provenance, names; written last
    authorities/{root,issuing}     .pem and .key
    organisations/<eui>-<label>    .pem and .key; label ds, ka, pp-ka, xmlsign, dspxmlsign, then -<serial> if several
    devices/<eui>-{ds,ka}          .pem and .key of imported devices
    devices.secret                 hexadecimal; all keys of simulated devices follow from it

Names are for people. On reading, contents decide. Private keys have mode 0600 and protect nothing real.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from stubs.smki.authority import Hierarchy, make_hierarchy
from stubs.smki.key_sets import STOCK_CLIENT, KeySets
from stubs.smki.keys import KeyPair, derive_secret, read_private_key, spki, write_private_key
from stubs.smki.material import Material, read_material
from stubs.smki.parties import (
    ACB_ROLE,
    DEFAULT_ACB,
    DEFAULT_PARTIES,
    DSP_XML_SIGN_ROLE,
    SUPPLIER_ROLE,
    XML_SIGN_ROLE,
    PartyIdentity,
    certificate_role_of,
    parties_of,
    parties_of_index,
)
from stubs.wire.certificates import Certificate
from stubs.wire.errors import Blocked, InputError, PeerError
from stubs.wire.eui64 import Eui64

VERSION = 1
INDEX = "pki.json"
DEVICES_SECRET = "devices.secret"  # noqa: S105 - a file name


def init_pki(
    folder: Path,
    parties: Iterable[PartyIdentity] = DEFAULT_PARTIES,
    seed: bytes | None = None,
    *,
    acb: Eui64 = DEFAULT_ACB,
) -> None:
    """Make a test PKI in ``folder``.

    Args:
        folder: created if need be; must not hold a PKI already.
        parties: Users to make certificates for.
        seed: any octets; the same seed gives the same files, byte for byte. None draws a secret.
        acb: identity of the access control broker.
    Raises: InputError: the folder holds a PKI or files of others, or a party's roles do not go together. Blocked: it
        cannot be written.
    """
    if (folder / INDEX).exists():
        raise InputError(f"{folder} holds a PKI already", mend="Name another folder, or remove this one first.")
    _refuse_foreign(folder)
    chosen = tuple(parties)
    secret = secrets.token_bytes(32) if seed is None else derive_secret(seed, "uept-harness pki")
    hierarchy = make_hierarchy(secret)
    pairs = {
        (acb, "ds"): hierarchy.issuing.organisation(acb, ACB_ROLE, "DS", common_name="UEPT ACB"),
        (acb, "ka"): hierarchy.issuing.organisation(acb, ACB_ROLE, "KA"),
        (acb, "dspxmlsign"): hierarchy.issuing.organisation(acb, DSP_XML_SIGN_ROLE, "DS"),
    }
    for party in chosen:
        role = certificate_role_of(party)
        issue = hierarchy.issuing.organisation
        pairs[party.eui, "ds"] = issue(party.eui, role, "DS", common_name=party.name)
        pairs[party.eui, "ka"] = issue(party.eui, role, "KA")
        pairs[party.eui, "xmlsign"] = issue(party.eui, XML_SIGN_ROLE, "DS")
        if role == SUPPLIER_ROLE:
            pairs[party.eui, "pp-ka"] = issue(party.eui, role, "KA", label="pp-ka")
    _make_folders(folder)
    _write_authorities(folder, hierarchy)
    for (eui, label), pair in pairs.items():
        _write_pair(folder / "organisations" / f"{eui.hex}-{label}", pair.certificate, pair)
    _write(folder / DEVICES_SECRET, derive_secret(secret, "devices").hex().encode() + b"\n", is_secret=True)
    _write_index(folder, acb, chosen, {"source": "init", "seeded": seed is not None})


def import_pki(source: Path, folder: Path, prefer: Sequence[str] = STOCK_CLIENT) -> tuple[str, ...]:
    """Take certificates and keys of others into ``folder``, in our layout; again for a further source.

    Device certificates without a private key are left out: simulated devices get certificates of our own authority.

    Args:
        source: a ``keystore.json`` or a folder of PEM and PKCS#8 files.
        folder: created if need be; what it holds already is kept.
        prefer: which of several certificates for the same use get the plain file names, see ``stubs.smki.key_sets``.
    Returns: what could not be read of the source, with the reason.
    Raises: InputError: nothing can be read, or the folder holds files of others. Blocked: it cannot be written.
    """
    incoming = read_material(source)
    stated: list[PartyIdentity] = []
    if source.is_dir() and (source / INDEX).exists():
        index = read_index(source)
        incoming.names = names_of(index, incoming)
        stated = [*parties_of_index(index["parties"], source / INDEX)]
    material = Material()
    provenance: dict[str, Any] = {"source": "import", "from": []}
    if (folder / INDEX).exists():
        index = read_index(folder)
        provenance["from"] = list(index["provenance"].get("from", [index["provenance"].get("source", "")]))
        held = read_material(folder)
        held.names = names_of(index, held)
        stated = [*parties_of_index(index["parties"], folder / INDEX), *stated]  # the source has the last word
        material.add(held)
    else:
        _refuse_foreign(folder)
    material.add(incoming)
    provenance["from"].append({"name": source.name, "digest": incoming.digest, "unread": incoming.unread})
    _make_folders(folder)
    if not (folder / DEVICES_SECRET).exists():
        secret = secrets.token_bytes(32)
        _write_authorities(folder, make_hierarchy(secret))
        _write(folder / DEVICES_SECRET, derive_secret(secret, "devices").hex().encode() + b"\n", is_secret=True)
    _write_certificates(folder, material, KeySets(material.names, tuple(prefer)))
    parties = parties_of(material.certificates, stated)
    _write_index(folder, acb_of(material), parties, provenance, material.names)
    return tuple(incoming.unread)


def _write_certificates(folder: Path, material: Material, sets: KeySets) -> None:
    """Write each certificate once, that in use under the plain name; take away what an earlier import named."""
    written: set[str] = set()
    newest_first = sorted(
        material.certificates, key=lambda item: (sets.rank(item), item.not_before, item.serial), reverse=True
    )
    for certificate in {item.der: item for item in newest_first}.values():
        pair = material.pair(certificate)
        if certificate.usage == "CS" or (certificate.is_device and pair is None):
            continue
        place = "devices" if certificate.is_device else "organisations"
        name = f"{place}/{certificate.eui.hex}-{_label(certificate, material)}"
        if name in written:
            name = f"{name}-{certificate.serial_hex}"
        written.add(name)
        _write_pair(folder / name, certificate, pair)
    for place in ("organisations", "devices"):
        for path in (folder / place).iterdir():
            is_ours = path.suffix in {".pem", ".key"} and f"{place}/{path.stem}" not in written
            if is_ours and _is_taken(path, material):
                path.unlink()


def _is_taken(path: Path, material: Material) -> bool:
    """Whether the file's content is in ``material``: what could not be read, or belongs to nobody, is left alone."""
    data = path.read_bytes()
    try:
        if path.suffix == ".pem":
            return Certificate.from_pem(data) in material.certificates
        public = spki(read_private_key(data))
    except PeerError:
        return False
    return any(certificate.spki == public for certificate in material.certificates)


_UNFINISHED = "unfinished"
"""Marks a folder whose first files are being written: whoever comes after a crash may begin again."""


def _refuse_foreign(folder: Path) -> None:
    """Keep out of folders with keys of somebody else. Raises: InputError: there are some."""
    if (folder / _UNFINISHED).exists():
        return
    for place in ("authorities", "organisations", "devices"):
        if (folder / place).is_dir() and any((folder / place).iterdir()):
            raise InputError(
                f"{folder} holds files in {place}, but no {INDEX}: they would be overwritten",
                mend="Name another folder, or remove them first.",
            )


def acb_of(material: Material) -> Eui64:
    """The access control broker: the identity that signs for the DCC (OU 89), else the one with OU 04, else ours."""
    for role in (DSP_XML_SIGN_ROLE, ACB_ROLE):
        found = [item for item in material.certificates if item.role == role]
        if found:
            found.sort(key=lambda item: (material.pair(item) is not None, item.not_before))
            return found[-1].eui
    return DEFAULT_ACB


class _IndexParty(msgspec.Struct):
    """A party of ``pki.json``."""

    roles: list[str]
    eui: str = ""
    name: str = ""


class _From(msgspec.Struct):
    """Origin of the keys; of an import a list of sources."""

    source: str = ""
    from_: list[Any] = msgspec.field(default_factory=list, name="from")


class _Index(msgspec.Struct):
    """The members of ``pki.json``: checked here, so that whoever reads it finds what it expects."""

    version: int
    parties: list[_IndexParty]
    provenance: _From
    acb: str = ""
    names: dict[str, str] = {}


def read_index(folder: Path) -> dict[str, Any]:
    """``pki.json``. Raises: InputError: missing, malformed or of a later version."""
    path = folder / INDEX
    mend = "Make the PKI again: uept pki init, or uept pki import."
    try:
        octets = path.read_bytes()
        index = msgspec.json.decode(octets.decode(json.detect_encoding(octets)))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend=mend) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}", mend=mend) from error
    if not isinstance(index, dict) or index.get("version") != VERSION:
        raise InputError(f"{path} is not a PKI index of version {VERSION}", mend=mend)
    if not isinstance(index.get("parties"), list) or not isinstance(index.get("provenance"), dict):
        raise InputError(f"{path} lacks parties or provenance", mend=mend)
    try:
        msgspec.convert(index, _Index)
    except msgspec.ValidationError as error:
        party = "a party is not an object with eui, name, roles: " if ".parties" in str(error) else ""
        raise InputError(f"{path}: {party}{error}", mend=mend) from error
    return index


def _label(certificate: Certificate, material: Material) -> str:
    if certificate.der in material.prepayment:
        return "pp-ka"
    if certificate.role == XML_SIGN_ROLE:
        return "xmlsign"
    if certificate.role == DSP_XML_SIGN_ROLE:
        return "dspxmlsign"
    return certificate.usage.lower()


def _make_folders(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / INDEX).exists():
            (folder / _UNFINISHED).touch()
        for name in ("authorities", "organisations", "devices"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made: {error.strerror}", mend="Name a folder that can be written."
        ) from error


def _write(path: Path, data: bytes, *, is_secret: bool = False) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if is_secret else 0o644)
        with os.fdopen(descriptor, "wb") as file:
            if is_secret:
                os.fchmod(descriptor, 0o600)
            file.write(data)
    except OSError as error:
        raise Blocked(f"{path} cannot be written: {error.strerror}", mend="Check space and permissions.") from error


def _write_pair(stem: Path, certificate: Certificate, pair: KeyPair | None) -> None:
    _write(stem.with_name(stem.name + ".pem"), certificate.pem.encode())
    if pair is not None:
        _write(stem.with_name(stem.name + ".key"), write_private_key(pair.private_key), is_secret=True)


def _write_authorities(folder: Path, hierarchy: Hierarchy) -> None:
    for name, pair in (("root", hierarchy.root), ("issuing", hierarchy.issuing.key_pair)):
        _write_pair(folder / "authorities" / name, pair.certificate, pair)


def names_of(index: Mapping[str, Any], material: Material) -> dict[bytes, str]:
    """Return an import's own names of the certificates of ``material``, by DER; folders made here have none."""
    names = index.get("names")
    known = names if isinstance(names, dict) else {}
    return {
        certificate.der: str(name)
        for certificate in material.certificates
        if (name := known.get(_fingerprint(certificate.der))) is not None
    }


def _fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def _write_index(
    folder: Path,
    acb: Eui64,
    parties: Iterable[PartyIdentity],
    provenance: dict[str, Any],
    names: Mapping[bytes, str] = MappingProxyType({}),
) -> None:
    index: dict[str, Any] = {
        "version": VERSION,
        "acb": str(acb),
        "parties": [{"eui": str(item.eui), "name": item.name, "roles": list(item.roles)} for item in parties],
        "provenance": provenance,
    }
    if names:
        index["names"] = {_fingerprint(der): name for der, name in sorted(names.items(), key=itemgetter(1))}
    data = json.dumps(index, indent=2, ensure_ascii=False).encode() + b"\n"
    draft = folder / (INDEX + ".new")
    _write(draft, data)
    draft.replace(folder / INDEX)
    (folder / _UNFINISHED).unlink(missing_ok=True)
