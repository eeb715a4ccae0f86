"""The journal entries of one scenario, and what they tell about actions, requests and messages.

A slice of the journal may hold entries of other scenarios (a late retry, another worker): entries that name a device
of another scenario are left out, so that a verdict depends on the scenario's own traffic only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from harness.checks.comparing import said
from harness.checks.stored import begun
from stubs.events import (
    ActionAsked,
    AnswerLate,
    CertificateIssued,
    DeliveryFailed,
    DeviceAnswered,
    Entry,
    Event,
    FaultApplied,
    ItemDone,
    MessageDelivered,
    MessageQueued,
    OutcomeClaimed,
    PreCommandIssued,
    RequestAccepted,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    ScenarioStarted,
)
from stubs.wire.certificates import Certificate
from stubs.wire.duis import Request, Response, read_request, read_response
from stubs.wire.errors import PeerError
from stubs.wire.xml import parse

E = TypeVar("E", bound=Event)

OF_THE_DEVICE = frozenset({
    "wrong-mac", "wrong-device-signature", "wrong-originator", "wrong-recipient", "wrong-counter",
})  # fmt: skip
"""Effects on the device's message inside a document that the DCC signed: such a document itself may be counted."""
UNTRUSTED = OF_THE_DEVICE | frozenset({
    "wrong-signature", "wrong-signer", "unsigned", "malformed", "altered-content", "wrong-digest",
    "wrong-mac", "wrong-device-signature", "wrong-originator", "wrong-recipient", "wrong-counter",
    "other-pre-command",
})  # fmt: skip
"""Effects of faults after which a party must take nothing from a message."""
UNANSWERED = UNTRUSTED | {"drop", "reset", "never-answer", "http-status", "delay", "code"}
"""Effects after which a party may count a request as not answered, or not as it should be."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One POST to one of the three services, with everything that followed from it."""

    seq: int
    received: RequestReceived
    accepted: tuple[int, RequestAccepted] | None
    refused: tuple[int, RequestRefused] | None
    answered: tuple[int, RequestAnswered] | None
    request: Request | None
    """The parsed body; None when it cannot be read."""

    @property
    def request_id(self) -> str | None:
        """Canonical RequestID, from the gateway's record or the body."""
        if self.accepted:
            return self.accepted[1].request_id
        if self.refused and self.refused[1].request_id:
            return self.refused[1].request_id
        return str(self.request.header.request_id) if self.request else None

    @property
    def srv(self) -> str | None:
        """Service reference variant of the request."""
        if self.accepted:
            return self.accepted[1].srv
        if self.refused and self.refused[1].srv:
            return self.refused[1].srv
        return self.request.header.srv if self.request else None

    @property
    def code(self) -> str | None:
        """Response code of the HTTP answer; None while there is no answer, or when it was a bare status."""
        if self.answered and self.answered[1].response_code:
            return self.answered[1].response_code
        return self.refused[1].response_code if self.refused else None

    @property
    def references(self) -> tuple[int, ...]:
        """Sequence numbers of the exchange's entries."""
        found = (self.accepted, self.refused, self.answered)
        return (self.seq, *(entry[0] for entry in found if entry is not None))


@dataclass(frozen=True, slots=True)
class Message:
    """One response or alert in the party's outbox, with its delivery attempts."""

    seq: int
    queued: MessageQueued
    deliveries: tuple[tuple[int, MessageDelivered], ...]
    failures: tuple[tuple[int, DeliveryFailed], ...]

    @property
    def code(self) -> str:
        """Response code as it stands in the document, which a fault may have bent; as queued when none is readable."""
        response = read_answer(self.queued.body)
        return response.header.response_code if response is not None else self.queued.response_code

    @property
    def handed(self) -> tuple[int, ...]:
        """Entries that show it handed over: taken, or answered with another status than 2xx."""
        refused = (seq for seq, event in self.failures if event.status is not None)
        return tuple(sorted((*(seq for seq, _ in self.deliveries), *refused)))

    @property
    def references(self) -> tuple[int, ...]:
        """Sequence numbers of the message's entries."""
        return (self.seq, *(seq for seq, _ in self.deliveries), *(seq for seq, _ in self.failures))

    @property
    def why_open(self) -> str:
        """Return the reason why a message was not taken: the last attempt's status, or why it got none."""
        if not self.failures:
            return "queued, not yet delivered"
        failure = self.failures[-1][1]
        answer = f"HTTP {failure.status}" if failure.status is not None else failure.reason
        return f"attempt {failure.attempt} failed: {answer}"


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action of the party's system: what it was asked, and the outcome it claimed."""

    seq: int
    action: str
    asked: dict[str, Any]
    claimed: tuple[int, dict[str, Any]] | None
    outcome: dict[str, Any]
    """The claim, without what is null in it; empty until there is one."""

    @property
    def service(self) -> str:
        """Service reference variant asked for; empty for actions that send nothing."""
        return str(self.asked.get("service", ""))

    @property
    def target(self) -> str:
        """EUI of the device asked for."""
        return str(self.asked.get("target", ""))

    @property
    def claimed_seq(self) -> int:
        """Sequence number of the claim; 0 until there is one."""
        return self.claimed[0] if self.claimed else 0

    @property
    def status(self) -> str:
        """Status of the claim; empty until there is one."""
        return str(self.outcome.get("status", ""))


class Evidence:
    """Entries of one scenario. Everything is derived from them; nothing else is known to a check."""

    def __init__(self, entries: Iterable[Entry], started: ScenarioStarted | None = None) -> None:
        self.entries = tuple(entries)
        self.started = started

    def of(self, kind: type[E]) -> Iterator[tuple[int, E]]:
        """Sequence number and event of every entry of one kind, in order."""
        return iter(self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[type[Event], list[tuple[int, Any]]]:
        found: dict[type[Event], list[tuple[int, Any]]] = {}
        for entry in self.entries:
            found.setdefault(type(entry.event), []).append((entry.seq, entry.event))
        return found

    @property
    def user(self) -> str:
        """EUI of the party under test; empty when unknown."""
        return begun(self.started, 0).user if self.started else ""

    @property
    def role(self) -> str:
        """User Role under test; empty when unknown."""
        return self.started.role if self.started else ""

    @cached_property
    def mistake(self) -> tuple[int, str] | None:
        """The first error of the simulated DCC itself, with its entry; None when it made none."""
        for entry in self.entries:
            match entry.event:
                case RequestRefused(rule="internal-error", detail=detail):
                    return entry.seq, detail
                case ItemDone(outcome=outcome) if outcome.startswith("internal error:"):
                    return entry.seq, outcome.removeprefix("internal error:").strip()
                case _:
                    continue
        return None

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every POST of the party under test, in order of arrival."""
        accepted = {event.exchange: (seq, event) for seq, event in self.of(RequestAccepted)}
        refused = {event.exchange: (seq, event) for seq, event in self.of(RequestRefused)}
        answered = {event.exchange: (seq, event) for seq, event in self.of(RequestAnswered)}
        found = (
            Exchange(
                seq,
                event,
                accepted.get(event.exchange),
                refused.get(event.exchange),
                answered.get(event.exchange),
                _read_request(event.body),
            )
            for seq, event in self.of(RequestReceived)
        )
        return tuple(exchange for exchange in found if self._is_of_the_user(exchange))

    def _is_of_the_user(self, exchange: Exchange) -> bool:
        request_id = exchange.request_id
        return not self.user or request_id is None or request_id.upper().startswith(self.user.upper())

    @cached_property
    def bent(self) -> dict[str, frozenset[str]]:
        """Exchange, command or message to the effects that faults had on it."""
        found: dict[str, frozenset[str]] = {}
        for _, event in self.of(FaultApplied):
            if event.effect != "passed":
                found[event.subject] = found.get(event.subject, frozenset()) | {event.effect}
        return found

    def is_trusted(self, message: Message) -> bool:
        """Whether a message reached the party as the DCC and the device made it, as far as trust goes."""
        return not self.bent.get(message.queued.message, frozenset()) & UNTRUSTED

    def is_of_the_dcc(self, message: Message) -> bool:
        """Whether the document is as the DCC signed it, whatever the device's message inside is."""
        return not self.bent.get(message.queued.message, frozenset()) & (UNTRUSTED - OF_THE_DEVICE)

    def was_given(self, message: Message, action: ActionRecord | None = None) -> bool:
        """Whether a message was handed to the party, or may be on its way: sent, and its answer not recorded yet.

        With an ``action``: and whether that may have been before the party reported. The record of a delivery is made
        after the party's answer, so what counts against it is what shows that the delivery cannot have begun: a
        message queued, or due, or released by a later one, after the report; or attempts that found nobody until then.
        """
        effects = self.bent.get(message.queued.message, frozenset())
        if not message.handed and (message.failures or effects & {"drop", "hold-until-next", "delay"}):
            return False
        if action is None or action.claimed is None:
            return True
        said = action.claimed_seq
        if message.seq > said or message.queued.due > self.at(said):
            return False
        if "hold-until-next" in effects:
            later = [other.seq for other in self.messages if other.seq > message.seq]
            return bool(later) and later[0] < said
        before = [event for seq, event in message.failures if seq < said]
        is_taken = any(seq < said for seq in message.handed)
        return is_taken or not before or (before[-1].next_attempt or self.at(said)) <= self.at(said)

    @cached_property
    def _times(self) -> dict[int, datetime]:
        return {entry.seq: entry.at for entry in self.entries}

    def at(self, seq: int) -> datetime:
        """The instant of an entry, on the run's clock."""
        return self._times[seq]

    @property
    def in_flight(self) -> tuple[Message, ...]:
        """Return the messages that are due and have no recorded attempt yet."""
        return tuple(
            message
            for message in self.messages
            if not message.deliveries and not message.failures and message.queued.due <= self.entries[-1].at
        )

    @cached_property
    def late_answers(self) -> frozenset[str]:
        """Exchanges whose answer left so late that the party may have given up, or did."""
        return frozenset(event.exchange for _, event in self.of(AnswerLate))

    def is_answered(self, exchange: Exchange) -> bool:
        """Whether the party got a usable answer: not cut, not garbled, no bare HTTP error."""
        if exchange.answered is None or exchange.code is None:
            return False
        return not self.bent.get(exchange.received.exchange, frozenset()) & UNANSWERED

    def is_answered_in_time(self, exchange: Exchange) -> bool:
        """Whether the party must have taken the answer: a late one it may have taken, or given up before."""
        return self.is_answered(exchange) and exchange.received.exchange not in self.late_answers

    def may_lack_answer(self, exchange: Exchange) -> bool:
        """Whether the DCC accepted a request, and the party may never have had the answer that says so."""
        return exchange.accepted is not None and not self.is_answered_in_time(exchange)

    @property
    def is_observed(self) -> bool:
        """Return whether nobody reported outcomes: testers drove the party's system by themselves."""
        return any(action.outcome.get("observed") for action in self.actions)

    @property
    def sends(self) -> tuple[ActionRecord, ...]:
        """Actions that ask for a request, in order."""
        return tuple(action for action in self.actions if action.asked.get("kind", "send") == "send" and action.service)

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Public certificates the journal holds, in the order they were entered."""
        return tuple(Certificate.from_der(event.der) for _, event in self.of(CertificateIssued))

    @cached_property
    def messages_of_all(self) -> tuple[Message, ...]:
        """Every response and alert queued for any User: one system may act for several."""
        return tuple(
            Message(
                seq,
                event,
                tuple((at, e) for at, e in self.of(MessageDelivered) if e.message == event.message),
                tuple((at, e) for at, e in self.of(DeliveryFailed) if e.message == event.message),
            )
            for seq, event in self.of(MessageQueued)
        )

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """Every response and alert queued for the User under test."""
        return tuple(one for one in self.messages_of_all if not self.user or one.queued.user == self.user)

    @cached_property
    def actions(self) -> tuple[ActionRecord, ...]:
        """Every action that the party under test was asked, in order."""
        claims = {event.action: (seq, event.content) for seq, event in self.of(OutcomeClaimed)}
        return tuple(
            ActionRecord(seq, event.action, event.content, claim, said(claim[1]) if claim else {})
            for seq, event in self.of(ActionAsked)
            for claim in (claims.get(event.action),)
            if not self.user or str(event.content.get("user") or self.user).upper() == self.user.upper()
        )

    def action(self, action_id: str | None) -> ActionRecord | None:
        """The action with that id; the latest when none is named; None when there is none."""
        if action_id is None:
            return self.actions[-1] if self.actions else None
        return next((record for record in self.actions if record.action == action_id), None)

    def exchanges_of(self, action: ActionRecord) -> tuple[Exchange, ...]:
        """The POSTs that belong to an action: after it was asked, for its service and its target.

        Two actions run side by side are told apart by target. Of several for the same pair, see ``_shared_out``.
        """
        pair = (action.service, action.target)
        rivals = [other for other in self.actions if (other.service, other.target) == pair]
        meant = [
            exchange
            for exchange in self.exchanges
            if exchange.seq > rivals[0].seq
            and (not action.service or exchange.srv is None or exchange.srv == action.service)
            and _is_for(exchange, action)
        ]
        owners = _shared_out(meant, rivals)
        return tuple(exchange for exchange in meant if owners[exchange.seq] == action.seq)

    def request_ids_of(self, action: ActionRecord) -> tuple[str, ...]:
        """RequestIDs the party used for an action, first use first; a collecting action names its own."""
        named = str(action.asked.get("parameters", {}).get("request_id", ""))
        found = [named] if named else []
        found += [exchange.request_id for exchange in self.exchanges_of(action) if exchange.request_id]
        return tuple(dict.fromkeys(found))

    def responses_of(self, action: ActionRecord) -> tuple[Message, ...]:
        """Asynchronous responses to an action's requests, in the order they were queued."""
        wanted = {request_id.upper() for request_id in self.request_ids_of(action)}
        return tuple(
            message
            for message in self.messages
            if message.queued.message_kind == "response"
            and message.queued.request_id is not None
            and message.queued.request_id.upper() in wanted
        )

    def answers_of(self, action: ActionRecord) -> tuple[tuple[int, DeviceAnswered], ...]:
        """Return the answers that devices really gave to an action's requests."""
        wanted = {request_id.upper() for request_id in self.request_ids_of(action)}
        return tuple(
            (seq, event)
            for seq, event in self.of(DeviceAnswered)
            if event.request_id is not None and event.request_id.upper() in wanted
        )

    def pre_commands_of(self, action: ActionRecord) -> tuple[tuple[int, PreCommandIssued], ...]:
        """Pre-Commands handed out for an action's requests."""
        wanted = {request_id.upper() for request_id in self.request_ids_of(action)}
        return tuple((seq, event) for seq, event in self.of(PreCommandIssued) if event.request_id.upper() in wanted)


def _shared_out(exchanges: Sequence[Exchange], actions: Sequence[ActionRecord]) -> dict[int, int]:
    """Assign each POST to one of several actions for the same service and target: by entry numbers.

    A request belongs to the first action that was asked before it, is still open and has none yet. An action is open
    until its outcome was told, or for ever where nobody says so (it was only attested). A further request belongs to
    the latest action: it is one too many. The same RequestID again belongs where it did at first.
    """
    owners: dict[int, int] = {}
    requests: dict[str, int] = {}
    for exchange in exchanges:
        asked = [one for one in actions if one.seq < exchange.seq]
        known = requests.get(exchange.request_id) if exchange.request_id else None
        if known is None:
            free = (one for one in asked if one.seq not in requests.values() and _is_open_at(one, exchange.seq))
            known = next(free, asked[-1]).seq
            if exchange.request_id:
                requests[exchange.request_id] = known
        owners[exchange.seq] = known
    return owners


def _is_open_at(action: ActionRecord, seq: int) -> bool:
    return action.claimed is None or action.status == "attested" or action.claimed_seq > seq


def _is_for(exchange: Exchange, action: ActionRecord) -> bool:
    if not action.target or exchange.request_id is None:
        return True
    # A non-device service is addressed to the DCC, and a test of misuse may name another target on purpose.
    target = str(action.asked.get("options", {}).get("request_target", "")) or action.target
    addressed = exchange.request_id.split(":")[1].upper()
    is_non_device = exchange.request is not None and exchange.request.header.command_variant == 8
    return is_non_device or addressed == target.upper()


@lru_cache(maxsize=512)
def _read_request(body: bytes) -> Request | None:
    try:
        return read_request(parse(body))
    except PeerError:
        return None


@lru_cache(maxsize=512)
def read_answer(body: bytes) -> Response | None:
    """The parsed DUIS Response in an answer or a message; None when it cannot be read."""
    try:
        return read_response(parse(body))
    except PeerError:
        return None
