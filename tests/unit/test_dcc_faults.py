"""Silence, thresholds and faults of the simulated DCC; no sockets, frozen time."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.events import CommandSent, DeviceAnswered, DeviceSilent, FaultApplied
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.errors import Blocked, PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.xml import parse
from stubs.wire.xmlsig import SignatureError, is_signed, verify
from tests.dcc_kit import OTHER_SUPPLIER, SUPPLIER, DccFixture, dcc_alerts, of_kind


def test_a_device_out_of_reach_is_e20(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert [message.response_code for message in fixture.messages()] == ["E20"]


def test_a_device_that_never_answers_is_e21_after_the_time_out(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="command", effect="never-answer", device=device)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(29)
    assert fixture.messages() == []
    fixture.pass_time(2)
    assert [message.response_code for message in fixture.messages()] == ["E21"]


def test_silence_is_an_alert_when_settings_say_so(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(device_silent="alert"))
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_device(device, {"reachable": False}, fixture.now))
    fixture.post(fixture.party.request("11.2", device))
    (silent,) = of_kind(fixture.pass_time(1), DeviceSilent)
    assert silent.response_code is None
    assert dcc_alerts(fixture) == [(SUPPLIER, "N10")]


def test_too_many_requests_are_held_and_reported(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(thresholds={"*": 1}))
    device = fixture.build()["esme"]
    fixture.post(fixture.party.request("11.2", device))
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"
    fixture.pass_time(1)
    assert len(fixture.messages("response")) == 1
    assert dcc_alerts(fixture) == [(SUPPLIER, "N46")]
    fixture.pass_time(3600)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(1)
    assert len(fixture.messages("response")) == 2


def fault(fixture: DccFixture, **rule: Any) -> str:
    identity, events = fixture.dcc.set_fault(rule, fixture.now)
    fixture.keep(events)
    return identity


def test_a_bad_signature_on_a_response_is_bad(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="wrong-signature")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    with pytest.raises(SignatureError, match="signature"):
        verify(fixture.messages()[-1].body, fixture.pki.certificates)


def test_a_response_of_another_party_verifies_but_is_not_the_dccs(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="wrong-signer", party=OTHER_SUPPLIER)
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    assert str(verify(fixture.messages()[-1].body, fixture.pki.certificates).certificate.eui) == OTHER_SUPPLIER


def test_a_duplicate_is_delivered_twice_with_one_response_id(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="duplicate")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    first, second = fixture.messages()
    assert (first.response_id, first.body) == (second.response_id, second.body)
    assert first.message != second.message


def test_a_message_held_until_the_next_is_overtaken(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="delivery", effect="hold-until-next")
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time()
    assert fixture.dcc.state.outbox.ready(fixture.now) == []
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time()
    assert [message.message for message in fixture.dcc.state.outbox.of(Eui64.parse(SUPPLIER))] == ["m2", "m1"]


def test_a_dropped_message_is_never_posted(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="drop")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    assert fixture.dcc.state.outbox.of(Eui64.parse(SUPPLIER)) == []
    assert len(fixture.messages()) == 1


def test_another_code_is_written_and_signed(fixture: DccFixture) -> None:
    fault(fixture, point="delivery", effect="code", code="E1011", srv="11.2")
    fixture.post(fixture.party.request("11.2", fixture.build()["esme"]))
    fixture.pass_time()
    verify(fixture.messages()[-1].body, fixture.pki.certificates)
    assert fixture.last_response().header.response_code == "E1011"


def test_unsigned_and_malformed_messages(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    for effect in ("unsigned", "malformed"):
        fault(fixture, point="delivery", effect=effect)
        fixture.post(fixture.party.request("11.2", device))
        fixture.pass_time()
    unsigned, malformed = fixture.messages()
    assert not is_signed(parse(unsigned.body))
    with pytest.raises(PeerError):
        parse(malformed.body)


def test_a_late_and_an_altered_device_response(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="device-response", effect="delay", seconds=100)
    fixture.post(fixture.party.request("11.2", device))
    fixture.pass_time(90)
    assert fixture.messages() == []
    fixture.pass_time(20)
    assert fixture.last_response().header.response_code == "I0"
    fault(fixture, point="device-response", effect="altered")
    fixture.post(fixture.party.request("11.2", device))
    assert of_kind(fixture.pass_time(), DeviceAnswered)[0].payload == fixture.payload()


def test_a_dropped_device_response_is_e21_although_the_device_acted(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="device-response", effect="drop")
    fixture.critical("7.2", device)
    fixture.pass_time(40)
    assert fixture.dcc.state.devices[Eui64.parse(device)].supply == "disabled"
    assert fixture.messages("response")[-1].response_code == "E21"


def test_a_delayed_command_leaves_later(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="command", effect="delay", seconds=50)
    fixture.post(fixture.party.request("11.2", device))
    assert of_kind(fixture.pass_time(40), CommandSent) == []
    assert len(of_kind(fixture.pass_time(20), CommandSent)) == 1


def test_the_nth_match_is_bent_and_only_so_often(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fault(fixture, point="answer", effect="code", code="E20", nth=2, times=1)
    codes = [fixture.post(fixture.party.request("11.2", device)).response_code for _ in range(3)]
    assert codes == ["I99", "E20", "I99"]
    effects = [entry.event.effect for entry in fixture.entries if isinstance(entry.event, FaultApplied)]
    assert effects == ["passed", "code"]


def test_a_lost_request_may_be_sent_again(fixture: DccFixture) -> None:
    fault(fixture, point="answer", effect="drop", before=True)
    request = fixture.party.request("11.2", fixture.build()["esme"])
    assert fixture.post(request).cut == "drop"
    assert fixture.post(request).response_code == "I99"


def test_a_lost_answer_does_not_undo_the_request(fixture: DccFixture) -> None:
    fault(fixture, point="answer", effect="reset")
    assert fixture.post(fixture.party.request("11.2", fixture.build()["esme"])).cut == "reset"
    fixture.pass_time()
    assert fixture.last_response().header.response_code == "I0"


def test_a_cleared_fault_bends_nothing(fixture: DccFixture) -> None:
    identity = fault(fixture, point="answer", effect="http-status", status=500, times=0)
    device = fixture.build()["esme"]
    assert fixture.post(fixture.party.request("11.2", device)).status == 500
    fixture.keep(fixture.dcc.clear_fault(identity, fixture.now))
    assert fixture.post(fixture.party.request("11.2", device)).response_code == "I99"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"point": "nowhere", "effect": "drop"}, "nowhere"),
        ({"point": "answer", "effect": "explode"}, "explode"),
        ({"point": "answer", "effect": "code"}, "needs 'code'"),
        ({"point": "answer", "effect": "delay"}, "needs 'seconds'"),
        ({"point": "answer", "effect": "drop", "nth": 0}, "nth"),
        ({"point": "answer", "effect": "drop", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_fault_rule_is_refused_with_a_reason(fixture: DccFixture, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fixture.dcc.set_fault(rule, fixture.now)


def test_a_fault_cannot_sign_for_a_party_without_keys(fixture: DccFixture) -> None:
    with pytest.raises(Blocked, match="no xmlSign key"):
        fault(fixture, point="delivery", effect="wrong-signer", party="DE-51-CE-00-00-00-00-77")
