"""The state of the simulated DCC, folded from the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stubs.access import RequestLedger, Thresholds
from stubs.alerts import Throttle
from stubs.devices import DeviceState, apply, manufacture
from stubs.events import RequestQuarantined
from stubs.faults import Faults
from stubs.inventory import Inventory
from stubs.scheduler import Agenda, Outbox
from stubs.service_desk import ServiceDesk
from stubs.settings import DccSettings
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId

MOST_LOCAL = 256
"""Commands for local delivery that wait for their answers: each keeps some 3 kB of a serving process, and a Party has
few at a time."""


@dataclass(frozen=True, slots=True)
class User:
    """A registered User."""

    party: str
    roles: tuple[str, ...]
    receive_url: str | None
    status: str
    duis_version: str = ""
    """The DUIS version it is registered with; empty: none."""
    stated_version: str = ""
    """``schemaVersion`` of its last accepted request; empty: it has sent none."""


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """Specification of a device that is not built yet: its template and the time of its making."""

    device_type: str
    variant: str
    seed: str
    values: dict[str, object]
    at: datetime


class DeviceRegistry(Mapping[Eui64, DeviceState]):
    """The simulated physical devices by identity.

    A device is built when it is first looked at: 100,000 devices that nobody talks to cost a DeviceSpec each.
    """

    def __init__(self) -> None:
        self._devices: dict[Eui64, DeviceState | DeviceSpec] = {}

    def __getitem__(self, device: Eui64) -> DeviceState:
        found = self._devices[device] = self.peek(device)
        return found

    def peek(self, device: Eui64) -> DeviceState:
        """Return a device; one that is not built yet is built for this call only. Raises: KeyError: there is none."""
        found = self._devices.get(device)
        if found is None:
            raise KeyError(str(device))
        if isinstance(found, DeviceState):
            return found
        return manufacture(device, found.device_type, found.variant, found.seed, found.at, **found.values)

    def __contains__(self, device: object) -> bool:
        return device in self._devices

    def __iter__(self) -> Iterator[Eui64]:
        return iter(self._devices)

    def __len__(self) -> int:
        return len(self._devices)

    def add(self, device: Eui64, spec: DeviceSpec) -> None:
        """Fold of DeviceManufactured."""
        self._devices[device] = spec

    def change(self, device: Eui64, values: dict[str, object]) -> None:
        """Fold of DeviceChanged."""
        self._devices[device] = apply(self[device], values)

    def stored(self) -> tuple[list[DeviceState], dict[str, DeviceSpec]]:
        """Devices that were built, and the specifications of the others."""
        built = [found for found in self._devices.values() if isinstance(found, DeviceState)]
        return built, {str(eui): found for eui, found in self._devices.items() if isinstance(found, DeviceSpec)}

    def restore(self, devices: list[DeviceState], specs: dict[str, DeviceSpec]) -> None:
        """The inverse of ``stored``."""
        self._devices = {
            **{device.id: device for device in devices},
            **{Eui64.parse(eui): spec for eui, spec in specs.items()},
        }

    def clear(self) -> None:
        """Fold of DccReset."""
        self._devices.clear()


@dataclass(slots=True)
class Counts:
    """Number of identities of each kind given out; folded from events, so that identities never repeat."""

    exchanges: int = 0
    commands: int = 0
    messages: int = 0
    items: int = 0
    faults: int = 0
    schedules: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class DccState:
    """Everything the DCC knows."""

    seed: str
    ledger: RequestLedger
    thresholds: Thresholds
    outbox: Outbox
    inventory: Inventory = field(default_factory=Inventory)
    users: dict[Eui64, User] = field(default_factory=dict)
    devices: DeviceRegistry = field(default_factory=DeviceRegistry)
    agenda: Agenda = field(default_factory=Agenda)
    faults: Faults = field(default_factory=Faults)
    sequences: dict[RequestId, str] = field(default_factory=dict)
    """Requests that are part of a sequence: ``pending``, ``ok`` or ``failed``."""
    quarantine: dict[str, RequestQuarantined] = field(default_factory=dict)
    """Requests held by anomaly detection, by QuarantineEventRef."""
    local: dict[RequestId, bytes] = field(default_factory=dict)
    """Commands handed out for local delivery by RequestID, the newest ``MOST_LOCAL``, until their answer comes back.

    Their stored members as JSON, 0.6 kB each: most never come back, and as values they take twice the memory."""
    certificates: dict[Eui64, tuple[bytes, ...]] = field(default_factory=dict)
    """Certificates (DER) issued for devices since they left the factory, oldest first."""
    throttle: Throttle = field(default_factory=Throttle)
    desk: ServiceDesk = field(default_factory=ServiceDesk)
    """Records of service management, shown and changed on the Self-Service Interface."""
    counts: Counts = field(default_factory=Counts)
    acb_counter: int = 0
    """The access control broker's last GBCS counter."""
    dcc_alert_counter: int = 0
    """Counter of the last DCC alert's ResponseID."""


def new_state(settings: DccSettings) -> DccState:
    """The state before the first event."""
    return DccState(
        seed=settings.seed,
        ledger=RequestLedger(settings.counter_rule),
        thresholds=Thresholds(settings.thresholds, settings.dcc_thresholds, settings.attribute_limits),
        outbox=Outbox(settings.held_after, settings.outbox_bytes),
        throttle=Throttle(settings.throttle_after, settings.throttle_window),
    )


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970: the counters the DCC itself uses begin there, so that they outlive a journal."""
    return int(instant.timestamp() * 1000)
