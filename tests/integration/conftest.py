"""Every answer of the simulated DCC on its sockets is valid by the official schema, in every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.official_traffic import listening


@pytest.fixture(autouse=True)
def everything_said_is_valid(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold all traffic against the official schema, where ``../shared`` has it.

    The self-service pages are tested on journals written by hand, in which nobody said anything.
    """
    with listening() as said:
        yield
    if "ssi" not in request.path.parts:
        assert said.problems() == []
