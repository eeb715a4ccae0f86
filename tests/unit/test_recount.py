"""Every number of the report, counted once more from the stored journal by code that shares nothing with the report's."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from harness.reporting.write import write_reports
from schemas.load import scenarios
from stubs.events import Entry, RunFinished, RunStarted, ScenarioFinished, ScenarioStarted
from tests.unit.test_reporting import USER, journal_of, plan_row, scenario_events

RAN = {
    "SR-201": ("4.1.1", "PASS"),
    "SR-202": ("4.1.2", "REVIEW"),
    "SR-207": ("4.2", "BLOCKED"),
    "RC-010": ("11.2", "FAIL"),
    "RC-002": ("4.1.1", "PASS"),
    "SR-601": ("8.2", "NOT_RUN"),
}
"""What ran: scenario to service and verdict; one more was chosen and never began."""


class Told:
    """What the files of a run tell, and the entries that they were made from."""

    def __init__(self, folder: Path, entries: list[Entry]) -> None:
        self.entries = entries
        self.json: Any = json.loads((folder / "result.json").read_bytes())
        page: Any = lxml_html.fromstring((folder / "report.html").read_bytes())
        self.page: str = page.text_content()
        self.junit: Any = etree.fromstring((folder / "junit.xml").read_bytes())
        self.csv = list(csv.DictReader(io.StringIO((folder / "coverage.csv").read_text(encoding="utf-8"))))

    def verdicts(self) -> dict[str, str]:
        """Verdict by key, as the journal has it; what was chosen and did not begin is NOT_RUN."""
        (facts,) = [entry.event.facts for entry in self.entries if isinstance(entry.event, RunStarted)]
        found = {row["key"]: "NOT_RUN" for row in facts["plan"] if row["chosen"]}
        key = ""
        for entry in self.entries:
            if isinstance(entry.event, ScenarioStarted):
                key = entry.event.premises["key"]
            elif isinstance(entry.event, ScenarioFinished):
                found[key] = entry.event.verdict
        return found

    def services(self, *, positive: bool) -> set[str]:
        """Services of passed scenarios that expect an answer, or a refusal."""
        verdicts = self.verdicts()
        begun = [entry.event for entry in self.entries if isinstance(entry.event, ScenarioStarted)]
        return {
            srv
            for event in begun
            if verdicts[event.premises["key"]] == "PASS"
            and (scenarios()[event.scenario].polarity == "positive") is positive
            for srv in event.srvs
        }


@pytest.fixture
def told(tmp_path: Path) -> Told:
    plan = [plan_row(f"{scenario}-IS", scenario, [srv]) for scenario, (srv, _) in RAN.items()]
    plan.append(plan_row("SR-503-IS", "SR-503", ["7.4"]))
    facts = {"harness": "0.1.0", "driver": "reference", "driver_facts": {}, "roles": ["IS"], "users": {"IS": USER},
             "seed": "s", "settings_digest": "0" * 64, "python": "3.11", "certificates": [], "plan": plan}  # fmt: skip
    journal = journal_of(
        RunStarted(run="run-1", facts=facts),
        *(event for scenario, (srv, verdict) in RAN.items() for event in scenario_events(scenario, srv, verdict)),
        RunFinished(run="run-1", complete=False),
    )
    try:
        write_reports(tmp_path / "run", journal.rows())
        return Told(tmp_path / "run", list(journal.entries()))
    finally:
        journal.close()


def test_the_totals_of_json_page_and_junit_are_those_of_the_journal(told: Told) -> None:
    counted = Counter(told.verdicts().values())
    assert counted == {"PASS": 2, "REVIEW": 1, "BLOCKED": 1, "FAIL": 1, "NOT_RUN": 2}
    assert told.json["totals"] == counted
    said = re.search(r"(\d+) scenario runs: ([^.]*)\.", told.page)
    assert said is not None
    assert int(said[1]) == sum(counted.values())
    assert {word: int(number) for number, word in re.findall(r"(\d+) ([A-Z_]+)", said[2])} == counted
    begun = [one for one in told.entries if isinstance(one.event, ScenarioStarted)]
    (suite,) = told.junit
    for at in (told.junit, suite):
        assert (at.get("tests"), at.get("failures"), at.get("errors")) == (str(len(begun)), "1", "1")
    assert int(suite.get("skipped")) == counted["REVIEW"] + sum(one == "NOT_RUN" for _, one in RAN.values())


def test_the_scopes_of_a_role_add_up_to_the_journal(told: Told) -> None:
    counted = Counter(told.verdicts().values())
    (role,) = told.json["roles"]
    summed = {name: sum(scope[name] for scope in role["scopes"]) for name in role["scopes"][0] if name != "scope"}
    assert summed == {
        "planned": 7, "passed": counted["PASS"], "failed": counted["FAIL"], "blocked": counted["BLOCKED"],
        "not_run": counted["NOT_RUN"], "other": counted["REVIEW"],
    }  # fmt: skip


def test_card_coverage_csv_and_json_show_the_services_that_the_journal_shows(told: Told) -> None:
    eligible = {row["srv"] for row in told.csv if row["eligible"] == "yes"}
    shown = told.services(positive=True) & eligible
    refused = told.services(positive=False)
    assert shown
    assert refused
    assert {row["srv"] for row in told.csv if row["state"] == "passed"} == shown
    assert {row["srv"] for row in told.csv if row["refusal_shown"] == "yes"} == refused
    (role,) = told.json["roles"]
    for at in (told.json, role):
        assert (at["pairs"], at["pairs_shown"], at["refusals_shown"]) == (len(eligible), len(shown), len(refused))
    assert f"{len(shown)} of {len(eligible)} services are shown to work; {len(refused)} refusals" in told.page
    assert f"{len(shown)} of {len(eligible)} pairs of role and service are shown to work" in told.page
    assert [(row["srv"], row["state"]) for row in told.json["coverage"]] == [
        (row["srv"], row["state"]) for row in told.csv
    ]
