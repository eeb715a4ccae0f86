"""The files that take longest are begun first, and are there."""

from pathlib import Path

import pytest

from tests.conftest import LONG, TESTS, place


def test_every_long_file_is_there() -> None:
    assert [long for long in LONG if not (TESTS / long).exists()] == []


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("clients/test_reference_client.py", "clients/test_cluster.py"),
        ("clients/test_cluster.py", "property/test_x.py"),
        ("property/test_x.py", "unit/test_x.py"),
    ],
)
def test_a_long_file_stands_before_a_quick_one(first: str, later: str) -> None:
    assert place(TESTS / first) < place(TESTS / Path(later))
