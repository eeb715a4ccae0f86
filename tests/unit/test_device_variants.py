"""Variants of electricity meters: what each has, and that commands to a controller find it or are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from schemas import load
from stubs.devices import manufacture, variant_code
from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from tests.device_bench import DeviceBench

METER = Eui64.parse("DE-51-CE-00-00-00-00-E1")


def commands(now: datetime) -> dict[str, tuple[str, dict[str, Any]]]:
    """A command of each service to controller 5, as the public request template of 7.8 has it."""
    span = {"StartDateTime": now, "EndDateTime": now + timedelta(hours=1)}
    return {
        "7.5": ("ECS47", {"AuxiliaryController": 5, "Action": "Activate", "Duration": 10}),
        "7.6": ("ECS47", {"AuxiliaryController": 5, "Action": "Deactivate", "Duration": 10}),
        "7.8": ("ECS47", {"AuxiliaryController": 5, "Action": "Reset"}),
        "7.13": ("ECS47a", {"AuxiliaryController": 5, "CommandedStateLevel": 50} | span),
    }


def test_the_variants_are_those_of_the_schema() -> None:
    namespaces = {"xs": "http://www.w3.org/2001/XMLSchema"}
    paths = sorted(load.resource("duis").rglob("*.xsd")) + sorted(load.resource("vocabulary").rglob("*.xsd"))  # type: ignore[attr-defined]
    found = [
        [str(one.get("value")) for one in kind.iterfind(".//xs:enumeration", namespaces)]
        for path in paths
        for kind in etree.parse(str(path)).iterfind(".//xs:simpleType[@name='EsmeVariantCode']", namespaces)
    ]
    assert found
    assert all(sorted(one) == sorted(load.esme_variants()) for one in found)


@pytest.mark.parametrize("srv", ["7.5", "7.6", "7.8", "7.13"])
@pytest.mark.parametrize("code", sorted(load.esme_variants()))
def test_a_controller_is_commanded_where_the_variant_has_it(bench: DeviceBench, srv: str, code: str) -> None:
    name, values = commands(bench.now)[srv]
    meter = bench.device("ESME", code)
    _, execution = bench.ask(meter, name, values)
    has_it = len(load.esme_variants()[code].controllers) >= 5
    assert (execution.details["result"] == "success") == has_it
    assert meter.variant == load.esme_variants()[code].word


def test_words_are_the_variants_with_nothing_but_elements() -> None:
    assert [variant_code(word) for word in ("single", "twin", "polyphase", "", "BDE")] == ["A", "B", "C", "A", "BDE"]
    with pytest.raises(PeerError, match="no such variant of ESME"):
        manufacture(METER, "ESME", "AX", "seed", datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    with pytest.raises(PeerError, match="no such variant of GSME"):
        manufacture(METER, "GSME", "ADE", "seed", datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
