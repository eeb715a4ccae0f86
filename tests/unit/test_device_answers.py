"""Every use case is carried out by every type of device that says it supports it; the answer reads, and as MMC too."""

from __future__ import annotations

from functools import partial

import pytest

from stubs.devices.effects import EFFECTS
from stubs.wire.duis import schema_problems
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Group, Message, use_cases
from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.gbcs.use_cases import Decrypt
from stubs.wire.mmc import blocks, decoded, write_document
from tests.device_answers import PAIRS, answered, the_bench


def opener(group: Group) -> Decrypt | None:
    """What opens the encrypted parts for whom they are; None when there are none."""
    if not blocks(group):
        return None
    reader = the_bench().keys[group.other.party or group.recipient, "KA"].private_key
    device: Eui64 = group.originator
    key = encryption_key(group, reader, the_bench().credentials(device).ka.certificate.public_key)
    return partial(decrypt, key=key, device=device)


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_every_use_case_is_answered_by_every_device_that_supports_it(name: str) -> None:
    for device in sorted(EFFECTS[name].devices):
        response = answered(name, device)
        assert response is not None, device
        group = Message.from_bytes(response).group
        assert group.other.message_code == use_cases.use_case(name).message_code
        read = use_cases.read_response(group.other.message_code, group.content, opener(group))
        assert isinstance(read["MessageSuccess"], bool)
        for key in {opener(group), None}:
            assert schema_problems(write_document(decoded(group, None, key))) == (), device


def test_every_use_case_has_a_device() -> None:
    assert set(EFFECTS) == set(use_cases.USE_CASES)
    assert len(PAIRS) > 400
