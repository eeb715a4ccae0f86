"""Verdicts on alerts: raised once or several times, taken, turned away, reported, and the entries that show it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.checks import Finding, Verdict
from tests.story import METER, OTHER_METER, Story

CODE = "8F3F"


def alerts(*endings: int | str | None) -> Story:
    """Alerts of the meter, each taken (2xx), turned away (a status), not reached (a reason) or not sent yet (None).

    The entry of the first alert is number 2; each has its ending right behind it.
    """
    story = Story()
    for ending in endings:
        story.queued(kind="device-alert", alert=CODE)
        match ending:
            case 204:
                story.delivered()
            case int() as status:
                story.undelivered(status)
            case str() as reason:
                story.undelivered(None, reason=reason)
            case _:
                pass
    return story


@pytest.mark.parametrize(
    ("story", "count", "verdict", "is_final", "got", "references"),
    [
        (alerts(204), 1, Verdict.PASS, True, "HTTP 204", (2, 3)),
        (alerts("reset", 204), 1, Verdict.PASS, True, "HTTP 204", (4, 5)),
        (alerts(204, "reset"), 1, Verdict.PASS, True, "HTTP 204", (2, 3)),
        (alerts(204, 503), 2, Verdict.FAIL, True, "HTTP 503", (4, 5)),
        (alerts(503), 1, Verdict.FAIL, True, "HTTP 503", (2, 3)),
        (alerts(204, 204), 2, Verdict.PASS, True, "HTTP 204", (2, 3)),
        (alerts(204, "reset"), 2, Verdict.FAIL, False, "1 of 2", (2, 3, 4, 5)),
        (alerts(204), 2, Verdict.FAIL, False, "1 of 1", (2, 3)),
        (alerts(None, None), 2, Verdict.FAIL, False, "0 of 2", (2, 3)),
        (alerts(None), 1, Verdict.FAIL, False, "queued, not yet delivered", (2,)),
        (alerts("reset"), 1, Verdict.FAIL, False, "attempt 1 failed: reset", (2, 3)),
        (alerts("reset", "timeout"), 1, Verdict.FAIL, False, "attempt 1 failed: reset", (2, 3, 4, 5)),
        (alerts(), 1, Verdict.BLOCKED, False, "the DCC has sent no such alert", ()),
        (alerts(), 2, Verdict.BLOCKED, False, "the DCC has sent no such alert", ()),
    ],
)
def test_alerts_are_taken_as_often_as_they_are_raised(
    story: Story, count: int, verdict: Verdict, got: str, references: tuple[int, ...], *, is_final: bool
) -> None:
    found = story.judged("alert-acknowledged", code=CODE, count=count)
    assert (found.verdict, found.is_final, found.got, found.references) == (verdict, is_final, got, references)
    wanted = f"alert {CODE} acknowledged with a 2xx"
    assert found.expected == (wanted if count == 1 else f"{wanted}, all {count}")


def test_one_alert_is_expected_where_no_number_is_said_and_others_do_not_count() -> None:
    story = Story().queued(kind="device-alert", alert="8F12").delivered()
    assert story.judged("alert-acknowledged", code=CODE).got == "the DCC has sent no such alert"
    story.queued(kind="device-alert", alert=CODE).delivered()
    found = story.judged("alert-acknowledged", code=CODE)
    assert (found.verdict, found.expected, found.references) == (
        Verdict.PASS, f"alert {CODE} acknowledged with a 2xx", (4, 5),
    )  # fmt: skip


def told(
    *reported: dict[str, Any], body: bytes = b"", options: dict[str, Any] | None = None, times: int = 1
) -> Finding:
    story = alerts(*(204,) * times)
    if body:
        event = msgspec.structs.replace(story.entries[1].event, body=body)
        story.entries[1] = msgspec.structs.replace(story.entries[1], event=event)
    story.asked("", kind="wait-alert", options=options or {})
    return story.claimed("done", "", alerts=list(reported)).judged("alert-understood", code=CODE)


GOOD = {"code": CODE, "device": METER, "verified": True}


@pytest.mark.parametrize(
    ("reported", "body", "verdict", "got"),
    [
        ([GOOD], b"", Verdict.PASS, f"{CODE} from {METER}"),
        ([{"code": CODE, "device": METER}], b"", Verdict.PASS, f"{CODE} from {METER}"),
        ([{"code": CODE.lower()}], b"", Verdict.PASS, f"{CODE.lower()} from the DCC"),
        ([{"code": CODE, "verified": True}], b"", Verdict.PASS, f"{CODE} from the DCC"),
        ([{"code": CODE, "verified": False}], b"", Verdict.FAIL, f"{CODE} from the DCC"),
        ([{**GOOD, "verified": False}], b"", Verdict.FAIL, f"{CODE} from {METER}"),
        ([GOOD, {**GOOD, "verified": False}], b"", Verdict.FAIL, f"{CODE} from {METER}, {CODE} from {METER}"),
        ([{**GOOD, "device": OTHER_METER}], b"", Verdict.FAIL, f"{CODE} from {OTHER_METER}"),
        ([{**GOOD, "device": OTHER_METER}], OTHER_METER.lower().encode(), Verdict.PASS, f"{CODE} from {OTHER_METER}"),
        ([{**GOOD, "device": OTHER_METER}], METER.encode(), Verdict.FAIL, f"{CODE} from {OTHER_METER}"),
        ([{**GOOD, "code": "8F12"}], b"", Verdict.FAIL, "done"),
    ],
)
def test_an_alert_is_told_with_its_code_its_device_and_its_signature_verified(
    reported: list[dict[str, Any]], body: bytes, verdict: Verdict, got: str
) -> None:
    found = told(*reported, body=body)
    assert (found.verdict, found.is_final, found.got, found.references) == (verdict, True, got, (2, 5))


@pytest.mark.parametrize(
    ("times", "options", "verdict"),
    [
        (2, {}, Verdict.PASS),
        (2, {"wait_for_outcome": True}, Verdict.REVIEW),
        (1, {"wait_for_outcome": True}, Verdict.PASS),
    ],
)
def test_a_command_that_is_waited_for_has_an_alert_for_each_instruction(
    times: int, options: dict[str, Any], verdict: Verdict
) -> None:
    found = told(GOOD, times=times, options=options)
    assert found.verdict is verdict, found.lines
    if verdict is Verdict.REVIEW:
        assert found.expected.endswith(", all 2")
        assert found.references == (2, 4, 7)


def test_alerts_that_were_taken_after_the_report_need_not_be_in_it() -> None:
    story = (
        alerts(204)
        .queued(kind="device-alert", alert=CODE)
        .asked("", kind="wait-alert", options={"wait_for_outcome": 1})
    )
    story.claimed("done", "", alerts=[GOOD]).delivered()
    assert story.judged("alert-understood", code=CODE).verdict is Verdict.PASS


def test_an_alert_is_not_understood_before_it_was_sent_waited_for_and_told() -> None:
    def said(story: Story) -> tuple[Verdict, bool, str, tuple[int, ...]]:
        found = story.judged("alert-understood", code=CODE)
        return found.verdict, found.is_final, found.got, found.references

    assert said(alerts(204)) == (Verdict.NOT_RUN, False, "nothing was asked", ())
    waiting = Story().asked("", kind="wait-alert")
    assert said(waiting) == (Verdict.BLOCKED, False, "the DCC has sent no such alert", ())
    silent = alerts(204).asked("", kind="wait-alert")
    assert said(silent) == (Verdict.FAIL, False, "the party has not said what became of it", (2,))
    without = alerts(204).asked("", kind="wait-alert").claimed("done", "", alerts=[])
    assert said(without) == (
        Verdict.REVIEW, True, "the party's system did not say which alerts came; a person must look", (2, 5),
    )  # fmt: skip
