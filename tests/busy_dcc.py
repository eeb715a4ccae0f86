"""A simulated DCC in the middle of everything: every kind of agenda item waits, requests are held, faults are armed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from stubs.dcc.simulation.operations import Operations
from stubs.dcc.state.transaction import Transaction
from stubs.settings import DccSettings
from stubs.wire.eui64 import Eui64
from tests.dcc_kit import OTHER_SUPPLIER, SUPPLIER, DccFixture
from tests.service_trips import create, local_answer, update_firmware

T = TypeVar("T")

BUSY = DccSettings(thresholds={"7.4": 0, "8.2": 0}, throttle_after=2, throttle_window=3600.0, sequence_timeout=7200.0)
PRODUCT = {
    "manufacturer": "UEPT",
    "model": "ESME-1",
    "firmware_version": "00000A02",
    "device_type": "ESME",
    "gbcs_version": "4.2",
    "hash": hashlib.sha256(b"a firmware image").hexdigest().upper(),
    "status": "Active",
}
NEW_METER = (
    {"name": "chf", "type": "CHF"},
    {"name": "gpf", "type": "GPF"},
    {"name": "esme", "type": "ESME", "variant": "single", "status": "Pending"},
)


def make_busy(dcc: DccFixture) -> None:
    """Bring a DCC with the settings ``BUSY`` there."""
    home = dcc.build()
    _over(dcc, home)
    _joining(dcc)
    _dated(dcc, home)
    other, third = dcc.build(), dcc.build()
    _on_the_way(dcc, home, other)
    _bent(dcc, home, other, third)
    _set_by_hand(dcc, third)
    _delivered(dcc)
    dcc.post(dcc.party.request("11.2", home["esme"]))
    local_answer(dcc, srv="6.13")


def _operate(dcc: DccFixture, action: Callable[[Operations, Transaction], T]) -> None:
    dcc.keep(dcc.dcc.perform(action, dcc.now)[1])


def _arm(dcc: DccFixture, **rule: Any) -> None:
    dcc.keep(dcc.dcc.set_fault(rule, dcc.now)[1])


def _on(dcc: DccFixture, **later: float) -> str:
    return (dcc.now + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _over(dcc: DccFixture, home: dict[str, str]) -> None:
    """A read, a critical command and a schedule that ran."""
    dcc.post(dcc.party.request("11.2", home["esme"]))
    dcc.pass_time(1)
    dcc.critical("7.2", home["esme"])
    dcc.pass_time(1)
    create(dcc, home["esme"])
    dcc.pass_time(86400)


def _joining(dcc: DccFixture) -> None:
    """A meter with the wrong install code, whose join period runs."""
    new = dcc.build(*NEW_METER)
    log = {"JoinTimePeriod": 3600, "InstallCode": "00" * 16, "ImportMPxN": dcc.premises["mpan"]}
    body: dict[str, Any] = {"DeviceID": new["esme"], "RequestType": "Add", "AddDeviceToCHFWhitelist": log}
    dcc.post(dcc.party.request("8.11", new["chf"], **body))
    dcc.pass_time(5)


def _dated(dcc: DccFixture, home: dict[str, str]) -> None:
    """Commands that the DCC and a device hold, and one that waits for its predecessor."""
    first = dcc.party.header("4.1.1", home["esme"], first_in_sequence=True)
    dcc.post(dcc.party.request("4.1.1", header=first, ExecutionDateTime=_on(dcc, hours=1)))
    second = dcc.party.header("4.1.1", home["esme"], preceding=first.request_id)
    dcc.post(dcc.party.request("4.1.1", header=second))
    dcc.post(dcc.party.request("4.1.1", home["gsme"], ExecutionDateTime=_on(dcc, days=3)))
    dcc.critical("1.6", home["esme"], ExecutionDateTime=_on(dcc, days=3), Credit=None)
    dcc.pass_time(1)


def _on_the_way(dcc: DccFixture, home: dict[str, str], other: dict[str, str]) -> None:
    """A Pre-Command nobody signed, local commands, an image, requests held by anomaly detection."""
    dcc.post(dcc.party.request("7.3", home["esme"], cv=4))
    dcc.post(dcc.party.request("11.2", home["esme"], cv=2))
    dcc.post(dcc.party.request("11.2", home["esme"], cv=3))
    dcc.pass_time(1)
    _operate(dcc, lambda tester, transaction: tester.list_product(transaction, PRODUCT))
    update_firmware(dcc, other["esme"])
    dcc.post(dcc.party.request("7.4", home["esme"]))
    dcc.post(dcc.party.request("8.2", UPRN=dcc.premises["uprn"]))


def _bent(dcc: DccFixture, home: dict[str, str], other: dict[str, str], third: dict[str, str]) -> None:
    """An answer and a command that are late, a device out of reach, one that never answers."""
    _arm(dcc, point="device-response", effect="delay", seconds=4000, times=1)
    dcc.post(dcc.party.request("11.2", home["gsme"]))
    dcc.pass_time(1)
    _arm(dcc, point="command", effect="delay", seconds=5000, times=1)
    dcc.post(dcc.party.request("4.1.1", other["esme"]))
    dcc.pass_time(1)
    _arm(dcc, point="delivery", effect="hold-until-next", nth=3, times=1)
    dcc.keep(dcc.dcc.set_device(other["gsme"], {"reachable": False}, dcc.now))
    dcc.post(dcc.party.request("11.2", other["gsme"]))
    _arm(dcc, point="command", effect="never-answer", times=1, device=third["esme"])
    dcc.post(dcc.party.request("11.2", third["esme"]))
    dcc.pass_time(1)


def _set_by_hand(dcc: DccFixture, third: dict[str, str]) -> None:
    """A change of tenancy to come, coverage, a threshold, alerts that are throttled, a hub without power."""
    mpan, since = dcc.premises["mpan"], dcc.now + timedelta(days=2)
    _operate(
        dcc,
        lambda tester, transaction: tester.change_registration(
            transaction, mpan, since, OTHER_SUPPLIER, None, is_new_tenancy=True
        ),
    )
    _operate(dcc, lambda tester, transaction: tester.set_coverage(transaction, "AB1 2CD", {"WANTechnology": "Mesh"}))
    _operate(dcc, lambda tester, transaction: tester.set_threshold(transaction, SUPPLIER, "4.8.1", 9))
    for _ in range(4):
        dcc.keep(dcc.dcc.raise_device_alert(third["esme"], "8F3F", None, dcc.now)[1])
    _operate(
        dcc, lambda tester, transaction: tester.let_happen(transaction, Eui64.parse(third["chf"]), "power lost", {})
    )


def _delivered(dcc: DccFixture) -> None:
    """Of the messages so far one is received, one is tried again, one is held."""
    received, failed, held = (message.message for message in dcc.messages()[:3])
    dcc.keep(dcc.dcc.delivered(received, 1, 200, dcc.now))
    dcc.keep(dcc.dcc.delivery_failed(failed, 1, 503, "HTTP 503", dcc.now))
    dcc.keep(dcc.dcc.delivery_failed(held, 99, None, "connection refused", dcc.now))
