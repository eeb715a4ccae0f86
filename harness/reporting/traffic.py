"""The messages of one scenario as a reader sees them: who to whom, what in words, the exact bytes, what they decode to.

Reads the journal only. What cannot be parsed is shown as it came, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas import load
from stubs.events import (
    AlertRaised,
    AnswerLate,
    ClockMoved,
    CommandSent,
    DeliveryFailed,
    DeviceAnswered,
    DeviceSilent,
    Entry,
    EvidenceFiled,
    FaultApplied,
    MessageDelivered,
    MessageQueued,
    PageViewed,
    PersonSignedIn,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
)
from stubs.wire.errors import PeerError
from stubs.wire.gbcs.view import summary

PARTY, DCC, SSI = "Party", "DCC", "SSI"
_SERVICES = {"transform": "Transform", "send-command": "Send Command", "non-device": "Non-Device"}


@dataclass(frozen=True, slots=True)
class Message:
    """One thing seen on a wire, or a remark between them.

    ``tone`` is ``plain``, ``good``, ``bad`` or ``note``. ``body`` is empty for remarks and pages; ``media`` is ``xml``,
    ``gbcs`` or empty. ``sender`` and ``receiver`` are ``Party``, ``DCC``, ``SSI`` or a device's EUI-64.
    """

    seq: int
    at: datetime
    sender: str
    receiver: str
    label: str
    detail: str = ""
    tone: str = "plain"
    body: bytes = b""
    media: str = ""
    held_by: int = 0
    """Entry that holds the body, when it is not the message's own: a delivery's bytes were queued before."""


def messages(entries: Iterable[Entry]) -> tuple[Message, ...]:
    """Everything that was sent or happened between party, DCC, SSI and devices, in order."""
    kept = list(entries)
    context = _Context(kept)
    return tuple(message for entry in kept for message in _message(entry, context))


class _Context:
    """Facts of later entries about earlier ones: a request's service is known once it was accepted or refused."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.accepted: dict[str, RequestAccepted] = {}
        self.refused: dict[str, RequestRefused] = {}
        self.queued: dict[str, tuple[int, MessageQueued]] = {}
        self.commands: dict[str, CommandSent] = {}
        for entry in entries:
            match entry.event:
                case RequestAccepted() as event:
                    self.accepted[event.exchange] = event
                case RequestRefused() as event:
                    self.refused[event.exchange] = event
                case MessageQueued() as event:
                    self.queued[event.message] = (entry.seq, event)
                case CommandSent() as event:
                    self.commands[event.command] = event


def service_name(srv: str | None) -> str:
    """``4.1.1 Read Instantaneous Import Registers``; the bare text when it is no known variant."""
    row = load.service_requests().get(load.Srv(srv or ""))
    return f"{row.srv} {row.name}" if row else (srv or "unreadable request")


def code_meaning(code: str | None) -> str:
    """A response code with its public meaning, if there is one."""
    row = load.response_codes().get(load.ResponseCode(code or ""))
    return f"{code}: {row.meaning}" if row and row.meaning else (code or "")


def _message(entry: Entry, context: _Context) -> Iterator[Message]:
    match entry.event:
        case RequestReceived() as event:
            yield _request(entry, event, context)
        case RequestAnswered() as event:
            yield _answer(entry, event, context)
        case CommandSent() as event:
            yield Message(entry.seq, entry.at, DCC, event.device, f"Command {event.use_case}", _gbcs(event.payload),
                          body=event.payload, media="gbcs")  # fmt: skip
        case DeviceAnswered() as event:
            command = context.commands.get(event.command)
            label = f"Response {command.use_case}" if command else "GBCS response"
            yield Message(
                entry.seq, entry.at, event.device, DCC, label, _gbcs(event.payload), body=event.payload, media="gbcs"
            )
        case DeviceSilent() as event:
            yield Message(entry.seq, entry.at, event.device, DCC, f"no answer: {event.reason}",
                          code_meaning(event.response_code), tone="bad")  # fmt: skip
        case MessageDelivered() as event:
            yield from _delivery(entry, event.message, f"HTTP {event.status}", context, good=True)
        case DeliveryFailed() as event:
            then = f"next attempt {event.next_attempt:%H:%M:%S}" if event.next_attempt else "now held"
            answer = f"HTTP {event.status}" if event.status else event.reason
            yield from _delivery(entry, event.message, f"{answer}, {then}", context, good=False)
        case AnswerLate() as event:
            label = "the client had hung up" if event.is_abandoned else "the answer left late"
            yield Message(entry.seq, entry.at, DCC, DCC, label, f"{event.seconds:g} s after the request", tone="note")
        case _:
            yield from _remark(entry)


def _remark(entry: Entry) -> Iterator[Message]:
    match entry.event:
        case PreCommandIssued() as event:
            yield Message(entry.seq, entry.at, DCC, DCC, f"Pre-Command {event.use_case} built", _gbcs(event.payload),
                          "note", event.payload, "gbcs")  # fmt: skip
        case AlertRaised(alert_kind="device") as event:
            yield Message(entry.seq, entry.at, event.device or DCC, DCC, f"device alert {event.code}", event.cause,
                          body=event.payload, media="gbcs" if event.payload else "")  # fmt: skip
        case AlertRaised() as event:
            yield Message(entry.seq, entry.at, DCC, DCC, f"DCC alert {event.code}", event.cause, "note")
        case FaultApplied() as event:
            yield Message(entry.seq, entry.at, DCC, DCC, f"fault: {event.effect}", f"on {event.subject}", "note")
        case ClockMoved() as event:
            yield Message(
                entry.seq, entry.at, DCC, DCC, f"clock {event.mode}", f"{event.now:%Y-%m-%d %H:%M:%S} UTC", "note"
            )
        case EvidenceFiled() as event:
            yield Message(entry.seq, entry.at, PARTY, PARTY, f"evidence: {event.name}", _evidence(event), "note",
                          event.body)  # fmt: skip
        case PersonSignedIn() as event:
            yield Message(entry.seq, entry.at, PARTY, SSI, "sign-in accepted" if event.accepted else "sign-in refused",
                          event.reason, "good" if event.accepted else "bad")  # fmt: skip
        case PageViewed() as event:
            yield Message(entry.seq, entry.at, PARTY, SSI, f"{event.path}: {event.status}", event.title)
        case _:
            return


def _request(entry: Entry, event: RequestReceived, context: _Context) -> Message:
    accepted, refused = context.accepted.get(event.exchange), context.refused.get(event.exchange)
    name = service_name(accepted.srv if accepted else refused.srv if refused else None)
    variant = f" CV {accepted.command_variant}" if accepted else ""
    notes = "; ".join(accepted.notes) if accepted else ""
    where = f"posted to {_SERVICES.get(event.service, event.service)}"
    return Message(entry.seq, entry.at, PARTY, DCC, f"{name}{variant}", f"{where}. {notes}".strip(),
                   body=event.body, media="xml")  # fmt: skip


def _answer(entry: Entry, event: RequestAnswered, context: _Context) -> Message:
    refused = context.refused.get(event.exchange)
    label = event.response_code or f"HTTP {event.status}"
    if refused:
        detail = f"{code_meaning(event.response_code)} Rule {refused.rule}: {refused.detail}".strip()
        return Message(entry.seq, entry.at, DCC, PARTY, label, detail, "bad", event.body, "xml")
    words = {"I99": "I99 acknowledged", "I0": "I0 result in the answer"}
    return Message(entry.seq, entry.at, DCC, PARTY, words.get(label, label), code_meaning(event.response_code), "good",
                   event.body, "xml")  # fmt: skip


def _delivery(entry: Entry, message: str, status: str, context: _Context, *, good: bool) -> Iterator[Message]:
    if message not in context.queued:
        return
    held_by, queued = context.queued[message]
    what = {"response": "Response", "device-alert": "Device alert", "dcc-alert": "DCC alert"}
    label = (
        f"{what.get(queued.message_kind, queued.message_kind)} {queued.alert_code or queued.response_code}: {status}"
    )
    detail = f"{service_name(queued.srv) if queued.srv else ''} {code_meaning(queued.response_code)}".strip()
    yield Message(
        entry.seq, entry.at, DCC, PARTY, label, detail, "good" if good else "bad", queued.body, "xml", held_by
    )


def _evidence(event: EvidenceFiled) -> str:
    size = f"{event.media_type}, {len(event.body)} bytes, from the {event.source}"
    return f"{event.note} ({size})" if event.note else size


def _gbcs(payload: bytes) -> str:
    try:
        return summary(payload)
    except PeerError as error:
        return f"cannot be parsed: {error}"


def lanes(shown: Iterable[Message], names: Mapping[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The lanes of a sequence diagram, and each lane's heading (a device's name above its EUI-64).

    Args:
        shown: the messages to draw.
        names: EUI-64 of a device to its name in the scenario.
    """
    present: list[str] = [PARTY, DCC]
    for message in shown:
        for end in (message.sender, message.receiver):
            if end not in present:
                present.append(end)
    if SSI in present:
        present = [SSI, *(lane for lane in present if lane != SSI)]
    return tuple(present), {lane: f"{names[lane]}\n{lane}" if lane in names else lane for lane in present}
