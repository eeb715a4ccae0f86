"""The rows behind the view: keys are well formed, types are known, nothing is named twice."""

from __future__ import annotations

import csv

from schemas.gbcs_words import alert_meanings, der_shapes, gbcs_name, gbcs_names, message_titles, zcl_layouts
from schemas.load import resource
from stubs.wire.gbcs.view.gbz import _TYPES


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resource("catalogue", name).read_text("utf-8").splitlines()))


def test_no_code_has_two_names() -> None:
    found = rows("gbcs-names.csv")
    assert len(found) == len(gbcs_names()) > 250
    assert all(row["name"] and row["provenance"] and row["confidence"] for row in found)


def test_names_are_found_by_kind_and_key() -> None:
    assert gbcs_name("cluster", "0702") == "Metering"
    assert gbcs_name("cluster", "FFFF") == ""


def test_every_layout_has_fields_of_known_types() -> None:
    layouts = zcl_layouts()
    assert len(layouts) == len(rows("zcl-layouts.csv")) > 50
    fields = [field for layout in layouts.values() for field in (*layout.fixed, *layout.repeated)]
    assert {field.type for field in fields} <= {"text", *_TYPES}
    assert {field.repeat for field in fields} <= {"", "*", "*4", "*low"}


def test_a_layout_with_repeat_keeps_its_fixed_part() -> None:
    layout = zcl_layouts()[0x0700, 0x05, True]
    assert [field.name for field in layout.repeated] == ["tier_or_block", "price"]
    assert layout.fixed[0].name == "provider_id"


def test_der_shapes_cover_the_asn1_message_codes() -> None:
    codes = {code for code, _ in der_shapes()}
    assert {0x0008, 0x0012, 0x0013, 0x007F, 0x0102, 0x00CB} <= codes
    cell = der_shapes()[0x0008, "command"].members[0]
    assert [member.name for member in cell.members] == ["remote party role", "key usage", "cell usage"]


def test_message_titles_join_the_use_cases_of_one_code() -> None:
    titles = message_titles()
    assert titles[0x0059].startswith("ECS52 ")
    assert titles[0x1000] == "generic critical alert"
    assert "variant" not in " ".join(titles.values())


def test_alert_meanings_are_keyed_by_four_digits() -> None:
    assert all(len(code) == 4 and code == code.upper() for code in alert_meanings())
