"""Lateness of our own: a time-out is no evidence against a party that we ourselves kept waiting.

Two things may be late on a machine under load: an answer of the simulated DCC (``AnswerLate``, in the journal), and the
run itself, which then looks at the evidence later than it meant to. Both are told apart from time-outs of the party.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from harness.checks.evidence import Evidence
from harness.checks.verdict import Finding, Verdict
from stubs.events import AnswerLate

_USUAL_DEADLINE = 30.0
"""Seconds for an action that names none, as the schema of actions says."""
_SHARE = 0.5
"""Part of an action's deadline that a late answer may take without deciding anything."""


def excused_by_answer(finding: Finding, evidence: Evidence, parameters: Mapping[str, Any]) -> Finding:
    """BLOCKED instead of a FAIL that the end of the wait decides, where our own answer came too late to be used.

    Too late: a second or more (``AnswerLate``), and the client had gone or half of the action's deadline was over;
    and the party said that its time was up, or said nothing.
    """
    if finding.verdict is not Verdict.FAIL or finding.is_final:
        return finding
    named = parameters.get("action")
    action = evidence.action(named if isinstance(named, str) else None)
    if action is None or action.status not in ("", "timeout"):
        return finding
    deadline = float(action.asked.get("deadline", _USUAL_DEADLINE))
    own = {exchange.received.exchange for exchange in evidence.exchanges_of(action)}
    for seq, late in evidence.of(AnswerLate):
        if late.exchange in own and late.seconds >= 1 and (late.is_abandoned or late.seconds >= _SHARE * deadline):
            why = f"the simulated DCC's own answer left after {late.seconds:.1f} s of the {deadline:g} s of the action"
            return _blocked(finding, why, seq)
    return finding


def excused_by_run(finding: Finding, late: float) -> Finding:
    """BLOCKED instead of a FAIL that the end of the wait decides, where the run itself was late beyond all allowance.

    Args:
        finding: what the check says.
        late: seconds that the run was late beyond what it waited longer for; 0: it made up for its lateness.
    """
    if finding.verdict is not Verdict.FAIL or finding.is_final or late <= 0:
        return finding
    return _blocked(finding, f"the run itself was {late:.1f} s late and could not make up for it")


def _blocked(finding: Finding, why: str, *references: int) -> Finding:
    got = f"{why}, so that a deadline decides nothing (and: {finding.got})"
    return replace(finding, verdict=Verdict.BLOCKED, got=got, references=(*finding.references, *references))


def told(finding: Finding, waited: float, limit: float, late: float) -> Finding:
    """A finding that the end of the wait decided, with the times: waited, allowed, passed by, and late ourselves.

    Args:
        finding: what the check says.
        waited: seconds of real time since the step began to wait.
        limit: seconds that were allowed, with what was waited longer for our own lateness.
        late: seconds that the run itself was late.
    """
    own = f"; this run itself was {late:.1f} s late, and waited so much longer" if late >= 1 else ""
    times = f"after waiting {waited:.1f} s, {max(0.0, waited - limit):.1f} s beyond the limit of {limit:.1f} s{own}"
    return replace(finding, got=f"{finding.got} ({times})")
