"""Evidence of a scenario: the action that each request belongs to, and the messages a party had when it reported."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from harness.checks.evidence import Evidence, Message, read_answer
from harness.checks.evidence_index import EvidenceIndex, evidence_of
from stubs.events import (
    ActionAsked,
    AnyEvent,
    CertificateIssued,
    DeviceSilent,
    Entry,
    FaultApplied,
    RequestAnswered,
    RequestReceived,
    RequestRefused,
    ScenarioStarted,
)
from stubs.wire.duis import Node, OtherResult, RequestHeader, ServiceRequest, write_request, write_response
from stubs.wire.request_id import RequestId
from tests.story import METER, NOW, OTHER_METER, USER, Story, request_id
from tests.unit.test_judged_branches import answer, with_body

OTHER_USER = "A0-B1-C2-D3-E4-03-00-00"


def evidence(story: Story) -> Evidence:
    return evidence_of(story.entries, "SR-201", "IS", 1, len(story.entries))


def posts(story: Story) -> list[list[int]]:
    """Entries of the requests of each action, in the order of the actions."""
    found = evidence(story)
    return [[exchange.seq for exchange in found.exchanges_of(action)] for action in found.actions]


# --- which request belongs to which action --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "owned"),
    [
        (Story().asked().posted(1), [[3]]),
        (Story().posted(1).asked(), [[]]),
        (Story().asked().posted(1).posted(2), [[3, 6]]),
        (Story().asked().asked(action="a2").posted(1).posted(2), [[4], [7]]),
        (Story().asked().asked(action="a2").posted(1).posted(1).posted(2), [[4, 7], [10]]),
        (Story().asked().posted(1).claimed().asked(action="a2").posted(2), [[3], [8]]),
        (Story().asked().claimed().asked(action="a2").posted(1), [[], [5]]),
        (Story().asked().claimed("attested", "").asked(action="a2").posted(1), [[5], []]),
        (Story().asked().posted(1).claimed().posted(2).asked(action="a2"), [[3, 7], []]),
        (Story().asked().asked(action="a2").posted(1).posted(2).posted(3), [[4], [7, 10]]),
        (Story().asked().asked(action="a2", target=OTHER_METER).posted(1, target=OTHER_METER).posted(2), [[7], [4]]),
        (Story().asked().asked("11.2", action="a2").posted(1, srv="11.2").posted(2), [[7], [4]]),
        (Story().asked().posted(1, target=METER.lower()), [[3]]),
        (Story().asked(target=METER.lower()).posted(1), [[3]]),
        (Story().asked(target="").posted(1, target=OTHER_METER), [[3]]),
        (Story().asked(options={"request_target": OTHER_METER}).posted(1, target=OTHER_METER), [[3]]),
        (Story().asked(options={"request_target": OTHER_METER}).posted(1), [[]]),
        (Story().asked(options={"request_target": OTHER_METER.lower()}).posted(1, target=OTHER_METER), [[3]]),
        (Story().asked("").posted(1, srv="11.2"), [[3]]),
    ],
)  # fmt: skip
def test_whose_a_request_is(story: Story, owned: list[list[int]]) -> None:
    assert posts(story) == owned


def unreadable(story: Story, **refused: Any) -> Story:
    return story.add(
        RequestReceived(exchange="u1", service="send-command", peer="", content_type="", body=b"none"),
        RequestRefused(exchange="u1", rule="r", response_code=None, http_status=400, detail="", **refused),
        RequestAnswered(exchange="u1", status=400, content_type="", body=b"", response_code=None),
    )


def test_what_cannot_be_read_belongs_to_the_action_that_is_open() -> None:
    story = unreadable(Story().asked())
    (exchange,) = evidence(story).exchanges
    assert (exchange.request_id, exchange.srv, exchange.code, exchange.references) == (None, None, None, (3, 4, 5))
    assert posts(story) == [[3]]
    assert evidence(story).request_ids_of(evidence(story).actions[0]) == ()


def test_a_request_of_another_user_is_no_evidence_of_this_one() -> None:
    story = unreadable(Story().asked(), request_id=f"{OTHER_USER}:{METER}:1", user=OTHER_USER, srv="4.1.1")
    assert evidence(story).exchanges == ()
    own = unreadable(Story().asked(), request_id=f"{USER.lower()}:{METER}:1", user=USER, srv="4.1.1")
    (exchange,) = evidence(own).exchanges
    assert (exchange.request_id, exchange.srv) == (f"{USER.lower()}:{METER}:1", "4.1.1")
    nobody = Evidence(story.entries, None)
    assert (nobody.user, nobody.role, len(nobody.exchanges)) == ("", "", 1)


def test_who_a_request_is_of_is_read_from_its_body_where_the_gateway_did_not_say() -> None:
    header = RequestHeader(RequestId.parse(request_id(5)), 8, "8.2", "8.2")
    octets = write_request(ServiceRequest(header, Node("ReadInventory")))
    story = Story().asked("8.2", target=OTHER_METER)
    story.add(RequestReceived(exchange="b1", service="non-device", peer="", content_type="", body=octets))
    (exchange,) = evidence(story).exchanges
    assert (exchange.request_id, exchange.srv, exchange.code, exchange.references) == (request_id(5), "8.2", None, (3,))
    assert posts(story) == [[3]], "a service of the DCC is addressed to the DCC"
    assert not evidence(story).is_answered(exchange)


def test_actions_of_another_user_and_those_that_send_nothing_are_told_apart() -> None:
    content = {"service": "4.1.1", "target": METER, "kind": "send"}
    story = Story().asked().asked("", action="a2", kind="view-audit").asked(action="a3", kind="collect")
    story.add(
        ActionAsked(scenario="SR-201", action="a4", content={**content, "user": OTHER_USER}),
        ActionAsked(scenario="SR-201", action="a5", content={**content, "user": USER.lower()}),
        ActionAsked(scenario="SR-201", action="a6", content={"service": "4.1.1", "target": METER}),
    )
    found = evidence(story)
    assert [one.action for one in found.actions] == ["a1", "a2", "a3", "a5", "a6"]
    assert [one.action for one in found.sends] == ["a1", "a5", "a6"]
    assert [getattr(found.action(name), "action", None) for name in (None, "a2", "x")] == ["a6", "a2", None]
    assert evidence(Story()).action(None) is None
    first = found.actions[0]
    assert (first.claimed_seq, first.outcome, first.status) == (0, {}, "")


# --- what a party had when it reported ------------------------------------------------------------------------------


def given(story: Story) -> tuple[bool, bool]:
    """Whether the first message was given at all, and whether it may have been before the report."""
    found = evidence(story)
    message, action = found.messages[0], found.actions[0]
    return found.was_given(message), found.was_given(message, action)


def queued(*, due: timedelta = timedelta()) -> Story:
    story = Story().asked().posted().queued()
    event = msgspec.structs.replace(story.entries[-1].event, due=NOW + due)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    return story


def retried(next_attempt: datetime | None) -> Story:
    """Not reached (entry 7), to be tried again at an instant, and reported at entry 8: eight seconds after NOW."""
    story = queued().undelivered(None)
    event = msgspec.structs.replace(story.entries[-1].event, next_attempt=next_attempt)
    story.entries[-1] = msgspec.structs.replace(story.entries[-1], event=event)
    return story.claimed().delivered(2)


@pytest.mark.parametrize(
    ("story", "at_all", "before_the_report"),
    [
        (queued().delivered(), True, True),
        (queued().delivered().claimed(), True, True),
        (queued().claimed().delivered(), True, True),
        (queued(), True, True),
        (queued().claimed(), True, True),
        (Story().asked().posted().claimed().queued().delivered(), True, False),
        (queued(due=timedelta(seconds=7)).claimed().delivered(), True, True),
        (queued(due=timedelta(seconds=8)).claimed().delivered(), True, False),
        (queued().undelivered(None), False, False),
        (queued().undelivered(500), True, True),
        (queued().undelivered(None).delivered(2), True, True),
        (queued().undelivered(500).claimed(), True, True),
        (queued().claimed().undelivered(500), True, True),
        (retried(None), True, True),
        (retried(NOW + timedelta(seconds=8)), True, True),
        (retried(NOW + timedelta(seconds=9)), True, False),
        (queued().bent("drop"), False, False),
        (queued().bent("delay"), False, False),
        (queued().bent("unsigned"), True, True),
        (queued().bent("drop").delivered(), True, True),
        (queued().bent("hold-until-next").delivered().claimed(), True, False),
        (queued().bent("hold-until-next").queued(2).delivered().claimed(), False, False),
        (queued().bent("hold-until-next").undelivered(500).queued(2).claimed(), True, True),
        (queued().bent("hold-until-next").undelivered(500).claimed().queued(2), True, False),
    ],
)  # fmt: skip
def test_whether_a_message_reached_the_party_and_when(story: Story, *, at_all: bool, before_the_report: bool) -> None:
    assert given(story) == (at_all, before_the_report)


def test_what_is_due_and_not_tried_yet_is_in_flight() -> None:
    assert [one.seq for one in evidence(queued()).in_flight] == [6]
    assert [one.seq for one in evidence(queued(due=timedelta(seconds=6))).in_flight] == [6]
    assert evidence(queued(due=timedelta(seconds=7))).in_flight == ()
    assert evidence(queued().delivered()).in_flight == ()
    assert evidence(queued().undelivered(None)).in_flight == ()
    assert Evidence(()).in_flight == ()


def test_the_code_of_a_message_is_that_of_its_document() -> None:
    def code_of(body: bytes) -> tuple[str, tuple[int, ...]]:
        story = with_body(Story().asked().posted().queued(code="I0"), body).undelivered(500).delivered(2)
        (message,) = evidence(story).messages
        return message.code, message.handed

    assert code_of(b"none") == ("I0", (7, 8))
    assert code_of(write_response(answer(OtherResult(Node("R", "x")), "4.1.1", "E5"))) == ("E5", (7, 8))
    assert read_answer(b"none") is None


def test_effects_are_kept_by_subject_and_what_passed_is_none() -> None:
    story = Story().asked().posted().queued()
    story.bent("unsigned").bent("delay").add(FaultApplied(fault="f", effect="passed", subject="x1"))
    found = evidence(story)
    assert found.bent == {story.message: frozenset({"unsigned", "delay"})}
    (message,) = found.messages
    assert not found.is_trusted(message)
    assert not found.is_of_the_dcc(message)


@pytest.mark.parametrize(
    ("story", "is_answered", "in_time"),
    [
        (Story().asked().posted(), True, True),
        (Story().asked().posted().late(), True, False),
        (Story().asked().refused("E4"), True, True),
        (Story().asked().refused(None, status=503), False, False),
    ],
)
def test_what_counts_as_an_answer(story: Story, *, is_answered: bool, in_time: bool) -> None:
    found = evidence(story)
    (exchange,) = found.exchanges
    assert (found.is_answered(exchange), found.is_answered_in_time(exchange)) == (is_answered, in_time)
    for effect in ("drop", "code", "malformed", "delay"):
        bent = evidence(story.add(FaultApplied(fault="f", effect=effect, subject="x1")))
        assert not bent.is_answered(bent.exchanges[0])
        story.entries.pop()


def test_why_a_message_was_not_taken() -> None:
    def why(story: Story) -> str:
        (message,) = evidence(story).messages
        assert isinstance(message, Message)
        return message.why_open

    assert why(queued()) == "queued, not yet delivered"
    assert why(queued().undelivered(None, 1, "reset").undelivered(503, 2)) == "attempt 2 failed: HTTP 503"
    assert why(queued().undelivered(503, 1).undelivered(None, 2, "gone")) == "attempt 2 failed: gone"


# --- the slice of one scenario --------------------------------------------------------------------------------------


def entry(seq: int, event: AnyEvent) -> Entry:
    return Entry(seq=seq, at=NOW + timedelta(seconds=seq), event=event, hash=b"")


def started(device: str, scenario: str = "S", role: str = "IS", user: str = "") -> ScenarioStarted:
    return ScenarioStarted(
        scenario=scenario, attempt=1, role=role, title="", scope="", priority="", srvs=(), feature="", user=user,
        premises={"devices": {"meter": device}},
    )  # fmt: skip


def silence(device: str, request: str | None = None) -> DeviceSilent:
    return DeviceSilent(command="c", request_id=request, device=device, reason="", response_code=None)


CERTIFICATE = CertificateIssued(eui=USER, usage="DS", role="2", der=b"")


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [(2, 9, [1, 2, 3, 5, 6]), (4, 9, [1, 5, 6]), (1, 3, [1, 2, 3]), (2, 4, [1, 2, 3, 4]), (6, 6, [1, 6])],
)
def test_the_entries_of_a_slice_are_those_of_its_own_devices(first: int, last: int, kept: list[int]) -> None:
    third = "A0-B1-C2-D3-E4-99-00-03"
    entries = [
        entry(1, CERTIFICATE),
        entry(2, started(METER)),
        entry(3, silence(METER)),
        entry(4, silence(OTHER_METER)),
        entry(5, started(OTHER_METER, "T")),
        entry(6, silence(third)),
        entry(7, silence(OTHER_METER)),
        entry(8, silence("x", f"{USER}:{OTHER_METER}:1")),
        entry(9, started(METER, "S", "GS")),
    ]
    found = evidence_of(entries, "S", "IS", first, last)
    numbers = [one.seq for one in found.entries if one.seq != 9]
    assert numbers == kept
    assert found.started is (entries[1].event)


def test_the_latest_start_of_a_scenario_for_its_role_counts_and_another_party_may_be_looked_at() -> None:
    entries = [entry(1, started(METER)), entry(2, started(OTHER_METER)), entry(3, started(METER, "S", "GS"))]
    index = EvidenceIndex(reversed(entries))
    assert index.evidence("S", "IS", 1, 3).started is entries[1].event
    assert index.evidence("S", "IS", 1, 1).started is entries[0].event
    assert index.evidence("S", "ED", 1, 3).started is None
    assert index.evidence("S", "IS", 1, 3, OTHER_USER).user == OTHER_USER
    assert index.evidence("S", "IS", 1, 3) is index.evidence("S", "IS", 1, 3)
    assert [one.seq for one in index.between(2, 3)] == [2, 3]
