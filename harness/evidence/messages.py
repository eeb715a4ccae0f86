"""The messages of a run as files, byte for byte, named so that a person finds them: ``messages/000012-request.xml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stubs.events import (
    AlertRaised,
    ChainTimeStamped,
    CommandSent,
    DeviceAnswered,
    Entry,
    EvidenceFiled,
    LoadSampled,
    MessageQueued,
    PreCommandIssued,
    RequestAnswered,
    RequestReceived,
)

_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")
CARRIERS = (
    RequestReceived,
    RequestAnswered,
    MessageQueued,
    LoadSampled,
    PreCommandIssued,
    CommandSent,
    DeviceAnswered,
    AlertRaised,
    ChainTimeStamped,
    EvidenceFiled,
)
"""Kinds of events that can carry a message."""


def message_files(entries: Iterable[Entry]) -> Iterator[tuple[str, bytes]]:
    """File name and exact bytes of every message in ``entries``; empty bodies make no file."""
    for entry in entries:
        named = _name_and_body(entry)
        if named is not None and named[1]:
            yield f"messages/{entry.seq:06d}-{named[0]}", named[1]


def file_name(entry: Entry) -> str | None:
    """The file of ``entry``'s message; None when it carries none."""
    named = _name_and_body(entry)
    return f"messages/{entry.seq:06d}-{named[0]}" if named is not None and named[1] else None


def _name_and_body(entry: Entry) -> tuple[str, bytes] | None:
    match entry.event:
        case RequestReceived(body=body):
            return "request.xml", body
        case RequestAnswered(body=body):
            return "answer.xml", body
        case MessageQueued(body=body, message_kind=kind) | LoadSampled(body=body, message_kind=kind):
            return f"{kind}.xml", body
        case PreCommandIssued(payload=payload):
            return "pre-command.gbcs", payload
        case CommandSent(payload=payload):
            return "command.gbcs", payload
        case DeviceAnswered(payload=payload):
            return "device-response.gbcs", payload
        case AlertRaised(payload=payload):
            return "device-alert.gbcs", payload
        case ChainTimeStamped(response=response):
            return "time-stamp.tsr", response
        case EvidenceFiled(name=name, body=body):
            return f"evidence-{_UNUSUAL.sub('_', name)[-80:]}", body
        case _:
            return None
