"""The reference client sends every service to a simulated DCC over real sockets, and understands what comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from harness.drivers import Action, Driver, DriverContext, Outcome, TlsFiles, UserIdentity, make_driver, running
from schemas.load import Srv, service_requests
from stubs.app import BackgroundDcc, DccSettings, background_dcc, init_pki
from stubs.clock import VirtualClock
from stubs.dcc.requests.simulated_services import device_types_of
from tests.dcc_kit import NETWORK_OPERATOR, NOW, OTHER_SUPPLIER, OTHER_USER, SUPPLIER
from tests.every_request import DEVICES, ELIGIBLE, IMAGE, VALUES, user_for

ROLES = {SUPPLIER: ["IS", "GS", "ES"], OTHER_SUPPLIER: ["IS", "GS"], NETWORK_OPERATOR: ["ED", "GT"], OTHER_USER: ["OU"]}
TWIN = frozenset({"1.1.2", "1.2.2"})


@dataclass(slots=True)
class Bench:
    """A simulated DCC, a client, and premises for one service."""

    dcc: BackgroundDcc
    driver: Driver
    srv: str
    kind: str
    home: Mapping[str, Any]

    @property
    def devices(self) -> Mapping[str, str]:
        return self.home["devices"]  # type: ignore[no-any-return]

    def send(self, srv: str = "", target: str = "", **fields: Any) -> Outcome:
        named = srv or self.srv
        kind = self.kind if not srv else ""
        action = Action(
            id=f"{self.srv} {named}",
            service=named,
            target=target or (self.devices[kind] if kind else ""),
            user=user_for(named, self.kind),
            deadline=30.0,
            target_type=kind,
            **fields,
        )
        return self.driver.perform(action)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BackgroundDcc, Driver]]:
    folder = tmp_path_factory.mktemp("every")
    pki = folder / "pki"
    init_pki(pki, seed=b"every service")
    settings = DccSettings(
        port=0,
        smki_port=0,
        ssi_port=0,
        control_port=0,
        pki=str(pki),
        device_latency=0.0,
        join_delay=0.0,
        eligible_roles=ELIGIBLE,
    )
    with background_dcc(settings, VirtualClock(NOW)) as dcc:
        context = DriverContext(
            pki=pki,
            users=tuple(UserIdentity(eui, ()) for eui in ROLES),
            urls=msgspec.to_builtins(dcc.urls),
            state_dir=folder / "state",
            now=dcc.clock.now,
            tls=TlsFiles(ca=pki / "authorities" / "issuing.pem"),
        )
        with running(make_driver("reference"), context) as driver:
            for eui, roles in ROLES.items():
                dcc.control.register_user(eui, eui, roles, driver.receive_url)
            yield dcc, driver


def bench_for(together: tuple[BackgroundDcc, Driver], srv: str, kind: str) -> Bench:
    dcc, driver = together
    specs: list[dict[str, Any]] = []
    for one in DEVICES:
        spec: dict[str, Any] = {"name": one, "type": one}
        if one == "ESME" and srv in TWIN:
            spec["variant"] = "twin"
        if one == kind:
            status = "InstalledNotCommissioned" if srv == "8.1.1" else "Commissioned"
            spec |= {"values": VALUES.get(srv, {}), "status": status}
        specs.append(spec)
    status = {"12.2": "absent", "8.6": "absent"}.get(srv, "Pending")
    specs.append({"name": "other", "type": "ESME", "status": status})
    name = f"{srv} {kind}"
    home = dcc.control.add_premises({"name": name, "devices": specs, "export_supplier": SUPPLIER})
    old = dcc.control.add_premises({"name": f"old {name}", "devices": [{"name": n, "type": n} for n in ("CHF", "GPF")]})
    home["devices"] |= {f"old {n}": eui for n, eui in old["devices"].items()}
    return Bench(dcc, driver, srv, kind, home)


def partner(bench: Bench) -> dict[str, Any]:
    name = {"PPMID": "GSME", "HCALCS": "ESME", "SAPC": "ESME"}.get(bench.kind, "PPMID")
    return {"OtherDeviceID": bench.devices[name]}


def point(bench: Bench) -> dict[str, Any]:
    return {"ImportMPxN": bench.home["mprn" if bench.kind in {"GSME", "GPF"} else "mpan"]}


def switching(_bench: Bench) -> dict[str, Any]:
    return {"StartDateTime": "2026-01-15T11:00:00Z", "EndDateTime": "2026-01-15T12:00:00Z"}


def schedule(bench: Bench) -> dict[str, Any]:
    made = bench.send("5.1", parameters=new_schedule(bench))
    assert made.status == "done", made.detail
    return {"DSPScheduleID": made.values["DSPScheduleID"]}


def new_schedule(bench: Bench) -> dict[str, Any]:
    return {
        "ScheduleFrequency": "Daily",
        "ScheduleStartDate": "2026-01-16",
        "DSPScheduledServiceReference": "4.16",
        "DSPScheduledServiceReferenceVariant": "4.16",
        "DeviceID": bench.devices["ESME"],
        "DSPReadActivePowerImport": "",
    }


def local_answer(bench: Bench) -> dict[str, Any]:
    meter = bench.devices["ESME"]
    local = bench.send("7.4", target=meter, options={"command_variant": 2})
    answered = bench.dcc.control.hand_over(meter, local.values["LocalCommand"])
    payload = bytes.fromhex(answered["response"])
    return {"DeviceGBCSResponse": msgspec.to_builtins(payload)}


PARAMETERS: Mapping[str, Callable[[Bench], dict[str, Any]]] = {
    "1.5": lambda _: {"AdjustMeterBalance": 1000},
    "2.2": lambda _: {"amount_pence": 500},
    "3.1": lambda _: {"SupplierMessage": "Thank you for calling"},
    "5.1": new_schedule,
    "5.2": schedule,
    "5.3": schedule,
    "6.23": point,
    "7.13": switching,
    "7.16": switching,
    "8.2": lambda bench: {"DeviceID": bench.devices["ESME"]},
    "8.3": lambda bench: {"DeviceID": bench.devices["ESME"]},
    "8.4": lambda bench: {"DeviceID": bench.devices["other"], "DeleteDevice": True},
    "8.5": lambda bench: {"ExecutionDateTime": bench.dcc.clock.now() + timedelta(days=7)},
    "8.6": lambda bench: {"DeviceID": bench.devices["other"], "OptInDate": "2030-01-01", **point(bench)},
    "8.7.1": partner,
    "8.7.2": partner,
    "8.8.1": partner,
    "8.8.2": partner,
    "8.11": lambda bench: {"DeviceID": bench.devices["other"], "InstallCode": bench.home["install_codes"]["other"]},
    "8.12.1": lambda bench: {"OldCHFID": bench.devices["old CHF"]},
    "8.12.2": lambda bench: {"OldGPFID": bench.devices["old GPF"]},
    "8.13": local_answer,
    "8.14.1": lambda bench: {"DeviceID": bench.devices["CHF"], "MPxN": bench.home["mpan"]},
    "8.14.2": lambda bench: {"DeviceID": bench.devices["CHF"]},
    "8.14.3": lambda bench: {"DeviceID": bench.devices["CHF"], **partner(bench)},
    "8.14.4": lambda bench: {"DeviceID": bench.devices["CHF"]},
    "11.1": lambda bench: {"DeviceIDList": bench.devices["ESME"]},
    "11.3": lambda _: {"FirmwareHash": IMAGE},
    "11.4": lambda bench: {"DeviceIDList": bench.devices["PPMID"]},
    "12.1": lambda bench: {"UPRN": bench.home["uprn"]},
    "12.2": lambda bench: {"DeviceID": bench.devices["other"], "DeviceType": "ESME"},
}
"""What a service is told here; the client fills in the rest."""
LATE = frozenset({"8.5"})
"""Services that the DCC carries out on a date: the answer is collected after it."""


def kinds_of(srv: Srv) -> list[str]:
    """Devices that take a service; one without a name for a service without a device."""
    return [kind for kind in DEVICES if kind in device_types_of()[srv]] or [""]


@pytest.mark.parametrize(("srv", "kind"), [(srv, kind) for srv in service_requests() for kind in kinds_of(srv)])
def test_a_service_is_sent_and_its_answer_understood(
    together: tuple[BackgroundDcc, Driver], srv: Srv, kind: str
) -> None:
    bench = bench_for(together, srv, kind)
    parameters = PARAMETERS[srv](bench) if srv in PARAMETERS else {}
    outcome = bench.send(parameters=parameters, options={"wait": srv not in LATE})
    if srv in LATE:
        assert outcome.status == "acknowledged", outcome.detail
        bench.dcc.control.advance_clock(20 * 86400)
        asked = {"request_id": outcome.request_id}
        outcome = bench.driver.perform(
            Action(id="late", kind="collect", user=SUPPLIER, parameters=asked, deadline=30.0)
        )
    assert outcome.status == "done", (outcome.response_code, outcome.detail)
    assert outcome.response_code in {"I0", "I99"}
