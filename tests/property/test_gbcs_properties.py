"""Laws of the GBCS envelope and its protections over generated values."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, GbcsError, Group, Message, OtherInformation
from stubs.wire.gbcs.crypto import add_mac, check_mac, check_signature, decrypt, encrypt, sign

ONE = derive_private_key(11, SECP256R1())
OTHER = derive_private_key(23, SECP256R1())

euis = st.binary(min_size=8, max_size=8).map(Eui64)
counters = st.integers(0, (1 << 64) - 1)
codes = st.integers(0, 0xFFFF)
other_informations = st.one_of(
    st.builds(OtherInformation, codes),
    st.builds(OtherInformation, codes, euis),
    st.builds(OtherInformation, codes, euis, counters),
    st.builds(OtherInformation, codes, euis, counters, counters),
    st.builds(OtherInformation, codes, euis, counters, st.none(), st.binary(min_size=9, max_size=300)),
)
groups = st.builds(
    Group,
    st.sampled_from(Cra),
    counters,
    euis,
    euis,
    st.one_of(st.just(b""), st.binary(min_size=12, max_size=12)),
    other_informations,
    st.binary(max_size=300),
    st.one_of(st.none(), st.just(b""), st.binary(min_size=64, max_size=64)),
)
messages = st.one_of(
    st.builds(Message, groups),
    st.builds(
        Message,
        groups.map(lambda group: replace(group, signature=group.signature or b"")),
        st.binary(min_size=12, max_size=12),
    ),
)


@given(messages)
def test_what_is_written_is_read_back(message: Message) -> None:
    assert Message.from_bytes(message.to_bytes()) == message


def read_or_refuse(data: bytes) -> None:
    try:
        message = Message.from_bytes(data)
    except PeerError as refused:
        error = refused
    else:
        assert message.to_bytes() == data
        return
    assert isinstance(error, GbcsError)
    assert 0 <= error.offset <= len(data)


@given(st.one_of(st.binary(), st.binary().map(b"\xdf\x09".__add__), st.binary().map(b"\xdd\0\0\0\0\0\0".__add__)))
@example(b"\xdd" + bytes(6) + b"\x84\xff\xff\xff\xff")
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    read_or_refuse(data)


@given(messages, st.data())
def test_altered_messages_are_read_or_refused_with_a_place(message: Message, data: st.DataObject) -> None:
    encoded = bytearray(message.to_bytes())
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    read_or_refuse(bytes(encoded))


@given(groups, st.data())
def test_a_mac_agrees_and_a_flipped_bit_is_detected(group: Group, data: st.DataObject) -> None:
    message = add_mac(group, ONE, OTHER.public_key())
    check_mac(message, OTHER, ONE.public_key())
    encoded = bytearray(message.to_bytes())
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(GbcsError):
        check_mac(Message.from_bytes(bytes(encoded)), OTHER, ONE.public_key())


@given(groups, st.data())
def test_a_signature_agrees_and_a_flipped_bit_is_detected(group: Group, data: st.DataObject) -> None:
    signed = sign(group, ONE)
    check_signature(signed, ONE.public_key())
    encoded = bytearray(signed.to_bytes())
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(GbcsError):
        check_signature(Group.from_bytes(bytes(encoded)), ONE.public_key())


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16), euis, st.data())
def test_encryption_is_undone_and_a_flipped_bit_is_detected(
    plaintext: bytes, key: bytes, device: Eui64, data: st.DataObject
) -> None:
    blob = bytearray(encrypt(plaintext, key, device))
    assert decrypt(bytes(blob), key, device) == plaintext
    bit = data.draw(st.integers(0, 8 * len(blob) - 1))
    blob[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(GbcsError):
        decrypt(bytes(blob), key, device)
