"""Deviations of the campaign as the one function that decides on roles takes them."""

from __future__ import annotations

from collections.abc import Iterable

from harness.campaign.campaign_file import Deviation as Agreed
from harness.verdicts import Deviation


def deciding_deviations(agreed: Iterable[Agreed]) -> tuple[Deviation, ...]:
    """One record for each service and each scenario that a deviation names."""
    return tuple(deviation for one in agreed for deviation in _of(one))


def _of(one: Agreed) -> tuple[Deviation, ...]:
    on = one.agreed_on.isoformat() if one.agreed_on else ""

    def record(service: str = "", scenario: str = "") -> Deviation:
        return Deviation(
            service=service,
            scenario=scenario,
            roles=one.roles,
            reason=one.reason,
            effect=one.effect,
            agreed_by=one.agreed_by,
            agreed_on=on,
            confirmed_by=one.confirmed_by,
        )

    return (*(record(service=srv) for srv in one.services), *(record(scenario=name) for name in one.scenarios))
