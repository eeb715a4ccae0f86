"""Checks of what the party posts: accepted, refused as meant, at the right service, with fresh counters, in measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.checks.evidence import ActionRecord, Evidence, Exchange
from harness.checks.registry import check
from harness.checks.verdict import Finding, Owner, Verdict, blocked, failed, not_run, passed, review, waiting
from harness.checks.whole_state import NOTES_OF_A_DEVICE, changes_without_another_cause, differences, whole_state
from schemas.load import CommandVariant, Service, Srv, command_variants, service_requests
from stubs.events import CommandSent
from stubs.wire.duis import SignedPreCommand
from stubs.wire.request_id import RequestId

_SIGNED_VARIANTS = frozenset({5, 6, 7})
_RESENDS = 4
"""Posts of one service for one action before it counts as flooding: a first one and three repeats (inferred)."""


def action_of(evidence: Evidence, parameters: Mapping[str, Any], expected: str) -> ActionRecord | Finding:
    """The action a check is about, or the finding that there is none."""
    record = evidence.action(parameters.get("action"))
    return record if record is not None else waiting(expected, "nothing was asked", amounts_to=Verdict.NOT_RUN)


def unable(action: ActionRecord, expected: str) -> Finding | None:
    """The finding when the party's system could not be asked at all; None when it could."""
    detail = str(action.outcome.get("detail", ""))
    if action.status == "blocked":
        return blocked(expected, f"the driver could not ask: {detail}", action.claimed_seq, owner=Owner.SETTINGS)
    if action.status == "unsupported":
        return not_run(expected, f"the driver does not support this action: {detail}", action.claimed_seq)
    return None


def unsaid(action: ActionRecord, expected: str, *references: int, data: object = None) -> Finding | None:
    """The finding while there is nothing to compare with the wire; None when the party said something comparable.

    ``data`` is what the check compares. A person may attest without naming it; an observed party says nothing.
    """
    if action.claimed is None:
        return waiting(expected, "the party has not said what became of it", *references)
    cannot = unable(action, expected)
    if cannot is not None:
        return cannot
    if action.status != "attested" or data:
        return None
    is_observed = bool(action.outcome.get("observed"))
    verdict = Verdict.REVIEW if is_observed else Verdict.ATTESTED
    detail = str(action.outcome.get("detail", "")) or "a person says so"
    return Finding(verdict, expected, detail, references=(*references, action.claimed_seq))


def unreported(action: ActionRecord, expected: str, what: str, data: object, *references: int) -> Finding | None:
    """Return REVIEW when the party reports ``done`` without the data of the answer; None when it reports some.

    A driver may report little: what it does not claim is never held against the party, and a person has to look. An
    empty list is a claim.
    """
    if action.status != "done" or data not in (None, "", {}, 0) or data is False:
        return None
    got = f"the party's system did not say {what}; a person must look"
    return review(expected, got, *references, action.claimed_seq, cause=f"did not say {what}")


def without_claim(action: ActionRecord, expected: str, what: str, data: object, *references: int) -> Finding | None:
    """The finding while the party has not told ``data``, in words ``what``: ``unsaid``, or else ``unreported``."""
    return unsaid(action, expected, *references, data=data) or unreported(action, expected, what, data, *references)


def missing(action: ActionRecord, expected: str, got: str, *references: int) -> Finding:
    """Nothing seen yet: waits while the party is at work, final once it has said that it is done."""
    cannot = unable(action, expected)
    if cannot is not None:
        return cannot
    if action.claimed is not None and action.status != "attested":
        return failed(expected, f"{got}; the party said {action.status!r}", action.claimed_seq, *references)
    return waiting(expected, got, *references)


def is_critical(srv: str) -> bool:
    """Whether the catalogue lists a service as critical; False for unknown ones."""
    row = service_requests().get(Srv(srv))
    return row is not None and row.is_critical


def variant_of(exchange: Exchange) -> int | None:
    """Command variant as the party wrote it; None when the body cannot be read."""
    if exchange.accepted:
        return exchange.accepted[1].command_variant
    return exchange.request.header.command_variant if exchange.request else None


def _is_last_stage(exchange: Exchange, srv: str) -> bool:
    return not is_critical(srv) or variant_of(exchange) in _SIGNED_VARIANTS


def _completes(exchange: Exchange, srv: str) -> bool:
    return exchange.accepted is not None and exchange.answered is not None and _is_last_stage(exchange, srv)


@check(
    "request-accepted",
    rule="A request that keeps every rule is accepted with I0 or I99; a critical one after its Signed Pre-Command",
    clause="DUIS, response codes I0 and I99",
)
def request_accepted(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The action's request passed every check of the gateway."""
    expected = "the request accepted with I0 or I99"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    expected = f"{action.service} accepted with I0 or I99"
    exchanges = evidence.exchanges_of(action)
    for index, exchange in enumerate(exchanges):
        if exchange.refused:
            if _repeats_what_was_not_answered(evidence, exchange, exchanges[:index]):
                continue
            refusal = exchange.refused[1]
            what = refusal.response_code or f"HTTP {refusal.http_status}"
            where = exchange.received.service
            return failed(
                expected, f"refused with {what} by {where}: {refusal.rule}: {refusal.detail}", *exchange.references
            )
        if _completes(exchange, action.service):
            code = exchange.code or "no code"
            finding = passed if code[:1] in {"I", "W"} else failed
            return finding(expected, f"answered {code}", *exchange.references)
    seen = [exchange.seq for exchange in exchanges]
    if seen:
        return missing(action, expected, "a Pre-Command was issued and no Signed Pre-Command came back", *seen)
    return missing(action, expected, "no request")


def _repeats_what_was_not_answered(evidence: Evidence, exchange: Exchange, earlier: Sequence[Exchange]) -> bool:
    """Whether a refused request is the repetition of an accepted one whose answer the party may never have had."""
    return exchange.request_id is not None and any(
        one.request_id == exchange.request_id
        and one.received.service == exchange.received.service
        and evidence.may_lack_answer(one)
        for one in earlier
    )


@check(
    "request-refused",
    rule="A request that breaks a rule is refused with that rule's response code",
    clause="DUIS, response codes; order of checks",
    provenance="inferred",
)
def request_refused(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The action's request met the refusal the scenario is about."""
    code = str(parameters.get("code", ""))
    expected = f"the request refused with {code or 'an error code'}"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    for exchange in evidence.exchanges_of(action):
        if exchange.code == code or (not code and exchange.code and exchange.code[0] == "E"):
            return passed(expected, f"{exchange.received.service} answered {exchange.code}", *exchange.references)
        if exchange.code is not None and exchange.code.startswith("E"):
            return failed(expected, f"refused with {exchange.code}", *exchange.references)
        if _completes(exchange, action.service):
            return failed(expected, f"accepted with {exchange.code}", *exchange.references)
    return missing(action, expected, "no request that shows it")


@check(
    "nothing-changed",
    rule="A refused request sends no Command and changes nothing, nor does one that the device failed to do",
    clause="Evidence of a negative test: state after equals state before",
    provenance="inferred",
)
def nothing_changed(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """After the refusal no Command followed, and every device and record of the home is what it was before.

    With ``accepted`` the DCC accepted the request, and the device did not do it.
    """
    if parameters.get("accepted"):
        return _failure_changed_nothing(evidence, parameters)
    expected = "a refusal, no Command after it, and every device and record of the inventory as before"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    refusals = [exchange for exchange in evidence.exchanges_of(action) if exchange.code and exchange.code[0] == "E"]
    if not refusals:
        return missing(action, expected, "no refusal")
    wanted, first = frozenset(evidence.request_ids_of(action)), refusals[0].seq
    commands = [seq for seq, event in evidence.of(CommandSent) if event.request_id in wanted]
    changes = changes_without_another_cause(evidence, first, wanted)
    before, after = whole_state(evidence, first), whole_state(evidence, evidence.entries[-1].seq)
    told = list(differences(before, after))
    if commands or changes:
        got = f"{len(commands)} Commands and {len(changes)} changes: {', '.join(told[:_SHOWN]) or 'to the same values'}"
        return failed(expected, got, *commands, *changes)
    meanwhile = f"; other causes changed {', '.join(told[:_SHOWN])}" if told else ""
    got = f"refused with {refusals[0].code}; {before.words} before and after: {before.digest[:16]}{meanwhile}"
    return passed(expected, got, *refusals[0].references)


def _failure_changed_nothing(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Since the accepted request nothing in the home changed by it but what a device notes of every command."""
    expected = "an accepted request, and every device and record of the inventory as before but for counters and logs"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    accepted = [exchange for exchange in evidence.exchanges_of(action) if exchange.accepted]
    if not accepted:
        return missing(action, expected, "nothing was accepted")
    first, wanted = accepted[0].seq, frozenset(evidence.request_ids_of(action))
    changes = changes_without_another_cause(evidence, first, wanted, notes=NOTES_OF_A_DEVICE)
    before, after = whole_state(evidence, first), whole_state(evidence, evidence.entries[-1].seq)
    told = [one for one in differences(before, after) if one.partition(" ")[0] not in NOTES_OF_A_DEVICE]
    if changes:
        return failed(expected, f"{len(changes)} changes: {', '.join(told[:_SHOWN]) or 'to the same values'}", *changes)
    meanwhile = f"; other causes changed {', '.join(told[:_SHOWN])}" if told else ""
    got = f"{before.words} compared, before and after{meanwhile}"
    return passed(expected, got, *accepted[0].references)


_SHOWN = 5
"""Differences that a finding names."""


@check(
    "service-matches-variant",
    rule="Each request goes to the service its command variant belongs to: 4 to transform, 1, 3, 5 and 7 to "
    "send-command, 2, 6 and 8 to non-device",
    clause="DUIS, Command Variant table",
)
def service_matches_variant(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """Every POST of the action went where its command variant belongs."""
    expected = "each request at the service of its command variant"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    exchanges = evidence.exchanges_of(action)
    posted: list[str] = []
    for exchange in exchanges:
        row = command_variants().get(CommandVariant(variant_of(exchange) or 0))
        if row is None:
            return failed(expected, "a request without a known command variant", *exchange.references)
        if Service(exchange.received.service) is not row.service:
            got = f"command variant {row.cv} of {exchange.srv} at {exchange.received.service}, not {row.service}"
            return failed(expected, got, *exchange.references)
        posted.append(f"{row.cv} at {row.service}")
    if any(_is_last_stage(exchange, action.service) for exchange in exchanges):
        return passed(expected, "command variant " + ", ".join(posted), *(exchange.seq for exchange in exchanges))
    return missing(action, expected, "no request, or no Signed Pre-Command yet")


@check(
    "counters-increase",
    rule="The counter of a RequestID rises with every new request of an originator; only a Signed Pre-Command may "
    "repeat the RequestID of its own transform",
    clause="DUIS, RequestID; per originator is inferred",
)
def counters_increase(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """No RequestID is used for two requests, and counters rise, over all requests of the scenario."""
    wanted = int(parameters.get("requests", 2))
    expected = f"at least {wanted} requests, each with a higher counter than the one before"
    problem = falling_counter(evidence)
    if problem is not None:
        return failed(expected, problem[0], *problem[1])
    first_uses: dict[str, int] = {}
    for exchange in evidence.exchanges:
        if exchange.request_id is not None:
            first_uses.setdefault(exchange.request_id.upper(), exchange.seq)
    references = list(first_uses.values())
    got = f"{len(first_uses)} different RequestIDs, rising"
    if len(first_uses) >= wanted:
        return passed(expected, got, *references)
    action = evidence.action(None)
    return missing(action, expected, got, *references) if action else waiting(expected, "nothing was asked")


def falling_counter(evidence: Evidence) -> tuple[str, tuple[int, ...]] | None:
    """The first counter that is used for a second request or does not rise, with its entries; None when all rise."""
    bodies: dict[str, list[Exchange]] = {}
    highest = -1
    for exchange in evidence.exchanges:
        if exchange.request_id is None:
            continue
        earlier = bodies.setdefault(exchange.request_id.upper(), [])
        counter = RequestId.parse(exchange.request_id).counter
        if earlier and not _may_repeat(evidence, earlier, exchange):
            return f"counter {counter} used again", (earlier[0].seq, exchange.seq)
        if not earlier and counter <= highest:
            return f"counter {counter} after {highest}", (exchange.seq,)
        earlier.append(exchange)
        highest = max(highest, counter)
    return None


def _may_repeat(evidence: Evidence, earlier: list[Exchange], again: Exchange) -> bool:
    if any(exchange.received.body == again.received.body for exchange in earlier):
        return True  # the same bytes once more: a repeat after a broken connection, not a new request
    is_unanswered = not any(evidence.is_answered_in_time(exchange) for exchange in earlier)
    if is_unanswered and again.request is not None and any(one.request == again.request for one in earlier):
        return True  # the same document, signed anew
    is_first_signed = not any(isinstance(exchange.request, SignedPreCommand) for exchange in earlier)
    return isinstance(again.request, SignedPreCommand) and is_first_signed


@check(
    "retries-bounded",
    rule="A party does not flood the DCC: after a refusal or an error it stops or backs off after a few attempts",
    clause="CTSD catalogue, PT-011 and RC family: no blind retry",
    provenance="inferred",
)
def retries_bounded(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The party gave up after at most ``limit`` posts of one kind for one action."""
    limit = int(parameters.get("limit", _RESENDS))
    expected = f"at most {limit} posts of one request, then an end"
    action = action_of(evidence, parameters, expected)
    if isinstance(action, Finding):
        return action
    exchanges = evidence.exchanges_of(action)
    posts = Counter((exchange.received.service, variant_of(exchange)) for exchange in exchanges)
    most = max(posts.values(), default=0)
    references = [exchange.seq for exchange in exchanges[:10]]
    if most > limit:
        return failed(expected, f"{most} posts so far", *references)
    cannot = unable(action, expected)
    if cannot is not None:
        return cannot
    if not exchanges:
        return missing(action, expected, "no request")
    if action.claimed is None:
        return waiting(expected, f"{most} posts, and the party is still at work", *references)
    if action.status == "attested":  # nobody knows whether the party is still at work: the time that passed decides
        return waiting(expected, f"{most} posts", *references, amounts_to=Verdict.PASS)
    return passed(expected, f"{most} posts, then the party said {action.status!r}", *references, action.claimed_seq)
