"""Records that the DCC keeps: Users, registrations, inventory, thresholds, agenda, certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stubs.events.base import Event


class UserRegistered(Event, frozen=True, kw_only=True, tag=True):
    """A User (one EUI) with the roles it holds, and where its responses go."""

    user: str
    party: str
    roles: tuple[str, ...]
    receive_url: str | None
    """Its query, where tokens are, is kept beside the journal: what stands for it here says so."""
    status: str = "active"
    duis_version: str = ""
    """The DUIS version it uses; empty: that of the DCC."""


class MeterPointRegistered(Event, frozen=True, kw_only=True, tag=True):
    """Registration data of one meter point; EUIs of the responsible parties."""

    mpxn: str
    fuel: str
    """``electricity`` or ``gas``."""
    supplier: str | None
    network_operator: str | None
    agent: str = ""
    """Registered supplier agent; empty: any may act (inferred)."""
    postcode: str = ""
    address: str = ""
    uprn: str = ""


class RegistrationChanged(Event, frozen=True, kw_only=True, tag=True):
    """A meter point changes supplier, network operator or tenancy on a date; None leaves a party as it is."""

    mpxn: str
    since: datetime
    supplier: str | None = None
    network_operator: str | None = None
    is_new_tenancy: bool = False


class CoverageSet(Event, frozen=True, kw_only=True, tag=True):
    """SM WAN coverage of a place (UPRN or post code): ``values`` of 12.1's answer by DUIS names; empty forgets it."""

    place: str
    values: dict[str, Any]


class ProductListed(Event, frozen=True, kw_only=True, tag=True):
    """An entry of the certified products list: a firmware version of a device model, with its image's SHA-256."""

    manufacturer: str
    model: str
    firmware_version: str
    device_type: str = ""
    gbcs_version: str = ""
    hash: str = ""
    """Hexadecimal; empty: any image goes by this version."""
    status: str = "Active"


class ThresholdSet(Event, frozen=True, kw_only=True, tag=True):
    """A User's own anomaly-detection threshold for a service (``*``: all together); None takes it away."""

    user: str
    srv: str
    limit: int | None
    is_warning: bool = False
    """Warning threshold: the DCC warns a User that passes it; above a limit that is none, requests are held."""


class ThresholdWarned(Event, frozen=True, kw_only=True, tag=True):
    """A User's requests of an hour passed its warning threshold; nothing is held."""

    user: str
    srv: str
    """Of the threshold; ``*``: all together."""
    limit: int
    request_id: str
    """Of the request that passed it."""


class InventoryChanged(Event, frozen=True, kw_only=True, tag=True):
    """Fields of one Smart Metering Inventory record that changed; ``values`` uses the DUIS element names."""

    device: str
    values: dict[str, Any]
    cause: str


class ItemScheduled(Event, frozen=True, kw_only=True, tag=True):
    """Something is due later: a held command, a retry, a time-out, a schedule's next run."""

    item: str
    what: str
    due: datetime
    data: dict[str, Any]


class ItemDone(Event, frozen=True, kw_only=True, tag=True):
    """A scheduled item fired or was cancelled."""

    item: str
    outcome: str


class CertificateIssued(Event, frozen=True, kw_only=True, tag=True):
    """The test authority issued a certificate (DER)."""

    eui: str
    usage: str
    """``DS`` or ``KA``."""
    role: str | None
    """OU of an organisation certificate; None for a device."""
    der: bytes


class CertificateFiled(Event, frozen=True, kw_only=True, tag=True):
    """A public signing certificate (DER) put beside the evidence, so that a reader checks signatures without keys."""

    eui: str
    role: str | None
    """OU of an organisation certificate; None for a device."""
    der: bytes
