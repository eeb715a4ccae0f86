"""``junit.xml`` for pipelines and ``coverage.csv`` for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections import Counter

from lxml import etree

from harness.reporting.model import Report, Scenario

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def junit(report: Report) -> bytes:
    """JUnit XML as Jenkins, GitLab and GitHub read it: a suite per role, a case per scenario run.

    FAIL is a failure, BLOCKED an error, everything that did not come to a verdict is skipped. Only elements and
    attributes that the strictest reader (the schema of Jenkins' xUnit plug-in) knows; GitLab counts cases of one name
    once, so a repeated one is numbered.
    """
    root = etree.Element(
        "testsuites",
        name="uept rehearsal",
        tests=str(len(report.scenarios)),
        failures=str(sum(run.verdict == "FAIL" for run in report.scenarios)),
        errors=str(sum(run.verdict == "BLOCKED" for run in report.scenarios)),
    )
    names: Counter[str] = Counter()
    for role in report.roles:
        runs = [scenario for scenario in report.scenarios if scenario.role == role.role]
        suite = etree.SubElement(
            root,
            "testsuite",
            name=_printable(f"{role.role} {role.name}"),
            tests=str(len(runs)),
            failures=str(sum(run.verdict == "FAIL" for run in runs)),
            errors=str(sum(run.verdict == "BLOCKED" for run in runs)),
            skipped=str(sum(run.verdict in _SKIPPED for run in runs)),
            time=f"{sum(run.seconds for run in runs):.3f}",
        )
        for run in runs:
            names[run.key] += 1
            _case(suite, run, f" ({names[run.key]})" if names[run.key] > 1 else "")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


_SKIPPED = {"NOT_RUN", "NOT_APPLICABLE", "REVIEW"}


def _case(suite: etree._Element, run: Scenario, number: str) -> None:
    case = etree.SubElement(
        suite,
        "testcase",
        classname=_printable(f"{run.scope}.{run.role}"),
        name=_printable(f"{run.key} {run.title}{number}"),
        time=f"{run.seconds:.3f}",
    )
    why = f"{run.owner}: {run.reason}" if run.owner else run.reason
    if run.verdict in {"FAIL", "BLOCKED"}:
        kind = "failure" if run.verdict == "FAIL" else "error"
        problem = etree.SubElement(case, kind, message=_printable(why), type=run.verdict)
        problem.text = _printable("\n\n".join(_lines(run)) or run.reason)
    elif run.verdict in _SKIPPED:
        etree.SubElement(case, "skipped", message=_printable(f"{run.verdict}: {why}"))
    if run.verdict != "PASS":
        told = f"verdict  {run.verdict}\nowner    {run.owner}\nwhy      {run.reason}"
        etree.SubElement(case, "system-out").text = _printable(told)


def _lines(run: Scenario) -> list[str]:
    return [
        f"{check.check}: {check.verdict}\nexpected  {check.expected}\ngot       {check.got}\nrule      {check.rule}"
        for check in run.checks
        if check.verdict not in {"PASS", "ATTESTED"}
    ]


def _printable(text: str) -> str:
    """Characters that XML 1.0 can hold; what a party's system said may contain any."""
    return "".join(
        c
        if c in "\t\n\r" or (ord(c) >= 0x20 and not 0xD800 <= ord(c) <= 0xDFFF and ord(c) < 0xFFFE)
        else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def coverage_csv(report: Report) -> bytes:
    """Role by service: state and the scenario runs behind it. UTF-8 with a header row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["role", "srv", "name", "state", "positive", "negative", "eligible", "refusal_shown"])
    for row in report.coverage:
        flags = ["yes" if flag else "no" for flag in (row.eligible, row.refusal_shown)]
        cells = [row.role, row.srv, row.name, row.state, ";".join(row.positive), ";".join(row.negative), *flags]
        writer.writerow([_plain(cell) for cell in cells])
    return buffer.getvalue().encode()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell
