"""Every uncontrolled gas flow rate that 6.7 can set can be read back by 6.2.8 (DUIS: 0 to 65535, or 0 to 6.5535)."""

from __future__ import annotations

import pytest

from stubs.wire.gbcs.use_cases.gas_reads import _configuration, _configuration_raw


@pytest.mark.parametrize("rate", [0, 0.0001, 0.01, 3, 6.5534, 6.5535, 35, 655, 6553, 6554, 65534, 65535])
def test_a_flow_rate_comes_back_as_it_was_set(rate: float) -> None:
    raw = _configuration_raw({"UncontrolledGasFlowRate": rate})
    assert 0 <= raw["UncontrolledGasFlowRate"] < 0xFFFF, "16 bits, and all ones is no value"
    assert _configuration(raw)["UncontrolledGasFlowRate"] == pytest.approx(
        rate, abs=0.00005 if rate < 6.5535 else 0.001
    )
