"""Pure verdicts over journal entries: each check one rule, its source, and the broken clients that trip it.

A check sees the evidence of one scenario and nothing else: no simulator, no keys, no clock, no network. What the
simulator enforces and a check judges is written twice, from the document, on purpose. PASS needs positive evidence.
"""

from harness.checks import (
    alerts,
    critical,
    device_keys,
    readings,
    requests,
    responses,
    self_service,
    trust,
    turned_away,
)
from harness.checks.again import Rejudged, judge_again
from harness.checks.evidence import ActionRecord, Evidence, Exchange, Message, evidence_of
from harness.checks.registry import Check, checks, judge
from harness.checks.verdict import Finding, Verdict, worst

SUBJECTS = (requests, turned_away, critical, responses, trust, readings, device_keys, alerts, self_service)
"""The modules whose import fills the table of checks."""

__all__ = [
    "SUBJECTS",
    "ActionRecord",
    "Check",
    "Evidence",
    "Exchange",
    "Finding",
    "Message",
    "Rejudged",
    "Verdict",
    "checks",
    "evidence_of",
    "judge",
    "judge_again",
    "worst",
]
