"""Every check at once, tripped and kept, on entries made by hand; and judging again from entries alone."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict, checks, evidence_of, implicit_checks, judge_again, worst
from stubs.events import CheckJudged, DeviceSilent, Entry, ItemDone, RequestReceived, RequestRefused, ScenarioStarted
from stubs.wire.errors import Misuse
from tests.story import METER, NOW, OTHER_METER, Story, read

KEPT = [
    ("request-accepted", {}),
    ("response-received", {}),
    ("response-acknowledged", {}),
    ("outcome-agrees-with-response", {}),
    ("completed-only-after-response", {}),
    ("reading-agrees", {}),
    ("reading-agrees", {"names": ["unit"]}),
    ("service-matches-variant", {}),
    ("retries-bounded", {}),
    ("counters-increase", {"requests": 1}),
    ("correlated-by-request-id", {"actions": 1}),
    ("reading-shows", {"fields": {"unit": "Wh"}}),
]


@pytest.mark.parametrize(("check", "parameters"), KEPT)
def test_a_claim_of_nothing_but_the_status_is_never_a_failure(check: str, parameters: dict[str, Any]) -> None:
    story = Story().asked().posted().device_answered().queued().delivered()
    finding = story.claimed(code="", messages_processed=0).judged(check, **parameters)
    assert finding.verdict in {Verdict.PASS, Verdict.REVIEW}, finding.lines
    assert finding.is_final


@pytest.mark.parametrize(("check", "parameters"), KEPT)
def test_a_plain_reading_keeps(check: str, parameters: dict[str, Any]) -> None:
    finding = read().judged(check, **parameters)
    assert finding.verdict is Verdict.PASS, finding.lines
    assert finding.is_final
    assert finding.references, "PASS rests on entries"


DECLARED = "clock-followed"
"""Decided by what the run's settings declare, before anything is asked."""
NAMED = sorted(set(checks()) - set(implicit_checks()) - {DECLARED})


def test_a_system_that_does_not_follow_the_clock_is_not_asked_and_not_blamed() -> None:
    finding = Story().judged(DECLARED, driver="http")
    assert (finding.verdict, finding.is_final) == (Verdict.NOT_RUN, True)
    assert "follows_clock = true" in finding.got


@pytest.mark.parametrize("check", implicit_checks())
def test_an_implicit_check_without_anything_to_look_at_does_not_apply(check: str) -> None:
    assert Story().judged(check).verdict is Verdict.NOT_APPLICABLE
    story = Story().asked().claimed("blocked", "", detail="the program was not found")
    assert story.judged(check).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("check", NAMED)
def test_no_check_passes_on_nothing(check: str) -> None:
    parameters = {
        "code": "E4", "device": METER, "status": "Pending", "name": "supply", "value": "x", "devices": [METER],
        "identities": [METER], "http_status": 503, "fields": {"supply": "disabled"}, "schedule": "1", "count": 3,
        "facts": ["Degraded"], "outcome": "empty", "job_type": "",
    }  # fmt: skip
    finding = Story().judged(check, **parameters)
    assert finding.verdict is not Verdict.PASS
    assert not finding.is_final, "something may still come"


@pytest.mark.parametrize("check", NAMED)
def test_no_check_blames_the_party_for_a_driver_that_could_not_ask(check: str) -> None:
    story = Story().asked().claimed("blocked", "", detail="the program was not found")
    parameters = {
        "code": "E4", "device": METER, "status": "Pending", "name": "supply", "value": "x", "devices": [METER],
        "identities": [METER], "http_status": 503, "fields": {"supply": "disabled"}, "schedule": "1", "count": 3,
        "facts": ["Degraded"], "outcome": "empty", "job_type": "",
    }  # fmt: skip
    assert story.judged(check, **parameters).verdict is Verdict.BLOCKED


def test_every_check_says_rule_source_and_provenance() -> None:
    for check in checks().values():
        assert check.rule
        assert check.clause
        assert check.provenance in {"stated", "inferred"}


def test_a_failed_check_is_three_lines() -> None:
    lines = Story().asked().refused("E4").judged("request-accepted").lines
    assert [line.split()[0] for line in lines] == ["expected", "got", "rule"]
    assert "E4" in lines[1]
    assert "DUIS" in lines[2]


def test_an_unknown_check_is_a_misuse() -> None:
    with pytest.raises(Misuse, match="no check is called 'reading-agreed'"):
        Story().judged("reading-agreed")


def test_worst_verdict_decides_and_nothing_is_not_run() -> None:
    assert worst((Verdict.PASS, Verdict.BLOCKED, Verdict.FAIL)) is Verdict.FAIL
    assert worst((Verdict.PASS, Verdict.ATTESTED)) is Verdict.ATTESTED
    assert worst(()) is Verdict.NOT_RUN


def test_an_error_of_the_simulated_dcc_is_never_held_against_the_party() -> None:
    story = Story().asked()
    story.add(
        RequestReceived(exchange="x1", service="send-command", peer="", content_type="", body=b""),
        RequestRefused(
            exchange="x1", rule="internal-error", response_code=None, http_status=500, detail="KeyError: 'a'"
        ),
    )  # fmt: skip
    finding = story.claimed("failed", "").judged("request-accepted")
    assert finding.verdict is Verdict.BLOCKED
    assert "an error of the simulated DCC: KeyError: 'a'" in finding.got


def test_an_error_of_the_simulated_dcc_in_the_background_counts_too() -> None:
    story = Story().asked().posted().add(ItemDone(item="i1", outcome="internal error: ValueError: b"))
    assert story.judged("response-received").verdict is Verdict.BLOCKED


# --- evidence and judging again ---------------------------------------------------------------------------------------


def test_traffic_of_another_scenarios_meter_is_left_out() -> None:
    story = Story()
    other = ScenarioStarted(
        scenario="SR-212", attempt=1, role="ED", title="", scope="", priority="", srvs=(), feature="",
        premises={"devices": {"electricity meter": OTHER_METER}},
    )  # fmt: skip
    story.entries.insert(0, Entry(seq=0, at=NOW, event=other, hash=b""))
    silent = DeviceSilent(command="c9", request_id=None, device=OTHER_METER, reason="", response_code=None)
    story.add(silent)
    evidence = evidence_of(story.entries, "SR-201", "IS", 1, 99)
    assert not list(evidence.of(DeviceSilent))


def test_judging_again_gives_the_same_finding() -> None:
    story = read()
    finding = story.judged("reading-agrees", action="a1")
    last = len(story.entries)
    story.add(
        CheckJudged(
            scenario="SR-201", role="IS", check="reading-agrees", parameters={"action": "a1"}, first=1, last=last,
            verdict=finding.verdict.value, expected=finding.expected, got=finding.got, rule=finding.rule,
            references=finding.references,
        )
    )  # fmt: skip
    (again,) = judge_again(story.entries)
    assert again.agrees
    assert again.finding == finding
