"""Places on the self-service pages for each action: pages, search fields, forms. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_DEVICE = {"DeviceID": "device"}
_POINT = {"MPxN": "mpxn", "ImportMPxN": "mpxn"}
_PLACE = {"UPRN": "uprn", "PostCode": "postcode", "AddressIdentifier": "address"}
_MESSAGE = {
    "ServiceReferenceVariant": "srv",
    "RequestID": "request_id",
    "ResponseCode": "code",
    "kind": "kind",
    "from": "from",
    "to": "to",
}


@dataclass(frozen=True, slots=True)
class View:
    """A page to look at: its path, its search fields by parameter, and the parameter that names one item of a list."""

    path: str
    search: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    items: str = ""
    """Path below which the items are, where it is not ``path``."""
    opens_first: bool = False
    """Open the first item that was found, where none is named."""


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "view-home": View("/"),
        "view-inventory": View("/inventory", {**_DEVICE, **_POINT, **_PLACE}),
        "view-device": View("/inventory", _DEVICE, item="DeviceID"),
        "view-audit": View("/audit", {**_DEVICE, **_POINT, **_MESSAGE}),
        "view-message": View("/audit", {**_DEVICE, **_MESSAGE}, item="message", opens_first=True),
        "view-profile-reads": View("/profile-reads", {**_DEVICE, **_POINT}),
        "view-coverage": View("/coverage", {"PostCode": "postcode"}),
        "view-hub": View("/hubs", _DEVICE),
        "view-service-status": View("/service"),
        "view-service-alerts": View("/service/alerts", item="alert"),
        "view-maintenance": View("/service/maintenance"),
        "view-help": View("/help"),
        "view-incidents": View("/incidents", item="reference"),
        "view-thresholds": View("/thresholds"),
        "view-quarantine": View("/quarantine"),
        "view-hub-orders": View("/hub-orders", item="reference"),
    }
)


@dataclass(frozen=True, slots=True)
class Act:
    """A form to send: the page of the menu it is reached from, where it goes, and fields by parameter.

    Braces in ``form`` name a parameter of the action; parameters that no row of ``fields`` names keep their name.
    """

    path: str
    form: str
    fields: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    """Fields that are always filled in like this."""


_ABOUT = {**_DEVICE, **_POINT, "RequestID": "request_id"}

ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "raise-incident": Act("/incidents", "/incidents/new", _ABOUT),
        "update-incident": Act("/incidents", "/incidents/{reference}"),
        "raise-management-request": Act("/smsr", "/smsr/new"),
        "submit-thresholds": Act("/thresholds", "/thresholds/files"),
        "submit-quarantine-actions": Act("/quarantine", "/quarantine/files"),
        "forecast-hubs": Act("/hub-orders", "/hub-orders/forecasts"),
        "order-hubs": Act("/hub-orders", "/hub-orders/new"),
        "run-report": Act("/reports", "/reports/{report}"),
        "create-person": Act("/people", "/people"),
        "remove-person": Act("/people", "/people/{name}", given={"status": "removed"}),
    }
)

FILES: Mapping[str, tuple[str, tuple[str, str]]] = MappingProxyType(
    {
        "submit-thresholds": ("thresholds", ("ServiceReferenceVariant", "Threshold")),
        "submit-quarantine-actions": ("actions", ("QuarantineReference", "Action")),
    }
)
"""Acts that submit a signed file: the parameter that holds its rows, and its columns."""
