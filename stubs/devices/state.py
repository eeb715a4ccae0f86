"""The state of one simulated device, and how it is rebuilt from the changes in the journal.

One frozen, serialisable record for every device type; fields a type has no use for keep their defaults, which are
neither stored nor written. Registers and balance are not stored as they stand: they are what they were at ``since``,
and follow from there by ``registers``.

Units: instants are whole seconds since 2000-01-01T00:00:00Z (the epoch of GBCS logs); energy Wh; gas litres; money
thousandths of a penny; identities dashed upper-case EUI-64.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_type_hints

import msgspec

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Zero of ``at``, ``since``, ``due`` and of the log time stamps."""
LOG_CAPACITY = 100
"""Entries a device keeps per log; the oldest goes first (SMETS2: at least 100)."""

DeviceType = Literal["ESME", "GSME", "GPF", "CHF", "PPMID"]
Supply = Literal["enabled", "armed", "disabled"]
PaymentMode = Literal["credit", "prepayment"]
ClockStatus = Literal["reliable", "invalid", "unreliable"]
LogName = Literal["event", "security", "power"]


class LogEntry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of a device's log: which log, when, which code (16 bits)."""

    log: LogName
    at: int
    code: int


class LoggedDevice(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One device in a communications hub's device log."""

    device: str
    install_code: str = ""
    """Hexadecimal, as it came in the join command."""
    added: int = 0
    join_until: int = 0
    """End of the period in which the device may join."""
    joined: bool = False


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A future-dated command the device holds."""

    group: str
    """What it sets; a later command of the same group replaces it."""
    use_case: str
    message_code: int
    originator: str
    counter: int
    due: int
    content: bytes
    """The command's payload, worked off when due."""


class DeviceState(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Everything a device knows. ``eui``, ``device_type``, ``variant`` and ``seed`` never change."""

    eui: str
    device_type: DeviceType
    variant: str = ""
    """``single`` or ``twin`` for an ESME, else empty."""
    seed: str = ""

    supplier: str = ""
    """Trust-anchor cell of the supplier; empty: no such party."""
    network_operator: str = ""
    acb: str = ""
    install_code: str = ""
    """Hexadecimal; what a hub must be told before this device can join."""
    hub: str = ""
    """The hub whose network it has joined."""
    mirrors: str = ""
    """A gas proxy's meter."""
    reachable: bool = True
    commissioned: bool = False
    hardware_fault: bool = False
    """Commands that change the device fail with the protocol's hardware-fault code."""
    firmware_version: str = "01000000"
    """Four octets, hexadecimal."""
    own_counter: int = 0
    counters: tuple[tuple[str, int], ...] = ()
    """Highest counter accepted in a critical command, per remote party."""
    token_counters: tuple[tuple[str, int], ...] = ()
    """Highest counter of an accepted top-up token, per supplier."""

    clock_offset: int = 0
    """Seconds the device's clock is ahead of the run's."""
    clock_status: ClockStatus = "unreliable"

    supply: Supply = "enabled"
    since: int = 0
    """Instant for which the next three fields hold."""
    import_register: int = 0
    secondary_register: int = 0
    balance: int = 0

    payment_mode: PaymentMode = "credit"
    suspend_debt_emergency: bool = False
    suspend_debt_disabled: bool = False
    price: int = 0
    """Per 1000 register units."""
    standing_charge: int = 0
    """Per day."""
    emergency_credit: int = 0
    accumulated_debt: int = 0
    payment_debt: int = 0
    time_debt_1: int = 0
    time_debt_2: int = 0
    disablement_threshold: int = 0
    low_credit_threshold: int = 200_000
    emergency_credit_limit: int = 1_000_000
    emergency_credit_threshold: int = 200_000
    maximum_credit: int = 25_000_000
    """Most one top-up may add."""
    maximum_balance: int = 50_000_000
    is_credit_low: bool = False
    is_credit_out: bool = False

    display_message: str = ""
    event_log: tuple[LogEntry, ...] = ()
    device_log: tuple[LoggedDevice, ...] = ()
    pending: tuple[Pending, ...] = ()

    @property
    def id(self) -> Eui64:
        """The device's identity as octets."""
        return Eui64.parse(self.eui)


FIXED = frozenset({"eui", "device_type", "variant", "seed"})
LOGGED = "logged"
"""Key of a change that adds to ``event_log`` instead of replacing it."""
_TYPES: dict[str, Any] = {
    name: hint for name, hint in get_type_hints(DeviceState).items() if name in DeviceState.__struct_fields__
}


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
        if name in FIXED or (name not in _TYPES and name != LOGGED):
            raise PeerError(
                "no field of a device that can be changed",
                where=name,
                expected=", ".join(sorted(_TYPES.keys() - FIXED)),
            )
        kind = _TYPES["event_log"] if name == LOGGED else _TYPES[name]
        try:
            changes[name] = msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise PeerError("a device cannot have this value", where=name, got=str(error)) from error
    added = changes.pop(LOGGED, ())
    if added:
        changes["event_log"] = _bounded((*changes.get("event_log", state.event_log), *added))
    return msgspec.structs.replace(state, **changes)


def merged(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Two sets of changes, one after the other; what they log adds up."""
    logged = (*first.get(LOGGED, ()), *then.get(LOGGED, ()))
    return first | then | ({LOGGED: logged} if logged else {})


def _bounded(entries: tuple[LogEntry, ...]) -> tuple[LogEntry, ...]:
    if len(entries) <= LOG_CAPACITY:
        return entries
    excess = dict.fromkeys(("event", "security", "power"), -LOG_CAPACITY)
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


def highest(counters: tuple[tuple[str, int], ...], party: str) -> int:
    """The stored counter of ``party``; -1 when nothing was accepted yet."""
    return next((counter for known, counter in counters if known == party), -1)


def raised(counters: tuple[tuple[str, int], ...], party: str, counter: int) -> tuple[tuple[str, int], ...]:
    """``counters`` with that of ``party`` set to ``counter``."""
    return (*((known, value) for known, value in counters if known != party), (party, counter))
