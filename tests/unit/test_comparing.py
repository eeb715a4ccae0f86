"""Comparison by value: spelling never makes a difference, and another value always does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checks.comparing import Kind, code, differences, identity, is_same, request_id

SAME = [
    (5, "5"), (5, "005"), (5, 5.0), ("5", "5.0"), (31.5, "31.50"), (True, "true"), (False, 0), (True, "1"),
    ("true", "1"), ("A0-B1-C2-D3-E4-01-00-00", "a0b1c2d3e4010000"), ("A0-B1-C2-D3-E4-01-00-00", "a0:b1:c2:d3:e4:01:00:00"),
    ("2026-07-01T10:00:00Z", "2026-07-01T11:00:00+01:00"), ("2026-07-01T10:00:00Z", "2026-07-01 10:00:00"),
    ("2026-07-01T10:00:00.00Z", "2026-07-01T10:00:00Z"), ("I0", "i0"), ("E19", "E0019"), ("8F3F", "0x8f3f"), ("8F3F", "8f3f"),
    ("Commissioned", " commissioned "), ("01020304", "01:02:03:04"), (b"\x01\xab", "01AB"), ("", None), (None, ""),
    (1234567, "1,234,567"), (30979222, "30979222 Wh"), (5, "5.0 m³"), ("2026-07-01T10:00:00Z", "20260701T100000Z"),
    ([{"a": 1}], {"a": "1"}), ("E1 23", "E123"), ("20260701100000", "2026-07-01 10:00:00"),
    ("A0-B1-C2-D3-E4-01-00-00:DE-51-CE-00-00-00-00-E1:7", "a0b1c2d3e4010000:de51ce00000000e1:0007"),
]  # fmt: skip
OTHER = [
    (5, 6), (5, "fifty"), (5, None), (True, False), (True, "perhaps"), ("A0-B1-C2-D3-E4-01-00-00", "A0-B1-C2-D3-E4-01-00-01"),
    ("2026-07-01T10:00:00Z", "2026-07-01T11:00:00Z"), ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00+01:00"),
    ("2026-07-01T10:00:00Z", "10:00"), ("I0", "I1"), ("I0", "E0"), ("E19", "E190"), ("8F3F", "8F3E"), ("01020304", "04030201"),
    (1234567, "1,234,56"), (30979222, "30979222 kWh"), (30979222, "30979.222 kWh"), (12, "12A"),
    ("2026-07-01T10:00:00Z", "20260701T110000Z"), ([{"a": 1}, {"a": 1}], {"a": 1}),
    ("Commissioned", "Pending"), ("", "x"), (0, ""), (1, True and "no"), ("2026-13-01T10:00:00Z", "2026-12-01T10:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "claimed"), SAME)
def test_spelling_makes_no_difference(sent: Any, claimed: Any) -> None:
    assert is_same(sent, claimed)


@pytest.mark.parametrize(("sent", "claimed"), OTHER)
def test_another_value_does(sent: Any, claimed: Any) -> None:
    assert not is_same(sent, claimed)


@given(st.integers(), st.integers())
def test_numbers_agree_exactly_when_equal(one: int, other: int) -> None:
    assert is_same(one, str(other)) is (one == other)
    assert is_same(one, one)


@given(
    st.integers(946_684_800, 4_070_908_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from([-3600, 3600, 1, -86400]),
)
def test_an_instant_an_hour_off_is_another(at: datetime, seconds: int) -> None:
    text = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert is_same(text, at.isoformat())
    assert not is_same(text, (at + timedelta(seconds=seconds)).isoformat())


def test_canonical_forms() -> None:
    assert identity("a0b1c2d3e4010000") == "A0-B1-C2-D3-E4-01-00-00"
    assert identity(" somebody ") == "SOMEBODY"
    assert request_id("a0b1c2d3e4010000:de51ce00000000e1:007") == "A0-B1-C2-D3-E4-01-00-00:DE-51-CE-00-00-00-00-E1:7"
    assert request_id("none") == "NONE"
    assert (code("e0019"), code("0x8f3f"), code(None)) == ("E19", "8F3F", "")


SENT = {
    "Register": 100, "Unit": "Wh", "Log": [{"Timestamp": "2026-01-01T00:00:00Z", "Code": "8F3F"}, {"Timestamp": "x", "Code": "8001"}],
    "Tiers": [1, 2, 3], "Nested": {"Inner": 4},
}  # fmt: skip


@pytest.mark.parametrize(
    ("claimed", "kinds"),
    [
        ({"register": "100", "unit": "WH"}, {Kind.MISSING}),
        (SENT, set()),
        ({**SENT, "Log": SENT["Log"][::-1]}, set()),  # type: ignore[index]
        ({**SENT, "Log": []}, {Kind.SHORTER}),
        ({**SENT, "Log": SENT["Log"] * 2}, {Kind.LONGER}),  # type: ignore[operator]
        ({**SENT, "Tiers": [1, 3, 2]}, {Kind.DIFFERENT}),
        ({**SENT, "Tiers": 6}, {Kind.DIFFERENT}),
        ({**SENT, "Nested": {"Inner": 5}}, {Kind.DIFFERENT}),
        ({**SENT, "Nested": 5}, {Kind.DIFFERENT}),
        ({**SENT, "Export": 4711}, {Kind.INVENTED}),
        ({**SENT, "Exports": [{"a": 4711}]}, {Kind.INVENTED}),
        ({**SENT, "note": "read by night", "took": 100, "ok": True}, set()),
        ({**SENT, "Log": [{"Timestamp": "x", "Code": "8F3F"}, {"Timestamp": "2026-01-01T00:00:00Z", "Code": "8001"}]},
         {Kind.DIFFERENT}),
        ({**SENT, "Log": [{"Code": "8F3F"}, {"Code": "8001"}]}, {Kind.MISSING}),
    ],
)  # fmt: skip
def test_differences_by_kind(claimed: dict[str, Any], kinds: set[Kind]) -> None:
    found = differences(SENT, claimed)
    assert {one.kind for one in found} == kinds
    assert all(one.words for one in found)
