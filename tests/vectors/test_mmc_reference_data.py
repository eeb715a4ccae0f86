"""Every visible response and alert of the industry's reference data as an MMC document, by both schemas.

Origin: Reference Test Data Set (RTDS) 4.5.0 with its test keys, and the official MMC schema 5.4, read from
``../shared``; see the notes there for licences. Nothing of them is copied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from stubs.wire.certificates import Certificate
from stubs.wire.duis import schema_problems
from stubs.wire.gbcs import Cra, Group, Message
from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.gbcs.use_cases import Decrypt
from stubs.wire.mmc import blocks, decoded, write_document
from stubs.wire.xml import RA
from tests.own_messages import own_messages
from tests.reference_data import IS_THERE, KEYSTORE, SHARED, gbcs_files, octets_of

OFFICIAL = SHARED / "official-schemas" / "MMC Schema V5.4.xsd"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not OFFICIAL.is_file() or not IS_THERE,
        reason="../shared is absent: put the industry's reference data and schemas there",
    ),
]


@cache
def official_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(OFFICIAL)))


def messages() -> Iterator[tuple[str, str | None, Group]]:
    for path in gbcs_files():
        group = Message.from_bytes(octets_of(path)).group
        if group.cra is not Cra.COMMAND:
            found = re.search(r"_(\d+(?:\.\d+)+)_", path.stem)
            yield path.stem, found[1] if found else None, group


@cache
def private_ka(eui: str) -> EllipticCurvePrivateKey:
    key = load_pem_private_key((KEYSTORE / f"{eui}-ka.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


@cache
def public_ka(eui: str) -> Any:
    return Certificate.from_pem((KEYSTORE / f"{eui}-ka.pem").read_bytes()).public_key


def opener(group: Group) -> Decrypt:
    reader = group.other.party or group.recipient
    key = encryption_key(group, private_ka(reader.hex), public_ka(group.originator.hex))
    return partial(decrypt, key=key, device=group.originator)


def problems(group: Group, srv: str | None, key: Decrypt | None) -> list[str]:
    root = etree.fromstring(write_document(decoded(group, srv, key)))
    official = [] if official_schema().validate(root) else [str(official_schema().error_log)]
    return [*official, *(str(problem) for problem in schema_problems(root))]


def test_every_reference_response_and_alert_becomes_a_valid_document() -> None:
    count, wrong = 0, []
    for name, srv, group in messages():
        is_sealed = bool(blocks(group))
        for key in (opener(group), None) if is_sealed else (None,):
            count += 1
            wrong += [f"{name}: {problem}" for problem in problems(group, srv, key)]
    assert wrong == []
    assert count >= 436


def test_opened_sensitive_reads_hold_their_data_and_first_passes_their_blocks() -> None:
    sealed = [(group, srv) for _, srv, group in messages() if group.cra is Cra.RESPONSE and blocks(group)]
    assert len(sealed) >= 30
    for group, srv in sealed:
        opened = etree.fromstring(write_document(decoded(group, srv, opener(group))))
        first = etree.fromstring(write_document(decoded(group, srv)))
        assert len(list(first.iter(f"{{{RA}}}GBCSData"))) == len(blocks(group))
        assert list(first.iter(f"{{{RA}}}SMETSData")) == []
        assert len(list(opened.iter(f"{{{RA}}}SMETSData"))) == 1


def test_documents_of_our_own_messages_are_valid_by_the_official_schema() -> None:
    answers = [one for one in own_messages() if one.group.cra is not Cra.COMMAND and not blocks(one.group)]
    wrong = [f"{one.name}: {problem}" for one in answers for problem in problems(one.group, None, None)]
    assert wrong == []
    assert len(answers) > 900
