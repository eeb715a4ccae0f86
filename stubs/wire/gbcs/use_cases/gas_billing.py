"""Billing calendar of a gas meter: set (GCS25, GCS25a) and, by another module, read."""

from __future__ import annotations

from typing import Any

from stubs.wire.gbcs.use_cases.gas_series import Series
from stubs.wire.gbcs.use_cases.gas_shapes import Sent, shape
from stubs.wire.gbcs.use_cases.gas_slots import EVENT, moment
from stubs.wire.gbcs.use_cases.model import CommandContext, Values, given

_PERIODS = {
    "Daily": (1, 0x21),
    "Weekly": (1, 0x22),
    "Monthly": (1, 0x23),
    "Quarterly": (3, 0x23),
    "SixMonthly": (6, 0x23),
    "Yearly": (12, 0x23),
}
"""Duration and its type (low half: 1 days, 2 weeks, 3 months; high half: from the start of one); days are inferred."""
_PERIODICITIES = {raw: word for word, raw in _PERIODS.items()}
BILLING_PERIOD = shape(
    0x0700, 0x09, 0x09, "provider u32, event u32, start u32, duration u24, durationType u8, tariff u8"
)
_BLOCK_PERIOD = shape(
    0x0700,
    0x09,
    0x01,
    "provider u32, event u32, start u32, duration u24, control u8, durationType u8, tariff u8, resolution u8",
)


def period_of(fields: dict[str, Any]) -> str:
    """``Periodicity`` of a published period. Raises: KeyError: none of the published ones."""
    return _PERIODICITIES[fields["duration"], fields["durationType"]]


def period_fields(word: str) -> dict[str, int]:
    """The inverse of :func:`period_of`. Raises: KeyError: no such word."""
    duration, kind = _PERIODS[word]
    return {"duration": duration, "durationType": kind}


def _fill_billing(values: Values, context: CommandContext) -> tuple[Sent, ...]:
    shared = {
        "provider": 0,
        "event": EVENT.write(values, context),
        "start": moment("BillingPeriodStart").write(values, context),
        "tariff": 0,
    } | period_fields(given(values, "Periodicity"))
    return Sent(BILLING_PERIOD, shared), Sent(_BLOCK_PERIOD, shared | {"control": 2, "resolution": 1})


def _gather_billing(sent: tuple[Sent, ...]) -> dict[str, Any]:
    fields = sent[0].fields
    return moment("BillingPeriodStart").read(fields["start"]) | {"Periodicity": period_of(fields)}


GCS25 = Series(_fill_billing, _gather_billing, (BILLING_PERIOD, _BLOCK_PERIOD))
GCS25A = GCS25

CODECS = {"GCS25": GCS25, "GCS25a": GCS25A}
