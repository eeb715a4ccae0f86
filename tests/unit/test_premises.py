"""Premises with devices of every type: their anchors, whom they share keys with, and what the inventory tells."""

from __future__ import annotations

import pytest

from schemas.load import device_types
from stubs.devices.generation import drawn_peak
from stubs.smki import Pki
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import NETWORK_OPERATOR, OTHER_SUPPLIER, SUPPLIER, DccFixture, a_pki

EVERY_TYPE = [{"name": kind, "type": kind} for kind in device_types()]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def room(pki: Pki) -> DccFixture:
    return DccFixture(pki)


def test_a_device_of_every_type_exists_and_is_in_the_inventory(room: DccFixture) -> None:
    devices = room.build(*EVERY_TYPE)
    for kind, eui in devices.items():
        assert room.dcc.device(eui, room.now)["device_type"] == kind
        assert room.status(eui) == "Commissioned"


@pytest.mark.parametrize("kind", [kind for kind, row in device_types().items() if row.has_credentials])
def test_a_device_with_credentials_holds_an_anchor_of_everybody_it_may_hear(room: DccFixture, kind: str) -> None:
    held = room.dcc.device(room.build(*EVERY_TYPE)[kind], room.now)
    assert held["acb"] == str(room.pki.acb)
    cells = [held[cell] for cell in ("root", "recovery", "transitional_cos", "wan_provider")]
    assert len(set(cells)) == 4
    for cell in cells:
        assert Eui64.parse(cell) != room.pki.acb
    if kind in {"ESME", "GSME", "GPF", "HCALCS", "SAPC"}:
        assert (held["supplier"], held["network_operator"]) == (SUPPLIER, NETWORK_OPERATOR)


@pytest.mark.parametrize("cell", ["recovery", "transitional_cos"])
def test_who_may_replace_credentials_has_a_certificate_of_its_role(room: DccFixture, cell: str) -> None:
    held = room.dcc.device(room.build()["esme"], room.now)
    role = {"recovery": "01", "transitional_cos": "05"}[cell]
    assert room.pki.certificates.of(Eui64.parse(held[cell]), "DS", role)


def test_a_device_that_nobody_trusts_with_commands_holds_nothing(room: DccFixture) -> None:
    held = room.dcc.device(room.build(*EVERY_TYPE)["IHD"], room.now)
    assert (held["acb"], held["supplier"], held["root"]) == ("", "", "")


def test_devices_on_one_network_share_keys_and_others_do_not(room: DccFixture) -> None:
    devices = room.build(*EVERY_TYPE, {"name": "new", "type": "PPMID", "status": "Whitelisted"})
    display = room.dcc.device(devices["PPMID"], room.now)
    assert [one[0] for one in display["joined"]] == [devices["ESME"], devices["GSME"]]
    assert [one[0] for one in room.dcc.device(devices["GSME"], room.now)["joined"]] == [devices["PPMID"]]
    assert not room.dcc.device(devices["new"], room.now)["joined"]


def test_an_export_meter_point_is_that_of_its_supplier(room: DccFixture) -> None:
    device = room.build(export_supplier=OTHER_SUPPLIER)["esme"]
    record = room.dcc.state.inventory.get(device)
    assert record is not None
    assert record.export_mpan == room.premises["export_mpan"]
    point = room.dcc.state.inventory.meter_points[record.export_mpan]
    assert point.supplier == OTHER_SUPPLIER
    assert 1000 <= room.dcc.device(device, room.now)["generation"] <= 4000
    other = room.build(export_supplier="")["esme"]
    assert "export_mpan" not in room.premises
    assert room.dcc.device(other, room.now)["generation"] == 0


def test_of_homes_of_which_nothing_is_said_some_generate(room: DccFixture) -> None:
    meters = [room.build(name=f"home {number}", seed=str(number))["esme"] for number in range(60)]
    assert "export_mpan" not in room.premises
    peaks = [room.dcc.device(meter, room.now)["generation"] for meter in meters]
    assert peaks == [drawn_peak(meter) for meter in meters]
    assert 0 < sum(peak > 0 for peak in peaks) < 12


def test_duis_knows_a_standalone_controller_as_an_electricity_meter(room: DccFixture) -> None:
    record = room.dcc.state.inventory.get(room.build(*EVERY_TYPE)["SAPC"])
    assert record is not None
    assert (record.device_type, record.told_type) == ("SAPC", "ESME")


def test_a_three_phase_meter_is_told_by_its_variant(room: DccFixture) -> None:
    device = room.build({"name": "chf", "type": "CHF"}, {"name": "meter", "type": "ESME", "variant": "polyphase"})
    record = room.dcc.state.inventory.get(device["meter"])
    assert record is not None
    assert record.esme_variant == "C"


def test_a_meter_in_a_home_of_which_nothing_is_said_has_every_controller(room: DccFixture) -> None:
    device = room.build({"name": "chf", "type": "CHF"}, {"name": "meter", "type": "ESME"})["meter"]
    record = room.dcc.state.inventory.get(device)
    assert record is not None
    assert record.esme_variant == "ADEF"
    assert len(room.dcc.device(device, room.now)["switches"]) == 5


def test_unknown_kinds_are_refused(room: DccFixture) -> None:
    with pytest.raises(ValueError, match="device type 'TOASTER'"):
        room.build({"name": "one", "type": "TOASTER"})


def test_the_pki_names_who_stands_behind_the_other_anchors(pki: Pki) -> None:
    assert pki.trusted.keys() == {"root", "recovery", "wan_provider"}
