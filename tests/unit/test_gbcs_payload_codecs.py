"""DLMS, GBZ and DER codecs: values in, bytes out, and every guard tripped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stubs.wire.errors import Misuse
from stubs.wire.gbcs import GbcsError, der, dlms, gbz

SAMPLES = {
    "00": dlms.null(),
    "010200ff": dlms.array(dlms.null(), dlms.Data(dlms.Tag.DONT_CARE)),
    "0202110516 01".replace(" ", ""): dlms.structure(dlms.uint8(5), dlms.enum(1)),
    "03ff": dlms.boolean(is_true=True),
    "0300": dlms.boolean(is_true=False),
    "0403e0": dlms.bits("111"),
    "0400": dlms.bits(""),
    "05fffffffe": dlms.int32(-2),
    "060000000a": dlms.uint32(10),
    "0902abcd": dlms.octets(b"\xab\xcd"),
    "0a024142": dlms.Data(dlms.Tag.VISIBLE_STRING, "AB"),
    "0c02c3a9": dlms.Data(dlms.Tag.UTF8_STRING, "é"),
    "0fff": dlms.int8(-1),
    "10ff00": dlms.int16(-256),
    "120033": dlms.uint16(51),
    "14ffffffffffffffff": dlms.Data(dlms.Tag.INT64, -1),
    "150000000000000001": dlms.Data(dlms.Tag.UINT64, 1),
    "130202061209 08 00000001 8f01 01aa".replace(" ", ""): None,
}


@pytest.mark.parametrize(("text", "value"), SAMPLES.items())
def test_a_value_of_every_type_goes_both_ways(text: str, value: dlms.Data | None) -> None:
    if value is None:
        row = (dlms.uint32(1), dlms.uint16(0x8F01), dlms.octets(b"\xaa"))
        value = dlms.compact_array((dlms.Tag.UINT32, dlms.Tag.UINT16, dlms.Tag.OCTET_STRING), (row,))
        text = "1302030612090800000001" + "8f0101aa"
    data = bytes.fromhex(text)
    assert dlms.decode_value(data) == (value, len(data))
    assert dlms.encode_value(value) == data


def test_a_compact_array_may_hold_arrays_of_a_fixed_number() -> None:
    element = dlms.TypeDescription(
        dlms.Tag.STRUCTURE,
        (
            dlms.TypeDescription(dlms.Tag.UINT8),
            dlms.TypeDescription(dlms.Tag.ARRAY, (dlms.TypeDescription(dlms.Tag.UINT16),), 2),
        ),
    )
    row = dlms.structure(dlms.uint8(7), dlms.array(dlms.uint16(1), dlms.uint16(2)))
    value = dlms.Data(dlms.Tag.COMPACT_ARRAY, dlms.CompactArray(element, (row,)))
    data = dlms.encode_value(value)
    assert data.hex() == "1302021101000212050700010002"
    assert dlms.decode_value(data)[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "08",
        "020200",
        "0501",
        "0403ff",
        "0a01ff",
        "0c01ff",
        "0902ab",
        "1313",
        "13021105aa",
        "1300020000",
        "1306030102",
        "01" + "01" * 60,
    ],
)
def test_bytes_that_are_no_value_are_refused_with_their_offset(text: str) -> None:
    data = bytes.fromhex(text)
    with pytest.raises(GbcsError) as refused:
        dlms.decode_value(data)
    assert refused.value.offset >= 0


@pytest.mark.parametrize(
    "value",
    [
        dlms.uint8(256),
        dlms.int8(128),
        dlms.bits("12"),
        dlms.Data(
            dlms.Tag.COMPACT_ARRAY,
            dlms.CompactArray(dlms.TypeDescription(dlms.Tag.UINT8), (dlms.uint16(1),)),
        ),
        dlms.Data(
            dlms.Tag.COMPACT_ARRAY,
            dlms.CompactArray(
                dlms.TypeDescription(dlms.Tag.ARRAY, (dlms.TypeDescription(dlms.Tag.UINT8),), 2),
                (dlms.array(dlms.uint8(1)),),
            ),
        ),
    ],
)
def test_a_value_that_does_not_fit_is_our_own_mistake(value: dlms.Data) -> None:
    with pytest.raises(Misuse):
        dlms.encode_value(value)


def test_a_member_or_type_that_is_not_there_is_the_peers_mistake() -> None:
    with pytest.raises(GbcsError, match="too short"):
        dlms.structure(dlms.null())[1]
    with pytest.raises(GbcsError, match="wrong type"):
        _ = dlms.uint8(1).octets
    with pytest.raises(GbcsError, match="wrong type"):
        _ = dlms.null().integer
    with pytest.raises(GbcsError, match="array or structure"):
        _ = dlms.uint8(1).items


def test_the_invoke_id_keeps_the_low_three_octets_of_the_counter() -> None:
    assert dlms.invoke_id(0x0123456789ABCDEF) == 0x20ABCDEF


REQUEST = bytes.fromhex("d92000001100" + "01" + "01000100000201" + "04ff02" + "0100")
RESPONSE = bytes.fromhex("da200000110000" + "01090400020000" + "010100")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xd9", "access-request"),
        (b"\xda" + REQUEST[1:], "not an access-request"),
        (REQUEST[:5] + b"\x01" + REQUEST[6:], "date-time"),
        (REQUEST[:-2] + b"\x00", "different length"),
        (REQUEST + b"\x00", "after the end"),
        (REQUEST[:7] + b"\x05" + REQUEST[8:], "unknown kind of access"),
        (REQUEST[:10], "specification"),
        (REQUEST[:7] + b"\x04" + REQUEST[8:17], "selection"),
        (REQUEST[:-2] + b"\x09", "list of data"),
    ],
)
def test_a_broken_access_request_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(GbcsError, match=what):
        dlms.AccessRequest.from_bytes(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (RESPONSE[:-1], "list of results"),
        (RESPONSE[:-2] + b"\x04\x00", "kind of result"),
        (RESPONSE + b"\x00", "after the end"),
    ],
)
def test_a_broken_access_response_is_refused(data: bytes, what: str) -> None:
    assert dlms.AccessResponse.from_bytes(RESPONSE).to_bytes() == RESPONSE
    with pytest.raises(GbcsError, match=what):
        dlms.AccessResponse.from_bytes(data)


def test_lists_and_selections_must_fit_when_built() -> None:
    row = dlms.AccessSpecification(dlms.Access.GET, 1, dlms.obis("0-0:0.2.1.255"), 2)
    with pytest.raises(Misuse, match="parallel"):
        dlms.AccessRequest(0, (row,), ()).to_bytes()
    selected = dlms.AccessSpecification(dlms.Access.GET, 1, row.instance, 2, 1, dlms.null())
    with pytest.raises(Misuse, match="selection"):
        selected.to_bytes()
    with pytest.raises(Misuse, match="OBIS"):
        dlms.obis("0-0:1.2")


def test_date_times_are_utc_and_have_their_special_values() -> None:
    local = datetime(2015, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert dlms.moment_octets(local).hex() == "07df0101ff000000008000ff"
    assert dlms.read_moment(dlms.moment_octets(local)) == datetime(2015, 1, 1, tzinfo=UTC)
    for when in (None, dlms.CANCELLED, datetime(2030, 1, 15, 9, tzinfo=UTC)):
        assert dlms.activation_moment(dlms.activation_octets(when)) == when
    assert dlms.activation_octets(None) == dlms.DLMS_NOW
    assert dlms.activation_octets(dlms.CANCELLED) == dlms.DLMS_NEVER
    assert dlms.seconds_since_2000(datetime(2015, 1, 1, tzinfo=UTC)) == 473385600
    assert dlms.when_seconds(473385600) == datetime(2015, 1, 1, tzinfo=UTC)


def test_times_without_zone_or_out_of_range_are_refused() -> None:
    naive = datetime(2015, 1, 1)  # noqa: DTZ001 - the naive time is what is tested
    for convert in (dlms.moment_octets, dlms.seconds_since_2000, der.generalized_time):
        with pytest.raises(Misuse, match="zone"):
            convert(naive)
    with pytest.raises(Misuse, match="range"):
        dlms.seconds_since_2000(datetime(1999, 1, 1, tzinfo=UTC))
    with pytest.raises(GbcsError, match="wrong length"):
        dlms.read_moment(b"")
    with pytest.raises(GbcsError, match="not a DLMS date-time"):
        dlms.read_moment(dlms.DLMS_NEVER)


def test_components_know_their_place_and_their_encryption() -> None:
    message = gbz.GbzMessage(
        (
            gbz.GbzComponent(0x0705, 0, 0, 0, b"\x01", from_time=5),
            gbz.GbzComponent(0x0702, 0x18, 1, 1, bytes(20), frame_counter=0),
        )
    )
    data = message.to_bytes()
    assert data.hex() == "010902" + "10070500080000000500000001" + "030702001b0000180101" + "0014" + "00" * 20
    assert gbz.GbzMessage.from_bytes(data) == message
    assert [component.is_encrypted for component in message.components] == [False, True]


GBZ = bytes.fromhex("010901010702000500000006" + "02")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x01\x09", "GBZ payload"),
        (b"\x01\x0a" + GBZ[2:], "not a GBZ payload"),
        (GBZ[:2] + b"\x02" + GBZ[3:], "control octet"),
        (GBZ[:3] + b"\x05" + GBZ[4:], "control octet"),
        (GBZ + b"\x00", "after the last"),
        (GBZ[:-1], "a GBZ component"),
        (GBZ[:6], "header"),
        (bytes.fromhex("0109010107020002aabb"), "too short"),
        (bytes.fromhex("0109011107020002aabb"), "too short"),
        (bytes.fromhex("010901030702000701000000000000"), "additional header control"),
        (bytes.fromhex("010901030702000700000000000001"), "ciphered information"),
    ],
)
def test_a_broken_gbz_message_is_refused(data: bytes, what: str) -> None:
    assert gbz.GbzMessage.from_bytes(GBZ).to_bytes() == GBZ
    with pytest.raises(GbcsError, match=what):
        gbz.GbzMessage.from_bytes(data)


def test_an_empty_gbz_message_is_our_own_mistake() -> None:
    with pytest.raises(Misuse, match="1 to 255"):
        gbz.GbzMessage(()).to_bytes()


def test_alerts_count_their_body() -> None:
    assert gbz.GbzAlert(0x810E, 1).to_bytes().hex() == "010900810e00000001"
    assert gbz.GbzAlert.from_bytes(gbz.GbzAlert(0x8F66, 1, b"\x00").to_bytes()).body == b"\x00"
    with pytest.raises(GbcsError, match="disagree"):
        gbz.GbzAlert.from_bytes(bytes.fromhex("010901810e00000001"))
    with pytest.raises(GbcsError, match="9 octets"):
        gbz.GbzAlert.from_bytes(bytes.fromhex("010900810e"))


def test_attribute_records_hold_numbers_strings_and_failures() -> None:
    records = (
        gbz.AttributeRecord(0x0302, 0xC0),
        gbz.AttributeRecord(0x0000, 0, 0x25, 12345),
        gbz.AttributeRecord(0x0005, 0, 0x2B, -7),
        gbz.AttributeRecord(0x0206, 0, 0x41, b"\x01\x02"),
    )
    data = gbz.write_attribute_records(records)
    assert data.hex() == "0203c0" + "00000025393000000000" + "0500002bf9ffffff" + "06020041020102"
    assert gbz.read_attribute_records(data) == records


def test_attributes_that_do_not_fit_are_refused() -> None:
    for data in ("0302", "03020025", "0302007700"):
        with pytest.raises(GbcsError):
            gbz.read_attribute_records(bytes.fromhex(data))
    with pytest.raises(GbcsError, match="even"):
        gbz.read_attribute_ids(b"\x01")
    for record in (
        gbz.AttributeRecord(1, 0, 0x20, 256),
        gbz.AttributeRecord(1, 0, 0x20, b"\x01"),
        gbz.AttributeRecord(1, 0, 0x41, 1),
    ):
        with pytest.raises(Misuse):
            gbz.write_attribute_records((record,))


def test_cluster_fields_must_be_complete_and_exact() -> None:
    layout = (gbz.Field("number", gbz.Kind.U16), gbz.Field("text", gbz.Kind.TEXT))
    data = gbz.encode_fields(layout, {"number": 258, "text": b"hi"})
    assert data.hex() == "0201026869"
    assert gbz.decode_fields(layout, data) == {"number": 258, "text": b"hi"}
    for broken in (data[:-1], data + b"\x00", b"\x01"):
        with pytest.raises(GbcsError):
            gbz.decode_fields(layout, broken)
    with pytest.raises(Misuse, match="no value"):
        gbz.encode_fields(layout, {"number": 1})
    with pytest.raises(Misuse, match="does not fit"):
        gbz.encode_fields(layout, {"number": 65536, "text": b""})


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100"), (-1, "0201ff"), (-128, "020180")],
)
def test_asn1_integers_have_their_shortest_form(number: int, text: str) -> None:
    assert der.integer(number).to_bytes().hex() == text
    assert der.decode(bytes.fromhex(text)).number == number


def test_asn1_values_nest_and_longer_lengths_are_read() -> None:
    value = der.sequence(der.null(), der.octet_string(b"\x01"), der.generalized_time(datetime(2015, 1, 1, tzinfo=UTC)))
    data = value.to_bytes()
    assert der.decode(data)[2].time == datetime(2015, 1, 1, tzinfo=UTC)
    assert der.decode(b"\x30\x81" + data[1:]).to_bytes() == data


@pytest.mark.parametrize(
    "text", ["", "30", "3002", "05000500", "1f8100", "0480", "0485000000", "3003020200", "0402aa", "30" * 80]
)
def test_bytes_that_are_no_asn1_value_are_refused(text: str) -> None:
    with pytest.raises(GbcsError):
        der.decode(bytes.fromhex(text))


def test_asn1_values_of_another_type_are_refused() -> None:
    value = der.sequence(der.null())
    with pytest.raises(GbcsError, match="too short"):
        value[1]
    with pytest.raises(GbcsError, match="wrong type"):
        value[0].expect(der.INTEGER)
    with pytest.raises(GbcsError, match="number"):
        _ = value[0].number
    with pytest.raises(GbcsError, match="GeneralizedTime"):
        _ = der.Tlv(der.GENERALIZED_TIME, b"2015").time
