"""Messages of the DCC at the receive-response endpoint: checked, de-duplicated, given to the request that waits.

Knows nothing of HTTP: bytes in, status out. All methods may be called from any thread.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Timer

from harness.drivers.reference.checking import CheckedResponse, ResponseChecker
from harness.drivers.reference.kept import MessageFile, digest_of
from harness.drivers.reference.policy import Policy
from stubs.wire import Eui64, PeerError, RequestId
from stubs.wire.duis import DccAlert, DeviceAlert, FutureDatedDeviceAlert, Node, Response, ServiceResponse

ACCEPTED, REJECTED = 204, 400
"""Statuses that the endpoint answers, as the DCC's public client does."""


@dataclass(slots=True)
class ReceivedAlert:
    """One device or DCC alert, and whether an action has reported it already."""

    response: Response
    is_claimed: bool = False
    digest: str = ""
    """Digest of the document, as the client keeps it."""

    @property
    def code(self) -> str:
        """The alert's code, upper case."""
        body = self.response.body
        return (body.alert_code if isinstance(body, DeviceAlert) else getattr(body, "code", "")).upper()

    def is_for(self, user: Eui64) -> bool:
        """Whether the alert is this User's; one client may receive for several."""
        response_id = self.response.header.response_id
        return response_id is None or response_id.target == user

    def concerns(self, eui: Eui64) -> bool:
        """Whether the alert names this device: as its sender, or anywhere in a DCC alert's content."""
        response_id = self.response.header.response_id
        if response_id is not None and eui in {response_id.originator, response_id.target}:
            return True
        body = self.response.body
        return isinstance(body, DccAlert) and str(eui) in _texts(body.content)


@dataclass(slots=True)
class _Conversation:
    """Messages of one request, in the order of arrival."""

    messages: list[CheckedResponse] = field(default_factory=list)
    is_waiting: bool = True


class Inbox:
    """Everything received so far.

    Args:
        checker: decides what may be used.
        users: whose messages we take; one for somebody else is rejected.
        policy: de-duplication, correlation, the status of alerts.
        kept: where messages are kept before they are acknowledged; None: nowhere.
    """

    def __init__(
        self, checker: ResponseChecker, users: frozenset[Eui64], policy: Policy, kept: MessageFile | None = None
    ) -> None:
        self._checker = checker
        self._users = users
        self._policy = policy
        self._changed = Condition()
        self._seen: set[tuple[str, ...]] = set()
        self._conversations: dict[RequestId, _Conversation] = {}
        self._alerts: list[ReceivedAlert] = []
        self._forgotten: list[ReceivedAlert] = []
        self._rejections: list[str] = []
        self._is_closed = False
        self._kept = kept
        self._is_restarted = False

    def restore(self) -> None:
        """Take what was kept before a restart as received; call it before anything else comes."""
        self._is_restarted = True
        if self._kept is None or not self._policy.keeps_messages:
            return
        messages, reported = self._kept.read()
        for data in messages:
            checked = self._checker.check(data, must_be_signed=True)
            with self._changed:
                self._take(checked, data)
        for alert in self._alerts:
            alert.is_claimed = alert.digest in reported

    def close(self) -> None:
        """End every wait."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def receive(self, data: bytes) -> int:
        """Take one message; the HTTP status to answer with."""
        if self._policy.answers_after:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed, self._policy.answers_after)
        try:
            checked = self._checker.check(data, must_be_signed=True)
            self._check_recipient(checked.response)
        except PeerError as error:
            with self._changed:
                self._rejections.append(str(error))
                self._changed.notify_all()
            return REJECTED
        is_alert = isinstance(checked.response.body, DeviceAlert | DccAlert)
        if self._kept is not None:
            self._kept.add(data)
        if self._policy.responses_handled_after and not is_alert:
            Timer(self._policy.responses_handled_after, self._take_later, (checked, data)).start()
            return self._policy.response_status
        with self._changed:
            is_first = self._take(checked, data)
            self._changed.notify_all()
        if is_first and not is_alert and self._policy.first_response_status != ACCEPTED:
            return self._policy.first_response_status
        if not is_first and self._policy.duplicate_status:
            return self._policy.duplicate_status
        return self._policy.alert_status if is_alert else self._policy.response_status

    def _take_later(self, checked: CheckedResponse, data: bytes) -> None:
        with self._changed:
            self._take(checked, data)
            self._changed.notify_all()

    def _take(self, checked: CheckedResponse, data: bytes) -> bool:
        """Take a message into account; whether it came for the first time. The lock is held."""
        response = checked.response
        key = _identity(response, data)
        is_first = key not in self._seen
        if is_first or not self._policy.deduplicate:
            self._seen.add(key)
            if not isinstance(response.body, DeviceAlert | DccAlert):
                self._file(checked)
            else:
                alerts = self._alerts if self._policy.report_alerts else self._forgotten
                alerts.append(ReceivedAlert(response, digest=digest_of(data)))
        return is_first

    def _check_recipient(self, response: Response) -> None:
        response_id = response.header.response_id
        if response_id is not None and response_id.target not in self._users:
            raise PeerError(
                "the message is for somebody else",
                expected=" or ".join(map(str, sorted(self._users))),
                got=str(response_id.target),
            )

    def _file(self, checked: CheckedResponse) -> None:
        """Give a response to its conversation; the lock is held."""
        quoted = checked.response.header.request_id
        if quoted is None and checked.response.header.response_id is not None:
            quoted = checked.response.header.response_id.reversed()
        owner = quoted
        if not self._policy.correlate_by_request_id:
            waiting = (key for key, item in self._conversations.items() if item.is_waiting and not item.messages)
            owner = next(waiting, quoted)
        if self._is_restarted and not self._policy.remembers_requests and owner not in self._conversations:
            return
        if owner is not None:
            self._conversations.setdefault(owner, _Conversation(is_waiting=False)).messages.append(checked)

    def expect(self, request_id: RequestId) -> None:
        """Note that an answer to this request will come; call it before the request is posted."""
        with self._changed:
            self._conversations.setdefault(request_id, _Conversation()).is_waiting = True

    def stop_expecting(self, request_id: RequestId) -> None:
        """End the wait for a request; messages that come later are kept for ``messages``."""
        with self._changed:
            conversation = self._conversations.get(request_id)
            if conversation is not None:
                conversation.is_waiting = False

    def messages(self, request_id: RequestId) -> tuple[CheckedResponse, ...]:
        """Return the messages that have come for this request."""
        with self._changed:
            conversation = self._conversations.get(request_id)
            return tuple(conversation.messages) if conversation else ()

    def wait(
        self, request_id: RequestId, until: float, is_enough: Callable[[tuple[CheckedResponse, ...]], bool]
    ) -> tuple[CheckedResponse, ...]:
        """The messages of a request, as soon as they are enough, or whatever there is at ``until`` (monotonic)."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_closed or is_enough(self._messages(request_id)),
                timeout=max(0.0, until - time.monotonic()),
            )
            return self._messages(request_id)

    def _messages(self, request_id: RequestId) -> tuple[CheckedResponse, ...]:
        conversation = self._conversations.get(request_id)
        return tuple(conversation.messages) if conversation else ()

    def claim_alert(self, code: str, user: Eui64, device: Eui64 | None, until: float) -> ReceivedAlert | None:
        """Claim the first unclaimed alert to this User with this code (empty: any) about this device (None: any).

        A client that forgets alerts has none as soon as it has forgotten the one: no test waits to the end for that.
        """

        def matching(alerts: list[ReceivedAlert]) -> ReceivedAlert | None:
            for alert in alerts:
                named = not code or alert.code == code.upper()
                if alert.is_claimed or not named or not alert.is_for(user):
                    continue
                if device is None or alert.concerns(device):
                    return alert
            return None

        def is_decided() -> bool:
            return self._is_closed or any(matching(alerts) for alerts in (self._alerts, self._forgotten))

        with self._changed:
            self._changed.wait_for(is_decided, timeout=max(0.0, until - time.monotonic()))
            found = matching(self._alerts)
            if found is not None:
                found.is_claimed = True
                if self._kept is not None:
                    self._kept.note_reported(found.digest)
            elif (forgotten := matching(self._forgotten)) is not None:
                forgotten.is_claimed = True
            return found

    def alerts(self, device: Eui64, after: int) -> list[ReceivedAlert]:
        """Alerts about a device from position ``after`` on; they stay unclaimed."""
        with self._changed:
            return [alert for alert in self._alerts[after:] if alert.concerns(device)]

    def position(self) -> tuple[int, int]:
        """Return the numbers of alerts and rejections now; for asking later what came since."""
        with self._changed:
            return len(self._alerts), len(self._rejections)

    def rejections(self, after: int) -> tuple[str, ...]:
        """Return the reasons of rejections, from position ``after`` on."""
        with self._changed:
            return tuple(self._rejections[after:])


def _identity(response: Response, data: bytes) -> tuple[str, ...]:
    """Return the identity of a message: two deliveries with the same one are the same message.

    Normally the ResponseID. The outcomes of a command the device held may quote the ID of its first response, so
    the kind and the instruction's number count too (DUIS guide, section 9.2); so does the code, since the DCC may say
    after that first response that no outcome came (E30).
    """
    response_id = response.header.response_id
    if response_id is None:
        return (hashlib.sha256(data).hexdigest(),)
    body = response.body
    if isinstance(body, ServiceResponse) and isinstance(body.result, FutureDatedDeviceAlert):
        return str(response_id), body.result.code, str(body.result.instruction)
    if isinstance(body, DeviceAlert | DccAlert):
        return str(response_id), "alert"
    return str(response_id), response.header.response_code


def _texts(node: Node) -> frozenset[str]:
    """Every text of a tree, upper case, and the parts of those with colons (RequestIDs)."""
    found = {node.text.strip().upper(), *node.text.strip().upper().split(":")}
    for child in node.children:
        found |= _texts(child)
    return frozenset(found)
