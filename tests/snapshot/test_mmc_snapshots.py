"""Decoded documents of our own messages, pinned word for word.

After a change that is meant, ``pytest tests/snapshot --snapshot-update`` writes them anew; look at the difference.
"""

from __future__ import annotations

from functools import partial

import pytest
from syrupy.assertion import SnapshotAssertion

from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.mmc import decoded, write_document
from tests.own_messages import DEVICE, bench, own_messages

PINNED = {
    "ECS17b done": "4.1.1",
    "ECS17b by the ACB done": "4.1.1",
    "ECS23b done": "4.10",
    "ECS26a done": "4.13",
    "ECS61d done": "7.14",
    "ECS70 failed at 2": "6.11",
    "ECS42 done": "7.1",
    "GCS13a failed at 0": "4.1.1",
    "GCS21b done": "4.13",
    "GCS21f done": "4.11.1",
    "CS02aMAC done": "6.24.1",
    "CS02bSupplierBySupplier done": "6.15.1",
    "CS03B refused": "8.7.2",
    "DLMS 8F3F": None,
    "DLMS outcome 8F66 of ECS02": None,
    "GBZ outcome 8F67 of GCS02": None,
    "data 008B": None,
    "data 00CB": None,
    "data 0121": None,
}


SENSITIVE = ("ECS17b done", "GCS13a failed at 0", "data 008B")


def document(name: str, *, is_opened: bool) -> str:
    group = next(one.group for one in own_messages() if one.name == name and one.kind in {"response", "alert"})
    reader = bench().keys[group.other.party or group.recipient, "KA"].private_key
    key = encryption_key(group, reader, bench().credentials(DEVICE).ka.certificate.public_key, bench().agree)
    opened = partial(decrypt, key=key, device=DEVICE) if is_opened else None
    return write_document(decoded(group, PINNED[name], opened)).decode()


@pytest.mark.parametrize("name", PINNED)
def test_document(name: str, snapshot: SnapshotAssertion) -> None:
    assert document(name, is_opened=True) == snapshot


@pytest.mark.parametrize("name", SENSITIVE)
def test_first_pass(name: str, snapshot: SnapshotAssertion) -> None:
    assert document(name, is_opened=False) == snapshot
