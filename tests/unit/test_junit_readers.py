"""junit.xml is what pipelines read: the rules of Jenkins' two plug-ins, of GitLab and of GitHub's actions, as data.

Sources: the schema junit-10 of jenkinsci/xunit-plugin (elements, attributes, their order), Jenkins' junit plug-in
(counts come from the cases), GitLab's page "Unit test reports" (suite = classname, first of equal names, 30 MB),
dorny/test-reporter and mikepenz/action-junit-report (name of the suite; message or text of a failure).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from harness.checks import Verdict
from harness.reporting.write import write_reports
from stubs.events import RunFinished, RunStarted
from tests.unit.test_reporting import HOSTILE, USER, journal_of, plan_row, scenario_events


@dataclass(frozen=True)
class Rule:
    """What the strictest reader lets stand in an element."""

    needed: frozenset[str]
    allowed: frozenset[str]
    children: frozenset[str]


def rule(needed: str = "", allowed: str = "", children: str = "") -> Rule:
    return Rule(frozenset(needed.split()), frozenset((needed + " " + allowed).split()), frozenset(children.split()))


XUNIT = {
    "testsuites": rule("", "name time tests failures errors", "testsuite"),
    "testsuite": rule(
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "testcase": rule(
        "name",
        "time classname group",
        "skipped error failure rerunFailure rerunError flakyFailure flakyError system-out system-err",
    ),
    "properties": rule("", "", "property"),
    "property": rule("name value"),
    "failure": rule("", "type message"),
    "error": rule("", "type message"),
    "skipped": rule("", "type message"),
    "system-out": rule(),
    "system-err": rule(),
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
GITLAB_LIMIT = 30_000_000


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A run with every verdict there is, one scenario twice, and text that is hostile."""
    verdicts = [verdict.value for verdict in Verdict]
    keys = [f"SR-{number}" for number, _ in enumerate(verdicts, start=201)]
    facts = {
        "harness": "0.1.0", "driver": "reference", "driver_facts": {"driver": "reference"}, "roles": ["IS"],
        "users": {"IS": USER}, "seed": "s", "settings_digest": "0" * 64, "python": "3.11", "certificates": [],
        "plan": [plan_row(f"{key}-IS", key, ["4.1.1"]) for key in keys],
    }  # fmt: skip
    events = [
        event
        for key, verdict in [*zip(keys, verdicts, strict=True), (keys[0], verdicts[0])]
        for event in scenario_events(key, "4.1.1", verdict, f"because {HOSTILE} ]]>")
    ]
    folder: Path = tmp_path_factory.mktemp("run")
    journal = journal_of(RunStarted(run="run-1", facts=facts), *events, RunFinished(run="run-1", complete=True))
    try:
        write_reports(folder, journal.rows())
    finally:
        journal.close()
    return (folder / "junit.xml").read_bytes()


def elements(document: bytes) -> list[etree._Element]:
    return list(etree.fromstring(document).iter())


def test_elements_and_attributes_are_those_of_the_xunit_schema(document: bytes) -> None:
    for element in elements(document):
        known = XUNIT[element.tag]
        assert known.needed <= set(element.attrib) <= known.allowed, element.tag
        assert {child.tag for child in element} <= known.children, element.tag


def test_times_are_numbers_as_surefire_writes_them(document: bytes) -> None:
    times = [element.get("time") for element in elements(document) if element.get("time") is not None]
    assert times
    assert all(SUREFIRE_TIME.fullmatch(time or "") for time in times)


def test_counts_are_those_of_the_cases(document: bytes) -> None:
    for suite in etree.fromstring(document).iter("testsuites", "testsuite"):
        for name, path in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if suite.get(name) is not None:
                assert int(suite.get(name, "")) == len(list(suite.iter(path))), (suite.tag, name)


def test_a_case_has_at_most_one_outcome(document: bytes) -> None:
    for case in etree.fromstring(document).iter("testcase"):
        assert sum(child.tag in {"failure", "error", "skipped"} for child in case) <= 1


def test_gitlab_counts_every_case_since_no_two_are_called_the_same(document: bytes) -> None:
    cases = Counter((case.get("classname"), case.get("name")) for case in etree.fromstring(document).iter("testcase"))
    assert len(cases) == len(Verdict) + 1
    assert set(cases.values()) == {1}
    assert all(name and " " not in name for name, _ in cases), "GitLab shows it as the suite"
    assert len(document) < GITLAB_LIMIT


def test_a_failure_says_why_in_its_message_and_in_its_text(document: bytes) -> None:
    problems = [one for one in elements(document) if one.tag in {"failure", "error"}]
    assert {one.get("type") for one in problems} == {"FAIL", "BLOCKED"}
    assert all("because" in (one.get("message") or "") for one in problems)
    assert all((one.text or "").strip() for one in problems)


def test_every_verdict_but_pass_is_told(document: bytes) -> None:
    told = {
        line.split()[1]
        for case in etree.fromstring(document).iter("system-out")
        for line in (case.text or "").splitlines()
        if line.startswith("verdict ")
    }
    assert told == {verdict.value for verdict in Verdict if verdict is not Verdict.PASS}
