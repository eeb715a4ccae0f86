"""What the simulated DCC says on its sockets is valid by the official schema, in every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.official_traffic import listening


@pytest.fixture(autouse=True)
def everything_said_is_valid() -> Iterator[None]:
    """Hold all traffic against the official schema, where ``../shared`` has it."""
    with listening() as said:
        yield
    assert said.problems() == []
