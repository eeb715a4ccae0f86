"""Premises with devices of every type: their anchors, whom they share keys with, and what the inventory tells."""

from __future__ import annotations

import pytest

from schemas.load import device_types
from stubs.devices.generation import drawn_peak
from stubs.smki import Pki
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, SUPPLIER, DccFixture

EVERY_TYPE = [{"name": kind, "type": kind} for kind in device_types()]


@pytest.fixture
def fixture(pki: Pki) -> DccFixture:
    return DccFixture(pki)


def test_a_device_of_every_type_exists_and_is_in_the_inventory(fixture: DccFixture) -> None:
    devices = fixture.build(*EVERY_TYPE)
    for kind, eui in devices.items():
        assert fixture.dcc.device(eui, fixture.now)["device_type"] == kind
        assert fixture.status(eui) == "Commissioned"


@pytest.mark.parametrize("kind", [kind for kind, row in device_types().items() if row.has_credentials])
def test_a_device_with_credentials_holds_an_anchor_of_everybody_it_may_hear(fixture: DccFixture, kind: str) -> None:
    held = fixture.dcc.device(fixture.build(*EVERY_TYPE)[kind], fixture.now)
    assert held["acb"] == str(fixture.pki.acb)
    cells = [held[cell] for cell in ("root", "recovery", "transitional_cos", "wan_provider")]
    assert len(set(cells)) == 4
    for cell in cells:
        assert Eui64.parse(cell) != fixture.pki.acb
    if kind in {"ESME", "GSME", "GPF", "HCALCS", "SAPC"}:
        assert (held["supplier"], held["network_operator"]) == (SUPPLIER, NETWORK_OPERATOR)


@pytest.mark.parametrize("cell", ["recovery", "transitional_cos"])
def test_who_may_replace_credentials_has_a_certificate_of_its_role(fixture: DccFixture, cell: str) -> None:
    held = fixture.dcc.device(fixture.build()["esme"], fixture.now)
    role = {"recovery": "01", "transitional_cos": "05"}[cell]
    assert fixture.pki.certificates.of(Eui64.parse(held[cell]), "DS", role)


def test_a_device_that_nobody_trusts_with_commands_holds_nothing(fixture: DccFixture) -> None:
    held = fixture.dcc.device(fixture.build(*EVERY_TYPE)["IHD"], fixture.now)
    assert (held["acb"], held["supplier"], held["root"]) == ("", "", "")


def test_devices_on_one_network_share_keys_and_others_do_not(fixture: DccFixture) -> None:
    devices = fixture.build(*EVERY_TYPE, {"name": "new", "type": "PPMID", "status": "Whitelisted"})
    display = fixture.dcc.device(devices["PPMID"], fixture.now)
    assert [one[0] for one in display["joined"]] == [devices["ESME"], devices["GSME"]]
    assert [one[0] for one in fixture.dcc.device(devices["GSME"], fixture.now)["joined"]] == [devices["PPMID"]]
    assert not fixture.dcc.device(devices["new"], fixture.now)["joined"]


def test_an_export_meter_point_is_that_of_its_supplier(fixture: DccFixture) -> None:
    device = fixture.build(export_supplier=OTHER_SUPPLIER)["esme"]
    record = fixture.dcc.state.inventory.get(Eui64.parse(device))
    assert record is not None
    assert record.export_mpan == fixture.premises["export_mpan"]
    point = fixture.dcc.state.inventory.meter_points[record.export_mpan]
    assert str(point.supplier) == OTHER_SUPPLIER
    assert 1000 <= fixture.dcc.device(device, fixture.now)["generation"] <= 4000
    other = fixture.build(export_supplier="")["esme"]
    assert "export_mpan" not in fixture.premises
    assert fixture.dcc.device(other, fixture.now)["generation"] == 0


def test_of_homes_of_which_nothing_is_said_some_generate(fixture: DccFixture) -> None:
    meters = [fixture.build(name=f"home {number}", seed=str(number))["esme"] for number in range(60)]
    assert "export_mpan" not in fixture.premises
    peaks = [fixture.dcc.device(meter, fixture.now)["generation"] for meter in meters]
    assert peaks == [drawn_peak(meter) for meter in meters]
    assert 0 < sum(peak > 0 for peak in peaks) < 12


def test_duis_knows_a_standalone_controller_as_an_electricity_meter(fixture: DccFixture) -> None:
    record = fixture.dcc.state.inventory.get(Eui64.parse(fixture.build(*EVERY_TYPE)["SAPC"]))
    assert record is not None
    assert (record.device_type, record.told_type) == ("SAPC", "ESME")


def test_a_three_phase_meter_is_told_by_its_variant(fixture: DccFixture) -> None:
    device = fixture.build({"name": "chf", "type": "CHF"}, {"name": "meter", "type": "ESME", "variant": "polyphase"})
    record = fixture.dcc.state.inventory.get(Eui64.parse(device["meter"]))
    assert record is not None
    assert record.esme_variant == "C"


def test_a_meter_in_a_home_of_which_nothing_is_said_has_every_controller(fixture: DccFixture) -> None:
    device = fixture.build({"name": "chf", "type": "CHF"}, {"name": "meter", "type": "ESME"})["meter"]
    record = fixture.dcc.state.inventory.get(Eui64.parse(device))
    assert record is not None
    assert record.esme_variant == "ADEF"
    assert len(fixture.dcc.device(device, fixture.now)["switches"]) == 5


def test_unknown_kinds_are_refused(fixture: DccFixture) -> None:
    with pytest.raises(ValueError, match="device type 'TOASTER'"):
        fixture.build({"name": "one", "type": "TOASTER"})


def test_the_pki_names_who_stands_behind_the_other_anchors(pki: Pki) -> None:
    assert pki.trusted.keys() == {"root", "recovery", "wan_provider"}
