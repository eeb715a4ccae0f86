"""A new request, under a new RequestID, for one whose acknowledgement was lost although the DCC had accepted it.

No public document forbids it: a party that never saw an answer may not know whether its request was accepted, the
counter has to rise, and the same octets again may be refused as a replay (CTSD catalogue, PT-011: the same RequestID
only if the request was not accepted). So it is no fault by itself. What is one: to ask anew after the response to the
first request was acknowledged. And what is carried out twice, such as a credit, a person has to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.checks.evidence import Evidence, Exchange
from harness.checks.whole_state import NOTES_OF_A_DEVICE
from stubs.events import DeviceChanged, InventoryChanged

_KNOWN_AFTER = 1.0
"""Seconds after which a party must have taken into account what it acknowledged (inferred): a request may be under way
while the response to the one before is handed over."""


def asked_anew(evidence: Evidence, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, Exchange, Exchange]]:
    """Pairs of an accepted request without an answer and a later one of the same action, and what is wrong with it.

    What is wrong: ``KNOWN``, the party had acknowledged the response to the first; ``TWICE``, both were carried out.
    """
    for index, exchange in enumerate(exchanges):
        for earlier in filter(evidence.may_lack_answer, exchanges[:index]):
            if earlier.request_id == exchange.request_id:
                continue
            if _had_response(evidence, earlier, exchange):
                yield KNOWN, earlier, exchange
            elif _changed(evidence, earlier) and _changed(evidence, exchange):
                yield TWICE, earlier, exchange


KNOWN = "a second request after the response to the first was acknowledged"
TWICE = "carried out twice: asked anew under another RequestID, since the first acknowledgement was lost"


def _had_response(evidence: Evidence, earlier: Exchange, later: Exchange) -> bool:
    """Whether the response to the earlier request was taken well before the later one came."""
    taken = [
        seq
        for message in evidence.messages
        if message.queued.message_kind == "response" and message.queued.request_id == earlier.request_id
        for seq, _ in message.deliveries
        if seq < later.seq and evidence.is_trusted(message)
    ]
    return any((evidence.at(later.seq) - evidence.at(seq)).total_seconds() >= _KNOWN_AFTER for seq in taken)


def _changed(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a request changed a device or the inventory, beyond what a device notes of every command."""
    if exchange.request_id is None:
        return False
    devices = (
        event.values.keys() - NOTES_OF_A_DEVICE
        for _, event in evidence.of(DeviceChanged)
        if event.cause.upper() == exchange.request_id.upper()
    )
    records = (
        event.values for _, event in evidence.of(InventoryChanged) if event.cause.upper() == exchange.request_id.upper()
    )
    return any(devices) or any(records)
