"""Every DCC alert body of the schema, device alerts and their throttling, SMETS1 shapes, outcomes that never come."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from schemas.load import dcc_alert_occasions, dcc_alerts, device_alerts
from stubs import alerts
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, DeviceAlert, ServiceResponse, Smets1Response, schema_problems
from stubs.wire.xml import SR, parse
from stubs.wire.xmlsig import verify
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_USER, SUPPLIER, DccFixture, response_of

HUB_ALERT = "8F3F"
RADIO_ALERTS = [code for code, row in device_alerts().items() if row.to_broker == "dual-band-alert"]


def raise_alert(fixture: DccFixture, code: str, structure: str = "", user: str = SUPPLIER) -> DccAlert:
    fixture.keep(fixture.dcc.raise_dcc_alert(code, user, None, fixture.now, structure)[1])
    message = fixture.messages("dcc-alert")[-1]
    assert schema_problems(message.body) == ()
    inner = parse(message.body).find(f".//{{{SR}}}S1SPAlert")
    verify(message.body if inner is None else etree.tostring(inner), fixture.pki.certificates)
    body = response_of(message.body).body
    assert isinstance(body, DccAlert)
    return body


def test_the_schema_has_24_structures() -> None:
    assert len(alerts.structures()) == 24


@pytest.mark.parametrize("structure", alerts.structures())
def test_every_structure_can_be_raised_by_hand(fixture: DccFixture, structure: str) -> None:
    devices = fixture.build()
    content = raise_alert(fixture, "N1", structure).content
    assert content.name == structure
    named = content.get("DeviceID") or content.get("ESMEDeviceID") or content.get("TargetDeviceID")
    assert named in {None, devices["esme"]}


@pytest.mark.parametrize("code", [code for code, row in dcc_alerts().items() if row.structures])
def test_every_code_can_be_raised_with_a_structure_it_may_have(fixture: DccFixture, code: str) -> None:
    assert raise_alert(fixture, code, user=OTHER_USER).content.name in dcc_alerts()[code].structures


def test_occasions_have_codes_whose_structure_fits() -> None:
    for row in dcc_alert_occasions().values():
        assert row.structure in dcc_alerts()[row.code].structures, row.occasion
    assert set(alerts.structures()) == {row.structure for row in dcc_alert_occasions().values()}


@pytest.mark.parametrize(("code", "structure"), [("N32", ""), ("N1", "Surprise")])
def test_no_such_code_or_structure(fixture: DccFixture, code: str, structure: str) -> None:
    with pytest.raises(ValueError, match=structure or code):
        fixture.dcc.raise_dcc_alert(code, SUPPLIER, None, fixture.now, structure)


def test_a_user_that_is_not_registered_gets_no_alert(fixture: DccFixture) -> None:
    with pytest.raises(ValueError, match="not a registered User"):
        fixture.dcc.raise_dcc_alert("N1", "00-00-00-00-00-00-00-01", None, fixture.now)


# --- events that cause alerts ---


def test_suspension_restoration_and_recovery_are_told(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    for status in ("Suspended", "Commissioned", "Recovery", "Recovered"):
        fixture.keep(fixture.dcc.set_inventory(device, {"DeviceStatus": status}, fixture.now))
    changes = []
    for message in fixture.messages("dcc-alert"):
        body = response_of(message.body).body
        assert isinstance(body, DccAlert)
        if message.user == NETWORK_OPERATOR:
            changes.append(body.content.children[1].children[0].name)
    assert changes == ["DeviceSuspended", "DeviceRestored", "RecoveryComplete"]


def test_another_firmware_of_a_hub_is_told(fixture: DccFixture) -> None:
    hub = fixture.build()["chf"]
    fixture.keep(fixture.dcc.set_inventory(hub, {"DeviceFirmwareVersion": "0A0B0C0D"}, fixture.now))
    body = response_of(fixture.messages("dcc-alert")[0].body).body
    assert isinstance(body, DccAlert)
    assert body.content.name == "CommsHubFirmwareActivation"


@pytest.mark.parametrize(
    ("device", "code", "structure"),
    [
        ("ppmid", HUB_ALERT, "PPMIDAlert"),
        ("chf", HUB_ALERT, "CommsHubAlert"),
        *(("chf", code, "DualBandCHAlert") for code in RADIO_ALERTS),
    ],
)
def test_what_hubs_and_displays_tell_the_broker_reaches_the_supplier(
    fixture: DccFixture, device: str, code: str, structure: str
) -> None:
    eui = fixture.build()[device]
    broker = str(fixture.pki.acb)
    fixture.keep(fixture.dcc.raise_device_alert(eui, code, broker, fixture.now)[1])
    body = response_of(fixture.messages("dcc-alert")[-1].body).body
    assert isinstance(body, DccAlert)
    assert body.content.name == structure


def test_a_display_taken_from_a_hub_is_told(fixture: DccFixture) -> None:
    devices = fixture.build()
    fixture.post(fixture.party.request("8.11", devices["chf"], DeviceID=devices["ppmid"], RequestType="Remove"))
    fixture.pass_time(1)
    structures = []
    for message in fixture.messages("dcc-alert"):
        body = response_of(message.body).body
        assert isinstance(body, DccAlert)
        structures.append(body.content.name)
    assert "PPMIDRemoval" in structures


def test_a_user_of_an_older_version_is_told_that_something_was_withheld(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(structures_since={"PPMIDRemoval": "5.4"}))
    fixture.keep(fixture.dcc.register_user(SUPPLIER, "A", ("IS",), None, "active", fixture.now, "5.1"))
    content = raise_alert(fixture, "N43", "PPMIDRemoval").content
    assert (content.name, content.get("ServiceUserDUISVersion")) == ("DUISVersionMismatch", "5.1")
    assert content.get("DCCAlertVersionMismatch/DCCAlertCode") == "N43"
    assert raise_alert(fixture, "N1", "DeviceStatusChangeEvent").content.name == "DeviceStatusChangeEvent"
    with pytest.raises(ValueError, match="not one of"):
        fixture.dcc.register_user(SUPPLIER, "A", ("IS",), None, "active", fixture.now, "4.0")


# --- throttling ---


def test_a_flood_of_alerts_is_counted_and_told_once(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(throttle_after=2, throttle_window=60))
    device = fixture.build()["esme"]
    for _ in range(5):
        fixture.keep(fixture.dcc.raise_device_alert(device, "8F3F", None, fixture.now)[1])
    assert len(fixture.messages("device-alert")) == 2
    fixture.pass_time(61)
    throttled = response_of(fixture.messages("device-alert")[-1].body).body
    assert isinstance(throttled, DeviceAlert)
    assert (throttled.throttled_sequence_id, throttled.throttled_count) == (1, 3)
    fixture.keep(fixture.dcc.raise_device_alert(device, "8F3F", None, fixture.now)[1])
    assert len(fixture.messages("device-alert")) == 4
    fixture.valid()


def test_alerts_of_different_codes_are_counted_apart(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(throttle_after=1))
    device = fixture.build()["esme"]
    for code in ("8F3F", "8F74"):
        fixture.keep(fixture.dcc.raise_device_alert(device, code, None, fixture.now)[1])
    assert len(fixture.messages("device-alert")) == 2


# --- outcomes ---

CREDIT: dict[str, Any] = {"ExecutionDateTime": "2026-01-15T11:00:00Z", "Credit": None}


def outcomes(fixture: DccFixture) -> list[str]:
    found = []
    for message in fixture.messages("response"):
        body = response_of(message.body).body
        assert isinstance(body, ServiceResponse)
        found.append(f"{message.response_code} {type(body.result).__name__}")
    return found


def test_an_outcome_that_never_comes_is_e30(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.keep(fixture.dcc.set_fault({"point": "device-alert", "effect": "drop", "times": 0}, fixture.now)[1])
    assert fixture.critical("1.6", device, **CREDIT).response_code == "I99"
    fixture.pass_time(2 * 86400)
    assert outcomes(fixture) == ["I0 GbcsPayload", "E30 NoneType"]


def test_an_outcome_that_came_is_not_awaited_any_longer(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    assert fixture.critical("1.6", device, **CREDIT).response_code == "I99"
    fixture.pass_time(2 * 86400)
    assert "E30 NoneType" not in outcomes(fixture)
    assert "I0 FutureDatedDeviceAlert" in outcomes(fixture)


def test_a_cancelled_command_has_no_outcome_to_await(fixture: DccFixture) -> None:
    device = fixture.build()["esme"]
    fixture.critical("1.6", device, **CREDIT)
    fixture.pass_time(1)
    fixture.critical("1.6", device, ExecutionDateTime="3000-12-31T00:00:00Z", Credit=None)
    fixture.pass_time(2 * 86400)
    assert outcomes(fixture) == ["I0 GbcsPayload", "I0 GbcsPayload"]


# --- SMETS1 ---


def smets1(fixture: DccFixture, **given: str) -> Smets1Response:
    device = fixture.build()["esme"]
    wanted = {"user": SUPPLIER, "device": device, "srv": "", "alert_code": "", "request_id": "", **given}
    fixture.keep(
        fixture.dcc.perform(lambda tester, transaction: tester.raise_smets1(transaction, **wanted), fixture.now)[1]
    )
    message = fixture.messages()[-1]
    assert schema_problems(message.body) == ()
    body = response_of(message.body).body
    assert isinstance(body, Smets1Response)
    inner = parse(message.body).find(f".//{{{SR}}}SMETS1SignedResponse")
    assert inner is not None
    verify(etree.tostring(inner), fixture.pki.certificates)
    return body


@pytest.mark.parametrize("srv", ["4.1.1", "4.3", "7.4", "6.13"])
def test_a_smets1_answer_is_signed_within_and_without(fixture: DccFixture, srv: str) -> None:
    node = smets1(fixture, srv=srv).node
    assert node.get("ServiceReferenceVariant") == srv
    assert node.find("SMETS1SignedResponse/ds:Signature") is not None


def test_a_smets1_answer_quotes_the_request(fixture: DccFixture) -> None:
    request_id = f"{SUPPLIER}:DE-51-CE-00-00-00-00-E1:77"
    smets1(fixture, srv="4.1.1", request_id=request_id)
    assert fixture.messages()[-1].request_id == request_id


def test_a_smets1_alert_is_a_device_alert(fixture: DccFixture) -> None:
    assert smets1(fixture, alert_code="8f3f").node.find("ServiceReference") is None
    assert fixture.messages()[-1].alert_code == "8F3F"


@pytest.mark.parametrize("given", [{}, {"srv": "4.1.1", "alert_code": "8F3F"}, {"srv": "8.2"}, {"srv": "99"}])
def test_a_smets1_message_that_cannot_be(fixture: DccFixture, given: dict[str, str]) -> None:
    wanted = {"user": SUPPLIER, "device": OTHER_USER, "srv": "", "alert_code": "", "request_id": "", **given}
    with pytest.raises(ValueError, match=r"SMETS1|no decoded answer|no service"):
        fixture.dcc.perform(lambda tester, transaction: tester.raise_smets1(transaction, **wanted), fixture.now)
