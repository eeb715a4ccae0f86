"""Fixtures of the tests over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stubs.app import BackgroundDcc
from stubs.smki import Pki
from tests.dcc_kit import a_pki
from tests.serving_kit import WORKERS, Endpoint, a_dcc


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return a_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.up()
    yield endpoint
    endpoint.down()


_IN_BOTH_FORMS = frozenset({"test_gateway_conversations"})
"""Modules whose tests run with and without front processes each time: a front takes most of a second to start. All run
with them by ``make fronts``."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the exchange, once by one process and once by a front and a core."""
    if "workers" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in _IN_BOTH_FORMS:
        metafunc.parametrize("workers", (0, 1), indirect=True, ids=("one-process", "fronts"))


@pytest.fixture
def workers(request: pytest.FixtureRequest) -> int:
    """How many front processes the simulated DCC has."""
    number: int = getattr(request, "param", WORKERS)
    return number


@pytest.fixture
def dcc(pki: Pki, endpoint: Endpoint, workers: int) -> Iterator[BackgroundDcc]:
    with a_dcc(pki, endpoint, workers=workers) as running:
        yield running
