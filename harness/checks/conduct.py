"""Implicit checks of how a party behaves on the wire: services, signatures, acknowledgements, trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from harness.checks.critical import altered, own_signature_problem
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.implicit import not_applicable
from harness.checks.registry import check
from harness.checks.requests import falling_counter, variant_of
from harness.checks.verdict import Finding, Owner, failed, passed, review
from schemas.load import CommandVariant, Service, command_variants
from stubs.events import ControlUsed
from stubs.wire.duis import SignedPreCommand


def _deviating(action: ActionRecord) -> bool:
    """Whether the action asks to deviate on purpose in variant or service."""
    return bool(set(action.asked.get("options", {})) & {"command_variant", "post_to", "request_target"})


@check(
    "posts-at-right-service",
    rule="Every request goes to the service its command variant belongs to",
    clause="DUIS, Command Variant table",
    implicit=True,
)
def at_right_service(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """All posts of actions that do not ask for a deviation."""
    expected = "each post at the service of its command variant"
    references: list[int] = []
    for action in evidence.sends:
        if _deviating(action):
            continue
        for exchange in evidence.exchanges_of(action):
            row = command_variants().get(CommandVariant(variant_of(exchange) or 0))
            if row is not None and Service(exchange.received.service) is not row.service:
                got = f"command variant {row.cv} of {exchange.srv} at {exchange.received.service}, not {row.service}"
                return failed(expected, got, action.seq, exchange.seq, cause="service")
            references.append(exchange.seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} posts", *references)


@check(
    "counters-never-fall",
    rule="The counter of a RequestID rises with every new request of an originator",
    clause="DUIS, RequestID; per originator is inferred",
    implicit=True,
)
def counters_never_fall(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """All requests of the scenario."""
    expected = "each new request with a higher counter"
    problem = falling_counter(evidence)
    if problem is not None:
        got, references = problem
        return failed(expected, got, *references, cause="counter")
    references = tuple(exchange.seq for exchange in evidence.exchanges)
    return passed(expected, f"{len(references)} posts", *references) if references else not_applicable(expected)


@check(
    "commands-signed-as-issued",
    rule="Every Signed Pre-Command is one that was issued, unaltered but for its signature, signed with the party's "
    "own digital signing key",
    clause="SEC duties of a User on Pre-Commands; GBCS, command signature",
    implicit=True,
)
def commands_as_issued(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """All Signed Pre-Commands of the scenario."""
    expected = "each Signed Pre-Command as issued, under the party's own key"
    references: list[int] = []
    for exchange in evidence.exchanges:
        if not isinstance(exchange.request, SignedPreCommand):
            continue
        problem = altered(evidence, exchange) or own_signature_problem(evidence, exchange)
        if problem:
            return failed(expected, problem, *exchange.references, cause="Signed Pre-Command")
        references.append(exchange.seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} Signed Pre-Commands", *references)


@check(
    "messages-acknowledged",
    rule="The party acknowledges every message it may use with a status of the 200 family, the first time it gets it",
    clause="DUIS, receive response service; the DCC's public client answers 204",
    provenance="inferred",
    implicit=True,
)
def acknowledged(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """All responses and alerts that reached the party and are as the DCC made them."""
    expected = "a 2xx for each message"
    references: list[int] = []
    for message in evidence.messages:
        if not evidence.is_trusted(message) or "code" in evidence.bent.get(message.queued.message, ()):
            continue
        refusal = next((event for _, event in message.failures if event.status is not None), None)
        if refusal is not None:
            what = message.queued.alert_code or message.queued.srv
            got = f"HTTP {refusal.status} to {message.queued.message_kind} {what} at attempt {refusal.attempt}"
            return failed(expected, got, *message.references, cause=f"HTTP {refusal.status}")
        references += message.handed
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} messages acknowledged", *references)


@check(
    "untrusted-not-used",
    rule="A party takes nothing from a message that is not the DCC's and the device's own: unsigned, wrongly signed, "
    "altered, or of another exchange",
    clause="DUIS, XML signature of Responses; GBCS, MAC, signature, originator, recipient and counter",
    implicit=True,
)
def untrusted_not_used(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """Check that no request with untrusted answers only is reported done, and that no forged alert is reported."""
    expected = "nothing taken from a message that cannot be trusted"
    references: list[int] = []
    for action in evidence.actions:
        if action.claimed is None or action.asked.get("kind", "send") not in {"send", "collect"}:
            continue
        responses = [message for message in evidence.responses_of(action) if evidence.was_given(message)]
        forged = [message for message in responses if not evidence.is_trusted(message)]
        if not forged:
            continue
        effects = sorted({one for message in forged for one in evidence.bent[message.queued.message]})
        is_used = len(forged) == len(responses) and (action.status == "done" or _has_values(action))
        if is_used:
            got = f"of a message bent by {', '.join(effects)} the party says {action.status}"
            return failed(expected, got, *forged[0].references, action.claimed_seq, cause=", ".join(effects))
        references += [forged[0].seq, action.claimed_seq]
    if not references:
        return not_applicable(expected)
    return passed(expected, "nothing was taken from them", *references)


def _has_values(action: ActionRecord) -> bool:
    return bool(action.outcome.get("values"))


@check(
    "moved-by-scenario-only",
    rule="During a scenario nothing but the scenario moves the simulated world: no hand at the live page, no other "
    "program",
    clause="Evidence: who moved the world",
    provenance="inferred",
    implicit=True,
)
def moved_by_scenario_only(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """A hand from outside makes it a matter for a person to look at, whatever else was found."""
    expected = "a world that only the scenario moves"
    hands = [(seq, event) for seq, event in evidence.of(ControlUsed) if event.origin != "scenario"]
    if not hands:
        return not_applicable(expected)
    got = "; ".join(f"{event.operation} by {event.origin}" for _, event in hands[:5])
    references = [seq for seq, _ in hands]
    return replace(review(expected, got, *references, cause="a hand from outside"), named_owner=Owner.SETTINGS)
