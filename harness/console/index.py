"""Index of the journal for the live page: one small row for each message, the devices and premises, the run.

Read once from the first entry, then kept up to date; bodies stay in the journal and are read for the page that shows
them, so a journal of 100,000 entries costs a few ten megabytes and a page of it a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from harness.console.scenarios import RunShown, take
from stubs.events import (
    AlertRaised,
    AnyEvent,
    ClockMoved,
    CommandSent,
    ControlUsed,
    DccReset,
    DeliveryFailed,
    DeviceAnswered,
    DeviceManufactured,
    DeviceSilent,
    Entry,
    EvidenceFiled,
    FaultApplied,
    InventoryChanged,
    MessageDelivered,
    MessageQueued,
    MeterPointRegistered,
    PageViewed,
    PersonSignedIn,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    UserRegistered,
)
from stubs.journal import Journal

_CAUSES_KEPT = 50


@dataclass(slots=True)
class TrafficRow:
    """One message, or a remark between messages, as the list filters it."""

    seq: int
    kind: str
    """``request``, ``answer``, ``delivery``, ``command``, ``device``, ``page`` or ``note``."""
    user: str = ""
    device: str = ""
    service: str = ""
    code: str = ""
    is_refused: bool = False
    related: tuple[int, ...] = ()
    """Entries that tell more of it: who was accepted, what was refused, what was queued."""


@dataclass(slots=True)
class DeviceShown:
    """One simulated device."""

    eui: str
    device_type: str
    premises: str
    status: str = ""
    name: str = ""
    alerts: list[int] = field(default_factory=list)
    """Entries of its newest alerts."""


@dataclass(slots=True)
class PremisesShown:
    """Devices that were made together."""

    key: str
    name: str
    address: str = ""
    points: dict[str, str] = field(default_factory=dict)
    """MPxN to fuel."""
    devices: list[str] = field(default_factory=list)


@dataclass(slots=True)
class HandShown:
    """A control operation that somebody used."""

    seq: int
    at: datetime
    origin: str
    operation: str
    parameters: dict[str, Any]


class JournalIndex:
    """Kept up to date by ``catch_up``, which any thread may call; read by page handlers under ``lock``."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.lock = Lock()
        self.seq = 0
        self._clear()

    def _clear(self) -> None:
        self.seq = 0
        self.rows: list[TrafficRow] = []
        self.run = RunShown()
        self.users: dict[str, str] = {}
        """EUI to party."""
        self.devices: dict[str, DeviceShown] = {}
        self.premises: dict[str, PremisesShown] = {}
        self.hands: list[HandShown] = []
        self._exchanges: dict[str, list[TrafficRow]] = {}
        self._queued: dict[str, TrafficRow] = {}
        """Rows of deliveries to come, by message: without the body."""
        self._commands: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._making = ""

    def catch_up(self) -> int:
        """Read what the journal has beyond what is known; the newest entry read."""
        with self.lock:
            if self.journal.last_seq < self.seq:
                self._clear()  # entries were withdrawn: a full disk
            for entry in self.journal.entries(after=self.seq):
                self._take(entry)
                self.seq = entry.seq
            return self.seq

    def newest(self, wanted: dict[str, str], before: int | None, count: int) -> tuple[list[TrafficRow], bool]:
        """Up to ``count`` rows that fit, newest first, older than entry ``before``; whether there are more."""
        with self.lock:
            rows = self.rows
            found: list[TrafficRow] = []
            for row in _down(rows, before):
                if _fits(row, wanted):
                    if len(found) == count:
                        return found, True
                    found.append(row)
            return found, False

    def row(self, seq: int) -> TrafficRow | None:
        """The row of an entry."""
        with self.lock:
            at = _position(self.rows, seq)
            return self.rows[at] if at < len(self.rows) and self.rows[at].seq == seq else None

    # --- one entry ------------------------------------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        event: AnyEvent = entry.event
        self.run = take(self.run, entry)
        self._take_traffic(entry, event)
        match event:
            case UserRegistered():
                self.users[event.user] = event.party
            case ControlUsed():
                self.hands.append(HandShown(entry.seq, entry.at, event.origin, event.operation, event.parameters))
                self._making = ""
                if event.operation == "add-premises":
                    self._making = f"{entry.seq}"
                    name = str(event.parameters.get("name", ""))
                    self.premises[self._making] = PremisesShown(self._making, name)
            case MeterPointRegistered():
                place = self._place(event.uprn)
                place.points[event.mpxn] = event.fuel
                place.address = ", ".join(part for part in (event.address, event.postcode) if part)
            case DeviceManufactured():
                place = self._place(str(event.values.get("uprn", "")))
                place.devices.append(event.device)
                self.devices[event.device] = DeviceShown(event.device, event.device_type, place.key)
            case InventoryChanged():
                shown = self.devices.get(event.device)
                if shown is not None:
                    shown.status = str(event.values.get("DeviceStatus", shown.status))
            case DccReset():
                self.devices, self.premises, self._making = {}, {}, ""
            case _:
                pass

    def _place(self, uprn: str) -> PremisesShown:
        """The premises being made, or those at a UPRN."""
        key = self._making or self._names.get(uprn) or f"place-{uprn}"
        if uprn:
            self._names.setdefault(uprn, key)
        return self.premises.setdefault(key, PremisesShown(key, ""))

    def _add(self, row: TrafficRow, exchange: str = "") -> TrafficRow:
        self.rows.append(row)
        if exchange:
            self._exchanges.setdefault(exchange, []).append(row)
        return row

    def _take_traffic(self, entry: Entry, event: AnyEvent) -> None:  # noqa: C901, PLR0912 - one case for each kind of message
        seq = entry.seq
        match event:
            case RequestReceived():
                self._add(TrafficRow(seq, "request"), event.exchange)
            case RequestAccepted():
                self._complete_rows(event.exchange, seq, event.user, event.device or "", event.srv)
            case RequestRefused():
                known = self._exchanges.get(event.exchange)
                if known is None:
                    known = [self._add(TrafficRow(seq, "request"), event.exchange)]
                self._complete_rows(event.exchange, seq, event.user or "", event.device or "", event.srv or "")
                for row in known:
                    row.is_refused, row.code = True, event.response_code or ""
            case RequestAnswered():
                self._answered(seq, event)
            case MessageQueued():
                code = event.alert_code or event.response_code
                self._queued[event.message] = TrafficRow(
                    seq, "delivery", event.user, event.device or "", event.srv or "", code
                )
                if event.device in self.devices and event.alert_code:
                    self._alert(event.device or "", seq)
            case MessageDelivered() | DeliveryFailed():
                self._delivered(seq, event)
            case CommandSent():
                self._commands[event.command] = seq
                self._add(TrafficRow(seq, "command", device=event.device, service=event.srv))
            case DeviceAnswered() | DeviceSilent():
                command = self._commands.get(event.command)
                code = event.response_code or "" if isinstance(event, DeviceSilent) else ""
                is_bad = isinstance(event, DeviceSilent)
                related = (command,) if command else ()
                self._add(TrafficRow(seq, "device", device=event.device, code=code, is_refused=is_bad, related=related))
            case PreCommandIssued():
                self._add(TrafficRow(seq, "note", event.user, event.device, event.srv))
            case AlertRaised():
                self._add(TrafficRow(seq, "device" if event.alert_kind == "device" else "note", event.recipient,
                                     event.device or "", code=event.code))  # fmt: skip
            case PageViewed() | PersonSignedIn():
                self._add(TrafficRow(seq, "page", event.user))
            case ClockMoved() | FaultApplied() | EvidenceFiled():
                self._add(TrafficRow(seq, "note"))
            case _:
                pass

    def _alert(self, device: str, seq: int) -> None:
        alerts = self.devices[device].alerts
        alerts.append(seq)
        del alerts[:-_CAUSES_KEPT]

    def _complete_rows(self, exchange: str, seq: int, user: str, device: str, service: str) -> None:
        for row in self._exchanges.get(exchange, ()):
            row.user, row.device, row.service = user or row.user, device or row.device, service or row.service
            row.related = (*row.related, seq)

    def _answered(self, seq: int, event: RequestAnswered) -> None:
        known = self._exchanges.pop(event.exchange, ())
        first = known[0] if known else None
        row = self._add(TrafficRow(seq, "answer", code=event.response_code or ""))
        if first is not None:
            row.user, row.device, row.service = first.user, first.device, first.service
            row.is_refused, row.related = first.is_refused, (first.seq, *first.related)
            first.related = (*first.related, seq)
            first.code = first.code or event.response_code or ""

    def _delivered(self, seq: int, event: MessageDelivered | DeliveryFailed) -> None:
        queued = self._queued.get(event.message)
        if queued is None:
            return
        is_bad = isinstance(event, DeliveryFailed)
        told = (queued.user, queued.device, queued.service, queued.code)
        self._add(TrafficRow(seq, "delivery", *told, is_bad, (queued.seq,)))


def _position(rows: list[TrafficRow], seq: int) -> int:
    """Return the position of the first row of entry ``seq`` or later."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle].seq < seq:
            low = middle + 1
        else:
            high = middle
    return low


def _down(rows: list[TrafficRow], before: int | None) -> Iterator[TrafficRow]:
    start = len(rows) if before is None else _position(rows, before)
    return (rows[at] for at in range(start - 1, -1, -1))


def _fits(row: TrafficRow, wanted: dict[str, str]) -> bool:
    """Whether a row is among those asked for; a service by its beginning (4.1 finds 4.1.1), all else whole."""
    for name, value in wanted.items():
        if name == "kind":
            if row.kind != value and not (value == "refused" and row.is_refused):
                return False
        elif name == "service":
            if row.service != value and not row.service.startswith(f"{value}."):
                return False
        elif name in {"first", "last"}:
            if (row.seq < int(value)) if name == "first" else (row.seq > int(value)):
                return False
        elif getattr(row, name) != value:
            return False
    return True
