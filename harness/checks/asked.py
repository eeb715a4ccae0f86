"""Implicit checks of what was sent against what was asked: every parameter, one request for one action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from harness.checks.asked_anew import KNOWN, asked_anew
from harness.checks.comparing import compare, identity, is_same, moment, request_id
from harness.checks.evidence import ActionRecord, Evidence, Exchange
from harness.checks.implicit import not_applicable
from harness.checks.received import was_carried_out
from harness.checks.registry import check
from harness.checks.verdict import Finding, Owner, Verdict, failed, passed, review
from schemas.load import ServiceRequestRow, Srv, request_bodies, service_requests
from stubs.wire.duis import Node, ServiceRequest
from stubs.wire.errors import PeerError
from stubs.wire.utrn import read as read_token

AMOUNT, TOKEN = "amount_pence", "UTRN"
"""Parameters of a top-up: the amount that the party makes a token of, or the token."""

_ALIASES: Mapping[str, str] = {"action": "RequestType", "mode": "PaymentMode"}
"""Short names of parameters that docs/drivers.md lists."""
_BRANCHES: Mapping[str, Mapping[str, str]] = {
    "1.5": {"Prepayment": "PrepaymentMode", "Credit": "CreditMode"},
    "1.6": {"Prepayment": "Prepayment", "Credit": "Credit"},
}
"""Services in which PaymentMode is no element but decides which one the request holds (DUIS schema)."""
_NOW = "CurrentDateTime"
_SKEW = 60.0
"""Seconds a party's clock, or the time from making a request to its arrival, may make of a difference (inferred)."""
_EXECUTION = "ExecutionDateTime"
_TRANSFORM, _NON_DEVICE = 4, 8
"""Command Variants (DUIS, Command Variant table)."""
_WORDINGS = frozenset({"SupplierMessage", "SupplierName", "AdditionalInformation"})
"""Parameters that people read: every letter and space is compared."""


def own_requests(evidence: Evidence, action: ActionRecord) -> list[tuple[Exchange, ServiceRequest]]:
    """The Service Requests of an action, in order of arrival; Signed Pre-Commands and what is unreadable left out."""
    return [
        (exchange, exchange.request)
        for exchange in evidence.exchanges_of(action)
        if isinstance(exchange.request, ServiceRequest)
    ]


@check(
    "request-as-asked",
    rule="A request says what was asked for: its service, device, User and every value, by the meaning of the field; "
    "it is dated when a date was asked and not when none was",
    clause="DUIS, bodies of Service Requests; uept docs drivers, parameters",
    implicit=True,
)
def request_as_asked(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """Every Service Request of the party against the action it belongs to."""
    expected = "each request as it was asked for"
    references: list[int] = []
    for action in evidence.sends:
        for exchange, request in own_requests(evidence, action):
            problem = next(_differences(action, request, _at(evidence, exchange.seq)), None)
            if problem is not None:
                what, cause = problem
                got = f"{action.service} to {action.target or 'the DCC'}: {what}"
                return failed(expected, got, action.seq, exchange.seq, cause=cause)
            references += [action.seq, exchange.seq]
        misdirected = _misdirected(evidence, action)
        if misdirected is not None:
            addressed = (misdirected.request_id or ":?:").split(":")[1]
            got = f"{action.service} was asked for {action.target}; it was sent to {addressed}"
            return failed(expected, got, action.seq, misdirected.seq, cause="device")
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references) // 2} requests as asked", *references)


def unlike_told(evidence: Evidence, actions: Iterable[ActionRecord]) -> Verdict:
    """Return the verdict when the simulated world is not in the state to which these actions lead.

    BLOCKED, ours, where every request says what was asked and was accepted, and carried out where a device had to.
    FAIL where one does not, or never came.
    """
    return Verdict.BLOCKED if all(_is_kept(evidence, action) for action in actions) else Verdict.FAIL


def _is_kept(evidence: Evidence, action: ActionRecord) -> bool:
    requests = own_requests(evidence, action)
    if not requests or not all(exchange.accepted for exchange, _ in requests):
        return False
    if any(next(_differences(action, one, _at(evidence, exchange.seq)), None) for exchange, one in requests):
        return False
    return requests[-1][0].received.service == "non-device" or was_carried_out(evidence, action)


def _at(evidence: Evidence, seq: int) -> datetime | None:
    return next((entry.at for entry in evidence.entries if entry.seq == seq), None)


def _misdirected(evidence: Evidence, action: ActionRecord) -> Exchange | None:
    """A request for the action's service to a device that no action asked it for, while its own never came."""
    if not action.target or evidence.exchanges_of(action):
        return None
    asked = {identity(other.target) for other in evidence.sends if other.service == action.service}
    for exchange in evidence.exchanges:
        is_later = exchange.seq > action.seq and exchange.srv == action.service and exchange.request_id
        if is_later and identity(str(exchange.request_id).split(":")[1]) not in asked:
            return exchange
    return None


def _differences(action: ActionRecord, request: ServiceRequest, arrived: datetime | None) -> Iterator[tuple[str, str]]:
    """Yield each difference between action and request: in words, and the name of what differs."""
    header = request.header
    user = str(action.asked.get("user", ""))
    if user and identity(str(header.request_id.originator)) != identity(user):
        yield f"sent as {header.request_id.originator}, asked as {user}", "User"
    options = action.asked.get("options", {})
    service = service_requests().get(Srv(action.service))
    variant = options.get("command_variant", _usual_variant(service) if service is not None else None)
    if isinstance(variant, int) and header.command_variant not in _variants(variant):
        yield f"command variant {header.command_variant}, asked was {variant}", "command variant"
    if service is not None and header.service_reference != service.service_reference:
        yield f"service reference {header.service_reference}, not {service.service_reference}", "service reference"
    given = {_ALIASES.get(name, name): value for name, value in action.asked.get("parameters", {}).items()}
    for name, value in given.items():
        yield from _of_parameter(action.service, name, value, request.body)
    yield from _of_times(action, given, request.body, arrived)
    yield from _of_target(action, given, request.body)


def _usual_variant(service: ServiceRequestRow) -> int:
    """The variant that has a request carried out over the SM WAN and answered (docs/drivers.md, command_variant)."""
    if service.is_critical:
        return _TRANSFORM
    return _NON_DEVICE if service.is_non_device else 1


def _variants(asked: int) -> set[int]:
    """A critical variant is asked for as what the device executes; the request itself goes to transform first."""
    return {asked, _TRANSFORM} if asked in {5, 6, 7} else {asked}


def _of_parameter(srv: str, name: str, value: Any, body: Node) -> Iterator[tuple[str, str]]:
    if name == AMOUNT:
        yield from _of_amount(value, body)
        return
    branch = _BRANCHES.get(srv, {}).get(str(value).capitalize()) if name == "PaymentMode" else None
    if branch is not None:
        if not found_in(body, branch) and not any(is_same(value, node.text) for node in found_in(body, name)):
            yield f"{name} {value} was asked, the request is of another mode", name
        return
    nodes = found_in(body, name)
    if not nodes:
        if value not in (False, "", None):
            yield f"{name} {value!r} was asked, the request holds none", name
        return
    if value is True and all(not node.text.strip() for node in nodes):
        return  # an element that says by being there
    if name in _WORDINGS:
        is_sent = any(node.text.strip() == str(value).strip() for node in nodes)
    else:
        is_sent = any(next(compare(name, value, node.text), None) is None for node in nodes)
    if not is_sent:
        yield f"{name} {nodes[0].text.strip()!r} was sent, asked was {value!r}", name


def _of_amount(pence: Any, body: Node) -> Iterator[tuple[str, str]]:
    tokens = [node.text.strip() for node in found_in(body, TOKEN)]
    if not tokens:
        yield f"a top-up of {pence} pence was asked, the request holds no UTRN", AMOUNT
        return
    try:
        token = read_token("".join(tokens[0].split()))
    except PeerError as error:
        yield f"the UTRN {tokens[0]!r} is none: {error}", AMOUNT
        return
    if token.pence != int(pence):
        yield f"the UTRN is worth {token.pence} pence, asked were {pence}", AMOUNT


def _of_times(
    action: ActionRecord, given: Mapping[str, Any], body: Node, arrived: datetime | None
) -> Iterator[tuple[str, str]]:
    if _EXECUTION not in given and action.asked.get("options", {}).get("example") != "full":
        dated = [node.text.strip() for node in found_in(body, _EXECUTION)]
        if dated and Srv(action.service) in request_bodies():
            yield f"no date was asked, the request is to be executed at {dated[0]}", _EXECUTION
    if _NOW not in given and arrived is not None:
        for node in found_in(body, _NOW):
            now = moment(node.text)
            if now is None or abs((now - arrived).total_seconds()) > _SKEW:
                yield f"{_NOW} {node.text.strip()} in a request that came at {arrived:%Y-%m-%dT%H:%M:%SZ}", _NOW


def _of_target(action: ActionRecord, given: Mapping[str, Any], body: Node) -> Iterator[tuple[str, str]]:
    """A service of the DCC about a device names it in its body."""
    service = service_requests().get(Srv(action.service))
    if service is None or not service.is_non_device or not action.target or given:
        return
    named = {identity(node.text) for node in found_in(body, "DeviceID")}
    if named and identity(action.target) not in named:
        yield f"the body names {', '.join(sorted(named))}, asked was {action.target}", "DeviceID"


def found_in(node: Node, name: str) -> list[Node]:
    """The elements below ``node`` of that name, or at the end of that path."""
    return list(_found(node, "", f"/{name}"))


def _found(node: Node, path: str, wanted: str) -> Iterator[Node]:
    for child in node.children:
        here = f"{path}/{child.name}"
        if here.endswith(wanted):
            yield child
        yield from _found(child, here, wanted)


@check(
    "one-request-per-action",
    rule="One action leads to one request: a second one is sent only when the first got no answer, and nothing is sent "
    "again that was answered; a person looks at what was carried out twice",
    clause="DUIS, RequestID; CTSD catalogue, PT-011 and RC family: no blind retry",
    provenance="inferred",
    implicit=True,
)
def one_request(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """No second request, and no repetition of an answered one, for any action."""
    expected = "one request for each action"
    references: list[int] = []
    twice: list[Finding] = []
    for action in evidence.sends:
        exchanges = evidence.exchanges_of(action)
        # Testers who drive by themselves send what and when they like: noted, not judged.
        problem = None if evidence.is_observed else _repeated(evidence, exchanges)
        if problem is not None:
            what, one, other = problem
            got = f"{action.service} to {action.target or 'the DCC'}: {what}"
            return failed(expected, got, action.seq, one.seq, other.seq, cause=what)
        for what, one, other in () if evidence.is_observed else asked_anew(evidence, exchanges):
            got = f"{action.service} to {action.target or 'the DCC'}: {what}"
            if what is KNOWN:
                return failed(expected, got, action.seq, one.seq, other.seq, cause=what)
            # The published documents allow it to a party that never saw the answer.
            looked_at = review(expected, got, action.seq, one.seq, other.seq, cause="carried out twice")
            twice.append(replace(looked_at, named_owner=Owner.SPECIFICATION))
        references += [exchange.seq for exchange in exchanges]
    if twice:
        return twice[0]
    others = _unasked(evidence)
    if not references and not others:
        return not_applicable(expected)
    noted = f"; {len(others)} that no action asked for: {', '.join(sorted({str(one.srv) for one in others}))}"
    return passed(expected, f"{len(references)} posts" + (noted if others else ""), *references)


def _repeated(evidence: Evidence, exchanges: tuple[Exchange, ...]) -> tuple[str, Exchange, Exchange] | None:
    for index, exchange in enumerate(exchanges):
        for earlier in filter(evidence.is_answered_in_time, exchanges[:index]):
            if _which_request(earlier) == _which_request(exchange):
                return "sent again after it was answered", earlier, exchange
            if _is_first_stage(earlier) and _is_first_stage(exchange):
                return "a second request", earlier, exchange
            if not _is_first_stage(earlier) and not _is_first_stage(exchange):
                return "a second Signed Pre-Command", earlier, exchange
    return None


def _is_first_stage(exchange: Exchange) -> bool:
    return exchange.request is None or isinstance(exchange.request, ServiceRequest)


def _which_request(exchange: Exchange) -> object:
    """Return what repetitions share: RequestID, service and stage, however signed; of an unread request its octets."""
    if exchange.request is None:
        return exchange.received.body
    header = exchange.request.header
    return request_id(header.request_id), header.srv, _is_first_stage(exchange)


def _unasked(evidence: Evidence) -> list[Exchange]:
    asked = {exchange.seq for action in evidence.sends for exchange in evidence.exchanges_of(action)}
    return [exchange for exchange in evidence.exchanges if exchange.seq not in asked]


@check(
    "repetitions-bounded",
    rule="A request that got no answer is sent again a few times only, with a pause before each repetition",
    clause="CTSD catalogue, PT-011: no blind retry; the numbers are settings (retry_limit, retry_pause)",
    provenance="inferred",
    implicit=True,
)
def repetitions_bounded(evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """The same octets at most so often, and not without a pause."""
    limit, pause = int(parameters.get("retry_limit", 4)), float(parameters.get("retry_pause", 0.1))
    expected = f"the same request at most {limit} times, {pause:g} seconds apart"
    times = {entry.seq: entry.at for entry in evidence.entries}
    posts: dict[object, list[Exchange]] = {}
    for exchange in evidence.exchanges:
        posts.setdefault(_which_request(exchange), []).append(exchange)
    repeated = [exchanges for exchanges in posts.values() if len(exchanges) > 1]
    for exchanges in repeated:
        references = [exchange.seq for exchange in exchanges[:10]]
        if len(exchanges) > limit:
            got = f"{len(exchanges)} posts of {request_id(exchanges[0].request_id)}"
            return failed(expected, got, *references, cause="too many repetitions")
        gaps = [(times[later.seq] - times[earlier.seq]).total_seconds() for earlier, later in pairwise(exchanges)]
        if min(gaps) < pause:
            got = f"sent again after {min(gaps):.3f} seconds"
            return failed(expected, got, *references, cause="no pause before a repetition")
    if not repeated:
        return not_applicable(expected)
    return passed(expected, f"{len(repeated)} requests repeated within bounds", *(one[0].seq for one in repeated))
