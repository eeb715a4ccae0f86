"""Anomaly detection: finds whether a request exceeds a limit. ``quarantine`` holds the request that does.

Source: DUIS guide, section 10; that a transform is not counted is inferred.
"""

from __future__ import annotations

from stubs.access import AccessRequest, Breach
from stubs.dcc.commands.planning import PlannedCommand
from stubs.dcc.context import DccContext
from stubs.dcc.requests.request_in_progress import Planned
from stubs.dcc.state.transaction import Transaction
from stubs.wire.errors import Misuse, PeerError
from stubs.wire.gbcs.use_cases import read_command


def breach_of(
    context: DccContext,
    transaction: Transaction,
    access: AccessRequest,
    planned: Planned | None,
) -> Breach | None:
    """The limit a request exceeds; None: it may pass. A transform commands nothing and is not looked at."""
    thresholds = transaction.state.thresholds
    header = access.header
    if access.variant.is_transform:
        return None
    if isinstance(planned, PlannedCommand) and header.srv in context.settings.attribute_limits:
        found = thresholds.abnormal(header.srv, _values(planned))
        if found is not None:
            return found
    return thresholds.breach(access.sender, header.srv, transaction.now)


def _values(order: PlannedCommand) -> dict[str, object]:
    try:
        return read_command(order.message_code, order.group.content)
    except (PeerError, Misuse):
        return {}
