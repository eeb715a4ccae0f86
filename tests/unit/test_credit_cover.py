"""Credit Cover: the worked example and the edges where a pound decides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.uep.credit_cover import Exposure, Instrument, add_months, credit_cover, credit_threshold
from stubs.wire.errors import InputError

DAY = date(2026, 4, 15)
EXAMPLE = {
    "as_of": DAY,
    "unpaid": Decimal(18000),
    "estimate": Decimal(22000),
    "maximum_credit_value": Decimal(150000),
    "unsecured_factor": Decimal("0.2"),
    "cpi": Decimal("135.0"),
    "base_cpi": Decimal("100.0"),
}


def exposure(**changes: object) -> Exposure:
    return Exposure(**{**EXAMPLE, **changes})  # type: ignore[arg-type]


def test_the_worked_example() -> None:
    found = credit_cover(exposure())
    assert [found.value_at_risk, found.unsecured_limit] == [40000, 30000]
    assert [found.requirement, found.threshold, found.support_needed] == [10000, 2700, 10000]


def test_a_requirement_below_the_threshold_needs_no_support() -> None:
    found = credit_cover(exposure(maximum_credit_value=Decimal(190000)))
    assert [found.requirement, found.support_needed] == [2000, 0]


def test_a_limit_above_the_risk_makes_no_negative_requirement() -> None:
    assert credit_cover(exposure(maximum_credit_value=Decimal(10**6))).requirement == 0


@pytest.mark.parametrize(("unpaid", "needed"), [("2700", "0"), ("2700.01", "2700.01")])
def test_only_what_is_over_the_threshold_needs_support(unpaid: str, needed: str) -> None:
    found = credit_cover(exposure(unpaid=Decimal(unpaid), estimate=Decimal(0), maximum_credit_value=Decimal(0)))
    assert found.support_needed == Decimal(needed)


def test_the_two_readings_of_the_adjustment() -> None:
    assert credit_cover(exposure(factor=Decimal(2))).value_at_risk == 80000
    assert credit_cover(exposure(factor=Decimal(2), apply_to="estimate")).value_at_risk == 62000


@pytest.mark.parametrize(("left", "is_counted"), [(29, False), (30, True), (31, True)])
def test_an_instrument_counts_while_a_month_is_left(left: int, is_counted: bool) -> None:
    guarantee = Instrument("bank guarantee", Decimal(10000), DAY + timedelta(days=left))
    found = credit_cover(exposure(instruments=(guarantee, Instrument("cash deposit", Decimal(500)))))
    assert found.provided == (10500 if is_counted else 500)
    assert found.shortfall == (0 if is_counted else 9500)
    assert found.not_counted == (() if is_counted else (guarantee,))


def test_the_end_of_a_month_is_a_month_later_the_end_of_a_shorter_one() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_the_threshold_is_rounded_to_the_pound() -> None:
    assert credit_threshold(Decimal("100.025"), Decimal(100)) == 2001
    assert credit_threshold(Decimal("100.024"), Decimal(100)) == 2000


@pytest.mark.parametrize(
    "change",
    [
        {"unpaid": Decimal(-1)},
        {"unsecured_factor": Decimal(20)},
        {"apply_to": "unpaid"},
        {"cpi": Decimal(0)},
        {"instruments": (Instrument("cash deposit", Decimal(-5)),)},
        {"estimate": Decimal("NaN")},
    ],
)
def test_nonsense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        credit_cover(exposure(**change))


@given(st.decimals(0, 10**7, places=2), st.decimals(0, 10**7, places=2))
def test_more_risk_never_needs_less_support(less: Decimal, more: Decimal) -> None:
    low, high = sorted((less, more))
    assert credit_cover(exposure(unpaid=low)).support_needed <= credit_cover(exposure(unpaid=high)).support_needed
