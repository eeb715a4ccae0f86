"""Retests: of several results of one scenario the latest counts, and the history stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from harness.verdicts.inputs import Result
from stubs.findings import Verdict

_NEVER = datetime.min.replace(tzinfo=UTC)


def latest_results(results: Iterable[Result]) -> Mapping[tuple[str, str], Result]:
    """The result that counts of each (key, role); PASS after an earlier FAIL is RETEST_PASS.

    A later NOT_RUN takes nothing back: an interrupted repetition leaves the result before it in force.
    """
    history: dict[tuple[str, str], list[Result]] = {}
    for result in sorted(results, key=lambda one: one.at or _NEVER):  # stable: equal times keep their order
        history.setdefault((result.key, result.role), []).append(result)
    return {key: _of(known) for key, known in history.items()}


def _of(history: list[Result]) -> Result:
    reached = [result for result in history if result.verdict is not Verdict.NOT_RUN]
    last = (reached or history)[-1]
    has_failed = any(result.verdict is Verdict.FAIL for result in history)
    return replace(last, verdict=Verdict.RETEST_PASS) if last.verdict is Verdict.PASS and has_failed else last
