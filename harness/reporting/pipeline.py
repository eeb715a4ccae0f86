"""Output of a run for a pipeline: annotations, a Markdown summary, a badge per role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from harness.reporting.difference import ResultFile, RoleOutcome

_LEVELS = {"FAIL": "error", "BLOCKED": "warning", "REVIEW": "warning", "WARNING": "notice"}
_COLOURS = {
    "READY": "#2a7d3f",
    "READY_WITH_DEVIATIONS": "#7a6a00",
    "FURTHER_TESTING": "#b3261e",
    "NOT_ASSESSED": "#5f6368",
}
_LABEL = "UEPT rehearsal"


def github_annotations(result: ResultFile) -> Iterator[str]:
    """Workflow commands of GitHub Actions, one a scenario that did not pass; those that did not run are left out."""
    for one in result.scenarios:
        level = _LEVELS.get(one.verdict)
        if level:
            yield f"::{level} title={_property(f'{one.verdict} {one.key}')}::{_data(f'{one.title}: {one.reason}')}"


def summary(result: ResultFile) -> str:
    """The run in Markdown: verdict of each role, counts, what failed."""
    counts = Counter(one.verdict for one in result.scenarios)
    told = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    lines = [f"## Rehearsal {result.run}", "", told or "no scenario ran", ""]
    if result.roles:
        lines += ["| role | verdict | why |", "|---|---|---|"]
        lines += [f"| {one.role} | {one.verdict} | {_cell(one.reason)} |" for one in result.roles]
    failed = [one for one in result.scenarios if one.verdict == "FAIL"]
    if failed:
        lines += ["", "| failed | title | why |", "|---|---|---|"]
        lines += [f"| {one.key} | {_cell(one.title)} | {_cell(one.reason)} |" for one in failed]
    lines += ["", "A rehearsal against a simulated DCC: no DCC test, no entitlement."]
    return "\n".join(lines) + "\n"


def badge(role: RoleOutcome) -> str:
    """An SVG of one role's verdict, with its text for screen readers."""
    left, right = f"{_LABEL} {role.role}", role.verdict.replace("_", " ").lower()
    widths = [len(text) * 7 + 12 for text in (left, right)]
    colour = _COLOURS.get(role.verdict, _COLOURS["NOT_ASSESSED"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sum(widths)}" height="20" role="img" '
        f'aria-label="{escape(left)}: {escape(right)}"><title>{escape(left)}: {escape(right)}</title>'
        f'<rect width="{widths[0]}" height="20" fill="#444"/>'
        f'<rect x="{widths[0]}" width="{widths[1]}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{widths[0] / 2}" y="14">{escape(left)}</text>'
        f'<text x="{widths[0] + widths[1] / 2}" y="14">{escape(right)}</text></g></svg>\n'
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
