"""Credit Cover: what DCC may ask for, by the formula of the guidance, with its doubtful reading as an option.

Source: SECAS User Entry Process Guidance v1.3 (2018), 9 and Appendix A citing J3: to be checked. What a recognised
rating is worth (the Unsecured Credit Factor) is not in what was read: it is handed in. Amounts are pounds, exact.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from schemas.process import number
from stubs.wire.errors import InputError

ZERO, PENNY, POUND = Decimal(0), Decimal("0.01"), Decimal(1)
MOST = Decimal(10) ** 12
"""Pounds, or an index or a factor: beyond it no figure is one of Credit Cover, and sums lose their pence."""
_LEAST_INDEX = Decimal("0.01")
READINGS = ("both", "estimate")
"""Scope of the working capital adjustment: unpaid and estimate together, or the estimate alone (unclear)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A bank guarantee, letter of credit or cash deposit; ``expiry`` None: does not expire."""

    kind: str
    amount: Decimal
    expiry: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether at least one month remains after ``day``."""
        return self.expiry is None or self.expiry >= add_months(day, number("instrument_months"))


@dataclass(frozen=True, slots=True)
class Exposure:
    """Inputs of the formula. Fractions (``unsecured_factor``) from 0 to 1.

    ``cpi`` is the index of the October before the Regulatory Year, ``base_cpi`` that of October 2014.
    """

    as_of: date
    unpaid: Decimal
    estimate: Decimal
    maximum_credit_value: Decimal = ZERO
    unsecured_factor: Decimal = ZERO
    factor: Decimal = Decimal(1)
    apply_to: str = "both"
    cpi: Decimal = Decimal(100)
    base_cpi: Decimal = Decimal(100)
    instruments: tuple[Instrument, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditCover:
    """Every line of the computation, in pounds."""

    value_at_risk: Decimal
    unsecured_limit: Decimal
    requirement: Decimal
    threshold: Decimal
    support_needed: Decimal
    provided: Decimal
    not_counted: tuple[Instrument, ...]
    shortfall: Decimal


def credit_cover(exposure: Exposure) -> CreditCover:
    """The requirement, the threshold, and what is still to be provided.

    Raises: InputError: a negative amount, a factor out of range, an unknown reading.
    """
    _refuse_nonsense(exposure)
    if exposure.apply_to == "both":
        at_risk = (exposure.unpaid + exposure.estimate) * exposure.factor
    else:
        at_risk = exposure.unpaid + exposure.estimate * exposure.factor
    limit = exposure.maximum_credit_value * exposure.unsecured_factor
    requirement = max(ZERO, at_risk - limit)
    threshold = credit_threshold(exposure.cpi, exposure.base_cpi)
    needed = requirement if requirement > threshold else ZERO
    counted = [one for one in exposure.instruments if one.counts_on(exposure.as_of)]
    provided = sum((one.amount for one in counted), ZERO)
    return CreditCover(
        value_at_risk=_pence(at_risk),
        unsecured_limit=_pence(limit),
        requirement=_pence(requirement),
        threshold=threshold,
        support_needed=_pence(needed),
        provided=_pence(provided),
        not_counted=tuple(one for one in exposure.instruments if one not in counted),
        shortfall=_pence(max(ZERO, needed - provided)),
    )


def credit_threshold(cpi: Decimal, base_cpi: Decimal) -> Decimal:
    """The Credit Cover Threshold of a Regulatory Year, to the nearest pound (halves up: our reading).

    Raises: InputError: an index that is not above 0.
    """
    for index in (cpi, base_cpi):
        if not index.is_finite() or not _LEAST_INDEX <= index <= MOST:
            raise InputError(f"a price index is {index}", mend="Give the published index, such as 135.0")
    return (Decimal(number("threshold_base")) * cpi / base_cpi).quantize(POUND, ROUND_HALF_UP)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day when it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _pence(amount: Decimal) -> Decimal:
    return amount.quantize(PENNY, ROUND_HALF_UP)


def _refuse_nonsense(exposure: Exposure) -> None:
    amounts: Iterable[tuple[str, Decimal]] = (
        ("unpaid", exposure.unpaid),
        ("estimate", exposure.estimate),
        ("maximum_credit_value", exposure.maximum_credit_value),
        ("factor", exposure.factor),
        *((f"instrument {one.kind}", one.amount) for one in exposure.instruments),
    )
    for name, amount in amounts:
        if not amount.is_finite() or not 0 <= amount <= MOST:
            raise InputError(f"{name} is {amount}", mend=f"Give 0 or more, and no more than {MOST:,}")
    if not exposure.unsecured_factor.is_finite() or not 0 <= exposure.unsecured_factor <= 1:
        raise InputError(f"the unsecured credit factor is {exposure.unsecured_factor}", mend="Give a fraction, 0 to 1")
    if exposure.apply_to not in READINGS:
        raise InputError(f"{exposure.apply_to!r} is no reading", mend=f"Choose one of {', '.join(READINGS)}")
