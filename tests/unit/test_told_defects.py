"""Every check is tripped in two ways at least: by broken clients, and by defects that are told as entries."""

from __future__ import annotations

import pytest

from harness.checks import Owner, Verdict, checks
from schemas.load import defects
from tests.told_defects import NEVER_FAILS, TOLD


@pytest.mark.parametrize(("check", "name"), [(check, name) for check, told in TOLD.items() for name in told])
def test_a_told_defect_fails_by_its_check_as_the_partys(check: str, name: str) -> None:
    finding = TOLD[check][name]()
    assert (finding.verdict, finding.owner) == (Verdict.FAIL, Owner.PARTY), finding.lines


@pytest.mark.parametrize("check", TOLD)
def test_told_defects_of_a_check_are_different_ones(check: str) -> None:
    assert len({told().got for told in TOLD[check].values()}) == len(TOLD[check])


@pytest.mark.parametrize("check", sorted(set(checks()) - set(NEVER_FAILS)))
def test_every_check_is_tripped_by_two_defects(check: str) -> None:
    clients = [row.name for row in defects().values() if check in row.caught_by]
    assert len(clients) + len(TOLD.get(check, ())) >= 2, "name it in defects.csv, or tell a story in told_defects.py"


def test_what_is_named_is_a_check_and_what_never_fails_has_no_defect() -> None:
    named = {name for row in defects().values() for name in row.caught_by} | set(TOLD)
    assert named <= set(checks())
    assert set(NEVER_FAILS) <= set(checks()) - named
