"""Fault rules that a tester armed for the answer to a request."""

from __future__ import annotations

from stubs.access import AccessRequest
from stubs.dcc.state.transaction import NO_FAULT, MatchedFaults, Transaction
from stubs.wire.errors import Refusal

REFUSING = frozenset({"code", "http-status"})


def matching(transaction: Transaction, access: AccessRequest) -> MatchedFaults:
    """Return the fault rules that match the answer to this request, not yet recorded."""
    if not transaction.state.faults.rules:
        return NO_FAULT
    facts = {
        "srv": access.header.srv,
        "user": str(access.sender),
        "device": str(access.header.request_id.target),
        "request_id": str(access.header.request_id),
    }
    return transaction.find_fault("answer", facts)


def check(found: MatchedFaults) -> None:
    """Apply the faults. Raises: Refusal: ``fault``, with the code or status of the rule to be applied."""
    rule = found.rule
    if rule is not None and rule.effect in REFUSING:
        code = rule.code if rule.effect == "code" else str(rule.status)
        raise Refusal("fault", f"a fault rule answers {code}", response_code=code)
