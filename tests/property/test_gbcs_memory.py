"""No octets make the GBCS codecs use more memory than a small multiple of their size, or take long."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stubs.wire.errors import PeerError
from stubs.wire.gbcs import der, dlms, gbz
from stubs.wire.gbcs.envelope import Message
from stubs.wire.gbcs.view import describe

CEILING = 512 * 1024
"""Octets that any small input may cost: interpreter objects included."""
PER_OCTET = 600
"""Octets of memory for one of input: a value of one octet becomes an object of some hundreds."""

READERS: dict[str, Callable[[bytes], object]] = {
    "envelope": Message.from_bytes,
    "dlms request": dlms.AccessRequest.from_bytes,
    "dlms response": dlms.AccessResponse.from_bytes,
    "dlms notification": dlms.DataNotification.from_bytes,
    "gbz": gbz.GbzMessage.from_bytes,
    "der": der.decode,
    "view": lambda data: describe(data, None),
}

# Counts and lengths that promise far more than follows, nesting, and compact arrays of nothing.
BOMBS = (
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x01\x84\xff\xff\xff\xff",
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x02\xff" * 4000,
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x01\x01" * 4000,
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x13\x02\x00\x84\xff\xff\xff\xff",
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x13" + b"\x01\xff\xff" * 500 + b"\x00\x00",
    b"\xda\x20\x00\x00\x01\x00\x00\x01" + b"\x13\x02\x02\x00\x00\x81\xff" + bytes(255),
    b"\x01\x09\xff" + b"\x01\x07\x02\xff\xff" * 2000,
    b"\x30\x84\xff\xff\xff\xff",
    b"\x30\x80" * 4000,
    b"\x30\x82\x03\xe8" + b"\x30\x00" * 500,
    b"\xdf\x09" + b"\x84\xff\xff\xff\xff" * 100,
)


def cost_of(reader: Callable[[bytes], object], data: bytes) -> int:
    tracemalloc.start()
    try:
        with_problem = None
        try:
            reader(data)
        except PeerError as error:
            with_problem = error
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    del with_problem
    return peak


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
@pytest.mark.parametrize("name", READERS)
def test_promises_of_much_cost_little(name: str, bomb: bytes) -> None:
    assert cost_of(READERS[name], bomb) <= CEILING + PER_OCTET * len(bomb)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=2000)
@given(data=st.binary(max_size=2048))
def test_memory_stays_a_small_multiple_of_the_input(name: str, data: bytes) -> None:
    assert cost_of(READERS[name], data) <= CEILING + PER_OCTET * len(data)
