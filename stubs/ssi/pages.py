"""What each page shows: viewer and query in, a page value out. No input or output of its own beyond the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from lxml import etree

from stubs.ssi import fields
from stubs.ssi.audit import AuditRecord, AuditTrail, matching
from stubs.ssi.labels import (
    DEVICE_FIELDS,
    INVENTORY_LABELS,
    METER_POINT_FIELDS,
    code_meaning,
    service_name,
)
from stubs.ssi.settings import SsiSettings
from stubs.ssi.sources import InventoryRecordLike, Sources, Viewer, visible_records
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse

_LONGEST_SHOWN = 200_000
"""Octets of a message that are shown; the rest is in the download."""

_RECENT = 10


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be rendered: template, title, HTTP status, variables, and the identities it displays."""

    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyPart:
    """One body on the message page; ``text`` is indented for reading."""

    name: str
    title: str
    octets: int
    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """All pages of the signed-in part."""

    sources: Sources
    settings: SsiSettings
    trail: AuditTrail

    def home(self, viewer: Viewer) -> Page:
        """Where a person lands: the last day in numbers, the latest messages."""
        records = self.trail.of(viewer.user)
        day = [record for record in records if self.sources.now() - record.at < timedelta(days=1)]
        sent = [record for record in day if record.kind == "request"]
        counts = (
            ("Requests sent", len(sent), "kind=request"),
            ("Requests refused", sum(record.state == "Refused" for record in sent), "kind=request"),
            ("Responses", sum(record.kind == "response" for record in day), "kind=response"),
            ("Device alerts", sum(record.kind == "device-alert" for record in day), "kind=device-alert"),
            ("DCC alerts", sum(record.kind == "dcc-alert" for record in day), "kind=dcc-alert"),
        )
        recent = records[:_RECENT]
        return Page("home.html", "Home", {"counts": counts, "records": recent}, shown=_identities(recent))

    def inventory(self, viewer: Viewer, query: Mapping[str, str]) -> Page:
        """Search of the Smart Metering Inventory; keys given together all have to fit."""
        form = fields.read_form(fields.INVENTORY, query)
        given = form.values
        if "address" in form.typed and "postcode" not in form.typed:
            form.problems.append(
                fields.FieldProblem("postcode", "An address needs its post code.", "Fill in the post code as well.")
            )
        if "postcode" in given and "address" not in form.typed:
            form.problems.append(
                fields.FieldProblem("address", "A post code needs an address.", "Add the premises' number or name.")
            )
        is_asked = bool(form.typed)
        found = self._search(viewer, given) if is_asked and not form.problems else []
        rows = [record.as_dict() for record in found]
        return Page(
            "inventory.html",
            "Inventory search",
            {"form": form, "rows": rows, "is_asked": is_asked and not form.problems},
            status=400 if form.problems else 200,
            shown=tuple(dict.fromkeys(identity for row in rows for identity in _row_identities(row))),
        )

    def _search(self, viewer: Viewer, given: Mapping[str, str]) -> list[InventoryRecordLike]:
        inventory = self.sources.inventory
        sets: list[list[InventoryRecordLike]] = []
        if "device" in given:
            record = inventory.get(given["device"])
            sets.append([] if record is None else list(inventory.family(record)))
        if "mpxn" in given:
            sets.append(list(inventory.by_meter_point(given["mpxn"])))
        if "uprn" in given:
            sets.append(list(inventory.by_uprn(given["uprn"])))
        if "postcode" in given:
            sets.append(list(inventory.by_place(given["postcode"], given["address"])))
        first, *others = sets
        common = [item for item in first if all(item.device in {one.device for one in other} for other in others)]
        visible = visible_records(inventory, self.settings, viewer, common)
        if "device" in given and all(item.device != given["device"] for item in visible):
            return []
        return visible

    def device(self, viewer: Viewer, text: str) -> Page:
        """One device: its record, its status history, what is associated with it."""
        try:
            name = str(Eui64.parse(text))
        except PeerError:
            return not_found()
        inventory = self.sources.inventory
        record = inventory.get(name)
        if record is None or not visible_records(inventory, self.settings, viewer, [record]):
            return not_found()
        values = record.as_dict()
        family = visible_records(inventory, self.settings, viewer, inventory.family(record))
        others = [item.as_dict() for item in family if item.device != name]
        known = {item.device for item in family}
        rows = [
            {
                "name": key,
                "label": label,
                "value": ", ".join(values[key]) if isinstance(values[key], list | tuple) else str(values[key]),
                "is_device": key in DEVICE_FIELDS and values[key] in known,
            }
            for key, label in INVENTORY_LABELS.items()
            if values.get(key)
        ]
        shown = [name, *_row_identities(values), *(str(item["DeviceID"]) for item in others)]
        return Page(
            "device.html",
            f"{values.get('DeviceType', 'Device')} {name}",
            {"device": name, "rows": rows, "others": others, "statuses": self.trail.statuses(name)},
            shown=tuple(dict.fromkeys(shown)),
        )

    def audit(self, viewer: Viewer, query: Mapping[str, str]) -> Page:
        """The User's own messages, filtered, newest first."""
        form = fields.read_form(fields.AUDIT, query)
        found: list[AuditRecord] = []
        if not form.problems:
            devices = None
            if "mpxn" in form.values:
                records = self.sources.inventory.by_meter_point(form.values["mpxn"])
                devices = frozenset(
                    item.device for item in visible_records(self.sources.inventory, self.settings, viewer, records)
                )
            found = list(matching(self.trail.of(viewer.user), form.values, devices))
        size = self.settings.rows_per_page
        pages = max(1, -(-len(found) // size))
        number = _page_number(query.get("page", ""), pages)
        records_shown = found[(number - 1) * size : number * size]
        links = {target: "?" + urlencode({**form.typed, "page": str(target)}) for target in (number - 1, number + 1)}
        return Page(
            "audit.html",
            "Service audit trail",
            {
                "form": form,
                "records": records_shown,
                "total": len(found),
                "page": number,
                "pages": pages,
                "links": links,
                "kinds": fields.KINDS,
            },
            status=400 if form.problems else 200,
            shown=_identities(records_shown),
        )

    def message(self, viewer: Viewer, name: str) -> Page:
        """One exchange or message with its bodies, decoded as far as reading needs."""
        record = self.trail.find(viewer.user, name)
        if record is None:
            return not_found()
        titles = {"request": "Request", "answer": "Answer in the same exchange", "message": "Message to the User"}
        parts = [
            _body_part(part, titles[part], body)
            for part in titles
            if (body := self.trail.body(record, part)) is not None
        ]
        related = [
            other
            for other in self.trail.of(viewer.user)
            if record.request_id and other.request_id == record.request_id and other.name != name
        ]
        return Page(
            "message.html",
            f"{fields.KIND_NAMES.get(record.kind, record.kind)} {name}",
            {
                "record": record,
                "parts": parts,
                "related": related,
                "service": service_name(record.srv),
                "meaning": code_meaning(record.code),
            },
            shown=_identities([record, *related]),
        )

    def body(self, viewer: Viewer, name: str, part: str) -> bytes | None:
        """The exact octets behind one part of the message page."""
        record = self.trail.find(viewer.user, name)
        return None if record is None else self.trail.body(record, part)


def not_found() -> Page:
    """The same page for what does not exist and for what is not this User's to see."""
    return Page("problem.html", "Not found", {"text": "There is nothing here that you can see."}, status=404)


def problem(title: str, text: str, status: int) -> Page:
    """A page that says what is wrong."""
    return Page("problem.html", title, {"text": text}, status=status)


def _identities(records: list[AuditRecord]) -> tuple[str, ...]:
    named = (item for record in records for item in (record.name, record.request_id, record.device) if item)
    return tuple(dict.fromkeys(named))


def _row_identities(row: Mapping[str, Any]) -> list[str]:
    return [str(row["DeviceID"]), *(str(row[name]) for name in METER_POINT_FIELDS if row.get(name))]


def _page_number(text: str, pages: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(number, 1), pages)


def _body_part(name: str, title: str, body: bytes) -> BodyPart:
    try:
        element = parse(body)
        etree.indent(element)
        text = etree.tostring(element, encoding="unicode")
    except PeerError:
        text = body.decode("utf-8", "replace")
    return BodyPart(name, title, len(body), text[:_LONGEST_SHOWN], len(text) > _LONGEST_SHOWN)


def instant_text(instant: datetime) -> str:
    """``2026-03-01 12:00:00 UTC``."""
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")
