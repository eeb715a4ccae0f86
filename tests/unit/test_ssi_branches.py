"""Branches of the checks of the Self-Service Interface: what is quoted, and what is ours."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict
from stubs.events import AnyEvent
from tests.story import Story, request_id
from tests.unit.test_judged_bounds import page as threshold_page
from tests.unit.test_judged_bounds import warned
from tests.unit.test_ssi_checks import (
    COVERED,
    FIRST,
    HUB,
    INVENTORY,
    LAPSED,
    MENU,
    METER,
    OTHER,
    PLACE,
    RAISE,
    REQUEST,
    Case,
    incident,
    page,
    request,
    response,
    run,
    signing,
)

PASS, FAIL, REVIEW, BLOCKED = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED
OFFERED = page("/reports/RSMI_004", status=404)


@pytest.mark.parametrize(
    ("outcome", "events", "status", "values", "verdict", "got", "references"),
    [
        ("not offered", [run("A"), run("B")], "refused", {"t": 1}, BLOCKED, "A was run", (3,)),
        ("not offered", [page("/reports/RSMI_004")], "refused", {"t": 1}, FAIL, "none of them a refusal", None),
        ("not offered", [OFFERED], "done", {"t": 1}, FAIL, "said 'done' with no rows", (3, 4)),
        ("not offered", [page("/reports/X", status=403)], "refused", {"t": 1}, PASS, "not offered", (3, 4)),
        ("empty", [run("A", "empty"), run("B")], "done", {"count": 0}, FAIL, "B is complete", (4,)),
        ("empty", [run("A"), run("B", "empty")], "done", {"count": 0}, PASS, "empty, and", (4, 5)),
        ("empty", [run("A", "empty")], "refused", {"count": 0}, FAIL, "said 'refused' with no rows", (3, 4)),
        ("empty", [run("A", "empty")], "done", {"count": 3}, FAIL, "said 'done' with 3 rows", (3, 4)),
        ("empty", [run("A", "empty")], "done", {"count": "0"}, PASS, "empty, and", (3, 4)),
        ("too-large", [run("A", "too-large")], "refused", {"t": 1}, PASS, "too-large, and", (3, 4)),
        ("too-large", [run("A", "too-large")], "done", {"t": 1}, FAIL, "said 'done'", (3, 4)),
        ("empty", [], "done", {"count": 0}, FAIL, "no report was run", None),
    ],
)
def test_a_report_that_is_not_given_out(
    outcome: str, events: list[AnyEvent], status: str, values: dict[str, Any], verdict: Verdict, got: str,
    references: tuple[int, ...] | None,
) -> None:  # fmt: skip
    case = Case("ssi-report-refused", "run-report", verdict, events, {}, status, values, {"outcome": outcome})
    found = case.finding()
    assert found.verdict is verdict, found.lines
    assert got in found.got
    assert references in (None, found.references)


@pytest.mark.parametrize(
    ("values", "verdict", "got"),
    [
        ({"reference": "INC0000001"}, PASS, "recorded as INC0000001, which the party knows"),
        ({"reference": "inc0000001"}, PASS, "recorded as INC0000001, which the party knows"),
        ({"title": "Incident INC0000001 raised"}, PASS, "recorded as INC0000001, which the party knows"),
        ({"reference": "INC0000009"}, FAIL, "recorded as INC0000001; the party says INC0000009"),
        ({"title": "An incident was raised"}, FAIL, "recorded as INC0000001; the party says no reference"),
        ({}, REVIEW, ""),
    ],
)
def test_the_reference_of_an_act_is_known(values: dict[str, Any], verdict: Verdict, got: str) -> None:
    found = Case("ssi-act-recorded", "raise-incident", verdict, [incident()], RAISE, values=values).finding()
    assert found.verdict is verdict, found.lines
    assert got in found.got


@pytest.mark.parametrize("status", ["refused", "failed", "timeout"])
def test_an_act_that_was_recorded_is_done(status: str) -> None:
    values = {"reference": "INC0000001"}
    found = Case("ssi-act-recorded", "raise-incident", FAIL, [incident()], RAISE, status, values).finding()
    assert (found.verdict, found.got) == (FAIL, f"recorded; the party said {status!r}")


@pytest.mark.parametrize(
    ("agent", "shown", "seen", "verdict", "got"),
    [
        ("one", METER, [METER], FAIL, "both pages went to one"),
        ("two", METER, [METER], PASS, "one and two"),
        ("two", METER, [], FAIL, "and []"),
        ("two", "other", [METER], FAIL, METER),
    ],
)
def test_two_browsers_show_the_same(agent: str, shown: str, seen: list[str], verdict: Verdict, got: str) -> None:
    events: list[AnyEvent] = [page("/inventory", shown, agent=agent)]
    case = Case(
        "ssi-same-in-both-browsers", "view-inventory", verdict, events, values={"seen": seen}, before=list(FIRST)
    )
    found = case.finding()
    assert found.verdict is verdict, found.lines
    assert got in found.got


def test_a_browser_that_names_itself_nowhere_is_one_browser() -> None:
    before = [FIRST[0], page("/inventory", METER), FIRST[2]]
    found = Case(
        "ssi-same-in-both-browsers", "view-inventory", FAIL, [page("/inventory", METER)], values={"seen": [METER]},
        before=before,
    ).finding()  # fmt: skip
    assert (found.verdict, found.got) == (FAIL, "both pages went to the same browser")


@pytest.mark.parametrize(
    ("told", "verdict", "got"),
    [(1, PASS, "the party tells of it"), (2, FAIL, "the party does not tell of it")],
)
def test_whether_a_warning_is_told_is_said(told: int, verdict: Verdict, got: str) -> None:
    story = Story().add(warned()).asked(kind="view-thresholds", service="").add(threshold_page(request_id(1)))
    found = story.claimed("done", "", values={"rows": [request_id(told)]}).judged("volume-warning-seen")
    assert (found.verdict, found.got, found.references) == (verdict, got, (4, 5))


MORE = [
    Case("ssi-sign-in-refused", "sign-in-ssi", FAIL, [LAPSED, signing(accepted=True)], status="refused"),
    Case("ssi-nothing-found", "view-inventory", FAIL, [page("/inventory")], values={"seen": f"{METER}, {HUB}"}),
    Case("ssi-field-refused", "view-inventory", FAIL, [page("/inventory")], status="refused",
         values={"problems": ["This is not a Device ID."]}),
    Case("ssi-act-refused", "raise-incident", FAIL, [incident()], status="done"),
    Case("ssi-menu-seen", "view-home", FAIL, [page("/")], values={"menu": MENU[1:]}, parameters={"job_type": ""}),
    Case("ssi-inventory-agrees", "view-inventory", FAIL, [page("/inventory", METER, HUB)],
         values={"seen": [METER, OTHER]}, before=request("8.2", INVENTORY)),
    Case("ssi-coverage-agrees", "view-coverage", FAIL, [page("/coverage", PLACE, "Will connect")],
         values={"outcome": "Will not connect"}, before=request("12.1", COVERED)),
    Case("ssi-record-agrees", "view-audit", FAIL, [page("/audit", "x1", "m1")],
         values={"rows": [{"RequestID": REQUEST, "Code": "I99"}, {"RequestID": REQUEST, "Code": "E19"}]},
         before=[*request("11.2", code="I99"), response()]),
    Case("ssi-session-ended", "view-audit", FAIL, [page("/sign-in", user=""), page("/audit", METER)],
         status="refused"),
]  # fmt: skip


@pytest.mark.parametrize("case", MORE, ids=lambda case: case.id)
def test_another_way_to_break_each_rule_of_the_pages(case: Case) -> None:
    found = case.finding()
    assert found.verdict is case.verdict, found.lines
