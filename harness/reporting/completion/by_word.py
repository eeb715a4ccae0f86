"""Claims of a completion report that rest on people's word alone, on no bundle. A reviewer confirms them or asks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from harness.reporting.completion import model


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a person."""

    kind: str
    what: str
    whose: str
    """Function that said it, with the day where one is stated; empty: the Party's."""


def words_of(report: model.CompletionReport) -> tuple[Word, ...]:
    """Everything in a report that its evidence does not bear out by itself, what decides most first."""
    return (*_of_results(report), *_of_runs(report), *_of_decisions(report))


def _of_results(report: model.CompletionReport) -> Iterator[Word]:
    for row in report.results:
        if row.verdict == "ATTESTED":
            yield Word(kind="attested result", what=f"{row.key}: {row.reason}", whose="")
    for from_build, to_build, statement, by, on in report.regressions:
        what = f"results of build {from_build} hold for {to_build}: {statement}"
        yield Word(kind="regression statement", what=what, whose=f"{by}, {on}")
    for one in report.deviations:
        if one.is_agreed and not one.confirmed_by:
            what = f"{one.id}: {one.subject}; {one.reason}; {one.effect}"
            yield Word(kind="deviation, not confirmed", what=what, whose=f"{one.agreed_by}, {one.agreed_on}")
    for issue in report.issues:
        if issue.status in {"closed", "rejected"} and "; not " in issue.now:
            what = f"{issue.id} {issue.title}: {issue.now}; {issue.retest or 'nothing is said of a retest'}"
            yield Word(kind=f"issue {issue.status}, its scenarios do not all pass", what=what, whose="")


def _of_runs(report: model.CompletionReport) -> Iterator[Word]:
    known = f"{report.cover.system} {report.cover.version}".strip()
    for run in report.runs:
        excluded = [text for text in run.problems if text.startswith("excluded by hand")]
        for text in excluded:
            yield Word(kind="run left out", what=f"{run.folder}: {text}", whose="")
        if run.is_build_by_hand:
            yield Word(kind="build stated by hand", what=f"{run.folder}: build {run.build}", whose="")
        if run.counts and run.system and run.system != known:
            what = f"{run.folder} recorded {run.system}, the report is on {known}"
            yield Word(kind="another system", what=what, whose="")
    for scope in report.scope:
        for text in scope.user_id_notes:
            yield Word(kind="User ID", what=f"{scope.role}: {text}", whose="")


def _of_decisions(report: model.CompletionReport) -> Iterator[Word]:
    for row in (*report.entry_criteria, *report.exit_criteria):
        if row.met and row.decided == "by hand":
            evidence = ", ".join(row.evidence) or "no evidence file"
            note = f"; {row.note}" if row.note else ""
            yield Word(kind="criterion", what=f"{row.id} {row.text}: {evidence}{note}", whose=f"{row.on or ''}")
