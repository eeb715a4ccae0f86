"""The state of one simulated device, and how it is rebuilt from the changes in the journal.

One frozen, serialisable record for every device type; fields a type has no use for keep their defaults, which are
neither stored nor written. Since the record is what snapshots and the journal hold, identities in it are text; whoever
asks for one gets an ``Eui64`` (``id``, ``hub_id``, ``party_in``, ``parties``: docs/adr/0013). Registers and balance are
not stored as they stand: they are what they were at ``since``, and follow from there by ``registers``.

Units: instants are whole seconds since 2000-01-01T00:00:00Z (the epoch of GBCS logs); energy Wh; gas litres; money
thousandths of a penny; identities dashed upper-case EUI-64.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_type_hints

import msgspec

from stubs.devices.records import (
    LOG_CAPACITY,
    LOGS,
    Anchor,
    Billing,
    Calendar,
    Credit,
    Debt,
    Image,
    Instant,
    Joined,
    LoadLimit,
    LogEntry,
    LoggedDevice,
    LogName,
    Outage,
    OwnKey,
    Past,
    Peak,
    Pending,
    Snapshot,
    Switch,
    Tariff,
    Terms,
    Unsent,
)
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64, eui_or_none

CELL_ROLES = {
    "supplier": 2,
    "network_operator": 3,
    "acb": 4,
    "root": 0,
    "recovery": 1,
    "transitional_cos": 5,
    "wan_provider": 6,
    "load_controller": 8,
}
"""Fields that are trust-anchor cells, and the certificate role (OU) each takes."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Zero of ``at``, ``since``, ``due`` and of the log time stamps."""

DeviceType = Literal["ESME", "GSME", "GPF", "CHF", "PPMID", "HCALCS", "SAPC", "IHD", "CAD"]
Supply = Literal["enabled", "armed", "disabled"]
PaymentMode = Literal["credit", "prepayment"]
ClockStatus = Literal["reliable", "invalid", "unreliable"]
__all__ = [
    "CELL_ROLES",
    "EPOCH",
    "LOGGED",
    "LOG_CAPACITY",
    "SET",
    "ClockStatus",
    "DeviceState",
    "DeviceType",
    "LogEntry",
    "LogName",
    "LoggedDevice",
    "PaymentMode",
    "Pending",
    "Supply",
    "apply",
    "given_back",
    "highest",
    "instant",
    "kept",
    "merged",
    "plain",
    "raised",
    "seconds",
]


class DeviceState(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Everything a device knows. ``eui``, ``device_type``, ``variant`` and ``seed`` never change."""

    eui: str
    """EUI-64 of the device."""
    device_type: DeviceType
    """Kind of device."""
    variant: str = ""
    """``single``, ``twin`` or ``polyphase`` for an ESME, else empty."""
    seed: str = ""
    """Seed of its keys, habits and measurements."""

    supplier: str = ""
    """Trust-anchor cell of the supplier; empty: no such party."""
    network_operator: str = ""
    """EUI-64 in the trust-anchor cell of the network operator; empty: no such party."""
    acb: str = ""
    """EUI-64 in the trust-anchor cell of the access control broker; empty: no such party."""
    root: str = ""
    """EUI-64 in the trust-anchor cell of the root; empty: no such party."""
    recovery: str = ""
    """EUI-64 in the trust-anchor cell of the recovery key; empty: no such party."""
    transitional_cos: str = ""
    """EUI-64 in the trust-anchor cell of the transitional change-of-supplier party; empty: no such party."""
    wan_provider: str = ""
    """EUI-64 in the trust-anchor cell of the WAN provider; empty: no such party."""
    load_controller: str = ""
    """EUI-64 in the trust-anchor cell of the load controller; empty: no such party."""
    anchors: tuple[Anchor, ...] = ()
    """Certificates that replaced those of the factory; for any other cell the store's certificates hold."""
    own_certificates: tuple[tuple[str, bytes], ...] = ()
    """Usage (``DS``, ``KA``) and DER of the device's own certificates, once replaced."""
    requested: tuple[str, ...] = ()
    """Usages for which a certification request was issued and not yet answered: the newest key waits."""
    own_keys: tuple[OwnKey, ...] = ()
    """Generations of the device's own keys; a usage not named is as it left the factory."""
    install_code: str = ""
    """Hexadecimal; what a hub must be told before this device can join."""
    hub: str = ""
    """The hub whose network it has joined."""
    mirrors: str = ""
    """A gas proxy's meter."""
    reachable: bool = True
    """Whether commands reach the device."""
    sm_wan: bool = True
    """Of a hub: whether the SM WAN is there; without it the home network works, and the DCC reaches nothing of it."""
    commissioned: bool = False
    """Whether the device was commissioned."""
    hardware_fault: bool = False
    """Commands that change the device fail with the protocol's hardware-fault code."""
    firmware_version: str = "01000000"
    """Four octets, hexadecimal."""
    own_counter: int = 0
    """Highest counter the device has put into a message of its own."""
    counters: tuple[tuple[str, int], ...] = ()
    """Highest counter accepted in a critical command, per remote party."""
    token_counters: tuple[tuple[str, int], ...] = ()
    """Highest counter of an accepted top-up token, per supplier."""

    clock_offset: int = 0
    """Lead of the device's clock over the run's, seconds."""
    clock_status: ClockStatus = "unreliable"
    """Status that the device reports of its clock."""

    supply: Supply = "enabled"
    """State of the supply switch."""
    since: Instant = 0
    """Instant for which the registers and the balance hold."""
    import_register: int = 0
    """Import at ``since``: Wh, of a gas meter litres."""
    secondary_register: int = 0
    """Import of the second element at ``since``, Wh."""
    export_register: int = 0
    """Export at ``since``, Wh."""
    generation: int = 0
    """Peak power of what the home generates and exports, W; 0: it does not export."""
    balance: int = 0
    """Meter balance at ``since``, thousandths of a penny."""

    payment_mode: PaymentMode = "credit"
    """Credit or prepayment."""
    suspend_debt_emergency: bool = False
    """Whether time debts rest while emergency credit is in use."""
    suspend_debt_disabled: bool = False
    """Whether time debts rest while the supply is disabled."""
    price: int = 0
    """Thousandths of a penny per 1000 register units (kWh, m³)."""
    standing_charge: int = 0
    """Thousandths of a penny per day."""
    emergency_credit: int = 0
    """Emergency credit left, thousandths of a penny."""
    accumulated_debt: int = 0
    """Accumulated debt, thousandths of a penny."""
    payment_debt: int = 0
    """Debt recovered by payments, thousandths of a penny."""
    time_debt_1: int = 0
    """First debt recovered by time, thousandths of a penny."""
    time_debt_2: int = 0
    """Second debt recovered by time, thousandths of a penny."""
    disablement_threshold: int = 0
    """Balance at which the supply is disabled, thousandths of a penny."""
    low_credit_threshold: int = 200_000
    """Balance at which credit counts as low, thousandths of a penny."""
    emergency_credit_limit: int = 1_000_000
    """Emergency credit that is lent, thousandths of a penny."""
    emergency_credit_threshold: int = 200_000
    """Balance at which emergency credit is offered, thousandths of a penny."""
    maximum_credit: int = 25_000_000
    """Most one top-up may add, thousandths of a penny."""
    maximum_balance: int = 50_000_000
    """Most the balance may be after a top-up, thousandths of a penny."""
    is_credit_low: bool = False
    """Whether the meter has said that credit is low."""
    is_credit_out: bool = False
    """Whether the meter has said that credit ran out."""
    is_emergency_offered: bool = False
    """The balance is low enough for emergency credit, and the meter has said so."""

    is_emergency: bool = False
    """Emergency credit was activated; ``emergency_credit`` is then what was lent at the start."""
    emergency_exhausted: bool = False
    """Whether the meter has said that emergency credit ran out."""
    friendly: Calendar | None = None
    """Hours in which the supply is not disabled: those with number 1."""
    disable_at: Instant = 0
    """End of the friendly hours in which credit ran out; the supply is disabled then."""
    debt_1: Debt | None = None
    """Recovery of the first time-based debt; null: it is not recovered."""
    debt_2: Debt | None = None
    """Recovery of the second time-based debt; null: it is not recovered."""
    debt_payment: Debt | None = None
    """Recovery of the payment-based debt; null: it is not recovered."""
    debt_cap: int = 0
    """Most that payments take in a week; 0: no cap."""
    credits: tuple[Credit, ...] = ()
    """Top-ups accepted, oldest first; amounts in thousandths of a penny."""
    tariff: Tariff | None = None
    """None: one rate, ``price``."""
    tou: tuple[int, ...] = ()
    """Time-of-use registers 2, 3, ... at ``since``, Wh or litres; register 1 holds the rest of the import."""
    blocks: tuple[int, ...] = ()
    """The block matrix at ``since``, Wh or litres, by (block - 1) * 8 + column - 1."""
    secondary_tou: tuple[int, ...] = ()
    """Time-of-use registers 2 to 4 of the second element at ``since``."""
    block_counters: tuple[int, ...] = ()
    """Use by column of the block matrix at ``since``, Wh or litres, in the block period that ran."""
    block_since: Instant = 0
    """When the block counters were last set to zero, as far as the meter was settled since."""
    billing: Billing | None = None
    """Billing calendar; null: none is set."""
    billed_at: Instant = 0
    """Until when the ends of billing periods were reported."""
    resets_blocks_daily: bool = False
    """Whether the block counters return to zero every day."""
    made: Instant = 0
    """When the device left the factory; its logs begin then."""
    past: tuple[Past, ...] = ()
    """Stretches before ``since``, oldest first: what logs look back on."""
    terms: tuple[Terms, ...] = ()
    """The terms that held in them."""
    snapshots: tuple[Snapshot, ...] = ()
    """Billing data kept, oldest first."""
    demand_since: Instant = 0
    """When the maximum demand register of import was last reset."""
    period_demand_since: Instant = 0
    """The same for that of the configured period of the day; 0: never."""
    export_demand_since: Instant = 0
    """When the maximum demand register of export was last reset."""
    demand_period: Calendar = Calendar()
    """1 in the period of the day for which a maximum demand register of its own counts."""
    peaks: tuple[Peak, ...] = ()
    """Readings of the maximum demand registers at the end of each kept period."""
    voltage_since: Instant = 0
    """When the voltage counters were last reset."""
    voltage_offset: int = 0
    """Tenths of a volt by which a tester moves the mains."""
    outages: tuple[Outage, ...] = ()
    """Interruptions of the supply, oldest first."""
    load_limited: int = 0
    """Number of times that the load limit disabled the supply."""
    load_limit: LoadLimit | None = None
    """Load limit in force; null: none."""
    load_seen: Instant = 0
    """Until when the load was compared with the limit."""
    restore_at: Instant = 0
    """When a supply disabled by the load limit is armed again."""
    tampers: tuple[str, ...] = ()
    """Covers off and the like, as they stand."""
    image: Image | None = None
    """Firmware image received and not activated; null: none."""
    joined: tuple[Joined, ...] = ()
    """Devices this one shares keys with."""
    unsent: tuple[Unsent, ...] = ()
    """Alerts that wait until the device is reachable."""
    switches: tuple[Switch, ...] = ()
    """Auxiliary load control switches."""
    boost: tuple[tuple[Instant, Instant], ...] = ()
    """Starts and ends of the boost function, seconds since 2000-01-01T00:00:00Z."""
    data_log_since: Instant = 0
    """Start of a gas meter's network data log; 0: never started."""
    tenancy: Instant = 0
    """Nothing from before this change of tenancy is shown to a consumer's device."""
    cleared: tuple[tuple[LogName, Instant], ...] = ()
    """Logs that were cleared, and when, seconds since 2000-01-01T00:00:00Z."""
    settings: dict[str, Any] = {}
    """Settings that commands write and reads return, by name, in JSON's types (``kept``)."""

    display_message: str = ""
    """Text shown to the consumer."""
    event_log: tuple[LogEntry, ...] = ()
    """Events and alerts logged, oldest first."""
    device_log: tuple[LoggedDevice, ...] = ()
    """Devices in the hub's log."""
    former_devices: tuple[LoggedDevice, ...] = ()
    """Devices that were taken out of the hub's log, oldest first."""
    pending: tuple[Pending, ...] = ()
    """Commands the device holds for a date."""

    @property
    def is_flowing(self) -> bool:
        """Whether the supply is on, and the mains have power."""
        return self.supply == "enabled" and (not self.outages or bool(self.outages[-1].restored))

    @property
    def id(self) -> Eui64:
        """The device's identity."""
        return Eui64.parse(self.eui)

    @property
    def hub_id(self) -> Eui64 | None:
        """The hub whose network it is on; None: none."""
        return eui_or_none(self.hub)

    def party_in(self, cell: str) -> Eui64 | None:
        """Return the party in a trust-anchor cell, by the cell's field; None: nobody, or no device has such a cell."""
        return eui_or_none(getattr(self, cell)) if cell in CELL_ROLES else None

    @property
    def parties(self) -> frozenset[Eui64]:
        """The parties whose commands it takes and whose certificates it knows: supplier, network operator, broker."""
        return _parties(self.supplier, self.network_operator, self.acb)


@lru_cache(maxsize=1024)
def _parties(*named: str) -> frozenset[Eui64]:
    """Return the named parties; cached, since the devices of a supplier share them."""
    return frozenset(Eui64.parse(party) for party in named if party)


FIXED = frozenset({"eui", "device_type", "variant", "seed"})
LOGGED = "logged"
"""Key of a change that adds to ``event_log`` instead of replacing it."""
SET = "set"
"""Key of a change that replaces some of ``settings`` and leaves the others."""
_SPECIAL = {LOGGED: "event_log", SET: "settings"}
_TYPES: dict[str, Any] = {
    name: hint for name, hint in get_type_hints(DeviceState).items() if name in DeviceState.__struct_fields__
}
_CHANGES = {
    **{name: hint for name, hint in _TYPES.items() if name not in FIXED},
    **{name: _TYPES[field] for name, field in _SPECIAL.items()},
}
"""Fields that may be changed, with their types."""
_SCALARS = frozenset({str, int, bool})
"""Types whose values need no look inside: two thirds of the fields."""


def seconds(instant: datetime) -> int:
    """Whole seconds since 2000-01-01T00:00:00Z of an aware date-time, rounded down."""
    return (instant - EPOCH) // timedelta(seconds=1)


def instant(at: int) -> datetime:
    """The aware date-time, UTC, of ``seconds``."""
    return EPOCH + timedelta(seconds=at)


def apply(state: DeviceState, values: dict[str, Any]) -> DeviceState:
    """The state after the changes ``values``: field name to new value, in JSON's types or in the fields' own.

    ``logged`` holds entries to add to ``event_log``. The result is the same whether the values come straight from
    ``execute`` or from a journal.

    Raises: PeerError: a field that does not exist or never changes, or a value of the wrong type.
    """
    changes: dict[str, Any] = {}
    for name, value in values.items():
        kind = _CHANGES.get(name)
        if kind is None:
            raise PeerError(
                "no field of a device that can be changed",
                where=name,
                expected=", ".join(sorted(_TYPES.keys() - FIXED)),
            )
        try:
            changes[name] = value if type(value) is kind and kind in _SCALARS else msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise PeerError("a device cannot have this value", where=name, got=str(error)) from error
    added = changes.pop(LOGGED, ())
    if added:
        changes["event_log"] = _bounded((*changes.get("event_log", state.event_log), *added))
    if SET in changes:
        changes["settings"] = changes.get("settings", state.settings) | changes.pop(SET)
    return msgspec.structs.replace(state, **changes)


def merged(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Two sets of changes, one after the other; what they log adds up."""
    logged = (*first.get(LOGGED, ()), *then.get(LOGGED, ()))
    both = first.get(SET, {}) | then.get(SET, {})
    return first | then | ({LOGGED: logged} if logged else {}) | ({SET: both} if both else {})


def _bounded(entries: tuple[LogEntry, ...]) -> tuple[LogEntry, ...]:
    if len(entries) <= LOG_CAPACITY:
        return entries
    excess = dict.fromkeys(LOGS, -LOG_CAPACITY)
    for entry in entries:
        excess[entry.log] += 1
    kept = []
    for entry in entries:
        if excess[entry.log] > 0:
            excess[entry.log] -= 1
        else:
            kept.append(entry)
    return tuple(kept)


def plain(changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` in JSON's types only (structures become objects, octets base64), as the journal keeps them."""
    built: dict[str, Any] = msgspec.to_builtins(changes)
    return built


def kept(value: Any) -> Any:
    """``value`` as ``settings`` holds it: lists for tuples, ``{"at": seconds}`` for an aware date-time."""
    if isinstance(value, datetime):
        return {"at": seconds(value)}
    if isinstance(value, list | tuple):
        return [kept(item) for item in value]
    if isinstance(value, dict):
        return {name: kept(item) for name, item in value.items()}
    return value


def given_back(value: Any) -> Any:
    """The inverse of ``kept``, but for tuples, which stay lists."""
    if isinstance(value, list):
        return [given_back(item) for item in value]
    if isinstance(value, dict):
        return instant(value["at"]) if value.keys() == {"at"} else {k: given_back(v) for k, v in value.items()}
    return value


def highest(counters: tuple[tuple[str, int], ...], party: Eui64) -> int:
    """The stored counter of ``party``; -1 when nothing was accepted yet."""
    name = str(party)
    return next((counter for known, counter in counters if known == name), -1)


def raised(counters: tuple[tuple[str, int], ...], party: Eui64, counter: int) -> tuple[tuple[str, int], ...]:
    """``counters`` with that of ``party`` set to ``counter``."""
    name = str(party)
    return (*((known, value) for known, value in counters if known != name), (name, counter))
