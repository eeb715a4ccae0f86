"""The User's own messages: the service audit trail, one message with its bodies, and who read profile data."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import etree

from schemas.ssi_tables import advice
from stubs.ssi import fields
from stubs.ssi.audit import AuditRecord, matching
from stubs.ssi.blocks import Block, Field, FormBlock, Link, Table, Tag, Text
from stubs.ssi.labels import code_meaning, service_name
from stubs.ssi.pages.page import Answer, Asked, Download, Page, Site, not_found, sheet
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.view import describe, render_text, summary
from stubs.wire.xml import parse

_LONGEST_SHOWN = 200_000
"""Octets of a message that are shown; the rest is in the download."""


@dataclass(frozen=True, slots=True)
class GbcsPart:
    """A GBCS message inside a body: in one line, and field by field with offset and octets."""

    summary: str
    fields: str


@dataclass(frozen=True, slots=True)
class BodyPart:
    """One body on the message page; ``text`` is indented for reading."""

    name: str
    title: str
    octets: int
    text: str
    is_cut: bool
    commands: tuple[GbcsPart, ...] = ()


def audit(site: Site, asked: Asked) -> Page:
    """The User's own messages, filtered, newest first."""
    form = fields.read_form(fields.AUDIT, asked.query)
    found: list[AuditRecord] = []
    if not form.problems:
        devices = None
        if "mpxn" in form.values:
            records = site.sources.inventory.by_meter_point(form.values["mpxn"])
            devices = frozenset(str(item.device) for item in site.visible(asked.viewer, records))
        found = list(matching(site.records(asked.viewer), form.values, devices))
    size = site.settings.rows_per_page
    pages = max(1, -(-len(found) // size))
    number = _page_number(asked.query.get("page", ""), pages)
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
        shown=identities(records_shown),
    )


def message(site: Site, asked: Asked) -> Page:
    """One exchange or message with its bodies, decoded as far as reading needs."""
    name = asked.path["name"]
    record = site.record(asked.viewer, name)
    if record is None:
        return not_found()
    titles = {"request": "Request", "answer": "Answer in the same exchange", "message": "Message to the User"}
    parts = [
        _body_part(part, titles[part], body) for part in titles if (body := site.trail.body(record, part)) is not None
    ]
    related = [
        other
        for other in site.records(asked.viewer)
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
            "advice": advice(record.code),
            "can_raise": "incident-acts" in asked.viewer.functions,
        },
        shown=tuple(word for word in (*identities([record, *related]), record.code) if word),
    )


def body(site: Site, asked: Asked) -> Answer:
    """The exact octets behind one part of the message page."""
    name, part = asked.path["name"], asked.path["part"]
    record = site.record(asked.viewer, name)
    octets = None if record is None else site.trail.body(record, part)
    if octets is None:
        return not_found()
    return Download(f"{name}-{part}.xml", "application/xml", octets, f"Download {name} {part}", (name,))


def identities(records: list[AuditRecord]) -> tuple[str, ...]:
    """Return the identities that records show: messages, RequestIDs, devices."""
    named = (item for record in records for item in (record.name, record.request_id, record.device) if item)
    return tuple(dict.fromkeys(named))


def _page_number(text: str, pages: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(number, 1), pages)


def _body_part(name: str, title: str, body: bytes) -> BodyPart:
    commands: tuple[GbcsPart, ...] = ()
    try:
        element = parse(body)
        commands = tuple(_gbcs_parts(element))
        etree.indent(element)
        text = etree.tostring(element, encoding="unicode")
    except PeerError:
        text = body.decode("utf-8", "replace")
    return BodyPart(name, title, len(body), text[:_LONGEST_SHOWN], len(text) > _LONGEST_SHOWN, commands)


def _gbcs_parts(element: etree._Element) -> Iterator[GbcsPart]:
    """The GBCS messages of a body, read without keys: what is encrypted stays octets."""
    for payload in element.iter("{*}GBCSPayload"):
        try:
            octets = base64.b64decode("".join((payload.text or "").split()), validate=True)
        except ValueError:
            continue
        yield GbcsPart(summary(octets), render_text(describe(octets))[:_LONGEST_SHOWN])


def profile_reads(site: Site, asked: Asked) -> Page:
    """Show the reads of a meter's profile data or daily consumption: service, success, time and User (SEC H8.16)."""
    form = fields.read_form(fields.PROFILE_READS, asked.query)
    search = FormBlock(
        "/profile-reads",
        [Field("device", "Device ID"), Field("mpxn", "MPAN or MPRN", "13 digits, or 6 to 10.")],
        "Search",
        form,
        method="get",
        hint="Fill in one key.",
    )
    blocks: list[Block] = [
        Text(["Every read of profile data or daily consumption of a meter, whoever asked for it."], tone="lead"),
        search,
    ]
    reads: list[AuditRecord] = []
    devices: list[str] = []
    if form.values and not form.problems:
        inventory = site.sources.inventory
        records = [inventory.get(Eui64.parse(form.values["device"]))] if "device" in form.values else []
        if "mpxn" in form.values:
            at_point = inventory.by_meter_point(form.values["mpxn"])
            records = [item for item in at_point if not records or item in records]
        devices = [
            str(item.device) for item in site.visible(asked.viewer, [item for item in records if item is not None])
        ]
        reads = [read for device in devices for read in site.profile_reads(device)]
        rows = [
            (
                read.at,
                f"{read.srv} {service_name(read.srv)}",
                Link(read.device, f"/inventory/{read.device}", is_identity=True),
                f"{site.party_of(read.user)} ({read.user})",
                Tag("Success", "good")
                if read.code == "I0"
                else Tag("Open" if read.code == "I99" else "Failed", "open"),
            )
            for read in reads
        ]
        blocks.append(
            Table(
                "Reads, newest first",
                ("Time", "Service", "Device", "User", "Success"),
                rows,
                "Nobody read profile data of a meter that you can see by this key.",
            )
        )
    status = 400 if form.problems else 200
    shown = [*devices, *(word for read in reads for word in (read.user, read.srv))]
    return sheet("Profile data reads", blocks, status=status, shown=shown)
