"""Key stores of a foreign authority, in the appliance's format, to open and to import."""

from __future__ import annotations

import json
from pathlib import Path

from stubs.smki import KeyPair
from stubs.smki.authority import make_hierarchy
from stubs.smki.keys import write_private_key
from stubs.wire.eui64 import Eui64

METER = Eui64.parse("A0-B1-C2-D3-E4-55-00-01")
PARTY = Eui64.parse("12-34-56-78-9A-BC-DE-01")
ACB = Eui64.parse("12-34-56-78-9A-BC-DE-02")
ALIEN = make_hierarchy(b"somebody else".ljust(32, b".")).issuing
"""A foreign authority, for material to import."""


def keystore(path: Path, *entries: tuple[str, KeyPair, bool]) -> Path:
    """A key store of these entries: name, key pair, whether the private key is in it."""
    content: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    for name, pair, has_key in entries:
        certificate = pair.certificate
        usage = {"DS": "digitalSignature", "KA": "keyAgreement"}[certificate.usage]
        entry: dict[str, object] = {"certificate": certificate.pem, "name": name}
        if has_key:
            entry["privateKey"] = write_private_key(pair.private_key).decode()
        content.setdefault(certificate.eui.hex, {}).setdefault(usage, {})[str(certificate.serial)] = entry
    path.write_text(json.dumps(content))
    return path


def appliance(path: Path) -> Path:
    """A key store of the shape that the test appliance brings: a party, the DCC, a meter without private keys."""
    return keystore(
        path,
        ("supplier-ds", ALIEN.organisation(PARTY, "02", "DS", common_name="ALIEN"), True),
        ("supplier-ka", ALIEN.organisation(PARTY, "02", "KA"), True),
        ("supplierPP-ka", ALIEN.organisation(PARTY, "02", "KA", label="pp-ka"), True),
        ("xml-sign-ds", ALIEN.organisation(PARTY, "87", "DS"), True),
        ("acb-ds", ALIEN.organisation(ACB, "04", "DS"), True),
        ("acb-ka", ALIEN.organisation(ACB, "04", "KA"), True),
        ("dsp-xml-sign-ds", ALIEN.organisation(ACB, "89", "DS"), True),
        ("meter-ds", ALIEN.device(METER, b"x" * 32).ds, False),
    )
