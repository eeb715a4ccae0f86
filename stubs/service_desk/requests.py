"""Service management requests, hub forecasts and orders."""

from __future__ import annotations

import re

from stubs.events import AnyEvent, HubForecastMade, HubsOrdered, ManagementRequestRaised
from stubs.service_desk.desk import ServiceDesk
from stubs.service_desk.incidents import Reporter
from stubs.service_desk.records import FieldError

REQUEST_TYPES = {
    "thresholds": "Anomaly thresholds",
    "quarantine": "Quarantined communications",
    "access": "Access of people",
    "other": "Something else",
}
REGIONS = ("North", "Central", "South")
VARIANTS = ("Single Band", "Dual Band")
MOST_HUBS = 100_000


def raise_request(desk: ServiceDesk, by: Reporter, request_type: str, text: str) -> list[AnyEvent]:
    """An SMSR. Raises: FieldError."""
    if request_type not in REQUEST_TYPES:
        raise FieldError("request_type", "There is no such type.", f"Choose one of: {', '.join(REQUEST_TYPES)}.")
    reference = desk.next_reference("SMSR")
    return [
        ManagementRequestRaised(
            reference=reference, user=by.user, person=by.person, request_type=request_type, text=text
        )
    ]


def forecast_hubs(by: Reporter, month: str, region: str, variant: str, quantity: int) -> list[AnyEvent]:
    """A forecast. Raises: FieldError."""
    _check(month, region, variant, quantity, 0)
    return [
        HubForecastMade(user=by.user, person=by.person, month=month, region=region, variant=variant, quantity=quantity)
    ]


def order_hubs(
    desk: ServiceDesk, by: Reporter, month: str, region: str, variant: str, quantity: int, site: str
) -> list[AnyEvent]:
    """An order, which needs a forecast of the same month, region and variant (inferred). Raises: FieldError."""
    _check(month, region, variant, quantity, 1)
    forecast = desk.forecasts.get(f"{by.user} {month} {region} {variant}")
    if forecast is None:
        raise FieldError("month", "There is no forecast for this month, region and variant.", "Forecast first.")
    return [
        HubsOrdered(
            reference=desk.next_reference("ORD"),
            user=by.user,
            person=by.person,
            month=month,
            region=region,
            variant=variant,
            quantity=quantity,
            site=site,
        )
    ]


def _check(month: str, region: str, variant: str, quantity: int, least: int) -> None:
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise FieldError("month", "This is not a month.", "Write it like 2026-05.")
    if region not in REGIONS:
        raise FieldError("region", "There is no such region.", f"Choose one of: {', '.join(REGIONS)}.")
    if variant not in VARIANTS:
        raise FieldError("variant", "There is no such variant.", f"Choose one of: {', '.join(VARIANTS)}.")
    if not least <= quantity <= MOST_HUBS:
        raise FieldError("quantity", f"{quantity} is not possible.", f"Write a number from {least} to {MOST_HUBS}.")
