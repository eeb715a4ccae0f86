"""Findings of named checks on a request and its result, with their entries: every branch as a whole finding."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Verdict
from stubs.events import CommandSent, DeviceChanged, DeviceSilent, InventoryChanged
from tests.story import METER, OTHER_METER, READING, Story, request_id

PASS, FAIL, REVIEW, BLOCKED, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.REVIEW, Verdict.BLOCKED, Verdict.NOT_RUN
SILENT = "the party has not said what became of it"
NO_RESPONSE = "no response from the DCC"
Row = tuple[Story, Verdict, bool, str, tuple[int, ...]]


def asked(**content: Any) -> Story:
    return Story().asked(**content)


def answered(code: str = "I0", **values: Any) -> Story:
    """Asked (2), posted (3 to 5), answered by the device (6), queued (7), delivered (8)."""
    return asked().posted().device_answered(**values).queued(code=code).delivered()


def handed(*endings: int | str | None, code: str = "I0") -> Story:
    """A response (6) with attempts from 7 on: taken (2xx), turned away (a status), or not reached (a reason)."""
    story = asked().posted().queued(code=code)
    for attempt, ending in enumerate(endings, 1):
        if isinstance(ending, int) and ending < 300:
            story.delivered(attempt)
        else:
            story.undelivered(ending if isinstance(ending, int) else None, attempt, str(ending))
    return story


def unable(check: str, **parameters: Any) -> list[Row]:
    """What every check that waits for something says of a driver that could not ask, or does not know how."""
    return [
        (asked().claimed("blocked", "", detail="no program"), BLOCKED, True, "the driver could not ask: no program", (3,)),
        (asked().claimed("unsupported", "", detail="x"), NOT_RUN, True, "the driver does not support this action: x", (3,)),
        (Story(), NOT_RUN, False, "nothing was asked", ()),
    ]  # fmt: skip


def silent(device: str = METER) -> DeviceSilent:
    return DeviceSilent(command="c1", request_id=request_id(1), device=device, reason="r", response_code="E21")


def command(counter: int = 1) -> CommandSent:
    return CommandSent(command="c1", request_id=request_id(counter), srv="4.1.1", device=METER, use_case="", message_code="", payload=b"")  # fmt: skip


def changed(cause: str = "", **values: Any) -> DeviceChanged:
    return DeviceChanged(device=METER, values=values or {"supply": "armed"}, cause=cause)


def two_responses(first: str, second: str) -> Story:
    return asked().posted().queued(code=first).delivered().queued(code=second).delivered()


FINDINGS: dict[str, tuple[dict[str, Any], list[Row]]] = {
    "request-accepted": ({}, [
        (asked(), FAIL, False, "no request", ()),
        (asked().claimed(), FAIL, True, "no request; the party said 'done'", (3,)),
        (asked().claimed("attested", ""), FAIL, False, "no request", ()),
        (asked().posted(), PASS, True, "answered I99", (3, 4, 5)),
        (asked().posted(code="W1"), PASS, True, "answered W1", (3, 4, 5)),
        (asked().posted(code="E1"), FAIL, True, "answered E1", (3, 4, 5)),
        (asked().posted(code=None), FAIL, True, "answered no code", (3, 4, 5)),
        (asked().refused("E4"), FAIL, True, "refused with E4 by send-command: r: d", (3, 4, 5)),
        (asked().refused(None, status=503), FAIL, True, "refused with HTTP 503 by send-command: r: d", (3, 4, 5)),
        (asked().refused("E4").posted(2), FAIL, True, "refused with E4 by send-command: r: d", (3, 4, 5)),
        (asked(service="7.2").posted(srv="7.2", service="transform", command_variant=4), FAIL, False,
         "a Pre-Command was issued and no Signed Pre-Command came back", (3,)),
        (asked(service="7.2").posted(srv="7.2", command_variant=6), PASS, True, "answered I99", (3, 4, 5)),
        (asked(service="7.2").posted(srv="7.2", command_variant=7), PASS, True, "answered I99", (3, 4, 5)),
        (asked(service="7.2").posted(srv="7.2", command_variant=8), FAIL, False,
         "a Pre-Command was issued and no Signed Pre-Command came back", (3,)),
        *unable("request-accepted"),
    ]),
    "request-refused": ({"code": "E4"}, [
        (asked().refused("E4"), PASS, True, "send-command answered E4", (3, 4, 5)),
        (asked().refused("E5"), FAIL, True, "refused with E5", (3, 4, 5)),
        (asked().posted(), FAIL, True, "accepted with I99", (3, 4, 5)),
        (asked().refused(None, status=503), FAIL, False, "no request that shows it", ()),
        (asked().refused(None, status=503).claimed("failed"), FAIL, True, "no request that shows it; the party said 'failed'", (6,)),
        *unable("request-refused"),
    ]),
    "request-refused#any": ({}, [
        (asked().refused("E17"), PASS, True, "send-command answered E17", (3, 4, 5)),
        (asked().posted(), FAIL, True, "accepted with I99", (3, 4, 5)),
        (asked().refused(None, status=503), FAIL, False, "no request that shows it", ()),
    ]),
    "nothing-changed": ({}, [
        (asked().posted(), FAIL, False, "no refusal", ()),
        (asked().refused("E5").add(command()), FAIL, True, "1 Commands and 0 changes: to the same values", (6,)),
        (asked().refused("E5").add(command(2)), PASS, True,
         "refused with E5; 0 devices and 0 records of the inventory before and after: ", (3, 4, 5)),
        (asked().refused("E5").add(changed()), FAIL, True,
         f"0 Commands and 1 changes: supply of device {METER}", (6,)),
        (asked().add(changed()).refused("E5"), PASS, True, "refused with E5; 1 devices", (4, 5, 6)),
        (asked().refused("E5").add(changed("time")), PASS, True,
         f"other causes changed supply of device {METER}", (3, 4, 5)),
        (asked().refused("E5").add(changed("x, by a tester")), PASS, True, "other causes changed", (3, 4, 5)),
        (asked().refused("E5").add(changed(request_id(9))), PASS, True, "other causes changed", (3, 4, 5)),
        (asked().refused("E5").add(changed(request_id(1))), FAIL, True, "0 Commands and 1 changes", (6,)),
        (asked().refused("E5").add(changed(counters=1)), FAIL, True, "0 Commands and 1 changes", (6,)),
        (asked().refused("E5").add(InventoryChanged(device=METER, values={"a": 1}, cause="")), FAIL, True,
         f"0 Commands and 1 changes: a of inventory record {METER}", (6,)),
        (asked().refused("E5").add(changed(a=1, b=2, c=3, d=4, e=5, f=6)), FAIL, True,
         f"1 changes: {', '.join(f'{name} of device {METER}' for name in 'abcde')}", (6,)),
        *unable("nothing-changed"),
    ]),
    "nothing-changed#accepted": ({"accepted": True}, [
        (asked().refused("E5"), FAIL, False, "nothing was accepted", ()),
        (asked().posted().add(command()), PASS, True, "0 devices and 0 records of the inventory compared, before and after", (3, 4, 5)),
        (asked().posted().add(changed()), FAIL, True, f"1 changes: supply of device {METER}", (6,)),
        (asked().posted().add(changed(counters=1, logged=2)), PASS, True, "compared, before and after", (3, 4, 5)),
        (asked().posted().add(changed(counters=1, supply="on")), FAIL, True, f"1 changes: supply of device {METER}", (6,)),
        (asked().posted().add(changed("time")), PASS, True, f"other causes changed supply of device {METER}", (3, 4, 5)),
        *unable("nothing-changed"),
    ]),
    "service-matches-variant": ({}, [
        (asked(), FAIL, False, "no request, or no Signed Pre-Command yet", ()),
        (asked().posted(), PASS, True, "command variant 1 at send-command", (3,)),
        (asked().posted(1).posted(2, command_variant=3), PASS, True,
         "command variant 1 at send-command, 3 at send-command", (3, 6)),
        (asked().posted(command_variant=9), FAIL, True, "a request without a known command variant", (3, 4, 5)),
        (asked().refused(None), FAIL, True, "a request without a known command variant", (3, 4, 5)),
        (asked().posted(service="non-device"), FAIL, True, "command variant 1 of 4.1.1 at non-device, not send-command", (3, 4, 5)),
        (asked(service="7.2").posted(srv="7.2", service="transform", command_variant=4), FAIL, False,
         "no request, or no Signed Pre-Command yet", ()),
        *unable("service-matches-variant"),
    ]),
    "counters-increase": ({}, [
        (asked().posted(1), FAIL, False, "1 different RequestIDs, rising", (3,)),
        (asked().posted(1).posted(2), PASS, True, "2 different RequestIDs, rising", (3, 6)),
        (asked().posted(2).posted(1), FAIL, True, "counter 1 after 2", (6,)),
        (asked().posted(1).posted(1), FAIL, True, "counter 1 used again", (3, 6)),
        (asked().posted(0).posted(1), PASS, True, "2 different RequestIDs, rising", (3, 6)),
        (asked().posted(1, body=b"x").posted(1, body=b"x").posted(2), PASS, True, "2 different RequestIDs, rising", (3, 9)),
        (asked().posted(1, body=b"x").posted(1, body=b"x"), FAIL, False, "1 different RequestIDs, rising", (3,)),
        (Story(), FAIL, False, "nothing was asked", ()),
        *unable("counters-increase")[:2],
    ]),
    "retries-bounded": ({}, [
        (asked(), FAIL, False, "no request", ()),
        (asked().posted(), FAIL, False, "1 posts, and the party is still at work", (3,)),
        (asked().posted().claimed(), PASS, True, "1 posts, then the party said 'done'", (3, 6)),
        (asked().posted().claimed("attested", ""), PASS, False, "1 posts", (3,)),
        (asked().posted(1).posted(2).posted(3).posted(4).claimed(), PASS, True, "4 posts, then the party said 'done'", (3, 6, 9, 12, 15)),
        (asked().posted(1).posted(2).posted(3).posted(4).posted(5), FAIL, True, "5 posts so far", (3, 6, 9, 12, 15)),
        (asked().posted(1).posted(2).posted(3, command_variant=3).claimed(), PASS, True, "2 posts, then the party said 'done'", (3, 6, 9, 12)),
        *unable("retries-bounded"),
    ]),
    "response-received": ({}, [
        (asked().posted(), FAIL, False, NO_RESPONSE, ()),
        (asked().posted().claimed(), FAIL, False, NO_RESPONSE, ()),
        (asked().refused("E4"), FAIL, True, "the request was refused with E4", (3, 4, 5)),
        (handed(), FAIL, False, "queued, not yet delivered", (6,)),
        (handed("reset"), FAIL, False, "attempt 1 failed: reset", (6, 7)),
        (handed(500, "gone"), FAIL, False, "attempt 2 failed: gone", (6, 7, 8)),
        (handed(500), FAIL, False, "attempt 1 failed: HTTP 500", (6, 7)),
        (handed("reset", 204), PASS, True, "delivered at attempt 2", (6, 8, 7)),
        (handed(204, 204), PASS, True, "delivered at attempt 1", (6, 7, 8)),
        (handed(204, code="E20"), FAIL, True, "a response E20", (6, 7)),
        (two_responses("I0", "E20"), PASS, True, "delivered at attempt 1", (6, 7)),
        (two_responses("E20", "E21"), FAIL, True, "a response E21", (8, 9)),
        *unable("response-received"),
    ]),
    "response-received#code": ({"code": "E20"}, [
        (handed(204, code="E20"), PASS, True, "delivered at attempt 1", (6, 7)),
        (handed(204), FAIL, True, "a response I0", (6, 7)),
    ]),
    "response-acknowledged": ({}, [
        (asked().posted(), FAIL, False, NO_RESPONSE, ()),
        (handed(), FAIL, False, "queued, not yet delivered", ()),
        (handed(204), PASS, True, "HTTP 204", (6, 7)),
        (handed("reset", 204), PASS, True, "HTTP 204", (6, 8, 7)),
        (handed("reset", 500), FAIL, True, "HTTP 500 at attempt 2", (6, 7, 8)),
        (two_responses("I0", "I0"), PASS, True, "HTTP 204, HTTP 204", (6, 7, 8, 9)),
        (asked().posted().queued().delivered().queued(), FAIL, False, "queued, not yet delivered", ()),
        *unable("response-acknowledged"),
    ]),
    "outcome-agrees-with-response": ({}, [
        (asked(), FAIL, False, "no response code on the wire", ()),
        (asked().claimed(), FAIL, True, "no response code on the wire; the party said 'done'", (3,)),
        (answered(), FAIL, False, SILENT, (7,)),
        (answered().claimed(), PASS, True, "the wire says I0; the party says I0, done", (7, 9)),
        (answered().claimed(code="i00"), PASS, True, "the wire says I0; the party says i00, done", (7, 9)),
        (answered().claimed(code=""), REVIEW, True, "the party's system did not say which response code came; a person must look", (7, 9)),
        (answered().claimed(code="E1"), FAIL, True, "the wire says I0; the party says E1, done", (7, 9)),
        (answered("W1").claimed(code="W1"), PASS, True, "the wire says W1; the party says W1, done", (7, 9)),
        (answered("E20").claimed("failed", "E20"), PASS, True, "the wire says E20; the party says E20, failed", (7, 9)),
        (answered("E20").claimed("done", "E20"), FAIL, True, "the wire says E20; the party says E20, done", (7, 9)),
        (answered().claimed("failed", "I0"), FAIL, True, "the wire says I0; the party says I0, failed", (7, 9)),
        (answered("E20").claimed("failed", ""), PASS, True, "the wire says E20; the party says no code, failed", (7, 9)),
        (answered().claimed("attested", "I0"), PASS, True, "the wire says I0; the party says I0, attested", (7, 9)),
        (answered().claimed("attested", ""), Verdict.ATTESTED, True, "a person says so", (7, 9)),
        (answered().claimed("attested", "", detail="seen"), Verdict.ATTESTED, True, "seen", (7, 9)),
        (answered().claimed("attested", "", observed=True), REVIEW, True, "a person says so", (7, 9)),
        (asked().refused("E4").claimed("refused", "E4"), PASS, True, "the wire says E4; the party says E4, refused", (3, 4, 5, 6)),
        (asked().refused(None, status=503).posted(2).claimed(code="I99"), PASS, True, "the wire says I99; the party says I99, done", (6, 7, 8, 9)),
        (asked().posted().refused("E4", 2).claimed("refused", "E4"), PASS, True, "the wire says E4; the party says E4, refused", (6, 7, 8, 9)),
        (two_responses("I0", "E20").claimed("failed", "E20"), PASS, True, "the wire says E20; the party says E20, failed", (8, 10)),
        *unable("outcome-agrees-with-response"),
    ]),
    "completed-only-after-response": ({}, [
        (answered(), FAIL, False, SILENT, ()),
        (answered().claimed(), PASS, True, "the response was sent first", (7, 9)),
        (two_responses("I0", "I0").claimed(), PASS, True, "the response was sent first", (8, 10)),
        (answered().claimed("failed", detail="x"), FAIL, True, "the party says failed: x", (9,)),
        (asked().posted().claimed().queued(), FAIL, True, "success claimed with nothing but the acknowledgement", (6,)),
        (answered().claimed("attested", ""), Verdict.ATTESTED, True, "a person says so", (9,)),
        *unable("completed-only-after-response"),
    ]),
    "error-code-understood": ({"code": "E20"}, [
        (answered("E20"), FAIL, False, SILENT, ()),
        (answered("E20").claimed("failed", "E20"), PASS, True, "the party says E20, failed", (7, 9)),
        (answered("E20").claimed("failed", "e020"), PASS, True, "the party says e020, failed", (7, 9)),
        (answered("E20").claimed("refused", "E20"), PASS, True, "the party says E20, refused", (7, 9)),
        (answered("E20").claimed("timeout", "E20"), PASS, True, "the party says E20, timeout", (7, 9)),
        (answered("E20").claimed("attested", "E20"), PASS, True, "the party says E20, attested", (7, 9)),
        (answered("E20").claimed("done", "E20"), FAIL, True, "the party says E20, done", (7, 9)),
        (answered("E20").claimed("failed", "E21"), FAIL, True, "the party says E21, failed", (7, 9)),
        (answered("E20").claimed("done", ""), FAIL, True, "the party says no code, done", (7, 9)),
        (answered("E20").claimed("failed", ""), REVIEW, True, "the party says no code, failed; a person must look", (9,)),
        (answered().claimed("failed", "E20"), BLOCKED, False, "the wire shows no E20", (9,)),
        (answered().bent("code").claimed("failed", "E20"), PASS, True, "the party says E20, failed", (10,)),
        (answered().bent("delay").claimed("failed", "E20"), BLOCKED, False, "the wire shows no E20", (10,)),
        (asked().refused("E20").claimed("failed", "E20"), PASS, True, "the party says E20, failed", (3, 6)),
        *unable("error-code-understood"),
    ]),
    "error-code-understood#any": ({}, [
        (asked().refused("E4").claimed("refused", "E4"), PASS, True, "the party says E4, refused", (3, 6)),
        (asked().refused("E4").claimed("refused", "E5"), FAIL, True, "the party says E5, refused", (3, 6)),
        (asked().posted(code="I0").claimed("refused", "E4"), BLOCKED, False, "the wire shows no E", (6,)),
    ]),
    "device-never-answered-reported": ({}, [
        (asked().posted(), BLOCKED, False, "the device was not silent", ()),
        (asked().posted().add(silent(OTHER_METER)), BLOCKED, False, "the device was not silent", ()),
        (asked().posted().add(silent()), FAIL, False, SILENT, (6,)),
        (asked().posted().add(silent()).claimed("timeout", "E21"), PASS, True, "the party says E21, timeout", (6, 7)),
        (asked().posted().add(silent()).claimed("refused", ""), PASS, True, "the party says no code, refused", (6, 7)),
        (asked().posted().add(silent()).claimed("acknowledged", "I99"), FAIL, True, "the party says I99, acknowledged", (6, 7)),
        *unable("device-never-answered-reported"),
    ]),
    "duplicate-processed-once": ({}, [
        (handed(204), BLOCKED, False, "handed over 1 times", (7,)),
        (handed(204, 204), FAIL, False, SILENT, (7, 8)),
        (handed(204, 204).claimed(), PASS, True, "1 processed, of 2 handed over", (7, 8, 9)),
        (handed(204, 204).claimed(messages_processed=2), FAIL, True, "2 processed, of 2 handed over", (7, 8, 9)),
        (handed(204, 204).claimed(messages_processed=0), REVIEW, True,
         "the party's system did not say how many messages it processed; a person must look", (7, 8, 9)),
        (handed(204, 204).claimed("failed", messages_processed=0), FAIL, True, "0 processed, of 2 handed over", (7, 8, 9)),
        (handed(), BLOCKED, False, "handed over 0 times", ()),
        *unable("duplicate-processed-once"),
    ]),
    "delivery-failed": ({}, [
        (asked().posted(), FAIL, False, NO_RESPONSE, ()),
        (handed(), FAIL, False, NO_RESPONSE, ()),
        (handed("reset"), PASS, True, "attempt 1 failed: reset", (6, 7)),
        (handed(204), FAIL, True, "delivered at once", (6, 7)),
        *unable("delivery-failed"),
    ]),
    "delivered-after-retry": ({}, [
        (asked().posted(), FAIL, False, NO_RESPONSE, ()),
        (handed(), FAIL, False, NO_RESPONSE, ()),
        (handed("reset"), FAIL, False, "attempt 1 failed: reset", (6, 7)),
        (handed("reset", 204), PASS, True, "acknowledged at attempt 2", (6, 8, 7)),
        (handed("reset", 204, 204), PASS, True, "acknowledged at attempt 3", (6, 8, 9, 7)),
        (handed(204), FAIL, True, "delivered at once", (6, 7)),
        *unable("delivered-after-retry"),
    ]),
    "reading-agrees": ({}, [
        (asked().posted(), FAIL, False, "the device has not answered", ()),
        (answered(), FAIL, False, SILENT, (6,)),
        (answered().claimed(values=READING), PASS, True, "the same values", (6, 9)),
        (answered().claimed(values={"ActiveImportRegister": 5}), FAIL, True,
         "ActiveImportRegister is 5, the device sent 1234567", (6, 9)),
        (answered().claimed(values={"unit": "Wh"}), REVIEW, True,
         "the party's system did not say: ActiveImportRegister is missing", (6, 9)),
        (answered().claimed("failed", values={"unit": "Wh"}), FAIL, True, "ActiveImportRegister is missing", (6, 9)),
        (answered(a=1, b=2).claimed(values={"a": 3}), FAIL, True, "a is 3, the device sent 1; b is missing", (6, 9)),
        (answered(a="x", b="y").claimed(values={"a": "x", "b": "z"}), FAIL, True, "b is 'z', the device sent 'y'", (6, 9)),
        (answered(a="x", b=2).claimed(values={"a": "other", "b": 2}), PASS, True, "the same values", (6, 9)),
        (answered().claimed(), REVIEW, True, "the party's system did not say what it read; a person must look", (6, 9)),
        (answered().device_answered(a=2).claimed(values={"a": 2}), PASS, True, "the same values", (9, 10)),
        *unable("reading-agrees"),
    ]),
    "reading-agrees#names": ({"names": ["unit"]}, [
        (answered().claimed(values={"unit": "wh"}), PASS, True, "the same values", (6, 9)),
        (answered().claimed(values={"Unit": "kWh"}), FAIL, True, "unit is 'kWh', the device sent 'Wh'", (6, 9)),
        (answered(a=1, b=2).claimed(values={"a": 1}), BLOCKED, False, "the device's answer holds a, b", (6,)),
    ]),
    "device-shows": ({"device": METER, "fields": {"a": 1, "b": "x"}}, [
        (asked().add(changed(a=1), changed(b="x")), PASS, True, "the same", (3, 4)),
        (asked().add(changed(a=1, b="x")), PASS, True, "the same", (3,)),
        (asked().add(changed(a=2, b="x"), changed(a=1)), PASS, True, "the same", (3, 4)),
        (asked().add(changed(a=1, b="x"), changed(a=2)), FAIL, False, "a is 2", (3, 4)),
        (asked().add(changed(a=2)), FAIL, False, "a is 2; b did not change", (3,)),
        (asked().add(changed(set=[{"a": 0}, {"a": 1, "b": "X"}])), PASS, True, "the same", (3,)),
        *unable("device-shows"),
    ]),
    "reading-shows": ({"fields": {"a": 1, "b": "x"}}, [
        (asked().posted(), FAIL, False, "nothing was answered", ()),
        (answered(a=1, b="x"), FAIL, False, SILENT, (6,)),
        (answered(a=1, b="x").claimed(values={"A": 1, "b": "x"}), PASS, True, "the same", (6, 9)),
        (answered(a=1, b="x").claimed(values={"a": 1, "b": "y"}), FAIL, True, "the party reports b 'y'", (6, 9)),
        (answered(a=1, b="x").claimed(values={"a": 1}), REVIEW, True, "the party's system did not say: no b", (6, 9)),
        (answered(a=1, b="x").claimed(values={"a": 3}), FAIL, True, "the party reports a 3", (6, 9)),
        (answered(a=1, b="x").claimed(), REVIEW, True, "the party's system did not say what it read; a person must look", (6, 9)),
        (answered(a=1).claimed(values={"a": 1}), BLOCKED, False, "the answer holds no b", (6,)),
        (answered(a=2, b="y").claimed(values={"a": 1}), BLOCKED, False, "the answer holds a 2; b 'y'", (6,)),
        (answered(group={"a": 1, "b": ["x", "z"]}).claimed(values={"list": [{"a": 1, "b": "x"}]}), PASS, True, "the same", (6, 9)),
        *unable("reading-shows"),
    ]),
    "device-failure-understood": ({}, [
        (asked().posted(), BLOCKED, False, "the device has not answered", ()),
        (answered(), FAIL, False, SILENT, (6,)),
        (answered().claimed("failed"), PASS, True, "the party says failed", (6, 9)),
        (answered().claimed("refused"), PASS, True, "the party says refused", (6, 9)),
        (answered().claimed("timeout"), FAIL, True, "the party says timeout", (6, 9)),
        *unable("device-failure-understood"),
    ]),
    "device-untouched": ({"device": METER}, [
        (asked(), FAIL, False, SILENT, ()),
        (asked().add(command()).claimed("failed"), FAIL, True, "1 Commands", (3,)),
        (asked().claimed("failed"), PASS, True, "no Command, and so no change", (2, 3)),
        *unable("device-untouched"),
    ]),
    "device-still-has": ({"device": METER, "name": "supply", "value": "on"}, [
        (asked(), BLOCKED, False, "nothing was accepted", ()),
        (asked().posted().add(changed(supply="ON")), PASS, True, "it did not change", (3,)),
        (asked().posted().add(changed(supply="off"), changed(supply="out")), FAIL, True, "supply became 'off'", (6,)),
        (Story().add(changed(supply="off")).asked().posted(), PASS, True, "it did not change", (4,)),
        *unable("device-still-has")[:2],
    ]),
    "device-state-becomes": ({"device": METER, "name": "supply", "value": "on"}, [
        (asked().add(changed(supply="off"), changed(supply="On"), changed(supply="on")), PASS, True, "supply became on", (4,)),
        (asked().add(changed(supply="off"), changed(supply="out")), FAIL, False, "supply became 'out'", (3, 4)),
        (asked().add(changed(other="on")), FAIL, False, "supply did not change", ()),
        *unable("device-state-becomes")[:2],
    ]),
    "inventory-status-becomes": ({"device": METER, "status": "Pending"}, [
        (asked().add(InventoryChanged(device=METER, values={"DeviceStatus": "Whitelisted"}, cause=""),
                     InventoryChanged(device=METER, values={"DeviceStatus": "Pending"}, cause="")),
         PASS, True, "Whitelisted -> Pending", (4,)),
        (asked().add(InventoryChanged(device=METER, values={"DeviceStatus": "Whitelisted"}, cause="")),
         FAIL, False, "Whitelisted", (3,)),
        (asked().add(InventoryChanged(device=OTHER_METER, values={"DeviceStatus": "Pending"}, cause="")),
         FAIL, False, "no change of status", ()),
        *unable("inventory-status-becomes")[:2],
    ]),
}  # fmt: skip

ROWS = [
    pytest.param(name.partition("#")[0], parameters, *row, id=f"{name}-{number}")
    for name, (parameters, rows) in FINDINGS.items()
    for number, row in enumerate(rows)
]


@pytest.mark.parametrize(("check", "parameters", "story", "verdict", "is_final", "got", "references"), ROWS)
def test_what_a_check_says_and_on_which_entries(
    check: str, parameters: dict[str, Any], story: Story, verdict: Verdict, got: str, references: tuple[int, ...],
    *, is_final: bool,
) -> None:  # fmt: skip
    found = story.judged(check, **parameters)
    assert (found.verdict, found.is_final) == (verdict, is_final), found.lines
    assert found.got == got or (got in found.got and check == "nothing-changed")
    assert found.references == references
