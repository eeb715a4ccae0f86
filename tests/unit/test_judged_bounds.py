"""Named checks at their bounds, on told stories: one step below, at, and above what decides."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Owner, Verdict
from stubs.events import CommandSent, DeviceSilent, PageViewed, PersonSignedIn, RequestQuarantined, ThresholdWarned
from tests.story import METER, USER, Story, request_id

OTHER_USER = "A0-B1-C2-D3-E4-03-00-00"
OTHER = "DE-51-CE-00-00-00-00-E9"


def warned(user: str = USER, counter: int = 1) -> ThresholdWarned:
    return ThresholdWarned(user=user, srv="4.1.1", limit=3, request_id=request_id(counter))


def held(user: str = USER) -> RequestQuarantined:
    return RequestQuarantined(
        reference="1", exchange="x1", request_id=request_id(1), user=user, role="IS", srv="4.1.1", device=METER,
        breach="ADUserThresholdBreach", detail="", document=b"", order=None,
    )  # fmt: skip


def page(*shown: str, user: str = USER, path: str = "/thresholds") -> PageViewed:
    return PageViewed(
        path=path, status=200, user=user, shown=shown, session="s", person="p", role="IS", title="t", query={}
    )


def command(device: str = METER) -> CommandSent:
    return CommandSent(
        command="c1", request_id=request_id(1), srv="4.1.1", device=device, use_case="ECS17b", message_code="0027",
        payload=b"",
    )  # fmt: skip


# --- volumes ------------------------------------------------------------------------------------------------------


def test_a_user_is_warned_and_nothing_is_held() -> None:
    assert Story().asked().posted().add(warned()).judged("volume-warned").verdict is Verdict.PASS
    assert Story().asked().posted().add(warned(), held(OTHER_USER)).judged("volume-warned").verdict is Verdict.PASS
    failed = Story().asked().posted().add(warned(), held()).judged("volume-warned")
    assert (failed.verdict, failed.got, failed.references) == (Verdict.FAIL, "a request was held", (7,))


def test_no_warning_is_waited_for_and_one_of_another_user_is_none() -> None:
    for story in (Story().asked().posted(), Story().asked().posted().add(warned(OTHER_USER))):
        open_finding = story.judged("volume-warned")
        assert (open_finding.verdict, open_finding.is_final) == (Verdict.FAIL, False)
    unable = Story().asked().claimed("blocked", "", detail="no program").judged("volume-warned")
    assert (unable.verdict, unable.is_final) == (Verdict.BLOCKED, True)


@pytest.mark.parametrize(
    ("shown", "rows", "verdict"),
    [
        (request_id(1), [{"RequestID": request_id(1)}], Verdict.PASS),
        (request_id(1), [["x", request_id(1).lower()]], Verdict.PASS),
        (request_id(1), [{"RequestID": request_id(2)}], Verdict.FAIL),
        (request_id(1), [], Verdict.FAIL),
        (request_id(1), None, Verdict.REVIEW),
    ],
)
def test_the_warning_is_seen_where_it_is_shown(shown: str, rows: Any, verdict: Verdict) -> None:
    story = Story().add(warned(), warned(OTHER_USER, 2)).asked(kind="view-thresholds", service="").add(page(shown))
    values = {} if rows is None else {"rows": rows}
    finding = story.claimed("done", "", values=values).judged("volume-warning-seen")
    assert finding.verdict is verdict


def test_a_page_before_the_action_or_of_another_user_shows_nothing() -> None:
    before = Story().add(warned(), page(request_id(1))).asked(kind="view-thresholds", service="")
    others = Story().add(warned()).asked(kind="view-thresholds", service="").add(page(request_id(1), user=OTHER_USER))
    unshown = Story().add(warned(), warned(OTHER_USER, 2)).asked(kind="view-thresholds", service="")
    for story in (before, others, unshown.add(page(request_id(2)))):
        finding = story.claimed("done", "", values={"rows": [request_id(1)]}).judged("volume-warning-seen")
        assert finding.verdict is not Verdict.PASS
        assert "no page" in finding.got


def test_a_request_is_held_after_it_was_asked() -> None:
    assert Story().asked().posted().add(held()).judged("request-quarantined").verdict is Verdict.PASS
    for story in (Story().add(held()).asked().posted(), Story().asked().posted().add(held(OTHER_USER))):
        open_finding = story.judged("request-quarantined")
        assert (open_finding.verdict, open_finding.is_final, open_finding.got) == (
            Verdict.FAIL, False, "nothing was held",
        )  # fmt: skip


# --- logs of a period ---------------------------------------------------------------------------------------------


def period(sent: Any, said: Any, name: str = "LogEntries") -> Story:
    values = {} if said is None else {name: said}
    return Story().asked().posted().device_answered(LogEntries=sent).queued().delivered().claimed(values=values)


@pytest.mark.parametrize(
    ("sent", "said", "verdict"),
    [
        ([1, 2], [1, 2], Verdict.PASS),
        ([1, 2], [1], Verdict.FAIL),
        ([1, 2], [1, 2, 3], Verdict.FAIL),
        ([1, 2], 2, Verdict.FAIL),
        ([1, 2], None, Verdict.REVIEW),
        ([1], [1, 2], Verdict.BLOCKED),
        ([1, 2, 3], [1, 2], Verdict.BLOCKED),
        (2, [1, 2], Verdict.BLOCKED),
    ],
)
def test_a_log_has_an_entry_for_every_interval(sent: Any, said: Any, verdict: Verdict) -> None:
    finding = period(sent, said).judged("entries-read", name="LogEntries", count=2)
    assert finding.verdict is verdict, finding.lines


def test_the_name_of_a_log_may_be_spelled_otherwise() -> None:
    finding = period([1, 2], [1, 2], "log_entries").judged("entries-read", name="LogEntries", count=2)
    assert finding.verdict is Verdict.PASS


# --- silence, negatives ---------------------------------------------------------------------------------------------


def test_no_command_after_the_action_was_asked() -> None:
    asked = Story().add(command()).asked().claimed("failed", "")
    assert asked.judged("device-untouched", device=METER).verdict is Verdict.PASS
    assert Story().asked().judged("device-untouched", device=METER).is_final is False
    for device, verdict in ((METER, Verdict.FAIL), (OTHER, Verdict.PASS)):
        story = Story().asked().add(command(device)).claimed("failed", "")
        assert story.judged("device-untouched", device=METER).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"), [("failed", Verdict.PASS), ("timeout", Verdict.PASS), ("done", Verdict.FAIL)]
)
def test_a_silent_device_is_no_success(status: str, verdict: Verdict) -> None:
    silent = DeviceSilent(command="c1", request_id=request_id(1), device=METER, reason="r", response_code="E21")
    story = Story().asked().posted().add(silent).claimed(status, "E21")
    assert story.judged("device-never-answered-reported").verdict is verdict
    elsewhere = (
        Story()
        .asked()
        .posted()
        .add(DeviceSilent(command="c1", request_id=request_id(1), device=OTHER, reason="r", response_code="E21"))
    )
    finding = elsewhere.claimed(status, "E21").judged("device-never-answered-reported")
    assert finding.verdict is Verdict.BLOCKED


def test_a_silent_device_that_is_not_silent_is_our_fault() -> None:
    finding = Story().asked().posted().claimed("failed", "E21").judged("device-never-answered-reported")
    assert (finding.verdict, finding.owner) == (Verdict.BLOCKED, Owner.HARNESS)


@pytest.mark.parametrize(
    ("status", "verdict"), [("failed", Verdict.PASS), ("refused", Verdict.PASS), ("done", Verdict.FAIL)]
)
def test_a_failure_of_the_device_is_no_success(status: str, verdict: Verdict) -> None:
    story = Story().asked().posted().device_answered().queued().delivered().claimed(status, "I0")
    assert story.judged("device-failure-understood").verdict is verdict


# --- delivery -------------------------------------------------------------------------------------------------------


def test_a_delivery_that_fails_and_one_that_is_made_good() -> None:
    down = Story().asked().posted().queued().undelivered(None)
    assert down.judged("delivery-failed").verdict is Verdict.PASS
    assert down.judged("delivered-after-retry").is_final is False
    assert down.delivered(2).judged("delivered-after-retry").verdict is Verdict.PASS
    at_once = Story().asked().posted().queued().delivered()
    assert at_once.judged("delivery-failed").verdict is Verdict.FAIL
    assert at_once.judged("delivered-after-retry").verdict is Verdict.FAIL
    for check in ("delivery-failed", "delivered-after-retry"):
        assert Story().asked().posted().judged(check).is_final is False


# --- error codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status", "parameters", "verdict"),
    [
        ("E4", "refused", {"code": "E4"}, Verdict.PASS),
        ("E04", "failed", {}, Verdict.PASS),
        ("", "refused", {"code": "E4"}, Verdict.REVIEW),
        ("E4", "done", {"code": "E4"}, Verdict.FAIL),
        ("E5", "refused", {"code": "E4"}, Verdict.FAIL),
        ("E4", "refused", {"code": "E5"}, Verdict.BLOCKED),
    ],
)
def test_an_error_code_is_understood(said: str, status: str, parameters: dict[str, str], verdict: Verdict) -> None:
    story = Story().asked().refused("E4").claimed(status, said, messages_processed=0)
    assert story.judged("error-code-understood", **parameters).verdict is verdict


def test_an_answer_without_an_error_is_no_refusal() -> None:
    finding = Story().asked().posted(code="I0").claimed("failed", "I0").judged("error-code-understood")
    assert finding.verdict is Verdict.BLOCKED


# --- how early a time-out is told -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("deadline", "is_early"), [(100.0, True), (None, False), (4.0, False)])
def test_a_time_out_told_before_any_clock_ran_out(deadline: float | None, is_early: bool) -> None:
    content: dict[str, Any] = {} if deadline is None else {"deadline": deadline}
    story = Story().asked(**content).posted().queued().claimed("timeout", "", messages_processed=0)
    told = story.judged("outcome-follows-messages")
    assert (told.verdict is Verdict.FAIL) is is_early


@pytest.mark.parametrize(("counter", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL)])
def test_a_refused_repetition_of_what_we_answered_late_is_not_held_against_a_party(
    counter: int, verdict: Verdict
) -> None:
    transform: dict[str, Any] = {"service": "transform", "srv": "7.2", "command_variant": 4, "code": "I0"}
    story = Story().asked("7.2").posted(1, **transform).late()
    story.refused("E100", counter, service="transform", srv="7.2")
    story.posted(3, **transform).posted(3, srv="7.2", command_variant=5)
    assert story.judged("request-accepted").verdict is verdict


@pytest.mark.parametrize("is_abandoned", [True, False])
@pytest.mark.parametrize(
    ("is_taken_before", "status", "verdict"),
    [
        (True, "timeout", Verdict.FAIL),
        (True, "failed", Verdict.FAIL),
        (True, "done", Verdict.PASS),
        (False, "timeout", Verdict.PASS),
    ],
)
def test_a_success_that_was_taken_is_told_although_our_acknowledgement_left_late(
    monkeypatch: pytest.MonkeyPatch, is_taken_before: bool, status: str, verdict: Verdict, is_abandoned: bool
) -> None:
    monkeypatch.setattr("harness.checks.reported.is_success", lambda _response: True)
    story = Story().asked().posted().late(is_abandoned=is_abandoned).queued()
    told: dict[str, Any] = {"status": status, "code": "", "messages_processed": 0}
    story = story.delivered().claimed(**told) if is_taken_before else story.claimed(**told).delivered()
    assert story.judged("outcome-follows-messages").verdict is verdict


def test_who_signs_in_is_who_was_asked_to() -> None:
    for person, user, verdict in (
        ("p", USER, Verdict.PASS), ("P", USER, Verdict.PASS), ("q", USER, Verdict.FAIL), ("p", OTHER_USER, Verdict.FAIL)
    ):  # fmt: skip
        signed = PersonSignedIn(person=person, user=user, role="IS", accepted=True, reason="", session="s")
        story = Story().asked(kind="sign-in-ssi", service="", parameters={"person": "p"}).add(signed)
        assert story.claimed("done", "").judged("ssi-signed-in").verdict is verdict
