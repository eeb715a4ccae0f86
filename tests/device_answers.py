"""Answers of simulated devices to every use case, from every type of device that says it supports it."""

from __future__ import annotations

from functools import cache
from typing import Any

from stubs.devices import DeviceState
from stubs.devices.effects import EFFECTS, Row
from stubs.devices.records import Joined
from stubs.devices.state import CELL_ROLES
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import use_cases
from stubs.wire.gbcs.use_cases import UseCase
from tests.device_bench import DeviceBench, make_device_bench
from tests.own_messages import COMMANDS

PARTIES = {
    cell: Eui64.parse(f"A0-B1-C2-D3-E4-{number + 0x10:02X}-00-00")
    for number, cell in enumerate(("recovery", "transitional_cos", "wan_provider", "load_controller", "root"))
}
PAIRS = [(name, device) for name, row in sorted(EFFECTS.items()) for device in sorted(row.devices)]
"""Every use case with every type of device that supports it."""


@cache
def the_bench() -> DeviceBench:
    bench = make_device_bench()
    for cell, eui in PARTIES.items():
        bench.add_party(eui, f"{CELL_ROLES[cell]:02X}")
    return bench


def speaker(row: Row, state: DeviceState) -> Eui64:
    """A party whose cell may command it: the supplier when it may."""
    bench = the_bench()
    known = {"supplier": bench.supplier, "network_operator": bench.network_operator, "acb": bench.acb, **PARTIES}
    held = [cell for cell in ("supplier", *known) if cell in row.cells and getattr(state, cell)]
    return known[held[0]] if held else Eui64.parse(state.joined[0].device)


@cache
def answered(name: str, device: str) -> bytes | None:
    """The response of one device, fresh from the factory but for its parties."""
    bench = the_bench()
    neighbour = bench.device("PPMID", number=9)
    bench.certificates.add(bench.credentials(neighbour.eui).ka.certificate)
    cells: dict[str, Any] = {cell: str(eui) for cell, eui in PARTIES.items()}
    row: UseCase = use_cases.use_case(name)
    shown = EFFECTS[use_cases.use_case_of(row.message_code).name]
    if shown.cells <= {"supplier", "network_operator"}:
        cells |= {"supplier": str(bench.supplier), "network_operator": str(bench.network_operator)}
    joined = (Joined(neighbour.eui, 5, 3),) if device == "GSME" else ()
    state = bench.device(device, "single" if device == "ESME" else "", joined=joined, **cells)
    group = bench.group(state, name, COMMANDS.get(name, {}), originator=speaker(shown, state))
    # Signed commands of recovery carry no MAC of the broker, whose credentials may be the ones in doubt.
    data = bench.protect(group, is_critical=bool(row.signer), is_maced=shown.is_maced or not row.signer)
    return bench.execute(state, data).response
