"""Fixtures of the tests over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stubs.app import BackgroundDcc
from stubs.smki import Pki
from tests.dcc_kit import a_pki
from tests.serving_kit import Endpoint, a_dcc


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.up()
    yield endpoint
    endpoint.down()


@pytest.fixture
def dcc(pki: Pki, endpoint: Endpoint) -> Iterator[BackgroundDcc]:
    with a_dcc(pki, endpoint) as running:
        yield running
