"""Assumptions with which a request becomes a command without a DCC to ask; each row with its provenance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.rows import Srv
from schemas.tables import table_rows


@dataclass(frozen=True, slots=True)
class CommandAssumptions:
    """Assumptions with which a request becomes a command without a DCC; from public reference data."""

    broker: str
    """EUI-64 of the access control broker."""
    broker_ahead: int
    """Distance by which the broker's counter lies above the request's."""
    knows_users: frozenset[str]
    """Device types that hold credentials of Users."""
    by_strangers: frozenset[Srv]
    """Services for which the broker speaks since the meter does not know who asks."""
    network_operator_ending: str
    """Ending of a network operator's EUI-64."""
    customer_number: str


@cache
def command_assumptions() -> CommandAssumptions:
    """Return the assumptions with which a request becomes a command without a DCC to ask."""
    values = {row["assumption"]: row["value"] for row in table_rows("catalogue", "command-assumptions.csv")}
    return CommandAssumptions(
        broker=values["broker"],
        broker_ahead=int(values["broker-ahead"]),
        knows_users=frozenset(values["knows-users"].split()),
        by_strangers=frozenset(Srv(srv) for srv in values["by-strangers"].split()),
        network_operator_ending=values["network-operator-ending"],
        customer_number=values["customer-number"],
    )
