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
from tests.dcc_kit import NETWORK_OPERATOR, NOW, SUPPLIER, DccFixture, Party, a_pki, response_of

LIMITS = DccSettings(
    thresholds={"7.4": 0, "8.2": 0, "1.5": 1}, attribute_limits={"1.5": {"AdjustMeterBalance": (-1000, 1000)}}
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> Iterator[DccFixture]:
    room = DccFixture(pki, LIMITS)
    yield room
    room.valid()


def held(room: DccFixture) -> RequestQuarantined:
    (found,) = room.dcc.state.quarantine.values()
    return found


def release(room: DccFixture) -> None:
    reference = held(room).reference
    room.keep(room.dcc.perform(lambda tester, transaction: tester.release(transaction, reference), room.now)[1])


def alert_of(room: DccFixture) -> tuple[str, str]:
    body = response_of(room.messages("dcc-alert")[-1].body).body
    assert isinstance(body, DccAlert)
    return body.content.children[0].name, body.content.children[0].get("QuarantineEventRef") or ""


def test_a_request_above_the_threshold_is_acknowledged_held_and_told_of(room: DccFixture) -> None:
    assert room.post(room.party.request("7.4", room.build()["esme"])).response_code == "I99"
    assert alert_of(room) == ("ADUserThresholdBreach", held(room).reference)
    room.pass_time(3600)
    assert not any(isinstance(entry.event, CommandSent) for entry in room.entries)


def test_a_released_request_is_carried_out(room: DccFixture) -> None:
    room.post(room.party.request("7.4", room.build()["esme"]))
    release(room)
    room.pass_time(1)
    body = room.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, GbcsPayload)
    assert room.dcc.state.quarantine == {}


def test_a_rejected_request_ends_with_an_error(room: DccFixture) -> None:
    room.post(room.party.request("7.4", room.build()["esme"]))
    request_id, reference = held(room).request_id, held(room).reference
    room.keep(room.dcc.perform(lambda tester, transaction: tester.reject(transaction, reference), room.now)[1])
    header = room.last_response().header
    assert (header.response_code, str(header.request_id)) == ("E100", request_id)
    with pytest.raises(LookupError):
        room.dcc.perform(lambda tester, transaction: tester.reject(transaction, reference), room.now)


@pytest.mark.parametrize("verb", ["release", "reject"])
def test_the_next_of_a_sequence_waits_for_a_held_request(room: DccFixture, verb: str) -> None:
    device = room.build()["esme"]
    first = room.party.header("7.4", device, first_in_sequence=True)
    room.post(room.party.request("7.4", header=first))
    next_one = room.party.header("4.1.1", device, preceding=first.request_id)
    assert room.post(room.party.request("4.1.1", header=next_one)).response_code == "I99"
    room.pass_time(60)
    assert room.messages("response") == []
    reference = held(room).reference
    room.keep(room.dcc.perform(lambda tester, transaction: getattr(tester, verb)(transaction, reference), room.now)[1])
    room.pass_time(60)
    expected = ["I0", "I0"] if verb == "release" else ["E100", "E100"]
    assert [message.response_code for message in room.messages("response")] == expected


def test_a_released_request_of_the_dcc_itself_is_answered_on_receive_response(room: DccFixture) -> None:
    device = room.build()["esme"]
    assert room.post(room.party.request("8.2", DeviceID=device)).response_code == "I99"
    release(room)
    body = room.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)


def test_a_released_local_command_comes_on_receive_response(room: DccFixture) -> None:
    room.post(room.party.request("7.4", room.build()["esme"], cv=2))
    release(room)
    body = room.last_response().body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, LocalCommand)


def test_what_was_released_too_late_is_answered_with_its_refusal(room: DccFixture) -> None:
    device = room.build()["esme"]
    room.post(room.party.request("8.2", DeviceID=device))
    room.keep(room.dcc.set_inventory(device, {"Removed": True}, room.now))
    release(room)
    assert room.last_response().header.response_code == "E080201"


@pytest.mark.parametrize(("amount", "is_held"), [(1000, False), (1001, True), (-2000, True)])
def test_an_abnormal_value_of_a_critical_command_is_held_when_it_comes_back_signed(
    room: DccFixture, amount: int, is_held: bool
) -> None:
    answer = room.critical("1.5", room.build()["esme"], PrepaymentMode={"AdjustMeterBalance": amount})
    assert answer.response_code == "I99"
    assert bool(room.dcc.state.quarantine) is is_held
    if is_held:
        assert alert_of(room)[0] == "ADAttributeLimitsBreach"
        release(room)
    room.pass_time(1)
    assert room.last_response().header.response_code == "I0"


def test_transforms_are_not_counted(room: DccFixture) -> None:
    device = room.build()["esme"]
    for _ in range(3):
        answer = room.post(room.party.request("1.5", device, cv=4, PrepaymentMode={"AdjustMeterBalance": 5}))
        assert answer.response_code == "I0"


def test_the_dccs_own_threshold_counts_all_users(pki: Pki) -> None:
    room = DccFixture(pki, DccSettings(dcc_thresholds={"*": 1}))
    device = room.build()["esme"]
    room.post(room.party.request("7.4", device))
    room.post(Party(pki, NETWORK_OPERATOR).request("7.4", device))
    assert alert_of(room)[0] == "ADDCCThresholdBreach"
    room.valid()


def test_a_user_sets_a_threshold_of_its_own(pki: Pki) -> None:
    room = DccFixture(pki)
    device = room.build()["esme"]

    def limit(value: int | None) -> None:
        change: dict[str, Any] = {"user": SUPPLIER, "srv": "7.4", "limit": value}
        room.keep(
            room.dcc.perform(lambda tester, transaction: tester.set_threshold(transaction, **change), room.now)[1]
        )

    limit(0)
    room.post(room.party.request("7.4", device))
    assert held(room).breach == "ADUserThresholdBreach"
    limit(None)
    room.post(room.party.request("7.4", device))
    assert len(room.dcc.state.quarantine) == 1
    with pytest.raises(ValueError, match="0 or more"):
        limit(-1)


def test_values_are_found_at_any_depth() -> None:
    thresholds = Thresholds({}, attributes={"1.1.1": {"Price": (0, 10)}})
    assert thresholds.abnormal("1.1.1", {"Blocks": ({"Price": 3}, {"Price": 11})}) is not None
    assert thresholds.abnormal("1.1.1", {"Blocks": ({"Price": 3},), "Other": 99, "On": True}) is None
    assert thresholds.abnormal("2.2", {"Price": 99}) is None


def test_an_idle_detection_remembers_nothing() -> None:
    thresholds = Thresholds({})
    thresholds.count(SUPPLIER, "7.4", NOW)
    assert thresholds.seen == {}
    assert thresholds.breach(SUPPLIER, "7.4", NOW + timedelta(hours=1)) is None
