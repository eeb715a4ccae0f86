"""Certificates and keys as found in files: contents decide, file names do not.

One exception: nothing in a supplier's certificate for prepayment tokens tells it from its other certificate for key
agreement, so a name with ``pp-ka`` in it (``PP-ka`` in the key store) is believed.

Two sources: a folder of PEM certificates and PKCS#8 keys (PEM or DER), and the ``keystore.json`` of the npm package
``@smartdcc/dccboxed-keystore`` 0.4.2 (an object: EUI-64 → usage → serial → certificate, privateKey, name, role).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from stubs.smki.keys import KeyPair, read_private_key, spki
from stubs.wire.certificates import Certificate
from stubs.wire.errors import InputError, PeerError

_LARGEST = 16 * 1024 * 1024
_PREPAYMENT = re.compile(r"pp-?ka", re.IGNORECASE)
_PEM_OBJECT = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_SILENT = frozenset({"EC PARAMETERS"})
"""Written before a key by OpenSSL; says nothing the key does not."""
_SUFFIXES = frozenset({".pem", ".key", ".crt", ".cer", ".der"})


@dataclass(slots=True)
class Material:
    """Certificates in the order found, private keys by their public half (DER), and what could not be read."""

    certificates: list[Certificate] = field(default_factory=list)
    keys: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    prepayment: set[bytes] = field(default_factory=set)
    """Certificates (DER) for prepayment tokens."""
    names: dict[bytes, str] = field(default_factory=dict)
    """Names that the source gives to certificates (DER): an entry's name, or a file's without its suffix."""
    unread: list[str] = field(default_factory=list)
    digest: str = ""
    """SHA-256 over what was read, hexadecimal: the same material, the same digest."""

    def pair(self, certificate: Certificate) -> KeyPair | None:
        """The certificate with its private key, when that is known."""
        key = self.keys.get(certificate.spki)
        return None if key is None else KeyPair(key, certificate)

    def add(self, other: Material) -> None:
        """Take in everything of ``other``; a certificate known already is not doubled."""
        known = {certificate.der for certificate in self.certificates}
        self.certificates += [certificate for certificate in other.certificates if certificate.der not in known]
        self.keys |= other.keys
        self.prepayment |= other.prepayment
        self.names |= other.names
        self.unread += other.unread

    def seal(self) -> Material:
        """Set ``digest`` from the contents."""
        digest = hashlib.sha256()
        for der in sorted({certificate.der for certificate in self.certificates}):
            digest.update(hashlib.sha256(der).digest())
        for key in sorted(self.keys):
            digest.update(hashlib.sha256(key).digest())
        self.digest = digest.hexdigest()
        return self


def read_material(source: Path) -> Material:
    """Read a folder or a ``keystore.json``.

    Raises: InputError: there is nothing there, it is no key store, or it holds no certificate.
    """
    if source.is_dir():
        material = _read_folder(source)
    elif source.is_file():
        material = _read_keystore(source)
    else:
        raise InputError(
            f"no PKI at {source}", mend="Name a folder or a keystore.json, or make one: uept pki init FOLDER."
        )
    if not material.certificates:
        raise InputError(
            f"no certificate could be read from {source}",
            mend="A PEM folder holds .pem certificates and .key private keys (PKCS#8). "
            + (f"Unreadable: {'; '.join(material.unread[:3])}" if material.unread else ""),
        )
    return material.seal()


def _read_folder(folder: Path) -> Material:
    material = Material()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        try:
            _take(material, path.read_bytes(), path.stem)
        except (PeerError, OSError) as error:
            material.unread.append(f"{path.relative_to(folder)}: {error}")
    return material


def _add_certificate(material: Material, certificate: Certificate, name: str) -> None:
    material.certificates.append(certificate)
    material.names[certificate.der] = name
    if certificate.usage == "KA" and _PREPAYMENT.search(name):
        material.prepayment.add(certificate.der)


def _take(material: Material, data: bytes, name: str) -> None:
    """Take every certificate and key of one file. Raises: PeerError: nothing of it can be read."""
    objects = list(_PEM_OBJECT.finditer(data))
    if not objects:
        _take_der(material, data, name)
        return
    problems = []
    for number, found in enumerate(objects, 1):
        label = found.group(1).decode("ascii")
        try:
            if label == "CERTIFICATE":
                _add_certificate(material, Certificate.from_pem(found.group(0)), name)
            elif label.endswith("PRIVATE KEY"):
                _add_key(material, found.group(0))
            elif label not in _SILENT:
                raise PeerError(f"{label} is not used here", expected="CERTIFICATE or PRIVATE KEY")
        except PeerError as error:
            problems.append(f"object {number} of {len(objects)}: {error}" if len(objects) > 1 else str(error))
    if problems:
        raise PeerError("; ".join(problems))


def _take_der(material: Material, data: bytes, name: str) -> None:
    try:
        certificate = Certificate.from_der(data)
    except PeerError:
        _add_key(material, data)
    else:
        _add_certificate(material, certificate, name)


def _add_key(material: Material, data: bytes) -> None:
    key = read_private_key(data)
    material.keys[spki(key)] = key


def _read_keystore(path: Path) -> Material:
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST} bytes", mend="A key store is a few hundred kilobytes.")
    try:
        octets = path.read_bytes()
        content = msgspec.json.decode(octets.decode(json.detect_encoding(octets)))  # no text that is none, as \ud800
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend="Check its permissions.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not JSON: {error}", mend="Use the keystore.json of the npm package @smartdcc/dccboxed-keystore."
        ) from error
    material = Material()
    for place, entry in _entries(content):
        try:
            certificate = entry.get("certificate")
            if isinstance(certificate, str):
                _add_certificate(material, Certificate.from_pem(certificate), str(entry.get("name", "")))
            key_text = entry.get("privateKey")
            if isinstance(key_text, str):
                _add_key(material, key_text.encode())
        except PeerError as error:
            material.unread.append(f"{place}: {error}")
    return material


def _entries(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for eui, usages in _items(content):
        for usage, serials in _items(usages):
            for serial, entry in _items(serials):
                if isinstance(entry, dict):
                    yield f"{eui}/{usage}/{serial}", entry


def _items(content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        yield from content.items()
