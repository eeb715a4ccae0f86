"""The page of gas and ASN.1 values names every use case and every value the samples have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stubs.wire.gbcs.use_cases.gas import ASN1_CODECS, GAS_CODECS
from tests.gas_samples import COMMANDS, RESPONSES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "gbcs-gas-values.md").read_text("utf-8")
NUMBERED = ("TOURegister", "BlockCounter", "BlockThreshold", "BlockPrice", "TOUPrice")
"""Names of which the page shows the first and says how many there are."""


@pytest.mark.parametrize("name", sorted({*GAS_CODECS, *ASN1_CODECS}))
def test_the_page_names_the_use_case(name: str) -> None:
    family = name[:4] + "…" if name.startswith("CS0") else name
    assert name in PAGE or family in PAGE or f"{name[:5]}…" in PAGE


@pytest.mark.parametrize("name", sorted({*COMMANDS, *RESPONSES}))
def test_the_page_names_every_value(name: str) -> None:
    for value in (COMMANDS.get(name, {}), RESPONSES.get(name, {})):
        missing = [key for key in names(value) if f"`{key}`" not in PAGE and not key.startswith(NUMBERED)]
        assert missing == []


def names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for item in value.values() for name in names(item))]
    return [name for item in value for name in names(item)] if isinstance(value, tuple) else []
