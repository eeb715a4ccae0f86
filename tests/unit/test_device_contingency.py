"""Replacement of credentials by contingency: whoever may order it is heard, nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from stubs.devices import apply
from stubs.wire.eui64 import Eui64
from tests.device_bench import DeviceBench, make_device_bench, make_pair

NEW_SUPPLIER = Eui64.parse("A0-B1-C2-D3-E4-05-00-00")
RECOVERY = Eui64.parse("A0-B1-C2-D3-E4-07-00-00")
ROOT = Eui64.parse("A0-B1-C2-D3-E4-08-00-00")
CONTINGENCY = "CS02bAnyByContingency"


@pytest.fixture
def bench() -> DeviceBench:
    bench = make_device_bench()
    bench.add_party(RECOVERY, "01")
    bench.add_party(ROOT, "00")
    return bench


def replacement(**more: Any) -> dict[str, Any]:
    pairs = {
        "DigitalSignature": make_pair(NEW_SUPPLIER, "02", "DS", "next"),
        "KeyAgreement": make_pair(NEW_SUPPLIER, "02", "KA", "next"),
    }
    return {
        "ApplyTimeBasedCPVChecks": False,
        "ReplacementCertificates": tuple(
            {"Certificate": pair.certificate.der.hex(), "RemotePartyRole": "Supplier", "CertificateUsage": usage}
            for usage, pair in pairs.items()
        ),
        "CertificationPathCertificates": (pairs["KeyAgreement"].certificate.der.hex(),),
        **more,
    }


@pytest.mark.parametrize("cell", ["root", "recovery"])
def test_contingency_replaces_any_credentials_when_the_cell_that_may_orders_it(bench: DeviceBench, cell: str) -> None:
    speaker = {"root": ROOT, "recovery": RECOVERY}[cell]
    esme = bench.device("ESME", root=str(ROOT), recovery=str(RECOVERY))
    values = replacement(PlaintextSymmetricKey="AB" * 16)
    group = bench.group(esme, CONTINGENCY, values, originator=speaker)
    execution = bench.execute(esme, bench.protect(group, is_critical=True, is_maced=False))
    assert execution.refused is None
    assert execution.details["values"]["PlaintextSymmetricKey"] == "AB" * 16
    outcome = bench.read(esme, execution.response)["ExecutionOutcome"]
    assert outcome["CredentialsReplacementMode"] == 9
    assert apply(esme, execution.changes).supplier == str(NEW_SUPPLIER)


def test_contingency_by_anybody_else_is_refused(bench: DeviceBench) -> None:
    esme = bench.device("ESME", recovery=str(RECOVERY))
    group = bench.group(esme, CONTINGENCY, replacement())
    execution = bench.execute(esme, bench.protect(group, is_critical=True, is_maced=False))
    assert (execution.refused, [alert.code for alert in execution.alerts]) == ("authority", ["8F30"])
    group = bench.group(esme, CONTINGENCY, replacement(), originator=RECOVERY)
    forged = bench.protect(group, signer=bench.supplier, is_critical=True, is_maced=False)
    assert bench.execute(esme, forged).refused == "signature"
