"""The parts of a device's state: frozen, serialisable records, each with a default that costs nothing.

Units as in ``state``: instants whole seconds since 2000-01-01T00:00:00Z, energy Wh, gas litres, money thousandths of
a penny, identities dashed upper-case EUI-64, octets upper-case hexadecimal.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from stubs.wire.eui64 import Eui64

Instant = Annotated[int, msgspec.Meta(description="seconds since 2000-01-01T00:00:00Z")]
"""An instant as devices keep it; the control API tells the unit with every field of this type."""

LogName = Literal["event", "security", "power", "auxiliary", "sub-ghz"]
LOGS: tuple[LogName, ...] = ("event", "security", "power", "auxiliary", "sub-ghz")
LOG_CAPACITY = 100
"""Entries a device keeps per log; the oldest goes first (SMETS2: at least 100)."""


class LogEntry(msgspec.Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """One line of a device's log: which log, when, which code (16 bits), and what belongs to it (hexadecimal)."""

    log: LogName
    """Log that the entry is in."""
    at: Instant
    """When it happened."""
    code: int
    """Event code, 16 bits."""
    other: str = ""
    """Data of the event, hexadecimal."""


class LoggedDevice(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One device in a communications hub's device log."""

    device: str
    """EUI-64."""
    install_code: str = ""
    """Hexadecimal, as it came in the join command."""
    added: Instant = 0
    """When it was put into the log."""
    join_until: Instant = 0
    """End of the period in which the device may join."""
    joined: bool = False
    """Whether it has joined the home area network."""
    removed: Instant = 0
    """When it was taken out of the log; 0: it has not been."""

    @property
    def id(self) -> Eui64:
        """The device's identity."""
        return Eui64.parse(self.device)


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A future-dated command the device holds."""

    group: str
    """Setting that it changes; a later command of the same group replaces it."""
    use_case: str
    """Name of the use case."""
    message_code: int
    """Message code of the use case."""
    originator: str
    """EUI-64 of who sent it."""
    counter: int
    """Originator counter."""
    due: Instant
    """When it is carried out."""
    content: bytes
    """The command's payload, worked off when due."""


class Past(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A stretch that ended: what the registers were when it began, whether supply flowed, under which terms."""

    since: Instant
    """When the stretch began."""
    import_register: int
    """Import then, Wh or litres."""
    secondary_register: int
    """Import of the second element then, Wh."""
    balance: int
    """Meter balance then, thousandths of a penny."""
    is_flowing: bool
    """Whether supply flowed."""
    export_register: int = 0
    """Export then, Wh."""
    generation: int = 0
    """Peak power of what the home generated, W."""
    terms: int = -1
    """Place in the device's ``terms``; -1: those that hold now."""
    tou: tuple[int, ...] = ()
    """Time-of-use registers 2, 3, ... then, Wh or litres."""
    secondary_tou: tuple[int, ...] = ()
    """Time-of-use registers 2 to 4 of the second element then, Wh."""
    blocks: tuple[int, ...] = ()
    """The block matrix then, Wh or litres."""
    block_counters: tuple[int, ...] = ()
    """Use by column of the block matrix in the block period then, Wh or litres."""
    accumulated_debt: int = 0
    """Accumulated debt then, thousandths of a penny."""
    payment_debt: int = 0
    """Debt recovered by payments then, thousandths of a penny."""
    time_debt_1: int = 0
    """First debt recovered by time then, thousandths of a penny."""
    time_debt_2: int = 0
    """Second debt recovered by time then, thousandths of a penny."""
    emergency_credit: int = 0
    """Emergency credit left then, thousandths of a penny."""
    is_emergency: bool = False
    """Whether emergency credit was in use."""
    is_enabled: bool = True
    """The supply was; where nothing flowed all the same, the mains were out."""


class Season(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """From this date on (each year when ``year`` is 0) a week profile holds."""

    year: int
    """Year in which it begins; 0: every year."""
    month: int
    """Month of the year, 1 to 12."""
    day: int
    """Day of the month."""
    week: int
    """Number of the week profile that holds."""


class SpecialDay(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A date with a day profile of its own; 0 for any year, month, day; weekday 1 Monday to 7, 0 for any."""

    year: int
    """The year; 0: any."""
    month: int
    """Month of the year, 1 to 12; 0: any."""
    day: int
    """Day of the month; 0: any."""
    weekday: int
    """Day of the week, 1 Monday to 7; 0: any."""
    profile: int
    """Number of the day profile that holds."""


class Dated(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A switch time that holds on some dates only."""

    second: int
    """Second of the day."""
    number: int
    """Number that holds from then on."""
    weekdays: tuple[int, ...]
    """Days of the week, 1 Monday to 7."""
    special: tuple[int, ...]
    """Day profiles of special days it is part of."""
    first: tuple[int, int, int]
    """First date on which it holds: year (0: every year), month, day; (0, 0, 0): always."""
    last: tuple[int, int, int]
    """Last date on which it holds: year, month, day."""


class Calendar(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Numbers by time: a rate of a tariff, a state of a switch, 1 for friendly hours."""

    seasons: tuple[Season, ...] = ()
    """When each season begins, and which week it has."""
    weeks: tuple[tuple[int, ...], ...] = ()
    """Week number, then the day profiles of Monday to Sunday."""
    days: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()
    """Day profile number; its (second of the day, number from then on), ascending."""
    special: tuple[SpecialDay, ...] = ()
    """Days with a day profile of their own."""
    dated: tuple[Dated, ...] = ()
    """Switch times with dates of their own, which take the place of seasons, weeks and days."""
    otherwise: int = 1
    """Number of a rate, or level of a switch, where no switch time says otherwise."""
    lasts: bool = False
    """Whether a switch time's setting lasts over midnight until the next; else a day begins with what it ends with."""


class Tariff(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Rates and prices.

    Rates 1 to 48 are time-of-use registers; 101 to 108 the columns of the block matrix, of up to four blocks each.
    """

    calendar: Calendar = Calendar()
    """Time-of-use register by time, or column of the block matrix."""
    prices: tuple[int, ...] = ()
    """Thousandths of a penny per 1000 register units (kWh, m³), by time-of-use register."""
    block_prices: tuple[int, ...] = ()
    """Thousandths of a penny per 1000 register units (kWh, m³), by (block - 1) * 8 + column - 1 of the block matrix."""
    thresholds: tuple[tuple[int, ...], ...] = ()
    """Per column up to three limits in register units, ascending."""
    secondary_calendar: Calendar = Calendar()
    """The same of the secondary element of a twin-element meter."""
    secondary_prices: tuple[int, ...] = ()
    """Thousandths of a penny per kWh of the secondary element, by its time-of-use registers."""


class Debt(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Recovery of a debt: a time-based one by an amount per period, a payment-based one by a share of each top-up."""

    amount: int = 0
    """Recovered in each period, thousandths of a penny."""
    period: int = 3600
    """Length of a period, seconds."""
    share: int = 0
    """Share of each payment, hundredths of a per cent."""


class Billing(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The billing calendar: first end of a period, then every ``months`` months, or every ``days`` days if 0."""

    start: Instant
    """First end of a billing period."""
    months: int
    """Length of a billing period, months; 0: it is told in days."""
    days: int
    """Length of a billing period, days."""


class Terms(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Terms that a meter's account and rate registers are computed from; the fields are those of the device's state."""

    price: int = 0
    """Thousandths of a penny per 1000 register units (kWh, m³), where there is no tariff."""
    standing_charge: int = 0
    """Thousandths of a penny per day."""
    tariff: Tariff | None = None
    """Rates and prices; left out: the one price."""
    payment_mode: Literal["credit", "prepayment"] = "credit"
    """Payment mode of the account."""
    suspend_debt_emergency: bool = False
    """Whether debts rest while emergency credit is used."""
    suspend_debt_disabled: bool = False
    """Whether debts rest while supply is disabled."""
    debt_1: Debt | None = None
    """The first time-based debt, or the payment-based one."""
    debt_2: Debt | None = None
    """The second time-based debt."""
    disablement_threshold: int = 0
    """Balance below which supply is disabled, thousandths of a penny."""
    billing: Billing | None = None
    """When billing data are stored."""
    resets_blocks_daily: bool = False
    """Whether block counters begin anew each day."""


class Snapshot(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A stored billing snapshot: when, why, and the registers then."""

    at: Instant
    """When it was taken."""
    cause: Literal["calendar", "mode", "tariff", "command"]
    """Cause of the snapshot."""
    import_register: int
    """Import then, Wh or litres."""
    secondary_register: int
    """Import of the second element then, Wh."""
    balance: int
    """Meter balance then, thousandths of a penny."""
    tou: tuple[int, ...]
    """Time-of-use registers then, Wh or litres."""
    blocks: tuple[int, ...]
    """The block matrix then, Wh or litres."""
    secondary_tou: tuple[int, ...] = ()
    """Time-of-use registers of the second element then, Wh."""
    prepayment: tuple[tuple[str, int], ...] = ()
    """The prepayment registers by name, thousandths of a penny, where an event took it."""


class Credit(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An entry of the billing log of prepayment credits, or of payments off a debt."""

    at: Instant
    """When it was added."""
    amount: int
    """Amount, thousandths of a penny."""
    source: str
    """Token digits of a credit; ``payment`` for a payment-based debt."""


class Anchor(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A certificate in a trust-anchor cell: put there by a credentials replacement."""

    role: int
    """Remote party role of the certificate, as GBCS numbers it."""
    usage: Literal["DS", "KA"]
    """Digital signing or key agreement."""
    cell_usage: int
    """Number of the trust-anchor cell in GBCS."""
    der: bytes
    """The certificate, DER."""


class OwnKey(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Key pair of its own that a device uses, by generation: 0 is the factory's, each request makes the next."""

    usage: Literal["DS", "KA"]
    """Digital signing or key agreement."""
    in_use: int = 0
    """Generation of the key in use."""
    newest: int = 0
    """The last one made; it waits for its certificate while a request for the usage is open."""


class Image(msgspec.Struct, frozen=True, gc=False):
    """A firmware image received and not yet activated; hash and version hexadecimal."""

    hash: str
    """SHA-256 of the image."""
    version: str
    """Firmware version it holds."""
    is_verified: bool = True
    """Whether the device found it whole and rightly signed."""


DemandRegister = Literal["import", "period", "export"]


class Peak(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Reading of a maximum demand register at ``until``: power (W) of the half hour that ended at ``end``."""

    register: DemandRegister
    """Maximum demand register."""
    power: int
    """Greatest mean power of a half hour, W."""
    end: Instant
    """End of that half hour."""
    until: Instant
    """Until when the register had looked."""


class Joined(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A device this one shares a key with."""

    device: str
    """EUI-64 of the other device."""
    device_type: int
    """Number of its type, as GBCS has it."""
    method: int
    """Number of the method of the join, as GBCS has it."""
    certificate: bytes = b""
    """The other device's key-agreement certificate as the command brought it, DER; empty: it brought none."""

    @property
    def id(self) -> Eui64:
        """The other device's identity."""
        return Eui64.parse(self.device)


class Unsent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An alert that waits until its device is on the network, with originator and counter of the command it reports."""

    code: str
    """Alert code."""
    recipient: str
    """EUI-64 of its recipient."""
    payload: bytes
    """Data that the alert carries beside its code."""
    cause: str
    """Cause of the alert."""
    instruction: int | None = None
    """Number of the instruction that it reports."""
    total: int | None = None
    """Instructions in that command."""
    originator: str = ""
    """EUI-64 of who sent that command."""
    counter: int = 0
    """Originator counter of that command."""
    at: Instant = 0
    """When it could not be sent."""


class Order(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A level from one instant to another, not begun yet."""

    start: Instant
    """When the level begins."""
    end: Instant
    """When it ends."""
    level: int
    """Level, per cent."""


class Switch(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One auxiliary controller (1 to 5) of an ESME, or the one of an HCALCS or SAPC."""

    number: int
    """1 to 5; 0 for the one of an HCALCS or SAPC."""
    kind: Literal["ALCS", "HCALCS", "APC", ""] = ""
    """Type of the controller."""
    description: str = ""
    """Description as configured."""
    device: str = ""
    """The HAN-connected device behind it."""
    level: int = 0
    """Level, per cent: 0 off to 100 on."""
    until: Instant = 0
    """End of a commanded state; 0: the calendar decides."""
    limit: int = 100
    """Highest level that is allowed, per cent."""
    limit_until: Instant = 0
    """End of a commanded limit; 0: none is commanded."""
    calendar: Calendar = Calendar()
    """Levels that the calendar sets, by time."""
    coming: Order | None = None
    """The commanded level that begins next; a later command takes its place."""
    coming_limit: Order | None = None
    """The commanded limit that begins next."""


class LoadLimit(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """When the load limit disables the supply: W for so many seconds; and for how long (seconds)."""

    threshold: int
    """Power above which supply is disabled, W."""
    period: int
    """Time for which the power must be above it, seconds."""
    restoration: int
    """After how long the supply is armed again, seconds."""


class Outage(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An interruption of the mains; ``restored`` 0 while it lasts."""

    started: Instant
    """When the mains went out."""
    restored: Instant
    """When they came back; 0: they have not."""
