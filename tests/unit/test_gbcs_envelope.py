"""The GBCS envelope on literal bytes laid out by hand from the guide's section 2."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from stubs.wire.errors import Misuse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, GbcsError, Group, Message, OtherInformation
from stubs.wire.gbcs.octets import decode_length, encode_length

USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("00-11-22-33-44-55-66-77")
GROUP_HEX = (
    "df 09 01 0000000000000007 08 a0b1c2d3e4010000 08 0011223344556677 00 02 0059 05 d920000700"  # no signature octet
)
GROUP = Group(Cra.COMMAND, 7, USER, DEVICE, b"", OtherInformation(0x59), bytes.fromhex("d920000700"), None)


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def offset_of(text: str) -> int:
    with pytest.raises(GbcsError) as raised:
        Message.from_bytes(octets(text))
    assert raised.value.where == f"octet {raised.value.offset}"
    return raised.value.offset


def test_a_bare_precommand_is_read_and_written() -> None:
    assert Message.from_bytes(octets(GROUP_HEX)) == Message(GROUP)
    assert Message(GROUP).to_bytes() == octets(GROUP_HEX)


def test_an_empty_signature_octet_is_told_from_none() -> None:
    with_octet = Message.from_bytes(octets(GROUP_HEX + "00"))
    assert with_octet.group.signature == b""
    assert with_octet.to_bytes() == octets(GROUP_HEX + "00")
    assert with_octet.group.signed_part == GROUP.signed_part == octets(GROUP_HEX)[1:]


def test_a_signature_is_64_octets() -> None:
    text = GROUP_HEX + "40" + "ab" * 64
    assert Message.from_bytes(octets(text)).group.signature == b"\xab" * 64
    assert Message.from_bytes(octets(text)).to_bytes() == octets(text)


def test_the_mac_wrapper_counts_what_follows_its_length() -> None:
    message = Message(replace(GROUP, signature=b""), bytes(range(12)))
    encoded = message.to_bytes()
    assert encoded[:13] == octets("dd 000000000000 39 1100000000")
    assert len(encoded) == 8 + 0x39
    assert encoded[13:-12] == octets(GROUP_HEX + "00")
    assert encoded[-12:] == bytes(range(12))
    assert Message.from_bytes(encoded) == message


def test_a_long_message_takes_the_shortest_length() -> None:
    message = Message(replace(GROUP, content=bytes(300), signature=b""), bytes(12))
    encoded = message.to_bytes()
    assert encoded[7:10] == octets("82 0162")
    assert Message.from_bytes(encoded) == message


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (OtherInformation(0x1000), "1000"),
        (OtherInformation(1, USER), "0001 a0b1c2d3e4010000"),
        (OtherInformation(1, USER, 1002), "0001 a0b1c2d3e4010000 00000000000003ea"),
        (
            OtherInformation(1, USER, 1002, originator_counter=5),
            "0001 a0b1c2d3e4010000 00000000000003ea 0000000000000005",
        ),
        (
            OtherInformation(1, USER, 1002, certificate=b"\x30\x07" + bytes(7)),
            "0001 a0b1c2d3e4010000 00000000000003ea 300700000000000000",
        ),
    ],
)
def test_the_five_shapes_of_other_information(other: OtherInformation, text: str) -> None:
    assert other.to_bytes() == octets(text)
    assert OtherInformation.from_bytes(octets(text)) == other


@pytest.mark.parametrize("length", [0, 1, 3, 9, 11, 17, 19, 25])
def test_other_information_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(GbcsError, match="2, 10, 18, 26 or more"):
        OtherInformation.from_bytes(bytes(length))


def test_other_information_without_a_shape_is_misuse() -> None:
    with pytest.raises(Misuse):
        OtherInformation(0x10000)
    with pytest.raises(Misuse):
        OtherInformation(1, counter=1)
    with pytest.raises(Misuse):
        OtherInformation(1, USER, originator_counter=1)
    with pytest.raises(Misuse):
        OtherInformation(1, USER, 1, 1, bytes(9))
    with pytest.raises(Misuse):
        OtherInformation(1, USER, certificate=bytes(9))
    with pytest.raises(Misuse):
        OtherInformation(1, USER, 1, certificate=bytes(8))


def test_the_other_first_octet_is_refused() -> None:
    assert offset_of("e0 00") == 0
    assert offset_of("") == 0


def test_a_general_ciphering_field_that_is_not_empty_is_refused() -> None:
    assert offset_of("dd 000000010000 47 1100000000") == 0


def test_a_wrapper_of_another_length_is_refused() -> None:
    assert offset_of("dd 000000000000 05 1100000000 00") == 7


def test_another_security_header_is_refused() -> None:
    assert offset_of("dd 000000000000 05 3100000000") == 8


def test_a_wrapper_without_room_for_a_mac_is_refused() -> None:
    assert offset_of("dd 000000000000 05 1100000000") == 13


def test_a_mac_without_signature_field_is_refused() -> None:
    assert offset_of("dd 000000000000 38 1100000000" + GROUP_HEX + "00" * 12) == 52


def test_an_unknown_cra_flag_is_refused() -> None:
    assert offset_of(GROUP_HEX.replace("df 09 01", "df 09 04")) == 2


def test_a_system_title_of_another_length_is_refused() -> None:
    assert offset_of(GROUP_HEX.replace("08 a0b1", "07 a0b1")) == 11
    assert offset_of(GROUP_HEX.replace("08 0011", "09 0011")) == 20


def test_a_date_time_of_another_length_is_refused() -> None:
    assert offset_of(GROUP_HEX.replace("77 00 02", "77 01 ff 02")) == 29


def test_a_length_that_is_not_the_shortest_is_refused() -> None:
    assert offset_of(GROUP_HEX.replace("05 d9", "8105 d9")) == 33
    assert offset_of(GROUP_HEX.replace("05 d9", "820005 d9")) == 33


def test_a_length_of_no_or_too_many_octets_is_refused() -> None:
    assert offset_of(GROUP_HEX.replace("05 d9", "80 d9")) == 33
    assert offset_of(GROUP_HEX.replace("05 d9", "850000000005 d9")) == 33


def test_a_length_octet_that_is_missing_is_refused() -> None:
    with pytest.raises(GbcsError, match="end inside"):
        decode_length(b"", 0, what="x")
    with pytest.raises(GbcsError, match="end inside"):
        decode_length(b"\x82\x01", 0, what="x")


def test_a_signature_of_another_length_is_refused() -> None:
    assert offset_of(GROUP_HEX + "3f" + "00" * 63) == 39


def test_a_signature_that_ends_early_is_refused() -> None:
    assert offset_of(GROUP_HEX + "40" + "00" * 63) == 39 + 64


def test_octets_after_the_end_are_refused() -> None:
    assert offset_of(GROUP_HEX + "00" + "00") == 40


def test_every_truncation_is_refused_with_its_place() -> None:
    whole = Message(replace(GROUP, signature=b""), bytes(12)).to_bytes()
    for length in range(len(whole)):
        with pytest.raises(GbcsError):
            Message.from_bytes(whole[:length])


def test_writing_fields_of_a_wrong_size_is_misuse() -> None:
    with pytest.raises(Misuse, match="date-time"):
        replace(GROUP, date_time=b"\x00").to_bytes()
    with pytest.raises(Misuse, match="signature"):
        replace(GROUP, signature=b"\x00").to_bytes()
    with pytest.raises(Misuse, match="counter"):
        replace(GROUP, counter=1 << 64).to_bytes()
    with pytest.raises(Misuse, match="MAC"):
        Message(GROUP, bytes(12)).to_bytes()
    with pytest.raises(Misuse, match="MAC"):
        Message(replace(GROUP, signature=b""), bytes(11)).to_bytes()
    with pytest.raises(Misuse, match="length"):
        encode_length(-1)
