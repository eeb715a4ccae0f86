"""Conclusions of a User from the messages that came for a request, and from alerts: status, code, values."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness.drivers.action import OutcomeStatus
from harness.drivers.reference.checking import CheckedResponse
from harness.drivers.reference.decoding import DeviceMessages
from harness.drivers.reference.policy import Policy
from harness.drivers.reference.posting import is_error
from schemas.load import ResponseCode, response_codes
from stubs.wire import Eui64, PeerError, RequestId
from stubs.wire.duis import (
    DccAlert,
    DeviceAlert,
    FutureDatedDeviceAlert,
    GbcsPayload,
    LocalCommand,
    Node,
    OtherResult,
    Response,
    Result,
    ServiceResponse,
)

_LISTS = {"DSPInventory": ("Device", "devices"), "DSPWANMatrix": ("DSPWANMatrixResponse", "coverage")}
"""Results that are lists: the repeated element, and the name of the list in an outcome's values."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """End of a request, as the client sees it."""

    status: OutcomeStatus
    detail: str
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def is_final(messages: Sequence[CheckedResponse], *, with_outcome: bool) -> bool:
    """Whether enough has come: an error, or the device's answer, and its later outcome if that is asked for."""
    results = [_result(message.response) for message in messages]
    if any(is_error(message.response.header.response_code) for message in messages):
        return True
    answered = any(result is not None and not isinstance(result, FutureDatedDeviceAlert) for result in results)
    has_outcome = any(isinstance(result, FutureDatedDeviceAlert) for result in results)
    return answered and (has_outcome or not with_outcome)


def _result(response: Response) -> Result:
    return response.body.result if isinstance(response.body, ServiceResponse) else None


def meaning(code: str) -> str:
    """A response code in words; says so where no meaning is public."""
    row = response_codes().get(ResponseCode(code))
    if row is None:
        return f"{code}, which is not a listed response code"
    return f"{code} ({row.meaning})" if row.meaning else f"{code}, whose meaning is not public"


def conclude(
    messages: Sequence[CheckedResponse], request_id: RequestId, srv: str, devices: DeviceMessages, policy: Policy
) -> Conclusion:
    """Conclude from the asynchronous messages of one request; the last one decides."""
    if not messages:
        return Conclusion("timeout", "no acceptable response came before the deadline")
    conclusion = Conclusion("timeout", "the response to the request did not come before the deadline")
    for message in messages:
        header, result = message.response.header, _result(message.response)
        if is_error(header.response_code):
            if policy.honour_error_codes:
                detail = f"the DCC reports {meaning(header.response_code)}"
                return Conclusion("failed", detail, header.response_code)
            conclusion = Conclusion("done", "the response came", "I0")
        elif result is not None and not isinstance(result, FutureDatedDeviceAlert):
            try:
                values, is_success = result_values(result, header.request_id or request_id, srv, devices)
            except PeerError as error:
                return Conclusion("failed", f"the response cannot be used: {error}", header.response_code)
            conclusion = Conclusion("done", "the response came", header.response_code, values)
            if not is_success:
                detail = "the device reports that it did not carry the command out"
                conclusion = Conclusion("failed", detail, header.response_code, values)
    return conclusion


def result_values(
    result: Result, request_id: RequestId, srv: str, devices: DeviceMessages
) -> tuple[dict[str, Any], bool]:
    """Named values of a result, and whether it reports success.

    Raises: PeerError: a device's message that is not the answer to this request, or cannot be read.
    """
    match result:
        case GbcsPayload():
            answer = devices.response(result.payload, request_id, srv)
            return answer.values, answer.is_success
        case LocalCommand():
            return {"LocalCommand": result.gbcs_payload.hex().upper()}, True
        case OtherResult() if result.node.name in _LISTS:
            element, name = _LISTS[result.node.name]
            beside = msgspec.structs.replace(
                result.node, children=tuple(child for child in result.node.children if child.name != element)
            )
            return {**leaves(beside), name: [leaves(item) for item in result.node.all(element)]}, True
        case OtherResult() if (text := result.node.get("GBCSPayload")) is not None:
            answer = devices.response(base64.b64decode("".join(text.split())), request_id, srv)
            others = {name: value for name, value in leaves(result.node).items() if name != "GBCSPayload"}
            return answer.values | others, answer.is_success
        case OtherResult():
            return leaves(result.node) or {result.node.name: result.node.text.strip()}, True
    return {}, True


def leaves(node: Node) -> dict[str, str]:
    """Texts of the elements without children, by name; of elements with the same name the last."""
    found: dict[str, str] = {}
    for child in node.children:
        found |= leaves(child) if child.children else {child.name: child.text.strip()}
    return found


def alert_item(response: Response, devices: DeviceMessages) -> dict[str, Any]:
    """One alert as an outcome lists it: kind, code, device, response_id, values, verified, and a problem if any."""
    response_id = response.header.response_id
    item: dict[str, Any] = {
        "kind": "device",
        "code": "",
        "device": "",
        "response_id": str(response_id or ""),
        "values": {},
        "verified": True,
    }
    sender = response_id.originator if response_id else None
    match response.body:
        case DccAlert() as alert:
            item |= {
                "kind": "dcc",
                "code": alert.code,
                "values": {"structure": alert.content.name, **leaves(alert.content)},
            }
            item["device"] = next((value for key, value in item["values"].items() if key.endswith("DeviceID")), "")
        case DeviceAlert() as alert:
            item |= {"code": alert.alert_code, "device": str(sender or "")}
            item |= _checked(alert.gbcs_payload, alert.alert_code, sender, devices)
        case ServiceResponse(result=FutureDatedDeviceAlert() as outcome):
            item |= {"kind": "future-dated", "code": outcome.code, "device": str(sender or "")}
            item |= _checked(outcome.gbcs_payload, outcome.code, sender, devices)
    return item


def _checked(payload: bytes, code: str, sender: Eui64 | None, devices: DeviceMessages) -> dict[str, Any]:
    try:
        return {"values": devices.alert(payload, code, sender)}
    except PeerError as error:
        return {"verified": False, "problem": str(error)}
