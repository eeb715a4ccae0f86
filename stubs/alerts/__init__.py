"""DCC alerts and the routing of device alerts: which content, for whom.

The occasions, their codes and recipients are rows (``dcc-alert-occasions.csv``); most codes are inferred and may be
overridden by settings. Knows XML content only; devices make their own alerts.
"""

from stubs.alerts.content import (
    CONTENTS,
    command_failure,
    decommissioned,
    device_log_result,
    device_removed,
    meter_identity,
    node_from,
    power_outage,
    quarantined,
)
from stubs.alerts.routing import code_of, recipients

__all__ = [
    "CONTENTS",
    "code_of",
    "command_failure",
    "decommissioned",
    "device_log_result",
    "device_removed",
    "meter_identity",
    "node_from",
    "power_outage",
    "quarantined",
    "recipients",
]
