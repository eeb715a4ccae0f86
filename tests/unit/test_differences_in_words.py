"""Differences of values of any shape: their kind, their place, and the words for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from harness.checks.comparing import (
    Difference,
    Kind,
    code,
    compare,
    differences,
    identity,
    is_number,
    is_same,
    moment,
    named,
    request_id,
    said,
)
from harness.checks.values import disagreements, only_missing
from harness.checks.values import named as in_words

ITEMS: list[dict[str, Any]] = [
    {"DeviceID": "D1", "a": 1, "b": 2},
    {"Timestamp": "T2", "a": 3, "b": 4},
    {"Code": "C3", "a": 5},
    {"a": 7},
]


@pytest.mark.parametrize(
    ("sent", "claimed", "words"),
    [
        ({"a": 1}, {}, ["a is missing"]),
        ({"a": 1}, {"A": 2}, ["a is 2, sent was 1"]),
        ({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 2}}, ["b/d is missing"]),
        ({"b": {"c": 2}}, {"b": 5}, ["b is 5, sent was {'c': 2}"]),
        ({"b": [1, 2]}, {"b": [1, 3]}, ["b[1] is 3, sent was 2"]),
        ({"b": [1, 2]}, {"b": [3, 4]}, ["b[0] is 3, sent was 1", "b[1] is 4, sent was 2"]),
        ({"b": [1, 2]}, {"b": [1]}, ["b has 1 entries, the message 2"]),
        ({"b": [1]}, {"b": [1, 2]}, ["b has 2 entries, the message 1"]),
        ({"b": [1]}, {"b": []}, ["b has 0 entries, the message 1"]),
        ({"b": []}, {"b": []}, []),
        ({"b": [1, 2]}, {"b": "12"}, ["b is '12', sent was [1, 2]"]),
        ({"b": [1, 2]}, {"b": b"12"}, ["b is b'12', sent was [1, 2]"]),
        ({"b": [1, 2]}, {"b": {"c": 1}}, ["b is {'c': 1}, sent was [1, 2]"]),
        ({"b": [{"c": 1}]}, {"b": {"c": 2}}, ["b[0]/c is 2, sent was 1"]),
        ({"b": [{"c": 1}, 2]}, {"b": [{"c": 1}, 3]}, ["b[1] is 3, sent was 2"]),
        ({"b": ITEMS}, {"b": ITEMS[::-1]}, []),
        ({"b": ITEMS}, {"b": [{**ITEMS[0], "b": 9}, *ITEMS[1:]]}, ["b[D1]/b is 9, sent was 2"]),
        ({"b": ITEMS}, {"b": [ITEMS[0], {**ITEMS[1], "b": 9}, *ITEMS[2:]]}, ["b[T2]/b is 9, sent was 4"]),
        ({"b": ITEMS}, {"b": [*ITEMS[:2], {"Code": "C3", "a": 8}, ITEMS[3]]}, ["b[C3]/a is 8, sent was 5"]),
        ({"b": ITEMS}, {"b": [*ITEMS[:3], {"a": 8}]}, ["b[3]/a is 8, sent was 7"]),
        ({"b": ITEMS[:2]}, {"b": [{"a": 3}, {"a": 1}]},
         ["b[D1]/DeviceID is missing", "b[D1]/b is missing", "b[T2]/Timestamp is missing", "b[T2]/b is missing"]),
        ({"b": [{"a": 1, "b": 2}, {"a": 1, "b": 3}]}, {"b": [{"a": 1, "b": 3}, {"a": 1}]}, ["b[0]/b is missing"]),
        ({"a": 1}, {"a": 1, "x": 5}, ["x 5 is not in the message"]),
        ({"a": 5}, {"a": 5, "x": 5}, []),
        ({"a": 5}, {"a": 5, "x": "5.0"}, []),
        ({"a": 5}, {"a": 5, "x": "a word", "y": None, "z": True}, []),
        ({"a": 5}, {"a": 5, "x": [9, 7, 9]}, ["x [Decimal('7'), Decimal('9')] is not in the message"]),
        ({"a": [5, {"b": 6}]}, {"a": [5, {"b": 6}], "x": {"y": [6, 8]}}, ["x [Decimal('8')] is not in the message"]),
        ({"a": "x" * 100}, {"a": "y" * 100}, [f"a is 'yyyy{'y' * 72}…, sent was 'xxxx{'x' * 72}…"]),
        ({"a": "x" * 78}, {"a": 1}, [f"a is 1, sent was {'x' * 78!r}"]),
    ],
)  # fmt: skip
def test_where_what_is_told_differs_and_in_which_words(sent: Any, claimed: Any, words: list[str]) -> None:
    assert [one.words for one in differences(sent, claimed)] == words


def test_the_size_of_what_is_no_list_is_none() -> None:
    assert Difference("a", Kind.LONGER, 5, [1]).words == "a has 1 entries, the message 0"


@pytest.mark.parametrize(
    ("sent", "claimed", "is_right"),
    [
        (True, "yes", True),
        (False, "no", True),
        ("no", False, True),
        (True, 1, True),
        (False, None, False),
        (None, False, False),
        ("perhaps", True, False),
        ("perhaps", "perhaps", True),
        ("true", "TRUE", True),
        ("false", "0", True),
        ("false", "1", False),
        ("false", "perhaps", False),
        (None, None, True),
        (None, "x", False),
        (bytearray(b"\x01\xff"), "01 ff", True),
        (b"\x01\xff", "01fe", False),
        (5, Decimal("5.00"), True),
        (5, "NaN", False),
        ("nan", "nan", True),
        ("5", "5", True),
        ("E19", "e019", True),
        ("E19", "19", False),
        ("I99", "W99", False),
        ("2026-01-15T10:00", "2026-01-15T10:00:00Z", True),
        ("2026-01-15T10:00:00Z", "2026-01-15", False),
        ("2026-01-15T10:00:00+0100", "2026-01-15T09:00:00 Z", True),
        ("20260115T100000.5", "2026-01-15T10:00:00.500Z", True),
        ("20261315T100000Z", "20261315T100000Z", True),
        ("AB:CD:EF", "ab-cd-ef", False),
        ("AB:CD", "abcd", True),
        ("0xABCD", "0xabcd", True),
        ("ABCD", "0xabcd", True),
        ("ABCD", "0XABCD", True),
        ("0xABCD", "abcd", True),
        ("two  words", "Two Words", True),
        ("two words", "twowords", False),
        ("DE AD", "dead", True),
        ([1, 2], (1, 2), True),
        ((1, 2), [2, 1], False),
        ({"a": 1}, {"A": "1"}, True),
        ({"a": 1}, 1, False),
    ],
)
def test_values_are_the_same_by_what_was_sent(sent: Any, claimed: Any, *, is_right: bool) -> None:
    assert is_same(sent, claimed) is is_right


def test_what_counts_as_a_number() -> None:
    assert [is_number(one) for one in (1, 1.5, Decimal(1), True, False, "1", None)] == [True] * 3 + [False] * 4


def test_forms_of_identities_codes_and_instants() -> None:
    assert identity(None) == ""
    assert identity("0xA0B1C2D3E4010000") == "A0-B1-C2-D3-E4-01-00-00"
    assert identity("a0b1c2d3e401000g") == "A0B1C2D3E401000G"
    assert identity("a0b1c2d3e40100001") == "A0B1C2D3E40100001"
    assert request_id(None) == ""
    assert request_id(" a:b ") == "A:B"
    assert request_id("a: b :x") == "A:B:x"
    assert request_id("a:b: 010 ") == "A:B:10"
    assert (code(" w007 "), code("W7x"), code("0XI5")) == ("W7", "W7X", "I5")
    assert moment(" 2026-01-15 10:00:00+01:00 ") == moment("20260115T090000Z")
    assert moment("2026-01-15T10:00:00") == moment("2026-01-15T10:00:00Z")
    assert moment("noon") is None
    assert moment("2026-01-32T10:00:00Z") is None


def test_a_name_without_a_value_says_nothing_at_any_depth() -> None:
    assert said({"a": None, "b": {"c": None, "d": 1}, "e": [{"f": None}, 2], "g": ""}) == {
        "b": {"d": 1}, "e": [{}, 2], "g": "",
    }  # fmt: skip
    assert said([None, {"a": None}]) == [None, {}]
    assert said("x") == "x"


def test_a_value_is_found_by_its_name_however_it_is_spelled() -> None:
    values = {"ActiveImport": 1, "active_import": 2, "Tariff-Name": 3}
    assert named(values, "ActiveImport") == 1
    assert named(values, "active import") == 2
    assert named(values, "tariffname") == 3
    assert named(values, "other") is None
    assert named(values, "other", 7) == 7


def test_a_value_alone_is_compared_too() -> None:
    assert [one.path for one in compare("x", 1, 2)] == ["x"]
    assert list(compare("x", 1, "1")) == []
    assert [one.words for one in compare("x", "text", ["text"])] == ["x is ['text'], sent was 'text'"]


@pytest.mark.parametrize(
    ("sent", "claimed", "names", "found"),
    [
        ({"a": 1, "u": "Wh"}, {"a": 1}, (), []),
        ({"a": 1, "u": "Wh"}, {"a": 2, "u": "x"}, (), ["a is 2, the device sent 1"]),
        ({"a": "x", "u": "y"}, {"a": "x"}, (), ["u is missing"]),
        ({"a": 1, "u": "Wh"}, {"a": 2}, ("u",), ["u is missing"]),
        ({"a": 1}, {"a": None}, (), ["a is None, the device sent 1"]),
        ({"a": True, "b": "t"}, {"b": "t"}, (), ["a is missing"]),
    ],
)
def test_disagreements_are_of_numbers_or_of_what_is_named(
    sent: Any, claimed: Any, names: tuple[str, ...], found: list[str]
) -> None:
    assert disagreements(sent, claimed, names) == found


def test_only_missing_is_said_where_something_is_missing_and_nothing_differs() -> None:
    assert only_missing(["a is missing"])
    assert not only_missing(["a is missing", "b is 1, the device sent 2"])
    assert not only_missing([])
    assert in_words({"a": 1, "u": "Wh"}) == "a 1"
    assert in_words({"a": 1, "u": "Wh"}, ("u", "x")) == "u 'Wh', x None"
    assert in_words({"u": "Wh"}) == "u 'Wh'"
