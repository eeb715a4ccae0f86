"""Whatever collection a party reports is compared both ways: nothing left out, nothing added, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from harness.checks import Evidence, Verdict, checks, evidence_of, judge, judge_implicit
from stubs.events import AnyEvent, MessageQueued
from stubs.ssi.served import identities_in, ways_in
from tests.story import OTHER_METER, Story, request_id
from tests.unit.test_effect_checks import ONE, outcomes
from tests.unit.test_judged_bounds import period, warned
from tests.unit.test_judged_branches import inventory
from tests.unit.test_ssi_checks import (
    FIRST,
    HUB,
    INVENTORY,
    MENU,
    METER,
    REQUEST,
    USER,
    Case,
    page,
    request,
    response,
    run,
)

PASS = Verdict.PASS
OF_REPORTS = frozenset({"values-as-received", "alerts-as-received", "ssi-told-as-shown"})
STRANGER = "00-DB-12-34-56-78-90-AB"
LISTED = [METER, HUB]


@dataclass(frozen=True)
class Told:
    """A collection that a check compares: the story when it is told so, what is right, and one more that is not."""

    check: str
    evidence: Callable[[list[Any]], Evidence]
    right: list[Any]
    invented: Any
    parameters: dict[str, Any]
    may_repeat: str = ""
    """Why an item that is told twice is no fault."""
    may_omit: str = ""
    """Why an item that is not told is no fault."""

    def verdicts(self, told: list[Any]) -> set[Verdict]:
        """What the check itself and the implicit checks of what is reported say."""
        evidence = self.evidence(told)
        found = {finding.verdict for name, finding in judge_implicit(evidence, {}) if name in OF_REPORTS}
        return found | {judge(self.check, evidence, self.parameters).verdict} - {Verdict.NOT_APPLICABLE}


def of(story: Story) -> Evidence:
    return evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))


def ssi(check: str, kind: str, name: str, shown: tuple[str, ...], **more: Any) -> Callable[[list[Any]], Evidence]:
    """A page that shows this was served, and a value of that name told of it."""
    extra, path = more.pop("values", {}), more.pop("path")
    events = [*more.pop("events", ()), page(path, *shown, ways=tuple(MENU), agent="two")]
    return lambda told: Case(check, kind, PASS, events, values={name: told, **extra}, **more).evidence()


def report(told: list[Any]) -> Evidence:
    events: list[AnyEvent] = [page("/reports/RSAT_002", METER, REQUEST), run("RSAT_002")]
    before: list[AnyEvent] = [*request("11.2", code="I99"), response()]
    asked, values = {"report": "RSAT_002"}, {"count": 2, "rows": told}
    return Case("ssi-report-complete", "run-report", PASS, events, asked, values=values, before=before).evidence()


def volumes(told: list[Any]) -> Evidence:
    warnings = Story().add(warned(), warned(counter=2)).asked(kind="view-thresholds", service="")
    return of(
        warnings.add(page("/thresholds", request_id(1), request_id(2))).claimed("done", "", values={"rows": told})
    )


def identities(story: Story, told: list[Any]) -> Evidence:
    return of(story.asked("", kind="view-audit").add(page("/audit", METER)).claimed(values={"seen": told}))


def told_alerts(told: list[Any]) -> Evidence:
    return of(outcomes(*told))


REPEATS = "a page may show an identity several times, and a person tell it as often"
DEVICE = {"DeviceID": METER, "DeviceStatus": "Commissioned"}
ROW = {"DeviceID": METER, "RequestID": REQUEST, "ResponseCode": "I0"}
AUDIT: dict[str, Any] = {"path": "/audit", "before": [*request("11.2", code="I99"), response()]}

COLLECTIONS = [
    Told("inventory-agrees", lambda told: of(inventory(told)), [DEVICE], {**DEVICE, "DeviceID": OTHER_METER}, {}),
    Told("values-as-received", lambda told: of(inventory(told)), [DEVICE], {**DEVICE, "DeviceID": OTHER_METER}, {}),
    Told("entries-read", lambda told: of(period([1, 2], told)), [1, 2], 3, {"name": "LogEntries", "count": 2}),
    Told("alert-understood", told_alerts, [ONE, ONE], {**ONE, "code": "8F67"}, {"code": "8F66"}),
    Told("alerts-as-received", told_alerts, [ONE, ONE], {**ONE, "device": STRANGER}, {},
         may_omit="one line may sum up several alerts"),
    Told("volume-warning-seen", volumes, [{"R": request_id(1)}, {"R": request_id(2)}], {"R": f"{USER}:{STRANGER}:1"},
         {}, may_repeat="a table of limits and one of warnings may name the same request"),
    Told("ssi-inventory-seen", lambda told: identities(Story(), told), [METER], STRANGER, {"devices": [METER]}, REPEATS),
    Told("ssi-told-as-shown", lambda told: identities(Story(), told), [METER], STRANGER, {}, REPEATS,
         "what has to be told is the business of the check that a scenario names"),
    Told("ssi-inventory-agrees", ssi("ssi-inventory-agrees", "view-inventory", "seen", (METER, HUB), path="/inventory",
                                     before=request("8.2", INVENTORY)), LISTED, STRANGER, {}, REPEATS),
    Told("ssi-nothing-found", ssi("ssi-nothing-found", "view-inventory", "seen", (), path="/inventory"), [], STRANGER,
         {}),
    Told("ssi-others-not-shown", ssi("ssi-others-not-shown", "view-inventory", "rows", (METER,), path="/inventory"),
         [{"Device ID": METER}], {"Device ID": STRANGER}, {"identities": [STRANGER]}, REPEATS, "nothing has to be told"),
    Told("ssi-page-seen", ssi("ssi-page-seen", "view-hub", "rows", (METER, HUB), path="/hubs"),
         [{"Device": METER}, {"Device": HUB}], {"Device": STRANGER}, {"facts": [METER, HUB]}, REPEATS),
    Told("ssi-menu-seen", ssi("ssi-menu-seen", "view-home", "menu", (), path="/"), MENU, "Everything", {"job_type": ""},
         "the menu may stand on a page twice, such as for small windows"),
    Told("ssi-record-agrees", ssi("ssi-record-agrees", "view-audit", "rows", ("x1", "m1", METER, REQUEST),
                                  values={"codes": ["I99", "I0"]}, **AUDIT), [ROW, ROW], {**ROW, "DeviceID": STRANGER},
         {}),
    Told("ssi-report-complete", report, [ROW, ROW], {**ROW, "RequestID": f"{USER}:{METER}:9"}, {}),
    Told("ssi-same-in-both-browsers", ssi("ssi-same-in-both-browsers", "view-inventory", "seen", (METER,),
                                          path="/inventory", before=FIRST), [METER], STRANGER, {}),
]  # fmt: skip
"""Every check that compares a reported collection."""
ONE_VALUE = {
    "alert-acknowledged", "bad-signature-rejected", "clock-followed", "commands-signed-as-issued",
    "completed-only-after-response", "counters-increase", "counters-never-fall", "critical-signed",
    "delivered-after-retry", "delivery-failed", "device-failure-understood", "device-never-answered-reported",
    "device-shows", "device-state-becomes", "device-still-has", "device-took-what-was-sent", "device-untouched",
    "duplicate-processed-once", "error-code-understood", "foreign-pre-command-refused", "http-error-noticed",
    "inventory-status-becomes", "messages-acknowledged", "messages-counted-once", "moved-by-scenario-only",
    "new-certificate-taken", "nothing-changed", "nothing-lost-by-restart", "one-request-per-action",
    "outcome-agrees-with-response", "outcome-follows-messages", "posts-at-right-service", "repetitions-bounded",
    "request-accepted", "request-as-asked", "request-quarantined", "request-refused", "response-acknowledged",
    "response-received", "retries-bounded", "scheduled-readings-taken", "service-matches-variant",
    "signed-pre-command-as-issued", "signed-pre-command-signature", "ssi-act-recorded", "ssi-act-refused",
    "ssi-code-understood", "ssi-coverage-agrees", "ssi-field-refused", "ssi-file-accepted", "ssi-report-refused",
    "ssi-request-seen", "ssi-session-ended", "ssi-sign-in-refused", "ssi-signed-in", "system-restarted",
    "untrusted-alert-rejected", "untrusted-not-used", "untrusted-rejected", "volume-warned", "wrong-party-rejected",
}  # fmt: skip
"""Checks of the wire, of devices, or of one value that is told: a status, a code, a reference."""
BY_NAME = {"correlated-by-request-id", "dcc-answer-agrees", "reading-agrees", "reading-shows"}
"""Checks of the values that a scenario is about: values-as-received compares all that are told, both ways."""


def test_every_check_says_whether_it_compares_a_collection() -> None:
    assert {one.check for one in COLLECTIONS} | ONE_VALUE | BY_NAME == set(checks())


@pytest.mark.parametrize("told", COLLECTIONS, ids=lambda one: one.check)
def test_what_is_right_passes(told: Told) -> None:
    assert told.verdicts(told.right) <= {PASS}


@pytest.mark.parametrize("told", COLLECTIONS, ids=lambda one: one.check)
def test_nothing_may_be_added(told: Told) -> None:
    for at in range(len(told.right) + 1):
        assert Verdict.FAIL in told.verdicts([*told.right[:at], told.invented, *told.right[at:]])


@pytest.mark.parametrize("told", [one for one in COLLECTIONS if not one.may_omit], ids=lambda one: one.check)
def test_nothing_may_be_left_out(told: Told) -> None:
    for at in range(len(told.right)):
        assert told.verdicts([*told.right[:at], *told.right[at + 1 :]]) & {Verdict.FAIL, Verdict.REVIEW}


@pytest.mark.parametrize("told", COLLECTIONS, ids=lambda one: one.check)
def test_nothing_may_be_told_twice_unless_it_says_why(told: Told) -> None:
    for at in range(len(told.right)):
        found = told.verdicts([*told.right[: at + 1], *told.right[at:]])
        assert (found <= {PASS}) if told.may_repeat else (Verdict.FAIL in found)


def test_what_stands_on_a_page_is_recorded_whole() -> None:
    html = (
        f"<a href='/x'>An <b>Inventory</b></a> {METER.lower()} <button>Go</button> {USER}:{METER.lower()}:12<p>{HUB}x"
    )
    assert identities_in(html) == (METER, USER, f"{USER}:{METER}:12")
    assert ways_in(html) == ("An Inventory", "Go")


def test_an_identity_of_the_partys_own_traffic_or_of_what_it_was_asked_is_no_stranger() -> None:
    story = Story().asked().posted(target=OTHER_METER).queued().delivered()
    assert isinstance(story.entries[-2].event, MessageQueued)
    story.asked("", kind="view-audit", target=STRANGER).add(page("/audit", METER))
    claimed = story.claimed(values={"seen": [USER, METER, OTHER_METER.lower(), STRANGER.replace("-", "")]})
    assert claimed.judged("ssi-told-as-shown").verdict is PASS
    numbers = {"rows": [{"Counter": "0011223344556677", "Text": "1234567890123456"}]}
    told = Story().asked("", kind="view-audit").add(page("/audit", METER)).claimed(values=numbers)
    assert told.judged("ssi-told-as-shown").verdict is PASS


def test_a_page_of_an_earlier_version_tells_not_all_that_it_showed() -> None:
    earlier = msgspec.structs.replace(page("/audit", METER), identities=())
    story = Story().asked("", kind="view-audit").add(earlier).claimed(values={"seen": [STRANGER]})
    assert story.judged("ssi-told-as-shown").verdict is PASS


@pytest.mark.parametrize(("counter", "is_shown"), [(7, True), (8, False)])
def test_what_an_earlier_run_left_in_the_audit_trail_may_be_told(counter: int, is_shown: bool) -> None:
    earlier = f"{USER}:{METER}:7"
    events: list[AnyEvent] = [page("/audit", "x1", "m1", METER, REQUEST, earlier)]
    told = {"rows": [ROW, {**ROW, "ResponseCode": "I99"}, {**ROW, "RequestID": f"{USER}:{METER}:{counter}"}]}
    case = Case("ssi-record-agrees", "view-audit", PASS, events, values=told, before=AUDIT["before"])
    assert (case.finding().verdict is PASS) is is_shown, case.finding().lines


def test_a_file_that_was_served_counts_as_a_page() -> None:
    served = msgspec.structs.replace(page("/reports"), identities=(STRANGER,))
    story = Story().asked("", kind="run-report").add(served).claimed(values={"rows": [{"DeviceID": STRANGER}]})
    assert story.judged("ssi-told-as-shown").verdict is PASS
