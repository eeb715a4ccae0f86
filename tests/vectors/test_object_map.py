"""Use cases whose bytes nobody has published, against the map of the objects that each reference message holds.

Origin: ``../shared/reference/gbcs-object-map.csv``, extracted from the reference data set by machine: per row of a
message its target and the types of its data. Nothing of it is copied here. What has reference bytes is compared
with those elsewhere; values cannot be compared here, nor the order of values of one type.
"""

from __future__ import annotations

import csv
import json
import re
from functools import cache

import pytest

from stubs.wire.gbcs import gbz
from stubs.wire.gbcs.dlms import Access, AccessRequest, AccessResponse, Data, Tag
from tests.own_messages import OwnMessage, own_messages
from tests.reference_data import ABSENT, IS_THERE, SHARED, gbcs_files

MAP = SHARED / "reference" / "gbcs-object-map.csv"
WORDS = {
    Tag.NULL: "null",
    Tag.BOOLEAN: "bool",
    Tag.BIT_STRING: "bits",
    Tag.OCTET_STRING: "octets",
    Tag.INT8: "i8",
    Tag.INT16: "i16",
    Tag.INT32: "i32",
    Tag.UINT8: "u8",
    Tag.UINT16: "u16",
    Tag.UINT32: "u32",
    Tag.ENUM: "enum",
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not IS_THERE or not MAP.is_file(), reason=ABSENT),
]


@cache
def unpublished() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Rows of the map by use case and kind of message, of use cases without reference bytes."""
    published = {path.parent.name for path in gbcs_files()}
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    with MAP.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["directory"] not in published and row["message"] in ("command", "response"):
                found.setdefault((row["directory"].partition("_")[2], row["message"]), []).append(row)
    return found


def ours(use_case: str, kind: str) -> OwnMessage:
    return next(
        one for one in own_messages() if one.use_case == use_case and one.kind == kind and "failed" not in one.name
    )


def target(one: AccessRequest) -> list[str]:
    found = []
    for row in one.specifications:
        medium, channel, *rest = row.instance
        place = f"{medium}-{channel}:{'.'.join(map(str, rest))}"
        found.append(
            f"class {row.class_id} {place} {'method' if row.access is Access.ACTION else 'attribute'} {row.index}"
        )
    return found


def shape(data: Data) -> str:
    """Types without lengths; an array is its first element."""
    if data.tag is Tag.COMPACT_ARRAY:
        return f"compact[{shape(data.items[0])}]"
    if data.tag is Tag.ARRAY:
        return f"[{shape(data.items[0]) if data.items else ''}]"
    if data.tag is Tag.STRUCTURE:
        return "{" + ",".join(shape(item) for item in data.items) + "}"
    return WORDS[data.tag]


def without_lengths(text: str) -> str:
    return re.sub(r"\]x\d+", "]", re.sub(r"\(\d+\)", "", text)).replace(" ", "")


def test_dlms_commands_and_answers_have_the_rows_and_types_of_the_map() -> None:
    compared = set()
    for (use_case, kind), rows in unpublished().items():
        content = ours(use_case, kind).group.content
        if content[:1] == b"\xd9":
            command = AccessRequest.from_bytes(content)
            assert target(command) == [row["target"] for row in rows], use_case
            plain = [row for row in rows if row["operation"] in ("get", "set", "action")]
            shapes = [shape(data) for data in command.data]
            if len(plain) == len(rows):
                assert shapes == [without_lengths(row["data_shape"]) for row in rows], use_case
        elif content[:1] == b"\xda":
            answer = AccessResponse.from_bytes(content)
            mapped = [row for row in rows if row["target"] != "decrypted part"]
            assert [shape(data) for data in answer.data] == [without_lengths(row["data_shape"]) for row in mapped], (
                use_case
            )
        else:
            continue
        compared.add(use_case)
    assert len(compared) >= 8


def test_gas_commands_and_answers_have_the_heads_and_attribute_types_of_the_map() -> None:
    compared = set()
    for (use_case, kind), rows in unpublished().items():
        content = ours(use_case, kind).group.content
        if content[:2] != b"\x01\x09":
            continue
        components = gbz.GbzMessage.from_bytes(content).components
        mapped = [row for row in rows if row["target"] != "decrypted part"]
        heads = [
            f"cluster {one.cluster:04x} frame {one.frame_control:02x} command {one.command:02x}" for one in components
        ]
        assert heads == [row["target"] for row in mapped], use_case
        for one, row in zip(components, mapped, strict=True):
            if row["data_shape"] == "attributes":
                wanted = [
                    (int(item["attribute"], 16), item["type"]) for item in json.loads(row["sample"])["attributes"]
                ]
                records = gbz.read_attribute_records(one.payload)
                assert [(record.attribute, record.type_code) for record in records] == wanted, use_case
        compared.add(use_case)
    assert len(compared) >= 6
