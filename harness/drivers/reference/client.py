"""The reference client as a driver: its parts put together, and one method per kind of action."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock, RLock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from harness.drivers.action import KINDS, Action, Outcome
from harness.drivers.driver import DriverContext
from harness.drivers.reference.checking import ResponseChecker
from harness.drivers.reference.concluding import alert_item, conclude, is_final
from harness.drivers.reference.conversation import ClientSession, Conversation
from harness.drivers.reference.counters import CounterFile
from harness.drivers.reference.decoding import DeviceMessages
from harness.drivers.reference.identity import KeyRing, load_acb, load_key_ring, load_organisations
from harness.drivers.reference.inbox import Inbox
from harness.drivers.reference.kept import MessageFile
from harness.drivers.reference.policy import CORRECT, Policy
from harness.drivers.reference.posting import Poster
from harness.drivers.reference.receiver import Receiver
from harness.drivers.reference.repository import KnownCertificates
from harness.drivers.reference.self_service import SelfService
from harness.drivers.reference.transport import HttpClient
from schemas.load import service_requests
from schemas.ssi_tables import ssi_actions
from stubs.wire import Blocked, Eui64, PeerError, RequestId
from stubs.wire.duis import ServiceResponse

DEFAULT_PASS_PHRASE = "uept rehearsal"  # noqa: S105 - of the made-up persons of a simulated DCC, published
"""With it sign the made-up persons ``tester-<eui>`` in, one for each User, unless others are named."""


class ReferenceDriver:
    """A complete User's system, for the Users of the context.

    Args:
        policy: how it behaves; the correct one unless a defect is wanted.
        name: how it is called in the run's record.
    """

    def __init__(self, policy: Policy = CORRECT, name: str = "reference") -> None:
        self._policy = policy
        self._name = name
        self._client: _Client | None = None
        self._context: DriverContext | None = None

    def describe(self) -> dict[str, Any]:
        """Name, kinds and services."""
        return {"driver": self._name, "kinds": list(KINDS), "services": list(service_requests())}

    @property
    def receive_url(self) -> str | None:
        """Its own endpoint, once started."""
        return None if self._client is None else self._client.receiver.url

    def start(self, context: DriverContext) -> None:
        """Load keys, open the counters, listen. Raises: Blocked: one of these is not possible."""
        MessageFile(context.state_dir).clear()
        self._begin(context)

    def _begin(self, context: DriverContext, *, again: bool = False) -> None:
        client = _Client(context, self._policy)
        if again:
            client.restore()
        client.receiver.start()
        self._client, self._context = client, context

    def _restart(self, action: Action) -> Outcome:
        """End the client and begin it again, at the same address, with what it kept on disk."""
        client, context = self._client, self._context
        if client is None or context is None:
            raise Blocked("the reference client has not been started")
        port = client.receiver.port
        client.close()
        self._begin(replace(context, receive_port=port), again=True)
        return Outcome(action=action.id, status="done", detail="stopped and started again")

    def perform(self, action: Action) -> Outcome:
        """See ``Driver.perform``."""
        if self._client is None:
            raise Blocked("the reference client has not been started")
        try:
            return self._restart(action) if action.kind == "restart" else self._client.perform(action)
        except Blocked as error:
            return Outcome(action=action.id, status="blocked", detail=str(error))

    def close(self) -> None:
        """Stop listening; waiting actions end."""
        if self._client is not None:
            self._client.close()


class _Client:
    """The parts of a started client."""

    def __init__(self, context: DriverContext, policy: Policy) -> None:
        self._context = context
        self._policy = policy
        users = {Eui64.parse(user.eui): user for user in context.users}
        if not users:
            raise Blocked("the reference client has no User to act as", mend="Name at least one User.")
        self._acb = Eui64.parse(context.acb) if context.acb else load_acb(context.pki)
        http = HttpClient(context.tls)
        self._duis = HttpClient(context.tls, policy.http)
        self._certificates = KnownCertificates(
            load_organisations(context.pki),
            context.urls.get("smki", ""),
            http,
            check_name=policy.check_party_certificate,
        )
        self._rings, self._without_keys = _key_rings(context.pki, users)
        if policy.document_key == "ds":
            self._rings = {eui: _signing_with_ds(ring) for eui, ring in self._rings.items()}
        self._users = users
        self._counters = CounterFile(context.state_dir, context.now)
        self._repeated: dict[tuple[Eui64, Eui64], int] = {}
        self._in_order = {eui: RLock() for eui in users}
        checker = ResponseChecker(self._certificates, self._acb, policy)
        self._inbox = Inbox(checker, frozenset(users), policy, MessageFile(context.state_dir))
        self._stopping = Event()
        self._poster = Poster(self._duis, checker, policy, self._stopping)
        self._people: dict[tuple[Eui64, str, str, str], SelfService] = {}
        self._pass_phrases: dict[str, str] = {}
        self._people_lock = Lock()
        self.receiver = Receiver(context.receive_host, context.receive_port, self._inbox.receive)
        self._actions: Mapping[str, Callable[[Action, KeyRing], Outcome]] = {
            "send": self._send,
            "collect": self._collect,
            "wait-alert": self._wait_alert,
            "stop-receiving": self._stop_receiving,
            "start-receiving": self._start_receiving,
        }

    def restore(self) -> None:
        self._inbox.restore()

    def close(self) -> None:
        self._stopping.set()
        self._inbox.close()
        self.receiver.stop()
        self._duis.close()

    def perform(self, action: Action) -> Outcome:
        try:
            ring = self._ring(action)
            if action.kind in ssi_actions():
                return self._self_service(action, ring)
            return self._actions[action.kind](action, ring)
        except PeerError as error:  # an identity in the action that is none, or not ours
            return Outcome(action=action.id, status="unsupported", detail=str(error))

    def _ring(self, action: Action) -> KeyRing:
        """Return the keys to use. Raises: PeerError: a User that is not ours. Blocked: its keys are missing."""
        if not action.user:
            return next(iter(self._rings.values()))
        user = Eui64.parse(action.user)
        ring = self._rings.get(user)
        if user in self._without_keys:
            raise self._without_keys[user]
        if ring is None:
            known = ", ".join(map(str, self._rings))
            raise PeerError("this client does not act for that User", expected=known, got=action.user)
        return ring

    # --- kinds of action --------------------------------------------------------------------------------------

    def _send(self, action: Action, ring: KeyRing) -> Outcome:
        return Conversation(
            action,
            ClientSession(
                ring=ring,
                acb=self._acb,
                urls=self._context.urls,
                poster=self._poster,
                inbox=self._inbox,
                devices=self._devices(ring),
                policy=self._policy,
                now=self._context.now,
                next_request_id=lambda target, with_token: self._next_request_id(
                    ring.eui, target, with_token=with_token
                ),
                in_order=self._in_order[ring.eui],
            ),
        ).run()

    def _collect(self, action: Action, ring: KeyRing) -> Outcome:
        """Return the outcome of an earlier request."""
        try:
            request_id = RequestId.parse(str(action.parameters.get("request_id", "")))
        except PeerError as error:
            return Outcome(action=action.id, status="unsupported", detail=f"parameters.request_id: {error}")
        devices = self._devices(ring)
        until = time.monotonic() + action.deadline
        messages = self._inbox.wait(request_id, until, lambda come: is_final(come, with_outcome=False))
        body = messages[0].response.body if messages else None
        srv = body.srv if isinstance(body, ServiceResponse) else ""
        end = conclude(messages, request_id, srv, devices, self._policy)
        return Outcome(
            action=action.id,
            status=end.status,
            response_code=end.code,
            request_id=str(request_id),
            values=end.values,
            messages_processed=len(messages),
            detail=end.detail,
        )

    def _wait_alert(self, action: Action, ring: KeyRing) -> Outcome:
        device = Eui64.parse(action.target) if action.target else None
        code = str(action.parameters.get("code", ""))
        alert = self._inbox.claim_alert(code, ring.eui, device, time.monotonic() + action.deadline)
        if alert is None:
            return Outcome(
                action=action.id, status="timeout", detail=f"no alert {code or 'of any code'} came before the deadline"
            )
        item = alert_item(alert.response, self._devices(ring))
        return Outcome(
            action=action.id,
            status="done" if item["verified"] else "failed",
            response_code=alert.response.header.response_code,
            values=item["values"],
            messages_processed=1,
            alerts=[item],
            detail=f"alert {item['code']} of {item['device'] or 'the DCC'}"
            + ("" if item["verified"] else f" cannot be used: {item['problem']}"),
        )

    def _stop_receiving(self, action: Action, _ring: KeyRing) -> Outcome:
        self.receiver.stop()
        return Outcome(action=action.id, status="done", detail=f"{self.receiver.url} is down")

    def _start_receiving(self, action: Action, _ring: KeyRing) -> Outcome:
        self.receiver.start()
        return Outcome(action=action.id, status="done", detail=f"{self.receiver.url} is up")

    def _self_service(self, action: Action, ring: KeyRing) -> Outcome:
        with self._people_lock:
            person = self._person(action, ring)
            return person.perform(action, action.urls.get("ssi") or self._context.urls.get("ssi", ""))

    def _person(self, action: Action, ring: KeyRing) -> SelfService:
        """The person that an action names, else the User's own, in the browser that it names."""
        user = self._users[ring.eui]
        usual = user.person or f"tester-{ring.eui.hex}"
        name = str(action.parameters.get("person") or usual)
        is_second = action.options.get("browser") == "second" and self._policy.browsers > 1
        agent = f"uept-reference-client/{2 if is_second else 1}"
        key = (ring.eui, action.role, name, agent)
        if key not in self._people:
            phrase = (user.pass_phrase if name == usual else "") or DEFAULT_PASS_PHRASE
            self._pass_phrases.setdefault(name, phrase if self._policy.right_pass_phrase else name)
            file_key = ring.digital_signing if self._policy.file_key == "ds" else ring.key_agreement
            self._people[key] = SelfService(
                self._context.tls, name, self._pass_phrases, lambda octets: _signed(file_key, octets), agent
            )
        return self._people[key]

    # --- parts ------------------------------------------------------------------------------------------------

    def _devices(self, ring: KeyRing) -> DeviceMessages:
        return DeviceMessages(ring, self._acb, self._certificates, self._policy)

    def _next_request_id(self, originator: Eui64, target: Eui64, *, with_token: bool) -> RequestId:
        is_repeated = not self._policy.fresh_counter and not with_token
        if is_repeated and (originator, target) in self._repeated:
            return RequestId(originator, target, self._repeated[originator, target])
        issue = self._counters.next_token if with_token else self._counters.next
        counter = issue(originator)
        if self._policy.counter_step < 0:
            counter = min(counter, *(self._repeated.values() or (counter,))) + self._policy.counter_step
        self._repeated[originator, target] = counter
        return RequestId(originator, target, counter)


def _signed(key: EllipticCurvePrivateKey, octets: bytes) -> bytes:
    """The signature of a file for the self-service pages: ECDSA with SHA-256, DER, base64."""
    return base64.b64encode(key.sign(octets, ECDSA(SHA256())))


def _signing_with_ds(ring: KeyRing) -> KeyRing:
    """The defect ``document_key``: the certificate named is the right one, the key is not."""
    return replace(ring, signer=replace(ring.signer, private_key=ring.digital_signing))


def _key_rings(pki: Path, users: Iterable[Eui64]) -> tuple[dict[Eui64, KeyRing], dict[Eui64, Blocked]]:
    """The keys of each User, and what is missing of those that have not all (imported keys rarely are complete).

    Raises: Blocked: no User has its keys.
    """
    rings: dict[Eui64, KeyRing] = {}
    missing: dict[Eui64, Blocked] = {}
    for eui in users:
        try:
            rings[eui] = load_key_ring(pki, eui)
        except Blocked as error:
            missing[eui] = error
    if not rings:
        raise next(iter(missing.values()))
    return rings, missing
