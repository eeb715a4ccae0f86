"""The field-by-field view on the guide's worked examples (sections 7.1 to 7.9) and on what goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from msgspec.structs import replace

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.crypto import add_mac, encrypt, encryption_key, sign
from stubs.wire.gbcs.view import Check, Field, ViewKeys, describe, render_text, summary, to_json

SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
ACB = Eui64.parse("90-B3-D5-1F-30-00-00-02")
DEVICE = Eui64.parse("00-DB-12-34-56-78-90-A0")


def key(number: int) -> EllipticCurvePrivateKey:
    return derive_private_key(number, SECP256R1())


KEYS = {SUPPLIER: key(3), ACB: key(5), DEVICE: key(7)}
Publics = Callable[[Eui64], tuple[EllipticCurvePublicKey, ...]]


def publics(*euis: Eui64) -> Publics:
    return lambda eui: (KEYS[eui].public_key(),) if eui in euis else ()


VIEW_KEYS = ViewKeys(ACB, lambda eui: (KEYS[eui],) if eui != DEVICE else (), publics(*KEYS), publics(*KEYS))

READ_VERSION = Group(
    Cra.COMMAND,
    1000,
    SUPPLIER,
    DEVICE,
    b"",
    OtherInformation(0x59),
    bytes.fromhex("d9 200003e8 00 01 01 0001 0000000201ff 02 01 00"),
    b"",
)
VERSION = Group(
    Cra.RESPONSE,
    1000,
    DEVICE,
    SUPPLIER,
    b"",
    OtherInformation(0x59),
    bytes.fromhex("da 200003e8 00 00 01 09 04 0123abcd 01 01 00"),
    b"",
)


def flat(fields: tuple[Field, ...]) -> list[Field]:
    return [inner for field in fields for inner in (field, *flat(field.children))]


def named(fields: tuple[Field, ...], name: str) -> Field:
    found = [field for field in flat(fields) if field.name == name]
    assert len(found) == 1, f"{name}: {[field.name for field in flat(fields)]}"
    return found[0]


def content(group: Group, text: str) -> tuple[Field, ...]:
    return describe(replace(group, content=bytes.fromhex(text)).to_bytes())


def test_the_guides_command_lies_where_the_guide_says() -> None:
    fields = describe(Message(READ_VERSION, bytes.fromhex("a25a51a93bafa5c9e2b224bd")).to_bytes())
    places = [(field.offset, field.name) for field in fields]
    assert places == [
        (0, "general-ciphering"),
        (7, "length"),
        (8, "security header"),
        (13, "general-signing"),
        (14, "transaction id"),
        (24, "originator"),
        (33, "recipient"),
        (42, "date-time"),
        (43, "other information"),
        (46, "content"),
        (66, "signature"),
        (67, "MAC"),
    ]
    assert named(fields, "originator").value == "90-B3-D5-1F-30-01-00-00"
    assert named(fields, "long invoke id").value == "counter 1000"
    request = named(fields, "request 1: get")
    assert (request.offset, request.length) == (54, 10)
    assert "firmware version" in request.value
    assert "class 1 (data) 0-0:0.2.1.255 attribute 2" in request.value
    assert named(fields, "MAC").check is Check.NOT_CHECKED


def test_a_summary_is_one_line() -> None:
    message = Message(READ_VERSION, bytes(12))
    line = summary(message.to_bytes())
    assert line.startswith("Command 0059 ECS52 ")
    assert line.endswith(f"from {SUPPLIER} to {DEVICE} counter 1000, MAC")
    pre_command = replace(READ_VERSION, signature=None)
    assert summary(pre_command.to_bytes()).startswith("Pre-command 0059 ")
    through_acb = replace(READ_VERSION, originator=ACB, other=OtherInformation(1, SUPPLIER, 7))
    assert f"from {ACB} for {SUPPLIER} to {DEVICE}" in summary(through_acb.to_bytes())
    assert "signature and MAC" in summary(Message(sign(READ_VERSION, key(3)), bytes(12)).to_bytes())
    unknown = replace(READ_VERSION, other=OtherInformation(0xFFFE))
    assert "FFFE (no use case known)" in summary(unknown.to_bytes())
    assert summary(b"\x00") == "1 octets that are no GBCS message: not a GBCS message"


def test_a_response_is_named_by_its_command() -> None:
    alone = describe(VERSION.to_bytes())
    assert named(alone, "value 1").value == "0123abcd"
    assert named(alone, "result 1 of get").value == "0 success"
    answered = describe(VERSION.to_bytes(), None, READ_VERSION)
    assert named(answered, "value 1: firmware version, value").value == "0123abcd"


def test_a_command_that_is_no_command_names_nothing() -> None:
    broken = replace(READ_VERSION, content=bytes.fromhex("d9 200003e8 00 01 09"))
    assert named(describe(VERSION.to_bytes(), None, broken), "value 1").value == "0123abcd"
    assert named(describe(VERSION.to_bytes(), None, VERSION), "value 1").value == "0123abcd"


def test_an_alert_says_what_and_when() -> None:
    alert = replace(VERSION, cra=Cra.ALERT, other=OtherInformation(0x1000))
    fields = content(alert, "0f 200007d0 00 02 02 12 8f30 09 0c 07df0101ff000000008000ff")
    assert named(fields, "alert code").value.startswith("8F30")
    assert named(fields, "time stamp").value == "2015-01-01T00:00:00Z"


def test_an_alert_about_a_future_dated_command_names_it() -> None:
    alert = replace(VERSION, cra=Cra.ALERT, other=OtherInformation(0xCC))
    head = "0f 200007d3 00 02 03 12 8f66 09 0c 07ee010fff090000008000ff 09 13"
    fields = content(alert, f"{head} 00b7 00000000000003eb 0014 00000d0001ff 0a")
    assert named(fields, "message code of the command").value == "00B7"
    assert named(fields, "originator counter of the command").value == "1003"
    assert "class 20" in named(fields, "activated object").value


def test_a_gbz_alert_is_read() -> None:
    alert = replace(VERSION, cra=Cra.ALERT, other=OtherInformation(0x1001))
    assert named(content(alert, "0109 00 810e 1c374a80"), "alert code").value.startswith("810E")
    executed = content(alert, "0109 01 8f66 38818890 0e 006d 00000000000003ed 0705 01 06")
    assert named(executed, "time stamp").value == "2030-01-15T09:00:00Z"
    assert named(executed, "executed command").value == "Prepayment: Change Payment Mode"
    assert named(content(alert, "0109 01 81a0 1c374a80 0005"), "detail").value == "0005"
    assert named(content(alert, "0109 01 8f72 1c374a80 02 a1a2"), "detail").raw == b"\xa1\xa2"


def test_a_gbz_command_names_its_attributes() -> None:
    command = replace(READ_VERSION, other=OtherInformation(0x74))
    fields = content(command, "0109 01 01 0702 000b 00 00 00 0203 0103 0003 0000")
    assert named(fields, "cluster").value == "0702 Metering"
    attributes = [field.value for field in flat(fields) if field.name == "attribute"]
    assert attributes == ["0302 Divisor", "0301 Multiplier", "0300 Unit Of Measure", "0000 Current Summation Delivered"]


def test_zcl_fields_are_little_endian_and_in_words() -> None:
    command = replace(READ_VERSION, other=OtherInformation(0x85))
    fields = content(command, "0109 01 01 0702 0015 01 00 0b 00000000 804a371c 00000000 00000000 00 01")
    assert named(fields, "ZCL header").value == "Change Supply, sequence 0"
    assert named(fields, "issuer event id").value == "473385600"
    assert named(fields, "implementation time").value == "0: now, or no time given"
    assert named(fields, "proposed supply status").value == "0 off"


def test_a_default_response_shows_its_status() -> None:
    fields = content(VERSION, "0109 01 01 0705 0005 18 00 0b 05 8b")
    assert named(fields, "status").value == "8B not found"
    assert named(fields, "command answered").value == "05"


def test_repeated_zcl_entries_are_counted() -> None:
    prices = "01 0a000000 02 0b000000"
    body = f"09 00 05 00000000 804a371c 00000000 01000000 00 01 01 {prices}"
    fields = content(READ_VERSION, f"0109 01 01 0700 {len(bytes.fromhex(body)):04x} {body}")
    assert [field.value for field in flat(fields) if field.name == "price"] == ["10", "11"]
    thresholds = "09 00 06 00000000 804a371c 00000000 01000000 00 01 00 02 0a0000000000 0b0000000000"
    fields = content(READ_VERSION, f"0109 01 01 0700 {len(bytes.fromhex(thresholds)):04x} {thresholds}")
    assert [field.value for field in flat(fields) if field.name == "threshold"] == ["10", "11"]


def test_an_unknown_zcl_command_stays_raw() -> None:
    fields = content(READ_VERSION, "0109 01 01 0702 0004 01 00 7f aa")
    assert named(fields, "octets left over").check is Check.UNREADABLE


def test_der_nodes_are_named_by_message_code() -> None:
    command = replace(READ_VERSION, other=OtherInformation(0x7F))
    times = "180f 32303135303130313030303030305a 180f 32303135303130313030303030355a"
    fields = content(command, f"3022 {times}")
    assert named(fields, "set clock").length == 36
    assert named(fields, "validity end").value == "2015-01-01T00:00:05Z"
    unjoin = content(replace(READ_VERSION, other=OtherInformation(0x0F)), "0408 00db1234567890a0")
    assert named(unjoin, "device to unjoin").value == str(DEVICE)


def test_a_der_member_that_is_left_out_is_passed_over() -> None:
    command = replace(READ_VERSION, other=OtherInformation(0x102))
    fields = content(command, "3018 3012 020102 a207 020102 03020780 8301 05 8401 00 3000 3000")
    assert named(fields, "sequence number").value == "5"
    assert named(fields, "new floor sequence number").value == "0"
    assert named(fields, "key usage").value == "digital signature"
    assert named(fields, "replacement mode").value == "2 supplier by supplier"


def test_der_without_a_shape_has_the_names_of_asn1() -> None:
    fields = content(replace(READ_VERSION, other=OtherInformation(0xFFFE)), "3008 020101 0101ff 0500")
    assert [field.name for field in flat(fields) if field.offset > 35][:3] == ["INTEGER", "BOOLEAN", "NULL"]


def test_octets_that_cannot_be_read_are_shown_raw_with_the_reason() -> None:
    fields = content(READ_VERSION, "d9 200003e8 00 01 09 ffff")
    unread = named(fields, "not understood")
    assert (unread.raw.hex(), unread.value, unread.check) == ("0109ffff", "unknown request", Check.UNREADABLE)
    assert named(content(READ_VERSION, "77"), "payload").raw == b"\x77"
    assert named(content(READ_VERSION, ""), "content").value == "empty"


def test_a_message_that_is_none_is_one_raw_field() -> None:
    (field,) = describe(b"\x01\x02")
    assert (field.raw, field.check) == (b"\x01\x02", Check.UNREADABLE)
    assert field.value.startswith("not readable: not a GBCS message; at octet 0")


def test_mac_and_signature_are_judged() -> None:
    group = sign(READ_VERSION, KEYS[SUPPLIER])
    message = add_mac(group, KEYS[ACB], KEYS[DEVICE].public_key())
    fields = describe(message.to_bytes(), VIEW_KEYS)
    assert named(fields, "MAC").check is Check.AGREES
    assert named(fields, "signature").check is Check.AGREES
    altered = Message(replace(group, counter=1001), message.mac)
    fields = describe(altered.to_bytes(), VIEW_KEYS)
    assert named(fields, "MAC").check is Check.DIFFERS
    assert named(fields, "signature").check is Check.DIFFERS


def test_missing_keys_are_said() -> None:
    group = sign(READ_VERSION, KEYS[SUPPLIER])
    message = add_mac(group, KEYS[ACB], KEYS[DEVICE].public_key())
    nothing = ViewKeys(ACB, lambda _: (), publics(), publics())
    fields = describe(message.to_bytes(), nothing)
    assert named(fields, "MAC").check is Check.NOT_CHECKED
    assert "needs a private key" in named(fields, "MAC").value
    assert named(fields, "signature").value == f"needs the signing certificate of {SUPPLIER}"


def protected(plaintext: bytes) -> bytes:
    part_key = encryption_key(VERSION, KEYS[DEVICE], KEYS[SUPPLIER].public_key())
    blob = encrypt(plaintext, part_key, DEVICE)
    body = b"\xda\x20\x00\x03\xe8\x00\x00\x01\x09" + bytes((len(blob),)) + blob + b"\x01\x03\x00"
    group = replace(VERSION, content=body, other=OtherInformation(0x27))
    return add_mac(group, KEYS[DEVICE], KEYS[SUPPLIER].public_key()).to_bytes()


def test_an_encrypted_value_is_opened_in_place() -> None:
    plaintext = bytes.fromhex("02 01 02 02 06 0000000a 02 02 0f 00 16 1e")
    data = protected(plaintext)
    fields = describe(data, VIEW_KEYS)
    opened = named(fields, "plaintext")
    assert opened.raw == plaintext
    assert data[opened.offset - 5 : opened.offset].hex() == "3100000000"
    reading = next(field for field in flat(fields) if field.unit)
    assert (reading.value, reading.unit) == ("10", "Wh")
    assert named(fields, "authentication tag").check is Check.AGREES


def test_an_encrypted_value_stays_closed_without_its_key() -> None:
    data = protected(b"\x00\x00")
    assert named(describe(data), "ciphertext").check is Check.NOT_CHECKED
    other = ViewKeys(ACB, lambda _: (key(99),), publics(*KEYS), publics())
    assert named(describe(data, other), "authentication tag").check is Check.DIFFERS


def test_text_shows_every_octet_once_and_json_is_complete() -> None:
    data = Message(READ_VERSION, bytes(12)).to_bytes()
    fields = describe(data)
    rows = render_text(fields).splitlines()
    assert rows[0].startswith("    0  dd000000000000 ")
    assert "".join(row[7:39].strip() for row in rows) == data.hex()
    (shown,) = to_json((named(fields, "MAC"),))
    assert shown == {
        "offset": 67,
        "length": 12,
        "raw": "00" * 12,
        "name": "MAC",
        "value": "needs keys (--pki)",
        "check": "not checked",
    }
    assert to_json(fields)[-4]["children"][0]["value"].startswith("0059 ECS52")


def test_long_fields_are_shortened_unless_asked() -> None:
    data = sign(READ_VERSION, KEYS[SUPPLIER]).to_bytes()
    short, full = render_text(describe(data)), render_text(describe(data), is_full=True)
    assert "… " in short
    assert "(32 octets)" in short
    assert "".join(row[7:39].strip() for row in full.splitlines()) == data.hex()


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("00000000000000000080 00ff", "now"),
        ("ffffffffffffffffff80 00ff", "never, or cancel"),
        ("07df0101ff0000000080 0002", "2015-01-01T00:00:00Z (doubtful value)"),
        ("07df0101ff0000000080 0004", "2015-01-01T00:00:00Z (different clock base)"),
        ("ffff0c19ff0000000080 00ff", "year-month-day-weekday-time FFFF-0C-19-FF-00-00-00-00 (FF is any)"),
    ],
)
def test_date_times_are_in_words(octets: str, words: str) -> None:
    fields = describe(replace(VERSION, date_time=bytes.fromhex(octets)).to_bytes())
    assert named(fields, "date-time").value == words


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("00", "null"),
        ("ff", "do not care"),
        ("03 ff", "true"),
        ("03 00", "false"),
        ("04 09 a080", "101000001 (bit-string of 9)"),
        ("0f fb", "-5"),
        ("15 0000000000000001", "1"),
        ("0a 02 4869", '"Hi" (visible-string)'),
        ("09 02 4869", '"Hi"'),
        ("09 00", "empty"),
        ("09 08 00db1234567890a0", f"{DEVICE} (originator)"),
        ("09 09 04 00000000000003e8", "use 4, counter 1000"),
    ],
)
def test_dlms_values_are_in_words(octets: str, words: str) -> None:
    fields = content(VERSION, f"da 200003e8 00 00 01 {octets} 01 01 00")
    assert named(fields, "value 1").value == words


def test_a_compact_array_of_log_rows_is_read() -> None:
    rows = "1c374a80 8f66 00 1c374a80 8154 02 0059"
    size = len(bytes.fromhex(rows))
    fields = content(VERSION, f"da 200003e8 00 00 01 13 02 03 06 12 09 {size:02x} {rows} 01 01 00")
    assert [field.value[:4] for field in flat(fields) if field.name == "event"] == ["8F66", "8154"]
    assert [field.value for field in flat(fields) if field.name == "detail"] == ["empty", "0059"]
    assert named(fields, "element type").value == "structure of uint32, uint16, octet-string"


@pytest.mark.parametrize(
    "octets",
    ["08", "01 05", "13 00 01 00", "13 0d", "01" + "01 01" * 40, "13" + "02 01" * 40, "02 01", "09 85"],
)
def test_broken_dlms_values_are_shown_raw(octets: str) -> None:
    fields = content(VERSION, f"da 200003e8 00 00 01 {octets}")
    assert any(field.check is Check.UNREADABLE for field in flat(fields))


@pytest.mark.parametrize("octets", ["30", "3005", "3080", "02 8500", "30" + "02 30" * 0, "3003 02 05 00"])
def test_broken_der_is_shown_raw(octets: str) -> None:
    fields = content(READ_VERSION, octets)
    assert any(field.check is Check.UNREADABLE for field in flat(fields))


@pytest.mark.parametrize(
    "octets",
    [
        "0109",
        "0109 01",
        "0109 01 01 0702 00ff 00",
        "0109 01 03 0702 0007 0000 180001 0000",
        "0109 01 01 0702 0007 180001 0000 00 ff",
    ],
)
def test_broken_gbz_is_shown_raw(octets: str) -> None:
    fields = content(VERSION, octets)
    assert any(field.check is Check.UNREADABLE for field in flat(fields))
