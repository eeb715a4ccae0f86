"""The page of named values knows every electricity use case, alert, shape and value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.load import dlms_alerts, dlms_rows, dlms_shapes
from stubs.wire.gbcs.use_cases.electricity import ELECTRICITY_CODECS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "gbcs-electricity-values.md").read_text("utf-8")
NAMES = frozenset(re.findall(r"`([^`]+)`", PAGE))
TEXTS = [
    *(row.member for rows in dlms_rows().values() for row in rows),
    *dlms_shapes().values(),
    *(row.members for row in dlms_alerts().values()),
]


@pytest.mark.parametrize("name", sorted({*ELECTRICITY_CODECS, *dlms_alerts()}))
def test_every_use_case_and_alert_is_on_the_page(name: str) -> None:
    assert re.search(rf"\| (?:[\w, -]+, )?{re.escape(name)}(?:,[\w, -]+)? \|", PAGE), f"Missing from the page: {name}"


def test_every_named_value_is_on_the_page() -> None:
    named = {name for text in TEXTS for name in re.findall(r"(?<![\w:])([A-Z]\w+)(?:\?|\|-?\d+)? [a-z]", text)}
    assert len(named) > 150
    numbered = {re.sub(r"(?<=[A-Za-z])[1-8](?=Value$|$)", "{n}", name) for name in named}
    missing = {re.sub(r"^Phase[123]", "Phase{n}", name) for name in numbered} - NAMES - named_as_they_are(named)
    assert missing == set()


def named_as_they_are(named: set[str]) -> set[str]:
    return {re.sub(r"(?<=[A-Za-z])[1-8](?=Value$|$)", "{n}", name) for name in named & NAMES}
