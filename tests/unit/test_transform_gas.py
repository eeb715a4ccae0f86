"""Transform of gas and security services: who speaks, what is looked up, what is refused."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.cli.gbcs import command as gbcs_command
from schemas.load import transform_rows
from stubs.transform import Acb, Command, NotLookedUp, Target, transform, use_case_for
from stubs.transform.looked_up import NEEDED, looked_up_values
from stubs.wire.duis import Node, RequestHeader, ServiceRequest, write_request
from stubs.wire.errors import Refusal
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases import CANCELLED, read_command
from stubs.wire.request_id import RequestId
from tests.dcc_kit import a_pki
from tests.gas_samples import CERTIFICATE

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
USER = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E2")
OTHER = "DE-51-CE-00-00-00-00-E5"
BROKER = Acb(Eui64.parse("DC-C0-00-00-00-00-00-02"), 9001)
TRANS_COS = Acb(Eui64.parse("DC-C0-00-00-00-00-00-04"), 500)
BASE64 = base64.b64encode(bytes.fromhex(CERTIFICATE)).decode()


def leaf(name: str, text: str = "") -> Node:
    return Node(name, text)


def tree(name: str, *children: Node) -> Node:
    return Node(name, children=children)


def request(srv: str, body: Node) -> ServiceRequest:
    header = RequestHeader(RequestId(USER, DEVICE, 77), 1, srv.rpartition(".")[0] if srv.count(".") > 1 else srv, srv)
    return ServiceRequest(header, body)


def made(
    srv: str, device_type: str, body: Node, *, version: str = "4.2", known: bool = True, **looked_up: Any
) -> Command:
    parties = frozenset({USER}) if known else frozenset[Eui64]()
    target = Target(DEVICE, device_type, "", version, parties, looked_up=looked_up)
    return transform(request(srv, body), target, BROKER, NOW, TRANS_COS)


def replacement(root: str, certificates: str, *more: Node, role: str | None = None) -> Node:
    named = (leaf("RemotePartyRole", role),) if role else ()
    new: Node = tree(
        certificates.rpartition("/")[2],
        leaf("DigitalSigningCertificate", BASE64),
        leaf("KeyAgreementCertificate", BASE64),
    )
    for name in reversed(certificates.split("/")[:-1]):
        new = tree(name, new)
    path = tree("CertificationPathCertificates", leaf("Certificate", BASE64))
    return tree(root, *more, *named, new, path, leaf("ApplyTimeBasedCPVChecks", "true"))


KRP = "ReplacementCertificates/SupplierOrNetworkOperatorCertificates"
OWN_NAME = {
    "6.24.1": ("GSME", tree("RetrieveDeviceSecurityCredentialsKRP", leaf("RemotePartyRole", "Supplier"))),
    "6.21": ("GPF", replacement("RequestHandover", "ReplacementCertificates", role="Supplier")),
    "8.5": ("ESME", replacement("ServiceOptOut", "ReplacementCertificates")),
    "8.12.2": ("GPF", tree("RestoreGPFDeviceLog", leaf("OldGPFID", OTHER))),
}


@pytest.mark.parametrize("srv", sorted(OWN_NAME))
def test_the_broker_speaks_in_its_own_name(srv: str) -> None:
    device_type, body = OWN_NAME[srv]
    command = made(srv, device_type, body, LogEntries=({"DeviceID": OTHER, "DeviceType": "PPMID"},))
    group = command.group
    assert (group.originator, group.counter, group.other.party) == (BROKER.eui, BROKER.counter, None)
    assert command.is_by_acb


def test_a_change_of_supplier_comes_from_the_transitional_party() -> None:
    floor = leaf("SupplierFloorSeqNumber", "5")
    body = replacement("UpdateSecurityCredentialsCoS", "SupplierReplacementCertificates", floor)
    command = made("6.23", "ESME", body)
    assert (command.group.originator, command.group.counter) == (TRANS_COS.eui, TRANS_COS.counter)
    values = read_command(0x0107, command.group.content)
    assert values["OtherFloors"] == ({"RemotePartyRole": "Supplier", "RemotePartyFloorSeqNumber": 5},)
    alone = transform(request("6.23", body), Target(DEVICE, "ESME"), BROKER, NOW)
    assert alone.group.originator == BROKER.eui


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("Supplier", "CS02bSupplierBySupplier"),
        ("NetworkOperator", "CS02bNOByNO"),
        ("LoadController", "CS02gLoadControllerBySupplier"),
    ],
)
def test_the_role_decides_on_the_replacement(role: str, name: str) -> None:
    date = leaf("ExecutionDateTime", "3000-12-31T00:00:00.00Z")
    command = made("6.15.1", "ESME", replacement("UpdateSecurityCredentialsKRP", KRP, date, role=role))
    values = read_command(command.message_code, command.group.content)
    assert command.use_case == name
    assert command.group.originator == USER
    assert values["ExecutionDateTime"] == CANCELLED
    assert {one["RemotePartyRole"] for one in values["ReplacementCertificates"]} == {role}


PERIOD_START = leaf("BillingPeriodStart", "2026-01-01T00:00:00Z")
FOREIGN_PRICES = (
    leaf("CurrencyUnits", "USD"),
    leaf("StandingCharge", "1"),
    tree("TOUTariff", leaf("TOUPrice", "1")),
)


def join(**looked_up: Any) -> Command:
    body = tree("JoinServiceNonCritical", leaf("OtherDeviceID", OTHER))
    return made("8.7.2", "PPMID", body, known=False, **looked_up)


def test_the_other_device_decides_on_the_join() -> None:
    assert join().use_case == "CS03A2NonCritical"
    assert "Certificate" not in read_command(0x00AB, join(Certificate=CERTIFICATE).group.content)
    assert join(OtherDeviceType="ESME").use_case == "CS03A2NonCritical"
    command = join(OtherDeviceType="GSME", Certificate=CERTIFICATE)
    assert command.use_case == "CS03CNonCritical"
    assert read_command(0x00AF, command.group.content)["Certificate"] == CERTIFICATE
    assert command.group.other.party == USER
    with pytest.raises(Refusal, match="HCALCS"):
        join(OtherDeviceType="HCALCS")


def test_displays_are_type_2() -> None:
    body = tree("JoinServiceNonCritical", leaf("OtherDeviceID", OTHER))
    command = made("8.7.2", "GPF", body, OtherDeviceType="IHD")
    assert read_command(0x000E, command.group.content)["OtherDeviceType"] == "Type2"


def test_no_value_that_is_looked_up_may_be_missing() -> None:
    rows = {row.use_case: row for row in transform_rows() if row.use_case in NEEDED}
    assert set(rows) == set(NEEDED)
    for name, needed in NEEDED.items():
        for missing in needed:
            with pytest.raises(NotLookedUp) as refused:
                looked_up_values(name, dict.fromkeys(set(needed) - {missing}, "known"))
            assert (refused.value.names, refused.value.rule) == ((missing,), "not-transformable")


def test_a_join_by_method_c_needs_the_certificate_of_the_other_device() -> None:
    with pytest.raises(NotLookedUp, match="CS03CNonCritical holds Certificate"):
        join(OtherDeviceType="GSME")
    critical = tree("JoinServiceCritical", leaf("OtherDeviceID", OTHER))
    with pytest.raises(NotLookedUp, match="CS03CCritical holds Certificate"):
        made("8.7.1", "GSME", critical)


def test_values_that_were_not_looked_up_refuse_the_request() -> None:
    with pytest.raises(Refusal, match="LogEntries"):
        made("8.12.2", "GPF", OWN_NAME["8.12.2"][1])
    with pytest.raises(Refusal, match="CustomerIdentificationNumber"):
        made("9.1", "GSME", leaf("RequestCustomerIdentificationNumber"))
    command = made("9.1", "GSME", leaf("RequestCustomerIdentificationNumber"), CustomerIdentificationNumber="0042")
    assert read_command(0x0083, command.group.content) == {"CustomerIdentificationNumber": "0042"}


@pytest.mark.parametrize(
    ("srv", "version", "name"),
    [
        ("6.8", "1.1", "GCS25"),
        ("6.8", "4.2", "GCS25a"),
        ("6.2.3", "1.1", "GCS21d"),
        ("6.2.3", "4.2", "GCS21k"),
        ("6.2.4", "1.1", "GCS21e"),
        ("6.2.4", "4.2", "GCS21m"),
        ("4.18", "4.1", "GCS60"),
        ("4.18", "4.2", "GCS60a"),
        ("6.24.1", "4.2", "CS02aMAC"),
    ],
)
def test_older_devices_get_older_use_cases(srv: str, version: str, name: str) -> None:
    assert use_case_for(srv, "GSME", "", version) == name


def test_debt_is_read_from_its_elements() -> None:
    rate = (leaf("DebtRecoveryRate", "500"), leaf("DebtRecoveryRatePeriod", "DAILY"))
    body = tree(
        "UpdateDebt",
        leaf("TimeDebtRegister1", "1"),
        leaf("TimeDebtRegister2", "2"),
        leaf("PaymentDebtRegister", "3"),
        leaf("DebtRecoveryPerPayment", "100"),
        tree("GasDebtRecovery1", *rate),
        tree("GasDebtRecovery2", *rate),
    )
    values = read_command(0x006E, made("2.3", "GSME", body).group.content)
    assert (values["DebtRecoveryRate1"], values["DebtRecoveryRatePeriod2"]) == (500, "DAILY")


@pytest.mark.parametrize("is_full", [True, False])
def test_alert_behaviours_come_in_a_full_and_a_plain_form(*, is_full: bool) -> None:
    if is_full:
        on = (leaf("WANAlert", "Enable"), leaf("HANAlert", "Disable"), leaf("EventLog", "Enable"))
        body = tree("ConfigureAlertBehaviour", tree("GasSupplierAlertEventSettings", tree("x81AA", *on)))
    else:
        body = tree("ConfigureAlertBehaviour", tree("GasSupplierAlerts", leaf("x81AA", "Enable")))
    (found,) = read_command(0x00AD, made("6.22", "GSME", body).group.content)["AlertBehaviours"]
    log = {"EventLog": is_full}
    assert found == {"EventCode": "81AA", "WANAlert": True, "HANAlert": False, "Alarm": False} | log


@pytest.mark.parametrize(
    ("srv", "device_type", "body"),
    [
        ("1.1.1", "GSME", leaf("UpdateImportTariffPrimaryElement")),
        ("1.2.1", "GSME", tree("UpdatePricePrimaryElement", tree("PriceElements", leaf("GasPriceElements")))),
        ("2.1", "GSME", tree("UpdatePrepayConfiguration", leaf("UpdatePrepayConfigGas"))),
        ("2.3", "GSME", leaf("UpdateDebt")),
        ("6.8", "GSME", tree("Update", tree("GasBillingCalendar", leaf("Periodicity", "Hourly"), PERIOD_START))),
        ("1.2.1", "GSME", tree("Update", tree("PriceElements", tree("GasPriceElements", *FOREIGN_PRICES)))),
        ("6.7", "GSME", leaf("UpdateDeviceConfigurationGasFlow")),
        ("6.15.1", "GSME", replacement("Update", KRP, role="LoadController")),
        ("6.15.1", "ESME", tree("Update", leaf("RemotePartyRole", "Supplier"))),
        ("6.15.2", "ESME", tree("Update", leaf("DeviceCertificate", "?"))),
        ("6.17", "ESME", tree("Issue", leaf("CredentialType", "Top Up"))),
        ("6.22", "GSME", tree("ConfigureAlertBehaviour", leaf("GasSupplierAlerts"))),
        ("8.7.1", "ESME", leaf("JoinServiceCritical")),
        ("8.7.1", "PPMID", tree("JoinServiceCritical", leaf("OtherDeviceID", OTHER))),
        ("11.3", "GSME", tree("ActivateFirmware", leaf("FirmwareHash", "AB"))),
        ("11.3", "PPMID", tree("ActivateFirmware", leaf("FirmwareHash", "AB" * 32))),
    ],
)
def test_what_cannot_become_a_command_is_refused(srv: str, device_type: str, body: Node) -> None:
    with pytest.raises(Refusal) as refused:
        made(srv, device_type, body)
    assert refused.value.rule == "not-transformable"


def built(file: Path, device_type: str, *more: str) -> Result:
    return CliRunner().invoke(gbcs_command, ["build", str(file), "--device-type", device_type, "--json", *more])


def test_the_command_line_takes_what_was_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(write_request(request("8.12.2", OWN_NAME["8.12.2"][1])))
    log = f'LogEntries=[{{"DeviceID": "{OTHER}", "DeviceType": "PPMID"}}]'
    without = built(file, "GPF")
    assert (without.exit_code, "Give --look-up LogEntries=…" in without.stderr) == (2, True)
    assert built(file, "GPF", "--look-up", log).exit_code == 0
    assert built(file, "GPF", "--look-up", "nonsense").exit_code != 0
    file.write_bytes(write_request(request("8.12.1", tree("RestoreHANDeviceLog", leaf("OldCHFID", OTHER)))))
    assert "Give --look-up ExtendedPanID=… --look-up Devices=…" in built(file, "CHF").stderr


def test_the_command_line_takes_a_certificate_from_the_keys_or_says_that_it_needs_one(tmp_path: Path) -> None:
    file = tmp_path / "join.xml"
    file.write_bytes(write_request(request("8.7.2", tree("JoinServiceNonCritical", leaf("OtherDeviceID", OTHER)))))
    kind = ("--look-up", "OtherDeviceType=GSME")
    without = built(file, "PPMID", *kind)
    assert without.exit_code == 2
    assert "Give --look-up Certificate=…, or --pki with the other device's certificate" in without.stderr
    assert json.loads(without.stdout)[0].keys() == {"file", "error"}
    given = built(file, "PPMID", *kind, "--look-up", f"Certificate={CERTIFICATE}")
    keys = a_pki(tmp_path / "pki")
    held = keys.device(Eui64.parse(OTHER)).ka.certificate.der.hex().upper()
    found = built(file, "PPMID", *kind, "--pki", str(tmp_path / "pki"))
    assert (given.exit_code, found.exit_code) == (0, 0)
    assert held in json.loads(found.stdout)[0]["payload"]
    assert CERTIFICATE in json.loads(given.stdout)[0]["payload"]
