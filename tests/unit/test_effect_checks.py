"""Effects of a command: the device's state, and the values read back."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict
from harness.checks.comparing import is_same
from stubs.events import DeviceChanged
from tests.story import METER, Story

SWITCHES = [{"number": 1, "description": "Hot water"}, {"number": 2}]


def changed(**values: Any) -> Story:
    story = Story().asked()
    story.add(DeviceChanged(device=METER, values=values, cause="test"))
    return story


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"supply": "disabled"}, {"supply": "disabled"}),
        ({"set": {"load limit": {"LoadLimitPeriod": 90}}}, {"LoadLimitPeriod": 90}),
        ({"switches": SWITCHES}, {"description": "Hot water"}),
        ({"joined": [["AB", 5, 0, ""]]}, {"joined": "AB"}),
        ({"joined": []}, {"joined": "without AB"}),
        ({"event_log": []}, {"event_log": ""}),
        ({"price": 5, "balance": 7}, {"price": 5, "balance": 7}),
    ],
)
def test_a_device_that_took_the_values_shows_them(values: dict[str, Any], fields: dict[str, Any]) -> None:
    assert changed(**values).judged("device-shows", device=METER, fields=fields).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("values", "fields", "got"),
    [
        ({"supply": "armed"}, {"supply": "disabled"}, "supply is 'armed'"),
        ({"price": 5}, {"balance": 7}, "balance did not change"),
        ({"price": 5, "balance": 8}, {"price": 5, "balance": 7}, "balance is 8"),
        ({"joined": [["AB", 5, 0, ""]]}, {"joined": "without AB"}, "joined is [['AB', 5, 0, '']]"),
        ({"event_log": [["event", 1, 2]]}, {"event_log": ""}, "event_log is [['event', 1, 2]]"),
    ],
)
def test_what_the_device_shows_instead_is_said(values: dict[str, Any], fields: dict[str, Any], got: str) -> None:
    finding = changed(**values).judged("device-shows", device=METER, fields=fields)
    assert (finding.verdict, finding.is_final) == (Verdict.FAIL, False)
    assert got in finding.got


def test_a_change_before_the_action_shows_nothing() -> None:
    story = Story()
    story.add(DeviceChanged(device=METER, values={"supply": "disabled"}, cause="test"))
    finding = story.asked().judged("device-shows", device=METER, fields={"supply": "disabled"})
    assert finding.verdict is not Verdict.PASS


def test_what_the_device_did_not_send_is_not_held_against_the_party() -> None:
    story = Story().asked().posted().device_answered(values={"a": 1}).queued().delivered().claimed(values={"a": 1})
    assert story.judged("reading-shows", fields={"a": 2}).verdict is Verdict.BLOCKED


def test_a_party_that_reports_another_value_fails() -> None:
    story = Story().asked().posted().device_answered(values={"a": 1}).queued().delivered().claimed(values={"a": 2})
    finding = story.judged("reading-shows", fields={"a": 1})
    assert (finding.verdict, finding.got) == (Verdict.FAIL, "the party reports a 2")


def test_lists_and_groups_are_compared_value_by_value() -> None:
    assert is_same([{"a": 1, "b": ["x"]}], ({"b": ["X"], "a": "1.0"},))
    assert not is_same([{"a": 1}], [{"a": 1}, {"a": 1}])
    assert not is_same({"a": 1}, {"a": 1, "b": 2})


def test_a_party_that_takes_a_device_failure_for_done_fails() -> None:
    story = Story().asked().posted().device_answered(values={}).queued().delivered()
    assert story.claimed("done", "I0").judged("device-failure-understood").verdict is Verdict.FAIL


def test_a_party_that_sees_the_device_failure_passes() -> None:
    story = Story().asked().posted().device_answered(values={}).queued().delivered()
    assert story.claimed("failed", "I0").judged("device-failure-understood").verdict is Verdict.PASS


def test_every_one_of_several_alerts_has_to_be_acknowledged() -> None:
    story = Story().asked().queued(kind="device-alert", alert="8F3F").delivered()
    story = story.queued(kind="device-alert", alert="8F3F")
    assert not story.judged("alert-acknowledged", code="8F3F", count=2).is_final
    assert story.delivered().judged("alert-acknowledged", code="8F3F", count=2).verdict is Verdict.PASS


def test_a_device_that_did_what_was_taken_back_fails() -> None:
    story = Story().asked().posted()
    story.add(DeviceChanged(device=METER, values={"payment_mode": "prepayment"}, cause="test"))
    finding = story.judged("device-still-has", device=METER, name="payment_mode", value="credit")
    assert finding.verdict is Verdict.FAIL


def test_a_device_that_did_nothing_still_has_its_value() -> None:
    finding = Story().asked().posted().judged("device-still-has", device=METER, name="payment_mode", value="credit")
    assert finding.verdict is Verdict.PASS


def outcomes(*alerts: dict[str, Any]) -> Story:
    """Two outcome alerts of one held command came, and the party reports these."""
    story = Story().asked(options={"wait_for_outcome": True})
    for _ in range(2):
        story.queued(kind="device-alert", alert="8F66").delivered()
    return story.claimed(alerts=list(alerts))


ONE = {"code": "8F66", "device": METER, "verified": True}


@pytest.mark.parametrize(
    ("alerts", "verdict"),
    [
        ([ONE, ONE], Verdict.PASS),
        ([ONE], Verdict.REVIEW),
        ([ONE, {**ONE, "verified": False}], Verdict.FAIL),
        ([{**ONE, "code": "8F67"}], Verdict.FAIL),
    ],
)
def test_all_outcome_alerts_of_a_command_are_looked_at_not_one(alerts: list[dict[str, Any]], verdict: Verdict) -> None:
    assert outcomes(*alerts).judged("alert-understood", code="8F66").verdict is verdict
