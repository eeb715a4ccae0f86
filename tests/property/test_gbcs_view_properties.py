"""Whatever the octets, the view says something about each of them exactly once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import Cra, Group, Message, OtherInformation
from stubs.wire.gbcs.view import Field, describe, render_text, summary, to_json

ONE, OTHER = Eui64(bytes(8)), Eui64(bytes(range(8)))
HEADS = ("d9", "d920000001000101", "da20000001000001", "0f20000001000203", "010901", "01090103070200ff", "3010", "0208")

codes = st.one_of(st.sampled_from([0x0008, 0x0102, 0x00CB, 0x0012, 0x0074, 0x008B, 0x0061]), st.integers(0, 0xFFFF))
contents = st.builds(lambda head, tail: bytes.fromhex(head) + tail, st.sampled_from(HEADS), st.binary(max_size=120))


def check_tiles(fields: tuple[Field, ...], at: int, end: int) -> None:
    for field in fields:
        assert field.offset == at
        assert len(field.raw) == field.length
        at += field.length
        if field.children:
            check_tiles(field.children, field.children[0].offset, field.offset + field.length)
    assert at == end


def check_view(data: bytes) -> None:
    fields = describe(data)
    check_tiles(fields, 0, len(data))
    assert b"".join(field.raw for field in fields) == data
    assert summary(data)
    assert render_text(fields)
    assert to_json(fields)


@given(st.binary(max_size=200))
def test_any_octets_are_described(data: bytes) -> None:
    check_view(data)


@given(st.sampled_from(Cra), codes, contents, st.sampled_from([None, b"", bytes(64)]))
def test_any_payload_is_described(cra: Cra, code: int, content: bytes, signature: bytes | None) -> None:
    group = Group(cra, 1, ONE, OTHER, b"", OtherInformation(code), content, signature)
    check_view(group.to_bytes())
    if signature is not None:
        check_view(Message(group, bytes(12)).to_bytes())
