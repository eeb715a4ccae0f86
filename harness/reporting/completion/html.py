"""The report as a page: for the screen (long tables folded), for paper (at most a dozen pages a role), or in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import zip_longest
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.campaign.issue_file import PARTY
from harness.reporting.completion import pictures
from harness.reporting.completion.model import CompletionReport, CriterionRow, ResultRow, RunRow
from harness.reporting.completion.review import ReviewRecord

Edition = Literal["screen", "print", "full"]
CONTENTS = (
    ("summary", "1. Summary"),
    ("scope", "2. Scope"),
    ("environment", "3. Environment"),
    ("people", "4. People"),
    ("coverage", "5. Coverage"),
    ("results", "6. Results"),
    ("issues", "7. Issues"),
    ("deviations", "8. Deviations"),
    ("criteria", "9. and 10. Criteria"),
    ("observations", "11. Observations"),
    ("deadlines", "12. Deadlines"),
    ("signoff", "13. Sign-off"),
    ("picked", "Reviewer's path"),
    ("traceability", "A. Traceability"),
    ("evidence", "B. Evidence index"),
    ("limits", "C. Limits"),
)
_GOOD = {"PASS", "RETEST_PASS"}
_NAMED = 10
_CELL = 110
"""Characters of a cell that the print edition shows."""
Rows = list[Sequence[Any]]


def render(report: CompletionReport, edition: Edition = "screen") -> bytes:
    """The page, UTF-8.

    Args:
        report: the model.
        edition: ``screen`` folds long tables; ``print`` leaves them to the other formats; ``full`` shows them all.
    """
    page = (
        _environment()
        .get_template("completion.html")
        .render(
            r=report,
            cover=report.cover,
            edition=edition,
            is_print=edition != "screen",
            is_short=edition == "print",
            style=Markup(_style()),  # noqa: S704 - our own file, not data
            contents=CONTENTS,
            states=pictures.STATES,
            **_pictures(report),
            **_results(report),
            **_surroundings(report),
            **_decisions(report),
            **_appendices(report),
        )
    )
    return page.strip().replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "backslashreplace")


def render_review(record: ReviewRecord) -> bytes:
    """A review record as a page, UTF-8."""
    environment = _environment()
    page = environment.get_template("review.html").render(
        r=record,
        style=Markup(_style()),  # noqa: S704 - our own file
        to_test={one.role: _by_state(one.to_test) for one in record.roles},
        samples=list(zip_longest(record.sample, record.sample_places, fillvalue="")),
    )
    return page.strip().encode("utf-8", "backslashreplace")


def _by_state(names: Iterable[str]) -> dict[str, list[str]]:
    """``IC-004 (left out of the plan)`` by what stands in brackets; a scenario run to repeat has none."""
    found: dict[str, list[str]] = {}
    for name in names:
        item, _, state = name.removesuffix(")").partition(" (")
        found.setdefault(state or "to repeat", []).append(item)
    return found


def _style() -> str:
    environment = _environment()
    return environment.loader.get_source(environment, "completion.css")[0] if environment.loader else ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.reporting.completion"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["instant"] = instant
    environment.filters["some"] = some
    environment.filters["cell"] = _cell
    return environment


def _cell(value: Any, is_short: bool) -> Any:  # noqa: FBT001 - a filter's argument
    """A cell of a table; in the print edition its beginning."""
    return _short(str(value), _CELL) if is_short else value


def instant(value: datetime | None) -> str:
    """An instant as every format writes it."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""


def some(names: Iterable[str], most: int = _NAMED) -> str:
    """The first names, and how many more there are."""
    known = list(names)
    more = len(known) - most
    return ", ".join(known[:most]) + (f" and {more} more" if more > 0 else "")


def _pictures(report: CompletionReport) -> dict[str, Any]:
    today = report.cover.written.date()
    drawn = [
        pictures.timeline(
            [mark for mark in report.timeline if mark.role == one.role], today,
            f"User Entry Process of {one.name}, Working Days of {report.calendar}",
        )
        for one in report.roles
        if any(mark.role == one.role for mark in report.timeline)
    ]  # fmt: skip
    # Every text in these is escaped where it is drawn.
    return {
        "coverage": Markup(pictures.coverage(report.coverage)),  # noqa: S704
        "plots": [Markup(pictures.histogram(one)) for one in report.observations.timings if one.count],  # noqa: S704
        "timelines": [Markup(one) for one in drawn],  # noqa: S704
    }


def _results(report: CompletionReport) -> dict[str, Any]:
    bad = [row for row in report.results if row.verdict not in _GOOD]
    return {
        "attention_rows": [
            (row.key, row.title, row.verdict, row.owner, row.build, _short(row.reason), ", ".join(row.issues))
            for row in sorted(bad, key=lambda row: (row.verdict != "FAIL", row.verdict))
        ],
        "retest_rows": [
            (row.key, row.build, _attempts(row), ", ".join(row.issues))
            for row in report.results
            if row.verdict == "RETEST_PASS"
        ],
        "result_rows": [
            (
                row.key, row.title, row.scope, ", ".join(row.services), row.verdict, row.build, len(row.attempts),
                f"{row.seconds:.1f}", _link(row.evidence),
            )
            for row in report.results
        ],
        "timing_rows": [(t.what, t.count, t.left_out, t.median, t.p95, t.longest) for t in report.observations.timings],
        "met_rows": [
            (one.kind, f"{one.known - len(one.not_seen)} of {one.known}", some((c.code for c in one.seen), 40),
             some(one.not_seen, 24))
            for one in report.observations.met
        ],
        "code_rows": [(code.code, code.count, code.meaning) for code in report.observations.codes],
    }  # fmt: skip


def _link(place: str) -> Markup:
    """To a run's own report, from the folder ``report`` beside ``runs``."""
    return Markup('<a href="../{0}">{0}</a>').format(place) if place else Markup("")


def _attempts(row: ResultRow) -> str:
    return "; ".join(f"{one.verdict} on build {one.build or 'not stated'} (run {one.run[:8]})" for one in row.attempts)


def _short(text: str, most: int = 220) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _surroundings(report: CompletionReport) -> dict[str, Any]:
    kinds = Counter(f"{one.device_type} {one.variant}".strip() for one in report.devices)
    return {
        "run_rows": [
            (
                one.evidence[:16] or one.folder,
                f"{one.build or 'not stated'}{' (by hand)' * one.is_build_by_hand}{_other_system(one, report)}",
                "yes" if one.counts else f"no: {'; '.join(one.problems)}",
                f"{one.scenarios}{'' if one.is_complete else ' (broken off)'}",
                f"{instant(one.started)} to {instant(one.finished)}",
                one.wall_clock[:19].replace("T", " ") + " UTC" if one.wall_clock else "not recorded",
                ", ".join(filter(None, (one.harness, one.driver, one.seed))),
            )
            for one in report.runs
        ],
        "certificate_rows": [(c.eui, c.usage, c.role, c.serial, c.valid_to[:10]) for c in report.certificates],
        "device_rows": [(one.eui, one.device_type, one.variant, one.firmware, one.runs) for one in report.devices],
        "device_words": ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none",
    }


def _other_system(run: RunRow, report: CompletionReport) -> str:
    """The system that a run recorded, where it is not the one that is reported."""
    known = f"{report.cover.system} {report.cover.version}".strip()
    return f" of {run.system}" if run.system and run.system != known else ""


def _decisions(report: CompletionReport) -> dict[str, Any]:
    due = [one for one in report.deadlines if one.state in {"due", "late"}]
    return {
        "scope_rows": {
            one.role: [
                (
                    s.scope, s.required, s.shown, s.deviations, s.planned, s.passed, s.failed, s.blocked, s.not_run,
                    s.other,
                )
                for s in one.scopes
            ]
            for one in report.roles
        },
        "next_dates": "; ".join(f"{one.role}: {one.text} {one.on:%d %b %Y} ({one.state})" for one in due[:6]),
        "severity_rows": list(_severities(report)),
        "issue_rows": [
            (
                one.id, one.severity, one.owner, one.status, one.title, some(one.scenarios, 4),
                ", ".join(filter(None, (one.found_in_build, f"{one.found_on or ''}"))), one.fixed_in_build,
                "; ".join(filter(None, (one.retest, one.now and f"computed: {one.now}"))), one.work_off,
            )
            for one in report.issues
        ],
        "deviation_rows": [
            (
                one.id, ", ".join(one.roles) or "all", one.subject, one.reason, one.effect,
                f"{one.agreed_by}, {one.agreed_on}" if one.is_agreed else "open: not agreed",
                one.confirmed_by or "the Party's claim",
            )
            for one in sorted(report.deviations, key=lambda one: one.is_agreed)
        ],
        "entry_rows": [
            (
                one.id, one.text, "met" if one.met else "not met", one.on or "",
                _evidence_of(one), one.note,
            )
            for one in report.entry_criteria
        ],
        "exit_rows": [
            (
                one.id, one.role, one.text, "met" if one.met else "not met", one.decided,
                "; ".join(filter(None, (one.note, _evidence_of(one)))),
            )
            for one in report.exit_criteria
        ],
        "artefact_rows": [
            (
                one.name, one.file or "none", "missing" if one.is_missing else one.sha256[:16],
                f"{one.approved_by}, {one.approved_on}" if one.approved_by and one.approved_on else "not approved",
            )
            for one in report.artefacts
        ],
        "dispute_rows": [
            (one.subject, one.role or "all", one.opened_on, one.stage, one.outcome or "open")
            for one in report.disputes
        ],
        "sign_rows": [
            (f"{one.role} {one.who}".strip(), one.due, one.on or "", one.reference) for one in report.sign_off
        ],
        "deadline_rows": [
            (one.role, f"{one.on:%a %d %b %Y}", one.bound, one.state, one.who, one.text, one.rule)
            for one in report.deadlines
        ],
        "step_rows": [
            (one.name, one.role, one.state, one.decided_by, one.clause, one.missing) for one in report.steps
        ],
    }  # fmt: skip


def _evidence_of(row: CriterionRow) -> str:
    return ", ".join(f"{name} (missing)" if name in row.missing else name for name in row.evidence)


def _severities(report: CompletionReport) -> Iterable[Sequence[Any]]:
    for severity in range(1, 6):
        own = [
            one for one in report.issues
            if one.severity == severity and one.owner == PARTY and one.status in {"open", "fixed"}
        ]  # fmt: skip
        ages = [one.age_days for one in own if one.age_days is not None]
        yield (
            severity,
            sum(one.status == "open" for one in own),
            sum(one.status == "fixed" for one in own),
            max(ages, default=0),
        )


def _appendices(report: CompletionReport) -> dict[str, Any]:
    missing: dict[str, Rows] = {}
    required: dict[str, Rows] = {}
    for one in report.roles:
        own = [row for row in report.requirements if row.role == one.role]
        states: dict[str, list[str]] = {}
        for row in own:
            if row.state not in {"met", "attested", "deviation"}:
                states.setdefault(row.state, []).append(row.requirement)
        missing[one.role] = [(state, len(names), some(names, 24)) for state, names in states.items()]
        required[one.role] = [(row.requirement, row.title, row.state, row.why, some(row.scenarios, 6)) for row in own]
    bundles = [(f"{one.evidence} (bundle of {one.folder})", one) for one in report.runs if one.evidence]
    sizes = Counter({one.evidence: 0 for _, one in bundles})
    for file in report.files:
        sizes[file.run] += file.size
    return {
        "missing_rows": missing,
        "requirement_rows": required,
        "trace_rows": [
            (row.requirement, row.role, row.state, ", ".join(row.scenarios), ", ".join(row.runs))
            for row in report.requirements
        ],
        "back_rows": [
            (row.run[:12], row.scenario, row.role, row.verdict, row.entries, ", ".join(row.requirements))
            for row in report.traces
        ],
        "file_rows": [
            *(
                (f"runs/{one.folder}/bundle.zip", "bundle; its evidence digest", sizes[one.evidence], one.evidence)
                for _, one in bundles
            ),
            *(
                (file.name, "missing" if file.is_missing else file.kind, file.size, file.sha256)
                for file in report.files
                if not file.run
            ),
        ],
        "picked_places": [
            _link(row.evidence) for row in report.results if f"{row.key} in run {row.run[:12]}" in report.picked
        ],
    }
