"""How the tests are divided among workers: whole files, but named ones in parts that together hold every test once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.distribution import PARTS, unit_of

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("name", PARTS)
def test_a_file_in_parts_is_there_and_shares_nothing_that_its_module_made(name: str) -> None:
    text = (TESTS / name).read_text(encoding="utf-8")
    assert 'scope="module"' not in text
    assert "@cache" not in text


@pytest.mark.parametrize(("name", "parts"), PARTS.items())
def test_a_long_file_is_handed_out_in_so_many_parts(name: str, parts: int) -> None:
    units = [unit_of(f"tests/{name}::test_one[{number}]") for number in range(200)]
    assert len(set(units)) == parts
    assert units == [unit_of(f"tests/{name}::test_one[{number}]") for number in range(200)]


def test_the_tests_of_any_other_file_stay_together() -> None:
    assert unit_of("tests/unit/test_a.py::test_one[a::b]") == unit_of("tests/unit/test_a.py::T::test_two")
    assert unit_of("tests/unit/test_a.py::test_one") != unit_of("tests/unit/test_b.py::test_one")
