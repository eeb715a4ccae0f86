"""Implicit checks of what a party reports against what reached it: status, code, values, alerts, counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.checks.comparing import Difference, Kind, code, differences, identity, plain_name, request_id
from harness.checks.evidence import ActionRecord, Evidence, Message, read_answer
from harness.checks.implicit import not_applicable
from harness.checks.received import alert_values, is_sealed, is_success, payload_of, values_received
from harness.checks.registry import check
from harness.checks.verdict import Finding, failed, passed
from stubs.wire.duis import FutureDatedDeviceAlert, Response, ServiceResponse

_SAID = frozenset({"done", "acknowledged", "failed", "refused", "timeout"})
"""Statuses by which a party's system itself says how an action ended."""


def _claims(evidence: Evidence) -> Iterator[ActionRecord]:
    """Actions whose outcome the party's own system reported."""
    for action in evidence.actions:
        if action.claimed is not None and action.status in _SAID and not action.outcome.get("observed"):
            yield action


def usable(evidence: Evidence, action: ActionRecord) -> tuple[Message, ...]:
    """Responses to an action that were handed to the party, and that it may use."""
    return tuple(
        message
        for message in evidence.responses_of(action)
        if evidence.was_given(message, action) and evidence.is_trusted(message)
    )


def _is_kept_waiting(action: ActionRecord) -> bool:
    return action.asked.get("options", {}).get("wait") is False


@check(
    "outcome-follows-messages",
    rule="What a party says became of a request follows from the messages it was given: done only after a response "
    "that says so, refused only when it was, the code that came, and nothing the DCC did not say",
    clause="CTSD scope 3: process Response Codes; DUIS, response codes",
    implicit=True,
)
def outcome_follows(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """Status, code and RequestID of each claim against the wire."""
    expected = "each outcome as the messages say"
    references: list[int] = []
    for action in _claims(evidence):
        if action.asked.get("kind", "send") not in {"send", "collect"}:
            continue
        problem = _contradiction(evidence, action)
        if problem is not None:
            what, cause = problem
            got = f"{action.service or 'collect'} {action.target}: {what}"
            return failed(expected, got, action.seq, action.claimed_seq, cause=cause)
        references.append(action.claimed_seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} outcomes follow from the messages", *references)


def _contradiction(evidence: Evidence, action: ActionRecord) -> tuple[str, str] | None:
    """The first contradiction between a claim and the wire, and its kind."""
    said = code(action.outcome.get("response_code", ""))
    synchronous = [code(exchange.code) for exchange in evidence.exchanges_of(action) if evidence.is_answered(exchange)]
    coded = [exchange for exchange in evidence.exchanges_of(action) if exchange.code]
    is_bent = not all(evidence.is_answered(exchange) for exchange in coded)
    is_late = not all(evidence.is_answered_in_time(exchange) for exchange in coded)
    messages = usable(evidence, action)
    codes = synchronous + [
        code(message.code)
        for message in evidence.responses_of(action)
        if evidence.was_given(message, action) and evidence.is_of_the_dcc(message)
    ]
    named = request_id(action.outcome.get("request_id", ""))
    used = {request_id(one) for one in evidence.request_ids_of(action)}
    if named and used and named not in used:
        return f"the party names RequestID {named}, which it did not use", "RequestID"
    if is_bent:
        return None  # what a garbled answer means, checks of the scenario decide
    if is_late:
        return _of_late_answer(evidence, action, messages)
    if said and (said not in codes or (action.status == "done" and said != codes[-1])):
        shown = ", ".join(dict.fromkeys(codes)) or "none"
        return f"the party reports code {said}; given were {shown}", "response code"
    return _of_status(
        action,
        codes,
        has_message=bool(messages),
        is_asynchronous=_awaits(evidence, action),
        is_told_of_error=_is_told_of_error(evidence, action, synchronous),
        is_answered_at_once=any(
            one.accepted and one.received.service == "non-device" for one in evidence.exchanges_of(action)
        ),
        is_carried_out=_was_told_of_success(evidence, action, messages),
    )


def _of_late_answer(evidence: Evidence, action: ActionRecord, messages: Sequence[Message]) -> tuple[str, str] | None:
    """Contradict a claim although our answer left late: only where the party had acknowledged a success before."""
    taken = _acknowledged(action, messages)
    if action.status in {"failed", "timeout"} and _says_success_of_any(evidence, action, taken):
        return _success_as_failure(action, taken[-1].code)
    return None


def _acknowledged(action: ActionRecord, messages: Sequence[Message]) -> list[Message]:
    """The messages that the party had acknowledged before it reported."""
    return [one for one in messages if any(seq < action.claimed_seq for seq, _ in one.deliveries)]


def _success_as_failure(action: ActionRecord, last: str) -> tuple[str, str]:
    """The contradiction of a failure or time-out that is told although a response says success; ``last``: its code."""
    return f"the party says {action.status}; it had taken a response {last}", "success reported as failure"


def _is_early(evidence: Evidence, action: ActionRecord) -> bool:
    """Whether a time-out was reported long before the action's deadline: no clock ran out."""
    deadline = action.asked.get("deadline")
    if not isinstance(deadline, int | float):
        return False
    elapsed = (evidence.at(action.claimed_seq) - evidence.at(action.seq)).total_seconds()
    is_for_outcome = bool(action.asked.get("options", {}).get("wait_for_outcome"))
    return elapsed < deadline / 2 and not is_for_outcome


def _was_told_of_success(evidence: Evidence, action: ActionRecord, messages: Sequence[Message]) -> bool:
    """Whether the party had, before it reported, a response by which the device says that it did its work.

    It had one that it had acknowledged by then, and one of which its own report tells: a code that is no
    acknowledgement's, or values.
    """
    taken = _acknowledged(action, messages)
    if messages and action.status == "timeout" and _is_early(evidence, action):
        return True
    if action.asked.get("options", {}).get("wait_for_outcome"):
        return _tells_of_outcome(action, messages)
    told = code(action.outcome.get("response_code", ""))
    if bool(_worth_comparing(action)) or (told and told != _ACKNOWLEDGED):
        taken = [*taken, *(one for one in messages if code(one.code) == told or not told)]
    return _says_success_of_any(evidence, action, taken)


def _says_success_of_any(evidence: Evidence, action: ActionRecord, messages: Sequence[Message]) -> bool:
    sent = {event.payload: event.values for _, event in evidence.answers_of(action)}
    return any(_says_success(one, sent) for one in messages)


def _says_success(message: Message, sent: Mapping[bytes, Mapping[str, Any]]) -> bool:
    """Whether a device's answer is a success: as it stands, or, encrypted in part, since it holds what was read."""
    response = read_answer(message.queued.body)
    payload = payload_of(response)
    return is_success(response) or (payload is not None and is_sealed(payload) and bool(sent.get(payload)))


_EXECUTED = "8F66"


def _tells_of_outcome(action: ActionRecord, messages: Sequence[Message]) -> bool:
    """Whether a party that waits for a command's execution itself tells that it happened, and of nothing else."""
    bodies = [response.body for one in messages if (response := read_answer(one.queued.body)) is not None]
    results = [one.result for one in bodies if isinstance(one, ServiceResponse)]
    given = {code(one.code) for one in results if isinstance(one, FutureDatedDeviceAlert)}
    told = {code(one.get("code", "")) for one in action.outcome.get("alerts", []) if isinstance(one, Mapping)}
    return given == {_EXECUTED} and _EXECUTED in told


def _of_status(
    action: ActionRecord,
    codes: Sequence[str],
    *,
    has_message: bool,
    is_asynchronous: bool,
    is_carried_out: bool,
    is_answered_at_once: bool,
    is_told_of_error: bool,
) -> tuple[str, str] | None:
    is_error = [_is_error(one) for one in codes]
    match action.status:
        case "done" if not codes:
            return "the party says done; no answer reached it", "done without an answer"
        case "done" if is_error[-1]:
            return f"the party says done; the last code is {codes[-1]}", "error reported as success"
        case "done" if is_asynchronous and not has_message:
            return "the party says done; no usable response had reached it", "done without a response"
        case "acknowledged" if is_told_of_error:
            return f"the party says acknowledged; the last code is {codes[-1]}", "error reported as success"
        case "acknowledged" if is_asynchronous and has_message and not _is_kept_waiting(action):
            return "the party says acknowledged; a response had reached it", "response not taken into account"
        case "timeout" if is_told_of_error:
            return f"the party says timeout; it had been answered {codes[-1]}", "error reported as time-out"
        case "refused" if codes and not any(is_error):
            return f"the party says refused; the DCC answered {', '.join(codes)}", "success reported as refusal"
        case "failed" | "timeout" if is_answered_at_once and codes and not any(is_error):
            return f"the party says {action.status}; the DCC answered {codes[-1]}", "success reported as failure"
        case "failed" | "timeout" if is_carried_out and not any(is_error):
            return _success_as_failure(action, codes[-1])
        case _:
            pass
    return None


def _is_error(said: str) -> bool:
    return not said.startswith(("I", "W"))


def _is_told_of_error(evidence: Evidence, action: ActionRecord, synchronous: Sequence[str]) -> bool:
    """Whether the last thing the party certainly had before it reported is an error: an answer, or a response taken."""
    taken = [
        code(message.code)
        for message in usable(evidence, action)
        if any(seq < action.claimed_seq for seq in message.handed)
    ]
    told = [*synchronous, *taken]
    return bool(told) and _is_error(told[-1])


def _awaits(evidence: Evidence, action: ActionRecord) -> bool:
    """Whether the action's request is answered by a message: its last accepted one was merely acknowledged."""
    accepted = [exchange for exchange in evidence.exchanges_of(action) if exchange.accepted]
    return bool(accepted) and accepted[-1].received.service == "send-command"


@check(
    "values-as-received",
    rule="Every value a party reports stands in a message it was given for that request; nothing is scaled, shifted, "
    "mixed up, left out of a list or made up, and a refusal or a time-out has no values",
    clause="GBCS use case of the service; DUIS, results of Non-Device Services; uept docs drivers, values",
    implicit=True,
)
def values_as_received(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """The values of each claim against all messages of its request."""
    expected = "each reported value as it was received"
    references: list[int] = []
    for action in _claims(evidence):
        claimed = _worth_comparing(action)
        if not claimed:
            continue
        received = values_received(evidence, action)
        problem = _wrong(differences(received.values, claimed), is_whole=received.is_whole)
        if problem is not None:
            got = f"{action.service or 'collect'} {action.target}: {problem.words}"
            refs = (action.seq, *received.references, action.claimed_seq)
            return failed(expected, got, *refs, cause=f"{problem.kind}")
        stranger = _stranger(received.values, claimed, action) if received.is_whole else ""
        if stranger:
            got = f"{action.service or 'collect'} {action.target}: {stranger} is listed, no message names it"
            refs = (action.seq, *received.references, action.claimed_seq)
            return failed(expected, got, *refs, cause=Kind.INVENTED.value)
        references += [*received.references, action.claimed_seq]
    if not references:
        return not_applicable(expected)
    return passed(expected, "the values of the messages", *references)


def _stranger(received: Mapping[str, Any], claimed: Mapping[str, Any], action: ActionRecord) -> str:
    """An identity in a list of records that is told, which is neither in the messages nor in what was asked."""
    known = {*_identities(received), *_identities(action.asked)}
    lists = [value for value in claimed.values() if isinstance(value, list)]
    return next((one for rows in lists for one in _identities(rows) if one not in known), "")


def _identities(value: Any) -> Iterator[str]:
    """Every EUI-64 in a value of any shape, in canonical form."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _identities(one)
    elif isinstance(value, str) and _EUI64.fullmatch(found := identity(value)):
        yield found


_EUI64 = re.compile(r"[0-9A-F]{2}(-[0-9A-F]{2}){7}")

_FORMATTING = frozenset(map(plain_name, (
    "Multiplier", "Divisor", "UnitOfMeasure", "TrailingDigit", "ThresholdMultiplier", "ThresholdDivisor",
    "SummationFormatting", "MeteringDeviceType", "TrailingDigitAndTier", "TimeStatusCode",
)))  # fmt: skip
"""Attributes that say how an encrypted number is written: the journal's record of what was sent leaves them out."""

_OWN_NAMES = frozenset({"UTRN", "detail", "note"})
"""Names of values that a party knows without being told, such as the token it made."""


def _worth_comparing(action: ActionRecord) -> dict[str, Any]:
    values = action.outcome.get("values")
    if action.asked.get("kind", "send") not in {"send", "collect"} or not isinstance(values, Mapping):
        return {}
    own = {plain_name(name) for name in (*_OWN_NAMES, *action.asked.get("parameters", {}))}
    return {name: value for name, value in values.items() if plain_name(name) not in own}


def _wrong(found: Sequence[Difference], *, is_whole: bool) -> Difference | None:
    """The first difference that is a fault; what is merely not reported is none."""
    faults = [one for one in found if one.kind is not Kind.MISSING]
    if not is_whole:
        faults = [one for one in faults if one.kind is not Kind.INVENTED or plain_name(one.path) not in _FORMATTING]
    return faults[0] if faults else None


@check(
    "alerts-as-received",
    rule="A party reports each alert once, with the code and the device it came with, and none that did not come",
    clause="CTSD scope 3: process Alerts",
    implicit=True,
)
def alerts_as_received(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """The alerts of each claim against the alerts that were handed over."""
    expected = "each reported alert as it was received"
    given = [
        message
        for message in evidence.messages_of_all
        if message.queued.alert_code and evidence.was_given(message) and evidence.is_trusted(message)
    ]
    references: list[int] = []
    for action in _claims(evidence):
        told: list[Mapping[str, Any]] = []
        for alert in (one for one in action.outcome.get("alerts", []) if isinstance(one, Mapping)):
            told.append(alert)
            problem = _wrong_alert(alert, given) or _told_twice(told, given)
            if problem is not None:
                what, cause = problem
                return failed(expected, f"alert {what}", action.claimed_seq, cause=cause)
            references.append(action.claimed_seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} alerts as they came", *references)


def _wrong_alert(alert: Mapping[str, Any], given: Sequence[Message]) -> tuple[str, str] | None:
    """Describe how an alert that the party reports differs from those that came, with the kind of difference."""
    name, device = code(alert.get("code", "")), identity(alert.get("device", ""))
    if not name:
        return None
    came = [message for message in given if code(message.queued.alert_code) == name]
    if not came:
        return f"{name} is reported, none was handed over", "alert that did not come"
    kinds = {_KINDS.get(message.queued.message_kind, "") for message in came}
    kind = plain_name(alert.get("kind", ""))
    if kind in _KINDS.values() and kind not in kinds:
        return f"{name} is reported as one of kind {alert['kind']}, it is of kind {' or '.join(sorted(kinds))}", "kind"
    own = [message for message in came if not device or identity(message.queued.device) == device]
    if not own and kinds != {"dcc"}:
        return f"{name} is reported of {device}, it came from another device", "device of an alert"
    quoted = request_id(alert.get("response_id", ""))
    if quoted and all(message.queued.response_id for message in came):
        own = [message for message in came if request_id(message.queued.response_id) == quoted]
        # An alert of the DCC that names no device may be an earlier one, of another scenario: from and to the same.
        ends = {request_id(message.queued.response_id).rpartition(":")[0] for message in came}
        if not own and (kinds != {"dcc"} or quoted.rpartition(":")[0] not in ends):
            return f"{name} is reported under {quoted}, it did not come under that", "ResponseID of an alert"
    values = alert.get("values")
    if isinstance(values, Mapping) and values:
        found = [_wrong(differences(known, values), is_whole=True) for one in own if (known := alert_values(one))]
        problem = next(filter(None, found), None)
        if problem is not None and all(found):
            return f"{name}: {problem.words}", "value of an alert"
    return None


def _told_twice(told: Sequence[Mapping[str, Any]], given: Sequence[Message]) -> tuple[str, str] | None:
    """Whether the last alert told is one more than different ones came; one without code or identity may be any."""
    name, device = code(told[-1].get("code", "")), identity(told[-1].get("device", ""))
    quoted = request_id(told[-1].get("response_id", ""))
    same = [
        one
        for one in told
        if code(one.get("code", "")) == name and (not quoted or request_id(one.get("response_id", "")) == quoted)
    ]
    came = {
        _identity_of(message)
        for message in given
        if code(message.queued.alert_code) == name
        and (not quoted or request_id(message.queued.response_id or quoted) == quoted)
    }
    if name and came and len(same) > len(came):
        shown = f"{name} ({quoted or device})" if quoted or device else name
        return f"{shown} is reported {len(same)} times, {len(came)} came", "alert counted twice"
    return None


_KINDS = {"device-alert": "device", "dcc-alert": "dcc", "response": "futuredated"}
"""Kind of message in the journal to the kind of alert that docs/drivers.md names, spelled plainly."""


@check(
    "messages-counted-once",
    rule="A message counts once however often it is delivered, and one that may not be used does not count",
    clause="DUIS, ResponseID; delivery is at least once",
    implicit=True,
)
def counted_once(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """The number of messages a party says it took into account is not above that of different usable ones."""
    expected = "no more messages than came"
    references: list[int] = []
    for action in _claims(evidence):
        if action.asked.get("kind", "send") not in {"send", "collect"} or "messages_processed" not in action.outcome:
            continue
        different = {
            _identity_of(message)
            for message in evidence.responses_of(action)
            if evidence.was_given(message, action) and evidence.is_of_the_dcc(message)
        }
        # An answer in the HTTP exchange that is more than an acknowledgement may be counted or not.
        answers = [one for one in evidence.exchanges_of(action) if one.answered and one.code != _ACKNOWLEDGED]
        count = int(action.outcome["messages_processed"])
        if count > len(different) + len(answers):
            came = len(different) + len(answers)
            got = f"{count} messages counted for {action.service or 'a request'}, {came} different ones came"
            refs = [message.seq for message in evidence.responses_of(action)]
            return failed(expected, got, *refs, action.claimed_seq, cause="counted more than once")
        references.append(action.claimed_seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} counts within what came", *references)


_ACKNOWLEDGED = "I99"


def _identity_of(message: Message) -> tuple[str, str]:
    response = read_answer(message.queued.body)
    said = _instruction(response) or str(message.queued.response_code)  # E30 may follow the first answer, under its ID
    return str(message.queued.response_id or message.queued.message), said


def _instruction(response: Response | None) -> str:
    """Return what distinguishes the outcomes of one held command, which may share a ResponseID (DUIS guide, 9.2)."""
    if response is not None and isinstance(response.body, ServiceResponse):
        result = response.body.result
        if isinstance(result, FutureDatedDeviceAlert):
            return f"{result.code} {result.instruction}"
    return ""
