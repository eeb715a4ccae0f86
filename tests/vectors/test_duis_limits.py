"""Stored cases of every limit: values just inside and just outside, and how many elements there may be.

Origin: made by ``.ci/schema_cases.py`` from our grammar, each with the verdict the official schemas gave when it was stored
(see ``duis-limits.md``). They need nothing but this repository.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.load import service_requests
from stubs.wire.duis import schema_problems
from tests.schema_cases import count_cases, document_with, place_of, places, text_cases, with_count, with_value

FOLDER = Path(__file__).parent
TEXTS = text_cases(FOLDER / "duis-limits.csv")
COUNTS = count_cases(FOLDER / "duis-occurrences.csv")
PLACES = [*(case.place for case in TEXTS), *(case.place for case in COUNTS)]
LETTERS = sorted({place[:2] for place in PLACES})


@pytest.mark.parametrize("begins", LETTERS)
def test_values_at_the_limits_get_the_stored_verdict(begins: str) -> None:
    wrong = []
    for case in TEXTS:
        if case.place.startswith(begins):
            wrong += [
                (case.place, value[:60]) for value in case.accepted if schema_problems(with_value(case.place, value))
            ]
            wrong += [
                (case.place, value[:60]) for value in case.refused if not schema_problems(with_value(case.place, value))
            ]
    assert wrong == []


@pytest.mark.parametrize("begins", LETTERS)
def test_numbers_of_elements_get_the_stored_verdict(begins: str) -> None:
    wrong = []
    for case in COUNTS:
        if case.place.startswith(begins):
            for name, least, most in case.children:
                for count, is_accepted in counts(least, most):
                    if is_accepted == bool(schema_problems(with_count(case.place, name, count))):
                        wrong.append((case.place, name, count))
    assert wrong == []


def counts(least: int, most: int) -> list[tuple[int, bool]]:
    """Numbers at and beside the limits, and whether they are accepted; ``most`` is negative when there is no limit."""
    found = [(least, True), (most, True), (most + 1, False)] if most >= 0 else [(least, True), (60, True)]
    return [*found, (least - 1, False)] if least else found


def test_every_place_of_the_grammar_is_stored() -> None:
    with_values, with_children = places()
    assert {case.place for case in TEXTS} == {place for place, _ in with_values}
    assert {case.place for case in COUNTS} == {place for place, _ in with_children} - bare()


def bare() -> set[str]:
    """Places whose only content is foreign to the grammar."""
    _, with_children = places()
    return {place for place, _ in with_children} - {case.place for case in COUNTS if case.children}


def test_every_body_has_a_place_when_it_holds_anything() -> None:
    stored = {place.partition("/")[0] for place in PLACES}
    empty = {row.request_element for row in service_requests().values()} - stored
    assert all(len(document_with(name)[1]) == 0 for name in empty)


def test_every_stored_value_has_both_verdicts_where_both_exist() -> None:
    assert [case.place for case in TEXTS if not case.accepted] == []
    refusing = sum(bool(case.refused) for case in TEXTS)
    assert refusing > len(TEXTS) * 0.9
    assert place_of(("Request", "Body", "X", "Y")) == "X/Y"
