"""DCC alerts and the routing of device alerts: which content, for whom, how many.

The occasions, their codes and recipients are rows (``dcc-alert-occasions.csv``); most codes are inferred and may be
overridden by settings. Knows XML content only; devices make their own alerts.
"""

from stubs.alerts.content import (
    command_failure,
    credentials_updated,
    decommissioned,
    device_log_result,
    device_removed,
    display_alert,
    display_removed,
    distribution_failure,
    dual_band_alert,
    firmware_delivery,
    firmware_mismatch,
    hub_alert,
    hub_firmware,
    load_switches_changed,
    log_restored,
    meter_identity,
    node_from,
    power_outage,
    quarantined,
    schedule_removal,
    status_change,
    supplier_changed,
    supplier_not_changed,
    version_mismatch,
    wrong_certificate,
)
from stubs.alerts.defaults import SELF_SIGNED, AtHand, default_content, structure_of, structures
from stubs.alerts.routing import code_of, recipients
from stubs.alerts.throttle import Throttle, Window

__all__ = [
    "SELF_SIGNED",
    "AtHand",
    "Throttle",
    "Window",
    "code_of",
    "command_failure",
    "credentials_updated",
    "decommissioned",
    "default_content",
    "device_log_result",
    "device_removed",
    "display_alert",
    "display_removed",
    "distribution_failure",
    "dual_band_alert",
    "firmware_delivery",
    "firmware_mismatch",
    "hub_alert",
    "hub_firmware",
    "load_switches_changed",
    "log_restored",
    "meter_identity",
    "node_from",
    "power_outage",
    "quarantined",
    "recipients",
    "schedule_removal",
    "status_change",
    "structure_of",
    "structures",
    "supplier_changed",
    "supplier_not_changed",
    "version_mismatch",
    "wrong_certificate",
]
