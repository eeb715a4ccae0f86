"""Messages decoded for a report's reader."""

from __future__ import annotations

from base64 import b64encode

from harness.reporting.decoding import Known, Part, decode
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, OtherInformation
from stubs.wire.gbcs.view import Commands

SUPPLIER = Eui64.parse("90-B3-D5-1F-30-01-00-00")
DEVICE = Eui64.parse("00-DB-12-34-56-78-90-A0")
ASKED = bytes.fromhex("d9 200003e8 00 01 01 0001 0000000201ff 02 01 00")
ANSWERED = bytes.fromhex("da 200003e8 00 00 01 09 04 0123abcd 01 01 00")
COMMAND = Group(Cra.COMMAND, 1000, SUPPLIER, DEVICE, b"", OtherInformation(0x59), ASKED, b"").to_bytes()
RESPONSE = Group(Cra.RESPONSE, 1000, DEVICE, SUPPLIER, b"", OtherInformation(0x59), ANSWERED, b"").to_bytes()
DOCUMENT = b'<a xmlns="urn:x"><GBCSPayload>' + b64encode(RESPONSE) + b"</GBCSPayload></a>"


def known() -> Known:
    return Known(Commands([COMMAND]), None)


def test_a_message_that_is_seen_again_is_read_once_and_shown_alike() -> None:
    both = known()
    _, (first,) = decode(RESPONSE, "gbcs", both)
    _, (second,) = decode(DOCUMENT, "xml", both)
    _, (alone,) = decode(DOCUMENT, "xml", known())
    assert second == alone == Part("GBCSPayload decoded", first.rows)
    assert list(both.described) == [RESPONSE]
    assert any(row.name == "value 1: firmware version, value" for row in first.rows)
