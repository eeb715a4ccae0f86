"""Sequenced requests: order, a predecessor that fails, never came, or takes too long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stubs.dcc import Reply
from stubs.events import CommandSent, RequestAccepted
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import SignedPreCommand, read_request, write_request
from stubs.wire.request_id import RequestId
from stubs.wire.xml import parse
from tests.dcc_kit import DccFixture

LATER = "2026-01-15T18:00:00Z"


def send(fixture: DccFixture, device: str, date: str = "", **header: Any) -> tuple[RequestId, Reply]:
    head = fixture.party.header("4.1.1", device, **header)
    body: dict[str, Any] = {"ExecutionDateTime": date} if date else {}
    return head.request_id, fixture.post(fixture.party.request("4.1.1", header=head, **body))


def codes(fixture: DccFixture) -> list[str]:
    return [message.response_code for message in fixture.messages("response")]


def test_commands_of_a_chain_leave_in_its_order(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = send(fixture, device, "2026-01-15T10:10:00Z", first_in_sequence=True)
    second, _ = send(fixture, device, preceding=first)
    third, _ = send(fixture, device, preceding=second)
    fixture.pass_time(900)
    sent = [entry.event.request_id for entry in fixture.entries if isinstance(entry.event, CommandSent)]
    assert sent == [str(first), str(second), str(third)]
    assert codes(fixture) == ["I0", "I0", "I0"]


def test_a_chain_fails_from_the_first_failure_on(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    first, _ = send(fixture, device, first_in_sequence=True)
    second, _ = send(fixture, device, preceding=first)
    send(fixture, device, preceding=second)
    fixture.pass_time(60)
    assert codes(fixture) == ["E20", "E100", "E100"]
    assert len([entry for entry in fixture.entries if isinstance(entry.event, CommandSent)]) == 1


def test_a_follower_does_not_wait_for_ever(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = send(fixture, device, LATER, first_in_sequence=True)
    send(fixture, device, preceding=first)
    fixture.pass_time(3700)
    assert codes(fixture) == ["E100"]
    fixture.pass_time(8 * 3600)
    assert codes(fixture) == ["E100", "I0"]


def test_a_predecessor_that_never_came_is_refused_at_once(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    unknown, _ = send(fixture, device)
    _, answer = send(fixture, device, preceding=unknown)
    assert (answer.response_code, fixture.refused()) == ("E100", "sequence")


def test_a_predecessor_may_come_later_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(sequence_missing="hold", counter_rule="unique"))
    device = fixture.build()["esme"]
    first = fixture.party.header("4.1.1", device, first_in_sequence=True)
    _, answer = send(fixture, device, preceding=first.request_id)
    assert answer.response_code == "I99"
    fixture.pass_time(60)
    assert codes(fixture) == []
    fixture.post(fixture.party.request("4.1.1", header=first))
    fixture.pass_time(60)
    assert codes(fixture) == ["I0", "I0"]
    fixture.valid()


@pytest.mark.parametrize("missing", ["refuse", "hold"])
def test_a_request_cannot_precede_itself(pki: Pki, missing: Any) -> None:
    fixture = DccFixture(pki, DccSettings(sequence_missing=missing))
    device = fixture.build()["esme"]
    head = fixture.party.header("4.1.1", device)
    own = fixture.party.header("4.1.1", device, request_id=head.request_id, preceding=head.request_id)
    assert fixture.post(fixture.party.request("4.1.1", header=own)).response_code == "E100"
    assert fixture.refused() == "sequence"


@pytest.mark.parametrize(("date", "is_noted"), [("2026-01-15T11:00:00Z", False), ("2026-01-16T11:00:00Z", True)])
def test_a_date_beside_a_signed_command_that_differs_is_noted(fixture: DccFixture, date: str, is_noted: bool) -> None:
    device = fixture.build()["esme"]
    body: dict[str, Any] = {"ExecutionDateTime": "2026-01-15T11:00:00Z", "Credit": None}
    answer = fixture.post(fixture.party.request("1.6", device, cv=4, **body))
    signed = read_request(parse(fixture.party.signed_pre_command(answer.body)))
    assert isinstance(signed, SignedPreCommand)
    document = fixture.party.sign(write_request(replace(signed, execution_date_time=date)))
    assert fixture.post(document).response_code == "I99"
    accepted = [entry.event for entry in fixture.entries if isinstance(entry.event, RequestAccepted)]
    assert bool(accepted[-1].notes) is is_noted
