"""Payload codecs: what is built is read back, and no bytes crash a reader."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.errors import PeerError
from stubs.wire.gbcs import der, dlms, gbz, use_cases
from stubs.wire.gbcs.dlms import Data, Tag

INTEGERS = {Tag.INT8: 8, Tag.INT16: 16, Tag.INT32: 32, Tag.INT64: 64}
UNSIGNED = {Tag.UINT8: 8, Tag.UINT16: 16, Tag.UINT32: 32, Tag.UINT64: 64, Tag.ENUM: 8}


def numbers(tag: Tag, low: int, high: int) -> st.SearchStrategy[Data]:
    return st.integers(low, high).map(lambda number: Data(tag, number))


def simple() -> st.SearchStrategy[Data]:
    return st.one_of(
        st.just(dlms.null()),
        st.binary(max_size=300).map(dlms.octets),
        st.text("01", max_size=200).map(dlms.bits),
        st.text(max_size=40).map(lambda text: Data(Tag.UTF8_STRING, text)),
        *(numbers(tag, -(1 << size - 1), (1 << size - 1) - 1) for tag, size in INTEGERS.items()),
        *(numbers(tag, 0, (1 << size) - 1) for tag, size in UNSIGNED.items()),
    )


VALUES = st.recursive(
    simple(),
    lambda inner: st.lists(inner, max_size=6).flatmap(
        lambda items: st.sampled_from([Data(Tag.ARRAY, tuple(items)), Data(Tag.STRUCTURE, tuple(items))])
    ),
    max_leaves=20,
)


@given(VALUES)
def test_every_dlms_value_is_read_as_it_was_written(value: Data) -> None:
    data = dlms.encode_value(value)
    assert dlms.decode_value(data) == (value, len(data))


@given(st.binary(max_size=80))
def test_bytes_that_are_read_as_a_dlms_value_are_rebuilt(data: bytes) -> None:
    with contextlib.suppress(PeerError):
        value, end = dlms.decode_value(data)
        assert dlms.encode_value(value) == data[:end]


@given(st.sampled_from([b"\xd9", b"\xda", b"\x0f"]), st.binary(max_size=80))
def test_no_bytes_crash_the_dlms_readers(tag: bytes, rest: bytes) -> None:
    for reader in (dlms.AccessRequest, dlms.AccessResponse, dlms.DataNotification):
        with contextlib.suppress(PeerError):
            data = tag + b"\x20\x00\x00\x01\x00" + rest
            assert reader.from_bytes(data).to_bytes() == data


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_gbz_readers(rest: bytes) -> None:
    data = gbz.components.PROFILE + rest
    with contextlib.suppress(PeerError):
        assert gbz.GbzMessage.from_bytes(data).to_bytes() == data
    with contextlib.suppress(PeerError):
        assert gbz.GbzAlert.from_bytes(data).to_bytes() == data


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_attribute_and_asn1_readers(data: bytes) -> None:
    with contextlib.suppress(PeerError):
        assert gbz.write_attribute_records(gbz.read_attribute_records(data)) == data
    with contextlib.suppress(PeerError):
        der.decode(data)


@given(
    st.sampled_from(sorted(row.message_code for row in use_cases.USE_CASES.values())),
    st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=40).map(lambda rest: b"\xd9\x20\x00\x00\x01\x00" + rest),
        st.binary(max_size=40).map(lambda rest: b"\xda\x20\x00\x00\x01\x00\x00" + rest),
        st.binary(max_size=40).map(lambda rest: b"\x01\x09\x01" + rest),
    ),
)
def test_no_content_crashes_a_use_case(code: int, content: bytes) -> None:
    with contextlib.suppress(PeerError):
        use_cases.read_command(code, content)
    with contextlib.suppress(PeerError):
        use_cases.read_response(code, content, lambda data: data)
    with contextlib.suppress(PeerError):
        use_cases.read_alert(code, content)


@given(VALUES)
def test_any_decrypted_value_is_read_or_refused(value: Data) -> None:
    part = dlms.structure(dlms.null(), dlms.octets(dlms.encode_value(value)))
    response = dlms.AccessResponse(1, (part,), (dlms.AccessResult(dlms.Access.ACTION, 0),)).to_bytes()
    for code in (0x0027, 0x002D):
        with contextlib.suppress(PeerError):
            use_cases.read_response(code, response, lambda data: data)
