"""The devices' tables agree with the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.load import device_alerts, device_types
from stubs.devices import effects
from stubs.devices.effects import EFFECTS
from stubs.devices.state import CELL_ROLES
from stubs.wire.gbcs.use_cases import USE_CASES

SOURCES = sorted(Path(effects.__file__).parent.glob("*.py")) + sorted(Path(effects.__file__).parents[1].glob("*.py"))


def test_every_effect_is_that_of_a_use_case_that_can_be_read() -> None:
    assert set(EFFECTS) <= set(USE_CASES)
    assert len(EFFECTS) >= 39


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_a_row_names_known_device_types_and_cells(name: str) -> None:
    row = EFFECTS[name]
    assert row.devices <= set(device_types())
    assert row.cells <= {*CELL_ROLES, "ppmid"}


NOT_THE_SUPPLIERS_ALONE = {"CS02", "CS03", "CS04", "ECS47a", "ECS47e"}


@pytest.mark.parametrize("name", sorted(name for name in EFFECTS if USE_CASES[name].is_critical))
def test_critical_use_cases_are_for_the_supplier_alone_except_for_credentials_joins_and_load(name: str) -> None:
    is_exception = any(name.startswith(start) for start in NOT_THE_SUPPLIERS_ALONE)
    assert is_exception or EFFECTS[name].cells == {"supplier"}


def test_every_alert_the_devices_raise_is_in_the_catalogue() -> None:
    raised = {code for source in SOURCES for code in re.findall(r'"(8[0-9A-F]{3})"', source.read_text("utf-8"))}
    assert len(raised) > 10
    assert raised <= set(device_alerts())


@pytest.mark.parametrize("code", sorted(device_alerts()))
def test_an_alert_row_is_well_formed(code: str) -> None:
    row = device_alerts()[code]
    assert re.fullmatch(r"8[0-9A-F]{3}", code)
    assert row.recipient in {"supplier", "network_operator", "acb", "originator"}
    assert row.meaning
    assert row.provenance
    assert row.confidence in {"high", "medium", "low"}
