"""Command variants, dates and sequences in the simulated DCC; no sockets, frozen time."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.events import CommandSent, DeviceAnswered
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import FutureDatedDeviceAlert, LocalCommand, ServiceResponse
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.envelope import Message
from tests.dcc_kit import DccFixture, of_kind, response_of


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 2), ("7.2", 6)])
def test_a_local_command_comes_in_the_answer_and_is_not_sent(fixture: DccFixture, srv: str, cv: int) -> None:
    device = fixture.build()["esme"]
    if cv == 2:
        answer = fixture.post(fixture.party.request(srv, device, cv=2))
    else:
        issued = fixture.post(fixture.party.request(srv, device))
        answer = fixture.post(fixture.party.signed_pre_command(issued.body, cv=6))
    body = response_of(answer.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)
    assert Message.from_bytes(body.result.gbcs_payload).mac is not None
    assert of_kind(fixture.pass_time(), CommandSent) == []


@pytest.mark.parametrize(("srv", "cv"), [("11.2", 3), ("7.2", 7)])
def test_both_at_once_gives_the_local_command_and_later_the_response(fixture: DccFixture, srv: str, cv: int) -> None:
    device = fixture.build()["esme"]
    if cv == 3:
        answer = fixture.post(fixture.party.request(srv, device, cv=3))
    else:
        issued = fixture.post(fixture.party.request(srv, device))
        answer = fixture.post(fixture.party.signed_pre_command(issued.body, cv=7))
    assert answer.response_code == "I0"
    assert len(of_kind(fixture.pass_time(), DeviceAnswered)) == 1


def test_the_local_command_of_variant_3_comes_later_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(local_command_answer="receive"))
    answer = fixture.post(fixture.party.request("11.2", fixture.build()["esme"], cv=3))
    assert answer.response_code == "I99"
    fixture.pass_time()
    bodies = [response_of(message.body).body for message in fixture.messages()]
    results = [type(body.result).__name__ for body in bodies if isinstance(body, ServiceResponse)]
    assert results == ["LocalCommand", "GbcsPayload"]
    assert len({message.response_id for message in fixture.messages()}) == 2


def test_a_dated_read_is_held_by_the_dcc_until_its_date(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    request = fixture.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z")
    assert fixture.post(request).response_code == "I99"
    assert fixture.pass_time(7100) == []
    assert len(of_kind(fixture.pass_time(200), DeviceAnswered)) == 1


def test_a_dated_read_is_cancelled_by_a_date_in_the_year_3000(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("4.1.1", device, ExecutionDateTime="2026-01-15T12:00:00Z"))
    cancel = fixture.party.request("4.1.1", device, ExecutionDateTime="3000-12-31T00:00:00.00Z")
    assert fixture.post(cancel).response_code == "I99"
    assert of_kind(fixture.pass_time(8000), CommandSent) == []


def test_a_dated_payment_mode_is_held_by_the_meter_which_reports_its_outcome(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.critical("1.6", device, ExecutionDateTime="2026-01-15T12:00:00Z", Prepayment={
        "SuspendDebtDisabled": "true", "SuspendDebtEmergency": "true", "DisablementThreshold": 0,
    })  # fmt: skip
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages("response")] == ["I0"]
    assert fixture.dcc.state.devices[Eui64.parse(device)].payment_mode == "credit"
    fixture.pass_time(7300)
    assert fixture.dcc.state.devices[Eui64.parse(device)].payment_mode == "prepayment"
    first, *outcomes = [response_of(message.body) for message in fixture.messages("response")]
    results = [response.body.result for response in outcomes if isinstance(response.body, ServiceResponse)]
    assert results
    assert all(isinstance(result, FutureDatedDeviceAlert) and result.code == "8F66" for result in results)
    assert {response.header.request_id for response in outcomes} == {first.header.request_id}
    assert len({response.header.response_id for response in (first, *outcomes)}) == len(outcomes) + 1


def sequenced(fixture: DccFixture, device: str, **header: Any) -> Any:
    head = fixture.party.header("11.2", device, **header)
    return head.request_id, fixture.post(fixture.party.request("11.2", header=head))


def test_a_follower_waits_for_its_predecessor(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    _, answer = sequenced(fixture, device, preceding=first)
    assert answer.response_code == "I99"
    fixture.pass_time()
    assert len(fixture.messages("response")) == 2


def test_a_follower_fails_with_its_predecessor(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    sequenced(fixture, device, preceding=first)
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages("response")] == ["E20", "E100"]
    _, late = sequenced(fixture, device, preceding=first)
    assert late.response_code == "E100"


def test_a_follower_of_a_request_that_succeeded_goes_at_once(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    first, _ = sequenced(fixture, device, first_in_sequence=True)
    fixture.pass_time()
    sequenced(fixture, device, preceding=first)
    fixture.pass_time()
    assert [message.response_code for message in fixture.messages("response")] == ["I0", "I0"]
