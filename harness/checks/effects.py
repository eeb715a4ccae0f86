"""Checks of what a command leads to: the device's state follows the request, and what is read back shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from harness.checks.asked import unlike_told
from harness.checks.comparing import is_same, plain_name
from harness.checks.evidence import ActionRecord, Evidence, Message, read_answer
from harness.checks.registry import check
from harness.checks.requests import action_of, unable, unsaid, without_claim
from harness.checks.verdict import Finding, Verdict, failed, passed, review, waiting
from stubs.events import CommandSent, DeviceChanged
from stubs.wire.duis import LocalCommand, Node, OtherResult, Response, ServiceResponse


@check(
    "device-shows",
    rule="The device's state takes every value that the request commands",
    clause="GBCS use case of the service; CTSD catalogue, expected outcome of the service",
    provenance="inferred",
)
def device_shows(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Since the action was asked, fields of the device took the values, or came to hold them (``without``: let go)."""
    device, wanted = str(parameters["device"]), dict(parameters["fields"])
    expected = f"{device} shows {_words(wanted)}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    changes = [
        (seq, event.values) for seq, event in evidence.of(DeviceChanged) if event.device == device and seq > action.seq
    ]
    held = {name: found for name in wanted if (found := _last(changes, name)) is not None}
    open_ones = [name for name, value in wanted.items() if name not in held or not _shows(held[name][1], value)]
    if not open_ones:
        return passed(expected, "the same", *sorted({seq for seq, _ in held.values()}))
    got = "; ".join(f"{name} is {held[name][1]!r}" if name in held else f"{name} did not change" for name in open_ones)
    return unable(action, expected) or waiting(
        expected, got, *(seq for seq, _ in changes), amounts_to=unlike_told(evidence, [action])
    )


@check(
    "reading-shows",
    rule="What was set is what the device, or the DCC, sends when it is read, and what the party reports",
    clause="CTSD catalogue, expected outcome: read back",
    provenance="inferred",
)
def reading_shows(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The device's answer to the action, and the values in the party's outcome, hold every field."""
    wanted = dict(parameters["fields"])
    expected = f"the device sends and the party reports {_words(wanted)}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    sent = _sent(evidence, action)
    if sent is None:
        return unable(action, expected) or waiting(expected, "nothing was answered")
    seq, values = sent
    unsent = _lacking(values, wanted)
    if unsent:  # the simulated device's doing, not the party's
        return waiting(expected, f"the answer holds {unsent}", seq, amounts_to=Verdict.BLOCKED)
    silence = without_claim(action, expected, "what it read", action.outcome.get("values"), seq)
    if silence is not None:
        return silence
    reported = action.outcome.get("values", {})
    wrong = _lacking(reported, {name: value for name, value in wanted.items() if _said(reported, name)})
    if wrong:
        return failed(expected, f"the party reports {wrong}", seq, action.claimed_seq)
    lacking = _lacking(reported, wanted)
    if lacking:
        return review(expected, f"the party's system did not say: {lacking}", seq, action.claimed_seq)
    return passed(expected, "the same", seq, action.claimed_seq)


@check(
    "dcc-answer-agrees",
    rule="Every value of the DCC's answer to a service without a device is one that the party reports",
    clause="DUIS, response of the service",
    provenance="inferred",
)
def dcc_answer_agrees(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Each text in the DCC's answer stands, under its element's name, in the party's outcome."""
    expected = "every value of the DCC's answer"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answered = _answered(evidence, action)
    if answered is None:
        return unable(action, expected) or waiting(expected, "the DCC has not answered with values")
    seq, leaves = answered
    expected = ", ".join(f"{name} {text}" for name, text in leaves[:_SHOWN]) + (" …" if len(leaves) > _SHOWN else "")
    open_finding = unsaid(action, expected, seq, data=action.outcome.get("values"))
    if open_finding is not None:
        return open_finding
    reported = action.outcome.get("values", {})
    said = {name: _said(reported, name) for name, _ in leaves}
    lacking = [f"no {name} {text}" for name, text in leaves if not any(_holds(one, text) for one in said[name])]
    if not lacking:
        return passed(expected, "the same", seq, action.claimed_seq)
    if all(not said[name] for name, text in leaves if f"no {name} {text}" in lacking):
        got = f"the party's system did not say: {'; '.join(lacking[:_SHOWN])}"
        return review(expected, got, seq, action.claimed_seq)
    return failed(expected, "; ".join(lacking[:_SHOWN]), seq, action.claimed_seq)


@check(
    "device-failure-understood",
    rule="I0 says that the device answered: what the device says of its own work decides whether the request is done",
    clause="GBCS, responses; CTSD catalogue, RC-016",
    provenance="inferred",
)
def device_failure_understood(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """A device answered that it did not do it, and the party does not take the request for done."""
    expected = "the party says that the device did not do it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    answers = evidence.answers_of(action)
    if not answers:
        return unable(action, expected) or waiting(expected, "the device has not answered", amounts_to=Verdict.BLOCKED)
    open_finding = unsaid(action, expected, answers[-1][0])
    if open_finding is not None:
        return open_finding
    finding = passed if action.status in _NOT_DONE else failed
    return finding(expected, f"the party says {action.status}", answers[-1][0], action.claimed_seq)


@check(
    "device-untouched",
    rule="What was not sent reaches no device: no Command, and the state is what it was before",
    clause="SEC duties of a User on Pre-Commands; evidence of a negative test: state after equals state before",
    provenance="inferred",
)
def device_untouched(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Since the action was asked no Command went to the device, and no Command changed its state."""
    device = str(parameters["device"])
    expected = f"no Command to {device}, and no change of it"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    if action.claimed is None:
        return waiting(expected, "the party has not said what became of it")
    cannot = unable(action, expected)
    if cannot is not None:
        return cannot
    sent = [seq for seq, event in evidence.of(CommandSent) if event.device == device and seq > action.seq]
    if sent:
        return failed(expected, f"{len(sent)} Commands", *sent)
    return passed(expected, "no Command, and so no change", action.seq, action.claimed_seq)


@check(
    "device-still-has",
    rule="What was taken back, or refused, has not been done when its time has come",
    clause="CTSD catalogue, PT-004: no activation later",
    provenance="inferred",
)
def device_still_has(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """No change since the first action gave the field another value; an action was accepted before."""
    device, name, value = str(parameters["device"]), str(parameters["name"]), parameters["value"]
    expected = f"{name} of {device} is still {value}"
    if not any(exchange.accepted for exchange in evidence.exchanges):
        action = evidence.action(parameters.get("action"))
        cannot = unable(action, expected) if action else None
        return cannot or waiting(expected, "nothing was accepted", amounts_to=Verdict.BLOCKED)
    since = evidence.actions[0].seq
    others = [
        (seq, event.values[name])
        for seq, event in evidence.of(DeviceChanged)
        if event.device == device and name in event.values and seq > since and not is_same(event.values[name], value)
    ]
    references = [exchange.seq for exchange in evidence.exchanges]
    if others:
        return failed(expected, f"{name} became {others[0][1]!r}", others[0][0])
    return passed(expected, "it did not change", *references)


@check(
    "scheduled-readings-taken",
    rule="Every reading of a schedule is delivered to the party, with the schedule's number, and acknowledged",
    clause="DUIS, DSP scheduled message; CTSD catalogue, SR-307",
    provenance="inferred",
)
def scheduled_readings_taken(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """At least so many scheduled messages of the schedule were taken with a status of the 200 family."""
    schedule, count = str(parameters["schedule"]), int(parameters.get("count", 1))
    expected = f"{count} readings of schedule {schedule} taken"
    found = [message for message in evidence.messages if _scheduled(message) == schedule]
    refused = next((message for message in found for _, one in message.failures if one.status is not None), None)
    if refused is not None:
        return failed(expected, "a reading was turned away", *refused.references)
    taken = [message for message in found if message.deliveries]
    references = [seq for message in taken for seq in message.references]
    if len(taken) >= count:
        return passed(expected, f"{len(taken)} readings", *references)
    action = evidence.action(parameters.get("action"))
    cannot = unable(action, expected) if action else None
    return cannot or waiting(expected, f"{len(taken)} of {len(found)} readings", *references)


def _scheduled(message: Message) -> str:
    """The schedule whose reading a message holds; empty: it holds none."""
    response = read_answer(message.queued.body)
    body = response.body if response is not None else None
    if not isinstance(body, ServiceResponse) or not isinstance(body.result, OtherResult):
        return ""
    return body.result.node.get("DSPScheduleID") or ""


_SHOWN = 6
_NOT_DONE = frozenset({"failed", "refused"})


def schedule_in(response: Response) -> str:
    """Number of the schedule in the DCC's answer to 5.1; empty: it is another answer."""
    body = response.body
    if not isinstance(body, ServiceResponse) or body.srv != "5.1" or not isinstance(body.result, OtherResult):
        return ""
    return body.result.node.text.strip()


def local_command_in(response: Response) -> bytes:
    """The command for local delivery in the DCC's answer; empty: it holds none."""
    body = response.body
    is_local = isinstance(body, ServiceResponse) and isinstance(body.result, LocalCommand)
    return body.result.gbcs_payload if is_local else b""  # type: ignore[union-attr]  # just asked


def _answered(evidence: Evidence, action: ActionRecord) -> tuple[int, list[tuple[str, str]]] | None:
    """The newest answer of the DCC to the action that holds values, as element names and texts."""
    for exchange in reversed(evidence.exchanges_of(action)):
        response = read_answer(exchange.answered[1].body) if exchange.answered else None
        body = response.body if response is not None else None
        if exchange.answered and isinstance(body, ServiceResponse) and isinstance(body.result, OtherResult):
            return exchange.answered[0], list(_leaves(body.result.node))
    return None


def _leaves(node: Node) -> Iterator[tuple[str, str]]:
    if node.text.strip() and not node.children:
        yield node.name, node.text.strip()
    for child in node.children:
        yield from _leaves(child)


def _sent(evidence: Evidence, action: ActionRecord) -> tuple[int, Mapping[str, Any]] | None:
    """Return the values sent in answer to the action, by name: a device's, or the DCC's own."""
    answers = evidence.answers_of(action)
    if answers:
        return answers[-1][0], answers[-1][1].values
    answered = _answered(evidence, action)
    if answered is None:
        return None
    values: dict[str, list[str]] = {}
    for name, text in answered[1]:
        values.setdefault(name, []).append(text)
    return answered[0], values


def _words(wanted: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in wanted.items())


def _lacking(values: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Describe the values that stand in place of those wanted; empty when all are there."""
    found = {name: _said(values, name) for name in wanted}
    lacking = [name for name, value in wanted.items() if not any(_shows(one, value) for one in found[name])]
    return "; ".join(f"{name} {found[name][0]!r}" if found[name] else f"no {name}" for name in lacking)


def _last(changes: Sequence[tuple[int, Mapping[str, Any]]], name: str) -> tuple[int, Any] | None:
    """The newest value of a field, wherever in the changes it stands, and the entry it is in."""
    for seq, values in reversed(changes):
        found = list(_at(values, name))
        if found:
            return seq, found[-1]
    return None


def _at(value: object, name: str, spell: Callable[[str], str] = str) -> Iterator[Any]:
    """Every value of the name, at any depth; ``spell`` brings names to one spelling."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if spell(str(key)) == spell(name):
                yield inner
            yield from _at(inner, name, spell)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _at(inner, name, spell)


def _said(reported: object, name: str) -> list[Any]:
    """Return the values that a party reports under a name, however it spells the name."""
    return list(_at(reported, name, plain_name))


def _shows(found: Any, value: Any) -> bool:
    """Whether a field has the value, or holds it somewhere; ``without X``: holds it nowhere; empty: is empty."""
    text = str(value)
    if text.startswith("without "):
        return not _holds(found, text.removeprefix("without "))
    if value == "":
        return found in ("", [], (), {}, None)
    return _holds(found, value)


def _holds(found: Any, value: Any) -> bool:
    if isinstance(found, Mapping):
        return any(_holds(inner, value) for inner in found.values())
    if isinstance(found, list | tuple):
        return any(_holds(inner, value) for inner in found)
    return is_same(found, value)
