"""Selecting by expression."""

from __future__ import annotations

import pytest

from harness.plan import ExpressionError, parse_expression

NAMES = frozenset({"SR-201-IS", "SR-201", "role:IS", "srv:4.1.1"})


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("", True),
        ("sr-201", True),
        ("SR-*", True),
        ("IC-*", False),
        ("IC-*, SR-*", True),
        ("SR-* and role:IS", True),
        ("SR-* and not role:IS", False),
        ("not (IC-* or role:GS)", True),
        ("srv:4.*", True),
    ],
)
def test_expression_matches_names(text: str, is_meant: bool) -> None:
    assert parse_expression(text)(NAMES) is is_meant


@pytest.mark.parametrize("text", ["and", "SR-* and", "not", "(SR-*", "SR-* IC-*", "SR-*)"])
def test_an_unreadable_expression_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"missing|nothing may follow"):
        parse_expression(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "a" + ")" * 5000, "not " * 5000 + "a"])
def test_an_expression_deeper_than_anybody_writes_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="deeper than"):
        parse_expression(text)
