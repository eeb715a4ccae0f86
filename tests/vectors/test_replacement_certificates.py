"""Certificates that public requests bring (6.15.1, 6.15.2, 6.21, 6.23, 8.5), judged with the public key store alone.

Origin: reference data of the DCC, read from ``../shared/rtds``; nothing of it is copied here. The key store has no
authority's certificate, the requests bring theirs.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from lxml import etree

from stubs.devices.paths import is_trusted
from stubs.smki.authority import make_hierarchy
from stubs.smki.material import read_material
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.eui64 import Eui64

RTDS = Path(__file__).resolve().parents[2].parent / "shared" / "rtds"
REQUESTS = sorted(
    path for srv in ("6.15", "6.21", "6.23", "8.5") for path in (RTDS / "duis-requests").glob(f"*_{srv}*.XML")
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not REQUESTS, reason="../shared/rtds is absent: put the reference data set there"),
]

KNOWN = (Eui64.parse("90-B3-D5-1F-30-01-00-00"), Eui64.parse("90-B3-D5-1F-30-00-00-02"))


@pytest.fixture(scope="module")
def store() -> CertificateIndex:
    found = read_material(RTDS / "keystore").certificates
    return CertificateIndex(one for one in found if not one.is_device)


@pytest.fixture(scope="module")
def own() -> tuple[Certificate, ...]:
    """A device's certificate, of the authority that all devices of the data set share."""
    return next((one,) for one in read_material(RTDS / "keystore").certificates if one.is_device)


def brought(path: Path) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...]]:
    """What is to be held, and the authorities that come along."""
    texts = (element.text or "" for element in etree.parse(path).iter("{*}*"))
    found = [Certificate.from_der(base64.b64decode(text)) for text in texts if text.strip().startswith("MII")]
    return tuple(one for one in found if one.usage != "CS"), tuple(one for one in found if one.usage == "CS")


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_public_certificates_are_taken(path: Path, store: CertificateIndex, own: tuple[Certificate, ...]) -> None:
    certificates, authorities = brought(path)
    assert certificates
    assert all(is_trusted(one, authorities, store, KNOWN, own) for one in certificates)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_foreign_ones_in_their_place_are_not(path: Path, store: CertificateIndex, own: tuple[Certificate, ...]) -> None:
    certificates, authorities = brought(path)
    foreign = make_hierarchy(b"foreign" * 5).issuing
    for one in certificates:
        made = foreign.organisation(one.eui, one.role or "02", one.usage).certificate
        assert not is_trusted(made, (*authorities, foreign.key_pair.certificate), store, KNOWN, own)
