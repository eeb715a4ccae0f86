"""The service audit trail: each User's own messages, folded from the journal as far as it has grown.

A User's record holds what it sent (requests, with the answer in the same exchange) and what the DCC queued for it
(responses, device alerts, DCC alerts). Bodies stay in the journal; a record keeps sequence numbers, and texts that
recur are kept once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from sys import intern
from threading import Lock

from stubs.events import (
    DeliveryFailed,
    Entry,
    InventoryChanged,
    MessageDelivered,
    MessageQueued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    ThresholdWarned,
)
from stubs.ssi.sources import EntryReader


@dataclass(slots=True)
class AuditRecord:
    """One line of the trail. ``name`` is ``x…`` (an exchange) or ``m…`` (a message to the User)."""

    name: str
    user: str
    at: datetime
    kind: str
    """``request``, ``response``, ``device-alert`` or ``dcc-alert``."""
    srv: str = ""
    command_variant: int | None = None
    device: str = ""
    request_id: str = ""
    response_id: str = ""
    code: str = ""
    """Response code, or the alert's code."""
    state: str = ""
    """State of the message, in words."""
    detail: str = ""
    request: int = 0
    """Sequence number of the entry that holds the request's body; 0: there is none. So the next two."""
    answer: int = 0
    message: int = 0


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A device's status in the inventory from an instant on."""

    at: datetime
    status: str
    cause: str


class AuditTrail:
    """Everybody's records; ``of`` gives one User's. ``catch_up`` reads what the journal gained since."""

    def __init__(self, entries: EntryReader, profile_services: Iterable[str] = ()) -> None:
        self._entries = entries
        self._profile_services = frozenset(profile_services)
        self._reads: dict[str, list[AuditRecord]] = defaultdict(list)
        self._open_reads: dict[str, AuditRecord] = {}
        self._seen = 0
        self._lock = Lock()
        self._received: dict[str, tuple[int, datetime]] = {}
        self._records: dict[str, AuditRecord] = {}
        self._by_user: dict[str, list[AuditRecord]] = defaultdict(list)
        self._statuses: dict[str, list[StatusChange]] = defaultdict(list)
        self._warnings: dict[str, list[tuple[datetime, ThresholdWarned]]] = defaultdict(list)

    def catch_up(self) -> None:
        """Fold the entries added since the last call; may be called from any thread."""
        with self._lock:
            for entry in self._entries(self._seen):
                self._fold(entry)
                self._seen = entry.seq

    def of(self, user: str) -> list[AuditRecord]:
        """A User's records, newest first."""
        newest_first = reversed(self._by_user.get(user, []))
        return sorted(newest_first, key=lambda record: record.at, reverse=True)

    def find(self, user: str, name: str) -> AuditRecord | None:
        """One record, if it is this User's."""
        record = self._records.get(name)
        return record if record is not None and record.user == user else None

    def statuses(self, device: str) -> list[StatusChange]:
        """A device's statuses, oldest first."""
        return list(self._statuses.get(device, ()))

    def warnings(self, user: str) -> list[tuple[datetime, ThresholdWarned]]:
        """Times at which a User passed a warning threshold of its own, newest first."""
        return self._warnings.get(user, [])[::-1]

    def profile_reads(self, device: str) -> list[AuditRecord]:
        """Requests of anybody for profile data of a device, oldest first; ``code`` is that of the response, if any."""
        return list(self._reads.get(device, ()))

    def body(self, record: AuditRecord, part: str) -> bytes | None:
        """The exact octets of one part of a record."""
        seq = {"request": record.request, "answer": record.answer, "message": record.message}.get(part, 0)
        if not seq:
            return None
        for entry in self._entries(seq - 1, seq):
            event = entry.event
            if isinstance(event, RequestReceived | RequestAnswered | MessageQueued):
                return event.body
        return None

    def _fold(self, entry: Entry) -> None:
        match entry.event:
            case RequestReceived(exchange=exchange):
                self._received[exchange] = (entry.seq, entry.at)
            case RequestAccepted() as event:
                record = self._exchange(entry, event.exchange, event.user)
                record.srv, record.command_variant = intern(event.srv), event.command_variant
                record.device, record.request_id = intern(event.device or ""), event.request_id
                record.state = "Accepted"
                record.detail = "; ".join(event.notes)
                if event.srv in self._profile_services and event.device:
                    read = replace(record, code="I99")
                    self._reads[event.device].append(read)
                    self._open_reads[event.request_id] = read
            case RequestRefused() as event:
                self._refused(entry, event)
            case RequestAnswered() as event:
                self._answered(entry, event)
            case MessageQueued() as event:
                self._queued(entry, event)
            case MessageDelivered(message=message, attempt=attempt) if message in self._records:
                self._records[message].state = "Delivered" if attempt == 1 else f"Delivered at attempt {attempt}"
            case DeliveryFailed() as event if event.message in self._records:
                held = event.next_attempt is None
                self._records[event.message].state = "Held: not delivered" if held else "Delivery being retried"
                self._records[event.message].detail = event.reason
            case ThresholdWarned(user=user) as event:
                self._warnings[user].append((entry.at, event))
            case InventoryChanged() as event:
                self._changed(entry, event)
            case _:
                pass

    def _changed(self, entry: Entry, event: InventoryChanged) -> None:
        if event.values.get("Removed"):
            self._statuses.pop(event.device, None)
        elif status := event.values.get("DeviceStatus"):
            self._statuses[event.device].append(StatusChange(entry.at, str(status), event.cause))

    def _exchange(self, entry: Entry, exchange: str, user: str) -> AuditRecord:
        """The record of an exchange, made when first needed; for whoever it was found to be from."""
        known = self._records.get(exchange)
        if known is not None and known.user == user:
            return known
        seq, at = self._received.get(exchange, (0, entry.at))
        record = AuditRecord(name=exchange, user=intern(user), at=at, kind="request", request=seq)
        self._add(record)
        return record

    def _add(self, record: AuditRecord) -> None:
        self._records[record.name] = record
        self._by_user[record.user].append(record)

    def _refused(self, entry: Entry, event: RequestRefused) -> None:
        if not event.user:
            return
        record = self._exchange(entry, event.exchange, event.user)
        record.srv = event.srv or record.srv
        record.device = event.device or record.device
        record.request_id = event.request_id or record.request_id
        record.code = event.response_code or f"HTTP {event.http_status}"
        record.state, record.detail = "Refused", event.detail

    def _answered(self, entry: Entry, event: RequestAnswered) -> None:
        self._received.pop(event.exchange, None)
        record = self._records.get(event.exchange)
        if record is not None:
            record.code = intern(event.response_code or record.code or f"HTTP {event.status}")
            if event.body:
                record.answer = entry.seq

    def _queued(self, entry: Entry, event: MessageQueued) -> None:
        read = self._open_reads.pop(event.request_id or "", None)
        if read is not None:
            read.code = event.response_code
        self._add(
            AuditRecord(
                name=event.message,
                user=intern(event.user),
                at=entry.at,
                kind=intern(event.message_kind),
                srv=intern(event.srv or ""),
                device=intern(event.device or ""),
                request_id=event.request_id or "",
                response_id=event.response_id or "",
                code=intern(event.alert_code or event.response_code),
                state="Waiting for delivery",
                message=entry.seq,
            )
        )


def matching(
    records: Iterable[AuditRecord], wanted: Mapping[str, str], devices: frozenset[str] | None = None
) -> Iterator[AuditRecord]:
    """Return the records that fit the filters of ``stubs.ssi.fields.AUDIT``; ``devices`` narrows further."""
    since = datetime.fromisoformat(wanted["from"]) if "from" in wanted else None
    until = datetime.fromisoformat(wanted["to"]) if "to" in wanted else None
    for record in records:
        if (since and record.at < since) or (until and record.at >= until):
            continue
        if devices is not None and record.device not in devices:
            continue
        if "request_id" in wanted and wanted["request_id"] not in {record.request_id, record.response_id}:
            continue
        if any(name in wanted and wanted[name] != getattr(record, name) for name in ("device", "srv", "code", "kind")):
            continue
        yield record
