"""Anomaly detection: what is held and told, what release and rejection send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from stubs.access import Thresholds
from stubs.events import CommandSent, RequestQuarantined
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, GbcsPayload, LocalCommand, OtherResult, ServiceResponse
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NETWORK_OPERATOR, NOW, SUPPLIER, DccFixture, Party, response_of

LIMITS = DccSettings(
    thresholds={"7.4": 0, "8.2": 0, "1.5": 1}, attribute_limits={"1.5": {"AdjustMeterBalance": (-1000, 1000)}}
)


@pytest.fixture
def fixture(pki: Pki) -> Iterator[DccFixture]:
    fixture = DccFixture(pki, LIMITS)
    yield fixture
    fixture.valid()


def held(fixture: DccFixture) -> RequestQuarantined:
    (found,) = fixture.dcc.state.quarantine.values()
    return found


def release(fixture: DccFixture) -> None:
    reference = held(fixture).reference
    fixture.keep(
        fixture.dcc.perform(lambda tester, transaction: tester.release(transaction, reference), fixture.now)[1]
    )


def alert_of(fixture: DccFixture) -> tuple[str, str]:
    body = response_of(fixture.messages("dcc-alert")[-1].body).body
    assert isinstance(body, DccAlert)
    return body.content.children[0].name, body.content.children[0].get("QuarantineEventRef") or ""


def test_a_request_above_the_threshold_is_acknowledged_held_and_told_of(fixture: DccFixture) -> None:
    assert fixture.post(fixture.party.request("7.4", fixture.build()["esme"])).response_code == "I99"
    assert alert_of(fixture) == ("ADUserThresholdBreach", held(fixture).reference)
    fixture.pass_time(3600)
    assert not any(isinstance(entry.event, CommandSent) for entry in fixture.entries)


def test_a_released_request_is_carried_out(fixture: DccFixture) -> None:
    fixture.post(fixture.party.request("7.4", fixture.build()["esme"]))
    release(fixture)
    fixture.pass_time(1)
    body = fixture.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, GbcsPayload)
    assert fixture.dcc.state.quarantine == {}


def test_a_rejected_request_ends_with_an_error(fixture: DccFixture) -> None:
    fixture.post(fixture.party.request("7.4", fixture.build()["esme"]))
    request_id, reference = held(fixture).request_id, held(fixture).reference
    fixture.keep(fixture.dcc.perform(lambda tester, transaction: tester.reject(transaction, reference), fixture.now)[1])
    header = fixture.last_response().header
    assert (header.response_code, str(header.request_id)) == ("E100", request_id)
    with pytest.raises(LookupError):
        fixture.dcc.perform(lambda tester, transaction: tester.reject(transaction, reference), fixture.now)


@pytest.mark.parametrize("verb", ["release", "reject"])
def test_the_next_of_a_sequence_waits_for_a_held_request(fixture: DccFixture, verb: str) -> None:
    device = fixture.build()["esme"]
    first = fixture.party.header("7.4", device, first_in_sequence=True)
    fixture.post(fixture.party.request("7.4", header=first))
    next_one = fixture.party.header("4.1.1", device, preceding=first.request_id)
    assert fixture.post(fixture.party.request("4.1.1", header=next_one)).response_code == "I99"
    fixture.pass_time(60)
    assert fixture.messages("response") == []
    reference = held(fixture).reference
    fixture.keep(
        fixture.dcc.perform(lambda tester, transaction: getattr(tester, verb)(transaction, reference), fixture.now)[1]
    )
    fixture.pass_time(60)
    expected = ["I0", "I0"] if verb == "release" else ["E100", "E100"]
    assert [message.response_code for message in fixture.messages("response")] == expected


def test_a_released_request_of_the_dcc_itself_is_answered_on_receive_response(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    assert fixture.post(fixture.party.request("8.2", DeviceID=device)).response_code == "I99"
    release(fixture)
    body = fixture.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)


def test_a_released_local_command_comes_on_receive_response(fixture: DccFixture) -> None:
    fixture.post(fixture.party.request("7.4", fixture.build()["esme"], cv=2))
    release(fixture)
    body = fixture.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)


def test_what_was_released_too_late_is_answered_with_its_refusal(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("8.2", DeviceID=device))
    fixture.keep(fixture.dcc.set_inventory(device, {"Removed": True}, fixture.now))
    release(fixture)
    assert fixture.last_response().header.response_code == "E080201"


@pytest.mark.parametrize(("amount", "is_held"), [(1000, False), (1001, True), (-2000, True)])
def test_an_abnormal_value_of_a_critical_command_is_held_when_it_comes_back_signed(
    fixture: DccFixture, amount: int, is_held: bool
) -> None:
    answer = fixture.critical("1.5", fixture.build()["esme"], PrepaymentMode={"AdjustMeterBalance": amount})
    assert answer.response_code == "I99"
    assert bool(fixture.dcc.state.quarantine) is is_held
    if is_held:
        assert alert_of(fixture)[0] == "ADAttributeLimitsBreach"
        release(fixture)
    fixture.pass_time(1)
    assert fixture.last_response().header.response_code == "I0"


def test_transforms_are_not_counted(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    for _ in range(3):
        answer = fixture.post(fixture.party.request("1.5", device, cv=4, PrepaymentMode={"AdjustMeterBalance": 5}))
        assert answer.response_code == "I0"


def test_the_dccs_own_threshold_counts_all_users(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(dcc_thresholds={"*": 1}))
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("7.4", device))
    fixture.post(Party(pki, NETWORK_OPERATOR).request("7.4", device))
    assert alert_of(fixture)[0] == "ADDCCThresholdBreach"
    fixture.valid()


def test_a_user_sets_a_threshold_of_its_own(pki: Pki) -> None:
    fixture = DccFixture(pki)
    device = fixture.build()["esme"]

    def limit(value: int | None) -> None:
        change: dict[str, Any] = {"user": SUPPLIER, "srv": "7.4", "limit": value}
        fixture.keep(
            fixture.dcc.perform(lambda tester, transaction: tester.set_threshold(transaction, **change), fixture.now)[1]
        )

    limit(0)
    fixture.post(fixture.party.request("7.4", device))
    assert held(fixture).breach == "ADUserThresholdBreach"
    limit(None)
    fixture.post(fixture.party.request("7.4", device))
    assert len(fixture.dcc.state.quarantine) == 1
    with pytest.raises(ValueError, match="0 or more"):
        limit(-1)


def test_values_are_found_at_any_depth() -> None:
    thresholds = Thresholds({}, attributes={"1.1.1": {"Price": (0, 10)}})
    assert thresholds.abnormal("1.1.1", {"Blocks": ({"Price": 3}, {"Price": 11})}) is not None
    assert thresholds.abnormal("1.1.1", {"Blocks": ({"Price": 3},), "Other": 99, "On": True}) is None
    assert thresholds.abnormal("2.2", {"Price": 99}) is None


def test_an_idle_detection_remembers_nothing() -> None:
    thresholds = Thresholds({})
    thresholds.count(Eui64.parse(SUPPLIER), "7.4", NOW)
    assert thresholds.seen == {}
    assert thresholds.breach(Eui64.parse(SUPPLIER), "7.4", NOW + timedelta(hours=1)) is None
