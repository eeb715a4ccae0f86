"""The reference client against the least of a DCC, with two meters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.drivers import Driver
from stubs.smki import init_pki
from tests.client_of_tiny_dcc import METER, SECOND, started
from tests.tiny_dcc import TinyDcc, tiny_dcc


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    init_pki(folder, seed=b"reference client")
    return folder


@pytest.fixture
def dcc(pki: Path) -> Iterator[TinyDcc]:
    with tiny_dcc(pki) as dcc:
        dcc.add_meter(METER)
        dcc.add_meter(SECOND)
        yield dcc


@pytest.fixture
def client(dcc: TinyDcc, pki: Path, tmp_path: Path) -> Iterator[Driver]:
    yield from started("reference", dcc, pki, tmp_path)
