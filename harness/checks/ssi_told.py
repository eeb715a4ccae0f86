"""Comparison of the party's report with all that the Self-Service Interface served: it may name nothing else.

The checks that a scenario names ask whether the party reported what was served; these functions ask the opposite.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.checks.comparing import identity, request_id, texts
from harness.checks.evidence import ActionRecord, Evidence
from harness.checks.implicit import not_applicable
from harness.checks.registry import check
from harness.checks.ssi_views import rows_of, seen_of
from harness.checks.verdict import Finding, failed, passed
from schemas.ssi_tables import ssi_actions
from stubs.events import PageViewed

_EUI64 = re.compile(r"[0-9A-F]{2}(?:-[0-9A-F]{2}){7}")
_WRITTEN = re.compile(r"[0-9A-F]{2}([-:])[0-9A-F]{2}(?:\1[0-9A-F]{2}){6}", re.IGNORECASE)
"""An EUI-64 as people write it: sixteen digits without separators may be any number."""
_TOLD = frozenset({"done", "refused", "failed", "timeout"})
"""Statuses by which a party's system itself tells of a page; what a person attests is judged by the named checks."""


def served_until(evidence: Evidence, last: int) -> list[tuple[int, PageViewed]]:
    """Pages and files that were served to the party's people up to an entry."""
    return [(seq, event) for seq, event in evidence.of(PageViewed) if event.user == evidence.user and seq < last]


def identities_told(values: Mapping[str, Any]) -> set[str]:
    """Every EUI-64 that is told, in canonical form: of ``seen`` in any spelling, elsewhere as people write it."""
    found = {one for one in seen_of({"values": values}) or () if _EUI64.fullmatch(one)}
    for text in texts({name: value for name, value in values.items() if name != "seen"}):
        parts = text.strip().split(":")
        of_request = parts[:2] if len(parts) == 3 else [text.strip()]
        found |= {identity(part) for part in of_request if _WRITTEN.fullmatch(part.strip())}
    return found


def unshown(evidence: Evidence, action: ActionRecord) -> list[str]:
    """Identities that the party tells of the pages of an action, and that nothing it had could tell it.

    It had: every page and file that was served to its people, what it was asked, its own User, and its own traffic.
    """
    told = identities_told(action.outcome.get("values") or {})
    served = served_until(evidence, action.claimed_seq)
    if not told or not any(event.identities for _, event in served):  # an earlier version did not record them all
        return []
    known = {identity(evidence.user), identity(action.asked.get("user"))}
    for text in texts(action.asked):
        known |= _parts(text)
    for _, event in served:
        for text in (*event.shown, *event.identities, *event.query.values()):
            known |= _parts(text)
    for exchange in evidence.exchanges:
        known |= _parts(exchange.request_id or "")
    for message in evidence.messages:
        known |= {identity(message.queued.device)} | _parts(message.queued.request_id or "")
    return sorted(told - known)


def requests_not_shown(evidence: Evidence, action: ActionRecord) -> list[str]:
    """RequestIDs that rows name and no page or file showed, or name more often than there were messages.

    How often is known of the scenario's own messages; an earlier run may have left others about the same device.
    """
    served = served_until(evidence, action.claimed_seq)
    if not any(event.identities for _, event in served):  # an earlier version did not record them all
        return []
    shown = {request_id(text) for _, event in served for text in (*event.shown, *event.identities)}
    own = Counter(request_id(one.request_id) for one in evidence.exchanges if one.request_id)
    own.update(request_id(one.queued.request_id) for one in evidence.messages if one.queued.request_id)
    cells = [value for row in rows_of(action.outcome) for value in row.values()]
    found = Counter(request_id(value) for value in cells if _is_request(value))
    strange = [one for one in found if one not in own and one not in shown]
    return strange + [f"{one} {number} times" for one, number in found.items() if number > own.get(one, number)]


def _is_request(value: Any) -> bool:
    return isinstance(value, str) and value.count(":") == 2 and bool(_parts(value))


def _parts(text: object) -> set[str]:
    """The identities in an identity or a RequestID; empty: it is neither."""
    found = {identity(part) for part in str(text or "").split(":")[:2]} | {identity(text)}
    return {one for one in found if _EUI64.fullmatch(one)}


@check(
    "ssi-told-as-shown",
    rule="Whatever device or User the party tells of the self-service pages stood on one of the pages or files that it "
    "was served",
    clause="SEC H8.16; uept docs drivers, what is told of a page",
    provenance="inferred",
    implicit=True,
)
def told_as_shown(evidence: Evidence, _parameters: Mapping[str, Any]) -> Finding:
    """The identities in each claim of an action on the SSI against everything served until then."""
    expected = "every identity told as it was shown"
    references: list[int] = []
    for action in evidence.actions:
        is_told = action.claimed is not None and action.status in _TOLD and not action.outcome.get("observed")
        if action.asked.get("kind") not in ssi_actions() or not is_told or not action.outcome.get("values"):
            continue
        strangers = unshown(evidence, action)
        if strangers:
            got = f"{action.asked['kind']}: {', '.join(strangers)} stood on no page"
            return failed(expected, got, action.seq, action.claimed_seq, cause="not on any page")
        if seen_of(action.outcome) or rows_of(action.outcome):
            references.append(action.claimed_seq)
    if not references:
        return not_applicable(expected)
    return passed(expected, f"{len(references)} outcomes tell what was shown", *references)
