"""Keys that we hold and certificates that we know: the PEM folder of the PKI, as a party has it.

Private keys are read for the Users we act as, certificates of all organisations for checking what others sign.
Keys never reach a log, an outcome or an error text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stubs.wire import Blocked, Eui64, PeerError
from stubs.wire.certificates import Certificate, CertificateIndex
from stubs.wire.xmlsig import Signer

_MEND = "Make one with 'uept pki init DIR', or bring yours with 'uept pki import'."
_PLAIN = re.compile(r"[0-9a-f]{16}-(?:ds|ka|pp-ka|xmlsign|dspxmlsign)")
"""Files of certificates in use; those of a key set put aside have a serial number more in their names."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys of one User. ``prepayment`` is for top-up tokens; None when it sells none."""

    eui: Eui64
    signer: Signer
    """Signs DUIS requests: xmlSign, role 87."""
    xmlsign: EllipticCurvePrivateKey
    digital_signing: EllipticCurvePrivateKey
    """Signs Pre-Commands: the key devices know."""
    key_agreement: EllipticCurvePrivateKey
    key_agreement_certificate: Certificate
    prepayment: EllipticCurvePrivateKey | None


def load_key_ring(pki: Path, eui: Eui64) -> KeyRing:
    """The keys of one User.

    Raises: Blocked: a file is missing or cannot be read as what it should be.
    """
    xmlsign = _key(pki, eui, "xmlsign")
    certificate = _certificate(pki / "organisations" / f"{eui.hex}-xmlsign.pem")
    has_prepayment = _path(pki, eui, "pp-ka", "key").exists()
    return KeyRing(
        eui=eui,
        signer=Signer(xmlsign, certificate.issuer_name, certificate.serial),
        xmlsign=xmlsign,
        digital_signing=_key(pki, eui, "ds"),
        key_agreement=_key(pki, eui, "ka"),
        key_agreement_certificate=_certificate(pki / "organisations" / f"{eui.hex}-ka.pem"),
        prepayment=_key(pki, eui, "pp-ka") if has_prepayment else None,
    )


def load_organisations(pki: Path) -> CertificateIndex:
    """Every organisation certificate of the folder; those under plain names are of the key set in use.

    Raises: Blocked: no such folder, or a file in it is no certificate.
    """
    folder = pki / "organisations"
    if not folder.is_dir():
        raise Blocked(f"there is no PKI folder at {pki}", mend=_MEND)
    known = CertificateIndex()
    for path in sorted(folder.glob("*.pem")):
        known.add(_certificate(path), preference=1 if _PLAIN.fullmatch(path.stem) else 0)
    return known


def load_acb(pki: Path) -> Eui64:
    """The EUI-64 of the DCC's access control broker, as ``pki.json`` names it.

    Raises: Blocked: the file is missing or names none.
    """
    path = pki / "pki.json"
    try:
        return Eui64.parse(json.loads(path.read_bytes())["acb"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PeerError) as error:
        raise Blocked(f"{path} does not name the access control broker: {error!r}", mend=_MEND) from error


def _path(pki: Path, eui: Eui64, what: str, suffix: str) -> Path:
    return pki / "organisations" / f"{eui.hex}-{what}.{suffix}"


def _certificate(path: Path) -> Certificate:
    try:
        return Certificate.from_pem(path.read_bytes())
    except OSError as error:
        raise Blocked(f"the certificate {path} cannot be read: {error.strerror}", mend=_MEND) from error
    except PeerError as error:
        raise Blocked(f"{path} is no certificate: {error}", mend=_MEND) from error


def _key(pki: Path, eui: Eui64, what: str) -> EllipticCurvePrivateKey:
    path = _path(pki, eui, what, "key")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise Blocked(f"the {what} key of {eui} cannot be read from {path}: {error.strerror}", mend=_MEND) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Blocked(f"{path} is no private key without a password", mend=_MEND) from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise Blocked(f"{path} is not a P-256 key", mend=_MEND)
    return key
