"""Identifiers are values: every way of writing one is the same, and made-up ones obey their own rules."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.identifiers import (
    like,
    made_up_postcode,
    mpan_of,
    mprn_of,
    read_mpxn,
    read_place,
    read_postcode,
    read_serial_hex,
    read_uprn,
)
from stubs.wire.request_id import RequestId

SAME: tuple[tuple[Callable[[str], object], str, tuple[str, ...]], ...] = (
    (read_uprn, "31508416322", ("031508416322", " 31508416322 ", "+31508416322", "0000000031508416322")),
    (read_mpxn, "1312345678333", ("13 1234 5678 333", "13-12345678-333", " 1312345678333\n")),
    (read_mpxn, "74123456", ("0074123456", "74 123 456")),
    (read_postcode, "M22 0RR", ("m220rr", " M22  0RR ", "m2 20 rr")),
    (read_postcode, "SW1A 1AA", ("sw1a1aa",)),
    (read_postcode, "GIR 0AA", ("gir0aa",)),
    (read_place, "AB1", ("ab1", " AB1 ")),
    (read_place, "M22 0RR", ("m220rr",)),
    (read_place, "12", ("0012",)),
    (read_serial_hex, "255", ("ff", "00:FF", "0xFF", " 0000ff ")),
    (
        Eui64.parse,
        "00-DB-12-34-56-78-90-A0",
        ("00-db-12-34-56-78-90-a0", "00:DB:12:34:56:78:90:A0", "00DB1234567890A0", "00 db 12 34 56 78 90 a0",
         "00.DB.12.34.56.78.90.A0"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(("reader", "value", "ways"), SAME, ids=[row[1] for row in SAME])
def test_every_way_of_writing_an_identifier_is_the_same(
    reader: Callable[[str], object], value: str, ways: tuple[str, ...]
) -> None:
    for way in ways:
        assert str(reader(way)) == value


@pytest.mark.parametrize(
    ("reader", "texts"),
    [
        (read_uprn, ("", "0", "000", "-1", "1234567890123", "12 34", "1.0", "٣", "x")),
        (
            read_mpxn,
            ("", "12345", "12345678901", "123456789012", "12345678901234", "0000000", "131234567833x", "١٢٣٤٥٦٧"),
        ),
        (read_postcode, ("", "SW1A", "1AA SW1", "SW1A 1A1", "SW1A-1AA", "ＳＷ1A 1AA", "AAAA 1AA")),
        (read_serial_hex, ("", "xyz", "-1", "f" * 41, "0x", "f" * 200)),
        (Eui64.parse, ("", "00-DB-12-34-56-78-90", "00-DB:12-34-56-78-90-A0", "00DB1234567890A", "0-0DB1234567890A0")),
    ],
    ids=["uprn", "mpxn", "postcode", "serial", "eui"],
)
def test_what_is_no_identifier_is_refused_with_the_form_expected(
    reader: Callable[[str], object], texts: tuple[str, ...]
) -> None:
    for text in texts:
        with pytest.raises(PeerError) as caught:
            reader(text)
        assert caught.value.expected, text


def test_a_document_s_identities_keep_their_one_form() -> None:
    with pytest.raises(PeerError):
        RequestId.parse("00DB1234567890A0:00-DB-12-34-56-78-90-A0:1")


def test_texts_that_are_no_identifiers_compare_without_case_and_space() -> None:
    assert like(read_mpxn, " ab 1 ") == like(read_mpxn, "AB1")
    assert like(read_uprn, "0012") == "12"


@given(st.integers(1, 10**12 - 1), st.integers(0, 5))
def test_a_uprn_is_its_number(number: int, zeros: int) -> None:
    assert read_uprn("0" * zeros + str(number)) == str(number)


def test_check_digits_are_those_of_published_examples() -> None:
    """MPAN and MPRN as worked out in the public descriptions of their check digits."""
    assert mpan_of("131234567890") == "1312345678907"
    assert mprn_of("39384244") == "3938424403"


@given(st.binary(min_size=6, max_size=6))
def test_made_up_post_codes_obey_the_rules(octets: bytes) -> None:
    made = made_up_postcode(octets)
    assert re.fullmatch(r"[A-PR-UWYZ][A-HK-Y]?[1-9] [0-9][ABD-HJLNP-UW-Z]{2}", made)
    assert read_postcode(made) == made
    assert 6 <= len(made) <= 8 or len(made) == 6
