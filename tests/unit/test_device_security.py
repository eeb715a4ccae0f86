"""Credentials, firmware, joins and lists: what devices hold, replace, refuse and report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from stubs.devices import DeviceState, Surroundings, apply, elapse, occur
from stubs.devices.effects.context import EffectContext
from stubs.devices.effects.joining import join
from stubs.devices.records import Image, Joined
from stubs.smki.keys import KeyPair
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs.use_cases.alerts import read_alert
from tests.device_bench import DeviceBench, make_device_bench, make_pair

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HASH = "AB" * 32
NEW_SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-05-00-00")
COS = Eui64.parse("A0-B1-C2-D3-E4-06-00-00")
RECOVERY = Eui64.parse("A0-B1-C2-D3-E4-07-00-00")


@pytest.fixture
def bench() -> DeviceBench:
    bench = make_device_bench()
    bench.add_party(COS, "05")
    bench.add_party(RECOVERY, "01")
    return bench


def new_pairs(eui: Eui64, role: str = "02") -> dict[str, KeyPair]:
    return {
        "DigitalSignature": make_pair(eui, role, "DS", "next"),
        "KeyAgreement": make_pair(eui, role, "KA", "next"),
    }


def replacement(eui: Eui64 = NEW_SUPPLIER, role: str = "Supplier", ou: str = "02", **more: Any) -> dict[str, Any]:
    pairs = new_pairs(eui, ou)
    return {
        "ApplyTimeBasedCPVChecks": False,
        "ReplacementCertificates": tuple(
            {"Certificate": pair.certificate.der.hex(), "RemotePartyRole": role, "CertificateUsage": usage}
            for usage, pair in pairs.items()
        ),
        "CertificationPathCertificates": (pairs["KeyAgreement"].certificate.der.hex(),),
        **more,
    }


def take_over(bench: DeviceBench, eui: Eui64 = NEW_SUPPLIER) -> None:
    """The parties' keys after a replacement, as the DCC knows them."""
    for usage, pair in new_pairs(eui).items():
        bench.keys[eui, "DS" if usage == "DigitalSignature" else "KA"] = pair
        bench.certificates.add(pair.certificate)


def test_a_supplier_replaces_its_own_certificates(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    values = replacement(bench.supplier, RemotePartyFloorSeqNumber=5000)
    state, execution = bench.ask(esme, "CS02bSupplierBySupplier", values)
    outcome = bench.read(esme, execution.response)["ExecutionOutcome"]
    assert [one["StatusCode"] for one in outcome["ReplacementOutcome"]] == [0, 0]
    assert outcome["RemotePartySeqNumberChange"][0]["RemotePartyFloorSeqNumber"] == 5000
    assert [alert.code for alert in execution.alerts] == ["8F70"]
    assert bench.execute(state, bench.command(state, "ECS43", counter=9000)).refused == "signature"
    take_over(bench, bench.supplier)
    assert bench.execute(state, bench.command(state, "ECS43", counter=4000)).refused == "counter"
    assert bench.execute(state, bench.command(state, "ECS43", counter=6000)).refused is None


def test_after_a_change_of_supplier_only_the_new_one_is_heard(bench: DeviceBench) -> None:
    esme = bench.device("ESME", transitional_cos=str(COS))
    command = bench.protect(
        bench.group(esme, "CS02bSupplierByTransCoS", replacement(), originator=COS), is_critical=True
    )
    execution = bench.execute(esme, command)
    assert execution.refused is None
    state = apply(esme, execution.changes)
    assert state.supplier == str(NEW_SUPPLIER)
    assert bench.execute(state, bench.command(state, "ECS43")).refused == "originator"
    take_over(bench)
    assert bench.execute(state, bench.command(state, "ECS43", originator=NEW_SUPPLIER)).refused is None


def test_a_load_switch_changes_its_supplier_and_runs_new_firmware_but_knows_no_network_operator(
    bench: DeviceBench,
) -> None:
    cells: dict[str, Any] = {"supplier": str(bench.supplier), "transitional_cos": str(COS)}
    switch = bench.device("HCALCS", image=Image(HASH, "0A0B0C0D"), **cells)
    state, execution = bench.ask(switch, "CS06", {"FirmwareHash": HASH})
    assert (execution.refused, state.firmware_version) == (None, "0A0B0C0D")
    state, execution = bench.ask(state, "CS02bSupplierBySupplier", replacement(bench.supplier))
    assert (bench.read(switch, execution.response)["MessageSuccess"], len(state.anchors)) == (True, 2)
    group = bench.group(switch, "CS02bSupplierByTransCoS", replacement(), originator=COS)
    changed = bench.execute(switch, bench.protect(group, is_critical=True))
    assert apply(switch, changed.changes).supplier == str(NEW_SUPPLIER)
    assert bench.execute(switch, bench.command(switch, "CS02bNOByNO", replacement())).refused == "use-case"


def test_recovery_needs_no_mac(bench: DeviceBench) -> None:
    esme = bench.device("ESME", recovery=str(RECOVERY))
    name = "CS02bAnyExceptAbnormalRootByRecovery"
    group = bench.group(esme, name, replacement(), originator=RECOVERY)
    execution = bench.execute(esme, bench.protect(group, is_critical=True, is_maced=False))
    assert execution.refused is None
    assert apply(esme, execution.changes).supplier == str(NEW_SUPPLIER)


def test_a_command_of_a_supplier_without_mac_is_not_heard(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "ECS43")
    assert bench.execute(esme, bench.protect(group, is_critical=True, is_maced=False)).refused == "mac-missing"


def test_a_certificate_of_another_use_takes_no_cell(bench: DeviceBench) -> None:
    values = replacement()
    first, second = values["ReplacementCertificates"]
    swapped = ({**first, "Certificate": second["Certificate"]},)
    esme = bench.device("ESME")
    state, execution = bench.ask(esme, "CS02bSupplierBySupplier", values | {"ReplacementCertificates": swapped})
    outcome = bench.read(esme, execution.response)
    assert (outcome["MessageSuccess"], state.supplier) == (False, esme.supplier)
    replaced = outcome["ExecutionOutcome"]["ReplacementOutcome"][0]
    assert (replaced["StatusCode"], replaced["NewRemotePartyID"]) == (5, esme.supplier)


def test_a_network_operator_cannot_replace_the_supplier(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    group = bench.group(esme, "CS02bSupplierBySupplier", replacement(), originator=bench.network_operator)
    assert bench.execute(esme, bench.protect(group, is_critical=True)).refused == "authority"


def test_a_future_dated_replacement_reports_its_outcome(bench: DeviceBench) -> None:
    due = bench.now + DAY
    state, execution = bench.ask(
        bench.device("ESME"), "CS02bSupplierBySupplier", replacement(bench.supplier, ExecutionDateTime=due)
    )
    assert "ExecutionOutcome" not in bench.read(state, execution.response)
    elapsed = elapse(state, due, bench.device_keys(state.eui))
    assert [alert.code for alert in elapsed.alerts] == ["8F66", "8F70"]
    assert (elapsed.alerts[0].instruction, elapsed.alerts[0].total) == (1, 1)
    assert len(apply(state, elapsed.changes).anchors) == 2


def test_held_credentials_are_listed(bench: DeviceBench) -> None:
    esme = bench.device("ESME")
    values = {"RemotePartyRoles": ("Supplier", "NetworkOperator", "LoadController")}
    group = bench.group(esme, "CS02aMAC", values, originator=bench.acb)
    execution = bench.execute(esme, bench.protect(group))
    supplier, operator, controller = bench.read(esme, execution.response)["RemotePartyDetails"]
    assert [one["CertificateUsage"] for one in supplier["Certificates"]] == [
        "DigitalSignature",
        "KeyAgreement",
        "PrepaymentTopUp",
    ]
    assert len(operator["Certificates"]) == 2
    assert controller["StatusCode"] != 0


# --- firmware -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device_type", ["ESME", "GSME"])
def test_an_image_is_received_checked_and_activated(bench: DeviceBench, device_type: str) -> None:
    meter = bench.device(device_type)
    detail = {"hash": HASH, "version": "0A0B0C0D"}
    received = occur(meter, "image received", bench.now, bench.device_keys(meter.eui), detail=detail)
    assert [alert.code for alert in received.alerts] == ["8F72"]
    state, execution = bench.ask(apply(meter, received.changes), "CS06", {"FirmwareHash": HASH})
    assert bench.read(state, execution.response)["FirmwareVersion"] == "0A0B0C0D"
    assert [alert.code for alert in execution.alerts] == ["8F43"]
    assert (state.firmware_version, state.image) == ("0A0B0C0D", None)


def test_a_broken_image_is_dropped(bench: DeviceBench) -> None:
    esme = bench.device("ESME", image=Image(HASH, "0A0B0C0D"))
    detail = {"hash": HASH, "is_valid": False}
    elapsed = occur(esme, "image received", bench.now, bench.device_keys(esme.eui), detail=detail)
    assert [alert.code for alert in elapsed.alerts] == ["8F1C"]
    assert apply(esme, elapsed.changes).image is None


@pytest.mark.parametrize(("image", "status"), [(None, 1), (Image("CD" * 32, "0A0B0C0D"), 2)])
def test_an_image_that_is_not_there_is_not_activated(bench: DeviceBench, image: Image | None, status: int) -> None:
    esme = bench.device("ESME", image=image)
    state, execution = bench.ask(esme, "CS06", {"FirmwareHash": HASH})
    values = bench.read(esme, execution.response)
    assert (values["ActivateImageResponseCode"], values["FirmwareVersion"]) == (status, esme.firmware_version)
    assert state.firmware_version == esme.firmware_version


def test_a_future_dated_activation_reports_its_version(bench: DeviceBench) -> None:
    due = bench.now + DAY
    esme = bench.device("ESME", image=Image(HASH, "0A0B0C0D"))
    state, _ = bench.ask(esme, "CS06", {"FirmwareHash": HASH, "ExecutionDateTime": due})
    assert state.firmware_version == esme.firmware_version
    elapsed = elapse(state, due, bench.device_keys(state.eui))
    assert [alert.code for alert in elapsed.alerts] == ["8F66", "8F43"]
    group = elapsed.alerts[0].payload
    assert bytes.fromhex("0A0B0C0D") in group
    assert read_alert is not None


# --- joins ----------------------------------------------------------------------------------------------------------


def joining(kind: str, other: DeviceState) -> dict[str, Any]:
    return {"OtherDeviceID": other.eui, "OtherDeviceType": kind}


def test_a_meter_joins_lists_and_leaves_another_device(bench: DeviceBench) -> None:
    gsme, gpf = bench.device("GSME"), bench.device("GPF", number=2)
    state, execution = bench.ask(gsme, "CS03A1", joining("GPF", gpf))
    assert bench.read(gsme, execution.response)["JoinResponseCode"] == 0
    assert [alert.code for alert in execution.alerts] == ["8F49"]
    listed = bench.read(gsme, bench.ask(state, "CS07")[1].response)["LogEntries"]
    assert list(listed) == [{"DeviceID": gpf.eui, "DeviceType": "GPF"}]
    state, execution = bench.ask(state, "CS04ACCritical", {"OtherDeviceID": gpf.eui})
    assert ([alert.code for alert in execution.alerts], state.joined) == (["8F4B"], ())
    _, execution = bench.ask(state, "CS04ACCritical", {"OtherDeviceID": gpf.eui})
    assert bench.read(gsme, execution.response)["UnjoinResponseCode"] == 1
    assert [alert.code for alert in execution.alerts] == ["8F4A"]


def test_a_join_without_an_answer_fails(bench: DeviceBench) -> None:
    gsme, gpf = bench.device("GSME"), bench.device("GPF", number=2, reachable=False)
    command = bench.command(gsme, "CS03A1", joining("GPF", gpf))
    execution = bench.execute(gsme, command, surroundings=Surroundings({gpf.id: gpf}))
    assert bench.read(gsme, execution.response)["JoinResponseCode"] == 13
    assert [alert.code for alert in execution.alerts] == ["8F48"]


@pytest.mark.parametrize("bad", ["none", "of another", "signing", "no certificate"])
def test_a_join_by_method_c_needs_the_other_device_s_certificate(bench: DeviceBench, bad: str) -> None:
    gsme, ppmid, other = bench.device("GSME"), bench.device("PPMID", number=2), bench.device("PPMID", number=3)
    good = bench.credentials(ppmid.eui)
    der = {
        "of another": bench.credentials(other.eui).ka.certificate.der,
        "signing": good.ds.certificate.der,
        "no certificate": b"0",
    }
    certificate = {} if bad == "none" else {"Certificate": der[bad].hex().upper()}
    around = Surroundings({ppmid.id: ppmid})
    failed = EffectContext(
        gsme, 0, joining("PPMID", ppmid) | certificate, bench.supplier, 1, gsme, around, lambda _token, _counter: False
    )
    assert join(3)(failed).values == {"JoinResponseCode": 11}
    done = join(3)(replace(failed, values=joining("PPMID", ppmid) | {"Certificate": good.ka.certificate.der.hex()}))
    assert done.changes["joined"] == (Joined(ppmid.eui, 5, 3, good.ka.certificate.der),)


def test_a_proxy_reports_its_changed_list(bench: DeviceBench) -> None:
    gpf = bench.device("GPF")
    values = {"OtherDeviceID": "00-DB-12-34-56-78-00-77", "OtherDeviceType": "Type2"}
    state, execution = bench.ask(gpf, "CS03B", values)
    assert [alert.code for alert in execution.alerts] == ["8F49", "8071"]
    assert state.joined == (Joined("00-DB-12-34-56-78-00-77", 6, 2),)


def test_a_full_list_refuses_a_join(bench: DeviceBench) -> None:
    joined = tuple(Joined(f"00-DB-12-34-56-78-01-{number:02X}", 6, 2) for number in range(16))
    gpf = bench.device("GPF", joined=joined)
    values = {"OtherDeviceID": "00-DB-12-34-56-78-00-77", "OtherDeviceType": "Type2"}
    assert bench.read(gpf, bench.ask(gpf, "CS03B", values)[1].response)["JoinResponseCode"] == 4


def test_a_proxy_takes_its_list_back(bench: DeviceBench) -> None:
    gpf, entries = bench.device("GPF"), [{"DeviceID": "00-DB-12-34-56-78-00-77", "DeviceType": "PPMID"}]
    group = bench.group(gpf, "GCS59", {"LogEntries": entries}, originator=bench.acb)
    execution = bench.execute(gpf, bench.protect(group))
    assert bench.read(gpf, execution.response)["MessageSuccess"]
    assert apply(gpf, execution.changes).joined == (Joined("00-DB-12-34-56-78-00-77", 5, 0),)


def historic(bench: DeviceBench, hub: DeviceState, now: datetime) -> tuple[list[str], datetime]:
    found = bench.read(hub, bench.ask(hub, "CCS07", now=now)[1].response)["HistoricDeviceLog"]
    return [one["DeviceID"] for one in found["Devices"]], found["BackupDateTime"]


def test_a_device_that_left_a_hub_s_list_stays_in_the_historic_one(bench: DeviceBench) -> None:
    names = [bench.device("ESME", number=number).eui for number in range(2, 6)]
    hub = bench.device("CHF", device_log=[{"device": name, "install_code": "AB" * 16} for name in names])
    assert historic(bench, hub, bench.now + HOUR) == ([], bench.now)
    left = [bench.now + hours * HOUR for hours in (1, 2)]
    for name, now in zip(names[1:3], left, strict=True):
        hub, _ = bench.ask(hub, "CCS02", {"DeviceID": name}, now)
    assert historic(bench, hub, bench.now + 5 * HOUR) == (names[1:3], left[1])
    again = {"DeviceID": names[1], "InstallCode": "AB" * 16, "JoinTimePeriod": 60}
    hub, _ = bench.ask(hub, "CCS01", again, bench.now + 3 * HOUR)
    assert historic(bench, hub, bench.now + 5 * HOUR) == ([names[2]], left[1])
    backup = bench.read(hub, bench.ask(hub, "CCS07")[1].response)
    assert [one["DeviceID"] for one in backup["CurrentDeviceLog"]["Devices"]] == [names[0], names[3], names[1]]
    assert backup["HistoricDeviceLog"]["Devices"][0]["DeviceSecurityDetails"] == "AB" * 16


def test_a_hub_remembers_the_sixteen_devices_that_left_it_last(bench: DeviceBench) -> None:
    names = [bench.device("ESME", number=number).eui for number in range(2, 20)]
    hub = bench.device("CHF")
    for step, name in enumerate(names):
        now = bench.now + step * HOUR
        hub, _ = bench.ask(hub, "CCS01", {"DeviceID": name, "InstallCode": "AB" * 16, "JoinTimePeriod": 60}, now)
        hub, _ = bench.ask(hub, "CCS02", {"DeviceID": name}, now + HOUR / 2)
    assert historic(bench, hub, now + HOUR) == (names[2:], now + HOUR / 2)


def test_what_another_hub_s_list_replaces_becomes_historic(bench: DeviceBench) -> None:
    old, new = (bench.device("ESME", number=number).eui for number in (2, 3))
    hub = bench.device("CHF", device_log=[{"device": old}, {"device": new}])
    taken: dict[str, Any] = {"Devices": [{"DeviceID": new, "DeviceSecurityDetails": "00" * 16}]}
    taken |= {"ExtendedPanID": "00" * 8}
    hub, execution = bench.ask(hub, "CCS03", taken, bench.now + HOUR)
    assert execution.response is not None, execution.details
    assert historic(bench, hub, bench.now + 2 * HOUR) == ([old], bench.now + HOUR)


def test_a_hub_lists_who_it_hears_and_takes_over_another_s_list(bench: DeviceBench) -> None:
    esme = bench.device("ESME", number=5)
    hub = bench.device("CHF", device_log=[{"device": esme.eui, "install_code": "00" * 16, "joined": True}])
    heard = bench.read(hub, bench.ask(hub, "CCS06")[1].response)["CHFDeviceLog"]
    assert [one["DeviceID"] for one in heard] == [esme.eui]
    backup = bench.read(hub, bench.ask(hub, "CCS07")[1].response)["CurrentDeviceLog"]
    other = bench.device("CHF", number=6)
    values = {name: backup[name] for name in ("ExtendedPanID", "Devices")}
    group = bench.group(other, "CCS03", values, party=bench.supplier)
    execution = bench.execute(other, bench.protect(group), surroundings=Surroundings({esme.id: esme}))
    assert [one.device for one in apply(other, execution.changes).device_log] == [esme.eui]
    assert execution.other_changes == {esme.id: {"hub": other.eui}}
    assert [alert.code for alert in execution.alerts] == ["8F12"]


def test_a_command_for_another_kind_of_device_is_reported(bench: DeviceBench) -> None:
    gsme = bench.device("GSME")
    execution = bench.execute(gsme, bench.command(gsme, "ECS43"))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("use-case", ["8F85"])


@pytest.mark.parametrize("device_type", ["IHD", "CAD"])
def test_a_type_2_device_is_made_and_understands_no_command(bench: DeviceBench, device_type: str) -> None:
    display = bench.device(device_type)
    assert bench.execute(display, bench.command(display, "CS07", party=bench.supplier)).refused == "use-case"
