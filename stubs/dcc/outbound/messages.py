"""Writes the DCC's answers, responses and alerts: signs them, applies fault rules, puts them into outboxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from stubs.dcc.outbound.duis_version import NEWEST_VERSION, UserVersion, UserVersions
from stubs.dcc.outbound.gbcs_faults import with_bent_payload
from stubs.dcc.outbound.reply import XML, XML_SIGN_ROLE, Cut, Reply
from stubs.dcc.state.transaction import Transaction
from stubs.events import MessageQueued
from stubs.faults import BODY_EFFECTS, GBCS_EFFECTS, FaultRule, bend
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    LocalCommand,
    Node,
    PreCommand,
    RequestHeader,
    Response,
    ResponseBody,
    ResponseHeader,
    Result,
    ServiceResponse,
    node_of,
    told_in,
    write_response,
)
from stubs.wire.duis.write import canonical_form, write_element
from stubs.wire.errors import Blocked
from stubs.wire.eui64 import Eui64
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from stubs.wire.xmlsig import Signer, sign
from stubs.wire.xmlsig.profile import canonical

_COMMANDS = (PreCommand, LocalCommand)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to a User before it is signed."""

    user: Eui64
    kind: str
    """``response``, ``device-alert`` or ``dcc-alert``; a SMETS1 answer is a response, a SMETS1 alert a device alert."""
    body: ResponseBody
    response_code: str = "I0"
    request_id: RequestId | None = None
    response_id: RequestId | None = None
    srv: str | None = None
    alert_code: str | None = None
    device: Eui64 | None = None


class MessageWriter:
    """Writes and signs in the name of the DCC.

    Args:
        settings: schema version, what is signed.
        pki: the dspXmlSign key, and other parties' keys for faults.
    """

    def __init__(self, settings: DccSettings, pki: Pki) -> None:
        self._settings = settings
        self._pki = pki
        self.versions = UserVersions(settings)
        """Interface version in which each User gets its messages."""
        signer = pki.dcc_signer
        self._signer = Signer(signer.private_key, signer.issuer_name, signer.serial)

    def _sign(self, document: bytes) -> bytes:
        return sign(document, self._signer, _canonical_when_signed_within(document))

    def _sign_as_written(self, document: bytes) -> bytes:
        """Sign what ``write_response`` returned, unchanged: that its canonical form is known spares a parse."""
        return sign(document, self._signer, canonical_form(document) or _canonical_when_signed_within(document))

    def signer_of(self, party: str) -> Signer:
        """The xmlSign signer of another party, for a fault. Raises: Blocked: its key is not in the PKI."""
        pair = self._pki.key_pair(Eui64.parse(party), "DS", XML_SIGN_ROLE)
        if pair is None:
            raise Blocked(f"the PKI holds no xmlSign key of {party}", mend="Name a party of the PKI.")
        return Signer(pair.private_key, pair.issuer_name, pair.serial)

    def _bend(self, rule: FaultRule, document: bytes, user: Eui64, *, is_signed: bool) -> bytes:
        if rule.effect in GBCS_EFFECTS:
            document = with_bent_payload(document, rule, self._pki, user)
        return bend(
            rule, document, self._sign if is_signed else None, lambda plain: sign(plain, self.signer_of(rule.party))
        )

    def _for_version(self, header: ResponseHeader, body: ResponseBody, version: UserVersion) -> Response:
        """The response in the structures of a User's version."""
        stated = self._settings.answer_schema_version or version.version
        return told_in(Response(header, body, stated), version.schema)

    def answer(
        self,
        asked: RequestHeader,
        now: datetime,
        code: str,
        result: Result = None,
        fault: FaultRule | None = None,
        version: UserVersion = NEWEST_VERSION,
    ) -> Reply:
        """The answer in the HTTP exchange: signed when it holds data, as the settings say (DUIS guide, section 14)."""
        header = ResponseHeader(code, now, request_id=asked.request_id)
        told = self._for_version(header, ServiceResponse(asked.service_reference, asked.srv, result), version)
        document, code = write_response(told), told.header.response_code
        if isinstance(told.body, ServiceResponse):
            result = told.body.result
        is_command = isinstance(result, _COMMANDS)
        is_signed = result is not None and (self._settings.sign_synchronous_data or not is_command)
        if fault is not None and fault.effect in BODY_EFFECTS:
            body = self._bend(fault, document, asked.request_id.originator, is_signed=is_signed)
        else:
            body = self._sign_as_written(document) if is_signed else document
        if fault is None:
            return Reply(200, XML, body, code)
        leaves = now + timedelta(seconds=fault.seconds) if fault.effect == "delay" else None
        cuts = {"drop": Cut.DROP, "reset": Cut.RESET, "never-answer": Cut.HANG}
        return Reply(200, XML, body, code, leaves, cuts.get(fault.effect, Cut.NONE))

    def queue(self, transaction: Transaction, outbound: OutboundMessage) -> str:
        """Sign a message and queue it for its User, altered by a delivery fault if one is armed; return its id."""
        message = f"m{transaction.state.counts.messages + 1}"
        header = ResponseHeader(
            outbound.response_code,
            transaction.now,
            request_id=outbound.request_id,
            response_id=outbound.response_id,
        )
        user = transaction.state.users.get(outbound.user)
        told = self._for_version(header, outbound.body, self.versions.of(user))
        document, code = write_response(told), told.header.response_code
        device, request_id, response_id = (
            str(each) if each is not None else None
            for each in (outbound.device, outbound.request_id, outbound.response_id)
        )
        facts = {
            "srv": outbound.srv or "",
            "user": str(outbound.user),
            "device": device or "",
            "request_id": request_id or "",
            "message_kind": outbound.kind,
            "alert_code": outbound.alert_code or "",
        }
        found = transaction.find_fault("delivery", facts)
        fault = found.rule
        body = self._bend(fault, document, outbound.user, is_signed=True) if fault else self._sign_as_written(document)
        delay = fault.seconds if fault and fault.effect == "delay" else 0.0
        queued = MessageQueued(
            message=message,
            user=str(outbound.user),
            message_kind=outbound.kind,
            request_id=request_id,
            response_id=response_id,
            response_code=fault.code if fault and fault.effect == "code" else code,
            srv=outbound.srv,
            alert_code=outbound.alert_code,
            device=device,
            body=body,
            due=transaction.now + timedelta(seconds=delay),
        )
        transaction.emit(queued)
        transaction.record_fault(found, message)
        if fault and fault.effect == "duplicate":
            transaction.emit(msgspec.structs.replace(queued, message=f"m{transaction.state.counts.messages + 1}"))
        return message

    def device_alert(
        self,
        transaction: Transaction,
        user: Eui64,
        device: Eui64,
        code: str,
        counter: int,
        payload: bytes,
        throttled: tuple[int, int] | None = None,
    ) -> str:
        """Queue a device alert; the counter is the alert's own. Header: ResponseID only (DUIS guide, section 10).

        ``throttled`` is the number of the throttled alert and how many alerts it stands for.
        """
        sequence, count = throttled or (None, None)
        outbound = OutboundMessage(
            user,
            "device-alert",
            DeviceAlert(code, payload, sequence, count),
            response_id=RequestId(device, user, counter),
            alert_code=code,
            device=device,
        )
        return self.queue(transaction, outbound)

    def signed_within(self, element: Node) -> Node:
        """Return an element with its own signature, as a SMETS1 service provider makes it; the broker's key signs.

        The namespaces of the whole response are declared on the element when it is signed, so that it verifies both
        cut out of the response and by its own.
        """
        return node_of(parse(sign(write_element(element), self._signer)))

    def dcc_alert(self, transaction: Transaction, user: Eui64, alert: DccAlert, device: Eui64 | None) -> str:
        """Queue a DCC alert; the ACB is its originator, with a counter of its own."""
        counter = max(transaction.state.dcc_alert_counter + 1, int(transaction.now.timestamp() * 1000))
        outbound = OutboundMessage(
            user,
            "dcc-alert",
            alert,
            response_id=RequestId(self._pki.acb, user, counter),
            alert_code=alert.code,
            device=device,
        )
        return self.queue(transaction, outbound)


def _canonical_when_signed_within(document: bytes) -> bytes | None:
    """Return the canonical form of a document that a SMETS1 service provider signed in part; None for any other."""
    return canonical(parse(document)) if b"<ds:Signature" in document else None
