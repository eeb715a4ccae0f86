"""Checks of answers: they come, are acknowledged and understood, and count once and for the right request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import code as canonical
from harness.checks.evidence import ActionRecord, Evidence, Message
from harness.checks.registry import check
from harness.checks.requests import action_of, missing, unable, unreported, unsaid
from harness.checks.values import disagreements, only_missing
from harness.checks.verdict import Finding, Verdict, failed, passed, review, waiting
from stubs.events import DeviceSilent, FaultApplied

_ENDED_WELL = frozenset({"done", "attested"})
_ENDED_BADLY = frozenset({"failed", "refused", "timeout"})
"""Statuses of an outcome by which a party says that an action did not succeed."""


def final_code(evidence: Evidence, action: ActionRecord) -> tuple[str, tuple[int, ...]] | None:
    """The last response code the DCC gave for an action, asynchronous before synchronous; None while there is none."""
    responses = evidence.responses_of(action)
    if responses:
        return responses[-1].queued.response_code, (responses[-1].seq,)
    for exchange in reversed(evidence.exchanges_of(action)):
        if exchange.code:
            return exchange.code, exchange.references
    return None


def _with_code(messages: tuple[Message, ...], code: str) -> Message | None:
    return next((message for message in messages if message.queued.response_code == code), None)


@check(
    "response-received",
    rule="The response to an accepted request reaches the party's receive endpoint with the code it should carry",
    clause="DUIS, asynchronous responses",
)
def response_received(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A response with the expected code was handed to the party."""
    code = str(parameters.get("code", "I0"))
    expected = f"a response {code} at the party's receive endpoint"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    refused = next((exchange for exchange in evidence.exchanges_of(action) if exchange.refused), None)
    if refused is not None:
        return failed(expected, f"the request was refused with {refused.code}", *refused.references)
    responses = evidence.responses_of(action)
    message = _with_code(responses, code)
    if message is None:
        if responses:
            other = responses[-1]
            return failed(expected, f"a response {other.queued.response_code}", *other.references)
        # The party's claim does not end the wait here: the DCC may still answer after the party stopped listening.
        return unable(action, expected) or waiting(expected, "no response from the DCC")
    if message.deliveries:
        return passed(expected, f"delivered at attempt {message.deliveries[0][1].attempt}", *message.references)
    return waiting(expected, message.why_open, *message.references)


@check(
    "response-acknowledged",
    rule="The party acknowledges each response it receives with an HTTP status of the 200 family at the first attempt",
    clause="DUIS, receive response service; the DCC's public client answers 204",
    provenance="inferred",
)
def response_acknowledged(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Every response to the action got a 2xx, and none was turned away."""
    expected = "a 2xx for each response"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    responses = evidence.responses_of(action)
    for message in responses:
        refusal = next((event for _, event in message.failures if event.status is not None), None)
        if refusal is not None:
            return failed(expected, f"HTTP {refusal.status} at attempt {refusal.attempt}", *message.references)
    open_ones = [message for message in responses if not message.deliveries]
    if not responses or open_ones:
        got = open_ones[0].why_open if open_ones else "no response from the DCC"
        return unable(action, expected) or waiting(expected, got)
    statuses = ", ".join(f"HTTP {message.deliveries[0][1].status}" for message in responses)
    return passed(expected, statuses, *(reference for message in responses for reference in message.references))


@check(
    "outcome-agrees-with-response",
    rule="The party reports the response code it was given, and success only for an I code",
    clause="CTSD scope 3: process Response Codes",
    provenance="inferred",
)
def outcome_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party's claim and the code on the wire say the same."""
    expected = "the party's outcome and the response code on the wire agree"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    found = final_code(evidence, action)
    if found is None:
        return missing(action, expected, "no response code on the wire")
    code, references = found
    said = str(action.outcome.get("response_code", ""))
    open_finding = unsaid(action, expected, *references, data=said)
    if open_finding is not None:
        return open_finding
    is_success = code[:1] in {"I", "W"}
    got = f"the wire says {code}; the party says {said or 'no code'}, {action.status}"
    if (action.status in _ENDED_WELL) is not is_success or (said and canonical(said) != canonical(code)):
        return failed(expected, got, *references, action.claimed_seq)
    silence = unreported(action, expected, "which response code came", said, *references)
    if silence is not None:
        return silence
    return passed(expected, got, *references, action.claimed_seq)


@check(
    "completed-only-after-response",
    rule="I99 is an acknowledgement: a request to a device is complete only when its response has come",
    clause="DUIS, response code I99",
)
def completed_after_response(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party's claim of success came after the DCC sent the response."""
    expected = "success claimed only after the response"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    open_finding = unsaid(action, expected)
    if open_finding is not None:
        return open_finding
    claimed = action.claimed_seq
    if action.status != "done":
        return failed(expected, f"the party says {action.status}: {action.outcome.get('detail', '')}", claimed)
    before = [message for message in evidence.responses_of(action) if message.seq < claimed]
    if not before:
        return failed(expected, "success claimed with nothing but the acknowledgement", claimed)
    return passed(expected, "the response was sent first", before[-1].seq, claimed)


@check(
    "error-code-understood",
    rule="A party recognises an error code, known to it or not, and does not treat the request as done",
    clause="CTSD scope 3: process Response Codes",
)
def error_code_understood(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party names the code it was given and says that the request did not succeed."""
    code = str(parameters.get("code", ""))
    expected = f"the party reports {code or 'the refusal'} and no success"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    refusals = [str(one.code) for one in evidence.exchanges_of(action) if one.code and one.code[0] == "E"]
    code = code or next(iter(refusals), "E")
    said = str(action.outcome.get("response_code", ""))
    open_finding = unsaid(action, expected, data=said)
    if open_finding is not None:
        return open_finding
    codes = {message.queued.response_code: message.seq for message in evidence.responses_of(action)}
    codes |= {str(exchange.code): exchange.seq for exchange in evidence.exchanges_of(action) if exchange.code}
    got = f"the party says {said or 'no code'}, {action.status}"
    if code not in codes and not _was_bent(evidence):
        return waiting(expected, f"the wire shows no {code}", action.claimed_seq, amounts_to=Verdict.BLOCKED)
    if not said and action.status in _ENDED_BADLY:
        return review(expected, f"{got}; a person must look", action.claimed_seq, cause="did not say which code came")
    is_understood = canonical(said) == canonical(code) and action.status in (_ENDED_BADLY | {"attested"})
    finding = passed if is_understood else failed
    return finding(expected, got, *(codes[name] for name in codes if name == code), action.claimed_seq)


def _was_bent(evidence: Evidence) -> bool:
    return any(event.effect == "code" for _, event in evidence.of(FaultApplied))


@check(
    "device-never-answered-reported",
    rule="When a device never answers, the party says so and does not treat the request as done",
    clause="DUIS, response codes E20 and E21",
    provenance="inferred",
)
def silence_reported(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The device was silent, and the party's outcome is no success."""
    expected = "a silent device, and an outcome that is no success"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    silent = [seq for seq, event in evidence.of(DeviceSilent) if event.device == action.target]
    if not silent:
        return unable(action, expected) or waiting(expected, "the device was not silent", amounts_to=Verdict.BLOCKED)
    open_finding = unsaid(action, expected, *silent)
    if open_finding is not None:
        return open_finding
    finding = passed if action.status in _ENDED_BADLY else failed
    got = f"the party says {action.outcome.get('response_code') or 'no code'}, {action.status}"
    return finding(expected, got, *silent, action.claimed_seq)


@check(
    "correlated-by-request-id",
    rule="A response belongs to the request whose RequestID it carries, whatever the order of arrival",
    clause="DUIS, RequestID; CTSD catalogue, PT-009",
)
def correlated(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Each of the scenario's actions reports what its own device sent."""
    wanted = int(parameters.get("actions", 2))
    expected = f"{wanted} requests, each with what its own device sent"
    actions = [action for action in evidence.actions if action.service]
    references: list[int] = []
    for action in actions:
        open_finding = unsaid(action, expected, data=action.outcome.get("values"))
        if open_finding is not None and open_finding.is_final:
            return open_finding
        answers = evidence.answers_of(action)
        if action.claimed is None or not answers:
            continue
        silence = unreported(action, expected, "what it read", action.outcome.get("values"), answers[-1][0])
        if silence is not None:
            return silence
        difference = disagreements(answers[-1][1].values, action.outcome.get("values", {}))
        if only_missing(difference) and action.status == "done":
            got = f"the party's system did not say: {'; '.join(difference)}"
            return review(expected, got, answers[-1][0], action.claimed_seq)
        if difference:
            got = f"{action.service} to {action.target}: {'; '.join(difference)}"
            return failed(expected, got, answers[-1][0], action.claimed_seq)
        references += [answers[-1][0], action.claimed_seq]
    if len(references) >= 2 * wanted:
        return passed(expected, f"{len(references) // 2} outcomes agree with their own devices", *references)
    if len(actions) >= wanted and all(action.claimed for action in actions):
        return failed(expected, f"{len(references) // 2} outcomes could be compared", *references)
    return waiting(expected, f"{len(references) // 2} outcomes so far", *references)


@check(
    "duplicate-processed-once",
    rule="The same response twice is acknowledged twice and processed once",
    clause="DUIS, ResponseID; CTSD catalogue, PT-009",
)
def processed_once(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The response was handed over at least twice; the party counted one."""
    expected = "a response handed over twice, and one message processed"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    responses = evidence.responses_of(action)
    handed = [seq for message in responses for seq in message.references[1:]]
    if len(handed) < 2:
        return unable(action, expected) or waiting(
            expected, f"handed over {len(handed)} times", *handed, amounts_to=Verdict.BLOCKED
        )
    open_finding = unsaid(action, expected, *handed)
    if open_finding is not None:
        return open_finding
    count = int(action.outcome.get("messages_processed", 0))
    silence = unreported(action, expected, "how many messages it processed", count, *handed)
    if silence is not None:
        return silence
    finding = passed if count == 1 else failed
    return finding(expected, f"{count} processed, of {len(handed)} handed over", *handed, action.claimed_seq)


@check(
    "delivery-failed",
    rule="While the party's endpoint is down the DCC cannot deliver, and says so in its record",
    clause="CTSD catalogue, PT-010",
    provenance="inferred",
)
def delivery_failed(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """An attempt to deliver the action's response found nobody."""
    expected = "a response that finds nobody at the party's endpoint"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    for message in evidence.responses_of(action):
        if message.failures:
            return passed(expected, message.why_open, *message.references)
        if message.deliveries:
            return failed(expected, "delivered at once", *message.references)
    return unable(action, expected) or waiting(expected, "no response from the DCC")


@check(
    "delivered-after-retry",
    rule="A response that could not be delivered is delivered later, and the party still finishes its request",
    clause="CTSD catalogue, PT-010",
    provenance="inferred",
)
def delivered_after_retry(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """At least one attempt failed, a later one was acknowledged."""
    expected = "a failed delivery, then an acknowledged one"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    for message in evidence.responses_of(action):
        if message.failures and message.deliveries:
            attempt = message.deliveries[-1][1].attempt
            return passed(expected, f"acknowledged at attempt {attempt}", *message.references)
        if message.deliveries:
            return failed(expected, "delivered at once", *message.references)
        if message.failures:
            return waiting(expected, message.why_open, *message.references)
    return unable(action, expected) or waiting(expected, "no response from the DCC")
