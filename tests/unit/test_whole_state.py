"""A refusal is proved by the whole state of the home: every device and every inventory record, before and after."""

from __future__ import annotations

import pytest

from harness.checks import Verdict
from stubs.events import AnyEvent, DeviceChanged, DeviceManufactured, InventoryChanged
from tests.story import METER, Story, request_id

OTHER = "DE-51-CE-00-00-00-00-E2"


def refused() -> Story:
    made = DeviceManufactured(device=OTHER, device_type="GSME", variant="", seed="", values={"supply": "enabled"})
    known = InventoryChanged(device=OTHER, values={"DeviceStatus": "Commissioned"}, cause="premises")
    return Story().add(made, known).asked().refused("E4")


def test_the_finding_says_how_much_was_compared() -> None:
    finding = refused().judged("nothing-changed")
    assert finding.verdict is Verdict.PASS
    assert "1 devices and 1 records of the inventory before and after: " in finding.got


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (DeviceChanged(device=OTHER, values={"supply": "disabled"}, cause="nobody knows"), f"supply of device {OTHER}"),
        (DeviceChanged(device=METER, values={"supply": "armed"}, cause=request_id(1)), f"supply of device {METER}"),
        (InventoryChanged(device=OTHER, values={"DeviceStatus": "Suspended"}, cause=""), "DeviceStatus of inventory"),
    ],
)
def test_a_change_anywhere_in_the_home_is_a_change(event: AnyEvent, told: str) -> None:
    finding = refused().add(event).judged("nothing-changed")
    assert finding.verdict is Verdict.FAIL
    assert told in finding.got


@pytest.mark.parametrize("cause", ["time", "set by a tester", "power lost, by a tester", request_id(77)])
def test_what_time_testers_and_other_requests_change_is_told_and_no_change_by_the_request(cause: str) -> None:
    changed = DeviceChanged(device=OTHER, values={"supply": "disabled"}, cause=cause)
    finding = refused().add(changed).judged("nothing-changed")
    assert finding.verdict is Verdict.PASS
    assert f"other causes changed supply of device {OTHER}" in finding.got


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"counters": [[METER, 5]], "own_counter": 3, "logged": [["event", 1, 36707, ""]]}, Verdict.PASS),
        ({"balance": 1275000}, Verdict.FAIL),
        ({"own_counter": 3, "payment_mode": "prepayment"}, Verdict.FAIL),
    ],
)
def test_a_failure_of_the_device_changes_nothing_but_its_notes(values: dict[str, object], verdict: Verdict) -> None:
    story = Story().asked().posted()
    changed = story.add(DeviceChanged(device=METER, values=values, cause=request_id(1)))
    assert changed.judged("nothing-changed", accepted=True).verdict is verdict


def test_a_failure_of_the_device_follows_an_accepted_request() -> None:
    assert refused().judged("nothing-changed", accepted=True).verdict is not Verdict.PASS
