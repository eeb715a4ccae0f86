"""Every User is answered in its version of DUIS, and its requests are judged by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stubs.dcc import Reply
from stubs.settings import DccSettings
from stubs.smki import Pki
from stubs.wire.duis import DccAlert, Node, OtherResult, ServiceResponse, schema_of, schema_problems
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import SUPPLIER, DccFixture, a_pki, response_of

ASKED = b'schemaVersion="5.4"'


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(Path(tmp_path_factory.mktemp("pki")) / "pki")


@pytest.fixture
def fixture(pki: Pki) -> DccFixture:
    return DccFixture(pki)


def register(fixture: DccFixture, version: str) -> None:
    fixture.keep(fixture.dcc.register_user(SUPPLIER, "A", ("IS", "GS"), None, "active", fixture.now, version))


def ask(fixture: DccFixture, version: str, srv: str, /, **children: Any) -> Reply:
    """Post a request that states a version."""
    unsigned = fixture.party.request(srv, **children).partition(b"<ds:Signature")[0] + b"</sr:Request>"
    return fixture.post(fixture.party.sign(unsigned.replace(ASKED, f'schemaVersion="{version}"'.encode())))


def matrix(reply: Reply) -> Node:
    body = response_of(reply.body).body
    assert isinstance(body, ServiceResponse)
    assert isinstance(body.result, OtherResult)
    return body.result.node


def is_flat(node: Node) -> bool:
    return node.find("DSPWANMatrixResponse") is None


@pytest.mark.parametrize(
    ("stated", "told", "flat"),
    [("5.0", "5.0", True), ("5.1", "5.1", True), ("5.10", "5.1", True), ("5.2", "5.2", True), ("5.3", "5.3", False),
     ("5.4", "5.4", False)],
)  # fmt: skip
def test_an_answer_is_in_the_version_that_the_request_states(
    fixture: DccFixture, stated: str, told: str, flat: bool
) -> None:
    reply = ask(fixture, stated, "12.1", UPRN="123456789012")
    assert reply.response_code == "I0"
    assert f'schemaVersion="{told}"'.encode() in reply.body
    assert is_flat(matrix(reply)) is flat
    assert schema_problems(reply.body, schema=schema_of(told)) == ()


def test_the_registered_version_comes_before_the_stated_one(fixture: DccFixture) -> None:
    register(fixture, "5.1")
    assert is_flat(matrix(ask(fixture, "5.4", "12.1", UPRN="123456789012")))
    register(fixture, "5.4")
    assert not is_flat(matrix(ask(fixture, "5.1", "12.1", UPRN="123456789012")))


def test_the_setting_lets_the_stated_version_come_first(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(user_version="stated"))
    register(fixture, "5.1")
    assert not is_flat(matrix(ask(fixture, "5.4", "12.1", UPRN="123456789012")))


def test_the_setting_says_which_schema_5_2_has(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(schemas_of_versions={"5.2": "5.3"}))
    assert not is_flat(matrix(ask(fixture, "5.2", "12.1", UPRN="123456789012")))


def test_a_fixed_version_can_be_written_on_everything(pki: Pki) -> None:
    fixture = DccFixture(pki, DccSettings(answer_schema_version="5.3"))
    assert b'schemaVersion="5.3"' in ask(fixture, "5.1", "12.1", UPRN="123456789012").body


def schedule(meter: str) -> dict[str, Any]:
    return {
        "ScheduleFrequency": "Daily",
        "ScheduleStartDate": "2026-02-01",
        "DSPScheduledServiceReference": "4.2",
        "DSPScheduledServiceReferenceVariant": "4.2",
        "DeviceID": meter,
        "DSPReadInstantaneousExportRegisters": None,
    }


@pytest.mark.parametrize(("version", "taken"), [("5.1", False), ("5.2", False), ("5.3", True), ("5.4", True)])
def test_a_request_is_judged_by_the_version(fixture: DccFixture, version: str, taken: bool) -> None:
    meter = fixture.build(export_supplier=SUPPLIER)["esme"]
    reply = ask(fixture, version, "5.1", **schedule(meter))
    assert (reply.response_code == "I0") is taken, (reply, fixture.refused())
    assert taken or (reply.status, fixture.refused()) == (400, "schema")


def test_schedules_of_a_newer_version_are_not_told_to_an_older_user(fixture: DccFixture) -> None:
    meter = fixture.build(export_supplier=SUPPLIER)["esme"]
    assert ask(fixture, "5.4", "5.1", **schedule(meter)).response_code == "I0"
    assert ask(fixture, "5.4", "5.2", DeviceID=meter).response_code == "I0"
    older = ask(fixture, "5.1", "5.2", DeviceID=meter)
    assert older.response_code == "E050202"
    assert schema_problems(older.body, schema="5.1") == ()


def raised(fixture: DccFixture, code: str, structure: str) -> DccAlert:
    _, events = fixture.dcc.raise_dcc_alert(code, SUPPLIER, None, fixture.now, structure)
    fixture.keep(events)
    body = response_of(fixture.messages("dcc-alert")[-1].body).body
    assert isinstance(body, DccAlert)
    return body


def test_alerts_go_by_the_version_last_stated_when_none_is_registered(fixture: DccFixture) -> None:
    assert raised(fixture, "N64", "CommsHubFirmwareActivation").code == "N64"
    ask(fixture, "5.0", "12.1", UPRN="123456789012")
    withheld = raised(fixture, "N64", "CommsHubFirmwareActivation")
    assert (withheld.code, withheld.content.get("ServiceUserDUISVersion")) == ("N999", "5.0")
    assert withheld.content.get("DCCAlertVersionMismatch/DCCAlertCode") == "N64"
    ask(fixture, "5.1", "12.1", UPRN="123456789012")
    assert raised(fixture, "N64", "CommsHubFirmwareActivation").code == "N64"


def test_a_registration_does_not_forget_what_was_stated(fixture: DccFixture) -> None:
    ask(fixture, "5.0", "12.1", UPRN="123456789012")
    register(fixture, "")
    assert raised(fixture, "N64", "CommsHubFirmwareActivation").code == "N999"


@pytest.mark.parametrize(("given", "kept"), [("5.10", "5.1"), (" 5.4", "5.4"), ("5", "5.0"), ("", "")])
def test_versions_of_a_registration_are_decimals(fixture: DccFixture, given: str, kept: str) -> None:
    register(fixture, given)
    assert fixture.dcc.state.users[Eui64.parse(SUPPLIER)].duis_version == kept


@pytest.mark.parametrize("version", ["5.4" + "0" * 60, " 5.4 ", "5.4" + "1" * 60, "9" * 60, "5" + "." + "2" * 5000])
def test_a_version_of_any_length_is_answered(fixture: DccFixture, version: str) -> None:
    """The schema takes any decimal; a long one was an error of ours."""
    reply = ask(fixture, version, "12.1", UPRN="123456789012")
    is_known = version.strip().rstrip("0") == "5.4"
    assert (reply.status, reply.response_code) == ((200, "I0") if is_known else (400, None))
