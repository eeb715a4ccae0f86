"""Altered responses and alerts become a document or one error that says where; nothing else."""

from __future__ import annotations

import contextlib
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from stubs.wire.errors import PeerError
from stubs.wire.gbcs import Cra
from stubs.wire.gbcs.crypto import decrypt, encryption_key
from stubs.wire.mmc import blocks, decoded, services_of, write_document
from tests.own_messages import DEVICE, OwnMessage, bench, own_messages

ANSWERS = [one for one in own_messages() if one.group.cra is not Cra.COMMAND]
PLAIN = [one for one in ANSWERS if not blocks(one.group)]
SEALED = [one for one in ANSWERS if blocks(one.group)]


def plaintext(one: OwnMessage, part: bytes) -> bytes:
    reader = bench().keys[one.group.other.party or one.group.recipient, "KA"].private_key
    key = encryption_key(one.group, reader, bench().credentials(DEVICE).ka.certificate.public_key, bench().agree)
    return partial(decrypt, key=key, device=DEVICE)(part)


def altered(data: bytes, at: int, flip: int) -> bytes:
    place = at % len(data)
    return data[:place] + bytes((data[place] ^ flip,)) + data[place + 1 :]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(PLAIN), st.integers(0, 10_000), st.integers(1, 255))
def test_an_altered_payload_is_a_document_or_an_error(one: OwnMessage, at: int, flip: int) -> None:
    group = replace(one.group, content=altered(one.group.content, at, flip))
    for srv in services_of(one.use_case) or (None,):
        with contextlib.suppress(PeerError):
            etree.fromstring(write_document(decoded(group, srv)))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEALED), st.integers(0, 10_000), st.integers(1, 255))
def test_altered_sensitive_parts_are_a_document_or_an_error(one: OwnMessage, at: int, flip: int) -> None:
    with contextlib.suppress(PeerError):
        document = decoded(one.group, None, lambda part: altered(plaintext(one, part), at, flip))
        etree.fromstring(write_document(document))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ANSWERS), st.binary(max_size=60))
def test_any_payload_is_a_document_or_an_error(one: OwnMessage, content: bytes) -> None:
    with contextlib.suppress(PeerError):
        etree.fromstring(write_document(decoded(replace(one.group, content=content))))
