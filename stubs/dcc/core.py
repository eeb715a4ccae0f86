"""The core of the simulated DCC: requests, time, deliveries and a tester's operations; answers and events out."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from schemas.load import Service, UserRole
from stubs.dcc.commands.agenda_handlers import run_due_items
from stubs.dcc.context import make_context
from stubs.dcc.outbound.device_alerts import forward_device_alerts
from stubs.dcc.outbound.reply import Handled
from stubs.dcc.requests.checked_request import CheckedRequest
from stubs.dcc.requests.request_pipeline import RequestPipeline
from stubs.dcc.simulation.made_premises import MadePremises
from stubs.dcc.simulation.operations import Operations
from stubs.dcc.simulation.premises import add_premises
from stubs.dcc.simulation.premises_spec import read_spec
from stubs.dcc.state.dcc_state import DccState, new_state
from stubs.dcc.state.device_certificates import certificates_of, issue
from stubs.dcc.state.device_changes import change_device
from stubs.dcc.state.fold import fold
from stubs.dcc.state.snapshot import snapshot_of, state_from
from stubs.dcc.state.transaction import Transaction
from stubs.devices import DeviceView, amend, raise_alert, view
from stubs.events import (
    DccReset,
    DeliveryFailed,
    Entry,
    FaultCleared,
    FaultSet,
    MessageDelivered,
    MessageQueued,
    UserRegistered,
)
from stubs.faults import read_rule
from stubs.fleet import FLEET_PREFIX
from stubs.inventory import RecordValue
from stubs.recording import RecordedEvents
from stubs.scheduler import next_attempt
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.smki.repository import Listed
from stubs.urls import KeptQueries, why_unusable
from stubs.wire.certificates import Certificate
from stubs.wire.duis import version_number
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64, eui_or_none

Events = RecordedEvents

T = TypeVar("T")


class Dcc:
    """Everything the DCC decides. Not for use by several threads at a time.

    Each method that changes something returns the events it caused, already folded into ``state``; whoever calls it
    commits them before anything leaves. Instants are aware, UTC.

    Args:
        settings: how it behaves.
        pki: keys and certificates.
        queries: of receive URLs; the journal does not hold them.
    """

    def __init__(self, settings: DccSettings, pki: Pki, queries: KeptQueries | None = None) -> None:
        self.settings = settings
        self.state: DccState = new_state(settings)
        self._context = make_context(settings, pki)
        self._pipeline = RequestPipeline(self._context)
        self._tester = Operations(self._context, self._pipeline)
        self._pki = pki
        self._queries = queries or KeptQueries()
        self._newest: Transaction | None = None
        self.on_error: Callable[[Exception], None] = _raise
        """Called with an unexpected error of ours. The request or item ends as failed, earlier effects stay, and the
        core goes on, unless the call raises, as it does by default."""

    @property
    def pki(self) -> Pki:
        """Keys and certificates."""
        return self._pki

    def replay(self, entries: Iterable[Entry]) -> int:
        """Fold a journal into the state; the sequence number of its last entry."""
        last = 0
        for entry in entries:
            fold(self.state, entry.event, entry.at)
            if isinstance(entry.event, MessageQueued):
                self.state.outbox.journaled(entry.event.message, entry.seq)
            last = entry.seq
        return last

    def _begin(self, now: datetime) -> Transaction:
        self._newest = Transaction(self.state, now)
        return self._newest

    def broken_off(self) -> Events:
        """Events that the newest call folded before it raised: to be recorded, since the state has them. Once only."""
        broken, self._newest = self._newest, None
        return broken.recorded() if broken is not None else RecordedEvents()

    def forget(self) -> None:
        """An empty state, to replay a journal into."""
        self.state = new_state(self.settings)

    def snapshot(self) -> bytes:
        """The whole state as octets."""
        return snapshot_of(self.state)

    def restore(self, octets: bytes) -> None:
        """Take a state back. Raises: ValueError: no image of this version of the program."""
        self.state = state_from(self.settings, octets)

    # --- the wire ---

    def handle(
        self,
        request: bytes,
        service: Service,
        content_type: str,
        peer: str,
        now: datetime,
        checked: CheckedRequest | None = None,
    ) -> Handled:
        """One POST: the answer, and the events to commit before it leaves.

        ``checked`` is what was found of it before, by somebody who is trusted; None: everything is looked at here.
        """
        transaction = self._begin(now)
        reply = self._pipeline.handle(transaction, request, service, content_type, peer, self.on_error, checked)
        return Handled(reply, transaction.recorded())

    def refuse_transport(self, rule: str, detail: str, service: str, peer: str, now: datetime) -> Handled:
        """A POST that never became a whole request: too large, too slow, truncated."""
        transaction = self._begin(now)
        reply = self._pipeline.refuse_unread(transaction, Refusal(rule, detail), service, peer)
        return Handled(reply, transaction.recorded())

    def tick(self, now: datetime, limit: int | None = None) -> Events:
        """Do what is due, earliest first: everything, or at most ``limit`` items."""
        transaction = self._begin(now)
        run_due_items(self._context, transaction, limit, self.on_error)
        return transaction.recorded()

    def next_due(self, passing: Container[Eui64] = ()) -> datetime | None:
        """Return the next instant at which ``tick``, or a delivery to a User not in ``passing``, has work to do."""
        dues = (self.state.agenda.next_due(), self.state.outbox.next_due(passing))
        return min((due for due in dues if due is not None), default=None)

    def receive_url(self, user: Eui64) -> str | None:
        """The address that a User's messages are posted to."""
        known = self.state.users.get(user)
        return self._queries.whole(known.receive_url) if known and known.receive_url is not None else None

    def delivered(self, message: str, attempt: int, status: int, now: datetime) -> Events:
        """A User's endpoint answered with a 2xx."""
        transaction = self._begin(now)
        transaction.emit(MessageDelivered(message=message, attempt=attempt, status=status))
        return transaction.recorded()

    def delivery_failed(self, message: str, attempt: int, status: int | None, reason: str, now: datetime) -> Events:
        """An attempt failed: tried again later, or held."""
        transaction = self._begin(now)
        due = next_attempt(self.settings.delivery_retries, attempt, now)
        transaction.emit(
            DeliveryFailed(message=message, attempt=attempt, status=status, reason=reason, next_attempt=due)
        )
        return transaction.recorded()

    # --- what a tester does ---

    def register_user(
        self,
        user: str,
        party: str,
        roles: Sequence[str],
        receive_url: str | None,
        status: str,
        now: datetime,
        duis_version: str = "",
    ) -> Events:
        """Register a User or change its registration.

        Raises: ValueError: no EUI-64, an unknown role, or a version that the DCC does not accept.
        """
        if receive_url is not None and (why := why_unusable(receive_url, self.settings.receive_url_allow)):
            raise ValueError(f"receive_url: {why}")
        if receive_url is not None:
            receive_url = self._queries.hide(receive_url)
        transaction = self._begin(now)
        eui = str(Eui64.parse(user))
        known = tuple(str(UserRole(role)) for role in roles)
        accepted = {version_number(each): each for each in self.settings.schema_versions}
        if duis_version and version_number(duis_version) not in accepted:
            raise ValueError(f"DUIS {duis_version} is not one of {', '.join(self.settings.schema_versions)}")
        duis_version = accepted[version_number(duis_version)] if duis_version else ""
        transaction.emit(
            UserRegistered(
                user=eui, party=party, roles=known, receive_url=receive_url, status=status, duis_version=duis_version
            )
        )
        return transaction.recorded()

    def register_parties(self, now: datetime) -> Events:
        """Register every party of the PKI as a User."""
        events = RecordedEvents()
        urls = {Eui64.parse(user): url for user, url in self.settings.receive_urls.items()}
        for party in self._pki.parties():
            url = urls.get(party.eui, self.settings.receive_url)
            events = events.then(self.register_user(str(party.eui), party.name, party.roles, url, "active", now))
        return events

    def add_premises(self, spec: dict[str, Any], now: datetime) -> tuple[MadePremises, Events]:
        """Make premises. Raises: ValueError, PeerError: a bad specification; nothing was made."""
        wanted = read_spec(spec)
        if any(device.values or device.inventory or device.variant or device.firmware for device in wanted.devices):
            # Only given values can be refused, and a refusal must leave no trace: try them on a scratch state first.
            add_premises(self._context, Transaction(_scratch(self.state), now), wanted)
        transaction = self._begin(now)
        return add_premises(self._context, transaction, wanted), transaction.recorded()

    def set_fault(self, rule: dict[str, Any], now: datetime) -> tuple[str, Events]:
        """Arm a fault rule. Raises: ValueError: what is wrong with it; Blocked: no key of the party that is to sign."""
        read = read_rule(rule)
        if read.party and read.effect == "wrong-signer":
            self._context.writer.signer_of(read.party)
        transaction = self._begin(now)
        fault = f"f{self.state.counts.faults + 1}"
        transaction.emit(FaultSet(fault=fault, rule=rule))
        return fault, transaction.recorded()

    def clear_fault(self, fault: str, now: datetime) -> Events:
        """Disarm a fault rule; unknown ones are passed over."""
        transaction = self._begin(now)
        transaction.emit(FaultCleared(fault=fault))
        return transaction.recorded()

    def raise_device_alert(
        self, device: str, code: str, recipient: str | None, now: datetime
    ) -> tuple[list[str], Events]:
        """Let a device raise an alert; ids of the messages to Users. Raises: LookupError, PeerError."""
        transaction = self._begin(now)
        eui = Eui64.parse(device)
        state = self.state.devices[eui]
        to = eui_or_none(recipient)
        raised = raise_alert(
            state,
            code,
            now,
            self._context.keys_of(state),
            recipient=to,
        )
        change_device(transaction, eui, raised.changes, "raised by a tester")
        return forward_device_alerts(self._context, transaction, eui, raised.alerts), transaction.recorded()

    def device_certificates(self, device: Eui64) -> tuple[Listed, ...]:
        """The certificates of a device in the SMKI repository; none for an unknown device.

        Devices of a load rehearsal are known to everybody: a Party has to check what they sign.
        """
        known = device in self.state.devices or self.state.inventory.get(device) is not None
        is_known = known or device.octets.startswith(FLEET_PREFIX)
        return certificates_of(self._pki, self.state, device) if is_known else ()

    def issue_device_certificate(self, request: bytes, now: datetime) -> tuple[Certificate, Events]:
        """Certify a device's key (PKCS#10). Raises: PeerError: why not."""
        transaction = self._begin(now)
        return issue(self._pki, transaction, request), transaction.recorded()

    def perform(self, action: Callable[[Operations, Transaction], T], now: datetime) -> tuple[T, Events]:
        """One of a tester's operations; its result, and the events to commit."""
        transaction = self._begin(now)
        return action(self._tester, transaction), transaction.recorded()

    def raise_dcc_alert(
        self, code: str, user: str, content: dict[str, Any] | None, now: datetime, structure: str = ""
    ) -> tuple[str, Events]:
        """Raise a DCC alert for one User; the message's id. Raises: ValueError: a content that cannot be."""
        return self.perform(
            lambda tester, transaction: tester.raise_dcc_alert(transaction, code, user, content, structure), now
        )

    def set_device(self, device: str, values: dict[str, Any], now: datetime) -> Events:
        """Give fields of a device's state new values. Raises: LookupError, PeerError."""
        transaction = self._begin(now)
        eui = Eui64.parse(device)
        changes = amend(self.state.devices[eui], now, values)
        change_device(transaction, eui, changes, "set by a tester")
        forward_device_alerts(self._context, transaction, eui, ())
        return transaction.recorded()

    def set_inventory(self, device: str, values: Mapping[str, RecordValue], now: datetime) -> Events:
        """Give fields of an inventory record new values. Raises: ValueError: no such field."""
        eui = Eui64.parse(device)
        return self.perform(lambda tester, transaction: tester.set_inventory(transaction, eui, values), now)[1]

    def redeliver(self, user: Eui64, now: datetime) -> Events:
        """Make a User's held messages due at once."""
        transaction = self._begin(now)
        for held in list(self.state.outbox.held.get(user, {}).values()):
            transaction.emit(
                DeliveryFailed(
                    message=held.message,
                    attempt=held.attempts,
                    status=None,
                    reason="delivery asked for again by a tester",
                    next_attempt=now,
                )
            )
        return transaction.recorded()

    def device(self, device: str, now: datetime) -> DeviceView:
        """A physical device as a tester sees it. Raises: LookupError."""
        return view(self.state.devices[Eui64.parse(device)], now)

    def reset(self, seed: str | None, now: datetime) -> Events:
        """Back to the beginning: Users stay, everything else goes."""
        transaction = self._begin(now)
        transaction.emit(DccReset(seed=seed if seed is not None else self.settings.seed))
        return transaction.recorded()


def _raise(error: Exception) -> None:
    raise error


def _scratch(state: DccState) -> DccState:
    """A state on which premises can be tried without leaving a trace."""
    scratch = new_state(DccSettings(seed=state.seed))
    scratch.counts = state.counts
    return scratch
