"""One service request from beginning to end: transform and signature where it is critical, post, wait, conclude."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from harness.drivers.action import Action, Outcome
from harness.drivers.reference.bodies import UnsupportedRequestError, build_body
from harness.drivers.reference.checking import CheckedResponse
from harness.drivers.reference.concluding import (
    Conclusion,
    alert_item,
    conclude,
    is_final,
    meaning,
    result_values,
)
from harness.drivers.reference.decoding import DeviceMessages, check_pre_command
from harness.drivers.reference.identity import KeyRing
from harness.drivers.reference.inbox import Inbox
from harness.drivers.reference.policy import Policy
from harness.drivers.reference.posting import Answer, Poster, UnansweredError, is_error
from harness.drivers.reference.samples import sample_body
from harness.drivers.reference.tokens import AMOUNT, sell_token
from schemas.load import (
    CommandVariant,
    Service,
    ServiceRequestRow,
    Srv,
    command_variants,
    request_bodies,
    service_requests,
)
from stubs.wire import Eui64, PeerError, RequestId
from stubs.wire.duis import (
    FutureDatedDeviceAlert,
    Node,
    PreCommand,
    RequestHeader,
    ServiceRequest,
    ServiceResponse,
    SignedPreCommand,
    write_request,
)
from stubs.wire.duis.samples import path_to, request_body
from stubs.wire.gbcs.crypto import sign as sign_group
from stubs.wire.gbcs.envelope import Group
from stubs.wire.xmlsig import sign

_TRANSFORM, _SEND_SIGNED, _NON_DEVICE = 4, 5, 8
_ASYNCHRONOUS = frozenset({1, 3, 5, 7})
"""Command variants whose device response comes to the receive-response endpoint (DUIS, Command Variant table)."""

_KNOWN_TO_DEVICES = frozenset({"02", "03"})
"""Certificate roles of the parties whose anchors a meter holds: supplier and network operator."""
_CREDENTIALS = ("KAPublicSecurityCredentials", "KAPublicSecurityCredential")

_SECOND_ATTEMPT = 2

_URL_OF: Mapping[Service, str] = {
    Service.TRANSFORM: "transform",
    Service.SEND_COMMAND: "send_command",
    Service.NON_DEVICE: "non_device",
}


@dataclass(frozen=True, slots=True)
class ClientSession:
    """Parts of the client that a conversation needs: one User's keys, and what all conversations share."""

    ring: KeyRing
    acb: Eui64
    urls: Mapping[str, str]
    poster: Poster
    inbox: Inbox
    devices: DeviceMessages
    policy: Policy
    now: Callable[[], datetime]
    next_request_id: Callable[[Eui64, bool], RequestId]
    """(target, whether it carries a top-up token) to a fresh RequestID."""
    in_order: AbstractContextManager[Any]
    """Held from the choice of a counter to the end of the first attempt, so that counters arrive in order."""


class Conversation:
    """One ``send`` action."""

    def __init__(self, action: Action, session: ClientSession) -> None:
        self._action = action
        self._with = session
        self._policy = session.policy
        self._until = time.monotonic() + action.deadline
        self._request_id: RequestId | None = None
        self._known: dict[str, Any] = {}
        """Values the client knows without being told, such as the token it made."""

    def run(self) -> Outcome:
        """Hold the conversation; every way it can end is an outcome."""
        alerts_before, rejected_before = self._with.inbox.position()
        try:
            end = self._send()
        except UnsupportedRequestError as error:
            end = Conclusion("unsupported", str(error))
        except UnansweredError as error:
            end = Conclusion("failed", f"no usable answer from the DCC after {error.attempts} attempt(s): {error}")
            if not self._policy.honour_http_errors:
                end = Conclusion("done", "the request was sent", "I0")
        except PeerError as error:
            end = Conclusion("failed", str(error))
        messages = self._messages_after_settling()
        detail = end.detail
        rejections = self._with.inbox.rejections(rejected_before)
        if rejections and end.status in {"timeout", "failed"}:
            detail += f"; {len(rejections)} message(s) rejected meanwhile, the last because: {rejections[-1]}"
        return Outcome(
            action=self._action.id,
            status=end.status,
            response_code=end.code,
            request_id=str(self._request_id or ""),
            values=self._known | end.values,
            messages_processed=len(messages),
            alerts=self._alerts_since(alerts_before, messages),
            detail=detail,
        )

    # --- sending ----------------------------------------------------------------------------------------------

    def _send(self) -> Conclusion:
        row = service_requests().get(Srv(self._action.service))
        if row is None:
            raise UnsupportedRequestError(f"{self._action.service!r} is no service reference variant")
        usual = _TRANSFORM if row.is_critical else _NON_DEVICE if row.is_non_device else 1
        variant = self._whole_number("command_variant", usual)
        is_transformed = row.is_critical and _TRANSFORM <= variant < _NON_DEVICE
        first_variant = _TRANSFORM if is_transformed else variant
        try:
            header, answer = self._first_exchange(row, first_variant)
        except UnansweredError:
            if not self._policy.asks_anew:
                raise
            header, answer = self._first_exchange(row, first_variant)
        if answer is not None and first_variant not in _ASYNCHRONOUS and _answer_was_lost(answer):
            header, answer = self._first_exchange(row, first_variant)
        if is_transformed and answer is not None:
            issued = self._pre_command(answer)
            if isinstance(issued, Conclusion):
                return issued
            if not self._policy.returns_pre_commands:
                return Conclusion("done", "the DCC answered", answer.code)
            variant = _SEND_SIGNED if variant == _TRANSFORM else variant
            header = msgspec.structs.replace(header, command_variant=variant)
            document = self._signed_pre_command(header, issued)
            answer = self._post(self._url(variant, is_critical=True), document, header)
        return self._conclude(header, answer)

    def _whole_number(self, option: str, otherwise: int) -> int:
        value = self._action.options.get(option, otherwise)
        if not isinstance(value, int) or isinstance(value, bool):
            raise UnsupportedRequestError(f"option {option} is a whole number, not {value!r}")
        return value

    def _first_exchange(self, row: ServiceRequestRow, variant: int) -> tuple[RequestHeader, Answer | None]:
        """Build, sign and post the service request."""
        parameters = dict(self._action.parameters)
        target = self._request_target(row)
        with_token = row.srv == "2.2" and AMOUNT in parameters
        with ExitStack() as held:
            held.enter_context(self._with.in_order)
            request_id = self._with.next_request_id(target, with_token)
            if with_token:
                parameters["UTRN"] = self._known["UTRN"] = sell_token(
                    self._with.ring, request_id, self._token_for(target), parameters.pop(AMOUNT), self._with.devices
                )
            header = RequestHeader(request_id, variant, row.service_reference, row.srv)
            body = self._body(row.srv, parameters)
            if self._policy.edit_body is not None:
                body = self._policy.edit_body(body)
            if self._policy.edit_header is not None:
                header = self._policy.edit_header(header)
            document = self._signed(ServiceRequest(header, body))
            self._request_id = request_id
            self._with.inbox.expect(request_id)
            post_to = self._action.options.get("post_to")
            url = (
                self._address(str(post_to).replace("-", "_"))
                if post_to
                else self._url(variant, is_critical=row.is_critical)
            )
            return header, self._post(
                url, document, header, held.close, lambda: self._signed(ServiceRequest(header, body))
            )

    def _token_for(self, target: Eui64) -> Eui64:
        """The meter that a token is sold for: the request's, unless the action names another one."""
        other = self._action.options.get("token_for")
        try:
            return Eui64.parse(str(other)) if other else target
        except PeerError as error:
            raise UnsupportedRequestError(f"option token_for: {error}") from error

    def _body(self, srv: Srv, parameters: Mapping[str, Any]) -> Node:
        """The service-specific element: laid out value by value, or our example with the values given."""
        if srv in request_bodies():
            return build_body(srv, parameters, self._action.target, self._with.now())
        options = self._action.options
        own = self._with.devices.own_values(self._action.target, srv)
        return sample_body(
            srv,
            {**self._credentials(srv, own), **parameters},
            own,
            device_type=self._action.target_type,
            is_full=options.get("example") == "full",
        )

    def _credentials(self, srv: Srv, own: Mapping[str, str]) -> Mapping[str, str]:
        """Return the credentials with which a device encrypts for a User that it holds no anchor of.

        Source: DUIS, KAPublicSecurityCredentials.
        """
        if self._with.ring.key_agreement_certificate.role in _KNOWN_TO_DEVICES:
            return {}
        body = request_body(srv)
        return {name: own[name] for name in _CREDENTIALS if path_to(body, name)}

    def _request_target(self, row: ServiceRequestRow) -> Eui64:
        named = str(self._action.options.get("request_target") or "")
        if row.is_non_device and not named:
            return self._with.acb
        text = named or self._action.target
        if not text:
            raise UnsupportedRequestError(f"service {row.srv} needs a target device")
        try:
            return Eui64.parse(text)
        except PeerError as error:
            raise UnsupportedRequestError(f"the target: {error}") from error

    def _url(self, variant: int, *, is_critical: bool) -> str:
        found = command_variants().get(CommandVariant(variant))
        service = found.service if found else Service.SEND_COMMAND
        if is_critical and not self._policy.post_to_right_service:
            service = Service.SEND_COMMAND if service is Service.TRANSFORM else Service.TRANSFORM
        return self._address(_URL_OF[service])

    def _address(self, name: str) -> str:
        address = self._action.urls.get(name) or self._with.urls.get(name)
        if not address:
            raise UnsupportedRequestError(f"the address of the service {name!r} is not known")
        return address

    def _post(
        self,
        url: str,
        document: bytes,
        header: RequestHeader,
        after_first: Callable[[], None] | None = None,
        signed_anew: Callable[[], bytes] | None = None,
    ) -> Answer | None:
        """The answer; None when there was none, but the response itself has come: the DCC had accepted.

        Raises: UnansweredError: neither.
        """
        try:
            return self._with.poster.post(url, document, header.request_id, self._until, after_first, signed_anew)
        except UnansweredError as error:
            patience = min(self._until, time.monotonic() + self._policy.http_timeout)
            is_expected = header.command_variant in _ASYNCHRONOUS and error.may_be_accepted
            if is_expected and self._with.inbox.wait(header.request_id, patience, bool):
                return None
            raise

    # --- critical requests ------------------------------------------------------------------------------------

    def _pre_command(self, answer: Answer) -> PreCommand | Conclusion:
        """The Pre-Command in the answer of Transform, or how the request ended there."""
        body = answer.checked.response.body
        result = body.result if isinstance(body, ServiceResponse) else None
        if isinstance(result, PreCommand):
            return result
        if is_error(answer.code):
            return self._refused(answer)
        raise PeerError("the answer of Transform holds no Pre-Command", clause="DUIS guide, section 9.4")

    def _signed_pre_command(self, header: RequestHeader, issued: PreCommand) -> bytes:
        """Check and sign what is to be done to the device, and wrap it for the DCC."""
        group = Group.from_bytes(issued.gbcs_payload)
        if self._policy.check_pre_command:
            check_pre_command(group, header.request_id, header.srv)
        if self._policy.alter_pre_command:
            group = msgspec.structs.replace(group, content=group.content[:-1] + bytes([group.content[-1] ^ 1]))
        ring = self._with.ring
        key = ring.digital_signing if self._policy.pre_command_key == "ds" else ring.xmlsign
        signed = sign_group(group, key) if self._policy.sign_critical else msgspec.structs.replace(group, signature=b"")
        return self._signed(SignedPreCommand(header, signed.to_bytes()))

    def _signed(self, request: ServiceRequest | SignedPreCommand) -> bytes:
        document = write_request(request)
        if self._policy.edit_document is not None:
            document = self._policy.edit_document(document)
        return sign(document, self._with.ring.signer)

    # --- concluding -------------------------------------------------------------------------------------------

    def _conclude(self, header: RequestHeader, answer: Answer | None) -> Conclusion:
        """Conclude from the answer in the HTTP exchange, and from later messages where more is to come."""
        is_asynchronous = header.command_variant in _ASYNCHRONOUS
        at_once: dict[str, Any] = {}
        code = ""
        if answer is not None:
            code = answer.code
            if is_error(code) and not (is_asynchronous and self._came_nevertheless(answer)):
                return self._refused(answer)
            body = answer.checked.response.body
            if isinstance(body, ServiceResponse):
                at_once, _ = result_values(body.result, header.request_id, header.srv, self._with.devices)
                if not self._policy.whole_lists:
                    at_once = {name: value[:1] if isinstance(value, list) else value for name, value in at_once.items()}
        if not is_asynchronous:
            return Conclusion("done", "answered in the HTTP exchange", code, at_once)
        if not self._policy.wait_for_response:
            return Conclusion("done", "the request was acknowledged", code, at_once)
        if self._action.options.get("wait") is False:
            return Conclusion("acknowledged", "acknowledged, the response is not awaited", code, at_once)
        end = self._await(header)
        if end.status == "done":
            done = self._with.devices.follow_up(header.srv, str(header.request_id.target), end.values)
            end = replace(end, detail=end.detail + done)
        return replace(end, values=at_once | end.values)

    def _refused(self, answer: Answer) -> Conclusion:
        if not self._policy.honour_error_codes:
            return Conclusion("done", "the DCC answered", "I0")
        return Conclusion("refused", f"the DCC answered {meaning(answer.code)}", answer.code)

    def _came_nevertheless(self, answer: Answer) -> bool:
        """After an unanswered attempt a refusal may only say that the DCC had accepted: then the response comes."""
        assert self._request_id is not None
        return answer.is_repeated and bool(self._with.inbox.wait(self._request_id, self._until, bool))

    def _await(self, header: RequestHeader) -> Conclusion:
        with_outcome = bool(self._action.options.get("wait_for_outcome"))
        messages = self._with.inbox.wait(
            header.request_id, self._until, lambda come: is_final(come, with_outcome=with_outcome)
        )
        end = conclude(messages, header.request_id, header.srv, self._with.devices, self._policy)
        if end.status == "done" and with_outcome and not is_final(messages, with_outcome=True):
            return replace(end, status="timeout", detail="the command's outcome did not come before the deadline")
        return end

    def _messages_after_settling(self) -> tuple[CheckedResponse, ...]:
        """Keep listening for the time the action asks for; then what came for this request."""
        if self._request_id is None:
            return ()
        seconds = self._action.options.get("settle")
        if isinstance(seconds, int | float) and seconds > 0:
            self._with.inbox.wait(self._request_id, time.monotonic() + seconds, lambda _come: False)
        self._with.inbox.stop_expecting(self._request_id)
        return self._with.inbox.messages(self._request_id)

    def _alerts_since(self, position: int, messages: tuple[CheckedResponse, ...]) -> list[dict[str, Any]]:
        """Outcomes of this request's command, and alerts about its device that came during the conversation."""
        found = [
            alert_item(message.response, self._with.devices)
            for message in messages
            if isinstance(message.response.body, ServiceResponse)
            and isinstance(message.response.body.result, FutureDatedDeviceAlert)
        ]
        if self._action.target and self._request_id is not None:
            device = Eui64.parse(self._action.target)
            received = self._with.inbox.alerts(device, position)
            found += [alert_item(alert.response, self._with.devices) for alert in received]
        return found


def _answer_was_lost(answer: Answer) -> bool:
    """Whether a refusal only says that the DCC knows the request: its answer to the first attempt was lost.

    What is answered at once (inventory, Pre-Command) is then asked for again under a new RequestID, once. Only
    after a single loss, so that the number of posts stays small.
    """
    return is_error(answer.code) and answer.is_repeated and answer.attempts == _SECOND_ATTEMPT
