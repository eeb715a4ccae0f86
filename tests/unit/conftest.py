"""Fixtures that many unit tests share; a module may have its own of the same name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stubs.smki import Pki
from tests.dcc_kit import DccFixture, a_pki
from tests.device_bench import DeviceBench, make_device_bench


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A test PKI, the same bytes every time."""
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def fixture(pki: Pki) -> Iterator[DccFixture]:
    """A simulated DCC without sockets; in the end all that it said is valid."""
    fixture = DccFixture(pki)
    yield fixture
    fixture.valid()


@pytest.fixture
def bench() -> DeviceBench:
    """Parties and devices without a DCC."""
    return make_device_bench()
