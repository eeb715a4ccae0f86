"""Each property that a message can be bent in: what a party takes from it is failed, what it refuses is not."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Owner, Verdict
from harness.checks.evidence import OF_THE_DEVICE, UNTRUSTED
from stubs.events import ControlUsed, FaultApplied
from stubs.faults.rules import EFFECTS, GBCS_EFFECTS
from tests.story import METER, READING, Story
from tests.unit.test_implicit_checks import failing

BENT = sorted(UNTRUSTED & EFFECTS["delivery"])
"""Fault rules of a delivered message that take away what it can be trusted for."""
HARMLESS = {"delay", "drop", "duplicate", "hold-until-next", "code"}
"""Fault rules of a delivery that leave the message as the DCC and the device made it, or say another code."""


def test_every_fault_rule_of_a_delivery_is_one_of_trust_or_named_as_none() -> None:
    assert EFFECTS["delivery"] == UNTRUSTED & EFFECTS["delivery"] | HARMLESS
    assert OF_THE_DEVICE | {"other-pre-command"} == GBCS_EFFECTS


def forged(effect: str, status: str = "timeout", *, taken: bool = False, **claim: Any) -> Story:
    """A response bent by one fault rule, taken or turned away, and what the party says then."""
    story = Story().asked().posted().device_answered().queued().bent(effect)
    story = story.delivered() if taken else story.undelivered(400)
    return story.claimed(status, "", **{"messages_processed": 0, **claim})


@pytest.mark.parametrize("effect", BENT)
def test_a_bent_response_is_turned_away(effect: str) -> None:
    for story in (forged(effect), forged(effect, taken=True), forged(effect, "failed")):
        assert "untrusted-not-used" not in failing(story)
        assert story.judged("untrusted-rejected").verdict is Verdict.PASS


@pytest.mark.parametrize("effect", BENT)
def test_what_is_taken_from_a_bent_response_is_failed_by_its_name(effect: str) -> None:
    for story in (forged(effect, "done", taken=True), forged(effect, taken=True, values=READING)):
        assert failing(story)["untrusted-not-used"] == effect
        assert story.judged("untrusted-rejected").verdict is Verdict.FAIL


@pytest.mark.parametrize("effect", BENT)
def test_only_a_document_that_the_dcc_signed_may_be_counted(effect: str) -> None:
    counted = forged(effect, taken=True, messages_processed=1).judged("untrusted-rejected")
    assert counted.verdict is (Verdict.PASS if effect in OF_THE_DEVICE else Verdict.FAIL)


@pytest.mark.parametrize("effect", BENT)
def test_a_whole_message_beside_a_bent_one_may_be_used(effect: str) -> None:
    story = Story().asked().posted().device_answered().queued().bent(effect).undelivered(400)
    story = story.queued().delivered().claimed(values=READING)
    assert "untrusted-not-used" not in failing(story)


@pytest.mark.parametrize("effect", sorted({"unsigned", "wrong-signature", "wrong-signer"}))
@pytest.mark.parametrize(
    ("status", "alerts", "verdict"),
    [
        ("timeout", [], Verdict.PASS),
        ("timeout", [{"code": "8F3F", "device": METER, "verified": False}], Verdict.PASS),
        ("timeout", [{"code": "8F3F", "device": METER, "verified": True}], Verdict.FAIL),
        ("timeout", [{"code": "0x8f3f", "device": METER}], Verdict.FAIL),
        ("timeout", [{"code": "8F40", "device": METER}], Verdict.PASS),
        ("done", [], Verdict.FAIL),
    ],
)
def test_a_bent_alert_is_told_nobody(effect: str, status: str, alerts: list[dict[str, Any]], verdict: Verdict) -> None:
    story = Story().asked("", kind="wait-alert").queued(kind="device-alert", alert="8F3F").bent(effect).delivered()
    found = story.claimed(status, "", alerts=alerts, messages_processed=0)
    assert found.judged("untrusted-alert-rejected", code="8F3F").verdict is verdict


def test_an_alert_that_was_not_bent_is_no_test_of_trust() -> None:
    story = Story().asked("", kind="wait-alert").queued(kind="device-alert", alert="8F3F").delivered()
    found = story.claimed("timeout", "", messages_processed=0).judged("untrusted-alert-rejected", code="8F3F")
    assert found.verdict is Verdict.BLOCKED


@pytest.mark.parametrize(("status", "verdict"), [("failed", Verdict.PASS), ("done", Verdict.FAIL)])
def test_a_pre_command_of_something_else(status: str, verdict: Verdict) -> None:
    story = Story().asked("7.2").posted(service="transform", srv="7.2", command_variant=4, code="I0")
    story.add(FaultApplied(fault="f1", effect="other-pre-command", subject="x1"))
    found = story.claimed(status, "", messages_processed=0).judged("foreign-pre-command-refused")
    assert found.verdict is verdict


# --- who moved the world --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["live-page", "control-api"])
def test_a_world_that_somebody_else_moved_is_for_a_person_to_look_at(origin: str) -> None:
    story = Story().asked().add(ControlUsed(origin="scenario", operation="set-device", parameters={}))
    assert story.judged("moved-by-scenario-only").verdict is Verdict.NOT_APPLICABLE
    story.add(*[ControlUsed(origin=origin, operation="set-device", parameters={})] * 6)
    found = story.judged("moved-by-scenario-only")
    assert (found.verdict, found.owner, found.cause) == (Verdict.REVIEW, Owner.SETTINGS, "a hand from outside")
    assert (found.got, found.references) == ("; ".join([f"set-device by {origin}"] * 5), (4, 5, 6, 7, 8, 9))
