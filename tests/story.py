"""Entries of one scenario, told in order and made by hand: what a check is tried on."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from harness.checks import Finding, evidence_of, judge
from stubs.events import (
    ActionAsked,
    AnswerLate,
    AnyEvent,
    DeliveryFailed,
    DeviceAnswered,
    DeviceChanged,
    Entry,
    FaultApplied,
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
from stubs.wire.duis import RequestHeader, SignedPreCommand, write_request
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Cra, Group, Message, OtherInformation
from stubs.wire.request_id import RequestId

USER = "A0-B1-C2-D3-E4-01-00-00"
METER = "A0-B1-C2-D3-E4-99-00-01"
OTHER_METER = "A0-B1-C2-D3-E4-99-00-02"
ACB = "DC-C0-00-00-00-00-00-02"
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
READING = {"ActiveImportRegister": 1234567, "unit": "Wh"}


def request_id(counter: int, target: str = METER) -> str:
    return f"{USER}:{target}:{counter}"


class Story:
    """Entries of one scenario, told in order."""

    def __init__(self, devices: dict[str, str] | None = None) -> None:
        self.entries: list[Entry] = []
        self._exchange = 0
        premises = {"user": USER, "devices": devices or {"electricity meter": METER}}
        self.add(
            ScenarioStarted(
                scenario="SR-201", attempt=1, role="IS", title="t", scope="DUIS", priority="P1", srvs=(),
                feature="f", premises=premises,
            )
        )  # fmt: skip

    def add(self, *events: AnyEvent) -> Story:
        for event in events:
            seq = len(self.entries) + 1
            self.entries.append(Entry(seq=seq, at=NOW + timedelta(seconds=seq), event=event, hash=b""))
        return self

    def asked(self, service: str = "4.1.1", action: str = "a1", target: str = METER, **content: Any) -> Story:
        content = {"service": service, "target": target, "kind": "send", **content}
        return self.add(ActionAsked(scenario="SR-201", action=action, content=content))

    def claimed(self, status: str = "done", code: str = "I0", action: str = "a1", **content: Any) -> Story:
        content = {"status": status, "response_code": code, "values": {}, "messages_processed": 1} | content
        return self.add(OutcomeClaimed(scenario="SR-201", action=action, content=content))

    def posted(self, counter: int = 1, service: str = "send-command", *, body: bytes = b"", **accepted: Any) -> Story:
        self._exchange += 1
        name = f"x{self._exchange}"
        fields: dict[str, Any] = {"srv": "4.1.1", "command_variant": 1, "code": "I99", "target": METER} | accepted
        code = fields.pop("code")
        target = fields.pop("target")
        self.add(
            RequestReceived(exchange=name, service=service, peer="", content_type="", body=body or name.encode()),
            RequestAccepted(
                exchange=name, request_id=request_id(counter, target), user=USER, role="IS", device=target,
                signed_by="1", **fields,
            ),
            RequestAnswered(exchange=name, status=200, content_type="", body=b"", response_code=code),
        )  # fmt: skip
        return self

    def late(self, *, is_abandoned: bool = True) -> Story:
        return self.add(AnswerLate(exchange=f"x{self._exchange}", seconds=3.5, is_abandoned=is_abandoned))

    def refused(
        self, code: str | None, counter: int = 1, service: str = "send-command", srv: str = "4.1.1", status: int = 200
    ) -> Story:
        self._exchange += 1
        name = f"x{self._exchange}"
        return self.add(
            RequestReceived(exchange=name, service=service, peer="", content_type="", body=name.encode()),
            RequestRefused(
                exchange=name, rule="r", response_code=code, http_status=status, detail="d",
                request_id=request_id(counter), user=USER, srv=srv,
            ),
            RequestAnswered(exchange=name, status=status, content_type="", body=b"", response_code=code),
        )  # fmt: skip

    def device_answered(self, counter: int = 1, device: str = METER, **values: Any) -> Story:
        return self.add(
            DeviceAnswered(
                command="c1",
                request_id=request_id(counter, device),
                device=device,
                payload=b"",
                values=values or READING,
            )
        )

    def queued(
        self, counter: int = 1, code: str = "I0", kind: str = "response", alert: str | None = None, target: str = METER
    ) -> Story:
        self.message = f"m{len(self.entries)}"
        return self.add(
            MessageQueued(
                message=self.message, user=USER, message_kind=kind,
                request_id=request_id(counter, target) if kind == "response" else None, response_id=None,
                response_code=code, srv=None, alert_code=alert, device=target, body=b"", due=NOW,
            )
        )  # fmt: skip

    def delivered(self, attempt: int = 1) -> Story:
        return self.add(MessageDelivered(message=self.message, attempt=attempt, status=204))

    def undelivered(self, status: int | None, attempt: int = 1, reason: str = "reset") -> Story:
        return self.add(
            DeliveryFailed(message=self.message, attempt=attempt, status=status, reason=reason, next_attempt=None)
        )

    def bent(self, effect: str) -> Story:
        return self.add(FaultApplied(fault="f1", effect=effect, subject=self.message))

    def judged(self, check: str, **parameters: Any) -> Finding:
        evidence = evidence_of(self.entries, "SR-201", "IS", 1, len(self.entries))
        return judge(check, evidence, parameters)


def read() -> Story:
    """A reading from beginning to end."""
    return Story().asked().posted().device_answered().queued().delivered().claimed(values=READING)


KEY = ec.derive_private_key(7, ec.SECP256R1())


def pre_command(content: bytes = b"\x01\x02\x03", signature: bytes | None = None) -> Group:
    return Group(
        cra=Cra.COMMAND,
        counter=5,
        originator=Eui64.parse(USER),
        recipient=Eui64.parse(METER),
        date_time=b"",
        other=OtherInformation(0x0050, None, None, None, None),
        content=content,
        signature=signature,
    )


def critical(sent: Group, issued: Group | None = None) -> Story:
    header = RequestHeader(RequestId.parse(request_id(1)), 5, "7.2", "7.2")
    body = write_request(SignedPreCommand(header, Message(sent, None).to_bytes()))
    story = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    story.add(
        PreCommandIssued(
            request_id=request_id(1), srv="7.2", user=USER, device=METER, use_case="ECS43", message_code="0050",
            gbcs_version="4.1", payload=Message(issued or pre_command(), None).to_bytes(),
        )
    )  # fmt: skip
    return story.posted(srv="7.2", command_variant=5, body=body)


def taken(der: bytes) -> DeviceChanged:
    octets = base64.b64encode(der).decode()
    return DeviceChanged(device=METER, values={"own_certificates": [["DS", octets]]}, cause="")
