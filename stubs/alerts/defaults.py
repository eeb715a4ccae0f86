"""A content for every DCC alert structure of the schema, for alerts that a tester raises without giving one.

Made from our own schema: nothing optional but what says more, and the identities at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from schemas.load import dcc_alert_occasions, dcc_alerts
from stubs.wire.duis import Node
from stubs.wire.duis.samples import duis_grammar, sample
from stubs.wire.grammar import Element, elements_in
from stubs.wire.xml import SR

SELF_SIGNED = "S1SPAlertDSP"
"""Its inner part carries the signature of a SMETS1 service provider."""

_PATH = ("Response", "Body", "DCCAlertMessage", "DCCAlert")
_HUBS = frozenset({"CommsHubDeviceID", "CHFDeviceID", "OldCHFDeviceID"})


@dataclass(frozen=True, slots=True)
class AtHand:
    """Identities of one home that a content may name; empty ones leave the schema's examples in place."""

    device: str = ""
    hub: str = ""
    proxy: str = ""
    mpxn: str = ""
    request_id: str = ""
    now: str = ""

    def values(self) -> Mapping[str, str]:
        """Texts by element name."""
        named = {
            **dict.fromkeys(("DeviceID", "ESMEDeviceID", "TargetDeviceID", "OtherDeviceID", "MeterIDs"), self.device),
            **dict.fromkeys(("DeviceList", "PPMIDDeviceID", "DeviceIDToSuspend"), self.device),
            **dict.fromkeys((*_HUBS, "NewCHFDeviceID"), self.hub),
            **dict.fromkeys(("OldGPFDeviceID", "NewGPFDeviceID"), self.proxy),
            **dict.fromkeys(("MPxN", "ImportMPxN"), self.mpxn),
            **dict.fromkeys(_REQUESTS, self.request_id),
            **dict.fromkeys(("StartDateTime", "TimeStamp", "Timestamp", "DateTime"), self.now),
        }
        return {name: text for name, text in named.items() if text}


_REQUESTS = (
    "RequestID",
    "CommandRequestID",
    "UpdateFirmwareRequestID",
    "ChangeOfSupplierServiceRequestID",
    "UpdateHANDeviceLogServiceRequestID",
    "AlertID",
)
_THROUGH: Mapping[str, tuple[str, ...]] = {"ChangeOfSupplier": ("DeviceChangeOfSupplier",)}
"""Branches that say more than the first one."""


@cache
def structures() -> Mapping[str, Element]:
    """The elements ``DCCAlert`` may hold, by name."""
    found = duis_grammar().find([f"{{{SR}}}{name}" for name in _PATH])
    assert found is not None, "our own schema has DCC alerts"
    return {element.name: element for element in elements_in(found.children)}


def structure_of(code: str) -> str:
    """Return the structure of an alert code: that of the event it was chosen for, else its first permitted one.

    Raises: ValueError: no such code.
    """
    for row in dcc_alert_occasions().values():
        if row.code == code:
            return row.structure
    known = dcc_alerts().get(code)
    if known is None or not known.structures:
        raise ValueError(f"{code} is no code of a DCC alert")
    return known.structures[0]


def default_content(structure: str, at_hand: AtHand) -> Node:
    """A content of that structure. Raises: ValueError: the schema has no such structure."""
    element = structures().get(structure)
    if element is None:
        raise ValueError(f"expected one of {', '.join(structures())}, got {structure}")
    return sample(element, through=_THROUGH.get(structure, ()), values=at_hand.values())
