"""View of one message for the live page: bytes, XML, GBCS fields, MMC, the signature lens, the refusing rule."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.console.index import JournalIndex, TrafficRow
from harness.console.sources import Source
from harness.evidence.messages import file_name
from harness.reporting import traffic
from harness.reporting.decoding import Known, Part, decode, payloads
from schemas.load import advice
from stubs.app import view_keys
from stubs.events import (
    CommandSent,
    DeviceAnswered,
    Entry,
    EvidenceFiled,
    MessageQueued,
    RequestReceived,
    RequestRefused,
)
from stubs.wire.errors import PeerError
from stubs.wire.gbcs import Cra, Message
from stubs.wire.gbcs.view import Commands, ViewKeys, opener
from stubs.wire.mmc import decoded, write_document
from stubs.wire.xml import XmlError, indented, parse
from stubs.wire.xmlsig import REFERENCE_CLIENT, STRICT
from stubs.wire.xmlsig.lens import Lens, explain

_LINE = 16
_DUMPED = 16 * 1024
_LARGEST_LENS = 2 * 1024 * 1024
_PATHS = {"transform": "transform", "send-command": "send_command", "non-device": "non_device"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule that refused a message."""

    rule: str
    detail: str
    response_code: str
    http_status: int
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one message."""

    message: traffic.Message
    row: TrafficRow
    xml: str
    parts: tuple[Part, ...]
    dump: str
    is_dump_whole: bool
    mmc: str
    lens: Lens | None
    refusal: Refusal | None
    values: str
    file: str
    media_type: str
    post_to: str
    """Address it was posted to, or would be; empty: it is nothing that is posted."""
    curl: str
    holder: int
    """Entry that holds the bytes."""
    related: tuple[int, ...]


def messages_of(source: Source, rows: Iterable[TrafficRow]) -> dict[int, traffic.Message]:
    """The rows in words, by entry."""
    wanted = {seq for row in rows for seq in (row.seq, *row.related)}
    entries = [entry for seq in sorted(wanted) if (entry := source.journal.entry(seq)) is not None]
    found = {message.seq: message for message in traffic.messages(entries)}
    for entry in entries:
        if entry.seq not in found and isinstance(entry.event, RequestRefused):
            found[entry.seq] = _unread(entry, entry.event)
    return found


def _unread(entry: Entry, event: RequestRefused) -> traffic.Message:
    """Show a request that was refused before its document was read."""
    detail = f"Rule {event.rule}: {event.detail}"
    return traffic.Message(entry.seq, entry.at, traffic.PARTY, traffic.DCC, "refused unread", detail, "bad")


def detail_of(source: Source, index: JournalIndex, seq: int) -> Detail | None:
    """One message; None: this entry is none."""
    row = index.row(seq)
    if row is None:
        return None
    message = messages_of(source, [row]).get(seq)
    if message is None:
        return None
    related = [entry for one in row.related if (entry := source.journal.entry(one)) is not None]
    own = source.journal.entry(message.held_by or seq)
    assert own is not None, "its row is in the index"
    keys = view_keys(source.pki)
    asked = Commands(entry.event.payload for entry in related if isinstance(entry.event, CommandSent))
    xml, parts = decode(message.body, message.media, Known(asked, keys))
    post_to = _address(source, own)
    return Detail(
        message=message,
        row=row,
        xml=xml,
        parts=parts,
        dump=hex_dump(message.body[:_DUMPED]),
        is_dump_whole=len(message.body) <= _DUMPED,
        mmc=_mmc(message.body, message.media, row.service, keys),
        lens=_lens(source, own, message),
        refusal=next(
            (_refusal(entry.event) for entry in (own, *related) if isinstance(entry.event, RequestRefused)), None
        ),
        values=_json(own.event.values) if isinstance(own.event, DeviceAnswered) and own.event.values else "",
        file=file_name(own) or "",
        media_type=own.event.media_type if isinstance(own.event, EvidenceFiled) else "",
        post_to=post_to,
        curl=_curl(own, post_to),
        holder=own.seq,
        related=tuple(one for one in row.related if index.row(one) is not None),
    )


def hex_dump(octets: bytes) -> str:
    """Offset, sixteen octets, and the same as text: the form of ``hexdump -C``."""
    lines = []
    for at in range(0, len(octets), _LINE):
        line = octets[at : at + _LINE]
        text = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in line)
        lines.append(f"{at:06x}  {line.hex(' '):<47}  {text}")
    return "\n".join(lines)


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _refusal(event: RequestRefused) -> Refusal:
    why, mend = advice().get(event.rule) or advice().get(event.response_code or "") or ("", "")
    return Refusal(event.rule, event.detail, event.response_code or "", event.http_status, why, mend)


def _lens(source: Source, own: Entry, message: traffic.Message) -> Lens | None:
    if message.media != "xml" or not message.body or len(message.body) > _LARGEST_LENS:
        return None
    policy = STRICT if isinstance(own.event, RequestReceived) else REFERENCE_CLIENT
    certificates = source.pki.certificates
    try:
        return explain(message.body, certificates, tuple(certificates), policy=policy)
    except XmlError:
        return None


def _mmc(body: bytes, media: str, srv: str, keys: ViewKeys) -> str:
    """The first GBCS response or alert of a message as an MMC document; empty: it holds none."""
    try:
        payload = body if media == "gbcs" else next((found for _, found in payloads(parse(body))), b"")
        if not payload:
            return ""
        group = Message.from_bytes(payload).group
        if group.cra is Cra.COMMAND:
            return ""
        return indented(write_document(decoded(group, srv or None, opener(group, keys)))).decode()
    except PeerError as error:
        return f"no MMC document: {error}" if media == "gbcs" else ""


def _address(source: Source, own: Entry) -> str:
    event = own.event
    if isinstance(event, RequestReceived):
        return source.urls.get(_PATHS.get(event.service, ""), "")
    if isinstance(event, MessageQueued) and source.control is not None:
        return source.control.receive_url(event.user) or ""  # whole: `users` leaves the query out
    return ""


def _curl(own: Entry, address: str) -> str:
    event = own.event
    if not address or not isinstance(event, RequestReceived | MessageQueued):
        return ""
    content_type = event.content_type if isinstance(event, RequestReceived) else "application/xml"
    name = (file_name(own) or "message.xml").rpartition("/")[2]
    header = shlex.quote(f"Content-Type: {content_type or 'application/xml'}")
    return f"curl -sS -H {header} --data-binary @{name} {shlex.quote(address)}"
