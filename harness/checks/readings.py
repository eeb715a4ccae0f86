"""Checks of values: what the party reports is what the device or the DCC sent, and the device is what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.checks.asked import unlike_told
from harness.checks.comparing import identity, is_same
from harness.checks.comparing import named as value_of
from harness.checks.evidence import Evidence, read_answer
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unable, without_claim
from harness.checks.values import disagreements, named, only_missing
from harness.checks.verdict import Finding, Verdict, failed, passed, review, waiting
from stubs.events import DeviceChanged, InventoryChanged
from stubs.wire.duis import Node, OtherResult, ServiceResponse


def _names(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in parameters.get("names", ()))


@check(
    "reading-agrees",
    rule="The values a party reports are those the device sent (the journal keeps what the device put into its answer "
    "before encrypting it, so that this can be judged without keys)",
    clause="GBCS use case of the service; DUIS, GBCS payload",
)
def reading_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Named values, or every number the device sent, agree with the party's outcome."""
    expected = "the values the device sent"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answers = evidence.answers_of(action)
    if not answers:
        return unable(action, expected) or waiting(expected, "the device has not answered")
    seq, answer = answers[-1]
    names = _names(parameters)
    compared = named(answer.values, names)
    expected = f"as the device sent: {compared}"
    if not compared or any(name not in answer.values for name in names):
        sent = ", ".join(answer.values) or "nothing"
        return waiting(expected, f"the device's answer holds {sent}", seq, amounts_to=Verdict.BLOCKED)
    silence = without_claim(action, expected, "what it read", action.outcome.get("values"), seq)
    if silence is not None:
        return silence
    difference = disagreements(answer.values, action.outcome.get("values", {}), names)
    if only_missing(difference) and action.status == "done":
        return review(expected, f"the party's system did not say: {'; '.join(difference)}", seq, action.claimed_seq)
    got = "; ".join(difference) or "the same values"
    return (failed if difference else passed)(expected, got, seq, action.claimed_seq)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


@check(
    "inventory-agrees",
    rule="The devices a party reports after reading the inventory are those in the DCC's answer, with their statuses",
    clause="DUIS, Read Inventory response",
)
def inventory_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Device IDs and SMI statuses of the answer are the ones the party reports."""
    expected = "the devices and statuses of the DCC's answer"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answered = [exchange.answered for exchange in evidence.exchanges_of(action) if exchange.answered]
    listed = _devices_in(answered[-1][1].body) if answered else {}
    if not listed:
        return missing(action, expected, "no inventory in the DCC's answer")
    wanted = str(parameters.get("device", ""))
    seq = answered[-1][0]
    if wanted and wanted not in listed:
        return waiting(f"{wanted} in the inventory", f"{', '.join(listed)}", seq, amounts_to=Verdict.BLOCKED)
    expected = ", ".join(f"{device} {status or 'without status'}" for device, status in listed.items())
    said = value_of(action.outcome.get("values", {}), "devices")
    silence = without_claim(action, expected, "which devices it found", said, seq)
    if silence is not None:
        return silence
    told = [one for one in said if isinstance(one, Mapping)] if isinstance(said, list) else []
    reported = {identity(value_of(one, "DeviceID", "")): value_of(one, "DeviceStatus") for one in told}
    got = ", ".join(f"{device} {status or 'without status'}" for device, status in reported.items()) or "no device"
    differing = [one for one in listed if reported.get(one) is not None and not is_same(listed[one], reported[one])]
    if reported.keys() != listed.keys() or len(told) != len(listed) or differing:
        return failed(expected, got, seq, action.claimed_seq)
    if any(status is None and listed[one] for one, status in reported.items()):
        return review(expected, f"the party's system did not say which statuses: {got}", seq, action.claimed_seq)
    return passed(expected, got, seq, action.claimed_seq)


def _devices_in(body: bytes) -> dict[str, str]:
    """Device ID (upper case) to SMI status of each device in a Read Inventory answer."""
    response = read_answer(body)
    if response is None or not isinstance(response.body, ServiceResponse):
        return {}
    if not isinstance(response.body.result, OtherResult):
        return {}
    found: dict[str, str] = {}
    for node in _walk(response.body.result.node):
        device = node.get("DeviceID")
        if device:
            found[identity(device)] = node.get("DeviceStatus") or node.get("SMIStatus") or ""
    return found


@check(
    "inventory-status-becomes",
    rule="The Smart Metering Inventory shows the status that the service leads to",
    clause="CTSD catalogue, Install and Commission rows; DUIS, Device Status",
    provenance="inferred",
)
def inventory_status_becomes(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The inventory's record of a device took the status (after the first action)."""
    device, status = str(parameters["device"]), str(parameters["status"])
    expected = f"{device} {status}"
    since = evidence.actions[0].seq if evidence.actions else 0
    changes = [
        (seq, str(event.values["DeviceStatus"]))
        for seq, event in evidence.of(InventoryChanged)
        if event.device == device and "DeviceStatus" in event.values and seq > since
    ]
    reached = next((seq for seq, found in changes if found == status), None)
    if reached is not None:
        return passed(expected, " -> ".join(found for _, found in changes), reached)
    got = " -> ".join(found for _, found in changes) or "no change of status"
    action = evidence.action(parameters.get("action"))
    cannot = unable(action, expected) if action else None
    amounts_to = unlike_told(evidence, evidence.sends)
    return cannot or waiting(expected, got, *(seq for seq, _ in changes), amounts_to=amounts_to)


@check(
    "device-state-becomes",
    rule="The device ends in the state that the service commands",
    clause="GBCS use case of the service",
)
def device_state_becomes(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A field of the simulated device took the value (after the first action)."""
    device, name, value = str(parameters["device"]), str(parameters["name"]), parameters["value"]
    expected = f"{name} of {device} is {value}"
    since = evidence.actions[0].seq if evidence.actions else 0
    seen = [
        (seq, event.values[name])
        for seq, event in evidence.of(DeviceChanged)
        if event.device == device and name in event.values and seq > since
    ]
    reached = next((seq for seq, found in seen if is_same(found, value)), None)
    if reached is not None:
        return passed(expected, f"{name} became {value}", reached)
    got = f"{name} became {seen[-1][1]!r}" if seen else f"{name} did not change"
    action = evidence.action(parameters.get("action"))
    cannot = unable(action, expected) if action else None
    amounts_to = unlike_told(evidence, evidence.sends)
    return cannot or waiting(expected, got, *(seq for seq, _ in seen), amounts_to=amounts_to)
