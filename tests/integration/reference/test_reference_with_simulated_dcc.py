"""The reference client and the simulated DCC together: whole journeys over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import msgspec
import pytest

from harness.drivers import Action, Driver, DriverContext, Outcome, TlsFiles, UserIdentity, make_driver, running
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock
from stubs.events import Entry, MessageDelivered, MessageQueued

SUPPLIER = "A0-B1-C2-D3-E4-01-00-00"
NETWORK = "A0-B1-C2-D3-E4-02-00-00"
OTHER_SUPPLIER = "A0-B1-C2-D3-E4-03-00-00"
OTHER_USER = "A0-B1-C2-D3-E4-04-00-00"
START = datetime(2026, 1, 15, 10, tzinfo=UTC)


@dataclass(slots=True)
class Journey:
    """One home, and somebody who acts on it."""

    dcc: BackgroundDcc
    driver: Driver
    home: dict[str, Any]
    actions: int = 0

    def do(self, service: str = "", device: str = "", **changes: Any) -> Outcome:
        self.actions += 1
        target = self.home["devices"].get(device, device)
        fields: dict[str, Any] = {"service": service, "target": target, "user": SUPPLIER, "deadline": 30.0} | changes
        return self.driver.perform(Action(id=f"a{self.actions}", **fields))

    def jump_once_held(self, device: str, later: datetime) -> None:
        """Move the clock past an instant as soon as the device's response to what is asked next was taken."""
        target, known = self.home["devices"][device], self.dcc.journal.last_seq
        responses = set()

        def is_taken(entry: Entry) -> bool:
            match entry.event:
                case MessageQueued(message_kind="response", device=eui, message=name) if eui == target:
                    responses.add(name)
                case MessageDelivered(message=name):
                    return name in responses
            return False

        def jump() -> None:
            self.dcc.journal.wait(is_taken, after=known, timeout=60)
            self.dcc.control.advance_clock((later - self.dcc.clock.now()).total_seconds() + 1)

        Thread(target=jump, daemon=True).start()


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BackgroundDcc, Driver]]:
    folder = tmp_path_factory.mktemp("together")
    pki = folder / "pki"
    init_pki(pki, seed=b"together")
    clock = VirtualClock(START)
    settings = DccSettings(
        port=0, smki_port=0, ssi_port=0, control_port=0, pki=str(pki), device_latency=0.01, join_delay=0.01
    )
    with background_dcc(settings, clock) as dcc:
        users = tuple(UserIdentity(eui, ()) for eui in (SUPPLIER, NETWORK, OTHER_SUPPLIER, OTHER_USER))
        context = DriverContext(
            pki=pki,
            users=users,
            urls=msgspec.to_builtins(dcc.urls),
            state_dir=folder / "state",
            now=clock.now,
            tls=TlsFiles(ca=pki / "authorities" / "issuing.pem"),
        )
        with running(make_driver("reference"), context) as driver:
            for eui, roles in ((SUPPLIER, ["IS", "GS"]), (NETWORK, ["ED", "GT"]), (OTHER_SUPPLIER, ["IS", "GS"])):
                dcc.control.register_user(eui, eui, roles, driver.receive_url)
            dcc.control.register_user(OTHER_USER, OTHER_USER, ["OU"], driver.receive_url)
            yield dcc, driver


@pytest.fixture
def journey(together: tuple[BackgroundDcc, Driver], request: pytest.FixtureRequest) -> Journey:
    dcc, driver = together
    devices: list[dict[str, Any]] = [
        {"name": name, "type": kind, "variant": variant, "status": status, "values": values}
        for name, kind, variant, status, values in (
            ("hub", "CHF", "", "Commissioned", {}),
            ("gpf", "GPF", "", "Commissioned", {}),
            ("esme", "ESME", "single", "Commissioned", {"payment_mode": "prepayment"}),
            ("twin", "ESME", "twin", "Commissioned", {}),
            ("gsme", "GSME", "", "Commissioned", {"payment_mode": "prepayment"}),
            ("ppmid", "PPMID", "", "Commissioned", {}),
            ("new", "ESME", "single", "absent", {}),
        )
    ]
    parties = {"supplier": SUPPLIER, "gas_supplier": SUPPLIER, "network_operator": NETWORK, "gas_transporter": NETWORK}
    home = dcc.control.add_premises({"name": request.node.name, "seed": "home", "devices": devices, **parties})
    return Journey(dcc, driver, home)


def test_a_meter_is_installed_and_commissioned(journey: Journey) -> None:
    assert journey.do("12.2", "new", parameters={"FirmwareVersion": "01", "ESMEVariant": "A"}).status == "done"
    assert journey.do("8.1.1", "new").response_code == "E5"
    joining = {
        "DeviceID": journey.home["devices"]["new"],
        "InstallCode": journey.home["install_codes"]["new"],
        "ImportMPxN": journey.home["mpan"],
    }
    assert journey.do("8.11", "hub", parameters=joining).status == "done"
    alert = journey.do(device="hub", kind="wait-alert", parameters={"code": "N24"})
    assert alert.alerts[0]["kind"] == "dcc"
    assert journey.do("8.1.1", "new").values["TimeStatus"] == "reliable"
    inventory = journey.do("8.2", "new").values["devices"]
    statuses = {device["DeviceID"]: device.get("DeviceStatus") for device in inventory}
    assert statuses[journey.home["devices"]["new"]] == "Commissioned"


@pytest.mark.parametrize(
    ("service", "device", "value"),
    [
        ("4.1.1", "esme", "ActiveImportRegister"),
        ("4.1.1", "twin", "SecondaryActiveImportRegister"),
        ("4.1.1", "gsme", "ConsumptionRegister"),
        ("4.1.1", "gpf", "ConsumptionRegister"),
        ("4.3", "esme", "MeterBalance"),
        ("4.3", "gpf", "MeterBalance"),
        ("11.2", "esme", "FirmwareVersion"),
        ("11.2", "ppmid", "FirmwareVersion"),
        ("7.4", "esme", "SupplyState"),
        ("7.4", "gsme", "SupplyState"),
        ("6.13", "esme", "LogEntries"),
        ("6.13", "gsme", "LogEntries"),
        ("6.13", "hub", "LogEntries"),
    ],
)
def test_what_a_device_holds_is_read(journey: Journey, service: str, device: str, value: str) -> None:
    outcome = journey.do(service, device)
    assert outcome.status == "done", outcome.detail
    assert value in outcome.values


def test_a_reading_is_the_register_of_the_device(journey: Journey) -> None:
    read = journey.do("4.1.1", "esme").values["ActiveImportRegister"]
    held = journey.dcc.control.device(journey.home["devices"]["esme"])["import_register"]
    assert held - 10 <= read <= held


@pytest.mark.parametrize("device", ["esme", "gsme"])
def test_a_prepayment_meter_is_topped_up_and_adjusted(journey: Journey, device: str) -> None:
    before = journey.do("4.3", device).values["MeterBalance"]
    assert journey.do("2.2", device, parameters={"amount_pence": 1000}).status == "done"
    assert journey.do("1.5", device, parameters={"AdjustMeterBalance": -250_000}).status == "done"
    assert journey.do("4.3", device).values["MeterBalance"] == pytest.approx(before + 750_000, abs=20_000)


@pytest.mark.parametrize("device", ["esme", "gsme"])
def test_supply_is_disabled(journey: Journey, device: str) -> None:
    assert journey.do("7.2", device).status == "done"
    assert journey.do("7.4", device).values["SupplyState"] == "Disabled"


def test_a_dated_change_of_mode_is_reported_when_its_time_has_come(journey: Journey) -> None:
    later = (journey.dcc.clock.now() + timedelta(days=1)).replace(microsecond=0)
    journey.jump_once_held("esme", later)
    dated = {"mode": "credit", "ExecutionDateTime": later}
    outcome = journey.do("1.6", "esme", parameters=dated, options={"wait_for_outcome": True})
    assert outcome.status == "done"
    outcomes = [alert for alert in outcome.alerts if alert["kind"] == "future-dated"]
    assert {alert["code"] for alert in outcomes} == {"8F66"}
    assert all(alert["verified"] for alert in outcomes)


@pytest.mark.parametrize("device", ["esme", "gsme", "gpf"])
def test_a_dated_change_of_supplier_is_held_by_the_device_and_reported_on_its_day(
    journey: Journey, device: str
) -> None:
    eui = journey.home["devices"][device]
    journey.dcc.control.set_device(eui, supplier=OTHER_SUPPLIER)
    later = (journey.dcc.clock.now() + timedelta(days=1)).replace(microsecond=0)
    journey.jump_once_held(device, later)
    point = journey.home["mprn" if device.startswith("g") else "mpan"]
    dated = {"ImportMPxN": point, "ExecutionDateTime": later}
    outcome = journey.do("6.23", device, parameters=dated, options={"wait_for_outcome": True})
    assert outcome.status == "done", outcome.detail
    assert [(one["code"], one["verified"]) for one in outcome.alerts if one["kind"] == "future-dated"] == [
        ("8F66", True)
    ]
    assert journey.dcc.control.device(eui)["supplier"] == SUPPLIER


@pytest.mark.parametrize(
    ("service", "device", "changes", "code"),
    [
        ("7.2", "esme", {"user": NETWORK}, "E2"),
        ("4.1.1", "esme", {"user": OTHER_SUPPLIER}, "E4"),
        ("4.1.1", "esme", {"options": {"command_variant": 4}}, "E12"),
        ("12.1", "", {"options": {"post_to": "transform"}, "parameters": {"UPRN": "123456789012"}}, "E13"),
        ("4.1.1", "00-00-00-00-00-00-99-99", {}, "E19"),
    ],
)
def test_a_refusal_is_understood(
    journey: Journey, service: str, device: str, changes: dict[str, Any], code: str
) -> None:
    outcome = journey.do(service, device, **changes)
    assert (outcome.status, outcome.response_code) == ("refused", code)


@pytest.mark.parametrize(("variant", "processed"), [(2, 0), (3, 1)])
def test_a_command_for_local_delivery_is_handed_over(journey: Journey, variant: int, processed: int) -> None:
    outcome = journey.do("4.1.1", "esme", options={"command_variant": variant})
    assert outcome.values["LocalCommand"].startswith("DD")
    assert outcome.messages_processed == processed


def test_a_critical_command_for_local_delivery_is_signed_first(journey: Journey) -> None:
    outcome = journey.do("7.2", "esme", options={"command_variant": 6})
    assert outcome.status == "done"
    assert outcome.values["LocalCommand"].startswith("DD")


def test_alerts_of_a_device_and_of_the_dcc_are_taken(journey: Journey) -> None:
    journey.dcc.control.raise_device_alert(journey.home["devices"]["esme"], "8F3F")
    assert journey.do(kind="wait-alert", device="esme", parameters={"code": "8F3F"}).alerts[0]["verified"]
    journey.dcc.control.raise_dcc_alert("AD1", SUPPLIER)
    assert journey.do(kind="wait-alert", parameters={"code": "AD1"}).alerts[0]["kind"] == "dcc"


def test_the_self_service_pages_are_used(journey: Journey) -> None:
    signed_in = journey.do(kind="sign-in-ssi", role="IS")
    assert signed_in.values["signed_in"], signed_in.detail
    seen = journey.do(kind="view-inventory", device="esme", role="IS").values["seen"]
    assert journey.home["devices"]["esme"] in seen
    assert journey.do(kind="view-audit", device="esme", role="IS").status == "done"
    assert journey.do(kind="sign-out-ssi", role="IS").status == "done"


def test_a_wrong_pass_phrase_is_refused(journey: Journey) -> None:
    outcome = journey.do(kind="sign-in-ssi", role="IS", parameters={"pass_phrase": "wrong"})
    assert (outcome.status, outcome.values["signed_in"]) == ("refused", False)
