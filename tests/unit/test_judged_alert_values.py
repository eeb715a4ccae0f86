"""Values that are told of an alert against those it came with; and a second request after a lost acknowledgement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from harness.checks import Verdict
from stubs.wire.duis import DccAlert, Node, Response, ResponseHeader, write_response
from stubs.wire.request_id import RequestId
from tests.story import METER, NOW, USER, Story, request_id
from tests.unit.test_implicit_checks import failing
from tests.unit.test_judged_branches import with_body

ID = f"{METER}:{USER}:8"


def powered(*states: str) -> Story:
    """Alerts of the DCC (N27) that each say one state."""
    story = Story().asked().posted().queued().delivered()
    for state in states:
        content = Node("PowerOutageAlert", children=(Node("State", state), Node("Number", "7")))
        header = ResponseHeader("I0", NOW, response_id=RequestId.parse(ID))
        story.queued(kind="dcc-alert", alert="N27")
        with_body(story, write_response(Response(header, DccAlert("N27", content)))).delivered()
    return story


@pytest.mark.parametrize(
    ("states", "values", "words"),
    [
        (("on",), {"State": "ON", "number": 7}, None),
        (("on",), {"State": "off"}, "State is 'off', sent was 'on'"),
        (("on",), {"Multiplier": 9}, "Multiplier 9 is not in the message"),
        (("on",), {"structure": "PowerOutageAlert"}, None),
        (("on",), {}, None),
        (("on", "off"), {"State": "off"}, None),
        (("on", "out"), {"State": "off"}, "State is 'off', sent was 'on'"),
        ((), {"State": "off"}, None),
    ],
)
def test_the_values_of_an_alert_are_those_of_one_that_came(
    states: tuple[str, ...], values: dict[str, Any], words: str | None
) -> None:
    story = powered(*states)
    if not states:
        story.queued(kind="dcc-alert", alert="N27").delivered()  # one that cannot be read
    found = story.claimed(alerts=[{"code": "N27", "values": values}]).judged("alerts-as-received")
    if words is None:
        assert found.verdict is Verdict.PASS, found.lines
    else:
        assert (found.verdict, found.cause, found.got) == (Verdict.FAIL, "value of an alert", f"alert N27: {words}")


def lost(*, kind: str = "response", counter: int = 1, again: int = 2, seconds: int = 0, bent: str = "") -> Story:
    """A request whose acknowledgement left late, a message that was taken, and a request anew that long after it."""
    story = Story().asked().posted(1).late().queued(counter, kind=kind)
    if kind != "response":
        event = msgspec.structs.replace(story.entries[-1].event, request_id=request_id(1))
        story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    if bent:
        story.bent(bent)
    story.delivered().posted(again)
    moved = len(story.entries) - 3
    story.entries[moved:] = [
        msgspec.structs.replace(one, at=one.at + timedelta(seconds=seconds)) for one in story.entries[moved:]
    ]
    return story


@pytest.mark.parametrize(
    ("story", "is_blamed"),
    [
        (lost(), True),
        (lost(seconds=30), True),
        (lost(kind="device-alert"), False),
        (lost(counter=5), False),
        (lost(again=1), False),
        (lost(bent="unsigned"), False),
    ],
)
def test_who_asks_anew_after_the_response_was_taken_knew_better(story: Story, *, is_blamed: bool) -> None:
    assert ("one-request-per-action" in failing(story)) is is_blamed
