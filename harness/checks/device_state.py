"""An implicit check of our own devices: their state follows the request that was sent, whatever was asked.

It never speaks against the party. A wrong request is the business of ``request-as-asked``; a right one that leaves the
simulated device in another state is our fault, and what else was found in the scenario cannot be relied on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from harness.checks.asked import TOKEN, found_in, own_requests
from harness.checks.comparing import is_number, is_same
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.implicit import not_applicable
from harness.checks.received import was_carried_out
from harness.checks.registry import check
from harness.checks.verdict import Finding, blocked, passed
from schemas.load import state_effects
from schemas.rows import StateEffectRow
from stubs.events import CommandSent, DeviceChanged, DeviceManufactured
from stubs.wire.duis import Node
from stubs.wire.errors import PeerError
from stubs.wire.utrn import read as read_token

_THOUSANDTHS_OF_A_PENNY = 1000
_EXECUTION = "ExecutionDateTime"
_MOST_USED = 100
"""Upper limit of a home's use in a second, in thousandths of a penny: a balance falls while nobody changes it."""
_MOST_TAKEN = 200_000
"""More than a standing charge and parts of debts that come with a full hour."""


@check(
    "device-took-what-was-sent",
    rule="After a command that the device says it carried out, the state of the simulated device is what the request "
    "says: balances, clock and every written setting",
    clause="GBCS use case of the service; schemas/catalogue/state-effects.csv",
    implicit=True,
)
def took_what_was_sent(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """BLOCKED, owned by the harness, when a state does not follow its request."""
    expected = "each device as it was told to be"
    references: list[int] = []
    for action in evidence.sends:
        for seq, row, node in _told(evidence, action):
            found = _state(evidence, action, row.field, seq)
            if not found:
                continue  # the state does not tell of it
            times = [evidence.at(at) for at, _ in found[-2:]]
            problem = _problem(row, node, found, times)
            if problem is None:
                continue
            if problem:
                got = f"{action.service} to {action.target}: {problem}"
                return blocked(expected, got, action.seq, found[-1][0], cause=f"state: {row.field}")
            references += [action.seq, found[-1][0]]
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references) // 2} values as told", *references)


def _told(evidence: Evidence, action: ActionRecord) -> Iterator[tuple[int, StateEffectRow, Node]]:
    """Yield what an action's requests set on a device that confirmed it at once: entry of the command, row, element."""
    rows = state_effects().get(action.service, ())
    if not rows or not was_carried_out(evidence, action):
        return
    wanted = {one.upper() for one in evidence.request_ids_of(action)}
    sent = [seq for seq, one in evidence.of(CommandSent) if (one.request_id or "").upper() in wanted]
    requests = own_requests(evidence, action)
    if not sent or len(requests) != 1 or found_in(requests[0][1].body, _EXECUTION):
        return
    body = requests[0][1].body
    for row in rows:
        if not row.element:
            yield sent[-1], row, body
        named = found_in(body, row.element) if row.element else []
        if len(named) == 1:
            yield sent[-1], row, named[0]


def _state(evidence: Evidence, action: ActionRecord, name: str, sent: int) -> list[tuple[int, Any]]:
    """Every value that a field of the device took, up to what the command itself changed: entry and value, in order.

    What changes it later (time, a scenario's own hand, another command) says nothing of the command.
    """
    wanted = {one.upper() for one in evidence.request_ids_of(action)}
    changed = [(seq, one) for seq, one in evidence.of(DeviceChanged) if one.device == action.target]
    until = max([sent, *(seq for seq, one in changed if one.cause.upper() in wanted)])
    made = [(seq, one.values) for seq, one in evidence.of(DeviceManufactured) if one.device == action.target]
    states = sorted(made + [(seq, one.values) for seq, one in changed if seq <= until], key=_seq)
    return [(seq, value) for seq, values in states for value in _at(values, name)]


def _seq(state: tuple[int, Mapping[str, Any]]) -> int:
    return state[0]


def _at(value: object, name: str) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _at(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _at(inner, name)


def _problem(row: StateEffectRow, node: Node, found: list[tuple[int, Any]], times: Sequence[datetime]) -> str | None:
    """Describe the error in the newest value; empty: none; None: it cannot be said. ``times`` are of the last two."""
    now, sent = found[-1][1], node.text.strip()
    match row.how:
        case "equals":
            is_right = is_same(now, sent)
            wanted = sent
        case "rises by":
            if len(found) < 2 or not is_number(now) or not is_number(found[-2][1]):
                return None
            wanted = f"{found[-2][1] + int(sent)} after {found[-2][1]}"
            less = found[-2][1] + int(sent) - now
            is_right = 0 <= less <= _most_used(*times)
        case "is credited":
            return _uncredited(sent, now)
        case "holds" | "lacks":
            is_right = _holds(now, sent) is (row.how == "holds")
            wanted = f"{row.how} {sent}"
        case _:
            wanted = row.how.removeprefix("is ")
            is_right = is_same(now, wanted)
    return "" if is_right else f"{row.field} is {str(now)[:80]!r}, told was {wanted}"


def _most_used(begin: datetime, end: datetime) -> float:
    hours = end.timestamp() // 3600 - begin.timestamp() // 3600
    return _MOST_USED * ((end - begin).total_seconds() + 1) + _MOST_TAKEN * hours


def _uncredited(digits: str, entries: Any) -> str | None:
    try:
        token = read_token("".join(digits.split()))
    except PeerError:
        return None
    plain = "".join(sign for sign in digits if sign.isdigit())
    entered = [one for one in entries if plain in {str(part) for part in one}]
    amount = token.pence * _THOUSANDTHS_OF_A_PENNY
    if len(entered) != 1 or amount not in entered[0]:
        return f"the {TOKEN} is worth {token.pence} pence, credited was {entered or 'nothing'}"
    return ""


def _holds(value: Any, wanted: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(one, wanted) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_holds(one, wanted) for one in value)
    return is_same(value, wanted)
